import type { SandboxClock } from "./types.js";
import { ms as aTime, requireFit, requireMembers } from "./members.js";
import { misuse } from "./misuse.js";
import type { Patches } from "./patches.js";
import { areMicrotasksFake, fakeTimer, FakeTimers } from "./timers.js";

/** What is under way that waits for no timer. */
export interface Pulse {
  isBusy(): boolean;
  /** Grows with everything that happens. */
  readonly count: number;
}

/** How long nothing may happen until everything has: a promise passes through several tasks in `fetch` and in streams. */
const quietTurns = 4;
/** Another library's timers are moved by this much, between which answers arrive. */
const stepMs = 100;
const defaultLimitMs = 20 * 60_000;

const howToShare = "call vi.useFakeTimers() or jest.useFakeTimers() before the sandbox is installed, and give createSandbox `advanceTimers: (ms) => vi.advanceTimersByTimeAsync(ms)`";

type Advance = (ms: number) => unknown;

/** The clock of the page that a sandbox is installed in. */
export class Clock implements SandboxClock {
  #timers: FakeTimers | undefined;
  /** By how much another library's timers were moved. Its `Date` may be set to another moment meanwhile. */
  #movedMs = 0;

  /** @param advanceTimers moves timers that are somebody else's. */
  constructor(private readonly pulse: Pulse, private readonly advanceTimers: Advance | undefined) {}

  install(startMs: number, patches: Patches): void {
    if (this.advanceTimers) {
      checkMicrotasks();
      return followDate(patches);
    }
    const fake = fakeTimer();
    if (fake) throw misuse("timers_faked", `\`${fake}\` of this page is a fake already: ${howToShare}; or call vi.useRealTimers() first`);
    requireFit(["a moment in milliseconds since 1970", Number.isFinite], "what `now` of createSandbox answers", startMs);
    this.#timers = new FakeTimers(startMs, patches);
    patches.after(() => (this.#timers = undefined));
  }

  now(): number {
    return this.#timers ? Math.floor(this.#timers.nowMs) : Date.now();
  }

  async advance(ms: number): Promise<void> {
    requireFit(aTime, "`clock.advance`: the argument", ms);
    await this.#settle();
    const endMs = this.#nowMs() + ms;
    while (await this.#step(endMs));
    if (this.#timers) this.#timers.nowMs = Math.max(this.#timers.nowMs, endMs);
    await this.#settle();
  }

  async until<T>(promise: PromiseLike<T>, options: { limitMs?: number | undefined } = {}): Promise<T> {
    requireFit(["a promise", (value) => typeof Object(value).then === "function"], "`clock.until`: the first argument", promise);
    requireMembers("the options of `clock.until`", options, { limitMs: aTime });
    const { limitMs = defaultLimitMs } = options;
    let isOver = false;
    const end = () => void (isOver = true);
    promise.then(end, end);
    await this.#settle();
    const endMs = this.#nowMs() + limitMs;
    while (!isOver) {
      if (await this.#step(endMs)) continue;
      throw misuse("clock_stuck", this.advanceTimers || this.#timers?.nextMs
        ? `the promise did not settle within ${limitMs} ms of the sandbox's clock`
        : "the promise did not settle, and no timer is left: it waits for something that is no timer of this page, such as a real request, a worker, or a timer set before the sandbox was installed");
    }
    return promise;
  }

  #nowMs(): number {
    return this.#timers?.nowMs ?? this.#movedMs;
  }

  /** Moves to what comes next, not beyond `endMs`; false when there is nothing. */
  async #step(endMs: number): Promise<boolean> {
    const leftMs = endMs - this.#nowMs();
    if (this.advanceTimers) {
      if (leftMs <= 0) return false;
      await this.#advanceTimers(this.advanceTimers, Math.min(leftMs, stepMs));
    } else {
      const timers = this.#checked();
      if ((timers.nextMs ?? Infinity) > endMs) return false;
      timers.runNext();
    }
    await this.#settle();
    return true;
  }

  /** Makes sure that the page's timers and its `Date` have followed: `advanceTimers` may move another clock, or none. */
  async #advanceTimers(advance: Advance, ms: number): Promise<void> {
    let hasRun = false;
    const beforeMs = Date.now();
    const timer = setTimeout(() => (hasRun = true), ms);
    await advance(ms);
    clearTimeout(timer);
    this.#movedMs += ms;
    if (hasRun && (Date.now() !== beforeMs || ms < 1)) return;
    throw misuse("clock_stuck", `\`advanceTimers\` was called with ${ms} ms, and ${hasRun ? "`Date`" : "`setTimeout`"} of this page did not move: ${howToShare}`);
  }

  async #settle(): Promise<void> {
    checkMicrotasks();
    if (!this.advanceTimers) this.#checked();
    for (let quiet = 0; quiet < quietTurns; ) {
      const before = this.#count();
      await turn();
      quiet = this.pulse.isBusy() || this.#count() !== before ? 0 : quiet + 1;
    }
  }

  #count(): number {
    return this.pulse.count + (this.#timers?.changes ?? 0);
  }

  #checked(): FakeTimers {
    if (!this.#timers) throw misuse("not_installed", "`clock.advance` needs an installed sandbox: call install or createClient first");
    const { replaced } = this.#timers;
    if (replaced) {
      throw misuse("timers_replaced", `\`${replaced}\` of this page is no longer the sandbox's: vi.useFakeTimers(), vi.setSystemTime(), a spy or another library has replaced it since the sandbox was installed. For another moment give createSandbox \`now\`; for timers of another library ${howToShare}`);
    }
    return this.#timers;
  }
}

function checkMicrotasks(): void {
  if (!areMicrotasksFake()) return;
  throw misuse("timers_faked", "`queueMicrotask` of this page is a fake, so that no promise of the module settles: leave it out, such as by jest.useFakeTimers({ doNotFake: [\"queueMicrotask\", \"nextTick\"] })");
}

/** Has `performance.now` go by a `Date` that is somebody else's, where they have left it alone. */
function followDate(patches: Patches): void {
  const { clock } = globalThis.setTimeout as { clock?: { methods?: string[] } };
  if (typeof performance === "undefined" || clock?.methods?.includes("performance")) return;
  const aheadMs = performance.now() - Date.now();
  patches.replace(performance, "now", () => Date.now() + aheadMs);
}

/** Lets the page do one thing that waits for no timer. Not by a timer, since those may be anybody's. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
