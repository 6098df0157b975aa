import assert from "node:assert/strict";
import { test } from "node:test";
import { isOver, lower, readBudgets, GROUPS } from "../../scripts/size/sizes.mjs";

test("a change may cost 3 % of the budget, and no more", () => {
  const limit = lower({ brotli: 100_000, budget: 20_000, limit: 200_000 });
  assert.equal(limit, 100_600);
  assert.equal(isOver({ brotli: 100_600, limit }), false);
  assert.equal(isOver({ brotli: 100_601, limit }), true);
});

test("a limit only goes down", () => {
  assert.equal(lower({ brotli: 102_800, budget: 20_000, limit: 103_000 }), 103_000);
  assert.equal(lower({ brotli: 50_000, budget: 20_000, limit: 103_000 }), 50_600);
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
