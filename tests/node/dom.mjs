import { JSDOM, VirtualConsole } from "jsdom";

const names = ["document", "navigator", "localStorage", "HTMLElement", "HTMLIFrameElement", "Node", "Event", "getSelection"];

/**
 * A page to render into, installed as globals.
 * @returns
 * - `root`: an element to render into.
 * - `navigate(url)`: moves the page to another address.
 * - `assigned`: the addresses that `location.assign` was called with.
 * - `popups`: the windows that the page has opened, each `{ url, closed }`.
 * - `listenerCount()`: listeners on the page plus open channels.
 * - `problems`: errors and warnings on the console.
 */
export function openDom(url = "https://app.test/") {
  const virtualConsole = new VirtualConsole();
  const { window } = new JSDOM('<div id="root"></div>', { url, virtualConsole, pretendToBeVisual: true });
  const [assigned, popups, problems] = [[], [], []];
  let listeners = 0;

  const location = { href: url, get origin() { return new URL(this.href).origin; }, assign: (to) => void assigned.push(to) };
  const history = { state: null, replaceState: (_state, _, to) => void (location.href = to) };
  const open = () => {
    const popup = { closed: false, opener: window, close() { this.closed = true; }, location: { replace: (to) => void (popup.url = to) } };
    popups.push(popup);
    return popup;
  };
  const CountedChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name);
      listeners += 1;
    }
    close() {
      super.close();
      listeners -= 1;
    }
  };
  const replacements = {
    ...Object.fromEntries(names.map((name) => [name, window[name]])),
    // The global object, not jsdom's window: modules keep what they find at import, and each test has another document.
    window: globalThis,
    location,
    history,
    open,
    BroadcastChannel: CountedChannel,
    addEventListener: (...values) => void (listeners += 1, window.addEventListener(...values)),
    removeEventListener: (...values) => void (listeners -= 1, window.removeEventListener(...values)),
    IS_REACT_ACT_ENVIRONMENT: true,
  };
  const before = Object.keys(replacements).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const [name, value] of Object.entries(replacements)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }

  const { error, warn } = console;
  for (const kind of ["error", "warn"]) console[kind] = (...words) => problems.push(words.map(String).join(" "));
  virtualConsole.on("jsdomError", (thrown) => problems.push(String(thrown)));

  return {
    root: window.document.getElementById("root"),
    navigate: (to) => void (location.href = to),
    assigned,
    popups,
    listenerCount: () => listeners,
    problems,
    close() {
      Object.assign(console, { error, warn });
      for (const [name, property] of before) {
        if (property) Object.defineProperty(globalThis, name, property);
        else delete globalThis[name];
      }
      window.close();
    },
  };
}
