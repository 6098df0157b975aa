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

test("a javascript: URL from the platform is refused", async ({ app, platform, browser }) => {
  const hostile = { link_token: "lk_1", connected_account_id: "ca_hostile", redirect_url: "javascript://localhost/%0adocument.title='hacked'" };
  platform.sandbox.fault({ kind: "status", status: 201, method: "POST", body: hostile });
  await app.open();
  const title = await browser.getTitle();
  await app.choose("gmail");
  const seen = await app.fails("redirect_refused");
  assert.deepEqual([seen.url, seen.title, seen.pending], [`${platform.appUrl}/`, title, []]);
});
