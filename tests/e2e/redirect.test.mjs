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

inOneEngine("cancelling, a wrong password and a denied consent connect nothing, and trying again connects", async ({ app, provider, platform }) => {
  const statuses = () => platform.accounts().map(({ status }) => status);
  await app.open();
  await app.choose("gmail");
  await provider.cancel();
  const cancelled = await app.fails("access_denied");
  assert.deepEqual([cancelled.connected, statuses()], [[], ["FAILED"]]);

  await app.press("retry");
  await provider.signIn("Jessica", "not-the-password");
  await provider.refuses();
  assert.deepEqual(statuses(), ["FAILED", "INITIATED"]);
  await provider.signIn("Jessica");
  await provider.deny();
  const denied = await app.fails("access_denied");
  assert.match(denied.error.text, /You said no to Gmail/);
  assert.ok(denied.error.canRetry);
  assert.deepEqual([denied.card, denied.connected, denied.pending], [undefined, [], []]);
  assert.deepEqual(denied.steps.slice(3), ["failed", "waiting"]);
  assert.equal(denied.url, `${platform.appUrl}/`);
  assert.deepEqual(statuses(), ["FAILED", "FAILED"]);

  await app.press("retry");
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(), ["FAILED", "FAILED", "ACTIVE"]);
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
