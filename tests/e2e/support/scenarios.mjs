import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { DemoPage } from "./demo-page.mjs";
import { openPlatform } from "./platform.mjs";
import { ProviderPage } from "./provider-page.mjs";
import { watch } from "./watch.mjs";

const LIMIT_MS = 60_000;

/** The page of each generation of the API, and what that generation calls an account. */
export const generations = [
  { api: "v3", path: "/", idOf: ({ id }) => id, accountId: "connected_account_id" },
  { api: "v1", path: "/v1", idOf: ({ uuid }) => uuid, accountId: "connectedAccountId" },
];

/**
 * One host and one browser for the tests of a file. Every test begins with an empty platform and an empty browser.
 * @returns a function like `test`. The body gets `{ app, provider, platform, front, browser, watch, fresh, expectTrouble }`.
 * Whatever a page should not do fails the test, unless the body said before its end that it is to happen.
 * @param base where the demo is, below the path of a generation: `/react`.
 * @param hasFocus whether only one window at a time has the keyboard, as on a user's screen.
 * @param host more options for `openPlatform`, as `coop`.
 */
export function scenarios({ base, hasFocus = false, ...host } = {}) {
  let platform, session, notes;
  before(async () => {
    platform = await openPlatform(host);
    session = await openBrowser({ hasFocus });
    notes = watch({ browser: session.browser, front: platform.front, log: session.log });
  });
  after(async () => {
    try {
      await notes?.clear();
    } finally {
      await session?.close();
      await platform?.close();
    }
  });

  return (name, body) =>
    test(name, { timeout: LIMIT_MS }, async () => {
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
    });
}

/** Throws where a test has failed or there was other trouble than expected. */
function judge(failure, trouble, expected) {
  const unexpected = trouble.filter((text) => !expected.some((pattern) => pattern.test(text)));
  if (failure && unexpected.length === 0) throw failure;
  if (unexpected.length > 0) throw new Error(`trouble in the browser:\n${unexpected.join("\n")}`, { cause: failure });
  for (const pattern of expected) assert.ok(trouble.some((text) => pattern.test(text)), `${pattern} did not happen`);
}
