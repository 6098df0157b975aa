import { remote } from "webdriverio";
import { engines } from "../../tests/e2e/support/engines.mjs";
import { makeFolder } from "./folder.mjs";

const LONGEST_MS = 120_000;

/**
 * Starts an engine of the end-to-end tests with an empty profile.
 * @param name `chromium` or `firefox`; `found` what setup says of it; `args` more arguments for Chromium.
 * @returns `{ name, browser, run, visit, open, cdp, close }`: the session of webdriverio; a function that is run in the page and
 * whose promise is awaited; a page to go to; one to go to that is there once its title is `Ready`; a command of Chromium's DevTools, undefined elsewhere; the end.
 */
export async function openBrowser(name, found, args = []) {
  Object.assign(process.env, found[name]);
  const engine = engines[name];
  const profile = makeFolder();
  const driver = await engine.start({});
  const end = async () => {
    await driver.stop();
    profile.remove();
  };
  try {
    const { webSocketUrl, ...capabilities } = engine.capabilities(profile.path, {});
    // What is measured here needs no BiDi, and one way for both engines is fairer.
    capabilities["wdio:enforceWebDriverClassic"] = true;
    // Measures the memory at once, not at the next garbage collection.
    capabilities["goog:chromeOptions"]?.args.push("--enable-blink-features=ForceEagerMeasureMemory", ...args);
    const browser = await remote({
      hostname: "127.0.0.1",
      port: driver.port,
      logLevel: "error",
      connectionRetryCount: 0,
      connectionRetryTimeout: LONGEST_MS,
      capabilities,
    });
    await browser.setTimeout({ script: LONGEST_MS });
    return {
      name,
      browser,
      run: (work, ...values) => browser.execute(work, ...values),
      visit: (url) => browser.url(url),
      open: async (url) => {
        await browser.url(url);
        await browser.waitUntil(async () => (await browser.getTitle()) === "Ready");
      },
      cdp: name === "chromium" ? (cmd, params) => command(driver.port, browser.sessionId, cmd, params) : undefined,
      // Of a browser that has died, whoever measured in it has heard.
      close: () => browser.deleteSession().catch(() => {}).finally(end),
    };
  } catch (error) {
    await end();
    throw error;
  }
}

async function command(port, sessionId, cmd, params = {}) {
  const body = JSON.stringify({ cmd, params });
  const response = await fetch(`http://127.0.0.1:${port}/session/${sessionId}/goog/cdp/execute`, { method: "POST", body });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`${cmd}: ${value.message}`);
  return value;
}

/** Runs `work(browser)` in each of these engines, one after the other. */
export async function inEngines(names, found, work) {
  for (const name of names) await inEngine(name, found, work);
}

/** Runs `work(browser)` in an engine, and gives what comes of it. See `openBrowser`. */
export async function inEngine(name, found, work, args) {
  const browser = await openBrowser(name, found, args);
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}
