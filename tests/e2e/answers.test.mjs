// The faulty answers of docs/faults.md, read by the browser's own `fetch`. tests/faults covers those that take until a time limit.
import assert from "node:assert/strict";
import { expected } from "../faults/support/request-fault.mjs";
import { faults } from "../faults/support/faults.mjs";
import { flows } from "../faults/support/flows.mjs";
import { openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";

const test = scenarios();
const isSlow = ({ name }) => /^(hangs|drips)/.test(name);
const answers = faults.filter((fault) => fault.answer && !isSlow(fault));

/** A call for each request, under the request's name in docs/faults.md. */
const calls = {
  integrations: ["getExpectedParamsForUser", { app: "gmail" }],
  initiate: ["initiateConnection", { app: "gmail", entityId: "Jessica" }],
};

test("every faulty answer has the same result as in Node", async ({ browser, platform, front, expectTrouble }) => {
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
        const isRequest = ({ method, url }) => request.is(method, url.split("?")[0].replace("/api/connect", ""));
        const undo = front.answers(isRequest, (exchange) => {
          times += 1;
          return fault.answer(exchange);
        });
        // tests/faults covers the client's retries.
        const { error } = await page.call({ retry: 0 }, method, options);
        undo();
        // Firefox itself retries a GET that is reset, ten times.
        assert.ok(request.kind === "create" ? times === 1 : times > 0, `${name}, ${fault.name}: ${times} times`);
        found.push(`${name}, ${fault.name}: ${error ? error.code : "fine"}`);
        wanted.push(`${name}, ${fault.name}: ${expected(fault, flow, request).result}`);
      }
    }
    assert.deepEqual(found, wanted);
  } finally {
    await page.close();
  }
});
