// Import this file before anything that imports React: React looks for these globals when it is loaded.
import { JSDOM } from "jsdom";

const dom = new JSDOM("<!doctype html><body></body>", { url: "https://app.test/", pretendToBeVisual: true });

const NAMES = ["window", "document", "navigator", "HTMLElement", "Element", "Node", "Event", "MutationObserver", "DOMException"];
for (const name of NAMES) {
  const value = name === "window" ? dom.window : dom.window[name];
  // Not by assignment: in newer versions of Node `navigator` is read-only.
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
globalThis.IS_REACT_ACT_ENVIRONMENT = true;

export const { document } = dom.window;

/** Renders a React element into the page. Returns its container and what a user can do with it. */
export async function renderForm(element) {
  const [{ act }, { createRoot }] = [await import("react"), await import("react-dom/client")];
  const container = document.body.appendChild(document.createElement("div"));
  const root = createRoot(container);
  await act(async () => root.render(element));
  return {
    container,
    type: (input, text) => act(async () => {
      // React overrides the setter of each input, and ignores changes made through it.
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
