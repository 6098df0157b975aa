// SECURITY.md, docs/secrets.md and docs/faults.md name tests. These tests check that they exist.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { inBrowsers } from "../faults/support/browsers.mjs";
import { titlesOf } from "../support/titles.mjs";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** `[file, title]` of every test in a row: a file in backquotes, then titles in quotes, or Rust names in backquotes. */
function testsIn(row) {
  const cell = row.split("|").slice(2).join("|");
  return cell.split(/(?=`tests\/)/).flatMap((part) => {
    const file = part.match(/^`(tests\/[^`]+)`/)?.[1];
    if (!file) return [];
    const titles = file.endsWith(".rs") ? part.slice(file.length + 2).matchAll(/`(\w+)`/g) : part.matchAll(/"([^"]+)"/g);
    return [...titles].map(([, title]) => [file, title]);
  });
}

const rows = read("SECURITY.md").split("## What is promised")[1].split("## What is not promised")[0].split("\n").filter((line) => /^\| (?!promise)\S/.test(line));

/** The tests that each document names: `[file, title]`. */
const named = {
  "SECURITY.md": rows.flatMap(testsIn),
  "docs/secrets.md": [...read("docs/secrets.md").matchAll(/\[([^\]]+)\]\(\.\.\/(tests\/[^)]+)\)/g)].map(([, title, file]) => [file, title]),
  "docs/faults.md": inBrowsers.flatMap(({ tests }) => tests).map(([file, title]) => [`tests/e2e/${file}.test.mjs`, title]),
};
const files = new Set(Object.values(named).flat().map(([file]) => file));
const titles = await titlesOf([...files].filter((file) => file.endsWith(".mjs")));

for (const [document, tests] of Object.entries(named)) {
  test(`every test that ${document} names exists`, () => {
    assert.ok(tests.length > 10);
    const exists = ([file, title]) => (file.endsWith(".rs") ? read(file).includes(`fn ${title}(`) : titles[file].some((one) => one.includes(title)));
    assert.deepEqual(tests.filter((one) => !exists(one)), []);
  });
}

test("every promise of SECURITY.md names a test", () => {
  assert.ok(rows.length > 25);
  assert.deepEqual(rows.filter((row) => testsIn(row).length === 0), []);
});
