import assert from "node:assert/strict";
import { scenarios } from "./support/scenarios.mjs";

const test = scenarios({ inOneEngine: true });

test("a failed initiate is not retried automatically", async ({ app, provider, platform, expectTrouble }) => {
  expectTrouble(/^status 500: POST/);
  const recover = platform.sandbox.fault({ kind: "status", status: 500, method: "POST", path: /connected_accounts/, times: 5 });
  await app.open();
  await app.choose("gmail");
  const seen = await app.fails("server");
  assert.match(seen.error.text, /may have been created/);
  assert.deepEqual([seen.card, seen.connected, seen.pending], [undefined, [], []]);
  assert.equal(platform.calls("POST").length, 1);

  recover();
  await app.press("retry");
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
  assert.equal(platform.accounts().length, 1);
});

test("a GET with 429 is retried after its retry-after", async ({ app, provider, platform, expectTrouble }) => {
  expectTrouble(/^status 429: GET/);
  platform.sandbox.fault({ kind: "status", status: 429, retryAfter: 1, method: "GET", path: "/api/*" });
  await app.open();
  await app.choose("gmail");
  await provider.asks();
  const [first] = platform.calls("GET");
  // A concurrent request is not retried along with it.
  const [limited, retried, ...more] = platform.calls("GET").filter(({ path }) => path === first.path);
  assert.deepEqual([limited.status, retried.status, more], [429, 200, []]);
  assert.ok(retried.atMs - limited.atMs >= 1000, `${retried.atMs - limited.atMs} ms`);
  await provider.agree("Jessica");
  await app.shows("ACTIVE");
});

test("an HTML page in place of an answer ends in a server error", async ({ app, platform, expectTrouble }) => {
  expectTrouble(/^status 502: GET/);
  platform.sandbox.fault({ kind: "html", status: 200, method: "GET", path: "/api/*", times: 10 });
  await app.open();
  await app.choose("gmail");
  // The gateway answers with a JSON error in place of the HTML.
  const seen = await app.fails("server");
  assert.match(seen.error.text, /trouble/);
  assert.equal(seen.steps[0], "failed");
  assert.deepEqual(platform.accounts(), []);
});

test("a javascript: URL from the platform is refused", async ({ app, platform, browser }) => {
  const hostile = { link_token: "lk_1", connected_account_id: "ca_hostile", redirect_url: "javascript://localhost/%0adocument.title='hacked'" };
  platform.sandbox.fault({ kind: "status", status: 201, method: "POST", body: hostile });
  await app.open();
  const title = await browser.getTitle();
  await app.choose("gmail");
  const seen = await app.fails("redirect_refused");
  assert.deepEqual([seen.url, seen.title, seen.pending], [`${platform.appUrl}/`, title, []]);
});

test("a 503 when the user returns is retried", async ({ app, provider, platform, expectTrouble }) => {
  expectTrouble(/^status 503: GET/);
  await app.open();
  await app.choose("gmail");
  await provider.signIn("Jessica");
  platform.sandbox.fault({ kind: "status", status: 503, method: "GET", path: /connected_accounts\/ca_/ });
  await provider.allow();
  await app.shows("ACTIVE");
});

test("a submit without a network fails, and trying again connects one account", async ({ app, platform, front, watch, expectTrouble }) => {
  expectTrouble(/: .*\/api\/connect\//);
  await app.open();
  await app.choose("shopify");
  await app.fill({ admin_api_access_token: "shpat_1", shop: "acme" });
  const restore = front.cutOff("/api/connect/");
  await app.press("submit");
  const seen = await app.fails("network");
  assert.match(seen.error.text, /could not be reached/);
  assert.equal(watch.requests().filter(({ method }) => method === "POST").length, 1);
  assert.deepEqual(platform.accounts(), []);
  restore();

  await app.press("retry");
  await app.submit({ admin_api_access_token: "shpat_1", shop: "acme" });
  await app.shows("ACTIVE");
  assert.equal(platform.accounts().length, 1);
});
