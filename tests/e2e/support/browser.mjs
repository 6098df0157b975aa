import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remote } from "webdriverio";
import { engine } from "./engines.mjs";
import { closeOthers } from "./tabs.mjs";

/**
 * Starts a driver on a free port and a browser with an empty profile.
 * @param options see engines.mjs.
 * @returns `{ browser, log, fresh, close }`: the session of webdriverio, a way to ask the browser for trouble, a way to
 * empty it, the end.
 */
export async function openBrowser(options = {}) {
  const profile = await mkdtemp(join(tmpdir(), "connect-flow-e2e-"));
  let driver;
  const end = async () => {
    await driver?.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    driver = await engine.start(options);
    const browser = await remote({
      hostname: "127.0.0.1",
      port: driver.port,
      // It would also log what a test expects, such as a command that ends because the page is left.
      logLevel: "silent",
      waitforTimeout: 10_000,
      waitforInterval: 40,
      connectionRetryCount: 0,
      // A browser can take half a minute to start on a busy machine.
      connectionRetryTimeout: 60_000,
      capabilities: engine.capabilities(profile, options),
    });
    // webdriverio would go to another window by itself when it believes that this one is gone. Tests choose their window.
    browser.removeAllListeners("browsingContext.contextDestroyed");
    for (const find of ["findElement", "findElements"]) browser.overwriteCommand(find, again);
    if (engine.size) await browser.setWindowSize(...engine.size);
    const home = await browser.getWindowHandle();
    return {
      browser,
      log: await engine.follow(browser, driver.port),
      fresh: (emptyPage) => fresh(browser, home, emptyPage),
      close: async () => {
        await browser.deleteSession().finally(end);
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Runs a command that changes nothing. If the browser leaves the page meanwhile, runs it again in the next page. */
async function again(command, ...values) {
  for (;;) {
    try {
      return await command(...values);
    } catch (error) {
      if (!error.message.includes("aborted by navigation")) throw error;
    }
  }
}

/** Leaves one window, on a page of the app that takes away all cookies, with nothing in the app's storage. */
async function fresh(browser, home, emptyPage) {
  await closeOthers(browser, home);
  await browser.url(emptyPage);
  await browser.execute(() => {
    localStorage.clear();
    sessionStorage.clear();
    window.name = "";
  });
}
