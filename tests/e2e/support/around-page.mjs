/**
 * Runs in every page, before its own scripts, and puts its clock and its requests to the platform into a test's hands. See around.mjs.
 * @param nowhere the origin that a name leads to which cannot be found.
 * @param atCallback what is so from the start on a callback page: `{ isHeld, lost }`.
 */
export function aroundPage({ nowhere, atCallback }) {
  const { fetch, setTimeout, clearTimeout } = globalThis;
  const { now } = Date;
  const isCallback = location.search.includes("cf_flow=");
  const timers = new Map();
  let last = 0;
  // A callback page's clock is a minute ahead: that of the page before may have been moved, and an attempt that starts in the future counts
  // as expired.
  const clock = () => now() + (isCallback ? 60_000 : 0);
  let heldMs = isCallback && atCallback.isHeld ? clock() : undefined;
  let underWay = 0;
  const arrivals = [];
  const end = () => {
    underWay -= 1;
    if (underWay === 0) for (const arrive of arrivals.splice(0)) arrive();
  };

  const around = {
    /** Requests to the platform, as `GET /api/v3/toolkits`, oldest first. */
    asked: [],
    /** Which of them go to a name that cannot be found: `[method, pattern]`. */
    lost: isCallback ? atCallback.lost : null,
    hold() {
      heldMs = clock();
      for (const { running } of timers.values()) clearTimeout(running);
    },
    async pass(ms) {
      await settle();
      if (heldMs === undefined) return;
      const endMs = heldMs + ms;
      for (let next; (next = first(endMs)); await settle()) {
        heldMs = Math.max(heldMs, next.atMs);
        next.call();
      }
      heldMs = endMs;
    },
    /** Has the held clock wait for this, as it does for an answer. */
    waitFor(promise) {
      underWay += 1;
      promise.catch(() => {}).finally(end);
      return promise;
    },
  };
  Object.defineProperty(globalThis, "e2eAround", { value: around });

  const time = () => heldMs ?? clock();
  Date.now = time;
  const aheadMs = performance.now() - clock();
  performance.now = () => time() + aheadMs;
  globalThis.setTimeout = (handler, ms = 0, ...values) => {
    const id = ++last;
    const call = () => {
      timers.delete(id);
      handler(...values);
    };
    timers.set(id, { atMs: time() + ms, call, running: heldMs === undefined ? setTimeout(call, ms) : undefined });
    return id;
  };
  globalThis.clearTimeout = (id) => {
    clearTimeout(timers.get(id)?.running);
    timers.delete(id);
  };

  /** The timer that is due first, not after this moment. */
  function first(endMs) {
    const due = [...timers.values()].filter(({ atMs }) => atMs <= endMs);
    return due.sort((a, b) => a.atMs - b.atMs)[0];
  }

  /** Waits until nothing is under way that needs no time of this clock. Messages are not slowed down where nobody looks, timers are. */
  async function settle() {
    const { port1, port2 } = new MessageChannel();
    for (let quiet = 0; quiet < 4; quiet += 1) {
      const turn = new Promise((done) => (port1.onmessage = done));
      port2.postMessage(null);
      await turn;
      if (underWay === 0) continue;
      await new Promise((done) => arrivals.push(done));
      quiet = -1;
    }
    port1.close();
  }

  // The answer about a lock needs no time either.
  const { locks } = navigator;
  const request = locks?.request;
  if (request) {
    locks.request = (name, options, use) => {
      if (!use) return request.call(locks, name, options);
      underWay += 1;
      return request.call(locks, name, options, (lock) => {
        end();
        return use(lock);
      });
    };
  }

  globalThis.fetch = (input, init) => {
    const { method, url, signal } = input instanceof Request ? input : new Request(input, init);
    const path = new URL(url).pathname.replace(/^\/api\/connect/, "");
    if (!path.startsWith("/api/")) return fetch(input, init);
    around.asked.push(`${method} ${path}`);
    const isLost = around.lost && method === around.lost[0] && new RegExp(around.lost[1]).test(path);
    const answer = isLost ? fetch(nowhere + path, { method, signal }) : fetch(input, init);
    around.waitFor(answer.then((response) => response.clone().arrayBuffer()));
    return answer;
  };
}
