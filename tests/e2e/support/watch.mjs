/** Sent by the browser when a navigation cancels what was under way. */
const aborted = ["net::ERR_ABORTED", "NS_BINDING_ABORTED"];

/**
 * Notes what goes on in all windows of a browser. `trouble` is whatever a page should not do: errors and warnings on the
 * console, uncaught errors, violations of the content security policy, failed requests.
 * @param front what stands in front of the servers; its notes are the same in all engines.
 * @param log asks the browser for what it alone knows, since the last time.
 */
export function watch({ front, log }) {
  return {
    clear: async () => {
      await log();
      front.empty();
    },
    /** What was on the console, whatever its level. */
    said: () => front.said(),
    /** `{ method, url }` of every request, of redirects too. */
    requests: () => front.requests(),
    /** Every address that was requested or shown. */
    urls: () => [...front.requests().map(({ url }) => url), ...front.shown()],
    trouble: async () => [...(await log()), ...front.trouble()],
  };
}

/**
 * What a browser tells by WebDriver BiDi: also of pages that are none of ours, and of what the browser itself says.
 * @returns a function that gives it, since the last time.
 */
export async function followBidi(browser) {
  let trouble = [];
  await browser.sessionSubscribe({ events: ["log.entryAdded", "network.fetchError"] });
  browser.on("log.entryAdded", ({ level, type, text }) => {
    if (["error", "warn"].includes(level) && !text.startsWith("Synchronous XMLHttpRequest")) trouble.push(`${type}: ${text}`);
  });
  browser.on("network.fetchError", ({ request: { method, url }, errorText }) => {
    if (!aborted.includes(errorText)) trouble.push(`${errorText}: ${method} ${url}`);
  });
  return async () => {
    // Events come in order: once this is answered, all of before are here.
    await browser.sessionStatus({});
    const found = trouble;
    trouble = [];
    return found;
  };
}
