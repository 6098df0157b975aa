import assert from "node:assert/strict";
import { inspect } from "./support/axe.mjs";
import { click } from "./support/hands.mjs";
import { scenarios } from "./support/scenarios.mjs";

const test = scenarios({ inOneEngine: true });

test("axe finds no violation in the vanilla demo: initial, form, invalid fields, connected", async ({ app, browser }) => {
  await app.open();
  assert.deepEqual(await inspect(browser), []);
  await app.choose("shopify");
  await app.until("the form is shown", ({ isReady, fields }) => isReady && fields.length > 0);
  assert.deepEqual(await inspect(browser), []);
  await app.submit({ shop: "acme" });
  await app.fails("fields_invalid");
  assert.deepEqual(await inspect(browser), []);
  await app.submit({ admin_api_access_token: "token" });
  await app.shows("ACTIVE");
  assert.deepEqual(await inspect(browser), []);
});

test("axe finds no violation in the vanilla demo: denied, pending, not loaded", async ({ app, provider, browser, front, expectTrouble }) => {
  await app.open();
  await app.choose("gmail");
  await provider.cancel();
  await app.fails("access_denied");
  assert.deepEqual(await inspect(browser), []);
  await app.press("retry");
  await provider.asks();
  await app.open();
  await app.until("the pending attempt is listed", ({ pending }) => pending.length > 0);
  assert.deepEqual(await inspect(browser), []);

  expectTrouble(/connect_flow/);
  const restore = front.cutOff("connect_flow");
  await browser.sendCommandAndGetResult("Network.clearBrowserCache", {});
  await app.open();
  const { loading, lead } = await app.fails("load_failed");
  assert.deepEqual([loading, lead], [undefined, "Not loaded."]);
  assert.deepEqual(await inspect(browser), []);
  restore();
  await app.choose("hackernews");
  await app.until("the module and the app are loaded", ({ isReady, error, steps }) => isReady && !error && steps[0] === "done");
});

for (const path of ["/chat", "/react/chat"]) {
  test(`axe finds no violation in the chat ${path}: with the button, and with the answer`, async ({ app, provider, browser, expectTrouble }) => {
    const button = ".line.connect button.primary";
    expectTrouble(/status 404: POST .*\/tools\/execute\//);
    await browser.url(app.urlOf(path));
    await click(browser, '[data-testid="ask"]:enabled');
    await browser.$(button).waitForExist();
    assert.deepEqual(await inspect(browser), []);
    await browser.execute(() => void (window.open = () => null));
    await click(browser, button);
    await provider.agree("Jessica");
    await browser.$('[data-testid="line-agent"]').waitForExist();
    assert.deepEqual(await inspect(browser), []);
  });
}
