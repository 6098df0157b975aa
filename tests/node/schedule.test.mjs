import assert from "node:assert/strict";
import { test } from "node:test";
import { schedule } from "../../scripts/test/schedule.mjs";

/** Stages that end when the test says so. */
function rehearsal(stages, limit) {
  const ends = new Map();
  const started = [];
  const done = schedule(stages, {
    limit,
    runStage: ({ name }) => {
      started.push(name);
      return new Promise((resolve) => ends.set(name, () => resolve(`${name} done`)));
    },
  });
  const end = async (name) => {
    ends.get(name)();
    // The scheduler hears of it some microtasks later.
    await new Promise(setImmediate);
    return started.splice(0);
  };
  return { done, end, first: started.splice(0) };
}

test("stages run side by side, at most so many, the first ones first", async () => {
  const { first, end, done } = rehearsal([{ name: "a" }, { name: "b" }, { name: "c" }], 2);
  assert.deepEqual(first, ["a", "b"]);
  assert.deepEqual(await end("b"), ["c"]);
  await end("c");
  await end("a");
  assert.deepEqual(await done, ["a done", "b done", "c done"], "told in the order of the stages");
});

test("a stage waits for those it comes after, if they run at all", async () => {
  const { first, end, done } = rehearsal([{ name: "test", after: ["build", "not chosen"] }, { name: "build" }], 2);
  assert.deepEqual(first, ["build"]);
  assert.deepEqual(await end("build"), ["test"]);
  await end("test");
  await done;
});

test("two stages that use the same thing never run at once", async () => {
  const { first, end, done } = rehearsal([{ name: "a", uses: "x" }, { name: "b", uses: "x" }, { name: "c", uses: "y" }], 3);
  assert.deepEqual(first, ["a", "c"]);
  assert.deepEqual(await end("c"), []);
  assert.deepEqual(await end("a"), ["b"]);
  await end("b");
  await done;
});

test("stages that wait for each other are an error, not a hang", async () => {
  const stages = [{ name: "a", after: ["b"] }, { name: "b", after: ["a"] }];
  await assert.rejects(schedule(stages, { limit: 2, runStage: async () => {} }), /a, b/);
});

test("a stage waits until what it needs is there, and the others do not", async () => {
  let arrive;
  const ready = new Promise((resolve) => (arrive = resolve));
  const { first, end, done } = rehearsal([{ name: "a", ready }, { name: "b" }, { name: "c", ready: Promise.resolve() }], 1);
  assert.deepEqual(first, ["b"]);
  assert.deepEqual(await end("b"), ["c"]);
  assert.deepEqual(await end("c"), []);
  arrive();
  await new Promise(setImmediate);
  await end("a");
  assert.deepEqual(await done, ["a done", "b done", "c done"]);
});

test("what cannot be installed ends the run", async () => {
  const stages = [{ name: "a" }, { name: "b", ready: Promise.reject(new Error("no network")) }];
  await assert.rejects(schedule(stages, { limit: 2, runStage: () => new Promise(() => {}) }), /no network/);
});
