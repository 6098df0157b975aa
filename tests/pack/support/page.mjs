/** Opens a page and waits for what its flow led to; gives `{ result, ways }`, the latter as `file: 200`. */
export async function runPage(browser, url) {
  await browser.url("about:blank");
  await browser.url(url);
  return { result: await resultOf(browser), ways: await waysOf(browser) };
}

export async function resultOf(browser) {
  const read = () => document.querySelector("output")?.textContent;
  await browser.waitUntil(() => browser.execute(read), { timeout: 30_000, interval: 50, timeoutMsg: "the page shows no result" });
  return JSON.parse(await browser.execute(read));
}

/** Whether the page got the file, and what else of ours it loaded, as far as the bundler left names. */
async function waysOf(browser) {
  const loaded = await browser.execute(() => performance.getEntriesByType("resource").map(({ name, responseStatus }) => [name, responseStatus]));
  const file = loaded.filter(([url]) => url.endsWith(".wasm")).map(([, status]) => `file: ${status}`);
  const scripts = ["inline", "js"].filter((name) => loaded.some(([url]) => url.includes(`connect_flow_${name}`)));
  return [...file, ...scripts];
}
