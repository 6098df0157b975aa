import assert from "node:assert/strict";
import { test } from "node:test";
import { isOver, lower, readBudgets, GROUPS } from "../../scripts/size/sizes.mjs";

test("a change may cost 3 % of what is weighed, and no more", () => {
  const limit = lower({ brotli: 100_000, budget: 20_000, limit: 200_000 });
  assert.equal(limit, 103_000);
  assert.equal(isOver({ brotli: 103_000, limit }), false);
  assert.equal(isOver({ brotli: 103_001, limit }), true);
});

test("a limit only goes down", () => {
  assert.equal(lower({ brotli: 102_000, budget: 20_000, limit: 103_000 }), 103_000);
  assert.equal(lower({ brotli: 50_000, budget: 20_000, limit: 103_000 }), 51_500);
});

test("what fits its budget stays in it", () => {
  assert.equal(lower({ brotli: 700, budget: 1000, limit: 1000 }), 730);
  assert.equal(lower({ brotli: 990, budget: 1000, limit: 2000 }), 1000);
});

test("everything that is weighed has a budget and a limit", () => {
  const budgets = readBudgets();
  assert.deepEqual(Object.keys(budgets), Object.keys(GROUPS));
  for (const { budget, limit } of Object.values(budgets)) assert.ok(budget > 0 && limit > 0);
});
