// A browser may report network, visibility, focus and popup wrongly. Such a hint delays status checks and decides nothing.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";

let sandbox, clock, undo;
beforeEach(() => {
  sandbox = createSandbox({ now: () => Date.parse("2026-01-16T10:00:00.000Z") });
  undo = [];
});
afterEach(() => {
  for (const restore of undo.reverse()) restore();
  sandbox.dispose();
});

function override(object, name, get) {
  const before = Object.getOwnPropertyDescriptor(object, name);
  Object.defineProperty(object, name, { configurable: true, get });
  undo.push(() => (before ? Object.defineProperty(object, name, before) : delete object[name]));
}

const hints = {
  "`navigator.onLine` is false for ever": () => override(navigator, "onLine", () => false),
  "`visibilityState` is hidden for ever": () => override(document, "visibilityState", () => "hidden"),
  "`hasFocus()` is false for ever": () => override(document, "hasFocus", () => () => false),
  "`closed` of the popup is true at once": () => sandbox.next({ outcome: "popup_cut_off", afterMs: 40_000 }),
  "all of them": () => {
    override(navigator, "onLine", () => false);
    override(document, "visibilityState", () => "hidden");
    override(document, "hasFocus", () => () => false);
  },
};

async function openClient() {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  ({ clock } = sandbox);
  return client;
}

suite("a wrong hint of the browser", () => {
  for (const [name, set] of Object.entries(hints)) {
    test(`${name}: a popup flow connects within 16 s after the account is ACTIVE`, async () => {
      const client = await openClient();
      if (!name.includes("closed")) sandbox.next({ outcome: "connected", afterMs: 40_000 });
      set();
      const flow = client.flow({ app: "gmail", mode: "popup" });
      assert.equal((await clock.until(flow.load())).state, "ready");
      const startMs = clock.now();
      assert.equal((await clock.until(flow.submit())).state, "connected");
      assert.ok(clock.now() - startMs <= 40_000 + 16_000, `${clock.now() - startMs} ms`);
    });

    test(`${name}: a waiting flow checks the account every 15 s, and so does waitUntilActive`, async () => {
      const client = await openClient();
      sandbox.next({ outcome: "never" });
      const { connectedAccountId, flowId } = await client.initiateConnection({ app: "gmail", redirectUrl: "https://app.test/done" });
      set();
      const flow = client.resume({ flowId });
      const checkTimes = () => sandbox.requests.filter(({ path }) => path.includes(connectedAccountId)).map(({ atMs }) => atMs);
      await clock.advance(5 * 60_000);
      const gaps = checkTimes().slice(1).map((atMs, index) => atMs - checkTimes()[index]);
      assert.ok(gaps.length >= 15 && Math.max(...gaps) <= 15_500, gaps.join(" "));
      flow.dispose();
      const waiting = client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 120_000 });
      const before = checkTimes().length;
      await assert.rejects(clock.until(waiting), { code: "timeout" });
      assert.ok(checkTimes().length - before >= 8, `${checkTimes().length - before} checks`);
    });
  }

  test("`navigator.onLine` is false: after a successful request waiting is as fast as online", async () => {
    const client = await openClient();
    sandbox.next({ outcome: "never" });
    const { connectedAccountId } = await client.initiateConnection({ app: "gmail" });
    override(navigator, "onLine", () => false);
    const before = sandbox.requests.length;
    await assert.rejects(clock.until(client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 30_000 })), { code: "timeout" });
    assert.ok(sandbox.requests.length - before >= 7, `${sandbox.requests.length - before} checks`);
  });
});

test("a page without a network polls rarely, and polls at once when the network is back", async () => {
  const client = await openClient();
  sandbox.next({ outcome: "never" });
  const { connectedAccountId } = await client.initiateConnection({ app: "gmail" });
  let requests = 0;
  const waiting = client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 300_000 });
  waiting.catch(() => {});
  await clock.advance(3_000);
  sandbox.setOnline(false);
  await clock.advance(120_000);
  requests = sandbox.requests.length;
  sandbox.setOnline(true);
  await clock.advance(100);
  assert.equal(sandbox.requests.length - requests, 1);
});
