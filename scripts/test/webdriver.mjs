import { mkdirSync, writeFileSync } from "node:fs";
import { inCache } from "../lib/paths.mjs";

// Root has no sandbox, and Chromium must not download updates and lists in the background.
const CHROMIUM_ARGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const CAPABILITIES = {
  chromium: (browser) => ({ "goog:chromeOptions": { binary: browser.CHROMIUM_BINARY, args: CHROMIUM_ARGS } }),
  firefox: (browser) => ({ "moz:firefoxOptions": { binary: browser.FIREFOX_BINARY } }),
};

/** Writes the capabilities of a browser for wasm-bindgen's test runner. Returns the path of the file. */
export function webdriverFile(name, browser) {
  mkdirSync(inCache("state"), { recursive: true });
  const file = inCache("state", `webdriver-${name}.json`);
  writeFileSync(file, JSON.stringify(CAPABILITIES[name](browser), undefined, 2));
  return file;
}
