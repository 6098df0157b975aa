// A flow or a call that waits: after a reload, in a hidden or offline page, and after its flow was disposed of.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openClient, page, reach, rejects, sandbox, settle, storage, visit } from "./flow-page.mjs";

suite("resume", () => {
  const startRedirect = async (options) => {
    const client = await openClient(options);
    const flow = client.flow({ app: "gmail", mode: "redirect" });
    await flow.submit();
    return client.pending()[0];
  };

  test("continues to wait in another page, and connects", async () => {
    const { flowId, connectedAccountId } = await startRedirect();
    const client = await openClient();
    const flow = client.resume();
    assert.deepEqual([flow.getSnapshot().connectedAccountId, flow.getSnapshot().app], [connectedAccountId, "gmail"]);
    await reach(flow, "waiting");
    await visit(page.assigned[0]);
    assert.equal((await reach(flow, "connected", "failed")).state, "connected");
    assert.deepEqual(client.pending(), []);
    assert.equal(client.resume(), null);
    assert.equal((await reach(client.resume({ flowId }), "connected", "failed")).state, "connected");
  });

  test("throws flow_expired for an unknown or expired flow", async () => {
    const client = await openClient();
    assert.equal(client.resume(), null);
    assert.throws(() => client.resume({ flowId: "0".repeat(32) }), { code: "flow_expired" });
    const { flowId } = await startRedirect();
    const [[key, text]] = storage.map;
    const record = JSON.parse(text);
    storage.map.set(key, JSON.stringify({ ...record, startedAtMs: record.startedAtMs - 3_600_000, expiresAtMs: record.expiresAtMs - 3_600_000 }));
    assert.throws(() => client.resume({ flowId }), { code: "flow_expired" });
    for (const options of [1, "x", { flow: 1 }, { flowId: 1 }]) assert.throws(() => client.resume(options), { code: "invalid_argument" });
  });

  test("continues from memory if the storage throws", async () => {
    const fail = () => { throw new Error("quota"); };
    const options = { storage: { setItem: fail, getItem: fail, removeItem: fail, key: fail, get length() { return fail(); } } };
    await startRedirect(options);
    const client = await openClient(options);
    assert.equal(client.pending().length, 1);
    const flow = client.resume();
    await visit(page.assigned[0]);
    assert.equal((await reach(flow, "connected", "failed")).state, "connected");
  });
});

for (const [how, pause, resume] of [
  ["the page is hidden", () => (document.visibilityState = "hidden"), () => (document.visibilityState = "visible", document.dispatchEvent(new Event("visibilitychange")))],
  ["the browser is offline", () => setOnline(false), () => (setOnline(true), page.window.dispatchEvent(new Event("online")))],
]) {
  test(`waitUntilActive pauses while ${how}, and checks at once afterwards`, async (context) => {
    const client = await openClient();
    const { connectedAccountId, redirectUrl } = await client.initiateConnection({ app: "gmail" });
    const checks = () => sandbox.requests.filter(({ method, path }) => method === "GET" && path.endsWith(connectedAccountId)).length;
    context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
    try {
      const waiting = client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 60_000 });
      await settle();
      assert.equal(checks(), 1);
      context.mock.timers.tick(1_000);
      await settle();
      assert.equal(checks(), 2, "while the page is visible");
      pause();
      for (let second = 0; second < 30; second++) {
        context.mock.timers.tick(1_000);
        await settle();
      }
      assert.equal(checks(), 2);
      await visit(redirectUrl);
      resume();
      assert.equal((await waiting).status, "ACTIVE");
      assert.equal(checks(), 3);

      pause();
      const late = client.connectedAccounts.waitUntilActive({ connectedAccountId: (await client.initiateConnection({ app: "gmail" })).connectedAccountId, timeoutMs: 5_000 });
      await settle();
      context.mock.timers.tick(5_000);
      await rejects(late, "timeout");
    } finally {
      resume();
    }
  });
}

function setOnline(onLine) {
  Object.defineProperty(globalThis, "navigator", { value: { onLine }, configurable: true });
}

test("the page in the popup completes the connection if its opener has disposed of the flow", async () => {
  const client = await openClient();
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  flow.submit();
  await reach(flow, "waiting");
  flow.dispose();
  const done = await (await openClient()).completeConnection({ url: await visit(page.popups[0].url) });
  assert.equal(done.connectionStatus, "ACTIVE");
});
