import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { answerConsent, browse, connect, minuteMs, openSandbox, origin, seeded } from "./support.mjs";

const v1 = "/api/v1/connectedAccounts";
const v3 = "/api/v3/connected_accounts";
const home = "https://app.example";
const shopifyData = { admin_api_access_token: "shpat_0123456789", shop: "acme" };

const beginLink = async ({ post }) => (await post(`${v3}/link`, { auth_config_id: seeded.gmail.id, user_id: "Jessica" })).body.redirect_url;

suite("switching an account off and on", () => {
  const flags = async ({ get }, { uuid, id }) => {
    const [old, now] = [(await get(`${v1}/${uuid}`)).body, (await get(`${v3}/${id}`)).body];
    return [old.status, old.isDisabled, old.enabled, now.status, now.is_disabled, now.status_reason, now.state.val.status];
  };
  const on = ["ACTIVE", false, true, "ACTIVE", false, null, "ACTIVE"];
  const off = ["ACTIVE", true, false, "INACTIVE", true, "Connection status updated by user", "INACTIVE"];

  /** name: [how to switch off, how to switch on, the answer] */
  const ways = {
    v1: [({ send }, { uuid }) => send("POST", `${v1}/${uuid}/disable`), ({ send }, { uuid }) => send("POST", `${v1}/${uuid}/enable`), [201, { status: "success" }]],
    "v1, with an empty object": [
      ({ post }, { uuid }) => post(`${v1}/${uuid}/disable`, {}), ({ post }, { uuid }) => post(`${v1}/${uuid}/enable`, {}), [201, { status: "success" }],
    ],
    v3: [({ patch }, { id }) => patch(`${v3}/${id}/status`, { enabled: false }), ({ patch }, { id }) => patch(`${v3}/${id}/status`, { enabled: true }), [200, { success: true }]],
  };
  for (const [label, [disable, enable, answer]] of Object.entries(ways)) {
    test(`${label}: both generations see it`, async () => {
      const platform = openSandbox();
      const account = await connect(platform);
      for (const [change, expected] of [[disable, off], [disable, off], [enable, on], [enable, on]]) {
        const { status, body } = await change(platform, account);
        assert.deepEqual([status, body], answer);
        assert.deepEqual(await flags(platform, account), expected);
      }
      assert.equal(platform.sandbox.accounts()[0].status, "ACTIVE", "the flag and the status are two things");
    });
  }

  test("lists tell them apart", async () => {
    const platform = openSandbox();
    const account = await connect(platform);
    await platform.patch(`${v3}/${account.id}/status`, { enabled: false });
    const count = async (path) => (await platform.get(path)).body.items.length;
    const cases = {
      [`${v1}?showDisabled=false`]: 0, [`${v1}?showDisabled=true`]: 1, [v1]: 1, [`${v1}?showActiveOnly=true`]: 1, [`${v1}?status=ACTIVE`]: 1,
      [`${v3}?statuses=INACTIVE`]: 1, [`${v3}?statuses=ACTIVE`]: 0, [v3]: 1,
    };
    for (const [path, expected] of Object.entries(cases)) assert.equal(await count(path), expected, path);
  });

  test("one that waits for its user goes on waiting", async () => {
    const platform = openSandbox();
    const url = await beginLink(platform);
    const [{ id, uuid }] = platform.sandbox.accounts();
    await platform.patch(`${v3}/${id}/status`, { enabled: false });
    assert.deepEqual((await flags(platform, { id, uuid })).slice(3, 6), ["INITIALIZING", true, null]);
    await answerConsent(platform, url);
    assert.deepEqual(await flags(platform, { id, uuid }), off);
  });
});

suite("deleting an account", () => {
  /** name: [path of the account, the answer, the answer to a second time] */
  const ways = {
    v1: [({ uuid }) => `${v1}/${uuid}`, [200, { status: "success", count: 1 }], [200, { status: "failed", count: 0 }]],
    v3: [({ id }) => `${v3}/${id}`, [200, { success: true }], [404, {}]],
  };
  for (const [label, [pathOf, once, twice]] of Object.entries(ways)) {
    test(`${label}: it is gone, except from v1 lists`, async () => {
      const platform = openSandbox();
      const kept = await connect(platform);
      const account = await connect(platform);
      for (const expected of [once, twice]) {
        const { status, body } = await platform.delete(pathOf(account));
        assert.deepEqual([status, body], expected);
      }
      const items = (await platform.get(v1)).body.items;
      assert.deepEqual(items.map(({ id, deleted }) => [id, deleted]), [[account.uuid, true], [kept.uuid, false]]);
      assert.deepEqual((await platform.get(v3)).body.items.map(({ id }) => id), [kept.id]);
      assert.equal((await platform.get(`${v1}/${account.uuid}`)).body.name, "ConnectedAccountNotFoundError");
      assert.equal((await platform.get(`${v3}/${account.id}`)).body.error.code, 1803);
      assert.equal((await platform.get(`/api/v3/auth_configs/${seeded.gmail.id}`)).body.no_of_connections, 1);
      assert.deepEqual(platform.sandbox.accounts().map(({ isDeleted }) => isDeleted), [false, true]);
    });
  }

  test("its link leads nowhere, and no code is exchanged for it", async () => {
    let exchanges = 0;
    const start = async () => ({ url: "https://as.example/?state=s1", session: null });
    const finish = async () => { exchanges += 1; return { ok: true, tokens: {} }; };
    const platform = openSandbox({ oauth: { start, finish } });
    const url = await beginLink(platform);
    await browse(platform, "https://as.example").visit(url);
    await platform.delete(`${v3}/${platform.sandbox.accounts()[0].id}`);
    assert.equal((await browse(platform).visit(url)).status, 404);
    assert.equal((await browse(platform).visit(`${origin}/api/v3/toolkits/auth/callback?code=c&state=s1`)).status, 400);
    assert.equal(exchanges, 0);
  });
});

suite("connection params", () => {
  /** name: [integration, what was typed, the answer] */
  const typed = {
    shopify: [seeded.shopify, shopifyData, "https://acme.myshopify.com", [["X-Shopify-Access-Token", "header", "shpat_0123456789"]]],
    firecrawl: [seeded.firecrawl, { api_key: "fc-1" }, "https://api.firecrawl.example", [["Authorization", "header", "Bearer fc-1"]]],
    acme_tickets: [seeded.acmeTickets, { username: "jess", password: "p€ss", subdomain: "help" }, "https://help.acme-tickets.example", [
      ["Authorization", "header", `Basic ${Buffer.from("jess:p€ss").toString("base64")}`], ["version", "query", "2"],
    ]],
    posthog: [seeded.posthog, { subdomain: "us.i", apiKey: "phx" }, "https://us.i.posthog.com", [["Authorization", "header", "Bearer phx"]]],
    "posthog on a server of one's own": [
      seeded.posthog, { subdomain: "us.i", apiKey: "phx", base_url: "https://hog.example" }, "https://hog.example", [["Authorization", "header", "Bearer phx"]],
    ],
  };
  for (const [label, [{ uuid: integrationId }, data, base_url, parameters]] of Object.entries(typed)) {
    test(`of ${label}`, async () => {
      const platform = openSandbox();
      const { body: { connectedAccountId } } = await platform.post(v1, { integrationId, data });
      const { status, body } = await platform.get(`${v1}/${connectedAccountId}/info`);
      assert.deepEqual([status, body], [200, { base_url, parameters: parameters.map(([name, place, value]) => ({ name, in: place, value })), body: {} }]);
    });
  }

  test("of an OAuth app have the access token in clear, a fresh one if need be", async () => {
    const platform = openSandbox();
    const { uuid, tokens } = await connect(platform);
    const token = async () => (await platform.get(`${v1}/${uuid}/info`)).body.parameters[0].value;
    assert.equal(await token(), `Bearer ${tokens.access_token}`);
    platform.sandbox.advance(60 * minuteMs);
    const fresh = await token();
    assert.notEqual(fresh, `Bearer ${tokens.access_token}`);
    assert.equal(fresh, `Bearer ${platform.sandbox.accounts()[0].tokens.access_token}`);
  });

  test("are refused for accounts that cannot be used", async () => {
    const platform = openSandbox();
    await beginLink(platform);
    const [{ uuid }] = platform.sandbox.accounts();
    const refusal = async () => {
      const { status, body } = await platform.get(`${v1}/${uuid}/info`);
      return [status, body.type, body.message];
    };
    assert.deepEqual(await refusal(), [400, "BadRequestError", "Connected account is not active"]);
    await platform.post(`${v1}/${uuid}/disable`);
    assert.deepEqual(await refusal(), [400, "BadRequestError", "Connected account is disabled"]);
  });

  test("do not exist in v3", async () => {
    const platform = openSandbox();
    const { id } = await connect(platform);
    assert.equal((await platform.get(`${v3}/${id}/info`)).status, 404);
  });
});

const unknown = "00000000-0000-4000-8000-000000000000";
const json = (method, path, body) => [method, path, { body: typeof body === "string" ? body : JSON.stringify(body), headers: { "content-type": "application/json" } }];

/** name: [request for an account, status, what the body says] */
const refusals = {
  "reinitiate: unknown account": [() => json("POST", `${v1}/${unknown}/reinitiate`, { data: {} }), 404, /ConnectedAccountNotFoundError/],
  "reinitiate: v3 id": [({ id }) => json("POST", `${v1}/${id}/reinitiate`, { data: {} }), 404, /ConnectedAccountNotFoundError/],
  "reinitiate: no data": [({ uuid }) => json("POST", `${v1}/${uuid}/reinitiate`, {}), 400, /"message":"data is required"/],
  "reinitiate: no body": [({ uuid }) => ["POST", `${v1}/${uuid}/reinitiate`], 400, /Content-Type must be/],
  "reinitiate: number in data": [({ uuid }) => json("POST", `${v1}/${uuid}/reinitiate`, { data: { a: 1 } }), 400, /data\.a must be a string/],
  "reinitiate: unknown member": [({ uuid }) => json("POST", `${v1}/${uuid}/reinitiate`, { data: {}, redirectUrl: home }), 400, /redirectUrl is not a known property/],
  "reinitiate: script as redirectUri": [({ uuid }) => json("POST", `${v1}/${uuid}/reinitiate`, { data: {}, redirectUri: "javascript:1" }), 400, /redirectUri must be an http/],
  "reinitiate: unknown parameter": [({ uuid }) => json("POST", `${v1}/${uuid}/reinitiate?redirectUri=${home}`, { data: {} }), 400, /redirectUri is not a known parameter/],
  "enable: unknown account": [() => ["POST", `${v1}/${unknown}/enable`], 404, /ConnectedAccountNotFoundError/],
  "enable: unknown member": [({ uuid }) => json("POST", `${v1}/${uuid}/enable`, { enabled: true }), 400, /enabled is not a known property/],
  "enable: broken JSON": [({ uuid }) => json("POST", `${v1}/${uuid}/enable`, "{"), 400, /not valid JSON/],
  "disable: GET": [({ uuid }) => ["GET", `${v1}/${uuid}/disable`], 404, /Cannot GET/],
  "disable: v3 id": [({ id }) => ["POST", `${v1}/${id}/disable`], 404, /ConnectedAccountNotFoundError/],
  "delete in v1: unknown account": [() => ["DELETE", `${v1}/${unknown}`], 404, /ConnectedAccountNotFoundError/],
  "delete in v1: all": [() => ["DELETE", `${v1}/all`], 404, /ConnectedAccountNotFoundError/],
  "info: unknown account": [() => ["GET", `${v1}/${unknown}/info`], 404, /ConnectedAccountNotFoundError/],
  "refresh: unknown account": [() => json("POST", `${v3}/ca_nope/refresh`, {}), 400, /"code":1803/],
  "refresh: v1 id": [({ uuid }) => json("POST", `${v3}/${uuid}/refresh`, {}), 400, /"code":1803/],
  "refresh: unknown member": [({ id }) => json("POST", `${v3}/${id}/refresh`, { callback_url: home }), 400, /payload\.callback_url: is not a known/],
  "refresh: unknown parameter": [({ id }) => json("POST", `${v3}/${id}/refresh?redirectUrl=${home}`, {}), 400, /payload\.redirectUrl: is not a known/],
  "refresh: relative address in the query": [({ id }) => json("POST", `${v3}/${id}/refresh?redirect_url=/done`, {}), 400, /payload\.redirect_url: must be an http/],
  "refresh: relative address in the body": [({ id }) => json("POST", `${v3}/${id}/refresh`, { redirect_url: "/done" }), 400, /payload\.redirect_url: must be an http/],
  "refresh: text as a flag": [({ id }) => json("POST", `${v3}/${id}/refresh`, { validate_credentials: "no" }), 400, /validate_credentials: must be a boolean/],
  "refresh: form": [({ id }) => ["POST", `${v3}/${id}/refresh`, { body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }], 400, /Content-Type/],
  "status: unknown account": [() => json("PATCH", `${v3}/ca_nope/status`, { enabled: true }), 404, /^\{\}$/],
  "status: v1 id": [({ uuid }) => json("PATCH", `${v3}/${uuid}/status`, { enabled: true }), 404, /^\{\}$/],
  "status: no flag": [({ id }) => json("PATCH", `${v3}/${id}/status`, {}), 400, /payload\.enabled: is required/],
  "status: text as a flag": [({ id }) => json("PATCH", `${v3}/${id}/status`, { enabled: "false" }), 400, /payload\.enabled: must be a boolean/],
  "status: unknown member": [({ id }) => json("PATCH", `${v3}/${id}/status`, { enabled: false, status: "INACTIVE" }), 400, /payload\.status: is not a known/],
  "status: no body": [({ id }) => ["PATCH", `${v3}/${id}/status`], 400, /Content-Type/],
  "status: POST": [({ id }) => json("POST", `${v3}/${id}/status`, { enabled: false }), 404, /Cannot POST/],
  "delete in v3: unknown account": [() => ["DELETE", `${v3}/ca_nope`], 404, /^\{\}$/],
  "delete in v3: v1 id": [({ uuid }) => ["DELETE", `${v3}/${uuid}`], 404, /^\{\}$/],
  "delete: wrong key": [({ id }) => ["DELETE", `${v3}/${id}`, { headers: { "x-api-key": "other" } }], 401, /HTTP_Unauthorized/],
  "list in v1: misspelt filter": [() => ["GET", `${v1}?entityid=Jessica`], 400, /entityid is not a known parameter/],
  "list in v3: misspelt filter": [() => ["GET", `${v3}?user_id=Jessica`], 400, /payload\.user_id: is not a known parameter/],
  "list in v3: the retired filter by label": [() => ["GET", `${v3}?labels=primary`], 400, /payload\.labels: is not a known parameter/],
  "get: a parameter where there are none": [({ uuid }) => ["GET", `${v1}/${uuid}?verbose=true`], 400, /verbose is not a known parameter/],
};

suite("what the life of an account does not allow", () => {
  for (const [label, [request, status, message]] of Object.entries(refusals)) {
    test(label, async () => {
      const platform = openSandbox();
      const before = await connect(platform);
      const answer = await platform.send(...request(before));
      assert.equal(answer.status, status);
      assert.match(JSON.stringify(answer.body), message);
      assert.deepEqual(platform.sandbox.accounts(), [before]);
    });
  }
});

suite("pages of lists", () => {
  test("v3 cursors say nothing else and keep to the filters; v1 counts pages", async () => {
    const platform = openSandbox();
    const made = [];
    for (const user of ["Jessica", "Melissa", "Jessica", "Jessica"]) {
      platform.sandbox.advance(1);
      await platform.post(v1, { integrationId: seeded.firecrawl.uuid, entityId: user, data: { api_key: "k" } });
      if (user === "Jessica") made.unshift(platform.sandbox.accounts().at(-1));
    }
    const query = "user_ids=Jessica&limit=2";
    const one = (await platform.get(`${v3}?${query}`)).body;
    const two = (await platform.get(`${v3}?${query}&cursor=${one.next_cursor}`)).body;
    assert.deepEqual([...one.items, ...two.items].map(({ id }) => id), made.map(({ id }) => id));
    assert.deepEqual([one.total_items, one.total_pages, one.current_page, two.current_page, two.next_cursor], [3, 2, 1, 2, null]);
    const pages = [];
    for (const page of [1, 2, 3]) pages.push((await platform.get(`${v1}?entityId=Jessica&pageSize=2&page=${page}`)).body);
    assert.deepEqual(pages.map(({ items, totalPages, page }) => [items.length, totalPages, page]), [[2, 2, 1], [1, 2, 2], [0, 2, 3]]);
  });

  test("v3 orders by creation and by the last change", async () => {
    const platform = openSandbox();
    const ids = [];
    for (const _ of [1, 2, 3]) {
      platform.sandbox.advance(1000);
      ids.push((await connect(platform)).id);
    }
    const [a, b, c] = ids;
    platform.sandbox.advance(1000);
    await platform.patch(`${v3}/${a}/status`, { enabled: false });
    const order = async (query) => (await platform.get(`${v3}?${query}`)).body.items.map(({ id }) => id);
    assert.deepEqual(await order("order_by=created_at"), [c, b, a]);
    assert.deepEqual(await order("order_by=created_at&order_direction=asc"), [a, b, c]);
    assert.deepEqual(await order("order_by=updated_at"), [a, c, b]);
    assert.deepEqual(await order("order_by=updated_at&order_direction=asc"), [b, c, a]);
  });

  test("v3 finds toolkits by the category's id", async () => {
    const slugs = (await openSandbox().get("/api/v3/toolkits?category=customer-support")).body.items.map(({ slug }) => slug);
    assert.deepEqual(slugs, ["zendesk", "acme_tickets"]);
  });
});
