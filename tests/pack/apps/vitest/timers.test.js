import { createSandbox } from "connect-flow/testing";
import { afterEach, expect, test, vi } from "vitest";

let sandbox;
afterEach(() => {
  sandbox.dispose();
  vi.useRealTimers();
});

/** Opens a flow whose user closes the popup. */
async function open() {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  sandbox.next({ outcome: "popup_closed" });
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  return flow;
}

test("the clock may be Vitest's", async () => {
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

test("timers that Vitest has faked are not taken from it", async () => {
  vi.useFakeTimers();
  sandbox = createSandbox();
  await expect(sandbox.createClient()).rejects.toMatchObject({ code: "timers_faked" });
});

test("timers that Vitest fakes afterwards are noticed", async () => {
  sandbox = createSandbox();
  await open();
  vi.useFakeTimers();
  await expect(sandbox.clock.advance(1_000)).rejects.toMatchObject({ code: "timers_replaced" });
});

test("the clock may be the real one", async () => {
  sandbox = createSandbox({ advanceTimers: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) });
  const startMs = Date.now();
  sandbox.install();
  await sandbox.clock.advance(50);
  expect(Date.now() - startMs).toBeGreaterThanOrEqual(49);
});
