// The project verifies identities: users return to the page with a session alone, which the demo's gateway completes.
import assert from "node:assert/strict";
import { scenarios } from "./support/scenarios.mjs";
import { popup } from "./support/tabs.mjs";

const test = scenarios({ inOneEngine: true, verifierPath: "/?tab=2" });

const completePath = "/api/v3.1/connected_accounts/complete_auth";
const completions = (platform) => platform.exchanges().filter(({ path }) => path === completePath).map(({ status, body }) => [status, JSON.parse(body).user_id]);
const sessionOf = (platform) => new URL(platform.returns().at(-1)).searchParams.get("session_uri");
const statuses = (platform) => platform.accounts().map(({ status }) => status);

/** Asserts that the account of the shown card is connected by one request, and that the session is in no address and no storage. */
async function assertConnected({ app, browser, platform }) {
  const seen = await app.shows("ACTIVE");
  const [{ id, status, entityId }] = platform.accounts();
  assert.deepEqual([seen.card.id, status, entityId, seen.pending], [id, "ACTIVE", "Jessica", []]);
  assert.deepEqual(completions(platform), [[200, "Jessica"]]);
  const [address, stored] = await browser.execute(() => [location.href, JSON.stringify([{ ...localStorage }, { ...sessionStorage }])]);
  const session = sessionOf(platform);
  assert.ok(session && !address.includes(session) && !stored.includes(session));
  return address;
}

test("a session that returns to the page connects Gmail", async (context) => {
  const { app, provider, platform } = context;
  await app.open();
  await app.choose("gmail");
  await provider.agree("Jessica");
  assert.equal(await assertConnected(context), `${platform.appUrl}/?tab=2`);
});

test("a session that returns to the popup connects Gmail in the waiting page, and the popup closes", async (context) => {
  const { app, browser, provider, platform } = context;
  await app.open();
  await app.chooseMode("popup");
  await app.choose("gmail");
  await app.until("the connect button is ready", ({ isReady, steps }) => isReady && steps[1] === "active");
  const window = await popup(browser, () => app.press("submit"));
  await provider.agree("Jessica");
  await window.closed();
  assert.equal(await assertConnected(context), `${platform.appUrl}/`);
});

test("a session is sent once, though its page is reloaded and opened again", async (context) => {
  const { app, browser, provider, platform } = context;
  await app.open();
  await app.choose("gmail");
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  const [url] = platform.returns();
  await browser.refresh();
  await app.ready();
  await app.open(url);
  const { card } = await app.shows("ACTIVE");
  assert.equal(card.id, platform.accounts()[0].id);
  assert.deepEqual(completions(platform), [[200, "Jessica"]]);
});

test("a session in a browser without an attempt is refused and not sent", async (context) => {
  const { app, browser, provider, platform } = context;
  await app.open();
  await app.choose("gmail");
  await provider.asks();
  const atProvider = await browser.getUrl();
  await app.open();
  await browser.execute(() => localStorage.clear());
  await browser.url(atProvider);
  await provider.agree("Jessica");
  const { card, connected } = await app.fails("callback_unbound");
  assert.deepEqual([card, connected, completions(platform), statuses(platform)], [undefined, [], [], ["INITIATED"]]);
});
