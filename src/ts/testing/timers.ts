import type { Patches } from "./patches.js";

type Handler = (...values: unknown[]) => void;
type Handle = number | { [Symbol.toPrimitive](): number };

interface Entry {
  id: number;
  atMs: number;
  delayMs: number;
  isRepeated: boolean;
  call: () => void;
}

/** No id of a real timer is as great. */
const firstId = 1e12;
const maxDelayMs = 2 ** 31 - 1;

const names = ["setTimeout", "setInterval", "clearTimeout", "clearInterval"] as const;
const page = globalThis as unknown as Record<string, unknown>;

/**
 * A clock that stands still until it is moved, and the timers that wait for it: in place of the page's `setTimeout`,
 * `setInterval`, `Date`, `performance.now` and, so that jitter is the same in every run, `Math.random`.
 */
export class FakeTimers {
  #entries = new Map<number, Entry>();
  #lastId = firstId;
  #own: readonly unknown[];
  nowMs: number;
  /** How often a timer was set or cleared. */
  changes = 0;

  constructor(startMs: number, patches: Patches) {
    this.nowMs = startMs;
    const before = Object.fromEntries(names.map((name) => [name, page[name]])) as Record<string, Handler & ((...values: unknown[]) => Handle)>;
    const hasObjects = hasObjectHandles(before);
    for (const name of ["setTimeout", "setInterval"] as const) {
      patches.replace(globalThis, name, (handler: Handler, ms?: unknown, ...values: unknown[]) => {
        const id = this.#add(() => handler(...values), delay(ms), name === "setInterval");
        return hasObjects ? this.#handle(id) : id;
      });
    }
    for (const name of ["clearTimeout", "clearInterval"] as const) {
      patches.replace(globalThis, name, (handle?: Handle) => {
        const id = handle === undefined || handle === null ? 0 : Number(handle);
        if (id < firstId) return before[name]?.(handle);
        this.changes += this.#entries.delete(id) ? 1 : 0;
      });
    }
    patches.replace(globalThis, "Date", this.#date());
    patches.replace(Math, "random", seeded(1));
    if (typeof performance !== "undefined") {
      const aheadMs = performance.now() - startMs;
      patches.replace(performance, "now", () => this.nowMs + aheadMs);
    }
    patches.after(() => this.#entries.clear());
    this.#own = names.map((name) => page[name]);
  }

  /** Which function of the page's clock is no longer this one's. */
  get replaced(): string | undefined {
    const timer = names.find((name, index) => page[name] !== this.#own[index]);
    return timer ?? (Date.now() === this.#dateMs ? undefined : "Date");
  }

  /** When the next timer is due. */
  get nextMs(): number | undefined {
    return this.#next()?.atMs;
  }

  /** Runs the next timer, at its time. */
  runNext(): void {
    const entry = this.#next();
    if (!entry) return;
    this.nowMs = Math.max(this.nowMs, entry.atMs);
    this.#entries.delete(entry.id);
    // Behind those that were set meanwhile for the same moment.
    if (entry.isRepeated) this.#entries.set(entry.id, { ...entry, atMs: entry.atMs + entry.delayMs });
    try {
      entry.call();
    } catch (error) {
      // As with a real timer it is nobody's to catch.
      queueMicrotask(() => {
        throw error;
      });
    }
  }

  #next(): Entry | undefined {
    let next: Entry | undefined;
    for (const entry of this.#entries.values()) if (!next || entry.atMs < next.atMs) next = entry;
    return next;
  }

  #add(call: () => void, delayMs: number, isRepeated: boolean): number {
    const id = ++this.#lastId;
    this.changes += 1;
    this.#entries.set(id, { id, atMs: this.nowMs + delayMs, delayMs, isRepeated, call });
    return id;
  }

  /** As Node's timers are. */
  #handle(id: number): Handle {
    const handle = {
      ref: () => handle,
      unref: () => handle,
      hasRef: () => true,
      refresh: () => {
        const entry = this.#entries.get(id);
        if (entry) entry.atMs = this.nowMs + entry.delayMs;
        return handle;
      },
      [Symbol.toPrimitive]: () => id,
    };
    return handle;
  }

  get #dateMs(): number {
    return Math.floor(this.nowMs);
  }

  /** With members of its own: what is assigned to them must not reach the page's. */
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

/** Marks of fake timers: of @sinonjs/fake-timers (Vitest, Jest), mocks of Vitest and Jest, `Date` of Vitest and of node:test. */
const marks = ["clock", "_isMockFunction", "isFake", "isMock"];

const isFake = (name: string) => marks.some((mark) => mark in Object(page[name]));

/** Which function of the page's clock some library has taken already. */
export const fakeTimer = (): string | undefined => [...names, "Date"].find(isFake);

/** Whether some library has taken `queueMicrotask`, by which the module goes on after each promise. */
export const areMicrotasksFake = (): boolean => isFake("queueMicrotask");

/** Node's timers are objects, a browser's are numbers. */
function hasObjectHandles({ setTimeout, clearTimeout }: Record<string, Handler & ((...values: unknown[]) => Handle)>): boolean {
  const handle = setTimeout?.(() => {}, maxDelayMs);
  clearTimeout?.(handle);
  return typeof handle === "object";
}

/** As browsers read it; at least one, so that a timer which sets itself again lets the clock go on. */
function delay(ms: unknown): number {
  const number = Math.trunc(Number(ms));
  return number >= 1 && number <= maxDelayMs ? number : 1;
}

/** Numbers from 0 to 1 that are the same in every run: a linear congruential generator, which is random enough for jitter. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
