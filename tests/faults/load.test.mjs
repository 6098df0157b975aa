import assert from "node:assert/strict";
import { before, test } from "node:test";
import { makeClient, memoryStorage } from "../node/client.mjs";
import { moduleMemory } from "../node/module-memory.mjs";
import { collectGarbage } from "../support/garbage.mjs";
import { openCountedPage } from "./support/counted-page.mjs";
import { platform } from "./support/platform.mjs";

// The engine's own 1 MB hides a leak of 420 bytes a flow in each half of these.
const flows = 6_000;
const tabs = 200;
/** The time between two flows. Records expire after 10 minutes and are deleted after an hour, so each flow meets a pending one and others. */
const intervalMs = 5 * 60_000;
const { now } = Date;
let laterMs = 0;
let counts;
before(() => {
  Date.now = () => now() + laterMs;
  counts = openCountedPage();
});

const clientOf = (storage, fetch = platform(() => "ACTIVE")) => makeClient({ entityId: "Jessica", fetch, storage, redirectUrl: "https://app.test/done" });

async function connectOne(client) {
  const flow = client.flow({ app: "gmail", mode: "popup" });
  const unsubscribe = flow.subscribe(() => {});
  await flow.load();
  const end = await flow.submit();
  unsubscribe();
  flow.dispose();
  assert.equal(end.state, "connected", JSON.stringify(end.error));
  laterMs += intervalMs;
  // FinalizationRegistry callbacks run in a task of their own.
  await new Promise(setImmediate);
}

/** What is still held, after a garbage collection. */
async function retained() {
  // Also lets the last popup close itself: the page has acknowledged its callback.
  await collectGarbage();
  const [bytes] = await moduleMemory();
  return { ...counts, wasm: bytes.length };
}

test(`${flows} flows in one page with one client leak no memory, listener, timer, channel or popup`, { timeout: 4 * 60_000 }, async (context) => {
  const storage = memoryStorage();
  const client = await clientOf(storage);
  const idle = { ...counts };
  const many = async (count) => {
    for (let flow = 1; flow <= count; flow += 1) {
      await connectOne(client);
      // Collects regularly, so that the amount of garbage at the end does not depend on chance.
      if (flow % 250 === 0) await collectGarbage();
    }
    return retained();
  };
  const { wasm, ...before } = await many(flows / 2);
  const heap = process.memoryUsage().heapUsed;
  const { wasm: wasmAfter, ...after } = await many(flows / 2);
  assert.deepEqual(after, before, "a count has grown");
  const bytesPerFlow = (process.memoryUsage().heapUsed - heap) / (flows / 2);
  context.diagnostic(`wasm ${wasmAfter / 1024} KB, before ${wasm / 1024} KB, heap ${bytesPerFlow.toFixed(1)} bytes a flow, ${storage.map.size} records`);
  // The engine itself takes up to 1 MB, however many flows there are.
  assert.ok(bytesPerFlow * (flows / 2) < 1_250_000, `the heap grows by ${bytesPerFlow} bytes a flow`);
  // Uncollected flows may cost two pages of 64 KB by chance. A leaked flow would cost some KB each time.
  assert.ok((wasmAfter - wasm) / (flows / 2) < 50, `the module's memory grows from ${wasm} to ${wasmAfter} bytes`);
  assert.ok(storage.map.size <= 60 * 60_000 / intervalMs + 1, `${storage.map.size} records are kept`);
  assert.equal(client.trace().length, 200);
  client.dispose();
  assert.deepEqual({ ...counts }, idle);
});

// Each attempt reads the records of all others, so ten times as many take a hundred times as long.
test(`the attempts of ${tabs} closed tabs are pending for 10 minutes and deleted after an hour`, { timeout: 2 * 60_000 }, async () => {
  const storage = memoryStorage();
  const fetch = platform(() => "ACTIVE");
  for (let tab = 0; tab < tabs; tab += 1) {
    const client = await clientOf(storage, fetch);
    await client.initiateConnection({ app: "gmail" });
    client.dispose();
  }
  const client = await clientOf(storage, fetch);
  const pending = client.pending();
  assert.equal(pending.length, tabs);
  assert.equal(new Set(pending.map(({ connectedAccountId }) => connectedAccountId)).size, tabs);
  laterMs += 10 * 60_000;
  assert.deepEqual(client.pending(), []);
  laterMs += 50 * 60_000;
  await client.initiateConnection({ app: "gmail" });
  assert.equal(storage.map.size, 1);
  assert.equal(client.pending().length, 1);
  client.dispose();
});
