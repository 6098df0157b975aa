import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { defer } from "./defer.mjs";
import { connectAccount, minuteMs, openSandbox, platformOrigin, seeded } from "./sandbox.mjs";

const accounts = "/api/v3.1/connected_accounts";
const profile = { sub: "sandbox-user", email: "user@sandbox.example" };

const execute = ({ post }, action, body) => post(`/api/v3.1/tools/execute/${action}`, body);

/** `[status, successful, error, data]` of a response. */
const resultOf = ({ status, body }) => [status, body.successful, body.error, body.data];

/** Connects an account with typed credentials. */
async function connectTyped({ sandbox, post }, app, data, user_id = "Jessica") {
  await post(accounts, { auth_config: { id: seeded[app].id }, connection: { user_id, data } });
  return sandbox.accounts().at(-1);
}

const connectShop = (platform, token = "shpat_1", user) => connectTyped(platform, "shopify", { admin_api_access_token: token, shop: "acme" }, user);

suite("a tool", () => {
  test("has a toolkit and input parameters", async () => {
    const { get } = openSandbox();
    const { status, body } = await get("/api/v3.1/tools/FIRECRAWL_SCRAPE?version=latest");
    assert.deepEqual([status, body.slug, body.toolkit.slug, body.no_auth, body.input_parameters.required], [200, "FIRECRAWL_SCRAPE", "firecrawl", false, ["url"]]);
    const hackernews = (await get("/api/v3.1/tools/HACKERNEWS_GET_TOP")).body;
    assert.deepEqual([hackernews.no_auth, hackernews.input_parameters.required], [true, []]);
  });
});

suite("executing an action", () => {
  test("returns data and a log id", async () => {
    const platform = openSandbox();
    const { id } = await connectAccount(platform);
    const { status, body } = await execute(platform, "GMAIL_GET_PROFILE", { connected_account_id: id, user_id: "Jessica", arguments: { user_id: "me" } });
    assert.equal(status, 200);
    assert.deepEqual(body, { data: profile, error: null, successful: true, log_id: body.log_id, session_info: {} });
  });

  /** name: [action, body, data] */
  const requests = {
    "by user_id": ["SHOPIFY_GET_SHOP", () => ({ user_id: "Jessica", arguments: {} }), { shop: { name: "acme", domain: "acme.myshopify.com" } }],
    "by the deprecated entity_id": ["SHOPIFY_GET_SHOP", ({ id }) => ({ connected_account_id: id, entity_id: "Jessica", arguments: {} }), {
      shop: { name: "acme", domain: "acme.myshopify.com" },
    }],
    "with a text": ["SHOPIFY_GET_SHOP", () => ({ user_id: "Jessica", text: "which shop?", version: "latest", allow_tracing: false }), {
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
  for (const [label, [action, body, data]] of Object.entries(requests)) {
    test(label, async () => {
      const platform = openSandbox();
      const answer = await execute(platform, action, body(await connectShop(platform)));
      assert.deepEqual(resultOf(answer), [200, true, null, data ?? answer.body.data]);
      assert.ok(data || answer.body.data.stories.length > 0);
    });
  }

  test("uses the newest enabled account of the user", async () => {
    const platform = openSandbox();
    const made = [];
    for (const token of ["bad", "two", "three", "four"]) {
      platform.sandbox.advance(1);
      made.push(await connectShop(platform, token));
    }
    platform.sandbox.advance(1);
    await connectShop(platform, "bad", "Melissa");
    const setEnabled = ({ id }, enabled) => platform.patch(`${accounts}/${id}/status`, { enabled });
    await platform.delete(`${accounts}/${made[3].id}`);
    await setEnabled(made[2], false);
    const isSuccessful = async () => resultOf(await execute(platform, "SHOPIFY_GET_SHOP", { user_id: "Jessica", arguments: {} }))[1];
    assert.equal(await isSuccessful(), true);
    await setEnabled(made[1], false);
    assert.equal(await isSuccessful(), false, "only an account with a refused token is left");
  });

  test("with a bearer token succeeds if the authorization server knows the token", async () => {
    const platform = openSandbox();
    const { tokens } = await connectAccount(platform);
    const { body: { auth_config: { id } } } = await platform.post("/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_custom_auth", authScheme: "BEARER_TOKEN" } });
    for (const [token, isSuccessful] of [[tokens.access_token, true], ["guess", false]]) {
      await platform.post(accounts, { auth_config: { id }, connection: { user_id: "Melissa", data: { token } } });
      platform.sandbox.advance(1);
      assert.equal(resultOf(await execute(platform, "GMAIL_GET_PROFILE", { user_id: "Melissa", arguments: {} }))[1], isSuccessful);
    }
    assert.equal(platform.sandbox.accounts().at(-1).status, "ACTIVE", "an account with a wrong token stays ACTIVE");
  });
});

suite("an action that fails answers 200 with successful: false", () => {
  /** name: [action, arguments, the shop's token, error, status code] */
  const failures = {
    "the app refuses the token": ["SHOPIFY_GET_SHOP", {}, "bad", "Invalid API key or access token", 401],
    "a value is missing": ["FIRECRAWL_SCRAPE", {}, "ok", "Invalid request data provided\n- url is required", null],
    "a value of the wrong type": ["FIRECRAWL_SCRAPE", { url: 1 }, "ok", "Invalid request data provided\n- url must be a non-empty string", null],
    "an unknown value": ["FIRECRAWL_SCRAPE", { url: "u", uri: "u" }, "ok", "Invalid request data provided\n- uri is not a known property", null],
  };
  for (const [label, [action, values, token, error, statusCode]] of Object.entries(failures)) {
    test(label, async () => {
      const platform = openSandbox();
      await connectShop(platform, token);
      await connectTyped(platform, "firecrawl", { api_key: "k" });
      const data = { ...(statusCode && { http_error: `HTTP error ${statusCode}` }), status_code: statusCode, message: error };
      assert.deepEqual(resultOf(await execute(platform, action, { user_id: "Jessica", arguments: values })), [200, false, error, data]);
    });
  }

  test("custom auth params without the token", async () => {
    const platform = openSandbox();
    for (const parameters of [[], [{ name: "X-Shopify-Access-Token", in: "query", value: "t" }]]) {
      const { body } = await execute(platform, "SHOPIFY_GET_SHOP", { custom_auth_params: { parameters }, arguments: {} });
      assert.deepEqual([body.successful, body.data.status_code], [false, 401]);
    }
  });

  test("a text in place of arguments", async () => {
    const platform = openSandbox();
    await connectTyped(platform, "firecrawl", { api_key: "k" }, "default");
    assert.equal(resultOf(await execute(platform, "FIRECRAWL_SCRAPE", { text: "read https://a.example" }))[1], false);
  });
});

const profileOf = (platform, { id }) => execute(platform, "GMAIL_GET_PROFILE", { connected_account_id: id, user_id: "Jessica", arguments: {} });
/** As `resultOf`, without the data. */
const summaryOf = (answer) => resultOf(answer).slice(0, 3);
const revoke = ({ sandbox }, token) =>
  sandbox.fetch(new Request(`${platformOrigin}/oauth/revoke`, { method: "POST", body: new URLSearchParams({ token }) }));

/** Whether the authorization server accepts an access token. */
async function isAccepted(platform, { access_token }) {
  const parameters = [{ name: "Authorization", in: "header", value: `Bearer ${access_token}` }];
  return resultOf(await execute(platform, "GMAIL_GET_PROFILE", { custom_auth_params: { parameters }, arguments: {} }))[1];
}

suite("a token", () => {
  test("that has expired is renewed once for concurrent requests, with its refresh token", async () => {
    const platform = openSandbox();
    const before = await connectAccount(platform);
    assert.equal(before.accessTokenExpiresAtMs - before.createdAtMs, 60 * minuteMs);
    platform.sandbox.advance(60 * minuteMs - 1);
    await profileOf(platform, before);
    assert.equal(platform.sandbox.accounts()[0].tokens.access_token, before.tokens.access_token, "not before it expires");
    platform.sandbox.advance(1);
    const answers = await Promise.all([profileOf(platform, before), profileOf(platform, before), profileOf(platform, before)]);
    assert.deepEqual(answers.map(resultOf), Array(3).fill([200, true, null, profile]));
    const [after] = platform.sandbox.accounts();
    assert.notEqual(after.tokens.access_token, before.tokens.access_token);
    assert.notEqual(after.tokens.refresh_token, before.tokens.refresh_token);
    assert.equal(after.accessTokenExpiresAtMs - before.createdAtMs, 120 * minuteMs);
    assert.equal(after.status, "ACTIVE");
    assert.deepEqual([await isAccepted(platform, after.tokens), await isAccepted(platform, before.tokens)], [true, false]);
    platform.sandbox.advance(60 * minuteMs);
    assert.equal(resultOf(await profileOf(platform, before))[1], true, "renewed with the new refresh token");
  });

  test("that was revoked is renewed with a valid refresh token", async () => {
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
    assert.deepEqual(resultOf(await profileOf(platform, account)), [200, true, null, { access_token: "at-2" }]);
    assert.deepEqual(platform.sandbox.accounts()[0].tokens, { ...tokens(2), scope: "openid" }, "members that the response lacks are kept");
    platform.sandbox.advance(60 * minuteMs);
    rejected = "at-3";
    assert.deepEqual(summaryOf(await profileOf(platform, account)), [200, false, "invalid_token"], "a new token that is refused is not renewed again");
  });

  test("whose refresh token was revoked makes the account EXPIRED until the user connects again", async () => {
    const platform = openSandbox();
    const account = await connectAccount(platform);
    assert.equal((await revoke(platform, account.tokens.refresh_token)).status, 200);
    assert.deepEqual(summaryOf(await profileOf(platform, account)), [200, false, "Token has been expired or revoked."]);
    const { body } = await platform.get(`${accounts}/${account.id}`);
    assert.deepEqual([body.status, body.status_reason], ["EXPIRED", "Permanent auth error during token refresh"]);
    assert.deepEqual(body.state.val, { status: "EXPIRED", displayName: "user@sandbox.example", expired_at: "2026-01-16T10:00:00.000Z" });
    assert.deepEqual(platform.sandbox.accounts()[0].tokens, {});
    const { status, body: gone } = await execute(platform, "GMAIL_GET_PROFILE", { connected_account_id: account.id, user_id: "Jessica", arguments: {} });
    assert.deepEqual([status, gone.error.message], [422, `Connected account ${account.id} is in an invalid state: EXPIRED`]);
    const { body: { redirect_url } } = await platform.post(`${accounts}/${account.id}/refresh`, {});
    const browser = openBrowser(platform.sandbox);
    await browser.submit(await browser.visit(redirect_url), { decision: "allow" });
    assert.equal(resultOf(await profileOf(platform, account))[1], true);
  });

  async function activate(platform) {
    const { body } = await platform.post(`${accounts}/link`, { auth_config_id: seeded.gmail.id, user_id: "Jessica" });
    await openBrowser(platform.sandbox, "https://as.example").visit(body.redirect_url);
    await openBrowser(platform.sandbox).visit(`${platformOrigin}/api/v3/toolkits/auth/callback?code=c&state=s1`);
    return platform.sandbox.accounts()[0];
  }

  const authorizationServer = (more) => ({
    start: async () => ({ url: "https://as.example/?state=s1", session: null }),
    finish: async () => ({ ok: true, tokens: { access_token: "at", refresh_token: "rt", expires_in: 60 } }),
    userinfo: async () => ({ ok: true, claims: { sub: "1" } }),
    ...more,
  });
  const unreachable = async () => { throw new TypeError("fetch failed"); };

  /** name: [authorization server, result after the access token has expired, account status] */
  const refreshes = {
    "no refresh token": [
      authorizationServer({ finish: async () => ({ ok: true, tokens: { access_token: "at", expires_in: 60 } }), refresh: unreachable }),
      [200, false, "Token has been expired or revoked."], "EXPIRED",
    ],
    "the grant is refused": [authorizationServer({ refresh: async () => ({ ok: false, error: "invalid_grant" }) }), [200, false, "Token has been expired or revoked."], "EXPIRED"],
    "a temporary refusal": [
      authorizationServer({ refresh: async () => ({ ok: false, error: "temporarily_unavailable" }) }), [200, false, "The app's authorization server did not renew the access token"], "ACTIVE",
    ],
    "the server cannot be reached": [authorizationServer({ refresh: unreachable }), [200, false, "The app's authorization server did not renew the access token"], "ACTIVE"],
    "a server without refresh": [authorizationServer(), [200, true, null], "ACTIVE"],
    "a server without refresh, and the token is refused": [
      authorizationServer({ userinfo: async () => ({ ok: false, error: "invalid_token", errorDescription: "expired" }) }), [200, false, "expired"], "ACTIVE",
    ],
    "no expires_in": [
      authorizationServer({ finish: async () => ({ ok: true, tokens: { access_token: "at", expires_in: null } }), refresh: unreachable }), [200, true, null], "ACTIVE",
    ],
    "insufficient scope": [
      authorizationServer({ refresh: unreachable, finish: async () => ({ ok: true, tokens: { access_token: "at" } }), userinfo: async () => ({ ok: false, error: "insufficient_scope" }) }),
      [200, false, "insufficient_scope"], "ACTIVE",
    ],
    "no profile": [authorizationServer({ userinfo: undefined }), [200, true, null], "ACTIVE"],
    "the app cannot be reached": [authorizationServer({ userinfo: unreachable }), [200, false, "The app could not be reached"], "ACTIVE"],
  };
  for (const [label, [oauth, expected, status]] of Object.entries(refreshes)) {
    test(`that has expired: ${label}`, async () => {
      const platform = openSandbox({ oauth });
      const account = await activate(platform);
      platform.sandbox.advance(minuteMs);
      assert.deepEqual(summaryOf(await profileOf(platform, account)), expected);
      assert.equal(platform.sandbox.accounts()[0].status, status);
    });
  }

  /** name: [response to the refresh, whether the user finishes before it, account status and token] */
  const lateResponses = {
    "new tokens come late": [{ ok: true, tokens: { access_token: "late" } }, true, ["ACTIVE", "at-2"]],
    "a refusal comes late": [{ ok: false, error: "invalid_grant" }, true, ["ACTIVE", "at-2"]],
    "a refusal comes before the user has finished": [{ ok: false, error: "invalid_grant" }, false, ["INITIATED", "at-1"]],
  };
  for (const [label, [answer, isBack, expected]] of Object.entries(lateResponses)) {
    test(`of a new attempt is not replaced by an older refresh: ${label}`, async () => {
      const [asked, released] = [defer(), defer()];
      let n = 0;
      const platform = openSandbox({ oauth: authorizationServer({
        start: async () => ({ url: `https://as.example/?state=s${n += 1}`, session: null }),
        finish: async () => ({ ok: true, tokens: { access_token: `at-${n}`, refresh_token: "rt", expires_in: 60 } }),
        refresh: async () => { asked.resolve(); await released.promise; return answer; },
      }) });
      const account = await activate(platform);
      platform.sandbox.advance(minuteMs);
      const executing = profileOf(platform, account);
      await asked.promise;
      const { body } = await platform.post(`${accounts}/${account.id}/refresh`, {});
      await openBrowser(platform.sandbox, "https://as.example").visit(body.redirect_url);
      if (isBack) await openBrowser(platform.sandbox).visit(`${platformOrigin}/api/v3/toolkits/auth/callback?code=c&state=s2`);
      released.resolve();
      await executing;
      const [{ status, tokens }] = platform.sandbox.accounts();
      assert.deepEqual([status, tokens.access_token], expected);
    });
  }

  test("is revoked by POST only", async () => {
    const platform = openSandbox();
    const { status, headers } = await platform.get("/oauth/revoke");
    assert.deepEqual([status, headers.get("allow")], [405, "POST"]);
    const account = await connectAccount(platform);
    await revoke(platform, "unknown");
    assert.equal(resultOf(await profileOf(platform, account))[1], true);
  });
});

const shopTool = "SHOPIFY_GET_SHOP";
const customAuth = { custom_auth_params: { parameters: [] } };

/** name: [action, body, status, response body] */
const refusals = {
  "unknown tool": ["SHOPIFY_NOPE", () => ({ arguments: {} }), 404, /Tool SHOPIFY_NOPE not found","code":2401,"slug":"Tool_ToolNotFound"/],
  "unknown account": [shopTool, () => ({ connected_account_id: "ca_nope", user_id: "Jessica", arguments: {} }), 404, /"code":606,"slug":"ConnectedAccount_ResourceNotFound"/],
  "account without its user": [shopTool, ({ id }) => ({ connected_account_id: id, arguments: {} }), 400, /"code":1811,"slug":"ActionExecute_ConnectedAccountEntityIdRequired"/],
  "account of another user": [shopTool, ({ id }) => ({ connected_account_id: id, user_id: "Melissa", arguments: {} }), 400, /"code":1812,"slug":"ActionExecute_ConnectedAccountEntityIdMismatch"/],
  "user without an account": [shopTool, () => ({ user_id: "Nobody", arguments: {} }), 404, /user ID Nobody for toolkit shopify","code":1810,"slug":"ActionExecute_ConnectedAccountNotFound"/],
  "user with an account of another toolkit": ["FIRECRAWL_SCRAPE", () => ({ user_id: "Jessica", arguments: { url: "u" } }), 404, /"code":1810/],
  "no user and no account": [shopTool, () => ({ arguments: {} }), 404, /user ID default for toolkit shopify/],
  "account of another toolkit": ["FIRECRAWL_SCRAPE", ({ id }) => ({ connected_account_id: id, user_id: "Jessica", arguments: { url: "u" } }), 400, /does not belong to toolkit firecrawl/],
  "text and arguments": [shopTool, () => ({ user_id: "Jessica", text: "t", arguments: {} }), 400, /"code":10400.*"Error in payload\.text\.arguments: Only one of 'text' or 'arguments' must be provided"/],
  "neither text nor arguments": [shopTool, () => ({ user_id: "Jessica" }), 400, /payload\.text\.arguments/],
  "arguments as a list": [shopTool, () => ({ user_id: "Jessica", arguments: [] }), 400, /payload\.arguments: must be an object/],
  "null as text": [shopTool, () => ({ user_id: "Jessica", arguments: {}, text: null }), 400, /payload\.text: must be/],
  "empty user": [shopTool, () => ({ user_id: "", arguments: {} }), 400, /payload\.user_id: must be/],
  "unknown member": [shopTool, () => ({ user_id: "Jessica", input: {}, arguments: {} }), 400, /payload\.input: is not a known/],
  "auth param with `type` in place of `in`": [shopTool, () => ({ custom_auth_params: { parameters: [{ name: "a", type: "header", value: "b" }] }, arguments: {} }), 400, /parameters\.0\.type: is not a known/],
  "connection data of another toolkit": [shopTool, () => ({ custom_connection_data: { authScheme: "API_KEY", toolkitSlug: "firecrawl", val: {} }, arguments: {} }), 400, /custom_connection_data/],
  "connection data of another scheme": [shopTool, () => ({ custom_connection_data: { authScheme: "OAUTH2", toolkitSlug: "shopify", val: {} }, arguments: {} }), 400, /custom_connection_data/],
  "the raw proxy with a member of actions": ["proxy", () => ({ endpoint: "/", method: "GET", arguments: {} }), 400, /arguments: is not a known/],
};

suite("executing an action is refused", () => {
  for (const [label, [action, body, status, message]] of Object.entries(refusals)) {
    test(label, async () => {
      const platform = openSandbox();
      const answer = await execute(platform, action, body(await connectShop(platform)));
      assert.equal(answer.status, status);
      assert.match(JSON.stringify(answer.body), message);
    });
  }

  test("for an account that is not ACTIVE, except with custom auth params", async () => {
    const platform = openSandbox();
    const { body: { connected_account_id: id, redirect_url } } = await platform.post(`${accounts}/link`, { auth_config_id: seeded.gmail.id, user_id: "Jessica" });
    const refusal = async () => {
      const { status, body } = await profileOf(platform, { id });
      return [status, body.error.message];
    };
    assert.deepEqual(await refusal(), [422, `Connected account ${id} is in an invalid state: INITIALIZING`]);
    await openBrowser(platform.sandbox).visit(redirect_url);
    assert.deepEqual(await refusal(), [422, `Connected account ${id} is in an invalid state: INITIATED`]);
    platform.sandbox.advance(10 * minuteMs);
    assert.deepEqual(await refusal(), [422, `Connected account ${id} is in an invalid state: EXPIRED`]);
    const shop = await connectShop(platform);
    await platform.patch(`${accounts}/${shop.id}/status`, { enabled: false });
    const off = await execute(platform, shopTool, { connected_account_id: shop.id, user_id: "Jessica", arguments: {} });
    assert.deepEqual([off.status, off.body.error.message], [422, `Connected account ${shop.id} is in an invalid state: INACTIVE`]);
    assert.equal(resultOf(await execute(platform, shopTool, { ...customAuth, connected_account_id: id, arguments: {} }))[0], 200);
  });

  test("for an unknown action", async () => {
    const { get } = openSandbox();
    assert.equal((await get("/api/v3.1/tools/NOPE")).body.error.code, 2401);
    assert.equal((await get("/api/v3.1/tools/FIRECRAWL_SCRAPE?appName=a")).status, 400);
  });
});
