import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { browse, connect, minuteMs, openSandbox, origin, seeded } from "./support.mjs";

const v1 = "/api/v1/connectedAccounts";
const v3 = "/api/v3/connected_accounts";
const profile = { sub: "sandbox-user", email: "user@sandbox.example" };
const unknown = "00000000-0000-4000-8000-000000000000";

const execute = {
  v1: ({ post }, action, body) => post(`/api/v2/actions/${action}/execute`, body),
  v3: ({ post }, action, body) => post(`/api/v3/tools/execute/${action}`, body),
};

/** What an answer says, spelt alike for both generations. */
const read = ({ status, body }) => [status, body.successfull ?? body.successful, body.error, body.data];

async function shop(platform, token = "shpat_1", entityId = "Jessica") {
  const data = { admin_api_access_token: token, shop: "acme" };
  await platform.post(v1, { integrationId: seeded.shopify.uuid, entityId, data });
  return platform.sandbox.accounts().at(-1);
}

suite("what an action is", () => {
  test("v1 describes it by its app", async () => {
    const { status, body } = await openSandbox().get("/api/v1/actions/FIRECRAWL_SCRAPE");
    assert.deepEqual([status, body.name, body.appKey, body.appName, body.parameters.required], [200, "FIRECRAWL_SCRAPE", "firecrawl", "firecrawl", ["url"]]);
    assert.deepEqual(body.parameters.properties, { url: { type: "string", title: "url", description: "Address of the page." } });
    assert.equal(body.appId, (await openSandbox().get("/api/v1/apps/firecrawl")).body.appId);
  });

  test("v3 describes it by its toolkit", async () => {
    const { get } = openSandbox();
    const { status, body } = await get("/api/v3/tools/FIRECRAWL_SCRAPE?version=latest");
    assert.deepEqual([status, body.slug, body.toolkit.slug, body.no_auth, body.input_parameters.required], [200, "FIRECRAWL_SCRAPE", "firecrawl", false, ["url"]]);
    const hackernews = (await get("/api/v3/tools/HACKERNEWS_GET_TOP")).body;
    assert.deepEqual([hackernews.no_auth, hackernews.input_parameters.required], [true, []]);
  });
});

suite("executing an action", () => {
  test("v1 misspells its success, and knows no other word for it", async () => {
    const platform = openSandbox();
    const { uuid } = await connect(platform);
    const { status, body } = await execute.v1(platform, "GMAIL_GET_PROFILE", { connectedAccountId: uuid, appName: "Gmail", input: {} });
    assert.equal(status, 200);
    assert.match(body.logId, /^log_\w{12}$/);
    assert.deepEqual(body, { data: profile, error: null, successfull: true, logId: body.logId, sessionInfo: {} });
  });

  test("v3", async () => {
    const platform = openSandbox();
    const { id } = await connect(platform);
    const { status, body } = await execute.v3(platform, "GMAIL_GET_PROFILE", { connected_account_id: id, user_id: "Jessica", arguments: { user_id: "me" } });
    assert.equal(status, 200);
    assert.deepEqual(body, { data: profile, error: null, successful: true, log_id: body.log_id, session_info: {} });
  });

  /** name: [generation, action, body with the account's ids, what the answer says] */
  const ways = {
    "v1, by the entity": ["v1", "SHOPIFY_GET_SHOP", () => ({ entityId: "Jessica", input: {} }), { shop: { name: "acme", domain: "acme.myshopify.com" } }],
    "v1, every member": ["v1", "SHOPIFY_GET_SHOP", ({ uuid }) => ({
      connectedAccountId: uuid, entityId: "Jessica", appName: "shopify", input: {}, customDescription: "d", systemPrompt: "s",
      sessionInfo: { sessionId: "1" }, version: "1", allowTracing: true,
    }), { shop: { name: "acme", domain: "acme.myshopify.com" } }],
    "v1, by text": ["v1", "SHOPIFY_GET_SHOP", ({ uuid }) => ({ connectedAccountId: uuid, text: "which shop?" }), { shop: { name: "acme", domain: "acme.myshopify.com" } }],
    "v1, without an account": ["v1", "HACKERNEWS_GET_TOP", () => ({ appName: "hackernews", input: {} }), undefined],
    "v1, with auth params": ["v1", "FIRECRAWL_SCRAPE", () => ({ authConfig: { parameters: [] }, input: { url: "https://a.example" } }), {
      url: "https://a.example", markdown: "# https://a.example",
    }],
    "v3, by the user": ["v3", "SHOPIFY_GET_SHOP", () => ({ user_id: "Jessica", arguments: {} }), { shop: { name: "acme", domain: "acme.myshopify.com" } }],
    "v3, by the user's old name": ["v3", "SHOPIFY_GET_SHOP", ({ id }) => ({ connected_account_id: id, entity_id: "Jessica", arguments: {} }), {
      shop: { name: "acme", domain: "acme.myshopify.com" },
    }],
    "v3, by text": ["v3", "SHOPIFY_GET_SHOP", () => ({ user_id: "Jessica", text: "which shop?", version: "latest", allow_tracing: false }), {
      shop: { name: "acme", domain: "acme.myshopify.com" },
    }],
    "v3, without a user": ["v3", "HACKERNEWS_GET_TOP", () => ({ arguments: {} }), undefined],
    "v3, with auth params": ["v3", "SHOPIFY_GET_SHOP", () => ({
      custom_auth_params: { base_url: "https://b.myshopify.com", parameters: [{ name: "x-shopify-access-token", in: "header", value: "t" }], body: { a: 1 } }, arguments: {},
    }), { shop: { name: "b", domain: "b.myshopify.com" } }],
    "v3, with connection data": ["v3", "SHOPIFY_GET_SHOP", () => ({
      custom_connection_data: { authScheme: "API_KEY", toolkitSlug: "shopify", val: { shop: "c", admin_api_access_token: "t" } }, arguments: {},
    }), { shop: { name: "c", domain: "c.myshopify.com" } }],
  };
  for (const [label, [generation, action, body, data]] of Object.entries(ways)) {
    test(label, async () => {
      const platform = openSandbox();
      const answer = await execute[generation](platform, action, body(await shop(platform)));
      assert.deepEqual(read(answer), [200, true, null, data ?? answer.body.data]);
      assert.ok(data || answer.body.data.stories.length > 0);
    });
  }

  test("the user's account is the newest that can be used", async () => {
    const platform = openSandbox();
    const accounts = [];
    for (const token of ["one", "two", "three", "four"]) {
      platform.sandbox.advance(1);
      accounts.push(await shop(platform, token));
    }
    platform.sandbox.advance(1);
    await shop(platform, "bad", "Melissa");
    await platform.delete(`${v3}/${accounts[3].id}`);
    await platform.post(`${v1}/${accounts[2].uuid}/disable`);
    // Of two that are left, the older would fail.
    await platform.post(`${v1}/${accounts[0].uuid}/reinitiate`, { data: { admin_api_access_token: "bad" } });
    for (const [generation, body] of [["v1", { entityId: "Jessica", input: {} }], ["v3", { user_id: "Jessica", arguments: {} }]]) {
      assert.equal(read(await execute[generation](platform, "SHOPIFY_GET_SHOP", body))[1], true);
      await platform.post(`${v1}/${accounts[1].uuid}/disable`);
      assert.equal(read(await execute[generation](platform, "SHOPIFY_GET_SHOP", body))[1], false);
      await platform.post(`${v1}/${accounts[1].uuid}/enable`);
    }
  });

  test("of gmail works with a bearer token, if the authorization server knows it", async () => {
    const platform = openSandbox();
    const { tokens } = await connect(platform);
    const { body: { auth_config: { id } } } = await platform.post("/api/v3/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_custom_auth", authScheme: "BEARER_TOKEN" } });
    for (const [token, isSuccessful] of [[tokens.access_token, true], ["guess", false]]) {
      await platform.post(v3, { auth_config: { id }, connection: { user_id: "Melissa", data: { token } } });
      platform.sandbox.advance(1);
      assert.equal(read(await execute.v3(platform, "GMAIL_GET_PROFILE", { user_id: "Melissa", arguments: {} }))[1], isSuccessful);
    }
    assert.equal(platform.sandbox.accounts().at(-1).status, "ACTIVE", "a wrong token is not found out");
  });
});

suite("failing within a 200", () => {
  /** name: [action, values, the token of the shop, error, status code] */
  const failures = {
    "the app refuses": ["SHOPIFY_GET_SHOP", {}, "bad", "Invalid API key or access token", 401],
    "a value is missing": ["FIRECRAWL_SCRAPE", {}, "ok", "Invalid request data provided\n- url is required", null],
    "a value of the wrong type": ["FIRECRAWL_SCRAPE", { url: 1 }, "ok", "Invalid request data provided\n- url must be a non-empty string", null],
    "a value that nobody knows": ["FIRECRAWL_SCRAPE", { url: "u", uri: "u" }, "ok", "Invalid request data provided\n- uri is not a known property", null],
  };
  for (const [label, [action, values, token, error, statusCode]] of Object.entries(failures)) {
    test(label, async () => {
      const platform = openSandbox();
      await shop(platform, token);
      await platform.post(v1, { integrationId: seeded.firecrawl.uuid, entityId: "Jessica", data: { api_key: "k" } });
      assert.deepEqual(read(await execute.v1(platform, action, { entityId: "Jessica", input: values })), [200, false, error, {}]);
      const data = { ...(statusCode && { http_error: `HTTP error ${statusCode}` }), status_code: statusCode, message: error };
      assert.deepEqual(read(await execute.v3(platform, action, { user_id: "Jessica", arguments: values })), [200, false, error, data]);
    });
  }

  test("auth params of one's own without the one that counts", async () => {
    const platform = openSandbox();
    for (const parameters of [[], [{ name: "X-Shopify-Access-Token", in: "query", value: "t" }]]) {
      const { body } = await execute.v3(platform, "SHOPIFY_GET_SHOP", { custom_auth_params: { parameters }, arguments: {} });
      assert.deepEqual([body.successful, body.data.status_code], [false, 401]);
    }
  });

  test("text is not understood", async () => {
    const platform = openSandbox();
    await platform.post(v1, { integrationId: seeded.firecrawl.uuid, data: { api_key: "k" } });
    assert.equal(read(await execute.v3(platform, "FIRECRAWL_SCRAPE", { text: "read https://a.example" }))[1], false);
  });
});

const profileOf = (platform, { uuid }) => execute.v1(platform, "GMAIL_GET_PROFILE", { connectedAccountId: uuid, input: {} });
const revoke = ({ sandbox }, token) =>
  sandbox.fetch(new Request(`${origin}/oauth/revoke`, { method: "POST", body: new URLSearchParams({ token }) }));

/** Whether the authorization server takes an access token. */
async function works(platform, { access_token }) {
  const parameters = [{ name: "Authorization", in: "header", value: `Bearer ${access_token}` }];
  return read(await execute.v1(platform, "GMAIL_GET_PROFILE", { authConfig: { parameters }, input: {} }))[1];
}

suite("tokens that end", () => {
  test("an expired access token is renewed, once for all who ask, and the refresh token with it", async () => {
    const platform = openSandbox();
    const before = await connect(platform);
    assert.equal(before.accessTokenExpiresAtMs - before.createdAtMs, 60 * minuteMs);
    platform.sandbox.advance(60 * minuteMs - 1);
    await profileOf(platform, before);
    assert.equal(platform.sandbox.accounts()[0].tokens.access_token, before.tokens.access_token, "not before its time");
    platform.sandbox.advance(1);
    const answers = await Promise.all([profileOf(platform, before), profileOf(platform, before), profileOf(platform, before)]);
    assert.deepEqual(answers.map(read), Array(3).fill([200, true, null, profile]));
    const [after] = platform.sandbox.accounts();
    assert.notEqual(after.tokens.access_token, before.tokens.access_token);
    assert.notEqual(after.tokens.refresh_token, before.tokens.refresh_token);
    assert.equal(after.accessTokenExpiresAtMs - before.createdAtMs, 120 * minuteMs);
    assert.equal(after.status, "ACTIVE");
    assert.deepEqual([await works(platform, after.tokens), await works(platform, before.tokens)], [true, false]);
    platform.sandbox.advance(60 * minuteMs);
    assert.equal(read(await profileOf(platform, before))[1], true, "and again, with the new refresh token");
  });

  test("an access token that was revoked is renewed where its refresh token still works", async () => {
    let rejected = "";
    const tokens = (n) => ({ access_token: `at-${n}`, refresh_token: `rt-${n}`, expires_in: "3600" });
    const platform = openSandbox({ oauth: {
      start: async () => ({ url: "https://as.example/?state=s1", session: null }),
      finish: async () => ({ ok: true, tokens: { ...tokens(1), scope: "openid" } }),
      refresh: async ({ tokens: { refresh_token } }) => ({ ok: true, tokens: tokens(Number(refresh_token.slice(3)) + 1) }),
      userinfo: async ({ tokens: { access_token } }) => (access_token === rejected ? { ok: false, error: "invalid_token" } : { ok: true, claims: { access_token } }),
    } });
    const account = await activate(platform);
    rejected = "at-1";
    assert.deepEqual(read(await profileOf(platform, account)), [200, true, null, { access_token: "at-2" }]);
    assert.deepEqual(platform.sandbox.accounts()[0].tokens, { ...tokens(2), scope: "openid" }, "what the answer left out stays");
    platform.sandbox.advance(60 * minuteMs);
    rejected = "at-3";
    assert.deepEqual(read(await profileOf(platform, account)), [200, false, "invalid_token", {}], "a new one that is refused is not renewed");
  });

  test("a revoked refresh token ends the account, until the user comes back", async () => {
    const platform = openSandbox();
    const account = await connect(platform);
    assert.equal((await revoke(platform, account.tokens.refresh_token)).status, 200);
    assert.deepEqual(read(await profileOf(platform, account)), [200, false, "Token has been expired or revoked.", {}]);
    const { body } = await platform.get(`${v3}/${account.id}`);
    assert.deepEqual([body.status, body.status_reason], ["EXPIRED", "Permanent auth error during token refresh"]);
    assert.deepEqual(body.state.val, { status: "EXPIRED", expired_at: "2026-01-16T10:00:00.000Z" });
    assert.equal((await platform.get(`${v1}/${account.uuid}`)).body.status, "EXPIRED");
    assert.deepEqual(platform.sandbox.accounts()[0].tokens, {});
    const { status, body: gone } = await execute.v3(platform, "GMAIL_GET_PROFILE", { connected_account_id: account.id, user_id: "Jessica", arguments: {} });
    assert.deepEqual([status, gone.error.code, gone.error.slug], [410, 1820, "ActionExecute_ConnectedAccountExpired"]);
    const { body: { redirect_url } } = await platform.post(`${v3}/${account.id}/refresh`, {});
    const browser = browse(platform);
    await browser.submit(await browser.visit(redirect_url), { decision: "allow" });
    assert.equal(read(await profileOf(platform, account))[1], true);
  });

  async function activate(platform) {
    const { body } = await platform.post(`${v3}/link`, { auth_config_id: seeded.gmail.id, user_id: "Jessica" });
    await browse(platform, "https://as.example").visit(body.redirect_url);
    await browse(platform).visit(`${origin}/api/v3/toolkits/auth/callback?code=c&state=s1`);
    return platform.sandbox.accounts()[0];
  }

  const port = (more) => ({
    start: async () => ({ url: "https://as.example/?state=s1", session: null }),
    finish: async () => ({ ok: true, tokens: { access_token: "at", refresh_token: "rt", expires_in: 60 } }),
    userinfo: async () => ({ ok: true, claims: { sub: "1" } }),
    ...more,
  });
  const unreachable = async () => { throw new TypeError("fetch failed"); };

  /** name: [the port, the first answer after the access token has expired, the account's status then] */
  const endings = {
    "no refresh token": [
      port({ finish: async () => ({ ok: true, tokens: { access_token: "at", expires_in: 60 } }), refresh: unreachable }),
      [200, false, "Token has been expired or revoked.", {}], "EXPIRED",
    ],
    "the grant is refused": [port({ refresh: async () => ({ ok: false, error: "invalid_grant" }) }), [200, false, "Token has been expired or revoked.", {}], "EXPIRED"],
    "another refusal may pass": [
      port({ refresh: async () => ({ ok: false, error: "temporarily_unavailable" }) }), [200, false, "The app's authorization server did not renew the access token", {}], "ACTIVE",
    ],
    "the server cannot be reached": [port({ refresh: unreachable }), [200, false, "The app's authorization server did not renew the access token", {}], "ACTIVE"],
    "a port that cannot refresh": [port(), [200, true, null, { sub: "1" }], "ACTIVE"],
    "a port that cannot refresh, and the token is refused": [
      port({ userinfo: async () => ({ ok: false, error: "invalid_token", errorDescription: "expired" }) }), [200, false, "expired", {}], "ACTIVE",
    ],
    "nobody said when it ends": [
      port({ finish: async () => ({ ok: true, tokens: { access_token: "at", expires_in: null } }), refresh: unreachable }), [200, true, null, { sub: "1" }], "ACTIVE",
    ],
    "a token for other things": [
      port({ refresh: unreachable, finish: async () => ({ ok: true, tokens: { access_token: "at" } }), userinfo: async () => ({ ok: false, error: "insufficient_scope" }) }),
      [200, false, "insufficient_scope", {}], "ACTIVE",
    ],
    "no profile": [port({ userinfo: undefined }), [200, true, null, profile], "ACTIVE"],
    "the app cannot be reached": [port({ userinfo: unreachable }), [200, false, "The app could not be reached", {}], "ACTIVE"],
  };
  for (const [label, [oauth, expected, status]] of Object.entries(endings)) {
    test(label, async () => {
      const platform = openSandbox({ oauth });
      const account = await activate(platform);
      platform.sandbox.advance(minuteMs);
      assert.deepEqual(read(await profileOf(platform, account)), expected);
      assert.equal(platform.sandbox.accounts()[0].status, status);
    });
  }

  /** name: [how the refresh ends, whether the user comes back before, the account's state then] */
  const meanwhile = {
    "new tokens come late": [{ ok: true, tokens: { access_token: "late" } }, true, ["ACTIVE", "at-2"]],
    "a refusal comes late": [{ ok: false, error: "invalid_grant" }, true, ["ACTIVE", "at-2"]],
    "a refusal comes while the user is on the way": [{ ok: false, error: "invalid_grant" }, false, ["INITIATED", "at-1"]],
  };
  for (const [label, [answer, isBack, expected]] of Object.entries(meanwhile)) {
    test(`a new attempt during a refresh goes its own way: ${label}`, async () => {
      const signal = {};
      const asked = new Promise((resolve) => { signal.asked = resolve; });
      const go = new Promise((resolve) => { signal.go = resolve; });
      let n = 0;
      const platform = openSandbox({ oauth: port({
        start: async () => ({ url: `https://as.example/?state=s${n += 1}`, session: null }),
        finish: async () => ({ ok: true, tokens: { access_token: `at-${n}`, refresh_token: "rt", expires_in: 60 } }),
        refresh: async () => { signal.asked(); await go; return answer; },
      }) });
      const account = await activate(platform);
      platform.sandbox.advance(minuteMs);
      const executing = profileOf(platform, account);
      await asked;
      const { body } = await platform.post(`${v3}/${account.id}/refresh`, {});
      await browse(platform, "https://as.example").visit(body.redirect_url);
      if (isBack) await browse(platform).visit(`${origin}/api/v3/toolkits/auth/callback?code=c&state=s2`);
      signal.go();
      await executing;
      const [{ status, tokens }] = platform.sandbox.accounts();
      assert.deepEqual([status, tokens.access_token], expected);
    });
  }

  test("the built-in authorization server takes a revocation by POST only", async () => {
    const platform = openSandbox();
    const { status, headers } = await platform.get("/oauth/revoke");
    assert.deepEqual([status, headers.get("allow")], [405, "POST"]);
    const account = await connect(platform);
    await revoke(platform, "unknown");
    assert.equal(read(await profileOf(platform, account))[1], true);
  });
});

const shopTool = "SHOPIFY_GET_SHOP";
const own = { custom_auth_params: { parameters: [] } };

/** name: [generation, action, body with the account's ids, status, what the body says] */
const refusals = {
  "v1: unknown action": ["v1", "SHOPIFY_NOPE", () => ({ input: {} }), 404, /"type":"NotFoundError"/],
  "v1: action in lower case": ["v1", "shopify_get_shop", () => ({ input: {} }), 404, /not found/],
  "v1: unknown account": ["v1", shopTool, () => ({ connectedAccountId: unknown, input: {} }), 404, /ConnectedAccountNotFoundError/],
  "v1: v3 id": ["v1", shopTool, ({ id }) => ({ connectedAccountId: id, input: {} }), 404, /ConnectedAccountNotFoundError/],
  "v1: entity without an account": ["v1", shopTool, () => ({ entityId: "Nobody", input: {} }), 404, /ConnectedAccountNotFoundError/],
  "v1: entity with an account of another app": ["v1", "FIRECRAWL_SCRAPE", () => ({ entityId: "Jessica", input: { url: "u" } }), 404, /ConnectedAccountNotFoundError/],
  "v1: nobody named": ["v1", shopTool, () => ({ input: {} }), 404, /entity default and app shopify/],
  "v1: account of another app": ["v1", "FIRECRAWL_SCRAPE", ({ uuid }) => ({ connectedAccountId: uuid, input: { url: "u" } }), 400, /does not belong to app firecrawl/],
  "v1: another appName": ["v1", shopTool, ({ uuid }) => ({ connectedAccountId: uuid, appName: "gmail", input: {} }), 400, /appName must be shopify/],
  "v1: text and input": ["v1", shopTool, ({ uuid }) => ({ connectedAccountId: uuid, input: {}, text: "t" }), 400, /text cannot be combined with input/],
  "v1: input as text": ["v1", shopTool, ({ uuid }) => ({ connectedAccountId: uuid, input: "{}" }), 400, /input must be an object/],
  "v1: unknown member": ["v1", shopTool, ({ uuid }) => ({ connectedAccountId: uuid, arguments: {} }), 400, /arguments is not a known/],
  "v1: auth params without a list": ["v1", shopTool, () => ({ authConfig: {}, input: {} }), 400, /authConfig\.parameters is required/],
  "v1: auth param in the path": ["v1", shopTool, () => ({ authConfig: { parameters: [{ name: "a", in: "path", value: "b" }] }, input: {} }), 400, /parameters\.0\.in must be one of header, query/],
  "v1: text as a flag": ["v1", shopTool, ({ uuid }) => ({ connectedAccountId: uuid, allowTracing: "true" }), 400, /allowTracing must be a boolean/],
  "v3: unknown tool": ["v3", "SHOPIFY_NOPE", () => ({ arguments: {} }), 404, /Tool SHOPIFY_NOPE not found","code":2401,"slug":"Tool_ToolNotFound"/],
  "v3: unknown account": ["v3", shopTool, () => ({ connected_account_id: "ca_nope", user_id: "Jessica", arguments: {} }), 400, /"code":1803/],
  "v3: v1 id": ["v3", shopTool, ({ uuid }) => ({ connected_account_id: uuid, user_id: "Jessica", arguments: {} }), 400, /"code":1803/],
  "v3: account without its user": ["v3", shopTool, ({ id }) => ({ connected_account_id: id, arguments: {} }), 400, /"code":1811,"slug":"ActionExecute_ConnectedAccountEntityIdRequired"/],
  "v3: account of another user": ["v3", shopTool, ({ id }) => ({ connected_account_id: id, user_id: "Melissa", arguments: {} }), 400, /"code":1812,"slug":"ActionExecute_ConnectedAccountEntityIdMismatch"/],
  "v3: user without an account": ["v3", shopTool, () => ({ user_id: "Nobody", arguments: {} }), 404, /user ID Nobody for toolkit shopify","code":1810,"slug":"ActionExecute_ConnectedAccountNotFound"/],
  "v3: user with an account of another toolkit": ["v3", "FIRECRAWL_SCRAPE", () => ({ user_id: "Jessica", arguments: { url: "u" } }), 404, /"code":1810/],
  "v3: nobody named": ["v3", shopTool, () => ({ arguments: {} }), 404, /user ID default for toolkit shopify/],
  "v3: account of another toolkit": ["v3", "FIRECRAWL_SCRAPE", ({ id }) => ({ connected_account_id: id, user_id: "Jessica", arguments: { url: "u" } }), 400, /does not belong to toolkit firecrawl/],
  "v3: text and arguments": ["v3", shopTool, () => ({ user_id: "Jessica", text: "t", arguments: {} }), 400, /"code":10400.*"Error in payload\.text\.arguments: Only one of 'text' or 'arguments' must be provided"/],
  "v3: neither text nor arguments": ["v3", shopTool, () => ({ user_id: "Jessica" }), 400, /payload\.text\.arguments/],
  "v3: arguments as a list": ["v3", shopTool, () => ({ user_id: "Jessica", arguments: [] }), 400, /payload\.arguments: must be an object/],
  "v3: null as text": ["v3", shopTool, () => ({ user_id: "Jessica", arguments: {}, text: null }), 400, /payload\.text: must be/],
  "v3: empty user": ["v3", shopTool, () => ({ user_id: "", arguments: {} }), 400, /payload\.user_id: must be/],
  "v3: unknown member": ["v3", shopTool, () => ({ user_id: "Jessica", input: {}, arguments: {} }), 400, /payload\.input: is not a known/],
  "v3: auth param with the proxy's word for its place": ["v3", shopTool, () => ({ custom_auth_params: { parameters: [{ name: "a", type: "header", value: "b" }] }, arguments: {} }), 400, /parameters\.0\.type: is not a known/],
  "v3: connection data of another toolkit": ["v3", shopTool, () => ({ custom_connection_data: { authScheme: "API_KEY", toolkitSlug: "firecrawl", val: {} }, arguments: {} }), 400, /custom_connection_data/],
  "v3: connection data of another scheme": ["v3", shopTool, () => ({ custom_connection_data: { authScheme: "OAUTH2", toolkitSlug: "shopify", val: {} }, arguments: {} }), 400, /custom_connection_data/],
  "v3: the raw proxy": ["v3", "proxy", () => ({ endpoint: "/", method: "GET", arguments: {} }), 400, /endpoint: is not a known/],
};

suite("executing is refused", () => {
  for (const [label, [generation, action, body, status, message]] of Object.entries(refusals)) {
    test(label, async () => {
      const platform = openSandbox();
      const answer = await execute[generation](platform, action, body(await shop(platform)));
      assert.equal(answer.status, status);
      assert.match(JSON.stringify(answer.body), message);
    });
  }

  test("for accounts that cannot be used, but not for auth params of one's own", async () => {
    const platform = openSandbox();
    await platform.post(v1, { integrationId: seeded.gmail.uuid, entityId: "Jessica", data: {} });
    const [{ id, uuid }] = platform.sandbox.accounts();
    const both = async () => {
      const old = await profileOf(platform, { uuid });
      const now = await execute.v3(platform, "GMAIL_GET_PROFILE", { connected_account_id: id, user_id: "Jessica", arguments: {} });
      return [old.status, old.body.type, old.body.message, now.status, now.body.error.message];
    };
    assert.deepEqual(await both(), [400, "BadRequestError", "Connected account is not active", 422, `Connected account ${id} is in INITIATED state`]);
    platform.sandbox.advance(10 * minuteMs);
    assert.deepEqual(await both(), [400, "BadRequestError", "Connected account is not active", 410, `Connected account ${id} is in EXPIRED state`]);
    await platform.post(`${v1}/${uuid}/disable`);
    assert.deepEqual(await both(), [400, "BadRequestError", "Connected account is disabled", 400, "Connected account is disabled"]);
    assert.deepEqual((await profileOf(platform, { uuid })).body.details, {});
    assert.equal(read(await execute.v3(platform, shopTool, { ...own, connected_account_id: id, arguments: {} }))[0], 200);
  });

  test("for actions that nobody knows, in either description", async () => {
    const { get } = openSandbox();
    assert.deepEqual([(await get("/api/v1/actions/NOPE")).body.type, (await get("/api/v3/tools/NOPE")).body.error.code], ["NotFoundError", 2401]);
    assert.equal((await get("/api/v1/actions/NOPE")).status, 404);
    assert.equal((await get("/api/v1/tools/FIRECRAWL_SCRAPE")).status, 404);
    assert.equal((await get("/api/v3/tools/FIRECRAWL_SCRAPE?appName=a")).status, 400);
  });
});
