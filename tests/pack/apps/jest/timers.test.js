import { afterEach, expect, jest, test } from "@jest/globals";
import fakeTimers from "@sinonjs/fake-timers";
import { createSandbox } from "connect-flow/testing";

const startMs = Date.parse("2026-01-16T10:00:00.000Z");
let sandbox;
afterEach(() => {
  sandbox.dispose();
  jest.useRealTimers();
  jest.restoreAllMocks();
});

/** Loads a flow whose user will close the popup. */
async function open() {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  sandbox.next({ outcome: "popup_closed" });
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  return flow;
}

async function assertRealTimers() {
  const beforeMs = Date.now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(Date.now()).toBeGreaterThan(beforeMs);
  expect(beforeMs).toBeGreaterThan(startMs + 86_400_000);
}

for (const [whose, fake] of [
  ["Jest's", () => (jest.useFakeTimers({ now: startMs, doNotFake: ["queueMicrotask", "nextTick"] }), [(ms) => jest.advanceTimersByTimeAsync(ms), () => jest.useRealTimers()])],
  ["@sinonjs/fake-timers'", () => {
    const clock = fakeTimers.withGlobal(globalThis).install({ now: startMs, toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] });
    return [(ms) => clock.tickAsync(ms), () => clock.uninstall()];
  }],
]) {
  test(`the sandbox can use ${whose} clock`, async () => {
    const [advanceTimers, end] = fake();
    sandbox = createSandbox({ advanceTimers });
    const flow = await open();
    const done = flow.submit();
    await sandbox.clock.advance(5_000);
    expect((await done).error.code).toBe("popup_closed");
    expect(new Date().toISOString()).toBe("2026-01-16T10:00:05.000Z");
    sandbox.dispose();
    end();
    await assertRealTimers();
  });

  test(`the sandbox refuses to replace ${whose} timers`, async () => {
    const [, end] = fake();
    sandbox = createSandbox();
    expect(() => sandbox.install()).toThrow(expect.objectContaining({ code: "timers_faked" }));
    end();
    await assertRealTimers();
  });

  for (const isFirst of [true, false]) {
    test(`${whose} timers, installed after the sandbox, cause an error and can be removed ${isFirst ? "before" : "after"} it`, async () => {
      sandbox = createSandbox({ now: () => startMs });
      await open();
      const [, end] = fake();
      await expect(sandbox.clock.advance(1_000)).rejects.toMatchObject({ code: "timers_replaced" });
      if (isFirst) end();
      sandbox.dispose();
      if (!isFirst) end();
      await assertRealTimers();
    });
  }
}

test("fake microtasks cause an error instead of a hanging test", async () => {
  jest.useFakeTimers();
  sandbox = createSandbox({ advanceTimers: (ms) => jest.advanceTimersByTimeAsync(ms) });
  await expect(sandbox.createClient()).rejects.toMatchObject({ code: "timers_faked", message: expect.stringContaining("doNotFake") });
});

for (const isFirst of [true, false]) {
  test(`spies and assignments that are undone ${isFirst ? "before" : "after"} the sandbox leave the real globals`, async () => {
    sandbox = createSandbox({ now: () => startMs });
    sandbox.install();
    const { setTimeout: own } = globalThis;
    globalThis.setTimeout = () => 1;
    jest.spyOn(globalThis, "open").mockReturnValue(null);
    jest.spyOn(document, "hasFocus").mockReturnValue(false);
    jest.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    jest.spyOn(Date, "now").mockReturnValue(5);
    const end = () => {
      jest.restoreAllMocks();
      globalThis.setTimeout = own;
    };
    await expect(sandbox.clock.advance(1)).rejects.toMatchObject({ code: "timers_replaced" });
    if (isFirst) end();
    sandbox.dispose();
    if (!isFirst) end();
    await assertRealTimers();
    expect(navigator.onLine).toBe(true);
    expect(sandbox.popups).toEqual([]);
  });
}
