// SECURITY.md names the tests that hold its promises. They are there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** `[file, title]` of every test that a row names: a file in backquotes, then titles in quotes or names in backquotes. */
function named(row) {
  const cell = row.split("|").slice(2).join("|");
  return cell.split(/(?=`tests\/)/).flatMap((part) => {
    const file = part.match(/^`(tests\/[^`]+)`/)?.[1];
    if (!file) return [];
    const titles = file.endsWith(".rs") ? part.slice(file.length + 2).matchAll(/`(\w+)`/g) : part.matchAll(/"([^"]+)"/g);
    return [...titles].map(([, title]) => [file, title]);
  });
}

const rows = read("SECURITY.md").split("## What is promised")[1].split("## What is not promised")[0].split("\n").filter((line) => /^\| (?!promise)\S/.test(line));

test("every test that SECURITY.md names is there", () => {
  const missing = rows.flatMap(named).filter(([file, title]) => {
    const isIn = file.endsWith(".rs") ? new RegExp(`^\\s*(async )?fn ${title}\\(`, "m") : new RegExp(`\\b(test|plain|scenario|inOneEngine|suite)\\((["\`])[^\\n]*${escape(title)}[^\\n]*\\2`);
    return !isIn.test(read(file));
  });
  assert.deepEqual(missing, []);
});

test("every promise of SECURITY.md names a test", () => {
  assert.ok(rows.length > 25);
  assert.deepEqual(rows.filter((row) => named(row).length === 0), []);
});
