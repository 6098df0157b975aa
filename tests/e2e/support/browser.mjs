import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { remote } from "webdriverio";
import { engine } from "./engines.mjs";
import { watch } from "./watch.mjs";

const START_MS = 30_000;

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const leave = () => process.exit(1);

/**
 * Starts a driver on a free port and a browser with an empty profile.
 * @returns `{ browser, watch, fresh, close }`: the session of webdriverio, what goes on in it, a way to empty it, the end.
 */
export async function openBrowser() {
  const profile = await mkdtemp(join(tmpdir(), "connect-flow-e2e-"));
  const driver = await startDriver();
  const end = async () => {
    await driver.stop();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  try {
    const browser = await remote({
      hostname: "127.0.0.1",
      port: driver.port,
      logLevel: "error",
      waitforTimeout: 10_000,
      waitforInterval: 40,
      connectionRetryCount: 0,
      connectionRetryTimeout: 20_000,
      capabilities: { webSocketUrl: true, ...engine.capabilities(profile) },
    });
    return {
      browser,
      watch: await watch(browser, { log: () => engine.log?.(driver.port, browser.sessionId) }),
      fresh: (origin) => fresh(browser, origin),
      close: async () => {
        await browser.deleteSession().finally(end);
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Closes all tabs but one and leaves that one without cookies and without anything in the storage of `origin`. */
async function fresh(browser, origin) {
  const [first, ...others] = await browser.getWindowHandles();
  for (const other of others) {
    await browser.switchToWindow(other);
    await browser.closeWindow();
  }
  if (others.length) await browser.switchToWindow(first);
  await browser.storageDeleteCookies({});
  // Any document of the origin will do.
  await browser.url(`${origin}/favicon.ico`);
  await browser.execute(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
}

async function startDriver() {
  const { program, args, listens } = engine.driver();
  // A group of its own, which its browser belongs to as well.
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended.
    }
  };
  process.on("exit", kill);
  // Without a listener a signal ends this process, and not through "exit".
  for (const signal of signals) process.on(signal, leave);
  const ended = new Promise((resolve) => child.on("close", resolve));
  const port = await new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(() => reject(new Error(`${program} does not listen:\n${output}`)), START_MS);
    const stop = (error) => {
      clearTimeout(timer);
      reject(error);
    };
    child.on("error", stop);
    child.on("exit", () => stop(new Error(`${program} ended:\n${output}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
        const [, found] = output.match(listens) ?? [];
        if (!found) return;
        clearTimeout(timer);
        resolve(Number(found));
      });
    }
  });
  return {
    port,
    stop: async () => {
      kill();
      await ended;
      process.off("exit", kill);
      for (const signal of signals) process.off(signal, leave);
    },
  };
}
