import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { DemoPage } from "./demo-page.mjs";
import { engine } from "./engines.mjs";
import { openPlatform } from "./platform.mjs";
import { ProviderPage } from "./provider-page.mjs";
import { watch } from "./watch.mjs";
import { withoutWasm } from "./without-wasm.mjs";

/** The time limit of a test. The first test also starts the browser. */
const LIMIT_MS = 90_000;

/** Open browsers and hosts. All test files of a run share them, because a browser takes longer to start than most tests. */
const browsers = new Map();
const hosts = new Map();

/** Returns the entry of this key, and opens it first if it is missing. */
function shared(map, key, open) {
  if (!map.has(key)) map.set(key, open());
  return map.get(key);
}

/** Opens a host with these options, in the browser that has this `hasFocus`. */
async function open({ hasFocus, ...options }) {
  const session = await shared(browsers, hasFocus, () => openBrowser({ hasFocus }));
  return shared(hosts, JSON.stringify({ hasFocus, ...options }), async () => {
    const platform = await openPlatform(options);
    const notes = watch({ browser: session.browser, front: platform.front, log: session.log });
    return { platform, session, notes, fresh: () => session.fresh(platform.appUrl + platform.front.emptyPath) };
  });
}

/** Closes the browser that has this `hasFocus`, and its hosts. */
async function close(hasFocus) {
  const session = browsers.get(hasFocus);
  browsers.delete(hasFocus);
  const own = [...hosts].filter(([key]) => JSON.parse(key).hasFocus === hasFocus);
  for (const [key] of own) hosts.delete(key);
  const opened = await Promise.all(own.map(([, host]) => host.catch(() => {})));
  try {
    for (const host of opened) await host?.notes.clear();
  } finally {
    await (await session?.catch(() => {}))?.close();
    for (const host of opened) await host?.platform.close();
  }
}

after(() => Promise.all([...browsers.keys()].map(close)));

/**
 * One host for all tests with the same options, and one browser for all hosts. Every test begins with an empty platform and an empty browser.
 * After a failed test, both are opened anew.
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
  const options = { hasFocus: Boolean(hasFocus && engine.needsScreenForFocus), ...host };
  return (name, body) =>
    test(name, { timeout: LIMIT_MS }, async ({ signal }) => {
      // A test that is late goes on for a while, and one that has failed leaves things behind: neither is the next one's trouble.
      const leave = () => close(options.hasFocus).catch(() => {});
      signal.addEventListener("abort", leave);
      try {
        await run(await open(options), base, body);
        signal.removeEventListener("abort", leave);
      } catch (error) {
        signal.removeEventListener("abort", leave);
        if (!signal.aborted) await leave();
        throw error;
      }
    });
}

async function run({ platform, session, notes, fresh }, base, body) {
  const { browser } = session;
  const { front } = platform;
  // All hosts are on localhost, so the browser sends the cookies of one to the others.
  if (session.lastFresh !== fresh) await session.lastFresh?.();
  session.lastFresh = fresh;
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

/** Throws if a test has failed, or if there was unexpected trouble. */
function judge(failure, trouble, expected) {
  const unexpected = trouble.filter((text) => !expected.some((pattern) => pattern.test(text)));
  if (failure && unexpected.length === 0) throw failure;
  if (unexpected.length > 0) throw new Error(`trouble in the browser:\n${unexpected.join("\n")}`, { cause: failure });
  for (const pattern of expected) assert.ok(trouble.some((text) => pattern.test(text)), `${pattern} did not happen`);
}
