// Clients share pending attempts through their storage only.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { makeSandboxClient, memoryStorage, wasmUrl } from "./client.mjs";

/** A full storage. The client keeps its records in memory. */
const fullStorage = () => ({ ...memoryStorage(), setItem() { throw new Error("full"); }, length: 0 });
const kinds = { working: memoryStorage, full: fullStorage };

const openClient = (storage) => makeSandboxClient(createSandbox(), { storage });

const start = async (client) => (await client.initiateConnection({ app: "gmail", redirectUrl: "https://app.test/done" })).flowId;
const pendingIds = (client) => client.pending().map(({ flowId }) => flowId);

for (const [kind, make] of Object.entries(kinds)) {
  test(`clients with separate ${kind} storages see only their own attempts`, async () => {
    const [one, other] = [await openClient(make()), await openClient(make())];
    const [first, second] = [await start(one), await start(other)];
    assert.deepEqual([pendingIds(one), pendingIds(other)], [[first], [second]]);
    assert.throws(() => other.resume({ flowId: first }), { code: "flow_expired" });
    await assert.rejects(other.completeConnection({ url: `https://app.test/done?cf_flow=${first}&status=success` }), { code: "callback_unbound" });
  });

  test(`clients that share a ${kind} storage see each other's attempts`, async () => {
    const storage = make();
    const [one, other] = [await openClient(storage), await openClient(storage)];
    const started = [await start(one), await start(other)].sort();
    assert.deepEqual([pendingIds(one).sort(), pendingIds(other).sort()], [started, started]);
  });
}

test("clients without a storage share records in memory, and no other client sees them", async () => {
  const [one, other, apart] = [await openClient(), await openClient(), await openClient(fullStorage())];
  const flowId = await start(one);
  assert.ok(pendingIds(other).includes(flowId));
  assert.deepEqual(pendingIds(apart), []);
});

test("once a full storage has room again, new records go to it", async () => {
  const storage = memoryStorage();
  const { setItem } = storage;
  storage.setItem = () => { throw new Error("full"); };
  const client = await openClient(storage);
  const first = await start(client);
  storage.setItem = setItem;
  const second = await start(client);
  assert.deepEqual(pendingIds(client).sort(), [first, second].sort());
  assert.equal(storage.map.size, 1);
});

test("a second sandbox in the same process sees no attempt of the first", async () => {
  const found = [];
  for (const storage of [undefined, fullStorage()]) {
    const sandbox = createSandbox({ apiKey: "key" });
    const client = await sandbox.createClient({ entityId: "Jessica", redirectUrl: "https://app.test/done", wasmUrl, ...(storage && { storage }) });
    try {
      found.push(pendingIds(client).length);
      await start(client);
      found.push(pendingIds(client).length);
    } finally {
      sandbox.dispose();
    }
  }
  assert.deepEqual(found, [0, 1, 0, 1]);
});

test("an attempt that was cancelled while the storage was full cannot be completed", async () => {
  const storage = memoryStorage();
  const client = await openClient(storage);
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
  // A client of another page: it shares the storage, but not the memory.
  const other = await openClient({ ...storage, length: storage.length, key: storage.key });
  assert.deepEqual(pendingIds(other), []);
  await assert.rejects(other.completeConnection({ url }), { code: "callback_unbound" });
});
