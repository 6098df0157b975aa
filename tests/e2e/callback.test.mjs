import assert from "node:assert/strict";
import { hurry } from "./support/clock.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab } from "./support/tabs.mjs";

const test = scenarios();
const inOneEngine = scenarios({ inOneEngine: true });

/** Starts to connect Gmail and stops at the provider. Returns the account. */
async function initiateGmail({ app, provider, platform }) {
  await app.open();
  await app.choose("gmail");
  await provider.asks();
  return platform.accounts().at(-1);
}

const flowIdOf = ({ callbackUrl }) => new URL(callbackUrl).searchParams.get("cf_flow");

/** The path of a callback for one account's flow, as the platform writes it. `of` puts another account's id into it. */
function callback(account, { of = account, ...parameters } = {}) {
  return `/?${new URLSearchParams({ cf_flow: flowIdOf(account), status: "success", connected_account_id: of.id, ...parameters })}`;
}

/** Asserts that nothing is shown as connected, and that the platform got no status check besides `before`. */
function assertRefused({ card, connected }, platform, before = []) {
  assert.deepEqual([card, connected], [undefined, []]);
  assert.deepEqual(statusChecks(platform), before);
}

const statusChecks = (platform) => platform.calls("GET").filter(({ path }) => /\/connected_?accounts\//i.test(path));
const statuses = (platform) => platform.accounts().map(({ status }) => status);

test("a callback opened again, in the same tab and in another, gives the same account", async (context) => {
  const { app, provider, platform, browser } = context;
  await initiateGmail(context);
  await provider.agree("Jessica");
  const first = await app.shows("ACTIVE");
  const [callbackUrl] = platform.returns();
  assert.match(callbackUrl, /cf_flow=/);

  const tab = await openTab(browser);
  const openAgain = async () => {
    await app.open(callbackUrl);
    const seen = await app.shows("ACTIVE");
    assert.deepEqual([seen.card.id, seen.error, seen.url], [first.card.id, undefined, `${platform.appUrl}/`]);
    assert.deepEqual(seen.connected.map(({ id }) => id), [first.card.id]);
  };
  await openAgain();
  await tab.leave();
  await openAgain();
  assert.deepEqual(platform.accounts().map((account) => [account.id, account.status]), [[first.card.id, "ACTIVE"]]);
});

inOneEngine("a callback with an unknown flow id is rejected", async (context) => {
  const { app, platform } = context;
  const account = await initiateGmail(context);
  await app.open(callback(account, { cf_flow: "0".repeat(32) }));
  assertRefused(await app.fails("callback_unbound"), platform);
  // Without a flow id or a known account, the parameters belong to the app.
  const address = "/?status=success&connected_account_id=ca_somebodyelse";
  await app.open(address);
  const seen = await app.until("the page has loaded", ({ isReady }) => isReady);
  assert.deepEqual([seen.error, seen.url, statusChecks(platform).length], [undefined, platform.appUrl + address, 0]);
  assert.deepEqual(statuses(platform), ["INITIATED"]);
});

inOneEngine("a callback with another flow's account id is rejected, though that account is connected", async (context) => {
  const { app, provider, platform } = context;
  const gmail = await initiateGmail(context);
  await app.open();
  await app.choose("zendesk");
  await app.submit({ subdomain: "acme" });
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  const [, zendesk] = platform.accounts();

  for (const [flow, of] of [[gmail, zendesk], [zendesk, gmail]]) {
    await app.open(callback(flow, { of }));
    const seen = await app.fails("account_mismatch");
    assert.equal(seen.card, undefined);
    assert.deepEqual(seen.connected.map(({ id }) => id), [zendesk.id]);
    assert.equal(seen.url, `${platform.appUrl}/`);
  }
});

inOneEngine("an error in a callback takes precedence over its account id", async (context) => {
  const { app, platform } = context;
  const account = await initiateGmail(context);
  await app.open(callback(account, { error: "access_denied", error_description: "No, thanks" }));
  const seen = await app.fails("access_denied");
  assertRefused(seen, platform);
  assert.match(seen.error.text, /No, thanks/);
  assert.equal(seen.url, `${platform.appUrl}/`);
});

inOneEngine("a success in a callback is shown only once the platform confirms it", async (context) => {
  const { app, provider, platform, browser } = context;
  const account = await initiateGmail(context);
  const tab = await openTab(browser);
  await browser.url(new URL(callback(account), platform.appUrl).href);
  const waiting = await app.until("the platform was asked twice", ({ steps }) => steps[4] === "active" && statusChecks(platform).length >= 2);
  assert.deepEqual([waiting.card, waiting.connected, waiting.isReady], [undefined, [], false]);

  await tab.leave();
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  await browser.switchToWindow(tab.handle);
  assert.equal((await app.shows("ACTIVE")).card.id, account.id);
});

inOneEngine("a success in a callback that the platform never confirms ends with a timeout", async (context) => {
  const { app, platform, front } = context;
  const account = await initiateGmail(context);
  const undo = hurry(front, 30);
  try {
    await app.open(callback(account));
    const seen = await app.fails("timeout");
    assert.deepEqual([seen.card, seen.connected], [undefined, []]);
    assert.ok(seen.error.canRetry);
    assert.ok(statusChecks(platform).length > 2);
    assert.deepEqual(statuses(platform), ["INITIATED"]);
  } finally {
    undo();
  }
});

inOneEngine("a callback from another browser is rejected", async (context) => {
  const { app, provider, platform, fresh } = context;
  await initiateGmail(context);
  await provider.agree("Melissa");
  await app.shows("ACTIVE");
  const [callbackUrl] = platform.returns();
  const before = statusChecks(platform);

  await fresh();
  await app.open(callbackUrl);
  assertRefused(await app.fails("callback_unbound"), platform, before);
});

inOneEngine("a callback with two different account ids is rejected", async (context) => {
  const { app, platform } = context;
  const account = await initiateGmail(context);
  await app.open(`${callback(account)}&connectedAccountId=ca_other`);
  assertRefused(await app.fails("callback_invalid"), platform);
});
