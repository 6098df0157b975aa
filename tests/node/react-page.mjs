import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createElement as h, StrictMode } from "react";
import { openDom } from "./dom.mjs";

/**
 * Gives each test of a file an empty page. After each test everything is unmounted; then no listener may be left, and the console must
 * have stayed empty.
 */
export function usePage() {
  let dom, react, roots, expectedListeners;
  beforeEach(async () => {
    dom = openDom();
    // Imported here: react-dom looks for a document when it is loaded.
    react = { ...(await import("react")), ...(await import("react-dom/client")) };
    roots = [];
    expectedListeners = 0;
  });
  afterEach(async () => {
    for (const root of roots) await react.act(async () => root.unmount());
    await pause(5);
    const { problems } = dom;
    const listeners = dom.listenerCount();
    dom.close();
    assert.deepEqual([problems, listeners], [[], expectedListeners]);
  });

  const act = (job) => react.act(job);
  const settle = (ms = 10) => act(() => pause(ms));

  function watch(root) {
    roots.push(root);
    return {
      update: (element) => act(async () => root.render(element)),
      unmount: async () => {
        roots.splice(roots.indexOf(root), 1);
        await act(async () => root.unmount());
        await pause(5);
      },
    };
  }

  return {
    dom: () => dom,
    act,
    settle,
    /** Sets how many listeners may be left after the test. Default 0. */
    expectListeners: (count) => void (expectedListeners = count),
    text: () => dom.root.textContent,
    render: async (element) => {
      const root = react.createRoot(dom.root);
      const view = watch(root);
      await view.update(element);
      return view;
    },
    hydrate: async (element) => {
      let root;
      await act(async () => void (root = react.hydrateRoot(dom.root, element)));
      return watch(root);
    },
    waitFor: async (isDone, what = "the page changes as expected") => {
      for (let rounds = 0; rounds < 300 && !isDone(); rounds += 1) await settle(5);
      assert.ok(isDone(), `${what}: ${dom.root.innerHTML}`);
    },
  };
}

export const inStrictMode = (...children) => h(StrictMode, null, ...children);
