/** Sent by the browser when a navigation cancels what was under way. */
const aborted = ["net::ERR_ABORTED", "NS_BINDING_ABORTED"];

const events = [
  "log.entryAdded",
  "network.beforeRequestSent",
  "network.responseStarted",
  "network.fetchError",
  "browsingContext.navigationStarted",
  "browsingContext.historyUpdated",
];

/**
 * Notes what goes on in all tabs of a browser. `trouble` is whatever a page should not do: errors and warnings on the
 * console, uncaught errors, violations of the content security policy, failed requests.
 * @param log asks the browser for more of that since the last time; may give nothing.
 */
export async function watch(browser, { log }) {
  let trouble, said, requests, shown;
  const clear = () => {
    [trouble, said, requests, shown] = [[], [], [], []];
  };
  clear();
  await browser.sessionSubscribe({ events });
  browser.on("log.entryAdded", ({ level, type, text }) => {
    said.push(text);
    if (["error", "warn"].includes(level)) trouble.push(`${type}: ${text}`);
  });
  browser.on("network.responseStarted", ({ request, response }) => {
    // Browsers ask for this by themselves, of pages that name no icon.
    if (new URL(request.url).pathname === "/favicon.ico") return;
    if (response.status >= 400) trouble.push(`status ${response.status}: ${request.method} ${request.url}`);
  });
  browser.on("network.fetchError", ({ request, errorText }) => {
    if (!aborted.includes(errorText)) trouble.push(`${errorText}: ${request.method} ${request.url}`);
  });
  browser.on("network.beforeRequestSent", ({ request: { method, url } }) => requests.push({ method, url }));
  for (const event of ["browsingContext.navigationStarted", "browsingContext.historyUpdated"]) {
    browser.on(event, ({ url }) => shown.push(url));
  }
  await browser.scriptAddPreloadScript({ functionDeclaration: reportViolations.toString() });
  return {
    clear: async () => {
      await log();
      clear();
    },
    /** What was on the console, whatever its level. */
    said: () => said,
    /** `{ method, url }` of every request, of redirects too. */
    requests: () => requests,
    /** Every address that was requested or shown. */
    urls: () => [...requests.map(({ url }) => url), ...shown],
    trouble: async () => {
      // Events come in order: once this is answered, all of before are here.
      await browser.sessionStatus({});
      return [...trouble, ...((await log()) ?? [])];
    },
  };
}

function reportViolations() {
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => {
    console.error(`content security policy: ${effectiveDirective} ${blockedURI}`);
  });
}
