/** Opens a page and waits for the result of its flow. Returns `{ result, ways, rounds }`: `ways` are those of loading the module. */
export async function runPage(browser, url) {
  await browser.url("about:blank");
  await browser.url(url);
  return { result: await resultOf(browser), ways: await waysOf(browser), rounds: await roundsOf(browser) };
}

export async function resultOf(browser) {
  const read = () => document.querySelector("output")?.textContent;
  await browser.waitUntil(() => browser.execute(read), { timeout: 30_000, interval: 50, timeoutMsg: "the page shows no result" });
  return JSON.parse(await browser.execute(read));
}

/** The status of the .wasm file, and which fallback scripts were loaded, as far as the bundler keeps their names. */
export async function waysOf(browser) {
  const loaded = await browser.execute(() => performance.getEntriesByType("resource").map(({ name, responseStatus }) => [name, responseStatus]));
  const file = loaded.filter(([url]) => url.endsWith(".wasm")).map(([, status]) => `file: ${status}`);
  const scripts = ["inline", "js"].filter((name) => loaded.some(([url]) => url.includes(`connect_flow_${name}`)));
  return [...file, ...scripts];
}

/** How many rounds of files the page waited for, one after the other. Files that are requested before one of them has arrived are one round. */
async function roundsOf(browser) {
  const files = await browser.execute(() =>
    performance.getEntriesByType("resource")
      .filter(({ name }) => /\.m?js$|\.wasm$/.test(new URL(name).pathname))
      .map(({ startTime, responseEnd }) => [startTime, responseEnd]));
  let [rounds, firstArrives] = [0, 0];
  for (const [requested, arrives] of files.sort(([first], [second]) => first - second)) {
    if (requested < firstArrives) {
      firstArrives = Math.min(firstArrives, arrives);
    } else {
      rounds += 1;
      firstArrives = arrives;
    }
  }
  return rounds;
}
