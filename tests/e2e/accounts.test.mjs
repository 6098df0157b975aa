// The accounts of the demo without a framework: the same as connections.test.mjs has for React.
import assert from "node:assert/strict";
import { inspect } from "./support/axe.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { popup } from "./support/tabs.mjs";

const test = scenarios({ inOneEngine: true });

/** Connects an app and waits until its account is listed. Returns its id. */
async function connect({ app, platform }, key, values, agree) {
  await app.open();
  await app.choose(key);
  if (values) {
    await app.until("the form is shown", ({ isReady, fields }) => isReady && fields.length > 0);
    await app.submit(values);
  }
  await agree?.();
  await app.shows("ACTIVE");
  return platform.accounts().at(-1).id;
}

test("Reconnect replaces an account of the first demo by a new sign-in, and keeps it until then", async (context) => {
  const { app, browser, provider, platform } = context;
  const id = await connect(context, "gmail", undefined, () => provider.agree("Jessica"));
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
  const id = await connect(context, "firecrawl", { api_key: "fc-old-key" });
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
  await connect(context, "firecrawl", { api_key: "key" });
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
  const id = await connect(context, "firecrawl", { api_key: "key" });
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
  await connect(context, "firecrawl", { api_key: "key" });
  expectTrouble(/status 403: PATCH/);
  platform.sandbox.fault({ kind: "status", status: 403, method: "PATCH", path: /connected_accounts/ });
  await app.press("toggle");
  const seen = await app.until("it says why", ({ connected }) => /This site is not allowed to do that/.test(connected[0]?.text));
  assert.deepEqual([seen.connected[0].isDisabled, platform.accounts()[0].isDisabled], [false, false]);
});

test("a shared account of the first demo is marked and cannot be reconnected", async ({ app, browser, platform }) => {
  await app.open();
  const { id } = platform.sandbox.addAccount({ app: "gmail", entityId: "Jessica", accountType: "SHARED" });
  await browser.execute((id) => localStorage.setItem("demo:accounts", JSON.stringify([{ id, app: "gmail", entity: "Jessica" }])), id);
  await app.open();
  const { connected } = await app.until("it is listed", ({ connected }) => connected[0]?.status === "ACTIVE");
  assert.match(connected[0].text, /SHARED/);
  const shown = ["reconnect", "rename", "toggle", "delete"].map((name) => app.find(name).isDisplayed());
  assert.deepEqual(await Promise.all(shown), [false, true, true, true]);
});
