import assert from "node:assert/strict";
import { hurry } from "./support/clock.mjs";
import { generations, scenarios } from "./support/scenarios.mjs";
import { openTab } from "./support/tabs.mjs";

const test = scenarios();
const [v3] = generations;

/** Starts connecting Gmail and leaves the provider alone. Gives the account. */
async function begin({ app, provider, platform }, { path }) {
  await app.open(path);
  await app.choose("gmail");
  await provider.asks();
  return platform.accounts().at(-1);
}

const flowIdOf = ({ callbackUrl }) => new URL(callbackUrl).searchParams.get("cf_flow");

/** A callback as the platform would write it for the flow of one account, with the id of this one or another. */
function callback({ path, idOf, accountId }, account, { of = account, ...parameters } = {}) {
  return `${path}?${new URLSearchParams({ cf_flow: flowIdOf(account), status: "success", [accountId]: idOf(of), ...parameters })}`;
}

/** Nothing is shown as connected, and the platform was not even asked about the account, or not more than `before`. */
function assertRefused({ card, connected }, platform, before = []) {
  assert.deepEqual([card, connected], [undefined, []]);
  assert.deepEqual(looks(platform), before);
}

const looks = (platform) => platform.calls("GET").filter(({ path }) => /\/connected_?accounts\//i.test(path));
const statuses = (platform) => platform.accounts().map(({ status }) => status);

for (const generation of generations) {
  const { api, path, idOf, accountId } = generation;

  test(`${api}: a callback opened again, here and in a second tab, gives the same account`, async (context) => {
    const { app, provider, platform, browser } = context;
    await begin(context, generation);
    await provider.agree("Jessica");
    const first = await app.shows("ACTIVE");
    const [callbackUrl] = platform.returns();
    assert.match(callbackUrl, /cf_flow=/);

    const tab = await openTab(browser);
    const openAgain = async () => {
      await app.open(callbackUrl);
      const seen = await app.shows("ACTIVE");
      assert.deepEqual([seen.card.id, seen.error, seen.url], [first.card.id, undefined, platform.appUrl + path]);
      assert.deepEqual(seen.connected.map(({ id }) => id), [first.card.id]);
    };
    await openAgain();
    await tab.leave();
    await openAgain();
    assert.deepEqual(platform.accounts().map((account) => [idOf(account), account.status]), [[first.card.id, "ACTIVE"]]);
  });

  test(`${api}: a callback for a flow of nobody is not believed`, async (context) => {
    const { app, platform } = context;
    const account = await begin(context, generation);
    const stranger = api === "v3" ? "ca_somebodyelse" : "00000000-0000-4000-8000-000000000000";
    for (const address of [
      callback(generation, account, { cf_flow: "0".repeat(32) }),
      `${path}?status=success&${accountId}=${stranger}`,
    ]) {
      await app.open(address);
      assertRefused(await app.fails("callback_unbound"), platform);
    }
    assert.deepEqual(statuses(platform), ["INITIATED"]);
  });

  test(`${api}: a callback with the account of another flow is not believed, though that one is connected`, async (context) => {
    const { app, provider, platform } = context;
    const gmail = await begin(context, generation);
    await app.open(path);
    await app.choose("zendesk");
    await app.submit({ subdomain: "acme" });
    await provider.agree("Jessica");
    await app.shows("ACTIVE");
    const [, zendesk] = platform.accounts();

    for (const [flow, of] of [[gmail, zendesk], [zendesk, gmail]]) {
      await app.open(callback(generation, flow, { of }));
      const seen = await app.fails("account_mismatch");
      assert.equal(seen.card, undefined);
      assert.deepEqual(seen.connected.map(({ id }) => id), [idOf(zendesk)]);
      assert.equal(seen.url, platform.appUrl + path);
    }
  });
}

test("an error in the callback beats the account beside it", async (context) => {
  const { app, platform } = context;
  const account = await begin(context, v3);
  await app.open(callback(v3, account, { error: "access_denied", error_description: "No, thanks" }));
  const seen = await app.fails("access_denied");
  assertRefused(seen, platform);
  assert.match(seen.error.text, /No, thanks/);
  assert.equal(seen.url, `${platform.appUrl}/`);
});

test("a claimed success is shown as connected when the platform confirms it, and no sooner", async (context) => {
  const { app, provider, platform, browser } = context;
  const account = await begin(context, v3);
  const tab = await openTab(browser);
  await browser.url(new URL(callback(v3, account), platform.appUrl).href);
  const waiting = await app.until("the platform was asked twice", ({ steps }) => steps[4] === "active" && looks(platform).length >= 2);
  assert.deepEqual([waiting.card, waiting.connected, waiting.isReady], [undefined, [], false]);

  await tab.leave();
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  await browser.switchToWindow(tab.handle);
  assert.equal((await app.shows("ACTIVE")).card.id, account.id);
});

test("a claimed success that the platform never confirms ends in an error", async (context) => {
  const { app, platform, front } = context;
  const account = await begin(context, v3);
  const undo = hurry(front, 30);
  try {
    await app.open(callback(v3, account));
    const seen = await app.fails("timeout");
    assert.deepEqual([seen.card, seen.connected], [undefined, []]);
    assert.ok(seen.error.canRetry);
    assert.ok(looks(platform).length > 2);
    assert.deepEqual(statuses(platform), ["INITIATED"]);
  } finally {
    undo();
  }
});

test("a callback from another browser is not believed", async (context) => {
  const { app, provider, platform, fresh } = context;
  await begin(context, v3);
  await provider.agree("Melissa");
  await app.shows("ACTIVE");
  const [callbackUrl] = platform.returns();
  const before = looks(platform);

  await fresh();
  await app.open(callbackUrl);
  assertRefused(await app.fails("callback_unbound"), platform, before);
});

test("a callback that contradicts itself is not believed", async (context) => {
  const { app, platform } = context;
  const account = await begin(context, v3);
  await app.open(`${callback(v3, account)}&connectedAccountId=ca_other`);
  assertRefused(await app.fails("callback_invalid"), platform);
});
