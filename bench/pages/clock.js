// A fake clock for the page. Its minutes pass as fast as the pending work allows.

const realFetch = globalThis.fetch.bind(globalThis);
const realSetTimeout = globalThis.setTimeout.bind(globalThis);
const REAL_MS = 8;
const timers = new Map();
const counts = { requests: 0, timers: 0, wakeUps: 0 };
let requestTimes = [];
let now = Date.now();
let last = 0;
let inFlight = 0;
// The number of requests when the page last settled.
let settledRequests = 0;

function set(handler, ms = 0, values = [], every) {
  counts.timers += 1;
  timers.set((last += 1), { at: now + Math.max(0, Number(ms) || 0), run: () => handler(...values), every });
  return last;
}

globalThis.setTimeout = (handler, ms, ...values) => set(handler, ms, values);
globalThis.setInterval = (handler, ms, ...values) => set(handler, ms, values, ms);
globalThis.clearTimeout = globalThis.clearInterval = (id) => void timers.delete(id);
Date.now = () => now;
const zero = now;
performance.now = () => now - zero;

// Reads the whole body first, so that no part of an answer arrives while the clock advances.
globalThis.fetch = async (...request) => {
  countRequest();
  inFlight += 1;
  try {
    const response = await realFetch(...request);
    const body = await response.arrayBuffer();
    return new Response(response.status === 204 ? null : body, response);
  } finally {
    inFlight -= 1;
  }
};
const { send } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.send = function (body) {
  countRequest();
  inFlight += 1;
  this.addEventListener("loadend", () => (inFlight -= 1));
  return send.call(this, body);
};

// The browser's answer about a lock takes no time either.
const { locks } = navigator;
const request = locks?.request;
if (request) {
  locks.request = (name, options, use) => {
    inFlight += 1;
    return request.call(locks, name, options, (lock) => {
      inFlight -= 1;
      return use(lock);
    });
  };
}

function countRequest() {
  counts.requests += 1;
  requestTimes.push(now);
}

/** A turn of the event loop, without a timer. */
function turn() {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Waits until no request is in flight and the work that follows is done. */
async function settle() {
  for (let idle = 0; idle < 20; idle += 1) {
    for (let quiet = 0; quiet < 8; quiet = inFlight ? 0 : quiet + 1) await turn();
    // A timer without a request has done its work. Reading an answer may need real time.
    if (timers.size && settledRequests === counts.requests) return;
    settledRequests = counts.requests;
    await new Promise((resolve) => realSetTimeout(resolve, REAL_MS));
  }
}

/**
 * Advances the clock by `ms`. Returns the numbers of requests, of timers that were set, and of timers that fired. `noticedAfter` is the
 * average delay, in milliseconds, between an event at a random moment and the next request.
 */
export async function pass(ms) {
  await settle();
  const before = { ...counts };
  requestTimes = [now];
  const end = now + ms;
  for (;;) {
    const [id, timer] = [...timers].reduce((first, one) => (!first || one[1].at < first[1].at ? one : first), undefined) ?? [];
    if (!timer || timer.at > end) break;
    now = timer.at;
    if (timer.every === undefined) timers.delete(id);
    else timer.at = now + Math.max(1, timer.every);
    counts.wakeUps += 1;
    timer.run();
    await settle();
  }
  now = end;
  const gaps = requestTimes.slice(1).map((at, index) => at - requestTimes[index]);
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const noticedAfter = sum(gaps.map((gap) => (gap * gap) / 2)) / sum(gaps);
  return { ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count - before[name]])), noticedAfter };
}
