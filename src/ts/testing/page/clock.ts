import { requireMembers, requireRule, rules } from "../arguments.js";
import { sandboxError } from "../sandbox-error.js";
import type { SandboxClock } from "../types.js";
import { areMicrotasksFake, FakeTimers, findFakeTimer } from "./fake-timers.js";
import type { Patches } from "./patches.js";

/** Work in the page that does not wait for timers. */
export interface Activity {
  isBusy(): boolean;
  /** Grows with each event. */
  readonly count: number;
}

/** The number of tasks without an event after which the page is idle. A promise of `fetch` or of a stream takes several tasks. */
const quietTasks = 4;
/** Another library's timers move by this step. Responses arrive between two steps. */
const stepMs = 100;
const defaultLimitMs = 20 * 60_000;

const howToShare = "call vi.useFakeTimers() or jest.useFakeTimers() before the sandbox is installed, and give createSandbox `advanceTimers: (ms) => vi.advanceTimersByTimeAsync(ms)`";

type AdvanceTimers = (ms: number) => unknown;

/** The clock of the page that a sandbox is installed in. */
export class Clock implements SandboxClock {
  #timers: FakeTimers | undefined;
  /** The sum of the steps of another library's timers. Its `Date` may have been set meanwhile. */
  #movedMs = 0;

  /** @param advanceTimers moves the timers of another library. */
  constructor(private readonly activity: Activity, private readonly advanceTimers: AdvanceTimers | undefined) {}

  install(startMs: number, patches: Patches): void {
    if (this.advanceTimers) {
      requireRealMicrotasks();
      return followDate(patches);
    }
    const fake = findFakeTimer();
    if (fake) throw sandboxError("timers_faked", `\`${fake}\` of this page is a fake already: ${howToShare}; or call vi.useRealTimers() first`);
    requireRule(["a time in milliseconds since 1970", Number.isFinite], "the return value of `now` of createSandbox", startMs);
    this.#timers = new FakeTimers(startMs, patches);
    patches.after(() => (this.#timers = undefined));
  }

  now(): number {
    return this.#timers ? Math.floor(this.#timers.nowMs) : Date.now();
  }

  async advance(ms: number): Promise<void> {
    requireRule(rules.ms, "`clock.advance`: the argument", ms);
    await this.#settle();
    const endMs = this.#nowMs() + ms;
    while (await this.#step(endMs));
    if (this.#timers) this.#timers.nowMs = Math.max(this.#timers.nowMs, endMs);
    await this.#settle();
  }

  async until<T>(promise: PromiseLike<T>, options: { limitMs?: number | undefined } = {}): Promise<T> {
    requireRule(["a promise", (value) => typeof Object(value).then === "function"], "`clock.until`: the first argument", promise);
    requireMembers("the options of `clock.until`", options, { limitMs: rules.ms });
    const { limitMs = defaultLimitMs } = options;
    let isOver = false;
    const end = () => void (isOver = true);
    promise.then(end, end);
    await this.#settle();
    const endMs = this.#nowMs() + limitMs;
    while (!isOver) {
      if (await this.#step(endMs)) continue;
      throw sandboxError("clock_stuck", this.advanceTimers || this.#timers?.nextMs
        ? `the promise did not settle within ${limitMs} ms of the sandbox's clock`
        : "the promise did not settle, and no timer is left: it waits for something other than a timer of this page, such as a real request, a worker, or a timer set before the sandbox was installed");
    }
    return promise;
  }

  #nowMs(): number {
    return this.#timers?.nowMs ?? this.#movedMs;
  }

  /** Moves to the next timer, or by one step, up to `endMs`. Returns whether there was one. */
  async #step(endMs: number): Promise<boolean> {
    const leftMs = endMs - this.#nowMs();
    if (this.advanceTimers) {
      if (leftMs <= 0) return false;
      await this.#advanceTimers(this.advanceTimers, Math.min(leftMs, stepMs));
    } else {
      const timers = this.#ownTimers();
      if ((timers.nextMs ?? Infinity) > endMs) return false;
      timers.runNext();
    }
    await this.#settle();
    return true;
  }

  /** Calls `advanceTimers`, and checks that it has moved the timers and the `Date` of this page. */
  async #advanceTimers(advance: AdvanceTimers, ms: number): Promise<void> {
    let hasRun = false;
    const beforeMs = Date.now();
    const timer = setTimeout(() => (hasRun = true), ms);
    await advance(ms);
    clearTimeout(timer);
    this.#movedMs += ms;
    if (hasRun && (Date.now() !== beforeMs || ms < 1)) return;
    throw sandboxError("clock_stuck", `\`advanceTimers\` was called with ${ms} ms, and ${hasRun ? "`Date`" : "`setTimeout`"} of this page did not move: ${howToShare}`);
  }

  async #settle(): Promise<void> {
    requireRealMicrotasks();
    if (!this.advanceTimers) this.#ownTimers();
    for (let quiet = 0; quiet < quietTasks; ) {
      const before = this.#count();
      await nextTask();
      quiet = this.activity.isBusy() || this.#count() !== before ? 0 : quiet + 1;
    }
  }

  #count(): number {
    return this.activity.count + (this.#timers?.changes ?? 0);
  }

  #ownTimers(): FakeTimers {
    if (!this.#timers) throw sandboxError("not_installed", "`clock.advance` needs an installed sandbox: call install or createClient first");
    const { replaced } = this.#timers;
    if (replaced) {
      throw sandboxError("timers_replaced", `\`${replaced}\` of this page is no longer the sandbox's: vi.useFakeTimers(), vi.setSystemTime(), a spy or another library has replaced it since the sandbox was installed. To start at another time, give createSandbox \`now\`. To use the timers of another library, ${howToShare}`);
    }
    return this.#timers;
  }
}

function requireRealMicrotasks(): void {
  if (!areMicrotasksFake()) return;
  throw sandboxError("timers_faked", "`queueMicrotask` of this page is a fake, so that no promise of the module settles: leave it out, such as by jest.useFakeTimers({ doNotFake: [\"queueMicrotask\", \"nextTick\"] })");
}

/** Makes `performance.now` follow another library's `Date`, unless that library has replaced it too. */
function followDate(patches: Patches): void {
  const { clock } = globalThis.setTimeout as { clock?: { methods?: string[] } };
  if (typeof performance === "undefined" || clock?.methods?.includes("performance")) return;
  const aheadMs = performance.now() - Date.now();
  patches.replace(performance, "now", () => Date.now() + aheadMs);
}

/** Waits for one task. By a `MessageChannel`, because timers may be fake. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
