import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { DemoPage } from "./demo-page.mjs";
import { engine } from "./engines.mjs";
import { openPlatform } from "./platform.mjs";
import { ProviderPage } from "./provider-page.mjs";
import { watch } from "./watch.mjs";
import { withoutWasm } from "./without-wasm.mjs";

/** The first one starts the browser, too. */
const LIMIT_MS = 90_000;

/** What is open, by the options of the hosts and browsers: the files of a run share it, as a browser takes longer to start than most tests. */
const opened = new Map();

const shared = (options) => {
  const key = JSON.stringify(options);
  if (!opened.has(key)) opened.set(key, { key, ready: open(options) });
  return opened.get(key);
};

async function open({ hasFocus, ...host }) {
  const platform = await openPlatform(host);
  try {
    const session = await openBrowser({ hasFocus });
    return { platform, session, notes: watch({ browser: session.browser, front: platform.front, log: session.log }) };
  } catch (error) {
    await platform.close();
    throw error;
  }
}

async function close(one) {
  const { key, ready } = one;
  if (opened.get(key) !== one) return;
  opened.delete(key);
  const { platform, session, notes } = await ready.catch(() => ({}));
  try {
    await notes?.clear();
  } finally {
    await session?.close();
    await platform?.close();
  }
}

after(() => Promise.all([...opened.values()].map(close)));

/**
 * One host and one browser for all tests with the same options. Every test begins with an empty platform and an empty browser, and
 * after one that has failed with new ones.
 * @returns a function like `test`. The body gets `{ app, provider, platform, front, browser, watch, fresh, expectTrouble }`.
 * Whatever a page should not do fails the test, unless the body said before its end that it is to happen.
 * @param base where the demo is: `/react`.
 * @param hasFocus whether only one window at a time has the keyboard, as on a user's screen.
 * @param inOneEngine whether engines cannot differ in what these tests check, as tests/README.md has it: they run in Chromium only, and
 * there with WebAssembly only.
 * @param host more options for `openPlatform`, as `coop`.
 */
export function scenarios({ base, hasFocus = false, inOneEngine = false, ...host } = {}) {
  if (inOneEngine && (engine.name !== "chromium" || withoutWasm)) return () => {};
  const focus = { hasFocus: Boolean(hasFocus && engine.needsScreenForFocus) };
  return (name, body) =>
    test(name, { timeout: LIMIT_MS }, async ({ signal }) => {
      const one = shared({ ...focus, ...host });
      // A test that is late goes on for a while, and one that has failed leaves things behind: neither is the next one's trouble.
      const leave = () => close(one).catch(() => {});
      signal.addEventListener("abort", leave);
      try {
        await run(await one.ready, base, body);
        signal.removeEventListener("abort", leave);
      } catch (error) {
        await leave();
        throw error;
      }
    });
}

async function run({ platform, session, notes }, base, body) {
  const { browser } = session;
  const { front } = platform;
  const fresh = () => session.fresh(platform.appUrl + front.emptyPath);
  await fresh();
  platform.reset();
  await notes.clear();
  const expected = [];
  const failure = await body({
    app: new DemoPage(browser, platform.appUrl, base),
    provider: new ProviderPage(browser, platform.authorizationUrl),
    platform,
    front,
    browser,
    watch: notes,
    fresh,
    expectTrouble: (...patterns) => expected.push(...patterns),
  }).catch((error) => error);
  judge(failure, await notes.trouble(), expected);
}

/** Throws where a test has failed or there was other trouble than expected. */
function judge(failure, trouble, expected) {
  const unexpected = trouble.filter((text) => !expected.some((pattern) => pattern.test(text)));
  if (failure && unexpected.length === 0) throw failure;
  if (unexpected.length > 0) throw new Error(`trouble in the browser:\n${unexpected.join("\n")}`, { cause: failure });
  for (const pattern of expected) assert.ok(trouble.some((text) => pattern.test(text)), `${pattern} did not happen`);
}
