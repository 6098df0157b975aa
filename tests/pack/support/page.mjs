/** Opens a page and waits for what its flow led to; gives `{ result, ways }`, the files of ours that it loaded. */
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

/** What the page asked for beside its own scripts, by what the files are called before a bundler adds a hash. */
async function waysOf(browser) {
  const urls = await browser.execute(() => performance.getEntriesByType("resource").map(({ name }) => name));
  const of = (name) => urls.some((url) => url.includes(name));
  return ["connect_flow_bg", "connect_flow_inline", "connect_flow_js"].filter(of);
}
