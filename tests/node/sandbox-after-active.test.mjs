// What the platform offers for accounts beside connecting them: aliases, sharing, rotation, revocation, and completion by the app's server.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { answerConsent, openBrowser } from "./browser.mjs";
import { connectAccount, minuteMs, openSandbox, seeded } from "./sandbox.mjs";

const accounts = "/api/v3.1/connected_accounts";
const link = (more) => ({ auth_config_id: seeded.gmail.id, user_id: "Jessica", ...more });
const key = (more) => ({ auth_config: { id: seeded.posthog.id }, connection: { user_id: "Jessica", data: { subdomain: "us.i", generic_api_key: "phx_1234" }, ...more } });
const errorOf = ({ status, body }) => [status, body.error.code, body.error.message];
const aliasTaken = 'Alias "work" is already in use by another connection for this entity';

suite("an account", () => {
  test("states who is connected, what was asked for, and a short label", async () => {
    const platform = openSandbox();
    const { id } = await connectAccount(platform);
    const { body } = await platform.get(`${accounts}/${id}`);
    assert.deepEqual(
      [body.word_id, body.state.val.displayName, body.requested_scopes, body.experimental],
      ["gmail_amber-anchor", "user@sandbox.example", ["openid", "email", "mail.read", "mail.send"], { account_type: "PRIVATE" }],
    );
    const [listed] = (await platform.get(accounts)).body.items;
    assert.ok(!("requested_scopes" in listed));
  });

  test("is asked for the scopes of its auth config", async () => {
    const platform = openSandbox();
    const { body } = await platform.post("/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_composio_managed_auth", credentials: { scopes: ["openid", "mail.read"] } } });
    const made = await platform.post(`${accounts}/link`, link({ auth_config_id: body.auth_config.id }));
    assert.deepEqual((await platform.get(`${accounts}/${made.body.connected_account_id}`)).body.requested_scopes, ["openid", "mail.read"]);
    const page = await openBrowser(platform.sandbox).visit(made.body.redirect_url);
    assert.equal(page.url.searchParams.get("scope"), "openid mail.read");
  });

  test("has no requested scopes unless its scheme is OAuth", async () => {
    const { get, post } = openSandbox();
    const { body } = await post(accounts, key());
    assert.ok(!("requested_scopes" in (await get(`${accounts}/${body.id}`)).body));
  });
});

suite("an alias", () => {
  test("is set by create, link and PATCH, and removed by an empty text", async () => {
    const { sandbox, post, patch } = openSandbox();
    const { body } = await post(accounts, key({ alias: "work" }));
    await post(`${accounts}/link`, link({ alias: "work" }));
    assert.deepEqual(sandbox.accounts().map(({ alias }) => alias), ["work", "work"]);
    assert.equal((await patch(`${accounts}/${body.id}`, { alias: "" })).status, 200);
    assert.deepEqual(sandbox.accounts().map(({ alias }) => alias), [null, "work"]);
  });

  test("belongs to one account of a user and an app", async () => {
    const { post, patch } = openSandbox();
    await post(accounts, key({ alias: "work" }));
    assert.deepEqual(errorOf(await post(accounts, key({ alias: "work" }))), [400, 600, aliasTaken]);
    await post(`${accounts}/link`, link({ alias: "work" }));
    assert.deepEqual(errorOf(await post(`${accounts}/link`, link({ alias: "work" }))), [400, 600, aliasTaken]);
    const other = await post(accounts, key());
    assert.deepEqual(errorOf(await patch(`${accounts}/${other.body.id}`, { alias: "work" })), [409, 600, aliasTaken]);
    assert.equal((await post(accounts, key({ alias: "work", user_id: "Melissa" }))).status, 201);
  });
});

suite("a shared account", () => {
  const shared = (acl) => key({ experimental: { account_type: "SHARED", ...(acl && { acl_config_for_shared: acl }) } });
  const execute = ({ post }, id, user_id) => post("/api/v3.1/tools/execute/proxy", { endpoint: "/me", method: "GET", connected_account_id: id, user_id });

  test("is listed only if the request asks for shared accounts", async () => {
    const { get, post } = openSandbox();
    const own = (await post(accounts, key())).body.id;
    const { body } = await post(accounts, shared());
    assert.deepEqual(body.experimental, { account_type: "SHARED", acl_config_for_shared: { allow_all_users: false, allowed_user_ids: [], not_allowed_user_ids: [] } });
    const ids = async (type) => (await get(`${accounts}?account_type=${type}`)).body.items.map(({ id }) => id);
    assert.deepEqual([await ids(""), await ids("PRIVATE"), await ids("SHARED"), await ids("ALL")], [[own], [own], [body.id], [body.id, own]]);
    assert.equal((await get(`${accounts}?account_type=PUBLIC`)).status, 400);
  });

  test("is used by its owner, and by the users that its access list admits", async () => {
    const platform = openSandbox({ apps: [{ key: "notion", authScheme: "API_KEY" }] });
    const create = (acl) => platform.post(accounts, {
      auth_config: { id: "ac_Own000000000" },
      connection: { user_id: "Jessica", data: { api_key: "k" }, experimental: { account_type: "SHARED", acl_config_for_shared: acl } },
    });
    const run = async (id, user_id) => (await platform.post("/api/v3.1/tools/execute/NOTION_GET_PROFILE", { connected_account_id: id, user_id, arguments: {} })).status;
    const cases = [
      [{}, "Jessica", 200], [{}, "Melissa", 403],
      [{ allowed_user_ids: ["Melissa"] }, "Melissa", 200], [{ allowed_user_ids: ["Melissa"] }, "Ruth", 403],
      [{ allow_all_users: true }, "Ruth", 200], [{ allow_all_users: true, not_allowed_user_ids: ["Ruth"] }, "Ruth", 403],
    ];
    for (const [acl, user, expected] of cases) {
      const { body } = await create(acl);
      assert.equal(await run(body.id, user), expected, `${JSON.stringify(acl)} ${user}`);
    }
    const { status, body } = await platform.post("/api/v3.1/tools/execute/NOTION_GET_PROFILE", { user_id: "Jessica", arguments: {} });
    assert.deepEqual([status, body.error.code], [404, 1810], "is never picked without its id");
  });

  test("has an access list that PATCH changes; a private one has none", async () => {
    const { get, post, patch } = openSandbox();
    const { body } = await post(accounts, shared({ allowed_user_ids: ["Melissa"] }));
    await patch(`${accounts}/${body.id}`, { experimental: { acl_config_for_shared: { not_allowed_user_ids: ["Ruth"] } } });
    assert.deepEqual((await get(`${accounts}/${body.id}`)).body.experimental.acl_config_for_shared, {
      allow_all_users: false, allowed_user_ids: ["Melissa"], not_allowed_user_ids: ["Ruth"],
    });
    const own = (await post(accounts, key())).body.id;
    const refused = /acl_config_for_shared is only valid on SHARED/;
    assert.match(errorOf(await patch(`${accounts}/${own}`, { experimental: { acl_config_for_shared: {} } }))[2], refused);
    assert.match(errorOf(await post(`${accounts}/link`, link({ experimental: { acl_config_for_shared: {} } })))[2], refused);
  });
});

suite("rotating the values of an account", () => {
  const rotate = ({ patch }, id, val, authScheme = "API_KEY") => patch(`${accounts}/${id}`, { connection: { state: { authScheme, val } } });

  test("replaces the values that are given", async () => {
    const platform = openSandbox();
    const { body } = await platform.post(accounts, key());
    assert.deepEqual((await rotate(platform, body.id, { generic_api_key: "phx_5678" })).body, { success: true, id: body.id, status: "ACTIVE" });
    assert.deepEqual(platform.sandbox.accounts()[0].data, { subdomain: "us.i", generic_api_key: "phx_5678" });
  });

  test("is refused for OAuth, for another scheme, for an unknown value, and without a required value", async () => {
    const platform = openSandbox();
    const oauth = await connectAccount(platform);
    const { body: { id } } = await platform.post(accounts, key());
    assert.deepEqual((await rotate(platform, oauth.id, { access_token: "x" }, "OAUTH2")).status, 400);
    assert.deepEqual((await rotate(platform, oauth.id, { token: "x" }, "BEARER_TOKEN")).status, 400);
    assert.deepEqual((await rotate(platform, id, { token: "x" }, "BEARER_TOKEN")).status, 400);
    assert.deepEqual((await rotate(platform, id, { subdomain: "eu" })).status, 400);
    assert.deepEqual(errorOf(await rotate(platform, id, { generic_api_key: null })), [400, 612, "Missing required fields: API key"]);
    assert.deepEqual(platform.sandbox.accounts()[1].data, { subdomain: "us.i", generic_api_key: "phx_1234" });
  });
});

suite("revoking an account", () => {
  const revoke = ({ post }, id, version = "v3.1") => post(`/api/${version}/connected_accounts/${id}/revoke`);

  test("ends it and its tokens; a second time changes nothing", async () => {
    const platform = openSandbox();
    const { id, tokens } = await connectAccount(platform);
    const { status, body } = await revoke(platform, id);
    assert.deepEqual([status, body], [200, { revoked_tokens: ["access_token", "refresh_token"], connected_account: { id, status: "REVOKED" } }]);
    const account = (await platform.get(`${accounts}/${id}`)).body;
    assert.deepEqual([account.status, account.status_reason], ["REVOKED", "Revoked via user-initiated revoke endpoint"]);
    assert.deepEqual((await revoke(platform, id)).body.revoked_tokens, []);
    assert.equal((await platform.patch(`${accounts}/${id}/status`, { enabled: true })).status, 409);
    const answer = await platform.post("/api/v3.1/tools/execute/GMAIL_GET_PROFILE", { custom_auth_params: { parameters: [{ name: "Authorization", in: "header", value: `Bearer ${tokens.access_token}` }] }, arguments: {} });
    assert.equal(answer.body.successful, false, "the app no longer accepts the token");
  });

  test("is refused for an account that is not ACTIVE, has a key or does not exist, and in v3", async () => {
    const platform = openSandbox();
    const { id } = await connectAccount(platform);
    const waiting = (await platform.post(`${accounts}/link`, link())).body.connected_account_id;
    const typed = (await platform.post(accounts, key())).body.id;
    assert.equal((await revoke(platform, id, "v3")).status, 404);
    await platform.patch(`${accounts}/${id}/status`, { enabled: false });
    for (const [of, expected] of [[id, 409], [waiting, 409], [typed, 400], ["ca_nope", 404]]) assert.equal((await revoke(platform, of)).status, expected, of);
    assert.equal(platform.sandbox.accounts()[0].status, "ACTIVE");
  });

  test("is part of a deletion that asks for it", async () => {
    const platform = openSandbox();
    const { id } = await connectAccount(platform);
    const { body } = await platform.send("DELETE", `${accounts}/${id}?revoke_on_delete=true`);
    assert.equal(body.success, true);
    assert.match(body.revoke_job_id, /^pj_/);
  });
});

suite("a project that verifies identities", () => {
  const verifierUrl = "https://app.test/verify";
  const begin = async (user_id = "Jessica") => {
    const platform = openSandbox({ verifierUrl });
    const { body } = await platform.post(`${accounts}/link`, link({ user_id, callback_url: "https://app.test/done" }));
    const { url } = await answerConsent(platform.sandbox, body.redirect_url);
    return { ...platform, id: body.connected_account_id, url };
  };
  const complete = ({ post }, session_uri, user_id = "Jessica") => post(`${accounts}/complete_auth`, { session_uri, user_id });

  test("sends users to its server with session_uri alone, which completes the account", async () => {
    const platform = await begin();
    assert.equal(platform.url.origin + platform.url.pathname, verifierUrl);
    assert.deepEqual([...platform.url.searchParams.keys()], ["session_uri"]);
    assert.equal(platform.sandbox.accounts()[0].status, "INITIATED");
    const uri = platform.url.searchParams.get("session_uri");
    const { status, body } = await complete(platform, uri);
    assert.deepEqual([status, body], [200, { connected_account_id: platform.id, toolkit_slug: "gmail" }]);
    assert.equal(platform.sandbox.accounts()[0].status, "ACTIVE");
    assert.deepEqual(errorOf(await complete(platform, uri)).slice(0, 1), [404], "works once");
  });

  test("sets the account to FAILED if another user completes it, and invalidates the session", async () => {
    const platform = await begin();
    const uri = platform.url.searchParams.get("session_uri");
    assert.deepEqual(errorOf(await complete(platform, uri, "Melissa")), [400, 600, "identity mismatch"]);
    const [{ status, statusReason }] = platform.sandbox.accounts();
    assert.deepEqual([status, statusReason], ["FAILED", "Callback identity verification failed"]);
    assert.equal((await complete(platform, uri)).status, 404);
  });

  test("refuses a session that is unknown or too old", async () => {
    const platform = await begin();
    assert.deepEqual(errorOf(await complete(platform, "session_nope")), [404, 606, "auth session not found or expired"]);
    platform.sandbox.advance(10 * minuteMs);
    assert.deepEqual(errorOf(await complete(platform, platform.url.searchParams.get("session_uri"))), [404, 606, "auth session not found or expired"]);
  });

  test("refuses the session of an account that has expired meanwhile, or was deleted", async () => {
    const late = openSandbox({ verifierUrl });
    const { body } = await late.post(`${accounts}/link`, link());
    late.sandbox.advance(9 * minuteMs);
    const { url } = await answerConsent(late.sandbox, body.redirect_url);
    late.sandbox.advance(minuteMs);
    assert.equal((await complete(late, url.searchParams.get("session_uri"))).status, 404);
    assert.equal(late.sandbox.accounts()[0].status, "EXPIRED");
    const platform = await begin();
    await platform.delete(`${accounts}/${platform.id}`);
    assert.equal((await complete(platform, platform.url.searchParams.get("session_uri"))).status, 404);
  });

  test("refuses placeholder users", async () => {
    const { post } = openSandbox({ verifierUrl });
    for (const user_id of ["default", " "]) assert.match(errorOf(await post(`${accounts}/link`, link({ user_id })))[2], /a real user_id is required/);
    assert.equal((await post(accounts, key({ user_id: undefined }))).status, 400);
  });
});

suite("a credential", () => {
  test("that the app rejects is refused where the platform checks it, also on the hosted page", async () => {
    const { sandbox, post } = openSandbox();
    const firecrawl = (api_key) => ({ auth_config: { id: seeded.firecrawl.id }, connection: { user_id: "Jessica", data: { api_key } } });
    const { status, body } = await post(accounts, firecrawl("bad"));
    assert.deepEqual([status, body.error.slug], [400, "ConnectedAccount_CredentialValidationRejected"]);
    assert.deepEqual(sandbox.accounts(), []);
    const made = await post(`${accounts}/link`, link({ auth_config_id: seeded.firecrawl.id }));
    const page = await sandbox.fetch(new Request(made.body.redirect_url, { method: "POST", body: new URLSearchParams({ api_key: "bad" }) }));
    assert.equal(page.status, 400);
    assert.equal(sandbox.accounts()[0].status, "INITIALIZING");
    assert.equal((await post(accounts, firecrawl("fc-1"))).status, 201);
  });

  test("that the app rejects makes actions fail where the platform does not check it", async () => {
    const { sandbox, post } = openSandbox({ apps: [{ key: "our-crm", authScheme: "API_KEY" }] });
    for (const [api_key, successful] of [["bad", false], ["good", true]]) {
      const { body } = await post(accounts, { auth_config: { id: "ac_Own000000000" }, connection: { user_id: api_key, data: { api_key } } });
      const answer = await post("/api/v3.1/tools/execute/OUR_CRM_GET_PROFILE", { connected_account_id: body.id, user_id: api_key, arguments: {} });
      assert.deepEqual([answer.status, answer.body.successful], [200, successful]);
    }
    assert.deepEqual(sandbox.accounts().map(({ status }) => status), ["ACTIVE", "ACTIVE"]);
  });
});

suite("an answer", () => {
  test("counts the requests of the minute in its headers", async () => {
    const { sandbox, get } = openSandbox();
    const headersOf = ({ headers }) => ["x-ratelimit", "x-ratelimit-remaining", "x-ratelimit-window-size"].map((name) => headers.get(name));
    assert.deepEqual(headersOf(await get("/api/v3.1/toolkits")), ["10000", "9999", "60s"]);
    assert.deepEqual(headersOf(await get("/api/v3.1/nothing")), ["10000", "9998", "60s"]);
    sandbox.reset();
    assert.deepEqual(headersOf(await get("/api/v3.1/toolkits")), ["10000", "9999", "60s"]);
    sandbox.advance(minuteMs);
    assert.deepEqual(headersOf(await get("/api/v3.1/toolkits")), ["10000", "9999", "60s"]);
  });
});
