import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
// What the module's glue calls, which no entry exports.
const glue = /export interface InitOutput \{[^]*?\n\}/;
const { files } = JSON.parse(read("package.json"));

for (const file of ["src/bindings/types.d.ts", ...files.filter((name) => name.endsWith(".d.ts"))]) {
  test(`${file} leaves nothing untyped`, () => {
    const lines = read(file).replace(/\/\*[^]*?\*\/|\/\/.*/g, "").replace(glue, "").split("\n");
    assert.ok(lines.some((line) => line.startsWith("export ")));
    assert.deepEqual(lines.filter((line) => /\bany\b/.test(line)), []);
  });
}
