// Clients share what they remember through their storage, and through nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { makeClient, memoryStorage, wasmUrl } from "./client.mjs";

/** A storage that takes nothing: what was to be stored stays in memory. */
const broken = () => ({ ...memoryStorage(), setItem() { throw new Error("full"); }, length: 0 });
const kinds = { "that work": memoryStorage, "that take nothing": broken };

async function open(storage) {
  const sandbox = createSandbox({ apiKey: "key" });
  return makeClient({ baseUrl: "https://sandbox.test", entityId: "Jessica", unsafeApiKey: "key", fetch: (request) => sandbox.fetch(request), storage });
}

const start = async (client) => (await client.initiateConnection({ app: "gmail", redirectUrl: "https://app.test/done" })).flowId;
const ids = (client) => client.pending().map(({ flowId }) => flowId);

for (const [kind, make] of Object.entries(kinds)) {
  test(`clients over two storages ${kind} see only their own attempts`, async () => {
    const [one, other] = [await open(make()), await open(make())];
    const [first, second] = [await start(one), await start(other)];
    assert.deepEqual([ids(one), ids(other)], [[first], [second]]);
    assert.throws(() => other.resume({ flowId: first }), { code: "flow_expired" });
    await assert.rejects(other.completeConnection({ url: `https://app.test/done?cf_flow=${first}&status=success` }), { code: "callback_unbound" });
  });

  test(`two clients over one storage ${kind} see each other's attempts`, async () => {
    const storage = make();
    const [one, other] = [await open(storage), await open(storage)];
    const started = [await start(one), await start(other)].sort();
    assert.deepEqual([ids(one).sort(), ids(other).sort()], [started, started]);
  });
}

test("clients of a page without a storage share its memory, and no other client sees that", async () => {
  const [one, other, apart] = [await open(), await open(), await open(broken())];
  const flowId = await start(one);
  assert.ok(ids(other).includes(flowId));
  assert.deepEqual(ids(apart), []);
});

test("a record that a storage takes after all replaces the one in memory", async () => {
  const storage = memoryStorage();
  const { setItem } = storage;
  storage.setItem = () => { throw new Error("full"); };
  const client = await open(storage);
  const first = await start(client);
  storage.setItem = setItem;
  const second = await start(client);
  assert.deepEqual(ids(client).sort(), [first, second].sort());
  assert.equal(storage.map.size, 1);
});

test("a second sandbox in the same program does not see what the first has started", async () => {
  const found = [];
  for (const storage of [undefined, broken()]) {
    const sandbox = createSandbox({ apiKey: "key" });
    const client = await sandbox.createClient({ entityId: "Jessica", redirectUrl: "https://app.test/done", wasmUrl, ...(storage && { storage }) });
    try {
      found.push(ids(client).length);
      await start(client);
      found.push(ids(client).length);
    } finally {
      sandbox.dispose();
    }
  }
  assert.deepEqual(found, [0, 1, 0, 1]);
});

test("an attempt that was cancelled while the storage is full goes on nowhere", async () => {
  const storage = memoryStorage();
  const client = await open(storage);
  const flow = client.flow({ app: "gmail", redirectUrl: "https://app.test/done", mode: "popup" });
  globalThis.open = () => ({ closed: false, close() {}, location: { replace() {} } });
  try {
    await flow.load();
    void flow.submit();
    while (flow.getSnapshot().state !== "waiting") await new Promise(setImmediate);
  } finally {
    delete globalThis.open;
  }
  const { flowId } = flow.getSnapshot();
  storage.setItem = () => { throw new Error("full"); };
  flow.cancel();
  const url = `https://app.test/done?cf_flow=${flowId}&status=success`;
  await assert.rejects(client.completeConnection({ url }), { code: "callback_replayed" });
  // Another page reads what the storage holds, and has no memory of this one.
  const other = await open({ ...storage, length: storage.length, key: storage.key });
  assert.deepEqual(ids(other), []);
  await assert.rejects(other.completeConnection({ url }), { code: "callback_unbound" });
});
