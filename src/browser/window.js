// The page and its surroundings. Any look at them may throw, and in a worker or on a server most of it is missing.

const WIDTH = 520;
const HEIGHT = 720;

/** Every key of the page's own storage is read at most this often: it is not ours alone. */
const MAX_KEYS = 10_000;

/** Under which key the tab's `sessionStorage` holds its id. */
const TAB_KEY = "connect-flow-tab";

/** What tells that the page has changed: `storage` and `pageshow` speak for themselves, the rest only says that it did. */
const EVENTS = ["focus", "online", "offline", "pageshow", "storage"];

/** What this comes to, or nothing. */
const attempt = (work) => {
  try {
    return work();
  } catch { /* Missing, forbidden or full. */ }
};

/** A member of a global. */
export const look = (global, name) => attempt(() => globalThis[global][name]);

export const hasFocus = () => attempt(() => !!document.hasFocus()) ?? true;

/** Whether the page is in a frame of another site. */
export function isEmbedded() {
  for (let window = globalThis; ;) {
    const parent = attempt(() => window.parent);
    if (!parent || typeof parent !== "object" || parent === window) return false;
    // What a browser says of a page of another origin: nothing.
    if (!attempt(() => [parent.location.href])) return true;
    window = parent;
  }
}

/** A worker has no document, and a server no events. */
const each = (method, listener) => {
  attempt(() => document[method]("visibilitychange", listener));
  for (const name of EVENTS) attempt(() => globalThis[method](name, listener));
};

export const listen = (listener) => each("addEventListener", listener);
export const unlisten = (listener) => each("removeEventListener", listener);

/** True when the page is shown again after it was left, the key when another window has changed the storage. */
export const news = (event) =>
  attempt(() => {
    const { type } = event;
    if (type === "storage") return event.key ?? "";
    return type === "pageshow" && !!event.persisted;
  });

export const leave = (url) => location.assign(url);

/** Another address in the bar. A sandboxed frame may refuse; it then stays as it is. */
export const replaceAddress = (url) => attempt(() => history.replaceState(history.state, "", url));

export const report = (thrown) => attempt(() => reportError(thrown));

/** 16 random bytes as 32 digits. */
export const randomId = () =>
  attempt(() => {
    const bytes = new Uint8Array(16);
    crypto.getRandomValues(bytes);
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, 0)).join("");
  });

/** What the tab's own storage holds as its id. */
export const tab = () =>
  attempt(() => {
    const kept = sessionStorage.getItem(TAB_KEY);
    if (kept?.length === 32) return kept;
    const id = randomId();
    if (id) sessionStorage.setItem(TAB_KEY, id);
    return id;
  });

/** Opens a blank window over the middle of this one. */
export const openPopup = () =>
  attempt(() => {
    const middle = (at, size, own) => Math.trunc((at || 0) + Math.max(((size || 0) - own) / 2, 0));
    const left = middle(globalThis.screenX, globalThis.outerWidth, WIDTH);
    const top = middle(globalThis.screenY, globalThis.outerHeight, HEIGHT);
    const popup = open("about:blank", "_blank", `popup,width=${WIDTH},height=${HEIGHT},left=${left},top=${top}`);
    // Blocked is null, and for some blockers a window that is closed already.
    return popup && !isClosed(popup) ? popup : undefined;
  });

export const navigate = (popup, url) => {
  try {
    popup.location.replace(url);
  } finally {
    // Whatever page comes into it must not be able to navigate ours. Not earlier: Chromium lets a sandboxed frame send on only a
    // window that it is the opener of.
    attempt(() => (popup.opener = null));
  }
};
export const isClosed = (popup) => !!attempt(() => popup.closed);

/** Closes a window or a channel. */
export const close = (it) => attempt(() => it.close());

export const openChannel = (name, onmessage) => attempt(() => Object.assign(new BroadcastChannel(name), { onmessage }));
export const say = (channel, word, text, from) => attempt(() => channel.postMessage({ [word]: text, from }));

/** The text of a word in a message, unless it is this page's own. */
export const heard = (event, word, own) =>
  attempt(() => {
    const { data } = event;
    return own && data.from === own ? undefined : data[word];
  });

export const put = (storage, key, text) => !!attempt(() => [storage.setItem(key, text)]);
export const remove = (storage, key) => attempt(() => storage.removeItem(key));
export const get = (storage, key) => attempt(() => storage.getItem(key));

/** Keys that start so, each before what it holds. */
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
