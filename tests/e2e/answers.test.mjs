// The answers of docs/faults.md, as the browser's own `fetch` reads them. What waits for its time is left to tests/faults.
import assert from "node:assert/strict";
import { expected } from "../faults/support/cell.mjs";
import { faults } from "../faults/support/faults.mjs";
import { flows } from "../faults/support/flows.mjs";
import { openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";

const test = scenarios();
const isSlow = ({ name }) => /^(hangs|drips)/.test(name);
const answers = faults.filter((fault) => fault.answer && !isSlow(fault));

/** The calls that ask, by the names that docs/faults.md has for the requests. */
const calls = {
  integrations: ["getExpectedParamsForUser", { app: "gmail" }],
  initiate: ["initiateConnection", { app: "gmail", entityId: "Jessica" }],
};

test("every answer that is none comes to the same as in Node", async ({ browser, platform, front, expectTrouble }) => {
  expectTrouble(/\/(api\/connect\/|elsewhere)/);
  const page = await openModulePage(browser, platform);
  const flow = flows.find((one) => one.name === "calls");
  const found = [];
  const wanted = [];
  try {
    for (const [name, [method, options]] of Object.entries(calls)) {
      const request = flow.requests.find((one) => one.name === name);
      for (const fault of answers) {
        let times = 0;
        const isMeant = (asked) => request.is(asked.method, asked.url.split("?")[0].replace("/api/connect", ""));
        const undo = front.answers(isMeant, (exchange) => {
          times += 1;
          return fault.answer(exchange);
        });
        // What the client repeats is told by tests/faults.
        const { error } = await page.call({ retry: 0 }, method, options);
        undo();
        // Firefox itself repeats what only reads and is reset, ten times.
        assert.ok(request.kind === "make" ? times === 1 : times > 0, `${name}, ${fault.name}: ${times} times`);
        found.push(`${name}, ${fault.name}: ${error ? error.code : "fine"}`);
        wanted.push(`${name}, ${fault.name}: ${expected(fault, flow, request).word}`);
      }
    }
    assert.deepEqual(found, wanted);
  } finally {
    await page.close();
  }
});
