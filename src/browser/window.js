// Access to the page and its environment. Each access may throw; in a worker or on a server most of it is missing.

const WIDTH = 520;
const HEIGHT = 720;

/** The most storage keys to read. Other code of the origin can add any number of keys. */
const MAX_KEYS = 10_000;

/** How long the browser may take to answer about a lock, in milliseconds. */
const LOCK_MS = 1_000;

/** Key of the tab's id in `sessionStorage`. */
const TAB_KEY = "connect-flow-tab";

/** Window events that change visibility, focus or network, or tell of another window. */
const EVENTS = ["focus", "online", "offline", "pageshow", "storage"];

/** Returns the result of `work`, or undefined if it throws. */
const attempt = (work) => {
  try {
    return work();
  } catch { /* Ignored: missing, forbidden or full. */ }
};

/** A member of a global object, or undefined. */
export const look = (global, name) => attempt(() => globalThis[global][name]);

export const hasFocus = () => attempt(() => !!document.hasFocus()) ?? true;

/** Whether the page is in a frame of another site. */
export function isEmbedded() {
  for (let window = globalThis; ;) {
    const parent = attempt(() => window.parent);
    if (!parent || typeof parent !== "object" || parent === window) return false;
    // Browsers throw for the address of another origin.
    if (!attempt(() => [parent.location.href])) return true;
    window = parent;
  }
}

/** Calls `method` for every event. Workers have no document, servers no events, old browsers no channel. */
const each = (method, listener, channel) => {
  attempt(() => document[method]("visibilitychange", listener));
  attempt(() => channel[method]("message", listener));
  for (const name of EVENTS) attempt(() => globalThis[method](name, listener));
};

export const listen = (listener, channel) => each("addEventListener", listener, channel);
export const unlisten = (listener, channel) => each("removeEventListener", listener, channel);

/** True if the page was restored from the back/forward cache; the key if another window changed the storage. */
export const news = (event) =>
  attempt(() => {
    const { type } = event;
    if (type === "storage") return event.key ?? "";
    return type === "pageshow" && !!event.persisted;
  });

export const leave = (url, isRehearsal) => isRehearsal || location.assign(url);

/** Replaces the address without navigating. Does nothing in a sandboxed frame that forbids it. */
export const replaceAddress = (url) => attempt(() => history.replaceState(history.state, "", url));

export const report = (thrown) => attempt(() => reportError(thrown));

/** 16 random bytes as 32 hexadecimal digits. */
export const randomId = () =>
  attempt(() => {
    const bytes = new Uint8Array(16);
    crypto.getRandomValues(bytes);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, 0)).join("");
  });

/** The tab's random id, created at the first call. None in a rehearsal. */
export const tab = (isRehearsal) =>
  attempt(() => {
    if (isRehearsal) return;
    const kept = sessionStorage.getItem(TAB_KEY);
    if (kept?.length === 32) return kept;
    const id = randomId();
    if (id) sessionStorage.setItem(TAB_KEY, id);
    return id;
  });

/** Opens a blank window, centred on this one. Undefined if blocked. */
export const openPopup = () =>
  attempt(() => {
    const middle = (at, size, own) => Math.trunc((at || 0) + Math.max(((size || 0) - own) / 2, 0));
    const left = middle(globalThis.screenX, globalThis.outerWidth, WIDTH);
    const top = middle(globalThis.screenY, globalThis.outerHeight, HEIGHT);
    const popup = open("about:blank", "_blank", `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`);
    // A blocked popup is null, or with some blockers a window that is closed already.
    return popup && !isClosed(popup) ? popup : undefined;
  });

export const navigate = (popup, url) => {
  try {
    popup.location.replace(url);
  } finally {
    // The provider's page must not be able to navigate ours. Cleared only after the navigation, because in Chromium a sandboxed frame
    // can navigate only windows whose opener it is.
    attempt(() => (popup.opener = null));
  }
};

export const isClosed = (popup) => !!attempt(() => popup.closed);

/** Closes a window or a channel. */
export const close = (it) => attempt(() => it.close());

export const openChannel = (name, onmessage) => attempt(() => Object.assign(new BroadcastChannel(name), { onmessage }));
export const say = (channel, word, text, from) => attempt(() => channel.postMessage({ [word]: text, from }));

/** The text of a message `word`, unless this page sent it. */
export const heard = (event, word, own) =>
  attempt(() => {
    const { data } = event;
    return own && data.from === own ? undefined : data[word];
  });

let isTelling = false;

/**
 * Tells every page of this origin, this one included, that accounts may have changed, except in a rehearsal. In a task of its own, because
 * opening a channel takes a millisecond, and a click should not wait for it. Several changes of one task are one message.
 */
export const tellAccounts = (isRehearsal) =>
  attempt(() => {
    if (isRehearsal || isTelling) return;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      isTelling = false;
      port1.close();
      attempt(() => {
        const channel = new BroadcastChannel("connect-flow:accounts");
        channel.postMessage(0);
        channel.close();
      });
    };
    port2.postMessage(0);
    isTelling = true;
  });

/** A channel that keeps its last news, but for `decided`, which it keeps before others. */
export const joinPeers = (name) => {
  const channel = openChannel(name, (event) => {
    const text = heard(event, "check");
    if (channel.news !== "decided" && typeof text === "string") channel.news = text;
  });
  return channel;
};

/** The news that such a channel has kept since the last call. */
export const takeNews = (channel) => {
  const { news } = channel;
  channel.news = undefined;
  return news;
};

/**
 * Requests a lock, and holds it until `signal` is aborted. Resolves with whether it is granted. Old browsers and opaque origins have no locks:
 * they grant all. So does a browser that does not answer.
 */
export const lock = (name, signal) =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, LOCK_MS, true);
    const answer = (isGranted) => {
      clearTimeout(timer);
      resolve(isGranted);
    };
    const use = (lock) => {
      answer(!!lock);
      return lock && !signal.aborted && new Promise((release) => signal.addEventListener("abort", release));
    };
    attempt(() => navigator.locks.request(name, { ifAvailable: true }, use).catch(answer)) ?? answer(true);
  });

/** The prototype of another realm counts, too. */
export const isPlain = (object) =>
  !!attempt(() => {
    const prototype = Object.getPrototypeOf(object);
    return !prototype || !Object.getPrototypeOf(prototype);
  });

export const put = (storage, key, text) => !!attempt(() => [storage.setItem(key, text)]);
export const remove = (storage, key) => attempt(() => storage.removeItem(key));
export const get = (storage, key) => attempt(() => storage.getItem(key));

/** The keys with a prefix, each followed by its value. */
export function entries(storage, prefix) {
  const found = [];
  const length = attempt(() => Math.min(storage.length, MAX_KEYS));
  for (let index = 0; index < length; index += 1) {
    attempt(() => {
      const key = storage.key(index);
      if (key.startsWith(prefix)) found.push(key, storage.getItem(key));
    });
  }
  return found;
}
