import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";

const startMs = Date.parse("2026-01-16T10:00:00.000Z");
const real = { setTimeout, clearTimeout, setInterval, clearInterval, Date, random: Math.random };
const names = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "open", "BroadcastChannel", "document", "location", "history",
  "navigator", "addEventListener", "removeEventListener", "dispatchEvent"];
const globals = () => [...names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)), Math.random, globalThis.navigator && Object.getOwnPropertyDescriptor(navigator, "onLine")];

suite("the sandbox's clock", () => {
  let sandbox, clock;
  beforeEach(() => {
    sandbox = createSandbox({ now: () => startMs });
    sandbox.install();
    ({ clock } = sandbox);
  });
  afterEach(() => sandbox.dispose());

  test("stands still until advance is called", async () => {
    await new Promise((resolve) => real.setTimeout(resolve, 20));
    assert.deepEqual([Date.now(), new Date().getTime(), clock.now()], [startMs, startMs, startMs]);
    await clock.advance(1_500);
    assert.deepEqual([Date.now(), new Date().toISOString()], [startMs + 1_500, "2026-01-16T10:00:01.500Z"]);
    assert.ok(new Date() instanceof Date && new real.Date() instanceof Date);
    assert.equal(new Date(5).getTime(), 5);
    assert.match(Date(), /2026/);
  });

  test("runs timers in order, and the promises of each before the next", async () => {
    const seen = [];
    const note = (name) => seen.push([name, Date.now() - startMs]);
    setTimeout(note, 200, "second");
    const stopped = setTimeout(note, 150, "stopped");
    const every = setInterval(note, 100, "every");
    setTimeout(async () => {
      note("first");
      await null;
      clearTimeout(stopped);
      await new Promise((resolve) => setTimeout(resolve, 250));
      note("third");
    }, 50);
    await clock.advance(320);
    clearInterval(every);
    await clock.advance(1_000);
    assert.deepEqual(seen, [["first", 50], ["every", 100], ["second", 200], ["every", 200], ["third", 300], ["every", 300]]);
  });

  test("has the timer methods of Node and the arguments of a browser", async () => {
    const timer = setTimeout(() => {}, 10).unref();
    assert.equal(timer.hasRef(), true);
    assert.equal(typeof +timer, "number");
    clearTimeout(undefined);
    clearTimeout(real.setTimeout(() => assert.fail("clearTimeout left a real timer"), 1));
    let isOver = false;
    const again = setTimeout(() => (isOver = true), 100);
    await clock.advance(60);
    again.refresh();
    await clock.advance(60);
    assert.equal(isOver, false);
    await clock.advance(40);
    assert.equal(isOver, true);
  });

  test("until settles as its promise does, and rejects with clock_stuck if no timer is left or at its limit", async () => {
    const later = (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value));
    assert.equal(await clock.until(later(90_000, "done")), "done");
    assert.equal(Date.now(), startMs + 90_000);
    await assert.rejects(clock.until(later(10).then(() => Promise.reject(new Error("mine")))), /mine/);
    await assert.rejects(clock.until(new Promise(() => {})), { name: "SandboxError", code: "clock_stuck", message: /no timer is left/ });
    await assert.rejects(clock.until(later(5_000), { limitMs: 1_000 }), { code: "clock_stuck", message: /within 1000 ms/ });
    for (const wrong of [-1, NaN, "5", undefined]) await assert.rejects(clock.advance(wrong), { code: "invalid_argument" });
  });

  test("expires the platform's accounts", async () => {
    const client = await sandbox.createClient({ entityId: "Jessica" });
    const { connectedAccountId } = await client.initiateConnection({ app: "gmail" });
    await clock.advance(599_999);
    assert.equal((await client.connectedAccounts.get({ connectedAccountId })).status, "INITIALIZING");
    await clock.advance(1);
    assert.equal((await client.connectedAccounts.get({ connectedAccountId })).status, "EXPIRED");
    assert.equal(sandbox.requests.at(-1).atMs, startMs + 600_000);
  });
});

test("two runs of a test send their requests at the same times", async () => {
  const run = async () => {
    const sandbox = createSandbox({ now: () => startMs });
    try {
      const client = await sandbox.createClient({ entityId: "Jessica" });
      sandbox.next({ outcome: "expired" });
      const flow = client.flow({ app: "gmail", mode: "popup" });
      await flow.load();
      await sandbox.clock.until(flow.submit());
      return sandbox.requests.map(({ atMs }) => atMs);
    } finally {
      sandbox.dispose();
    }
  };
  const [first, second] = [await run(), await run()];
  assert.ok(first.length > 50 && new Set(first.slice(5, 50).map((atMs, index) => atMs - first[index + 4])).size > 5, "intervals have jitter");
  assert.deepEqual(second, first);
});

test("dispose restores every global, also if called twice or before install", () => {
  const before = globals();
  const sandbox = createSandbox();
  sandbox.dispose();
  sandbox.install();
  assert.notDeepEqual(globals(), before);
  const kept = { setTimeout, clearTimeout };
  sandbox.dispose();
  sandbox.dispose();
  assert.deepEqual(globals(), before);
  return new Promise((resolve) => kept.setTimeout(resolve, 1));
});

test("a timer of a sandbox that was disposed of is none of the next sandbox", async () => {
  const first = createSandbox();
  first.install();
  const stale = setTimeout(() => {}, 1_000);
  first.dispose();
  const next = createSandbox();
  next.install();
  try {
    let hasRun = false;
    setTimeout(() => (hasRun = true), 1_000);
    clearTimeout(stale);
    await next.clock.advance(1_000);
    assert.ok(hasRun);
  } finally {
    next.dispose();
  }
});

suite("the sandbox refuses", () => {
  let sandbox;
  beforeEach(() => {
    sandbox = createSandbox();
  });
  afterEach(() => sandbox.dispose());
  const sandboxError = (code, message = /./) => ({ name: "SandboxError", code, message });

  test("a second sandbox in the same page", () => {
    sandbox.install();
    sandbox.install();
    const other = createSandbox();
    assert.throws(() => other.install(), sandboxError("already_installed"));
    other.dispose();
    assert.notEqual(setTimeout, real.setTimeout, "the first sandbox stays installed");
  });

  test("the clock and visit before install", async () => {
    await assert.rejects(sandbox.clock.advance(1), sandboxError("not_installed"));
    await assert.rejects(sandbox.clock.until(Promise.resolve()), sandboxError("not_installed"));
    assert.throws(() => sandbox.visit("https://platform.sandbox.test/link/x"), sandboxError("not_installed"));
  });

  test("fake timers of a library, before or after install", async () => {
    globalThis.setTimeout = Object.assign(() => {}, { clock: {} });
    try {
      assert.throws(() => sandbox.install(), sandboxError("timers_faked", /advanceTimers/));
      assert.deepEqual([setInterval, Date, Math.random], [real.setInterval, real.Date, real.random]);
    } finally {
      globalThis.setTimeout = real.setTimeout;
    }
    sandbox.install();
    const own = globalThis.setTimeout;
    globalThis.setTimeout = () => {};
    await assert.rejects(sandbox.clock.advance(1), sandboxError("timers_replaced"));
    globalThis.setTimeout = own;
  });

  test("a fake queueMicrotask that a library installs later", async () => {
    sandbox.install();
    await sandbox.clock.advance(0);
    const own = globalThis.queueMicrotask;
    globalThis.queueMicrotask = Object.assign((job) => own(job), { clock: {} });
    try {
      await assert.rejects(sandbox.clock.advance(1), sandboxError("timers_faked", /`queueMicrotask` of this page is a fake/));
    } finally {
      globalThis.queueMicrotask = own;
    }
  });

  test("install with an authorization server of the test", () => {
    const own = createSandbox({ oauth: { start: async () => ({ url: "https://as.test/", session: 1 }), finish: async () => ({ ok: false, error: "x" }) } });
    assert.throws(() => own.install(), sandboxError("oauth_given"));
  });

  test("an unknown outcome, or a member that the outcome lacks", () => {
    for (const attempt of [undefined, null, {}, { outcome: "toString" }, { outcome: "closed" }]) {
      assert.throws(() => sandbox.next(attempt), sandboxError("invalid_argument", /Valid: connected, denied/));
    }
    assert.throws(() => sandbox.next({ outcome: "never", afterMs: 1 }), sandboxError("invalid_argument", /`afterMs` is not a member of the outcome `never`/));
    for (const afterMs of ["1", -1, NaN]) assert.throws(() => sandbox.next({ outcome: "denied", afterMs }), sandboxError("invalid_argument"));
  });

  test("a popup outcome in redirect mode", async () => {
    const client = await sandbox.createClient({ entityId: "Jessica" });
    sandbox.next({ outcome: "popup_closed" });
    const { error } = await client.flow({ app: "gmail", mode: "redirect" }).submit();
    assert.equal(error.code, "redirect_refused");
    assert.equal(error.cause.code, "no_popup");
    assert.throws(() => sandbox.visit("https://platform.sandbox.test/link/x"), sandboxError("invalid_argument"));
  });
});
