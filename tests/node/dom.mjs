import { JSDOM, VirtualConsole } from "jsdom";

const names = ["document", "navigator", "localStorage", "HTMLElement", "HTMLIFrameElement", "Node", "Event", "getSelection"];

/**
 * A page to render into, as the globals that libraries look for.
 * @returns
 * - `root`: an element to render into.
 * - `go(url)`: the page is at another address.
 * - `left`: the addresses that the page was left for.
 * - `popups`: the windows that it has opened: `{ url, closed }` each.
 * - `ears()`: how many listeners it has on the page and how many channels are open.
 * - `trouble`: what was on the console as an error or a warning.
 */
export function openDom(url = "https://app.test/") {
  const virtualConsole = new VirtualConsole();
  const { window } = new JSDOM('<div id="root"></div>', { url, virtualConsole, pretendToBeVisual: true });
  const [left, popups, trouble] = [[], [], []];
  let ears = 0;

  const location = { href: url, get origin() { return new URL(this.href).origin; }, assign: (to) => void left.push(to) };
  const history = { state: null, replaceState: (_state, _, to) => void (location.href = to) };
  const open = () => {
    const popup = { closed: false, opener: window, close() { this.closed = true; }, location: { replace: (to) => void (popup.url = to) } };
    popups.push(popup);
    return popup;
  };
  const OwnChannel = class extends BroadcastChannel {
    constructor(name) {
      super(name);
      ears += 1;
    }
    close() {
      super.close();
      ears -= 1;
    }
  };
  const replacements = {
    ...Object.fromEntries(names.map((name) => [name, window[name]])),
    // Modules remember what is global; each test has a document of its own.
    window: globalThis,
    location,
    history,
    open,
    BroadcastChannel: OwnChannel,
    addEventListener: (...values) => void (ears += 1, window.addEventListener(...values)),
    removeEventListener: (...values) => void (ears -= 1, window.removeEventListener(...values)),
    IS_REACT_ACT_ENVIRONMENT: true,
  };
  const before = Object.keys(replacements).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const [name, value] of Object.entries(replacements)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }

  const { error, warn } = console;
  for (const kind of ["error", "warn"]) console[kind] = (...words) => trouble.push(words.map(String).join(" "));
  virtualConsole.on("jsdomError", (thrown) => trouble.push(String(thrown)));

  return {
    root: window.document.getElementById("root"),
    go: (to) => void (location.href = to),
    left,
    popups,
    ears: () => ears,
    trouble,
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
