import { createSandbox } from "connect-flow/testing";
import { afterEach, expect, test, vi } from "vitest";

let sandbox;
afterEach(() => {
  sandbox.dispose();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Loads a flow whose user will close the popup. */
async function open() {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  sandbox.next({ outcome: "popup_closed" });
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  return flow;
}

test("the sandbox can use Vitest's clock", async () => {
  vi.useFakeTimers({ now: Date.parse("2026-01-16T10:00:00.000Z") });
  const timer = setTimeout;
  sandbox = createSandbox({ advanceTimers: (ms) => vi.advanceTimersByTimeAsync(ms) });
  const flow = await open();
  expect(setTimeout).toBe(timer);
  const done = flow.submit();
  await sandbox.clock.advance(500);
  expect(flow.getSnapshot().state).toBe("waiting");
  await sandbox.clock.advance(4_500);
  expect((await done).error.code).toBe("popup_closed");
  expect(new Date().toISOString()).toBe("2026-01-16T10:00:05.000Z");
  expect(await sandbox.clock.until(new Promise((resolve) => setTimeout(resolve, 60_000, "done")))).toBe("done");
});

test("the sandbox refuses to replace Vitest's fake timers", async () => {
  vi.useFakeTimers();
  sandbox = createSandbox();
  await expect(sandbox.createClient()).rejects.toMatchObject({ code: "timers_faked" });
});

for (const [change, apply, name] of [
  ["useFakeTimers", () => vi.useFakeTimers(), "setTimeout"],
  ["useFakeTimers of `Date` only", () => vi.useFakeTimers({ toFake: ["Date"], now: 5 }), "Date"],
  ["useFakeTimers of intervals only", () => vi.useFakeTimers({ toFake: ["setInterval"] }), "setInterval"],
  ["setSystemTime", () => vi.setSystemTime(5), "Date"],
  ["useRealTimers after setSystemTime", () => (vi.setSystemTime(5), vi.useRealTimers()), "Date"],
  ["a spy on a timer", () => vi.spyOn(globalThis, "setTimeout"), "setTimeout"],
  ["a spy that stops Date", () => vi.spyOn(Date, "now").mockReturnValue(5), "Date"],
]) {
  test(`${change}, after the sandbox was installed, causes an error and can be undone`, async () => {
    sandbox = createSandbox({ now: () => Date.parse("2026-01-16T10:00:00.000Z") });
    await open();
    apply();
    await expect(sandbox.clock.advance(1_000)).rejects.toMatchObject({ code: "timers_replaced", message: expect.stringContaining(`\`${name}\``) });
    await expect(sandbox.clock.until(new Promise(() => {}))).rejects.toMatchObject({ code: "timers_replaced" });
    sandbox.dispose();
    vi.useRealTimers();
    vi.restoreAllMocks();
    expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
    await new Promise((resolve) => setTimeout(resolve, 1));
  });
}

test("the sandbox starts at a system time that was set before", async () => {
  vi.setSystemTime("2026-01-16T10:00:00.000Z");
  sandbox = createSandbox();
  sandbox.install();
  await sandbox.clock.advance(1_500);
  expect(new Date().toISOString()).toBe("2026-01-16T10:00:01.500Z");
});

test("a system time that is set later applies to the page when the clock is Vitest's", async () => {
  vi.useFakeTimers();
  sandbox = createSandbox({ advanceTimers: (ms) => vi.advanceTimersByTimeAsync(ms) });
  const flow = await open();
  vi.setSystemTime(Date.now() + 60_000);
  const done = flow.submit();
  await sandbox.clock.advance(5_000);
  expect((await done).error.code).toBe("popup_closed");
});

test("`advanceTimers` without fake timers causes an error", async () => {
  sandbox = createSandbox({ advanceTimers: () => {} });
  await open();
  await expect(sandbox.clock.advance(1_000)).rejects.toMatchObject({ code: "clock_stuck", message: expect.stringContaining("advanceTimers") });
});

test("stubs and spies that are removed after the sandbox leave the real globals", async () => {
  const before = { open: globalThis.open, location: globalThis.location, channel: globalThis.BroadcastChannel, fetch: globalThis.fetch };
  // A port without a server.
  const gateway = "http://127.0.0.1:1/api/connect";
  sandbox = createSandbox({ gateway });
  sandbox.install();
  for (const name of ["open", "fetch", "BroadcastChannel", "location", "setTimeout", "Date"]) vi.stubGlobal(name, vi.fn());
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  sandbox.dispose();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  expect(Math.abs(Date.now() - performance.timeOrigin - performance.now())).toBeLessThan(60_000);
  await new Promise((resolve) => setTimeout(resolve, 1));
  expect(globalThis.location).toBe(before.location);
  expect(globalThis.location.href).toBe("https://shop.example/settings");
  expect(new BroadcastChannel("x")).toBeInstanceOf(before.channel);
  expect(navigator.onLine).toBe(true);
  expect(Math.random()).not.toBe(Math.random());
  const asked = sandbox.requests.length;
  await expect(fetch(`${gateway}/api/v3.1/toolkits`)).rejects.toThrow();
  expect(sandbox.requests.length).toBe(asked);
});

test("the sandbox can use the real clock", async () => {
  sandbox = createSandbox({ advanceTimers: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
  const startMs = Date.now();
  sandbox.install();
  await sandbox.clock.advance(50);
  expect(Date.now() - startMs).toBeGreaterThanOrEqual(49);
});
