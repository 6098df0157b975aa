import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the README's React code is the one that is compiled", () => {
  const [, code] = read("README.md").match(/```tsx\n([^]*?)```/);
  assert.equal(code, read("tests/types/readme-react.tsx"));
});
