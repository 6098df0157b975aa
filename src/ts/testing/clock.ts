import type { SandboxClock } from "./index.js";
import { misuse } from "./misuse.js";
import type { Patches } from "./patches.js";
import { areTimersFake, FakeTimers } from "./timers.js";

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

type Advance = (ms: number) => unknown;

/** The clock of the page that a sandbox is installed in. */
export class Clock implements SandboxClock {
  #timers: FakeTimers | undefined;
  #own: unknown;

  /** @param advanceTimers moves timers that are somebody else's. */
  constructor(private readonly pulse: Pulse, private readonly advanceTimers: Advance | undefined) {}

  install(startMs: number, patches: Patches): void {
    if (this.advanceTimers) return;
    if (areTimersFake()) {
      throw misuse("timers_faked", "timers are fake already: give createSandbox `advanceTimers: (ms) => vi.advanceTimersByTimeAsync(ms)`, or call vi.useRealTimers()");
    }
    this.#timers = new FakeTimers(startMs, patches);
    this.#own = globalThis.setTimeout;
    patches.after(() => (this.#timers = undefined));
  }

  now(): number {
    return Date.now();
  }

  async advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new RangeError("a clock moves forward");
    await this.#settle();
    const endMs = this.now() + ms;
    while (await this.#step(endMs));
    if (this.#timers) this.#timers.nowMs = Math.max(this.#timers.nowMs, endMs);
    await this.#settle();
  }

  async until<T>(promise: PromiseLike<T>, { limitMs = defaultLimitMs }: { limitMs?: number } = {}): Promise<T> {
    let isOver = false;
    const end = () => void (isOver = true);
    promise.then(end, end);
    await this.#settle();
    const endMs = this.now() + limitMs;
    while (!isOver) {
      if (await this.#step(endMs)) continue;
      throw misuse("clock_stuck", `the promise did not settle, though ${this.#timers?.nextMs ? `${limitMs} ms have passed` : "no timer is left to wait for"}`);
    }
    return promise;
  }

  /** Moves to what comes next, not beyond `endMs`; false when there is nothing. */
  async #step(endMs: number): Promise<boolean> {
    const leftMs = endMs - this.now();
    if (this.advanceTimers) {
      if (leftMs <= 0) return false;
      await this.advanceTimers(Math.min(leftMs, stepMs));
    } else {
      const timers = this.#checked();
      if ((timers.nextMs ?? Infinity) > endMs) return false;
      timers.runNext();
    }
    await this.#settle();
    return true;
  }

  async #settle(): Promise<void> {
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
    if (!this.#timers) throw misuse("not_installed", "the clock is moved while the sandbox is installed: call install or createClient first");
    if (globalThis.setTimeout !== this.#own) {
      throw misuse("timers_replaced", "something has replaced the sandbox's timers; with vi.useFakeTimers(), call it before the sandbox is installed and give createSandbox `advanceTimers`");
    }
    return this.#timers;
  }
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
