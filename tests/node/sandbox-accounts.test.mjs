import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { answerConsent, openBrowser } from "./browser.mjs";
import { connectAccount, openSandbox, platformOrigin, seeded } from "./sandbox.mjs";

const accounts = "/api/v3.1/connected_accounts";
const home = "https://app.test";

const createLink = async ({ post }) => (await post(`${accounts}/link`, { auth_config_id: seeded.gmail.id, user_id: "Jessica" })).body.redirect_url;

suite("disabling and enabling an account", () => {
  const flags = async ({ get }, { id }) => {
    const { body } = await get(`${accounts}/${id}`);
    return [body.status, body.is_disabled, body.status_reason, body.state.val.status];
  };
  const on = ["ACTIVE", false, null, "ACTIVE"];
  const off = ["INACTIVE", true, "Connection status updated by user", "INACTIVE"];

  test("changes its status, and may be repeated", async () => {
    const platform = openSandbox();
    const account = await connectAccount(platform);
    for (const [enabled, expected] of [[false, off], [false, off], [true, on], [true, on]]) {
      const { status, body } = await platform.patch(`${accounts}/${account.id}/status`, { enabled });
      assert.deepEqual([status, body], [200, { success: true }]);
      assert.deepEqual(await flags(platform, account), expected);
    }
  });

  test("moves it between the status filters of lists", async () => {
    const platform = openSandbox();
    const account = await connectAccount(platform);
    await platform.patch(`${accounts}/${account.id}/status`, { enabled: false });
    const count = async (path) => (await platform.get(path)).body.items.length;
    const cases = { [`${accounts}?statuses=INACTIVE`]: 1, [`${accounts}?statuses=ACTIVE`]: 0, [accounts]: 1 };
    for (const [path, expected] of Object.entries(cases)) assert.equal(await count(path), expected, path);
  });

  test("does not end a pending attempt", async () => {
    const platform = openSandbox();
    const url = await createLink(platform);
    const [{ id }] = platform.sandbox.accounts();
    await platform.patch(`${accounts}/${id}/status`, { enabled: false });
    assert.deepEqual((await flags(platform, { id })).slice(0, 3), ["INITIALIZING", true, null]);
    await answerConsent(platform.sandbox, url);
    assert.deepEqual(await flags(platform, { id }), off);
  });
});

suite("deleting an account", () => {
  test("removes it from the API, and answers 404 the second time", async () => {
    const platform = openSandbox();
    const kept = await connectAccount(platform);
    const account = await connectAccount(platform);
    for (const expected of [[200, true, undefined], [404, undefined, 606]]) {
      const { status, body } = await platform.delete(`${accounts}/${account.id}`);
      assert.deepEqual([status, body.success, body.error?.code], expected);
    }
    assert.deepEqual((await platform.get(accounts)).body.items.map(({ id }) => id), [kept.id]);
    assert.equal((await platform.get(`${accounts}/${account.id}`)).body.error.code, 606);
    assert.equal((await platform.get(`/api/v3.1/auth_configs/${seeded.gmail.id}`)).body.no_of_connections, 1);
    assert.deepEqual(platform.sandbox.accounts().map(({ isDeleted }) => isDeleted), [false, true]);
  });

  test("invalidates its link, and no code is exchanged for it", async () => {
    let exchanges = 0;
    const start = async () => ({ url: "https://as.example/?state=s1", session: null });
    const finish = async () => { exchanges += 1; return { ok: true, tokens: {} }; };
    const platform = openSandbox({ oauth: { start, finish } });
    const url = await createLink(platform);
    await openBrowser(platform.sandbox, "https://as.example").visit(url);
    await platform.delete(`${accounts}/${platform.sandbox.accounts()[0].id}`);
    assert.equal((await openBrowser(platform.sandbox).visit(url)).status, 404);
    assert.equal((await openBrowser(platform.sandbox).visit(`${platformOrigin}/api/v3/toolkits/auth/callback?code=c&state=s1`)).status, 400);
    assert.equal(exchanges, 0);
  });
});

const jsonRequest = (method, path, body) => [method, path, { body: typeof body === "string" ? body : JSON.stringify(body), headers: { "content-type": "application/json" } }];

/** name: [request, status, body] */
const refusals = {
  "refresh: unknown account": [() => jsonRequest("POST", `${accounts}/ca_nope/refresh`, {}), 404, /"code":606/],
  "refresh: unknown member": [({ id }) => jsonRequest("POST", `${accounts}/${id}/refresh`, { callback_url: home }), 400, /payload\.callback_url: is not a known/],
  "refresh: unknown parameter": [({ id }) => jsonRequest("POST", `${accounts}/${id}/refresh?redirectUrl=${home}`, {}), 400, /payload\.redirectUrl: is not a known/],
  "refresh: relative address in the query": [({ id }) => jsonRequest("POST", `${accounts}/${id}/refresh?redirect_url=/done`, {}), 400, /payload\.redirect_url: must be an http/],
  "refresh: relative address in the body": [({ id }) => jsonRequest("POST", `${accounts}/${id}/refresh`, { redirect_url: "/done" }), 400, /payload\.redirect_url: must be an http/],
  "refresh: text as a flag": [({ id }) => jsonRequest("POST", `${accounts}/${id}/refresh`, { validate_credentials: "no" }), 400, /validate_credentials: must be a boolean/],
  "refresh: form body": [({ id }) => ["POST", `${accounts}/${id}/refresh`, { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }], 400, /Content-Type/],
  "status: unknown account": [() => jsonRequest("PATCH", `${accounts}/ca_nope/status`, { enabled: true }), 404, /"code":606/],
  "status: missing flag": [({ id }) => jsonRequest("PATCH", `${accounts}/${id}/status`, {}), 400, /payload\.enabled: is required/],
  "status: text as a flag": [({ id }) => jsonRequest("PATCH", `${accounts}/${id}/status`, { enabled: "false" }), 400, /payload\.enabled: must be a boolean/],
  "status: unknown member": [({ id }) => jsonRequest("PATCH", `${accounts}/${id}/status`, { enabled: false, status: "INACTIVE" }), 400, /payload\.status: is not a known/],
  "status: no body": [({ id }) => ["PATCH", `${accounts}/${id}/status`], 400, /Content-Type/],
  "status: POST": [({ id }) => jsonRequest("POST", `${accounts}/${id}/status`, { enabled: false }), 404, /Cannot POST/],
  "delete: unknown account": [() => ["DELETE", `${accounts}/ca_nope`], 404, /"code":606/],
  "delete: wrong key": [({ id }) => ["DELETE", `${accounts}/${id}`, { headers: { "x-api-key": "other" } }], 401, /APIKey_InvalidAPIKey/],
  "list: misspelt filter": [() => ["GET", `${accounts}?user_id=Jessica`], 400, /payload\.user_id: is not a known parameter/],
  "list: the retired filter by label": [() => ["GET", `${accounts}?labels=primary`], 400, /payload\.labels: is not a known parameter/],
  "get: a parameter where there are none": [({ id }) => ["GET", `${accounts}/${id}?verbose=true`], 400, /payload\.verbose: is not a known parameter/],
};

suite("a request about an account is refused", () => {
  for (const [label, [request, status, message]] of Object.entries(refusals)) {
    test(label, async () => {
      const platform = openSandbox();
      const before = await connectAccount(platform);
      const answer = await platform.send(...request(before));
      assert.equal(answer.status, status);
      assert.match(JSON.stringify(answer.body), message);
      assert.deepEqual(platform.sandbox.accounts(), [before]);
    });
  }
});

suite("lists", () => {
  test("are paged by a cursor within their filters", async () => {
    const platform = openSandbox();
    const made = [];
    for (const user of ["Jessica", "Melissa", "Jessica", "Jessica"]) {
      platform.sandbox.advance(1);
      await platform.post(accounts, { auth_config: { id: seeded.firecrawl.id }, connection: { user_id: user, data: { api_key: "k" } } });
      if (user === "Jessica") made.unshift(platform.sandbox.accounts().at(-1));
    }
    const query = "user_ids=Jessica&limit=2";
    const one = (await platform.get(`${accounts}?${query}`)).body;
    const two = (await platform.get(`${accounts}?${query}&cursor=${one.next_cursor}`)).body;
    assert.deepEqual([...one.items, ...two.items].map(({ id }) => id), made.map(({ id }) => id));
    assert.deepEqual([one.total_items, one.total_pages, one.current_page, two.current_page, two.next_cursor], [3, 2, 1, 2, null]);
  });

  test("are ordered by creation or by last update", async () => {
    const platform = openSandbox();
    const ids = [];
    for (const _ of [1, 2, 3]) {
      platform.sandbox.advance(1000);
      ids.push((await connectAccount(platform)).id);
    }
    const [a, b, c] = ids;
    platform.sandbox.advance(1000);
    await platform.patch(`${accounts}/${a}/status`, { enabled: false });
    const order = async (query) => (await platform.get(`${accounts}?${query}`)).body.items.map(({ id }) => id);
    assert.deepEqual(await order("order_by=created_at"), [c, b, a]);
    assert.deepEqual(await order("order_by=created_at&order_direction=asc"), [a, b, c]);
    assert.deepEqual(await order("order_by=updated_at"), [a, c, b]);
    assert.deepEqual(await order("order_by=updated_at&order_direction=asc"), [b, c, a]);
  });

  test("of toolkits are filtered by category id", async () => {
    const slugs = (await openSandbox().get("/api/v3.1/toolkits?category=customer-support")).body.items.map(({ slug }) => slug);
    assert.deepEqual(slugs, ["zendesk", "acme_tickets"]);
  });
});
