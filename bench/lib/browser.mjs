import { remote } from "webdriverio";
import { engines } from "../../tests/e2e/support/engines.mjs";
import { makeFolder } from "./folder.mjs";

const LONGEST_MS = 120_000;

/**
 * Starts an engine of the end-to-end tests with an empty profile.
 * @param name `chromium` or `firefox`.
 * @param found the result of the setup.
 * @param args more arguments for Chromium.
 * @returns `{ name, browser, run, visit, open, cdp, close }`: `browser` is webdriverio's session, `run` calls a function in the page and
 * awaits it, `visit` goes to a URL, `open` also waits for the title `Ready`, and `cdp` sends a DevTools command, in Chromium only.
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
    // Without BiDi, which only Firefox would use, both engines are driven alike.
    capabilities["wdio:enforceWebDriverClassic"] = true;
    // Measures memory immediately instead of at the next garbage collection.
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
      // If the browser has crashed, the measurement has already failed.
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

/** Runs `work(browser)` in an engine and returns its result. See `openBrowser`. */
export async function inEngine(name, found, work, args) {
  const browser = await openBrowser(name, found, args);
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}
