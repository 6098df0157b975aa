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
