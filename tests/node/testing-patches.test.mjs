import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { openDom } from "./dom.mjs";

const startMs = Date.parse("2026-01-16T10:00:00.000Z");
const gateway = "http://127.0.0.1:1/api/connect";
const real = { setTimeout, now: Date.now };

/** Ways in which tests replace a member of the page. Each returns a function that undoes it. */
const patches = {
  "an assignment": (target, name, value) => {
    const before = target[name];
    target[name] = value;
    return () => void (target[name] = before);
  },
  "a stub as by vi.stubGlobal": (target, name, value) => {
    const before = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: true });
    return () => void (before ? Object.defineProperty(target, name, before) : Reflect.deleteProperty(target, name));
  },
  "a spy as by vi.spyOn and jest.spyOn": (target, name, value) => {
    const { value: before, ...rest } = Object.getOwnPropertyDescriptor(target, name);
    if (rest.get) {
      Object.defineProperty(target, name, { ...rest, get: () => value });
      return () => Object.defineProperty(target, name, rest);
    }
    Object.defineProperty(target, name, { ...rest, value });
    return () => Object.defineProperty(target, name, { ...rest, value: before });
  },
};

/** Everything that `install` replaces, as `[holder, name]`. */
const members = (hasDom) => [
  ...["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "BroadcastChannel", "open", "location", "fetch", "Request"].map((name) => [() => globalThis, name]),
  [() => Math, "random"],
  [() => performance, "now"],
  [() => Date, "now"],
  [() => globalThis.navigator, "onLine"],
  ...(hasDom ? [[() => document, "hasFocus"]] : ["history", "document", "addEventListener", "removeEventListener", "dispatchEvent"].map((name) => [() => globalThis, name])),
];
const hasNavigator = typeof navigator;
const isMissing = (error) => error instanceof TypeError || error instanceof ReferenceError;

for (const hasDom of [false, true]) {
  suite(hasDom ? "in a page with a DOM" : "in Node without a DOM", () => {
    let sandbox, dom, onLine;
    beforeEach(() => {
      dom = hasDom ? openDom() : undefined;
      onLine = globalThis.navigator?.onLine;
    });
    afterEach(() => {
      sandbox.dispose();
      dom?.close();
    });

    /** Asserts that no global of the sandbox is left. */
    async function checkRestored() {
      assert.ok(Math.abs(Date.now() - real.now()) < 1_000, "Date.now is the real one");
      assert.ok(Math.abs(new Date().getTime() - real.now()) < 1_000, "Date is the real one");
      assert.equal(new Date(5) instanceof Date, true);
      const moment = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 2));
      assert.ok(performance.now() > moment, "performance.now runs");
      await new Promise((resolve) => {
        const timer = setInterval(() => (clearInterval(timer), resolve()), 1);
      });
      clearTimeout(setTimeout(() => assert.fail("a cleared timer ran"), 1));
      assert.notDeepEqual([Math.random(), Math.random()], sandboxRandoms, "Math.random is the real one");
      const channel = new BroadcastChannel("x");
      channel.close();
      assert.equal(typeof document, hasDom ? "object" : "undefined");
      assert.equal(typeof location, hasDom ? "object" : "undefined");
      assert.equal(typeof history, hasDom ? "object" : "undefined");
      if (hasDom) {
        const before = dom.popups.length;
        open("https://platform.sandbox.test/link/x");
        assert.equal(dom.popups.length, before + 1, "open is the one of the page");
        location.assign("https://platform.sandbox.test/link/x");
        assert.deepEqual(dom.assigned.splice(0), ["https://platform.sandbox.test/link/x"]);
        assert.equal(document.hasFocus(), Reflect.getPrototypeOf(document).hasFocus.call(document));
      } else {
        // A test may have put back the wrapper of the sandbox. Without a DOM it has no function to call.
        assert.throws(() => open("about:blank"), isMissing);
        assert.throws(() => addEventListener("x", () => {}), isMissing);
      }
      assert.equal(typeof navigator, hasDom ? "object" : hasNavigator);
      assert.equal(globalThis.navigator?.onLine, onLine);
      // Nothing listens at this port.
      await assert.rejects(fetch(`${gateway}/api/v3.1/toolkits`), TypeError);
      assert.deepEqual(sandbox.requests, []);
    }

    let sandboxRandoms;
    const install = () => {
      sandbox = createSandbox({ now: () => startMs, gateway });
      sandbox.install();
      sandboxRandoms = [Math.random(), Math.random()];
      sandbox.dispose();
      sandbox.install();
    };

    for (const [way, put] of Object.entries(patches)) {
      test(`dispose leaves nothing of the sandbox if the test has replaced a global by ${way}, undone before or after`, async () => {
        install();
        for (const [order, isFirst] of [["before", true], ["after", false]]) {
          for (const [holderOf, name] of members(hasDom)) {
            if (way === "an assignment" && name === "onLine") continue;
            const holder = holderOf();
            const mine = typeof holder[name] === "function" ? function mine() {} : { mine: true };
            const back = put(holder, name, mine);
            assert.equal(holder[name], mine, `${name}: the test's value is in place`);
            if (isFirst) back();
            sandbox.dispose();
            if (!isFirst) {
              assert.ok(holderOf() !== holder || holder[name] === mine, `${name}: dispose keeps the test's value`);
              back();
            }
            await checkRestored().catch((error) => {
              throw new Error(`${name}, put back ${order} dispose: ${error.message}`, { cause: error });
            });
            sandbox.install();
          }
        }
      });
    }

    test("a function of the sandbox that a test kept acts as the original after dispose", async () => {
      install();
      const kept = { setTimeout, setInterval, clearTimeout, clearInterval, Date, BroadcastChannel, open, random: Math.random, performanceNow: performance.now };
      sandbox.dispose();
      await new Promise((resolve) => kept.setTimeout(resolve, 1));
      kept.clearTimeout(kept.setTimeout(() => assert.fail("a cleared timer ran"), 1));
      assert.ok(Math.abs(kept.Date.now() - real.now()) < 1_000);
      assert.ok(Math.abs(new kept.Date() - real.now()) < 1_000);
      assert.match(kept.Date(), new RegExp(String(new Date(real.now()).getFullYear())));
      assert.ok(new (class extends kept.Date {})() instanceof Date);
      assert.notDeepEqual([kept.random(), kept.random()], sandboxRandoms);
      new kept.BroadcastChannel("x").close();
      assert.ok(Math.abs(kept.performanceNow.call(performance) - performance.now()) < 1_000);
    });
  });
}

suite("fake timers of another library", () => {
  let sandbox;
  beforeEach(() => {
    sandbox = createSandbox({ now: () => startMs });
  });
  afterEach(() => {
    sandbox.dispose();
    mock.timers.reset();
    mock.restoreAll();
  });
  const sandboxError = (code, message) => ({ name: "SandboxError", code, message });

  test("enabled before install are refused by name", () => {
    mock.timers.enable({ apis: ["Date"] });
    assert.throws(() => sandbox.install(), sandboxError("timers_faked", /`Date`.*advanceTimers/));
  });

  test("a later replacement of a timer or of Date is named in an error", async () => {
    sandbox.install();
    const set = (target, name, value) => {
      const before = target[name];
      target[name] = value;
      return () => void (target[name] = before);
    };
    const { Date: SandboxDate } = globalThis;
    const causes = {
      // As MockDate, jest-date-mock, and vi.setSystemTime() without fake timers do.
      Date: [
        () => set(globalThis, "Date", class extends SandboxDate { static now() { return 5; } }),
        () => set(globalThis, "Date", class extends SandboxDate { static now() { return startMs + 3_600_000; } }),
        () => set(Date, "now", () => 5),
        () => (mock.method(Date, "now", () => 5), () => mock.restoreAll()),
      ],
      ...Object.fromEntries(["setTimeout", "clearTimeout", "setInterval", "clearInterval"].map((name) => [name, [() => set(globalThis, name, () => 1)]])),
    };
    for (const [name, changes] of Object.entries(causes)) {
      for (const change of changes) {
        const back = change();
        await assert.rejects(sandbox.clock.advance(1), sandboxError("timers_replaced", new RegExp(`\`${name}\` .*vi.setSystemTime`)));
        await assert.rejects(sandbox.clock.until(new Promise(() => {})), sandboxError("timers_replaced", /./));
        back();
        await sandbox.clock.advance(1);
      }
    }
    assert.equal(Date.now(), sandbox.clock.now());
  });

  test("a Date that stands still is named when the clock advances", async () => {
    sandbox.install();
    const fixed = sandbox.clock.now();
    mock.method(Date, "now", () => fixed);
    await assert.rejects(sandbox.clock.advance(1_000), sandboxError("timers_replaced", /`Date`/));
  });

  test("a spy that calls through is allowed", async () => {
    sandbox.install();
    const spy = mock.method(Date, "now");
    await sandbox.clock.advance(1_000);
    assert.equal(Date.now(), startMs + 1_000);
    assert.ok(spy.mock.callCount() > 0);
  });

  test("an error says if `advanceTimers` moves neither timers nor Date", async () => {
    const never = new Promise(() => {});
    sandbox = createSandbox({ advanceTimers: () => {} });
    sandbox.install();
    await assert.rejects(sandbox.clock.advance(1), sandboxError("clock_stuck", /`setTimeout` of this page did not move/));
    sandbox.dispose();

    mock.timers.enable({ apis: ["setTimeout"] });
    const fixed = Date.now();
    mock.method(Date, "now", () => fixed);
    sandbox = createSandbox({ advanceTimers: (ms) => mock.timers.tick(ms) });
    sandbox.install();
    await assert.rejects(sandbox.clock.until(never), sandboxError("clock_stuck", /`Date` of this page did not move/));
  });

  test("whose Date jumps while they advance do not stall the clock", async () => {
    mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: startMs });
    sandbox = createSandbox({ advanceTimers: (ms) => mock.timers.tick(ms) });
    sandbox.install();
    const ran = [];
    setTimeout(() => {
      ran.push("jump");
      mock.timers.setTime(startMs + 3_600_000);
    }, 100);
    setTimeout(() => ran.push("later"), 4_000_000);
    await sandbox.clock.advance(1_000);
    assert.deepEqual(ran, ["jump"]);
    assert.ok(Date.now() >= startMs + 3_600_000);
  });
});
