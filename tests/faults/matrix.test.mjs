import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { after, before, suite, test } from "node:test";
import { inBrowsers } from "./support/browsers.mjs";
import { runCell } from "./support/cell.mjs";
import { runPageCell } from "./support/page-faults.mjs";
import { cells, report } from "./support/report.mjs";
import { openWorld } from "./support/world.mjs";

const page = new URL("../../docs/faults.md", import.meta.url);
const passed = [];

let worlds;
before(async () => {
  worlds = await openWorld();
});
after(() => worlds.close());

const title = ({ flow }) => flow.name;
for (const name of new Set(cells.map(title))) {
  suite(name, () => {
    for (const cell of cells.filter((one) => title(one) === name)) {
      const { flow, request, fault, words, isOfPage } = cell;
      test(`${request.name}, ${fault.name}: ${words}`, async () => {
        await (isOfPage ? runPageCell : runCell)(worlds, flow, request, fault);
        passed.push(cell);
      });
    }
  });
}

test("the tests that docs/faults.md names are there", () => {
  for (const [file, name] of inBrowsers.flatMap(({ tests }) => tests)) {
    const text = readFileSync(new URL(`../e2e/${file}.test.mjs`, import.meta.url), "utf8");
    assert.ok(text.includes(name), `${file}: ${name}`);
  }
});

test("docs/faults.md says what has come of it", () => {
  const text = report(passed);
  if (process.env.FAULTS_WRITE) writeFileSync(page, text);
  assert.equal(readFileSync(page, "utf8"), text, "npm run faults -- --write");
});
