import assert from "node:assert/strict";
import { inspect } from "./support/axe.mjs";
import { hurry } from "./support/clock.mjs";
import { ConnectionsPage } from "./support/connections-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab, popup } from "./support/tabs.mjs";

const scenario = scenarios({ inOneEngine: true });

/** A test of the connections page. `connectShopify(entity)` and `connectFirecrawl(entity)` return the id of a new account. */
const test = (name, body) =>
  scenario(name, async (context) => {
    const { browser, platform } = context;
    const connect = (auth_config, data) => async (entity) => {
      const request = { auth_config: { id: auth_config }, connection: { data } };
      const response = await fetch(`${platform.appUrl}/api/connect/api/v3/connected_accounts`, {
        method: "POST", body: JSON.stringify(request), headers: { "content-type": "application/json", "demo-user": entity },
      });
      assert.ok(response.ok);
      return platform.accounts().at(-1).id;
    };
    const connectShopify = connect("ac_Shopify00002", { shop: "acme", admin_api_access_token: "token" });
    const connectFirecrawl = connect("ac_Firecrawl040", { api_key: "fc-old-key" });
    await body({ ...context, connectShopify, connectFirecrawl, page: new ConnectionsPage(browser, platform.appUrl) });
  });

const isIdle = (row) => row && !row.isBusy;

test("a connection can be renamed, disabled, enabled and deleted", async ({ page, platform, browser, connectShopify }) => {
  const [jessicas, melissas] = [await connectShopify("Jessica"), await connectShopify("Melissa")];
  const { rows } = await page.open();
  assert.deepEqual(rows.map(({ id, entity, app, status }) => [id, entity, app, status]), [
    [jessicas, "Jessica", "Shopify", "ACTIVE"], [melissas, "Melissa", "Shopify", "ACTIVE"],
  ]);
  assert.match(rows[0].since, /just now/);
  assert.match(rows[0].exactly, /\d{4}/);

  await page.pressOf(jessicas, "Rename");
  await page.until("the name can be typed", ({ focused }) => focused === "Name");
  await browser.keys([..."Outlet", "Enter"]);
  const renamed = await page.shows("it has a name", jessicas, (row) => isIdle(row) && row.alias === "Outlet");
  assert.match(renamed.said, /Shopify of Jessica is now named Outlet/);
  assert.deepEqual([renamed.focused, renamed.focusedRow], ["Rename", jessicas]);

  await page.pressOf(jessicas, "Disable");
  const off = await page.shows("it is disabled", jessicas, (row) => isIdle(row) && row.isDisabled);
  assert.match(off.said, /Shopify of Jessica is disabled/);
  assert.equal(off.focusedRow, jessicas);
  assert.deepEqual(platform.accounts().map(({ isDisabled }) => isDisabled), [true, false]);

  await page.pressOf(jessicas, "Enable");
  await page.shows("it is enabled", jessicas, (row) => isIdle(row) && !row.isDisabled);
  assert.equal(platform.accounts()[0].isDisabled, false);

  await page.pressOf(jessicas, "Delete");
  const asked = await page.until("the confirmation is open", ({ question }) => question);
  assert.equal(asked.question, "Delete Outlet of Jessica?");
  assert.equal(asked.focused, "Cancel");
  await page.confirm(true);
  const gone = await page.shows("it is gone", jessicas, (row) => !row);
  assert.match(gone.said, /Shopify of Jessica is deleted/);
  assert.deepEqual([gone.rows.length, gone.empty, gone.focused], [1, 1, "Jessica"]);
  assert.deepEqual(platform.accounts().map(({ isDeleted }) => isDeleted), [true, false]);
});

test("Reconnect replaces a connection by a new sign-in, and keeps it until then", async ({ page, app, provider, platform, browser }) => {
  await app.open();
  const { navigation, choices } = await app.frame();
  assert.deepEqual(choices, ["User", "Mode"]);
  await app.choose("gmail");
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  const id = platform.accounts()[0].id;
  await page.open();
  assert.deepEqual((await page.frame()).navigation, navigation);
  await page.pressOf(id, "Reconnect");
  const asked = await page.until("it asks", ({ panel }) => panel?.state === "ready");
  assert.match(asked.panel.text, /This account works\. You sign in again, and a new connection replaces this one/);
  assert.deepEqual(platform.calls("POST").length, 1);
  const window = await popup(browser, () => page.submitPanel());
  assert.deepEqual(platform.accounts()[0].status, "ACTIVE");
  await provider.agree("Jessica");
  await window.closed();
  const seen = await page.until("the new one is there", ({ rows, panel }) => rows.length === 1 && rows[0].id !== id && !panel);
  assert.equal(seen.rows[0].status, "ACTIVE");
  assert.match(seen.said, /Gmail .*of Jessica is connected again/);
  assert.deepEqual(platform.accounts().map(({ isDeleted }) => isDeleted), [true, false]);
});

test("a new key replaces the old one, and the form masks it", async ({ page, platform, browser, connectFirecrawl }) => {
  const id = await connectFirecrawl("Jessica");
  await page.open();
  await page.pressOf(id, "New key");
  const asked = await page.until("it asks", ({ panel }) => panel?.state === "ready");
  assert.deepEqual(asked.panel.inputs, ["password"]);
  await browser.keys([..."fc-new-key", "Enter"]);
  const seen = await page.until("it is saved", ({ panel, said }) => !panel && /connected again/.test(said));
  assert.deepEqual([seen.rows.map((row) => row.id), seen.focusedRow], [[id], id]);
  assert.deepEqual(platform.accounts().map(({ data }) => data.api_key), ["fc-new-key"]);
  for (const [open, leave] of [["New key", () => browser.keys("Escape")], ["New key", () => page.pressOf(id, "New key")]]) {
    await page.pressOf(id, open);
    await page.until("it asks", ({ panel }) => panel?.state === "ready");
    await leave();
    const closed = await page.until("it is closed", ({ panel }) => !panel);
    assert.equal(closed.focusedRow, id);
  }
});

test("a deletion is cancelled by the button and by Escape", async ({ page, platform, browser, connectShopify }) => {
  const id = await connectShopify("Melissa");
  await page.open();
  for (const decline of [() => page.confirm(false), () => browser.keys("Escape"), () => browser.keys("Escape")]) {
    await page.pressOf(id, "Delete");
    await page.until("the confirmation is open", ({ question }) => question);
    await decline();
    const seen = await page.until("the confirmation is closed", ({ question }) => !question);
    assert.deepEqual([seen.focused, seen.focusedRow], ["Delete", id]);
  }
  assert.deepEqual(platform.calls("DELETE"), []);
  assert.equal(platform.accounts()[0].isDeleted, false);
});

test("a failed change shows its error where it was made, beside the actual state", async ({ page, platform, connectShopify, expectTrouble }) => {
  expectTrouble(/^status 500: PATCH/, /^status 500: DELETE/);
  const id = await connectShopify("Jessica");
  await page.open();
  platform.sandbox.fault({ method: "PATCH", path: /status$/, kind: "status", status: 500 });
  await page.pressOf(id, "Disable");
  const seen = await page.until("the error is shown", ({ error, rows }) => error && rows.every(isIdle));
  assert.match(seen.error, /could not be disabled\.\s*The server is having trouble/);
  assert.equal(seen.rows[0].isDisabled, false);

  platform.sandbox.fault({ method: "DELETE", path: /connected_accounts/, kind: "status", status: 500 });
  await page.pressOf(id, "Delete");
  await page.confirm(true);
  const asked = await page.until("the confirmation shows the error", ({ error, question, rows }) => question && error && rows.every(isIdle));
  assert.match(asked.error, /trouble/);
  await page.confirm(true);
  await page.shows("it is gone", id, (row) => !row);
});

test("a list that fails to load shows its error and is requested again", async ({ page, platform, browser, front, connectShopify, expectTrouble }) => {
  expectTrouble(/^status 403: GET/);
  const undo = hurry(front, 5);
  await connectShopify("Jessica");
  const fault = { method: "GET", path: /connected_accounts/, kind: "status", status: 403, times: 100 };
  const mend = platform.sandbox.fault(fault);
  await browser.url(page.url);
  // The list of the other user may fail first.
  await page.until("the error is shown", ({ error, freshness }) => /does not allow it/.test(error) && freshness[0] === "Not loaded");
  mend();
  // The page retries without a click.
  const loaded = await page.until("the list is loaded", ({ isLoaded, error, rows }) => isLoaded && !error && rows.length === 1, { timeout: 30_000 });
  assert.match(loaded.freshness[0], /^1 connection\s*Updated just now$/);
  platform.sandbox.fault(fault);
  await page.update();
  const stale = await page.until("the error is shown beside the old list", ({ error, rows }) => /does not allow it/.test(error) && rows.length === 1);
  assert.match(stale.freshness[0], /^1 connection\s*Out of date: last updated/);
  undo();
});

test("a change in another tab or at the platform appears", async ({ page, platform, browser, front, connectShopify }) => {
  const id = await connectShopify("Jessica");
  const undo = hurry(front, 5);
  await page.open();
  undo();
  const tab = await openTab(browser);
  await page.open();
  await page.pressOf(id, "Disable");
  await page.shows("it is disabled", id, (row) => isIdle(row) && row.isDisabled);
  await tab.leave();
  const seen = await page.shows("the first tab shows it", id, (row) => row?.isDisabled, { timeout: 5_000 });
  assert.match(seen.said, /Shopify of Jessica is disabled/);

  // This one was created at the platform, so that only polling finds it.
  const other = await connectShopify("Melissa");
  await page.shows("the new one is shown", other, (row) => row?.entity === "Melissa", { timeout: 30_000 });
  assert.ok(platform.calls("GET").length < 40, "it polls seldom");
});

test("a pending connection is polled until it is ACTIVE", async ({ page, platform, provider, browser }) => {
  const begin = await fetch(`${platform.appUrl}/api/connect/api/v3/connected_accounts/link`, {
    method: "POST",
    body: JSON.stringify({ auth_config_id: "ac_Gmail0000001", callback_url: `${platform.appUrl}/favicon.ico` }),
    headers: { "content-type": "application/json", "demo-user": "Melissa" },
  });
  const { connected_account_id: id, redirect_url: url } = await begin.json();
  await page.open();
  await page.shows("it is pending", id, (row) => ["INITIATED", "INITIALIZING"].includes(row?.status));
  const tab = await openTab(browser);
  await browser.url(url);
  await provider.agree("Melissa");
  await browser.waitUntil(async () => (await browser.getUrl()).includes("favicon"));
  await tab.leave();
  const seen = await page.shows("it is active", id, (row) => row?.status === "ACTIVE");
  assert.match(seen.said, /Gmail of Melissa is ACTIVE/);
});

test("axe finds no violation in the connections page: empty, filled, confirming, failed", async ({ page, platform, browser, connectShopify, expectTrouble }) => {
  expectTrouble(/^status 500: PATCH/, /^status 403: GET/);
  await page.open();
  assert.deepEqual(await inspect(browser), []);
  const id = await connectShopify("Jessica");
  const off = await connectShopify("Melissa");
  await page.open();
  await page.pressOf(off, "Disable");
  await page.shows("it is disabled", off, (row) => isIdle(row) && row.isDisabled);
  assert.deepEqual(await inspect(browser), []);
  await page.pressOf(id, "Delete");
  assert.deepEqual(await inspect(browser), []);
  await page.confirm(false);
  platform.sandbox.fault({ method: "PATCH", path: /status$/, kind: "status", status: 500 });
  await page.pressOf(id, "Disable");
  await page.until("the error is shown", ({ error, rows }) => error && rows.every(isIdle));
  assert.deepEqual(await inspect(browser), []);
  platform.sandbox.fault({ method: "GET", path: /connected_accounts/, kind: "status", status: 403, times: 50 });
  await browser.url(page.url);
  await page.until("the error is shown", ({ error }) => /does not allow it/.test(error));
  assert.deepEqual(await inspect(browser), []);
});
