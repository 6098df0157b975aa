import assert from "node:assert/strict";
import { test } from "node:test";
import { byConcern } from "../../scripts/size/concerns.mjs";

test("a concern of docs/sizes.md whose code has moved is an error, not a row of 0 bytes", () => {
  const functions = ["<connect_flow::core::flow::machine::Flow>::done", "connectflow_submit"].map((name) => ({ name, size: 3, body: Buffer.from("abc") }));
  assert.throws(() => byConcern(functions), /^Error: no function belongs to "answers to JavaScript": change its pattern/);
});
