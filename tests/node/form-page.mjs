import { JSDOM } from "jsdom";

const dom = new JSDOM("<!doctype html><body></body>", { url: "https://app.test/", pretendToBeVisual: true });

// React looks at these when it is imported: import this file first.
const NAMES = ["window", "document", "navigator", "HTMLElement", "Element", "Node", "Event", "MutationObserver", "DOMException"];
for (const name of NAMES) {
  const value = name === "window" ? dom.window : dom.window[name];
  // Newer versions of Node have a `navigator` that cannot be assigned to.
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
globalThis.IS_REACT_ACT_ENVIRONMENT = true;

export const { document } = dom.window;

/** Renders an element of React into the page and hands over its container. */
export async function render(element) {
  const [{ act }, { createRoot }] = [await import("react"), await import("react-dom/client")];
  const container = document.body.appendChild(document.createElement("div"));
  const root = createRoot(container);
  await act(async () => root.render(element));
  return {
    container,
    /** Types a text into an input, as a user does. */
    type: (input, text) => act(async () => {
      // React remembers what it set: only the setter of the prototype makes a change that it sees.
      const { set } = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(input), "value");
      set.call(input, text);
      input.dispatchEvent(new dom.window.Event("input", { bubbles: true }));
      input.dispatchEvent(new dom.window.Event("change", { bubbles: true }));
    }),
    submit: (form) => act(async () => {
      form.dispatchEvent(new dom.window.Event("submit", { bubbles: true, cancelable: true }));
      await new Promise((done) => setTimeout(done, 0));
    }),
    unmount: () => act(async () => root.unmount()),
  };
}
