import assert from "node:assert/strict";
import { scenarios } from "./support/scenarios.mjs";
import { traces } from "./support/traces.mjs";
import { withoutWasm } from "./support/without-wasm.mjs";

const test = scenarios();
const inOneEngine = scenarios({ inOneEngine: true });
const secret = "shpat_0123456789-very-secret";

test("an API key connects Shopify and leaves no trace in the browser", async ({ app, platform, browser, watch }) => {
  await app.open();
  await app.choose("shopify");
  const { fields } = await app.until("the form is shown", ({ isReady, fields }) => isReady && fields.length > 0);
  assert.deepEqual(Object.fromEntries(fields.map(({ name, type }) => [name, type])), {
    admin_api_access_token: "password",
    shop: "text",
  });
  await app.submit({ admin_api_access_token: secret, shop: "acme" });
  const seen = await app.shows("ACTIVE");

  const [account, ...others] = platform.accounts();
  assert.deepEqual(others, []);
  assert.deepEqual([account.status, account.entityId], ["ACTIVE", "Jessica"]);
  assert.deepEqual(account.data, { admin_api_access_token: secret, shop: "acme" });
  assert.equal(seen.card.id, account.id);
  assert.deepEqual(seen.pending, []);

  // The key is in one request and in no answer.
  assert.deepEqual(platform.exchanges().filter(({ body }) => body.includes(secret)).map(({ method }) => method), ["POST"]);
  assert.deepEqual(platform.exchanges().filter(({ text }) => text.includes(secret)), []);
  assert.deepEqual(await traces({ browser, watch, of: secret }), []);

  // After a second visit, and after going back to the page with the form.
  await app.open("/?again");
  await app.until("the account is listed", ({ connected }) => connected[0]?.status === "ACTIVE");
  assert.deepEqual(platform.exchanges().filter(({ text }) => text.includes(secret)), []);
  await browser.back();
  await app.ready();
  assert.deepEqual(await traces({ browser, watch, of: secret }), []);
});

test("a missing field is marked, and nothing is sent", async ({ app, platform }) => {
  await app.open();
  await app.choose("shopify");
  await app.submit({ admin_api_access_token: secret });
  const seen = await app.fails("fields_invalid");
  assert.deepEqual(seen.fields.filter(({ isInvalid }) => isInvalid).map(({ name }) => name), ["shop"]);
  assert.equal(seen.focused, "field-shop");
  assert.equal(seen.fields.find(({ name }) => name === "admin_api_access_token").value, secret);
  assert.deepEqual(platform.calls("POST"), []);

  await app.fill({ shop: "acme" });
  await app.until("the mark and the alert are gone", ({ fields, error }) => !error && !fields.some(({ isInvalid }) => isInvalid));
  await app.press("submit");
  await app.shows("ACTIVE");
  assert.equal(platform.calls("POST").length, 1);
});

test("the keyboard alone connects Shopify", async ({ app, platform, browser }) => {
  const tabTo = async (testId) => {
    for (let presses = 0; presses < 40; presses += 1) {
      if ((await app.read()).focused === testId) return;
      await browser.keys("Tab");
    }
    assert.fail(`${testId} cannot be reached with the Tab key`);
  };
  await app.open();
  await tabTo("app-shopify");
  await browser.keys("Enter");
  await app.until("a field of the form has the focus", ({ isReady, focused }) => isReady && focused?.startsWith("field-"));
  for (const [name, value] of [["admin_api_access_token", secret], ["shop", "acme"]]) {
    await tabTo(`field-${name}`);
    await browser.keys([...value]);
  }
  await browser.keys("Enter");
  const seen = await app.shows("ACTIVE");
  assert.deepEqual(platform.accounts()[0].data, { admin_api_access_token: secret, shop: "acme" });
  assert.equal(seen.focused, "H4");
});

inOneEngine("an app without credentials loads visibly and needs no connection", async ({ app, platform }) => {
  await app.open();
  let loading;
  platform.when("GET", "/api/v3*", async () => ({ loading } = await app.read()));
  await app.choose("hackernews");
  await app.until("step 1 is done", ({ isReady, steps }) => isReady && steps[0] === "done");
  const seen = await app.read();
  assert.equal(loading, "Loading what Hacker News needs…");
  assert.deepEqual([seen.loading, seen.error, seen.card, seen.connected], [undefined, undefined, undefined, []]);
  assert.deepEqual(platform.calls("POST"), []);
});

inOneEngine("the platform's key stays on the server", async ({ app, provider, platform, browser, watch }) => {
  await app.open();
  await app.choose("gmail");
  await provider.agree("Jessica");
  const { card } = await app.shows("ACTIVE");
  const [{ key }] = platform.exchanges().filter(({ path }) => path.startsWith("/api/"));
  assert.match(key, /^\w{32}$/);
  assert.deepEqual(await traces({ browser, watch, of: key }), []);

  const loaded = await browser.execute(() => [location.href, ...performance.getEntriesByType("resource").map(({ name }) => name)]);
  const files = new Set([...watch.urls(), ...loaded].filter((url) => url.startsWith(platform.appUrl) && !/\/(api|e2e)\//.test(url)));
  const module = withoutWasm ? /connect_flow_js/ : /\.wasm$/;
  assert.ok([/main\.js$/, module].every((name) => [...files].some((url) => name.test(url))), [...files].join("\n"));
  const asked = ["toolkits/gmail", "auth_configs", `connected_accounts/${card.id}`, "connected_accounts/ca_unknown", "org/project/config"];
  const answers = asked.map((path) => `${platform.appUrl}/api/connect/api/v3/${path}`);
  for (const url of [...files, ...answers]) {
    const response = await fetch(url);
    const text = JSON.stringify([...response.headers]) + Buffer.from(await response.arrayBuffer()).toString("latin1");
    assert.ok(!text.includes(key), url);
  }
});
