/** Waits until `read()` gives something that `isIt` accepts, and gives that. */
export async function until(browser, what, read, isIt, { timeout = 20_000 } = {}) {
  let last;
  try {
    await browser.waitUntil(
      async () => {
        try {
          last = await read();
        } catch (error) {
          // The page is just being left.
          last = error;
          return false;
        }
        return isIt(last);
      },
      { timeout, interval: 40 },
    );
  } catch {
    throw new Error(`waited ${timeout} ms until ${what}; last seen: ${last instanceof Error ? last.message : JSON.stringify(last, undefined, 2)}`);
  }
  return last;
}
