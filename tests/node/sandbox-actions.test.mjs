import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { connectAccount, minuteMs, openSandbox, platformOrigin, seeded } from "./sandbox.mjs";

const accounts = "/api/v3.1/connected_accounts";
const profile = { sub: "sandbox-user", email: "user@sandbox.example" };

const execute = ({ post }, action, body) => post(`/api/v3.1/tools/execute/${action}`, body);

/** What an answer says. */
const read = ({ status, body }) => [status, body.successful, body.error, body.data];

/** An ACTIVE account of an app whose users type what it needs. */
async function type({ sandbox, post }, app, data, user_id = "Jessica") {
  await post(accounts, { auth_config: { id: seeded[app].id }, connection: { user_id, data } });
  return sandbox.accounts().at(-1);
}

const shop = (platform, token = "shpat_1", user) => type(platform, "shopify", { admin_api_access_token: token, shop: "acme" }, user);

suite("what an action is", () => {
  test("is described by its toolkit", async () => {
    const { get } = openSandbox();
    const { status, body } = await get("/api/v3.1/tools/FIRECRAWL_SCRAPE?version=latest");
    assert.deepEqual([status, body.slug, body.toolkit.slug, body.no_auth, body.input_parameters.required], [200, "FIRECRAWL_SCRAPE", "firecrawl", false, ["url"]]);
    const hackernews = (await get("/api/v3.1/tools/HACKERNEWS_GET_TOP")).body;
    assert.deepEqual([hackernews.no_auth, hackernews.input_parameters.required], [true, []]);
  });
});

suite("executing an action", () => {
  test("answers with its data and an id of the log", async () => {
    const platform = openSandbox();
    const { id } = await connectAccount(platform);
    const { status, body } = await execute(platform, "GMAIL_GET_PROFILE", { connected_account_id: id, user_id: "Jessica", arguments: { user_id: "me" } });
    assert.equal(status, 200);
    assert.deepEqual(body, { data: profile, error: null, successful: true, log_id: body.log_id, session_info: {} });
  });

  /** name: [action, body with the account's id, what the answer says] */
  const ways = {
    "by the user": ["SHOPIFY_GET_SHOP", () => ({ user_id: "Jessica", arguments: {} }), { shop: { name: "acme", domain: "acme.myshopify.com" } }],
    "by the user's old name": ["SHOPIFY_GET_SHOP", ({ id }) => ({ connected_account_id: id, entity_id: "Jessica", arguments: {} }), {
      shop: { name: "acme", domain: "acme.myshopify.com" },
    }],
    "by text": ["SHOPIFY_GET_SHOP", () => ({ user_id: "Jessica", text: "which shop?", version: "latest", allow_tracing: false }), {
      shop: { name: "acme", domain: "acme.myshopify.com" },
    }],
    "without a user": ["HACKERNEWS_GET_TOP", () => ({ arguments: {} }), undefined],
    "with auth params": ["SHOPIFY_GET_SHOP", () => ({
      custom_auth_params: { base_url: "https://b.myshopify.com", parameters: [{ name: "x-shopify-access-token", in: "header", value: "t" }], body: { a: 1 } }, arguments: {},
    }), { shop: { name: "b", domain: "b.myshopify.com" } }],
    "with connection data": ["SHOPIFY_GET_SHOP", () => ({
      custom_connection_data: { authScheme: "API_KEY", toolkitSlug: "shopify", val: { shop: "c", admin_api_access_token: "t" } }, arguments: {},
    }), { shop: { name: "c", domain: "c.myshopify.com" } }],
  };
  for (const [label, [action, body, data]] of Object.entries(ways)) {
    test(label, async () => {
      const platform = openSandbox();
      const answer = await execute(platform, action, body(await shop(platform)));
      assert.deepEqual(read(answer), [200, true, null, data ?? answer.body.data]);
      assert.ok(data || answer.body.data.stories.length > 0);
    });
  }

  test("the user's account is the newest that can be used", async () => {
    const platform = openSandbox();
    const made = [];
    for (const token of ["bad", "two", "three", "four"]) {
      platform.sandbox.advance(1);
      made.push(await shop(platform, token));
    }
    platform.sandbox.advance(1);
    await shop(platform, "bad", "Melissa");
    const setEnabled = ({ id }, enabled) => platform.patch(`${accounts}/${id}/status`, { enabled });
    await platform.delete(`${accounts}/${made[3].id}`);
    await setEnabled(made[2], false);
    const isSuccessful = async () => read(await execute(platform, "SHOPIFY_GET_SHOP", { user_id: "Jessica", arguments: {} }))[1];
    assert.equal(await isSuccessful(), true);
    await setEnabled(made[1], false);
    assert.equal(await isSuccessful(), false, "the oldest has a token that the app refuses");
  });

  test("of gmail works with a bearer token, if the authorization server knows it", async () => {
    const platform = openSandbox();
    const { tokens } = await connectAccount(platform);
    const { body: { auth_config: { id } } } = await platform.post("/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_custom_auth", authScheme: "BEARER_TOKEN" } });
    for (const [token, isSuccessful] of [[tokens.access_token, true], ["guess", false]]) {
      await platform.post(accounts, { auth_config: { id }, connection: { user_id: "Melissa", data: { token } } });
      platform.sandbox.advance(1);
      assert.equal(read(await execute(platform, "GMAIL_GET_PROFILE", { user_id: "Melissa", arguments: {} }))[1], isSuccessful);
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
      await type(platform, "firecrawl", { api_key: "k" });
      const data = { ...(statusCode && { http_error: `HTTP error ${statusCode}` }), status_code: statusCode, message: error };
      assert.deepEqual(read(await execute(platform, action, { user_id: "Jessica", arguments: values })), [200, false, error, data]);
    });
  }

  test("auth params of one's own without the one that counts", async () => {
    const platform = openSandbox();
    for (const parameters of [[], [{ name: "X-Shopify-Access-Token", in: "query", value: "t" }]]) {
      const { body } = await execute(platform, "SHOPIFY_GET_SHOP", { custom_auth_params: { parameters }, arguments: {} });
      assert.deepEqual([body.successful, body.data.status_code], [false, 401]);
    }
  });

  test("text is not understood", async () => {
    const platform = openSandbox();
    await type(platform, "firecrawl", { api_key: "k" }, "default");
    assert.equal(read(await execute(platform, "FIRECRAWL_SCRAPE", { text: "read https://a.example" }))[1], false);
  });
});

const profileOf = (platform, { id }) => execute(platform, "GMAIL_GET_PROFILE", { connected_account_id: id, user_id: "Jessica", arguments: {} });
/** What a failed execution says, but for the data about the failure. */
const said = (answer) => read(answer).slice(0, 3);
const revoke = ({ sandbox }, token) =>
  sandbox.fetch(new Request(`${platformOrigin}/oauth/revoke`, { method: "POST", body: new URLSearchParams({ token }) }));

/** Whether the authorization server takes an access token. */
async function works(platform, { access_token }) {
  const parameters = [{ name: "Authorization", in: "header", value: `Bearer ${access_token}` }];
  return read(await execute(platform, "GMAIL_GET_PROFILE", { custom_auth_params: { parameters }, arguments: {} }))[1];
}

suite("tokens that end", () => {
  test("an expired access token is renewed, once for all who ask, and the refresh token with it", async () => {
    const platform = openSandbox();
    const before = await connectAccount(platform);
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
    assert.deepEqual(said(await profileOf(platform, account)), [200, false, "invalid_token"], "a new one that is refused is not renewed");
  });

  test("a revoked refresh token ends the account, until the user comes back", async () => {
    const platform = openSandbox();
    const account = await connectAccount(platform);
    assert.equal((await revoke(platform, account.tokens.refresh_token)).status, 200);
    assert.deepEqual(said(await profileOf(platform, account)), [200, false, "Token has been expired or revoked."]);
    const { body } = await platform.get(`${accounts}/${account.id}`);
    assert.deepEqual([body.status, body.status_reason], ["EXPIRED", "Permanent auth error during token refresh"]);
    assert.deepEqual(body.state.val, { status: "EXPIRED", expired_at: "2026-01-16T10:00:00.000Z" });
    assert.deepEqual(platform.sandbox.accounts()[0].tokens, {});
    const { status, body: gone } = await execute(platform, "GMAIL_GET_PROFILE", { connected_account_id: account.id, user_id: "Jessica", arguments: {} });
    assert.deepEqual([status, gone.error.code, gone.error.slug], [410, 1820, "ActionExecute_ConnectedAccountExpired"]);
    const { body: { redirect_url } } = await platform.post(`${accounts}/${account.id}/refresh`, {});
    const browser = openBrowser(platform.sandbox);
    await browser.submit(await browser.visit(redirect_url), { decision: "allow" });
    assert.equal(read(await profileOf(platform, account))[1], true);
  });

  async function activate(platform) {
    const { body } = await platform.post(`${accounts}/link`, { auth_config_id: seeded.gmail.id, user_id: "Jessica" });
    await openBrowser(platform.sandbox, "https://as.example").visit(body.redirect_url);
    await openBrowser(platform.sandbox).visit(`${platformOrigin}/api/v3/toolkits/auth/callback?code=c&state=s1`);
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
      [200, false, "Token has been expired or revoked."], "EXPIRED",
    ],
    "the grant is refused": [port({ refresh: async () => ({ ok: false, error: "invalid_grant" }) }), [200, false, "Token has been expired or revoked."], "EXPIRED"],
    "another refusal may pass": [
      port({ refresh: async () => ({ ok: false, error: "temporarily_unavailable" }) }), [200, false, "The app's authorization server did not renew the access token"], "ACTIVE",
    ],
    "the server cannot be reached": [port({ refresh: unreachable }), [200, false, "The app's authorization server did not renew the access token"], "ACTIVE"],
    "a port that cannot refresh": [port(), [200, true, null], "ACTIVE"],
    "a port that cannot refresh, and the token is refused": [
      port({ userinfo: async () => ({ ok: false, error: "invalid_token", errorDescription: "expired" }) }), [200, false, "expired"], "ACTIVE",
    ],
    "nobody said when it ends": [
      port({ finish: async () => ({ ok: true, tokens: { access_token: "at", expires_in: null } }), refresh: unreachable }), [200, true, null], "ACTIVE",
    ],
    "a token for other things": [
      port({ refresh: unreachable, finish: async () => ({ ok: true, tokens: { access_token: "at" } }), userinfo: async () => ({ ok: false, error: "insufficient_scope" }) }),
      [200, false, "insufficient_scope"], "ACTIVE",
    ],
    "no profile": [port({ userinfo: undefined }), [200, true, null], "ACTIVE"],
    "the app cannot be reached": [port({ userinfo: unreachable }), [200, false, "The app could not be reached"], "ACTIVE"],
  };
  for (const [label, [oauth, expected, status]] of Object.entries(endings)) {
    test(label, async () => {
      const platform = openSandbox({ oauth });
      const account = await activate(platform);
      platform.sandbox.advance(minuteMs);
      assert.deepEqual(said(await profileOf(platform, account)), expected);
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
      const { body } = await platform.post(`${accounts}/${account.id}/refresh`, {});
      await openBrowser(platform.sandbox, "https://as.example").visit(body.redirect_url);
      if (isBack) await openBrowser(platform.sandbox).visit(`${platformOrigin}/api/v3/toolkits/auth/callback?code=c&state=s2`);
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
    const account = await connectAccount(platform);
    await revoke(platform, "unknown");
    assert.equal(read(await profileOf(platform, account))[1], true);
  });
});

const shopTool = "SHOPIFY_GET_SHOP";
const own = { custom_auth_params: { parameters: [] } };

/** name: [action, body with the account's id, status, what the body says] */
const refusals = {
  "unknown tool": ["SHOPIFY_NOPE", () => ({ arguments: {} }), 404, /Tool SHOPIFY_NOPE not found","code":2401,"slug":"Tool_ToolNotFound"/],
  "unknown account": [shopTool, () => ({ connected_account_id: "ca_nope", user_id: "Jessica", arguments: {} }), 404, /"code":606,"slug":"ConnectedAccount_ResourceNotFound"/],
  "account without its user": [shopTool, ({ id }) => ({ connected_account_id: id, arguments: {} }), 400, /"code":1811,"slug":"ActionExecute_ConnectedAccountEntityIdRequired"/],
  "account of another user": [shopTool, ({ id }) => ({ connected_account_id: id, user_id: "Melissa", arguments: {} }), 400, /"code":1812,"slug":"ActionExecute_ConnectedAccountEntityIdMismatch"/],
  "user without an account": [shopTool, () => ({ user_id: "Nobody", arguments: {} }), 404, /user ID Nobody for toolkit shopify","code":1810,"slug":"ActionExecute_ConnectedAccountNotFound"/],
  "user with an account of another toolkit": ["FIRECRAWL_SCRAPE", () => ({ user_id: "Jessica", arguments: { url: "u" } }), 404, /"code":1810/],
  "nobody named": [shopTool, () => ({ arguments: {} }), 404, /user ID default for toolkit shopify/],
  "account of another toolkit": ["FIRECRAWL_SCRAPE", ({ id }) => ({ connected_account_id: id, user_id: "Jessica", arguments: { url: "u" } }), 400, /does not belong to toolkit firecrawl/],
  "text and arguments": [shopTool, () => ({ user_id: "Jessica", text: "t", arguments: {} }), 400, /"code":10400.*"Error in payload\.text\.arguments: Only one of 'text' or 'arguments' must be provided"/],
  "neither text nor arguments": [shopTool, () => ({ user_id: "Jessica" }), 400, /payload\.text\.arguments/],
  "arguments as a list": [shopTool, () => ({ user_id: "Jessica", arguments: [] }), 400, /payload\.arguments: must be an object/],
  "null as text": [shopTool, () => ({ user_id: "Jessica", arguments: {}, text: null }), 400, /payload\.text: must be/],
  "empty user": [shopTool, () => ({ user_id: "", arguments: {} }), 400, /payload\.user_id: must be/],
  "unknown member": [shopTool, () => ({ user_id: "Jessica", input: {}, arguments: {} }), 400, /payload\.input: is not a known/],
  "auth param with the proxy's word for its place": [shopTool, () => ({ custom_auth_params: { parameters: [{ name: "a", type: "header", value: "b" }] }, arguments: {} }), 400, /parameters\.0\.type: is not a known/],
  "connection data of another toolkit": [shopTool, () => ({ custom_connection_data: { authScheme: "API_KEY", toolkitSlug: "firecrawl", val: {} }, arguments: {} }), 400, /custom_connection_data/],
  "connection data of another scheme": [shopTool, () => ({ custom_connection_data: { authScheme: "OAUTH2", toolkitSlug: "shopify", val: {} }, arguments: {} }), 400, /custom_connection_data/],
  "the raw proxy": ["proxy", () => ({ endpoint: "/", method: "GET", arguments: {} }), 400, /endpoint: is not a known/],
};

suite("executing is refused", () => {
  for (const [label, [action, body, status, message]] of Object.entries(refusals)) {
    test(label, async () => {
      const platform = openSandbox();
      const answer = await execute(platform, action, body(await shop(platform)));
      assert.equal(answer.status, status);
      assert.match(JSON.stringify(answer.body), message);
    });
  }

  test("for accounts that cannot be used, but not for auth params of one's own", async () => {
    const platform = openSandbox();
    const { body: { connected_account_id: id, redirect_url } } = await platform.post(`${accounts}/link`, { auth_config_id: seeded.gmail.id, user_id: "Jessica" });
    const refusal = async () => {
      const { status, body } = await profileOf(platform, { id });
      return [status, body.error.message];
    };
    assert.deepEqual(await refusal(), [422, `Connected account ${id} is in INITIALIZING state`]);
    await openBrowser(platform.sandbox).visit(redirect_url);
    assert.deepEqual(await refusal(), [422, `Connected account ${id} is in INITIATED state`]);
    platform.sandbox.advance(10 * minuteMs);
    assert.deepEqual(await refusal(), [410, `Connected account ${id} is in EXPIRED state`]);
    await platform.patch(`${accounts}/${id}/status`, { enabled: false });
    assert.deepEqual(await refusal(), [400, "Connected account is disabled"]);
    assert.equal(read(await execute(platform, shopTool, { ...own, connected_account_id: id, arguments: {} }))[0], 200);
  });

  test("for actions that nobody knows", async () => {
    const { get } = openSandbox();
    assert.equal((await get("/api/v3.1/tools/NOPE")).body.error.code, 2401);
    assert.equal((await get("/api/v3.1/tools/FIRECRAWL_SCRAPE?appName=a")).status, 400);
  });
});
