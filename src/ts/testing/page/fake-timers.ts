// The fake clock of an installed sandbox. Own code because @sinonjs/fake-timers would add 87 KB to the 109 KB of dist/testing.js, and requires
// modules of Node; this is 4 KB.
import type { Patches } from "./patches.js";

type TimerHandler = (...values: unknown[]) => void;
type TimerHandle = number | { [Symbol.toPrimitive](): number };

interface Timer {
  id: number;
  atMs: number;
  delayMs: number;
  isRepeated: boolean;
  call: () => void;
}

/** Above every id of a real timer. */
const firstId = 1e12;
/** Counts on from one sandbox to the next: the garbage collector may clear a timer of a sandbox that was disposed of. */
let lastId = firstId;
const maxDelayMs = 2 ** 31 - 1;

const timerNames = ["setTimeout", "setInterval", "clearTimeout", "clearInterval"] as const;
const page = globalThis as unknown as Record<string, unknown>;

/**
 * A clock that stands still until it is moved, with its timers. It replaces the page's `setTimeout`, `setInterval`, `Date` and `performance.now`,
 * and `Math.random` so that jitter is the same in every run.
 */
export class FakeTimers {
  #timers = new Map<number, Timer>();
  #own: readonly unknown[];
  nowMs: number;
  /** The number of times that a timer was set or cleared. */
  changes = 0;

  constructor(startMs: number, patches: Patches) {
    this.nowMs = startMs;
    const before = Object.fromEntries(timerNames.map((name) => [name, page[name]])) as Record<string, TimerHandler & ((...values: unknown[]) => TimerHandle)>;
    const hasObjects = hasObjectHandles(before);
    for (const name of ["setTimeout", "setInterval"] as const) {
      patches.replace(globalThis, name, (handler: TimerHandler, ms?: unknown, ...values: unknown[]) => {
        const id = this.#add(() => handler(...values), roundDelay(ms), name === "setInterval");
        return hasObjects ? this.#handle(id) : id;
      });
    }
    for (const name of ["clearTimeout", "clearInterval"] as const) {
      patches.replace(globalThis, name, (handle?: TimerHandle) => {
        const id = handle === undefined || handle === null ? 0 : Number(handle);
        if (id < firstId) return before[name]?.(handle);
        this.changes += this.#timers.delete(id) ? 1 : 0;
      });
    }
    patches.replace(globalThis, "Date", this.#date());
    patches.replace(Math, "random", seededRandom(1));
    if (typeof performance !== "undefined") {
      const aheadMs = performance.now() - startMs;
      patches.replace(performance, "now", () => this.nowMs + aheadMs);
    }
    patches.after(() => this.#timers.clear());
    this.#own = timerNames.map((name) => page[name]);
  }

  /** The name of a function that something else has replaced since. */
  get replaced(): string | undefined {
    const name = timerNames.find((name, index) => page[name] !== this.#own[index]);
    return name ?? (Date.now() === this.#dateMs ? undefined : "Date");
  }

  /** The time of the next timer; undefined if there is none. */
  get nextMs(): number | undefined {
    return this.#next()?.atMs;
  }

  /** Moves to the time of the next timer and runs it. */
  runNext(): void {
    const timer = this.#next();
    if (!timer) return;
    this.nowMs = Math.max(this.nowMs, timer.atMs);
    this.#timers.delete(timer.id);
    // Added again, so that it runs after others of the same time.
    if (timer.isRepeated) this.#timers.set(timer.id, { ...timer, atMs: timer.atMs + timer.delayMs });
    try {
      timer.call();
    } catch (error) {
      // Reported as uncaught, as for a real timer.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #next(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers.values()) if (!next || timer.atMs < next.atMs) next = timer;
    return next;
  }

  #add(call: () => void, delayMs: number, isRepeated: boolean): number {
    const id = ++lastId;
    this.changes += 1;
    this.#timers.set(id, { id, atMs: this.nowMs + delayMs, delayMs, isRepeated, call });
    return id;
  }

  /** An object like the timers of Node. */
  #handle(id: number): TimerHandle {
    const handle = {
      ref: () => handle,
      unref: () => handle,
      hasRef: () => true,
      refresh: () => {
        const timer = this.#timers.get(id);
        if (timer) timer.atMs = this.nowMs + timer.delayMs;
        return handle;
      },
      [Symbol.toPrimitive]: () => id,
    };
    return handle;
  }

  get #dateMs(): number {
    return Math.floor(this.nowMs);
  }

  /** A `Date` with its own members, so that assignments do not reach the real one. */
  #date(): unknown {
    const real = Date;
    const now = () => this.#dateMs;
    const fake = function (...values: unknown[]) {
      if (!new.target) return new real(now()).toString();
      return Reflect.construct(real, values.length ? values : [now()], new.target === fake ? real : new.target) as Date;
    };
    const { parse, UTC, prototype } = real;
    return Object.assign(fake, { now, parse, UTC, prototype });
  }
}

/** Members of fake functions: @sinonjs/fake-timers (Vitest, Jest), mocks of Vitest and Jest, `Date` of Vitest, `Date` of node:test. */
const fakeMembers = ["clock", "_isMockFunction", "isFake", "isMock"];

const isFake = (name: string) => fakeMembers.some((member) => member in Object(page[name]));

/** The name of a function that another library has replaced already. */
export const findFakeTimer = (): string | undefined => [...timerNames, "Date"].find(isFake);

/** Whether another library has replaced `queueMicrotask`. The module uses it to continue after each promise. */
export const areMicrotasksFake = (): boolean => isFake("queueMicrotask");

/** Whether timers are objects, as in Node, or numbers, as in browsers. */
function hasObjectHandles({ setTimeout, clearTimeout }: Record<string, TimerHandler & ((...values: unknown[]) => TimerHandle)>): boolean {
  const handle = setTimeout?.(() => {}, maxDelayMs);
  clearTimeout?.(handle);
  return typeof handle === "object";
}

/** A delay as browsers round it. At least 1, so that a timer that sets itself again does not stop the clock. */
function roundDelay(ms: unknown): number {
  const number = Math.trunc(Number(ms));
  return number >= 1 && number <= maxDelayMs ? number : 1;
}

/** A generator of numbers from 0 to 1 that are the same in every run: a linear congruential generator, good enough for jitter. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
