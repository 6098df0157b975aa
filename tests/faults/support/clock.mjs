/**
 * A fake clock for use with a real network: replaces `setTimeout`, `Date`, `performance.now` and `Math.random`. Time advances only
 * while no request is in flight, except for requests that the server holds back.
 */
export class Clock {
  #timers = new Map();
  #last = 1e9;
  #undo = [];
  /** The platform's time. The page's time differs by `skewMs`. */
  trueMs = Date.parse("2026-01-16T10:00:00.000Z");
  skewMs = 0;
  /** Requests in flight, and those of them that the server holds back. */
  busy = 0;
  held = 0;
  /** Counts activity, so that `settle` can detect a quiet period. */
  count = 0;

  install() {
    const { setTimeout, clearTimeout, Date: RealDate } = globalThis;
    const now = () => this.trueMs + this.skewMs;
    this.#replace(globalThis, "setTimeout", (call, ms = 0, ...values) => {
      // Timers of Node's internals, such as those of `fetch`, stay real.
      if (/^\s+at [^\n]*node:internal/m.test(new Error().stack.split("\n", 3)[2])) return setTimeout(call, ms, ...values);
      const id = ++this.#last;
      this.count += 1;
      this.#timers.set(id, { atMs: this.trueMs + Math.max(1, Math.trunc(ms)), call, values });
      return id;
    });
    this.#replace(globalThis, "clearTimeout", (id) => {
      if (typeof id !== "number") return clearTimeout(id);
      this.count += this.#timers.delete(id) ? 1 : 0;
    });
    this.#replace(globalThis, "Date", new Proxy(RealDate, {
      construct: (target, values) => new target(...(values.length ? values : [now()])),
      get: (target, name, receiver) => (name === "now" ? now : Reflect.get(target, name, receiver)),
    }));
    const aheadMs = performance.now() - this.trueMs;
    this.#replace(performance, "now", () => this.trueMs + aheadMs);
    this.#replace(Math, "random", () => 0.5);
  }

  restore() {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }

  /** The page's pending timers. */
  get waiting() {
    return [...this.#timers.values()].filter(({ call }) => !call.isOfServer).map(({ atMs, call }) => ({ inMs: atMs - this.trueMs, call: String(call) }));
  }

  /** Drops all timers and the skew. */
  reset() {
    this.#timers.clear();
    this.skewMs = 0;
  }

  /** Advances until the promise has settled, and returns it. Throws after `limitMs`. */
  async until(promise, limitMs) {
    let isOver = false;
    const end = () => void (isOver = true);
    promise.then(end, end);
    const endMs = this.trueMs + limitMs;
    for (;;) {
      await this.settle();
      if (isOver) return promise;
      if (!this.#runNext(endMs)) throw new Error(`a promise is still pending after ${limitMs} ms`);
    }
  }

  /** Advances by `ms`. */
  async advance(ms) {
    const endMs = this.trueMs + ms;
    do await this.settle();
    while (this.#runNext(endMs));
    this.trueMs = endMs;
    await this.settle();
  }

  /** Waits until only timers are left to run. Their time does not advance. */
  async settle() {
    for (let quiet = 0; quiet < 16; ) {
      const before = this.count;
      await new Promise(setImmediate);
      quiet = this.busy > this.held || this.count !== before ? 0 : quiet + 1;
    }
  }

  #runNext(endMs) {
    let next;
    for (const [id, timer] of this.#timers) if (!next || timer.atMs < next.atMs) next = { id, ...timer };
    if (!next || next.atMs > endMs) return false;
    this.trueMs = Math.max(this.trueMs, next.atMs);
    this.#timers.delete(next.id);
    next.call(...next.values);
    return true;
  }

  #replace(target, name, value) {
    const before = Object.getOwnPropertyDescriptor(target, name);
    Object.defineProperty(target, name, { configurable: true, writable: true, ...before, value });
    this.#undo.push(() => (before ? Object.defineProperty(target, name, before) : delete target[name]));
  }
}
