import assert from "node:assert/strict";
import { scenarios } from "./support/scenarios.mjs";

const test = scenarios();
const inOneEngine = scenarios({ inOneEngine: true });

test("a redirect connects Gmail and keeps the app's own parameters", async ({ app, provider, platform, watch }) => {
  await app.open("/?tab=2&code=mine");
  assert.deepEqual(platform.calls(), []);
  await app.choose("gmail");
  await provider.asks();
  const before = platform.calls();
  const pageRequests = () => watch.requests().filter(({ url }) => url.includes("/api/connect/"));
  const asked = pageRequests();
  await provider.agree("Jessica");
  const seen = await app.shows("ACTIVE");

  // The limit: three requests from the click to the redirect, and one after the return. The gateway adds one of its own,
  // for the integration.
  assert.ok(asked.length <= 3, JSON.stringify(asked));
  assert.equal(pageRequests().length, asked.length + 1);
  assert.equal(before.length, asked.length + 1);
  assert.equal(before.filter(({ method }) => method === "POST").length, 1);
  assert.equal(platform.calls().length, before.length + 1);

  const [account, ...others] = platform.accounts();
  assert.deepEqual(others, []);
  assert.deepEqual([account.app, account.status, account.entityId], ["gmail", "ACTIVE", "Jessica"]);
  assert.deepEqual([seen.card.id, seen.card.entity], [account.id, "Jessica"]);
  assert.deepEqual(seen.steps, Array(5).fill("done"));
  assert.equal(seen.url, `${platform.appUrl}/?tab=2&code=mine`);
  assert.deepEqual(seen.connected.map(({ id, status }) => [id, status]), [[account.id, "ACTIVE"]]);
  assert.equal(seen.error, undefined);
  assert.deepEqual(seen.pending, []);
});

inOneEngine("a form and a redirect connect Zendesk", async ({ app, provider, platform }) => {
  await app.open();
  await app.choose("zendesk");
  const { fields } = await app.until("the form is shown", ({ isReady, fields }) => isReady && fields.length > 0);
  assert.deepEqual(fields.map(({ name, type }) => [name, type]), [["subdomain", "text"]]);
  await app.submit({ subdomain: "acme" });
  await provider.agree("Jessica");
  const seen = await app.shows("ACTIVE");

  const [account, ...others] = platform.accounts();
  assert.deepEqual(others, []);
  assert.deepEqual([account.app, account.status, account.data], ["zendesk", "ACTIVE", { subdomain: "acme" }]);
  assert.equal(seen.card.id, account.id);
  assert.equal(seen.url, `${platform.appUrl}/`);
});

inOneEngine("a denied consent connects nothing and shows access_denied", async ({ app, provider, platform }) => {
  await app.open();
  await app.choose("gmail");
  await provider.signIn("Jessica");
  await provider.deny();
  const seen = await app.fails("access_denied");

  assert.match(seen.error.text, /You said no to Gmail/);
  assert.ok(seen.error.canRetry);
  assert.equal(seen.card, undefined);
  assert.deepEqual(seen.connected, []);
  assert.deepEqual(seen.pending, []);
  assert.deepEqual(seen.steps, ["done", "done", "done", "failed", "waiting"]);
  assert.equal(seen.url, `${platform.appUrl}/`);
  assert.deepEqual(platform.accounts().map(({ status }) => status), ["FAILED"]);
});

inOneEngine("cancelling at the sign-in connects nothing, and trying again connects", async ({ app, provider, platform }) => {
  await app.open();
  await app.choose("gmail");
  await provider.cancel();
  const seen = await app.fails("access_denied");
  assert.deepEqual(seen.connected, []);
  await app.press("retry");
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  assert.deepEqual(platform.accounts().map(({ status }) => status), ["FAILED", "ACTIVE"]);
});

inOneEngine("the right password connects after a wrong one", async ({ app, provider, platform }) => {
  await app.open();
  await app.choose("gmail");
  await provider.signIn("Jessica", "not-the-password");
  await provider.refuses();
  assert.deepEqual(platform.accounts().map(({ status }) => status), ["INITIATED"]);
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  assert.deepEqual(platform.accounts().map(({ status }) => status), ["ACTIVE"]);
});

inOneEngine("an account is shown to its own entity only", async ({ app, provider, platform }) => {
  await app.open();
  await app.chooseEntity("Melissa");
  await app.choose("gmail");
  await provider.agree("Melissa");
  const seen = await app.shows("ACTIVE");
  assert.deepEqual([seen.entity, seen.card.entity, seen.connected.length], ["Melissa", "Melissa", 1]);
  assert.deepEqual(platform.accounts().map(({ entityId }) => entityId), ["Melissa"]);

  await app.chooseEntity("Jessica");
  await app.until("Jessica has no account", ({ entity, card, connected }) => entity === "Jessica" && !card && connected.length === 0);

  await app.choose("gmail");
  await provider.agree("Jessica");
  const jessica = await app.shows("ACTIVE");
  assert.deepEqual([jessica.card.entity, jessica.connected.length], ["Jessica", 1]);
  assert.deepEqual(platform.accounts().map(({ entityId, status }) => [entityId, status]), [["Melissa", "ACTIVE"], ["Jessica", "ACTIVE"]]);
});
