import { setTimeout as pause } from "node:timers/promises";

const INTERVAL_MS = 40;

/**
 * Waits until `read(last)` gives something that `isIt` accepts, and gives that. `last` is what it gave before; a function of
 * {@link readChanges} waits in the page until that changes.
 */
export async function until(browser, what, read, isIt, { timeout = 20_000 } = {}) {
  const endMs = performance.now() + timeout;
  let last;
  do {
    const startMs = performance.now();
    try {
      last = await read(last instanceof Error ? undefined : last);
      if (isIt(last)) return last;
    } catch (error) {
      // The page is just being left.
      last = error;
    }
    await pause(Math.max(0, INTERVAL_MS - (performance.now() - startMs)));
  } while (performance.now() < endMs);
  throw new Error(`waited ${timeout} ms until ${what}; last seen: ${last instanceof Error ? last.message : JSON.stringify(last, undefined, 2)}`);
}

/**
 * Makes a `read` for {@link until}: a command costs a dozen milliseconds of processor time in four processes, a look in the page less than one.
 * @param readPage runs in the page and gives what it shows at one moment, as JSON.
 */
export const readChanges = (browser, readPage) => async (last) =>
  JSON.parse(await browser.execute(`return (${awaitChange})(${readPage}, ...arguments)`, last === undefined ? null : JSON.stringify(last)));

/** Runs in the page. Returns its state once it differs from `last`, or after 0.3 s, as tests also wait for what happens outside the page. */
async function awaitChange(readPage, last) {
  const { e2ePause } = globalThis;
  for (let looks = 1; ; looks += 1) {
    const state = readPage();
    // The timers of a hidden page are late.
    if (state !== last || !e2ePause || document.hidden || looks === 4) return state;
    let observer;
    const mutation = new Promise((resolve) => (observer = new MutationObserver(resolve)));
    observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
    // The focus and typed values change without a mutation.
    await Promise.race([mutation, e2ePause(100)]);
    observer.disconnect();
  }
}
