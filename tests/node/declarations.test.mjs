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

test("the methods name what they ask of the platform, and all that is asked", () => {
  const asked = [...read("src/core/protocol/v3.rs").matchAll(/"(?:\/[a-z_]+(?:\/[a-z_]+|\/\{id\})*)"/g)].map(([route]) => `/api/v3.1${JSON.parse(route)}`);
  assert.ok(asked.length > 10);
  const named = [...read("dist/connect_flow.d.ts").matchAll(/`(?:GET|POST|PATCH|DELETE) (\/api\/v[^`]+)`/g)].map(([, route]) => route);
  const distinct = (routes) => [...new Set(routes)].sort();
  assert.deepEqual(distinct(named), distinct(asked));
});
