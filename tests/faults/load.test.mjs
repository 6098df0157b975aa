import assert from "node:assert/strict";
import { before, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { makeClient, memoryStorage } from "../node/client.mjs";
import { moduleMemory } from "../node/module-memory.mjs";
import { openCountedPage } from "./support/counted-page.mjs";
import { platform } from "./support/platform.mjs";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc");

const flows = 6_000;
/** So much later is each flow than the one before: records live for 10 minutes. */
const apartMs = 2 * 60_000;
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
  laterMs += apartMs;
  // A page has other tasks; in one of them goes what was collected.
  await new Promise(setImmediate);
}

async function left() {
  // The popup of the last one closes itself when it has heard.
  await new Promise(setImmediate);
  gc();
  const [bytes] = await moduleMemory();
  return { ...counts, wasm: bytes.length };
}

test(`${flows} flows through one page and one client`, { timeout: 4 * 60_000 }, async (context) => {
  const storage = memoryStorage();
  const client = await clientOf(storage);
  const idle = { ...counts };
  const many = async (count) => {
    for (let flow = 1; flow <= count; flow += 1) {
      await connectOne(client);
      // As often as a page collects; else it is chance how much waits for it at the end.
      if (flow % 250 === 0) gc();
    }
    return left();
  };
  const { wasm, ...before } = await many(flows / 2);
  const heap = process.memoryUsage().heapUsed;
  const { wasm: wasmAfter, ...after } = await many(flows / 2);
  assert.deepEqual(after, before, "something grows");
  const grown = (process.memoryUsage().heapUsed - heap) / (flows / 2);
  context.diagnostic(`wasm ${wasmAfter / 1024} KB, before ${wasm / 1024} KB, heap ${grown.toFixed(1)} bytes a flow, ${storage.map.size} records`);
  assert.ok(grown < 250, `the heap grows by ${grown} bytes a flow`);
  // Two steps of 64 KB may be more flows than ever waiting to be collected, which is chance; a flow that stayed is some KB.
  assert.ok((wasmAfter - wasm) / (flows / 2) < 50, `the module's memory grows from ${wasm} to ${wasmAfter} bytes`);
  assert.ok(storage.map.size <= 60 * 60_000 / apartMs + 1, `${storage.map.size} records are kept`);
  assert.equal(client.trace().length, 200);
  client.dispose();
  assert.deepEqual({ ...counts }, idle);
});

test("1,000 tabs that were left are pending for ten minutes, and forgotten after an hour", { timeout: 2 * 60_000 }, async () => {
  const storage = memoryStorage();
  const fetch = platform(() => "ACTIVE");
  for (let tab = 0; tab < 1_000; tab += 1) {
    const client = await clientOf(storage, fetch);
    await client.initiateConnection({ app: "gmail" });
    client.dispose();
  }
  const client = await clientOf(storage, fetch);
  const pending = client.pending();
  assert.equal(pending.length, 1_000);
  assert.equal(new Set(pending.map(({ connectedAccountId }) => connectedAccountId)).size, 1_000);
  laterMs += 10 * 60_000;
  assert.deepEqual(client.pending(), []);
  laterMs += 50 * 60_000;
  await client.initiateConnection({ app: "gmail" });
  assert.equal(storage.map.size, 1);
  assert.equal(client.pending().length, 1);
  client.dispose();
});
