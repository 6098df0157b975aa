// SECURITY.md names the tests behind its promises. These tests check that they exist.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

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

test("every test that SECURITY.md names exists", () => {
  const missing = rows.flatMap(testsIn).filter(([file, title]) => {
    const pattern = file.endsWith(".rs") ? new RegExp(`^\\s*(async )?fn ${title}\\(`, "m") : new RegExp(`\\b(test|plain|scenario|inOneEngine|suite)\\((["\`])[^\\n]*${escape(title)}[^\\n]*\\2`);
    return !pattern.test(read(file));
  });
  assert.deepEqual(missing, []);
});

test("every promise of SECURITY.md names a test", () => {
  assert.ok(rows.length > 25);
  assert.deepEqual(rows.filter((row) => testsIn(row).length === 0), []);
});
