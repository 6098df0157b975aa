import assert from "node:assert/strict";
import { inspect } from "./support/axe.mjs";
import { hurry } from "./support/clock.mjs";
import { ConnectionsPage } from "./support/connections-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab } from "./support/tabs.mjs";

const scenario = scenarios({ inOneEngine: true });

/** A test of the page of connections. `shop(entity)` makes an account by a key and gives its id. */
const test = (name, body) =>
  scenario(name, async (context) => {
    const { browser, platform } = context;
    const shop = async (entity) => {
      const request = {
        auth_config: { id: "ac_Shopify00002" },
        connection: { data: { shop: "acme", admin_api_access_token: "token" } },
      };
      const response = await fetch(`${platform.appUrl}/api/connect/api/v3/connected_accounts`, {
        method: "POST", body: JSON.stringify(request), headers: { "content-type": "application/json", "demo-user": entity },
      });
      assert.ok(response.ok);
      return platform.accounts().at(-1).id;
    };
    await body({ ...context, shop, page: new ConnectionsPage(browser, platform.appUrl) });
  });

const isCalm = (row) => row && !row.isBusy;

test("off, on, refreshed, deleted", async ({ page, platform, shop }) => {
  const [jessicas, melissas] = [await shop("Jessica"), await shop("Melissa")];
  const { rows } = await page.open();
  assert.deepEqual(rows.map(({ id, entity, app, status }) => [id, entity, app, status]), [
    [jessicas, "Jessica", "shopify", "ACTIVE"], [melissas, "Melissa", "shopify", "ACTIVE"],
  ]);
  assert.match(rows[0].since, /just now/);
  assert.match(rows[0].exactly, /\d{4}/);

  await page.pressOf(jessicas, "toggle");
  const off = await page.shows("it is off", jessicas, (row) => isCalm(row) && row.isDisabled);
  assert.match(off.said, /Shopify of Jessica is switched off/);
  assert.equal(off.focusedRow, jessicas);
  assert.deepEqual(platform.accounts().map(({ isDisabled }) => isDisabled), [true, false]);

  await page.pressOf(jessicas, "toggle");
  await page.shows("it is on", jessicas, (row) => isCalm(row) && !row.isDisabled);
  assert.equal(platform.accounts()[0].isDisabled, false);

  await page.pressOf(jessicas, "refresh");
  const refreshed = await page.until("it is refreshed", ({ said, rows }) => rows.every(isCalm) && /refreshed/.test(said));
  assert.match(refreshed.said, /Shopify of Jessica was refreshed: ACTIVE/);

  await page.pressOf(jessicas, "delete");
  const asked = await page.until("it asks", ({ question }) => question);
  assert.equal(asked.question, "Delete Shopify of Jessica?");
  assert.equal(asked.focused, "confirm-no");
  await page.confirm(true);
  const gone = await page.shows("it is gone", jessicas, (row) => !row);
  assert.match(gone.said, /Shopify of Jessica is deleted/);
  assert.deepEqual([gone.rows.length, gone.empty, gone.focused], [1, 1, "entity-Jessica"]);
  assert.deepEqual(platform.accounts().map(({ isDeleted }) => isDeleted), [true, false]);
});

test("a refresh leads through the provider and back", async ({ page, app, provider, platform }) => {
  await app.open();
  await app.choose("gmail");
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  const id = platform.accounts()[0].id;
  await page.open();
  await page.pressOf(id, "refresh");
  await provider.agree("Jessica");
  const seen = await page.until("it is connected again", ({ returned, rows }) => returned && rows[0]?.status === "ACTIVE");
  assert.equal(seen.returned, "Gmail of Jessica is connected again.");
  assert.equal(seen.url, `${platform.appUrl}/react/connections`);
  assert.equal(platform.accounts().length, 1);
});

test("whoever says no keeps the account, by button and by Escape", async ({ page, platform, browser, shop }) => {
  const id = await shop("Melissa");
  await page.open();
  for (const sayNo of [() => page.confirm(false), () => browser.keys("Escape"), () => browser.keys("Escape")]) {
    await page.pressOf(id, "delete");
    await page.until("it asks", ({ question }) => question);
    await sayNo();
    const seen = await page.until("it asks no more", ({ question }) => !question);
    assert.deepEqual([seen.focused, seen.focusedRow], ["delete", id]);
  }
  assert.deepEqual(platform.calls("DELETE"), []);
  assert.equal(platform.accounts()[0].isDeleted, false);
});

test("a refusal is shown where it happened, and the truth beside it", async ({ page, platform, shop, expectTrouble }) => {
  expectTrouble(/^status 500: PATCH/, /^status 500: DELETE/);
  const id = await shop("Jessica");
  await page.open();
  platform.sandbox.fault({ method: "PATCH", path: /status$/, kind: "status", status: 500 });
  await page.pressOf(id, "toggle");
  const seen = await page.until("it says so", ({ error, rows }) => error && rows.every(isCalm));
  assert.equal(seen.error.code, "server");
  assert.equal(seen.rows[0].isDisabled, false);

  platform.sandbox.fault({ method: "DELETE", path: /connected_accounts/, kind: "status", status: 500 });
  await page.pressOf(id, "delete");
  await page.confirm(true);
  const asked = await page.until("the question says so", ({ error, question, rows }) => question && error?.code === "server" && rows.every(isCalm));
  assert.match(asked.error.text, /trouble/);
  await page.confirm(true);
  await page.shows("it is gone", id, (row) => !row);
});

test("a list that cannot be had is said to be, and asked for again", async ({ page, platform, browser, front, shop, expectTrouble }) => {
  expectTrouble(/^status 403: GET/);
  const undo = hurry(front, 5);
  await shop("Jessica");
  const mend = platform.sandbox.fault({ method: "GET", path: /connected_accounts/, kind: "status", status: 403, times: 100 });
  await browser.url(page.url);
  await page.until("it says so", ({ error }) => error?.code === "forbidden");
  mend();
  // By itself: nobody presses anything.
  await page.until("the connections are there", ({ isLoaded, error, rows }) => isLoaded && !error && rows.length === 1, { timeout: 30_000 });
  undo();
});

test("what another tab or the platform does is seen", async ({ page, platform, browser, front, shop }) => {
  const id = await shop("Jessica");
  const undo = hurry(front, 5);
  await page.open();
  undo();
  const tab = await openTab(browser);
  await page.open();
  await page.pressOf(id, "toggle");
  await page.shows("it is off", id, (row) => isCalm(row) && row.isDisabled);
  await tab.leave();
  const seen = await page.shows("the first tab knows", id, (row) => row?.isDisabled, { timeout: 5_000 });
  assert.match(seen.said, /Shopify of Jessica is switched off/);

  // Nobody tells the page of this one.
  const other = await shop("Melissa");
  await page.shows("a new one appears", other, (row) => row?.entity === "Melissa", { timeout: 30_000 });
  assert.ok(platform.calls("GET").length < 40, "it asks politely");
});

test("a connection that waits is watched until it is made", async ({ page, platform, provider, browser }) => {
  const begin = await fetch(`${platform.appUrl}/api/connect/api/v3/connected_accounts/link`, {
    method: "POST",
    body: JSON.stringify({ auth_config_id: "ac_Gmail0000001", callback_url: `${platform.appUrl}/favicon.ico` }),
    headers: { "content-type": "application/json", "demo-user": "Melissa" },
  });
  const { connected_account_id: id, redirect_url: url } = await begin.json();
  await page.open();
  await page.shows("it waits", id, (row) => ["INITIATED", "INITIALIZING"].includes(row?.status));
  const tab = await openTab(browser);
  await browser.url(url);
  await provider.agree("Melissa");
  await browser.waitUntil(async () => (await browser.getUrl()).includes("favicon"));
  await tab.leave();
  const seen = await page.shows("it is active", id, (row) => row?.status === "ACTIVE");
  assert.match(seen.said, /Gmail of Melissa is ACTIVE/);
});

test("axe finds nothing, empty, full, asking and failed", async ({ page, platform, browser, shop, expectTrouble }) => {
  expectTrouble(/^status 500: PATCH/, /^status 403: GET/);
  await page.open();
  assert.deepEqual(await inspect(browser), []);
  const id = await shop("Jessica");
  const off = await shop("Melissa");
  await page.open();
  await page.pressOf(off, "toggle");
  await page.shows("it is off", off, (row) => isCalm(row) && row.isDisabled);
  assert.deepEqual(await inspect(browser), []);
  await page.pressOf(id, "delete");
  assert.deepEqual(await inspect(browser), []);
  await page.confirm(false);
  platform.sandbox.fault({ method: "PATCH", path: /status$/, kind: "status", status: 500 });
  await page.pressOf(id, "toggle");
  await page.until("it says so", ({ error, rows }) => error && rows.every(isCalm));
  assert.deepEqual(await inspect(browser), []);
  platform.sandbox.fault({ method: "GET", path: /connected_accounts/, kind: "status", status: 403, times: 50 });
  await browser.url(page.url);
  await page.until("it says so", ({ error }) => error?.code === "forbidden");
  assert.deepEqual(await inspect(browser), []);
});
