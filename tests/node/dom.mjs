import { JSDOM, VirtualConsole } from "jsdom";

const names = ["window", "document", "navigator", "location", "history", "localStorage", "HTMLElement", "Node", "Event"];

/**
 * A page to render into, as the globals that libraries look for.
 * @returns `{ window, root, trouble, close }`: an element, what was said on the console as an error or a warning, the end.
 */
export function openDom(url = "https://app.test/") {
  const virtualConsole = new VirtualConsole();
  const { window } = new JSDOM('<div id="root"></div>', { url, virtualConsole });
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  for (const name of names) Object.defineProperty(globalThis, name, { value: window[name], configurable: true, writable: true });
  const trouble = [];
  const { error, warn } = console;
  for (const kind of ["error", "warn"]) console[kind] = (...words) => trouble.push(words.map(String).join(" "));
  virtualConsole.on("jsdomError", (thrown) => trouble.push(String(thrown)));
  globalThis.IS_REACT_ACT_ENVIRONMENT = true;
  return {
    window,
    root: window.document.getElementById("root"),
    trouble,
    close() {
      Object.assign(console, { error, warn });
      delete globalThis.IS_REACT_ACT_ENVIRONMENT;
      for (const [name, property] of before) {
        if (property) Object.defineProperty(globalThis, name, property);
        else delete globalThis[name];
      }
      window.close();
    },
  };
}
