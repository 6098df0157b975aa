/**
 * Notes what goes on in all windows of a browser. `trouble` is whatever a page should not do: errors and warnings on the
 * console, uncaught errors, violations of the content security policy, failed requests.
 * @param front what stands in front of the servers; its notes are the same in all engines.
 * @param log asks the browser for what it alone knows, since the last time.
 */
export function watch({ browser, front, log }) {
  async function settleAll() {
    for (const handle of await browser.getWindowHandles()) {
      await browser.switchToWindow(handle).then(() => settle(browser), () => {});
    }
  }

  let told = 0;
  return {
    /** Forgets all. Throws for trouble that nobody was told of. */
    clear: async () => {
      await log();
      const late = front.trouble().slice(told);
      front.empty();
      told = 0;
      if (late.length > 0) throw new Error(`trouble after the end of a test:\n${late.join("\n")}`);
    },
    /** Waits until what the page of this window has noted until now is here. */
    settle: () => settle(browser),
    /** What was on the console, whatever its level. */
    said: () => front.said(),
    /** `{ method, url, referrer }` of every request, of redirects too. */
    requests: () => front.requests(),
    /** Every address that was requested or shown. */
    urls: () => [...front.requests().map(({ url }) => url), ...front.shown()],
    trouble: async () => {
      await settleAll();
      const all = [...(await log()), ...front.trouble()];
      told = front.trouble().length;
      return all;
    },
  };
}

/** Waits until what the page of this window has noted until now is here. */
export async function settle(browser) {
  try {
    await browser.execute(() => globalThis.e2eNotesSent?.().then(() => true));
  } catch {
    // It is just being left or closed. What it noted is on its way, and counts for the next test if it comes that late.
  }
}

/**
 * What a browser tells by WebDriver BiDi: also of pages that are none of ours, and of what the browser itself says.
 * @returns a function that gives it, since the last time.
 */
export async function followBidi(browser) {
  let trouble = [];
  await browser.sessionSubscribe({ events: ["log.entryAdded", "network.fetchError"] });
  browser.on("log.entryAdded", ({ level, type, text }) => {
    if (["error", "warn"].includes(level)) trouble.push(`${type}: ${text}`);
  });
  browser.on("network.fetchError", ({ request: { method, url }, errorText }) => {
    // A navigation cancels what is under way.
    if (errorText !== "NS_BINDING_ABORTED") trouble.push(`${errorText}: ${method} ${url}`);
  });
  return async () => {
    // Events come in order: once this is answered, all of before are here.
    await browser.sessionStatus({});
    const found = trouble;
    trouble = [];
    return found;
  };
}
