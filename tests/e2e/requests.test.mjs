// Chromium's developer tools must not show a request as cancelled when its answer was read.
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { openBrowser } from "./support/browser.mjs";
import { openModulePage } from "./support/module-page.mjs";
import { openPlatform } from "./support/platform.mjs";

const isChromium = process.env.E2E_ENGINE === "chromium";

suite("in Chromium", { skip: !isChromium && "its log is Chromium's own" }, () => {
  let platform, session, page;
  before(async () => {
    platform = await openPlatform();
    session = await openBrowser({ hasNetwork: true });
    page = await openModulePage(session.browser, platform);
  });
  after(async () => {
    await page?.close();
    await session?.close();
    await platform?.close();
  });

  /** How the requests to the gateway ended since the previous call, by method and path. */
  async function ended() {
    const events = (await session.browser.getLogs("performance")).map(({ message }) => JSON.parse(message).message);
    const of = (name) => events.filter(({ method }) => method === `Network.${name}`).map(({ params }) => params);
    const paths = new Map(of("requestWillBeSent").map(({ requestId, request }) => [requestId, `${request.method} ${new URL(request.url).pathname}`]));
    const isApi = ({ requestId }) => paths.get(requestId)?.includes("/api/connect/");
    return {
      finished: of("loadingFinished").filter(isApi).map(({ requestId }) => paths.get(requestId)),
      failed: of("loadingFailed").filter(isApi).map(({ requestId, errorText, canceled }) => [paths.get(requestId), errorText, canceled]),
    };
  }

  test("a request whose answer was read is not shown as cancelled", async () => {
    await ended();
    const calls = [
      ["getExpectedParamsForUser", { app: "gmail" }],
      ["getExpectedParamsForUser", { app: "shopify" }],
      ["initiateConnection", { app: "gmail", entityId: "Jessica" }],
      ["pending"],
    ];
    for (let times = 0; times < 5; times += 1) {
      for (const [method, ...options] of calls) assert.equal((await page.call({}, method, ...options)).error, undefined, method);
    }
    // Chromium may report a cancellation with a delay, for instance when it collects garbage.
    await session.browser.execute(() => new Promise((resolve) => setTimeout(resolve, 300)));
    const { finished, failed } = await ended();
    assert.deepEqual(failed, []);
    assert.ok(finished.length >= 20, `${finished.length} requests`);
  });
});
