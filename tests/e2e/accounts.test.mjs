// The accounts of the demo without a framework: the same as connections.test.mjs has for React.
import assert from "node:assert/strict";
import { inspect } from "./support/axe.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { popup } from "./support/tabs.mjs";

const test = scenarios({ inOneEngine: true });

/** Opens the page with an account that was connected in this browser before. Returns its id. */
async function openWith({ app, browser, platform }, account) {
  const { id, entityId } = platform.sandbox.addAccount({ entityId: "Jessica", ...account });
  const listed = [{ id, app: account.app, entity: entityId }];
  // The browser is on the empty page of the same origin.
  await browser.execute((accounts) => localStorage.setItem("demo:accounts", accounts), JSON.stringify(listed));
  await app.open();
  await app.until("the account is listed", ({ connected }) => connected[0]?.status === "ACTIVE");
  return id;
}

test("Reconnect replaces an account of the first demo by a new sign-in, and keeps it until then", async (context) => {
  const { app, browser, provider, platform } = context;
  const id = await openWith(context, { app: "gmail" });
  await app.press("reconnect");
  const asked = await app.until("it asks", ({ isReady, steps }) => isReady && steps[1] === "active");
  assert.match(asked.says, /This account works\. It stays usable until you have signed in again\./);
  const window = await popup(browser, () => app.press("submit"));
  assert.equal(platform.accounts()[0].status, "ACTIVE");
  await provider.agree("Jessica");
  await window.closed();
  const seen = await app.until("the new one is listed", ({ isReady, connected }) => isReady && connected.length === 1 && connected[0].id !== id);
  assert.equal(seen.connected[0].status, "ACTIVE");
  assert.deepEqual(platform.accounts().map(({ isDeleted }) => isDeleted), [true, false]);
});

test("a new key replaces the old one in the first demo, and the form masks it", async (context) => {
  const { app, platform } = context;
  const id = await openWith(context, { app: "firecrawl", data: { api_key: "fc-old-key" } });
  await app.press("reconnect");
  const asked = await app.until("it asks", ({ isReady, fields }) => isReady && fields.length === 1);
  assert.deepEqual([asked.fields[0].type, asked.fields[0].value], ["password", ""]);
  await app.submit({ api_key: "fc-new-key" });
  const seen = await app.shows("ACTIVE");
  assert.deepEqual(seen.connected.map((account) => account.id), [id]);
  assert.deepEqual(platform.accounts().map(({ data }) => data.api_key), ["fc-new-key"]);
});

test("an account of the first demo is renamed with the keyboard, which keeps the focus", async (context) => {
  const { app, browser } = context;
  await openWith(context, { app: "firecrawl", data: { api_key: "key" } });
  await app.press("rename");
  await browser.keys([..."Work", "Enter"]);
  const seen = await app.until("it has a name", ({ connected }) => /Work/.test(connected[0]?.text));
  assert.equal(seen.focused, "rename");
  await app.press("rename");
  await browser.keys("Escape");
  assert.equal((await app.until("the form is closed", ({ fields }) => fields.length === 0)).focused, "rename");
  assert.deepEqual(await inspect(browser), []);
});

test("an account of the first demo is disabled, enabled and deleted, which has to be confirmed", async (context) => {
  const { app, browser, platform } = context;
  const id = await openWith(context, { app: "firecrawl", data: { api_key: "key" } });
  await app.press("toggle");
  const off = await app.until("it is disabled", ({ connected, focused }) => connected[0]?.isDisabled && focused === "toggle");
  assert.match(off.connected[0].text, /DISABLED[^]*Enable/);
  assert.equal(platform.accounts()[0].isDisabled, true);
  await app.press("toggle");
  await app.until("it is enabled", ({ connected, focused }) => connected[0] && !connected[0].isDisabled && focused === "toggle");
  assert.equal(platform.accounts()[0].isDisabled, false);

  await app.press("delete");
  const asked = await app.until("it asks", ({ question }) => question);
  assert.deepEqual([asked.question, asked.focused], ["Delete Firecrawl of Jessica?", "confirm-cancel"]);
  assert.deepEqual(await inspect(browser), []);
  await browser.keys("Escape");
  const kept = await app.until("it no longer asks", ({ question }) => !question);
  assert.deepEqual([kept.connected.map((account) => account.id), kept.focused], [[id], "delete"]);
  assert.equal(platform.accounts()[0].isDeleted, false);

  await app.press("delete");
  await app.press("confirm");
  const gone = await app.until("it is gone", ({ connected }) => connected.length === 0);
  assert.deepEqual([gone.lead, gone.focused], ["Jessica has not connected an account in this browser yet.", "H2"]);
  assert.equal(platform.accounts()[0].isDeleted, true);
});

test("an account of the first demo that cannot be changed says why and stays as it is", async (context) => {
  const { app, platform, expectTrouble } = context;
  await openWith(context, { app: "firecrawl", data: { api_key: "key" } });
  expectTrouble(/status 403: PATCH/);
  platform.sandbox.fault({ kind: "status", status: 403, method: "PATCH", path: /connected_accounts/ });
  await app.press("toggle");
  const seen = await app.until("it says why", ({ connected }) => /This site is not allowed to do that/.test(connected[0]?.text));
  assert.deepEqual([seen.connected[0].isDisabled, platform.accounts()[0].isDisabled], [false, false]);
});

test("a shared account of the first demo is marked and cannot be reconnected", async (context) => {
  const { app } = context;
  await openWith(context, { app: "gmail", accountType: "SHARED" });
  const { connected } = await app.read();
  assert.match(connected[0].text, /SHARED/);
  const shown = ["reconnect", "rename", "toggle", "delete"].map((name) => app.find(name).isDisplayed());
  assert.deepEqual(await Promise.all(shown), [false, true, true, true]);
});
