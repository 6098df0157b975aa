/**
 * Where in the browser a text stands: storage, document, form, console, addresses.
 * @param of the text.
 */
export async function traces({ browser, watch, of: text }) {
  await watch.settle();
  const places = JSON.parse(await browser.execute(readPlaces));
  const spellings = [text, encodeURIComponent(text), btoa(text)];
  return Object.entries({ ...places, console: watch.said(), addresses: watch.urls() })
    .filter(([, found]) => spellings.some((spelling) => JSON.stringify(found).includes(spelling)))
    .map(([place]) => place);
}

/** Runs in the page. */
async function readPlaces() {
  return JSON.stringify({
    localStorage: Object.entries(localStorage),
    sessionStorage: Object.entries(sessionStorage),
    databases: (await indexedDB.databases?.()) ?? [],
    caches: await caches.keys(),
    cookies: document.cookie,
    document: document.documentElement.outerHTML,
    inputs: [...document.querySelectorAll("input, select, textarea")].map(({ value }) => value),
    historyState: history.state,
    address: location.href,
    windowName: window.name,
    requests: performance.getEntries().map(({ name }) => name),
  });
}
