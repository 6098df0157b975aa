import assert from "node:assert/strict";
import { putForward } from "./support/clock.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab } from "./support/tabs.mjs";

const test = scenarios();
const inOneEngine = scenarios({ inOneEngine: true });
const minute = 60_000;

const statuses = (platform) => platform.accounts().map(({ status }) => status);
const isWaitingForGmail = ({ isReady, pending }) => isReady && pending.length === 1 && pending[0].app === "gmail";

inOneEngine("a user who returns without a callback sees the pending attempt, and can check it or start over", async ({ app, provider, platform, browser }) => {
  await app.open();
  await app.choose("gmail");
  await provider.asks();
  await app.open();
  await app.until("the pending notice is shown", isWaitingForGmail);
  await browser.refresh();
  await app.until("the pending notice is still shown", isWaitingForGmail);

  await app.press("pending-check");
  const checked = await app.until("the check's result is shown", ({ isReady, pending }) => isReady && /Still INI/.test(pending[0]?.text));
  assert.deepEqual([checked.card, checked.connected, checked.error], [undefined, [], undefined]);
  assert.deepEqual(statuses(platform), ["INITIATED"]);

  await app.press("pending-restart");
  await provider.agree("Jessica");
  const seen = await app.shows("ACTIVE");
  assert.deepEqual(seen.pending, []);
  assert.deepEqual(statuses(platform), ["INITIATED", "ACTIVE"]);
  assert.equal(seen.card.id, platform.accounts()[1].id);
});

inOneEngine("an attempt whose link has expired ends as expired, and can be started over", async ({ app, platform, browser, provider, expectTrouble }) => {
  expectTrouble(/^status 410: GET/);
  platform.when("GET", "/link/*", () => platform.sandbox.advance(11 * minute));
  await app.open();
  await app.choose("gmail");
  await browser.$("h1=This link has expired").waitForExist();
  assert.deepEqual(platform.returns(), []);

  await browser.back();
  await app.until("the pending notice is shown", isWaitingForGmail);
  await app.press("pending-check");
  const seen = await app.fails("account_expired");
  assert.match(seen.error.text, /has expired/);
  assert.deepEqual([seen.connected, seen.pending], [[], []]);
  assert.deepEqual(statuses(platform), ["EXPIRED"]);

  await app.press("retry");
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["EXPIRED", "ACTIVE"]);
});

inOneEngine("a user who was connected but not sent back finds the account by checking again", async ({ app, provider, platform, browser }) => {
  await app.open();
  await app.choose("gmail");
  await provider.signIn("Jessica");
  // The platform completes the account, and then answers with an error page in place of the redirect.
  platform.sandbox.fault({ kind: "html", status: 200, path: "/api/v3/toolkits/auth/callback", handled: true });
  await provider.allow();
  await browser.$("h1=Bad gateway").waitForExist();

  await app.open();
  await app.until("the pending notice is shown", isWaitingForGmail);
  await app.press("pending-check");
  const seen = await app.shows("ACTIVE");
  assert.deepEqual([seen.card.id, seen.connected.length, seen.pending], [platform.accounts()[0].id, 1, []]);
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
});

test("the Back button at the provider leads to a working page with the pending attempt", async ({ app, provider, platform, browser }) => {
  await app.open();
  await app.choose("gmail");
  await provider.asks();
  await browser.back();
  const seen = await app.until("the pending notice is shown", isWaitingForGmail);
  assert.deepEqual([seen.card, seen.connected, seen.error, platform.accounts().length], [undefined, [], undefined, 1]);

  await browser.forward();
  await provider.asks();
  await browser.back();
  await app.until("the pending notice is shown again", isWaitingForGmail);
  assert.equal(platform.accounts().length, 1);

  await app.choose("gmail");
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["INITIATED", "ACTIVE"]);
});

inOneEngine("reloading the provider's page does not interrupt the connection", async ({ app, provider, platform, browser }) => {
  await app.open();
  await app.choose("gmail");
  await provider.asks();
  await browser.refresh();
  await provider.signIn("Jessica");
  await provider.shows("Allow access?");
  await browser.refresh();
  await provider.allow();
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
});

inOneEngine("a user who takes too long by the platform's clock gets account_expired", async ({ app, platform, provider }) => {
  await app.open();
  await app.choose("gmail");
  await provider.signIn("Jessica");
  platform.sandbox.advance(11 * minute);
  await provider.allow();
  const seen = await app.fails("account_expired");
  assert.deepEqual([seen.card?.status, seen.connected, seen.error.canRetry], [undefined, [], true]);
  assert.equal(seen.url, `${platform.appUrl}/`);
});

inOneEngine("a user who takes too long by the page's clock too gets flow_expired", async ({ app, platform, provider, front }) => {
  await app.open();
  await app.choose("gmail");
  await provider.signIn("Jessica");
  platform.sandbox.advance(11 * minute);
  const undo = putForward(front, 11 * minute);
  try {
    await provider.allow();
    const seen = await app.fails("flow_expired");
    assert.match(seen.error.text, /more than 10 minutes ago/);
    assert.deepEqual([seen.card, seen.connected, seen.error.canRetry], [undefined, [], true]);
    assert.equal(seen.url, `${platform.appUrl}/`);
    await app.press("retry");
    await provider.agree("Jessica");
    await app.shows("ACTIVE");
    assert.deepEqual(statuses(platform), ["EXPIRED", "ACTIVE"]);
  } finally {
    undo();
  }
});

inOneEngine("a clock that is set back by up to an hour during the attempt changes nothing", async (context) => {
  const { app, platform, provider, front } = context;
  for (const [back, end] of [[60 * minute, () => app.shows("ACTIVE")], [120 * minute, () => app.fails("flow_expired")]]) {
    await app.open();
    await app.choose("gmail");
    await provider.signIn("Jessica");
    const undo = putForward(front, -back);
    try {
      await provider.allow();
      await end();
    } finally {
      undo();
    }
  }
  // The platform has completed both accounts, the expired flow's too.
  assert.deepEqual(statuses(platform), ["ACTIVE", "ACTIVE"]);
});

inOneEngine("two tabs connect two apps at the same time", async ({ app, provider, platform, browser }) => {
  await app.open();
  const zendesk = await openTab(browser);
  await app.open();
  await app.choose("zendesk");
  const { fields } = await app.until("the form is shown", ({ isReady, fields }) => isReady && fields.length > 0);
  assert.deepEqual(fields.map(({ name, type }) => [name, type]), [["subdomain", "text"]]);
  await app.fill({ subdomain: "acme" });
  await zendesk.leave();
  await app.choose("gmail");
  await provider.asks();
  await browser.switchToWindow(zendesk.handle);
  await app.press("submit");
  await provider.signIn("Jessica");
  // The second sign-in waits for the first, since the provider renames its session at every sign-in.
  await provider.shows("Allow access?");
  await zendesk.leave();
  await provider.signIn("Jessica");
  await provider.shows("Allow access?");
  await browser.switchToWindow(zendesk.handle);
  await provider.allow();
  const [gmailAccount, zendeskAccount] = platform.accounts();
  assert.equal((await app.shows("ACTIVE")).card.id, zendeskAccount.id);
  await zendesk.leave();
  await provider.allow();
  assert.equal((await app.shows("ACTIVE")).card.id, gmailAccount.id);
  assert.deepEqual(platform.accounts().map(({ app, status }) => [app, status]), [["gmail", "ACTIVE"], ["zendesk", "ACTIVE"]]);
  assert.deepEqual(zendeskAccount.data, { subdomain: "acme" });
  const { connected, pending } = await app.open();
  assert.deepEqual(connected.map(({ id }) => id), [gmailAccount.id, zendeskAccount.id]);
  assert.deepEqual(pending, []);
});
