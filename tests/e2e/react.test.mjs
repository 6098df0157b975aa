import assert from "node:assert/strict";
import { inspect } from "./support/axe.mjs";
import { ReactPage } from "./support/react-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { popup } from "./support/tabs.mjs";
import { traces } from "./support/traces.mjs";

const secret = "shpat_0123456789-very-secret";

/** Wraps `test` so that the body also receives a ReactPage. */
const onPage = (scenario) => (name, body) =>
  scenario(name, (context) => body({ ...context, page: new ReactPage(context.browser, context.platform.appUrl) }));

const test = onPage(scenarios());
const inOneEngine = onPage(scenarios({ inOneEngine: true }));

inOneEngine("a redirect connects Gmail", async ({ page, provider, platform }) => {
  await page.open({ app: "gmail", mode: "redirect" });
  await page.submit();
  await provider.agree("Jessica");
  const seen = await page.is("connected");
  const [account, ...others] = platform.accounts();
  assert.deepEqual([others, account.status, account.entityId], [[], "ACTIVE", "Jessica"]);
  assert.deepEqual(seen.card, { status: "ACTIVE", id: account.id, entity: "Jessica" });
  assert.equal(seen.url, page.address({ app: "gmail", mode: "redirect" }));
});

inOneEngine("a popup connects Gmail and closes itself", async ({ page, provider, platform, browser }) => {
  await page.open({ app: "gmail", mode: "popup" });
  const window = await popup(browser, () => page.submit());
  await window.leave();
  const waiting = await page.is("waiting");
  assert.match(waiting.focused, /^DIV: Sign in to Gmail in the other window/);
  await browser.switchToWindow(window.handle);
  await provider.agree("Jessica");
  await window.closed();
  const seen = await page.is("connected");
  assert.equal(seen.card.id, platform.accounts()[0].id);
  assert.equal(platform.accounts().length, 1);
  assert.equal((await browser.getUrl()), page.address({ app: "gmail", mode: "popup" }));
});

inOneEngine("a form and a popup connect Zendesk for Melissa", async ({ page, provider, platform, browser }) => {
  const { fields } = await page.open({ app: "zendesk", user: "Melissa" });
  assert.deepEqual(fields.map(({ name, type }) => [name, type]), [["subdomain", "text"]]);
  const window = await popup(browser, () => page.submit({ subdomain: "acme" }));
  await provider.agree("Melissa");
  await window.closed();
  const seen = await page.is("connected");
  const [account] = platform.accounts();
  assert.deepEqual([account.app, account.status, account.entityId, account.data], ["zendesk", "ACTIVE", "Melissa", { subdomain: "acme" }]);
  assert.equal(seen.card.entity, "Melissa");
});

inOneEngine("an API key connects Shopify with React and leaves no trace in the browser", async ({ page, platform, browser, watch }) => {
  const { fields } = await page.open({ app: "shopify" });
  assert.deepEqual(Object.fromEntries(fields.map(({ name, type }) => [name, type])), { admin_api_access_token: "password", shop: "text" });

  await page.submit({ admin_api_access_token: secret });
  const refused = await page.until("the missing field is marked", ({ fields }) => fields.some(({ isInvalid }) => isInvalid));
  assert.deepEqual(refused.fields.map(({ name, isInvalid }) => [name, isInvalid]), [["admin_api_access_token", false], ["shop", true]]);
  assert.equal(refused.focused, "field-shop");
  // Values that were not sent stay in the form.
  await page.until("the typed value is back", ({ fields }) => fields[0].value === secret);
  assert.deepEqual(platform.calls("POST"), []);

  await page.fill({ shop: "acme" });
  await page.until("the mark is gone", ({ fields }) => !fields.some(({ isInvalid }) => isInvalid));
  await page.press("submit");
  await page.is("connected");
  assert.deepEqual(platform.accounts()[0].data, { admin_api_access_token: secret, shop: "acme" });
  assert.equal(platform.calls("POST").length, 1);
  assert.deepEqual(await traces({ browser, watch, of: secret }), []);
});

inOneEngine("a denied consent connects nothing, and trying again connects", async ({ page, provider, platform, browser }) => {
  await page.open({ app: "gmail", mode: "popup" });
  const first = await popup(browser, () => page.submit());
  await provider.signIn("Jessica");
  await provider.deny();
  await first.closed();
  // A status check may be faster than the popup, which has the reason.
  await page.until("the reason is shown", ({ error }) => error?.code === "access_denied");
  const second = await popup(browser, () => page.press("retry"));
  await provider.agree("Jessica");
  await second.closed();
  await page.is("connected");
  assert.deepEqual(platform.accounts().map(({ status }) => status), ["FAILED", "ACTIVE"]);
});

inOneEngine("closing the popup and pressing Cancel both cancel the flow", async ({ page, provider, browser }) => {
  await page.open({ app: "gmail", mode: "popup" });
  const first = await popup(browser, () => page.submit());
  await provider.asks();
  await first.close();
  const closed = await page.is("cancelled");
  assert.equal(closed.error.code, "popup_closed");
  const second = await popup(browser, () => page.press("retry"));
  await provider.asks();
  await second.leave();
  await page.is("waiting");
  await page.press("cancel");
  const cancelled = await page.is("cancelled");
  assert.equal(cancelled.error.code, "cancelled");
});

inOneEngine("leaving for another app ends the flow, and its popup still connects", async ({ page, provider, platform, browser }) => {
  await page.open({ app: "gmail", mode: "popup" });
  const window = await popup(browser, () => page.submit());
  await provider.asks();
  await window.leave();
  await page.press("app-zendesk");
  await page.until("the other app's flow is ready", ({ app, state }) => app === "zendesk" && state === "ready");
  await browser.switchToWindow(window.handle);
  await provider.agree("Jessica");
  await page.is("connected");
  await window.leave();
  assert.equal((await page.read()).state, "ready");
  assert.equal(platform.accounts()[0].status, "ACTIVE");
});

inOneEngine("an app without credentials needs no connection", async ({ page, platform, browser }) => {
  await browser.url(page.address({ app: "hackernews" }));
  const seen = await page.until("the outcome is shown", ({ said }) => /needs no connection/.test(said));
  assert.deepEqual([seen.error, seen.badge], [undefined, { text: "not needed", tone: "neutral" }]);
  assert.deepEqual(platform.calls("POST"), []);
});

inOneEngine("an unknown app fails without an offer to try again", async ({ page, browser, expectTrouble }) => {
  expectTrouble(/^status 404: GET/);
  await browser.url(page.address({ app: "nosuchapp" }));
  const seen = await page.is("failed");
  assert.deepEqual([seen.error.code, seen.error.canRetry], ["not_found", false]);
});

test("the keyboard alone connects Shopify, by links that do not reload the page", async ({ page, browser, platform }) => {
  await page.open();
  const tabTo = async (testId) => {
    for (let presses = 0; presses < 40; presses += 1) {
      if ((await page.read()).focused === testId) return;
      await browser.keys("Tab");
    }
    assert.fail(`${testId} cannot be reached with the Tab key`);
  };
  await browser.execute(() => (window.isSame = true));
  await tabTo("app-shopify");
  await browser.keys("Enter");
  await page.until("a field of the form has the focus", ({ state, focused }) => state === "ready" && focused?.startsWith("field-"));
  for (const [name, value] of [["admin_api_access_token", secret], ["shop", "acme"]]) {
    await tabTo(`field-${name}`);
    await browser.keys([...value]);
  }
  await browser.keys("Enter");
  await page.is("connected");
  await tabTo("to-connections");
  await browser.keys("Enter");
  await browser.waitUntil(() => browser.execute(() => document.querySelectorAll(".connection").length === 1));
  assert.equal(await browser.execute(() => window.isSame && document.title), "Connections: connect-flow with React");
  await browser.back();
  await page.is("ready");
  assert.equal(platform.accounts().length, 1);
});

inOneEngine("axe finds no violation in the React demo: initial, form, invalid fields, connected, waiting, cancelled", async ({ page, provider, browser }) => {
  await page.open();
  assert.deepEqual((await page.frame()).choices, ["User", "Mode"]);
  assert.deepEqual(await inspect(browser), []);
  await page.open({ app: "shopify" });
  assert.deepEqual(await inspect(browser), []);
  await page.submit();
  await page.until("the missing field is marked", ({ fields }) => fields.some(({ isInvalid }) => isInvalid));
  assert.deepEqual(await inspect(browser), []);
  await page.submit({ admin_api_access_token: secret, shop: "acme" });
  await page.is("connected");
  assert.deepEqual(await inspect(browser), []);
  await page.open({ app: "gmail", mode: "popup" });
  const window = await popup(browser, () => page.submit());
  await provider.asks();
  await window.leave();
  assert.deepEqual(await inspect(browser), []);
  await page.press("cancel");
  await page.is("cancelled");
  assert.deepEqual(await inspect(browser), []);
});
