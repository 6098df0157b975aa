import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The browsers that the suite runs in. `driver(env)` is the program that drives it, with its arguments and with what it
 * prints once it listens; `capabilities(profile)` starts the browser itself with an empty profile. `log(port, sessionId)`,
 * where there is one, gives the trouble since the last time that WebDriver BiDi does not tell of.
 */
const engines = {
  chromium: {
    driver: () => ({
      program: find("CHROMEDRIVER_BINARY", "chromedriver"),
      args: ["--port=0"],
      listens: /started successfully on port (\d+)/,
    }),
    capabilities: (profile) => ({
      browserName: "chrome",
      "goog:chromeOptions": {
        binary: find("CHROMIUM_BINARY", "chromium", "google-chrome"),
        args: [
          "--headless=new",
          // Root has no sandbox, and containers have a small /dev/shm.
          "--no-sandbox",
          "--disable-dev-shm-usage",
          "--disable-gpu",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          "--window-size=1280,900",
          `--user-data-dir=${profile}`,
        ],
      },
      "goog:loggingPrefs": { browser: "ALL" },
    }),
    log: readChromiumLog,
  },
  firefox: {
    driver: () => ({
      program: find("GECKODRIVER_BINARY", "geckodriver"),
      args: ["--port=0", "--websocket-port=0"],
      listens: /Listening on 127\.0\.0\.1:(\d+)/,
    }),
    // geckodriver makes and removes a profile of its own.
    capabilities: () => ({
      browserName: "firefox",
      "moz:firefoxOptions": {
        binary: find("FIREFOX_BINARY", "firefox-esr", "firefox"),
        args: ["-headless", "-width", "1280", "-height", "900"],
      },
    }),
  },
};

const name = process.env.E2E_ENGINE || "chromium";

/** The engine that `E2E_ENGINE` names. Default `chromium`. */
export const engine = engines[name];
if (!engine) throw new Error(`E2E_ENGINE is ${name}; there are: ${Object.keys(engines).join(", ")}`);

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

/** Violated policies, deprecations, advice. */
async function readChromiumLog(port, sessionId) {
  const response = await fetch(`http://127.0.0.1:${port}/session/${sessionId}/se/log`, {
    method: "POST",
    body: JSON.stringify({ type: "browser" }),
  });
  const { value } = await response.json();
  const isTold = ({ source }) => ["console-api", "javascript", "network"].includes(source);
  return value
    .filter((entry) => ["WARNING", "SEVERE"].includes(entry.level) && !isTold(entry))
    .map(({ source, message }) => `${source}: ${message}`);
}
