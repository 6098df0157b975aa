import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { startProgram } from "./program.mjs";
import { followBidi } from "./watch.mjs";

/**
 * The browsers that the suite runs in. `start(options)` starts the program that drives it, and what that needs, and gives
 * `port` and `stop()`; `capabilities(profile, options)` starts the browser itself with an empty profile; `follow(browser, port)`
 * gives a function that asks the browser for trouble since the last time; `setOnline(browser, window, isOnline)` takes the network
 * from the page of this window, or gives it back; `toFront(browser)` focuses the window, as a click does; `nameNotFound` is its error for a host name that does not resolve. With the option
 * `hasFocus` only one window at a time has the keyboard, as on a user's screen: Chromium then starts in another way
 * (`needsScreenForFocus`), the others always do it. With `savesLogins` a test can save a login.
 * With `hasNetwork` Chromium logs its requests as its developer tools see them. With `extension`, folders
 * separated by commas, Chromium has these extensions. `inPages()` runs in every page, before its own scripts.
 * In engines that have `hasSlowElements`, tests click and type by actions instead of commands for elements.
 *
 * In all of them the user wants little motion: what moves is hit beside, and keeps a processor busy that draws it by itself.
 */
export const engines = {
  chromium: {
    needsScreenForFocus: true,
    start: ({ hasFocus }) => {
      const start = (env) =>
        startDriver(find("CHROMEDRIVER_BINARY", "chromedriver"), ["--port=0"], { says: /started successfully on port (\d+)/, env });
      // Without a screen every window says that it has the focus.
      return hasFocus ? onScreen(start) : start();
    },
    capabilities: (profile, { hasFocus, hasNetwork, extension }) => ({
      browserName: "chrome",
      // By WebDriver BiDi, webdriverio at times runs in a popup what was meant for the page behind it.
      "wdio:enforceWebDriverClassic": true,
      "goog:chromeOptions": {
        binary: find("CHROMIUM_BINARY", "chromium", "google-chrome"),
        // Users have a popup blocker.
        excludeSwitches: ["disable-popup-blocking"],
        args: [
          // Without tabs and toolbars, whose drawing takes a seventh of the processor time.
          ...(hasFocus ? (process.platform === "linux" ? ["--ozone-platform=x11"] : []) : ["--headless=new", "--kiosk"]),
          // Root has no sandbox, and containers have a small /dev/shm.
          "--no-sandbox",
          "--disable-dev-shm-usage",
          "--disable-gpu",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--window-size=1280,900",
          "--force-prefers-reduced-motion",
          // A frame for each document of a site, which no page can tell from one that is used again, takes a fifth of a page load. The page that
          // lists suggestions for the address bar takes 0.4 s of processor time when the browser starts.
          `--disable-features=${["RenderDocument", "WebUIOmniboxPopup", "WebUIOmniboxFullPopup", ...(extension ? ["DisableLoadExtensionCommandLineSwitch"] : [])].join()}`,
          `--user-data-dir=${profile}`,
          ...(extension ? [`--load-extension=${extension}`] : []),
        ],
      },
      "goog:loggingPrefs": { browser: "ALL", ...(hasNetwork && { performance: "ALL" }) },
    }),
    follow: async (browser, port) => () => readChromiumLog(port, browser.sessionId),
    // Not by WebDriver's own command: windows that it goes to afterwards are offline as well.
    setOnline: async (browser, window, isOnline) => {
      await browser.switchToWindow(window);
      await browser.sendCommandAndGetResult("Network.enable", {});
      const conditions = { offline: !isOnline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
      await browser.sendCommandAndGetResult("Network.emulateNetworkConditions", conditions);
    },
    toFront: (browser) => browser.sendCommandAndGetResult("Page.bringToFront", {}),
    nameNotFound: [/ERR_NAME_NOT_RESOLVED/],
    // chromedriver runs many scripts for a click on an element: 60 ms of processor time in place of 20.
    hasSlowElements: true,
  },
  firefox: {
    start: ({ savesLogins }) =>
      startDriver(find("GECKODRIVER_BINARY", "geckodriver"), ["--port=0", "--websocket-port=0", ...(savesLogins ? ["--allow-system-access"] : [])], {
        says: /Listening on 127\.0\.0\.1:(\d+)/,
      }),
    // geckodriver makes and removes a profile of its own.
    capabilities: (_, { savesLogins = false }) => ({
      browserName: "firefox",
      webSocketUrl: true,
      "moz:firefoxOptions": {
        binary: find("FIREFOX_BINARY", "firefox-esr", "firefox"),
        args: ["-headless", "-width", "1280", "-height", "900"],
        prefs: {
          "dom.disable_open_during_load": true,
          "ui.prefersReducedMotion": 1,
          "signon.rememberSignons": savesLogins,
          "signon.autofillForms": savesLogins,
        },
      },
    }),
    follow: followBidi,
    setOnline: (browser, window, isOnline) =>
      browser.emulationSetNetworkConditions({ networkConditions: isOnline ? null : { type: "offline" }, contexts: [window] }),
    nameNotFound: [/NS_ERROR_UNKNOWN_HOST/, /CORS request did not succeed/],
  },
  webkit: {
    start: () => onScreen(startWebKit),
    // What others are told when they start.
    size: [1280, 1000],
    // MiniBrowser keeps nothing of an automated session.
    capabilities: () => ({
      browserName: "MiniBrowser",
      "wdio:enforceWebDriverClassic": true,
      "webkitgtk:browserOptions": {
        binary: find("WEBKIT_BINARY", "MiniBrowser"),
        // It draws with the processor either way, and this way has no scrolling thread, in which a page that is left at times crashes.
        args: ["--automation", "--features=-AcceleratedCompositing"],
      },
    }),
    // It tells nothing: WebKitWebDriver speaks no BiDi.
    follow: async () => async () => [],
    nameNotFound: [],
    inPages: flatten,
  },
};

/** Runs in the page. Without a graphics card, WebKit takes half of its processor time to draw the blurred shadows of the demo. */
function flatten() {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { box-shadow: none !important }");
  document.adoptedStyleSheets = [sheet];
}

const name = process.env.E2E_ENGINE || "chromium";

/** The engine that `E2E_ENGINE` names. Default `chromium`. */
export const engine = engines[name];
if (!engine) throw new Error(`E2E_ENGINE is ${name}; there are: ${Object.keys(engines).join(", ")}`);
engine.name = name;

/** The program that a variable of the environment names, or the first of these on the path. */
function find(variable, ...names) {
  if (process.env[variable]) return process.env[variable];
  // Under npm the path begins with node_modules/.bin, where webdriverio's packages put programs that download a driver.
  const folders = [...(process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules")), "/usr/bin"];
  for (const name of names) {
    const folder = folders.find((folder) => existsSync(join(folder, name)));
    if (folder) return join(folder, name);
  }
  throw new Error(`There is no ${names.join(" or ")} here; set ${variable} to its path`);
}

async function startDriver(program, args, options) {
  const { found, stop } = await startProgram(program, args, options);
  return { port: Number(found), stop };
}

/** Starts a program on a screen of its own that nobody sees, with a window manager: it is who gives a window the focus. */
async function onScreen(start) {
  if (process.platform !== "linux") return start();
  const started = [];
  const stop = async () => {
    for (const one of started.splice(0).reverse()) await one.stop();
  };
  const begin = async (starting) => {
    const one = await starting;
    started.push(one);
    return one;
  };
  try {
    const xvfb = find("XVFB_BINARY", "Xvfb");
    const { found } = await begin(startProgram(xvfb, ["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"], { says: /^(\d+)$/m }));
    const env = { DISPLAY: `:${found}` };
    const isThere = "openbox-is-there";
    await begin(startProgram(find("OPENBOX_BINARY", "openbox"), ["--startup", `echo ${isThere}`], { says: new RegExp(`(${isThere})`), env }));
    const { port } = await begin(start(env));
    return { port, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** WebKit has no way to run without a screen. */
async function startWebKit(screen) {
  // It does not tell which port it took, so it gets one.
  const port = await freePort();
  const config = await mkdtemp(join(tmpdir(), "connect-flow-webkit-"));
  await mkdir(join(config, "gtk-3.0"));
  await writeFile(join(config, "gtk-3.0", "settings.ini"), "[Settings]\ngtk-enable-animations=false\n");
  const forget = () => rm(config, { recursive: true, force: true });
  const { stop } = await startProgram(find("WEBKITDRIVER_BINARY", "WebKitWebDriver"), [`--port=${port}`], {
    answers: () => fetch(`http://127.0.0.1:${port}/status`).then(({ ok }) => ok, () => false),
    env: {
      ...screen,
      GDK_BACKEND: "x11",
      XDG_CONFIG_HOME: config,
      // No bus to look for.
      NO_AT_BRIDGE: "1",
      // Root has no sandbox.
      ...(process.getuid() === 0 && { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" }),
    },
  }).catch((error) => forget().then(() => Promise.reject(error)));
  return { port, stop: () => stop().finally(forget) };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** What Chromium would show on the console: errors, violated policies, failed requests, deprecations, advice. */
async function readChromiumLog(port, sessionId) {
  const response = await fetch(`http://127.0.0.1:${port}/session/${sessionId}/se/log`, {
    method: "POST",
    body: JSON.stringify({ type: "browser" }),
  });
  const { value } = await response.json();
  // Of refusals the servers tell; a request that is cut off by the page that is left is nobody's concern; and Chromium says
  // so where it does not let a page close its popup at the provider.
  const isTold = ({ message }) =>
    /the server responded with a status of|net::ERR_ABORTED|Unsafe attempt to initiate navigation/.test(message);
  return value
    .filter((entry) => ["WARNING", "SEVERE"].includes(entry.level) && !isTold(entry))
    .map(({ source, message }) => `${source}: ${message}`);
}
