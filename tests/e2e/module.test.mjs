import assert from "node:assert/strict";
import { openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";

const scenario = scenarios({ inOneEngine: true });

/** A test in a page with only the package. */
const test = (name, body) =>
  scenario(name, async (context) => {
    const page = await openModulePage(context.browser, context.platform);
    try {
      await body({ ...context, page });
    } finally {
      await page.close();
    }
  });

const gmail = { app: "gmail", entityId: "Jessica" };

test("a redirect URL that the gateway refuses is an invalid_request", async ({ page, platform, browser, expectTrouble }) => {
  expectTrouble(/^status 400: POST/);
  const { error } = await page.call({}, "initiateConnection", { ...gmail, redirectUrl: "https://elsewhere.example/done" });
  assert.deepEqual([error?.code, error?.isOurs, error?.status, error?.retryable], ["invalid_request", true, 400, false]);
  assert.deepEqual([platform.calls("POST"), platform.accounts()], [[], []]);
  assert.equal(await browser.getUrl(), page.url);
});

test("`redirectUrl` must be a site's URL", async ({ page, platform }) => {
  for (const redirectUrl of [
    "javascript:alert(1)",
    "data:text/html,hello",
    "//elsewhere.example/done",
    "ftp://elsewhere.example/done",
    "https://user:password@elsewhere.example/done",
  ]) {
    const { error } = await page.call({}, "initiateConnection", { ...gmail, redirectUrl });
    assert.deepEqual([error?.code, error?.isOurs, error?.issues?.[0].field], ["invalid_argument", true, "redirectUrl"], redirectUrl);
  }
  assert.deepEqual(platform.calls(), []);
});

test("a redirect to an origin that is not allowed is refused", async ({ page, platform, browser }) => {
  const options = { providerOrigins: ["https://connect.example.com"] };
  const { error } = await page.call(options, "initiateConnection", gmail);
  assert.equal(error?.code, "redirect_refused");
  assert.equal((await page.call(options, "redirect", { redirectUrl: `${platform.platformUrl}/link/lk_1` })).error?.code, "redirect_refused");
  for (const redirectUrl of [
    "javascript:document.title='hacked'",
    "javascript://localhost/%0adocument.title='hacked'",
    "data:text/html,hello",
    "http://elsewhere.example/",
    "https://user:password@elsewhere.example/",
    "/link/lk_1",
  ]) {
    assert.equal((await page.call({}, "redirect", { redirectUrl })).error?.code, "redirect_refused", redirectUrl);
  }
  assert.equal(await browser.getUrl(), page.url);
  assert.equal(await browser.getTitle(), "The package alone");
});

test("`preload` sends the requests of the form while the module is loading, and none twice", async ({ page, platform, browser }) => {
  const { value } = await page.call({ preload: "gmail" }, "getExpectedParamsForUser", { app: "gmail" });
  assert.equal(value?.authScheme, "OAUTH2");
  assert.deepEqual(platform.calls("GET").length, 2);
  const [module, ...requests] = await browser.execute(() => {
    const entries = performance.getEntriesByType("resource");
    const [wasm] = entries.filter(({ name }) => name.endsWith(".wasm"));
    return [wasm.responseEnd, ...entries.filter(({ name }) => name.includes("/api/connect/")).map(({ startTime }) => startTime)];
  });
  assert.equal(requests.length, 2);
  assert.ok(requests.every((startTime) => startTime < module), `${requests} before ${module}`);
});
