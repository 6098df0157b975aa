import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createElement as h, StrictMode } from "react";
import { openDom } from "./dom.mjs";

/**
 * A page for the tests of a file, empty before each of them. After each, everything is unmounted, nothing of it may listen any
 * more, and nothing may have been on the console.
 */
export function usePage() {
  let dom, react, roots, lasting;
  beforeEach(async () => {
    dom = openDom();
    // It looks for a page as soon as it is loaded.
    react = { ...(await import("react")), ...(await import("react-dom/client")) };
    roots = [];
    lasting = 0;
  });
  afterEach(async () => {
    for (const root of roots) await react.act(async () => root.unmount());
    await pause(5);
    const { trouble } = dom;
    const ears = dom.ears();
    dom.close();
    assert.deepEqual([trouble, ears], [[], lasting]);
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
    /** How many listeners may be left at the end. */
    leaves: (count) => void (lasting = count),
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
    until: async (isIt, what = "it is as wanted") => {
      for (let rounds = 0; rounds < 300 && !isIt(); rounds += 1) await settle(5);
      assert.ok(isIt(), `${what}: ${dom.root.innerHTML}`);
    },
  };
}

export const strict = (...children) => h(StrictMode, null, ...children);
