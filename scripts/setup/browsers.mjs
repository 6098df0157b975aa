import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { which } from "../lib/paths.mjs";
import { Stop } from "../lib/stop.mjs";
import { aptInstall, hasApt } from "./apt.mjs";
import { ensureGeckodriver } from "./cargo-tools.mjs";

const CHROMIUM = {
  variable: "CHROMIUM_BINARY",
  names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
  app: "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
};
const CHROMEDRIVER = { variable: "CHROMEDRIVER_BINARY", names: ["chromedriver"] };
const FIREFOX = {
  variable: "FIREFOX_BINARY",
  names: ["firefox", "firefox-esr"],
  app: "/Applications/Firefox.app/Contents/MacOS/firefox",
};
const GECKODRIVER = { variable: "GECKODRIVER_BINARY", names: ["geckodriver"] };
const MINIBROWSER = { variable: "WEBKIT_BINARY", names: ["MiniBrowser"], search: findMiniBrowser };
const WEBKITDRIVER = { variable: "WEBKITDRIVER_BINARY", names: ["WebKitWebDriver"] };
const XVFB = { variable: "XVFB_BINARY", names: ["Xvfb"] };
const OPENBOX = { variable: "OPENBOX_BINARY", names: ["openbox"] };

function find({ variable, names, app, search }) {
  const file = process.env[variable] || which(...names) || (search ? search() : app);
  return file && existsSync(file) ? file : undefined;
}

const isMac = process.platform === "darwin";

/** Chromium and chromedriver, in the variables that the tests read. */
export async function ensureChromium() {
  // A driver works with its own version of the browser only, so both come from the same place.
  const isThere = find(CHROMIUM) && find(CHROMEDRIVER);
  if (!isThere && hasApt()) await aptInstall("Chromium", ["chromium", "chromium-driver"]);
  return {
    CHROMIUM_BINARY: required(CHROMIUM, isMac ? "brew install --cask google-chrome" : "install Chromium"),
    CHROMEDRIVER_BINARY: required(CHROMEDRIVER, isMac ? "brew install --cask chromedriver" : "install chromedriver"),
  };
}

/** Firefox and geckodriver, in the variables that the tests read. */
export async function ensureFirefox() {
  const driver = find(GECKODRIVER) ? undefined : ensureGeckodriver();
  // Awaited below; until then a rejection must not be unhandled.
  driver?.catch(() => {});
  if (!find(FIREFOX) && hasApt()) await aptInstall("Firefox", ["firefox-esr"]);
  return {
    FIREFOX_BINARY: required(FIREFOX, isMac ? "brew install --cask firefox" : "install Firefox"),
    GECKODRIVER_BINARY: find(GECKODRIVER) ?? (await driver),
  };
}

/** WebKitGTK's MiniBrowser and its driver, in the variables that the tests read. */
export async function ensureWebkit() {
  const isThere = [MINIBROWSER, WEBKITDRIVER].every(find);
  if (!isThere && hasApt()) await aptInstall("WebKit", ["webkit2gtk-driver"]);
  return {
    WEBKIT_BINARY: required(MINIBROWSER, "install WebKitGTK with its MiniBrowser"),
    WEBKITDRIVER_BINARY: required(WEBKITDRIVER, "install WebKitGTK's WebDriver"),
  };
}

/** A virtual screen and a window manager, in the variables that the tests read. Needed on Linux only. */
export async function ensureScreen() {
  if (process.platform !== "linux") return {};
  const isThere = [XVFB, OPENBOX].every(find);
  if (!isThere && hasApt()) await aptInstall("a screen", ["xvfb", "openbox"]);
  return {
    XVFB_BINARY: required(XVFB, "install Xvfb"),
    OPENBOX_BINARY: required(OPENBOX, "install openbox"),
  };
}

/** Distributions install it in a folder of the library that is named after its version. */
function findMiniBrowser() {
  const inside = (folder, pattern) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)).map((name) => join(folder, name)) : [];
  const libraries = ["/usr/lib", "/usr/lib64", "/usr/libexec", ...inside("/usr/lib", /-linux-gnu/)];
  const versions = libraries.flatMap((folder) => inside(folder, /^webkit(2gtk|gtk)-/));
  return versions.map((folder) => join(folder, "MiniBrowser")).find(existsSync);
}

function required(program, command) {
  const file = find(program);
  if (file) return file;
  throw new Stop(`The tests need ${program.names[0]}: ${command}, or set ${program.variable} to its path.`);
}
