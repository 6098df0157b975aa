// Options of a flow that concern what comes after the sign-in, in the React demo: `verify`, `whenConnected`, and a session that the server completes.
import assert from "node:assert/strict";
import { ReactPage } from "./support/react-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { popup } from "./support/tabs.mjs";

const onPage = (options) => (name, body) =>
  scenarios({ inOneEngine: true, ...options })(name, (context) => body({ ...context, page: new ReactPage(context.browser, context.platform.appUrl) }));

const test = onPage();
const withVerifier = (mode) => onPage({ verifierPath: `/react?app=gmail&mode=${mode}` });

const shopify = { app: "shopify", verify: "SHOPIFY_GET_SHOP" };
const gmail = { app: "gmail", verify: "GMAIL_GET_PROFILE" };
const kept = (platform) => platform.accounts().filter(({ isDeleted }) => !isDeleted).map(({ status, data }) => [status, data.admin_api_access_token]);
const executions = (platform) => platform.calls("POST").filter(({ path }) => path.includes("/tools/execute/")).length;

test("a key that the app rejects is not connected: the form says so, the account is gone, and another key connects", async ({ page, platform }) => {
  await page.open(shopify);
  await page.submit({ shop: "acme", admin_api_access_token: "bad" });
  const failed = await page.is("failed");
  assert.deepEqual([failed.error.code, failed.error.canRetry, failed.card], ["credentials_rejected", true, undefined]);
  assert.match(failed.error.text, /Shopify rejected these credentials, so nothing was connected/);
  assert.deepEqual(kept(platform), []);

  await page.press("retry");
  const again = await page.is("ready");
  assert.deepEqual(again.fields.map(({ name, value }) => [name, value]).sort(), [["admin_api_access_token", ""], ["shop", ""]]);
  await page.submit({ shop: "acme", admin_api_access_token: "shpat_good" });
  await page.is("connected");
  assert.deepEqual([kept(platform), executions(platform)], [[["ACTIVE", "shpat_good"]], 2]);
});

for (const [mode, rejects, code] of [["popup", "scopes", "scopes_missing"], ["redirect", "credentials", "credentials_rejected"]]) {
  test(`a sign-in by ${mode} with ${code} is not connected, and the next one is`, async ({ page, provider, platform, browser }) => {
    platform.when("POST", "/api/v3.1/tools/execute/*", () => platform.sandbox.changeAccount(platform.accounts()[0].id, { rejects }));
    const signIn = async (button) => {
      const window = mode === "popup" ? await popup(browser, () => page.press(button)) : await page.press(button);
      await provider.agree("Jessica");
      await window?.closed();
    };
    await page.open({ ...gmail, mode });
    await signIn("submit");
    const failed = await page.is("failed");
    assert.deepEqual([failed.error.code, failed.error.canRetry, kept(platform)], [code, true, []]);

    // After a redirect, the fields have to be loaded again.
    if (mode === "redirect") await page.press("retry").then(() => page.is("ready"));
    await signIn(mode === "redirect" ? "submit" : "retry");
    const { card } = await page.is("connected");
    assert.equal(card.id, platform.accounts().find(({ isDeleted }) => !isDeleted).id);
    assert.deepEqual([kept(platform), executions(platform)], [[["ACTIVE", undefined]], 2]);
  });
}

test("a user who has an account sees it before connecting another one, or reuses it without a request that changes anything", async ({ page, platform, browser }) => {
  const { id } = platform.sandbox.addAccount({ app: "gmail", entityId: "Jessica", alias: "Work" });
  await page.open({ app: "gmail" });
  const ready = await page.until("the account is shown", ({ existing }) => existing);
  assert.equal(ready.existing, "Connected already: Work. You connect one more account here.");

  await browser.url(page.address({ app: "gmail", whenConnected: "reuse" }));
  const { card } = await page.is("connected");
  assert.deepEqual([card, platform.calls("POST")], [{ status: "ACTIVE", id, entity: "Jessica" }, []]);

  platform.sandbox.changeAccount(id, { status: "EXPIRED" });
  await browser.url(page.address({ app: "gmail", whenConnected: "reuse" }));
  assert.equal((await page.is("ready")).existing, undefined);
});

for (const mode of ["redirect", "popup"]) {
  withVerifier(mode)(`a session that returns by ${mode} is completed once by useConnectFlow`, async ({ page, provider, platform, browser }) => {
    await page.open({ app: "gmail", mode });
    const window = mode === "popup" ? await popup(browser, () => page.submit()) : await page.submit();
    await provider.agree("Jessica");
    await window?.closed();
    const { card, url } = await page.is("connected");
    assert.deepEqual([card.id, kept(platform)], [platform.accounts()[0].id, [["ACTIVE", undefined]]]);
    assert.equal(url, page.address({ app: "gmail", mode }));
    const completions = platform.exchanges().filter(({ path }) => path.endsWith("/complete_auth"));
    assert.deepEqual(completions.map(({ status, body }) => [status, JSON.parse(body).user_id]), [[200, "Jessica"]]);
    const session = new URL(platform.returns().at(-1)).searchParams.get("session_uri");
    const stored = await browser.execute(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    assert.ok(session && !stored.includes(session));
  });
}
