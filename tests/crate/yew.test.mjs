import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { after, afterEach, before, suite, test } from "node:test";
import { openBrowser } from "../e2e/support/browser.mjs";
import { serve, strict } from "../pack/support/server.mjs";

const folder = fileURLToPath(new URL("../../examples/yew/", import.meta.url));

suite("a Yew app that uses the crate", () => {
  let session, server, browser;
  before(async () => {
    session = await openBrowser();
    ({ browser } = session);
  });
  after(() => session?.close());
  afterEach(() => server?.close());

  async function open(options) {
    server = await serve({ folder, headers: { "content-security-policy": strict }, ...options });
    await browser.url(`${server.url}/`);
  }

  const text = async (selector) => {
    const element = browser.$(selector);
    await element.waitForExist();
    return element.getText();
  };

  test("shows the expected fields and connects", async () => {
    await open();
    await browser.$("form").waitForExist();
    const fields = await browser.execute(() => [...document.querySelectorAll("label")].map((label) => [label.innerText.trim(), label.querySelector("input").type]));
    assert.deepEqual(fields, [["Admin Api Access Token", "password"], ["Store Subdomain", "text"]]);
    await browser.$("#shop").setValue("acme");
    await browser.$("#admin_api_access_token").setValue("shpat_0123456789");
    await browser.$("button").click();
    assert.equal(await text("output"), "ACTIVE");
    const [account] = server.sandbox.accounts();
    assert.deepEqual([account.app, account.status, account.data], ["shopify", "ACTIVE", { shop: "acme", admin_api_access_token: "shpat_0123456789" }]);
    assert.deepEqual([await session.log(), server.violations], [[], []]);
  });

  test("shows the app's own text for missing values, and sends nothing", async () => {
    await open();
    await browser.$("form").waitForExist();
    await browser.$("button").click();
    assert.match(await text("[role=alert]"), /^Please fill in all fields\.$/);
    assert.deepEqual(server.sandbox.accounts(), []);
    assert.deepEqual([await session.log(), server.violations], [[], []]);
  });
});
