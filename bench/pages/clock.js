// A clock of the page's own, whose minutes pass as fast as what waits for them allows.

const fetchReally = globalThis.fetch.bind(globalThis);
const waitReally = globalThis.setTimeout.bind(globalThis);
const REAL_MS = 8;
const timers = new Map();
const counts = { requests: 0, timers: 0, wakeUps: 0 };
let askedAt = [];
let now = Date.now();
let last = 0;
let inFlight = 0;
// Requests until the last time that all had settled.
let asked = 0;

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

// The whole body at once: nothing of an answer is to arrive while the clock goes on.
globalThis.fetch = async (...request) => {
  note();
  inFlight += 1;
  try {
    const response = await fetchReally(...request);
    const body = await response.arrayBuffer();
    return new Response(response.status === 204 ? null : body, response);
  } finally {
    inFlight -= 1;
  }
};
const { send } = XMLHttpRequest.prototype;
XMLHttpRequest.prototype.send = function (body) {
  note();
  inFlight += 1;
  this.addEventListener("loadend", () => (inFlight -= 1));
  return send.call(this, body);
};

function note() {
  counts.requests += 1;
  askedAt.push(now);
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

/** Until nothing is on its way and everything that follows from it has been done. */
async function settle() {
  for (let idle = 0; idle < 20; idle += 1) {
    for (let quiet = 0; quiet < 8; quiet = inFlight ? 0 : quiet + 1) await turn();
    // A timer that asked nothing has done its work at once. What reads an answer, or waits for none, gets real time.
    if (timers.size && asked === counts.requests) return;
    asked = counts.requests;
    await new Promise((resolve) => waitReally(resolve, REAL_MS));
  }
}

/**
 * Lets this much time pass; gives how many requests were made, timers set and timers fired, which each wake the processor up, and how
 * long after it had happened a request would have told of something, on average over all moments until the last of them, in milliseconds.
 */
export async function pass(ms) {
  await settle();
  const before = { ...counts };
  askedAt = [now];
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
  const gaps = askedAt.slice(1).map((at, index) => at - askedAt[index]);
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const noticedAfter = sum(gaps.map((gap) => (gap * gap) / 2)) / sum(gaps);
  return { ...Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count - before[name]])), noticedAfter };
}
