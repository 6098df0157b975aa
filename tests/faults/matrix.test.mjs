import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { runWithFault } from "./support/request-fault.mjs";
import { runWithPageFault } from "./support/page-faults.mjs";
import { cases, report } from "./support/report.mjs";
import { openWorld } from "./support/world.mjs";

const page = new URL("../../docs/faults.md", import.meta.url);
const passed = [];

let worlds;
before(async () => {
  worlds = await openWorld();
});
after(() => worlds.close());

const title = ({ flow }) => flow.name;
for (const name of new Set(cases.map(title))) {
  suite(`the flow "${name}"`, () => {
    for (const faultCase of cases.filter((one) => title(one) === name)) {
      const { flow, request, fault, description, isPageFault } = faultCase;
      test(`${request.name} with fault "${fault.name}": ${description}`, async () => {
        await (isPageFault ? runWithPageFault : runWithFault)(worlds, flow, request, fault);
        passed.push(faultCase);
      });
    }
  });
}

test("docs/faults.md is what this run generates", () => {
  const text = report(passed);
  if (process.env.FAULTS_WRITE) writeFileSync(page, text);
  assert.equal(readFileSync(page, "utf8"), text, "FAULTS_WRITE=1 npm test -- tests/faults/matrix.test.mjs");
});
