/**
 * Fakes the parts of a page that the module uses, and counts what could leak: listeners, timers, channels, popups. The user consents
 * immediately.
 * @param openPopups an array that receives `{ allow, close }` for each popup. With it, the user consents when the test calls `allow`.
 */
export function openCountedPage({ openPopups } = {}) {
  const counts = { listeners: 0, timers: 0, channels: 0, popups: 0 };
  const channels = new Set();

  const listening = countListeners(EventTarget.prototype, counts);
  // A Request listens to a signal of its own, which is collected with it.
  globalThis.Request = new Proxy(Request, {
    construct: (target, values, newTarget) => listening.without(() => Reflect.construct(target, values, newTarget)),
  });
  const events = new EventTarget();
  globalThis.addEventListener = events.addEventListener.bind(events);
  globalThis.removeEventListener = events.removeEventListener.bind(events);
  globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible", hasFocus: () => true });
  globalThis.location = { href: "https://app.test/", origin: "https://app.test" };

  const { setTimeout, clearTimeout } = globalThis;
  const timers = new Set();
  globalThis.setTimeout = (call, ms, ...values) => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      counts.timers = timers.size;
      call(...values);
    }, ms);
    timers.add(timer);
    counts.timers = timers.size;
    return timer;
  };
  globalThis.clearTimeout = (timer) => {
    timers.delete(timer);
    counts.timers = timers.size;
    clearTimeout(timer);
  };

  class Channel {
    onmessage = null;
    constructor(name) {
      this.name = name;
      channels.add(this);
      counts.channels = channels.size;
    }
    postMessage(data) {
      for (const other of channels) if (other !== this && other.name === this.name) queueMicrotask(() => other.onmessage?.({ data }));
    }
    close() {
      channels.delete(this);
      counts.channels = channels.size;
    }
  }
  globalThis.BroadcastChannel = Channel;

  globalThis.open = () => {
    counts.popups += 1;
    let isClosed = false;
    const close = () => {
      counts.popups -= isClosed ? 0 : 1;
      isClosed = true;
    };
    return {
      get closed() {
        return isClosed;
      },
      opener: globalThis,
      close,
      location: {
        replace(url) {
          const allow = () => comeBack(url, close);
          if (openPopups) openPopups.push({ allow, close });
          else allow();
        },
      },
    };
  };

  /** Acts as the callback page in the popup. */
  function comeBack(url, close) {
    const callback = new URL(url).searchParams.get("to");
    const channel = new Channel(`connect-flow:${new URL(callback).searchParams.get("cf_flow")}`);
    channel.onmessage = ({ data }) => {
      if (data.heard !== "popup") return;
      channel.close();
      close();
    };
    queueMicrotask(() => channel.postMessage({ callback }));
  }

  return counts;
}

/** Counts registered listeners, including those of AbortSignals, since a client's signal lives as long as the client. */
function countListeners(prototype, counts) {
  const { addEventListener, removeEventListener } = prototype;
  const known = new WeakMap();
  let isCounting = true;
  const of = (target, name) => {
    if (!known.has(target)) known.set(target, new Map());
    const byName = known.get(target);
    if (!byName.has(name)) byName.set(name, new Set());
    return byName.get(name);
  };
  prototype.addEventListener = function (name, listener, ...rest) {
    // Not counted: Node itself listens to a `MessagePort`, and a test cannot end while one is open.
    if (!isCounting || this instanceof MessagePort) return addEventListener.call(this, name, listener, ...rest);
    const listeners = of(this, name);
    counts.listeners += listeners.has(listener) ? 0 : 1;
    listeners.add(listener);
    return addEventListener.call(this, name, listener, ...rest);
  };
  prototype.removeEventListener = function (name, listener, ...rest) {
    counts.listeners -= of(this, name).delete(listener) ? 1 : 0;
    return removeEventListener.call(this, name, listener, ...rest);
  };
  return {
    without(act) {
      isCounting = false;
      try {
        return act();
      } finally {
        isCounting = true;
      }
    },
  };
}
