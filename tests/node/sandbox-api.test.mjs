import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openSandbox, seeded } from "./sandbox.mjs";

const accounts = "/api/v3.1/connected_accounts";
const callback = "https://app.test/done";
const typedCredentials = (app, val, more) => ({
  auth_config: { id: seeded[app].id },
  connection: { user_id: "Jessica", callback_url: callback, state: { authScheme: "API_KEY", val: { status: "ACTIVE", ...val } }, ...more },
});
const shopifyVal = { admin_api_access_token: "shpat_0123456789", shop: "acme" };
const link = (app, more) => ({ auth_config_id: seeded[app].id, user_id: "Jessica", callback_url: callback, ...more });

suite("toolkits", () => {
  test("are listed with their schemes, and which are managed", async () => {
    const { body } = await openSandbox().get("/api/v3.1/toolkits?search=&limit=100");
    const of = (slug) => body.items.find((item) => item.slug === slug);
    assert.deepEqual([of("hackernews").no_auth, of("hackernews").auth_schemes], [true, ["NO_AUTH"]]);
    assert.deepEqual([of("gmail").no_auth, of("gmail").auth_schemes], [false, ["OAUTH2", "BEARER_TOKEN"]]);
    assert.deepEqual(of("gmail").composio_managed_auth_schemes, ["OAUTH2"]);
    assert.deepEqual(of("own_crm").composio_managed_auth_schemes, []);
    assert.deepEqual(of("gmail").meta.categories, [{ id: "collaboration-&-communication", name: "collaboration & communication" }]);
    assert.deepEqual([body.next_cursor, body.total_pages, body.current_page, body.total_items], [null, 1, 1, 8]);
  });

  test("are searched, sorted and paged", async () => {
    const { get } = openSandbox();
    const slugs = async (query) => (await get(`/api/v3.1/toolkits?${query}`)).body.items.map(({ slug }) => slug);
    assert.deepEqual(await slugs("search=HOG"), ["posthog"]);
    assert.deepEqual(await slugs("managed_by=project"), []);
    assert.deepEqual((await slugs("sort_by=alphabetically")).slice(0, 2), ["acme_tickets", "firecrawl"]);
    const first = await get("/api/v3.1/toolkits?limit=5");
    assert.equal(atob(first.body.next_cursor), "2-5");
    const second = await get(`/api/v3.1/toolkits?limit=5&cursor=${first.body.next_cursor}`);
    assert.deepEqual([second.body.items.length, second.body.next_cursor, second.body.current_page], [3, null, 2]);
  });

  test("have fields by scheme, by who supplies them, and by required or optional", async () => {
    const { get } = openSandbox();
    const { body } = await get("/api/v3.1/toolkits/posthog");
    assert.deepEqual(body.auth_config_details, [{
      mode: "API_KEY", name: "posthog_api_key", required_scopes: [], proxy: { base_url: "https://{{subdomain}}.posthog.com" },
      fields: {
        auth_config_creation: { required: [], optional: [] },
        connected_account_initiation: {
          required: [
            { name: "subdomain", displayName: "Subdomain", type: "string", description: "Region of your project.", required: true, default: "us.i", user_visible: true },
            { name: "generic_api_key", displayName: "API key", type: "string", description: "Personal API key.", required: true, default: null, legacy_template_name: "apiKey", user_visible: true },
          ],
          optional: [{ name: "base_url", displayName: "Base URL", type: "string", description: "Only for your own server.", required: false, default: "", user_visible: true }],
        },
      },
    }]);
    assert.deepEqual(body.meta.categories, [{ name: "analytics", slug: "analytics" }]);
    assert.ok(!("no_auth" in body));
    const user = async (slug) => (await get(`/api/v3.1/toolkits/${slug}`)).body.auth_config_details[0].fields.connected_account_initiation;
    assert.deepEqual(Object.keys((await user("zendesk")).required[0]), ["name", "displayName", "type", "description", "required", "user_visible"]);
    assert.ok((await user("shopify")).required.every((field) => !("is_secret" in field)));
    assert.deepEqual((await user("acme_tickets")).optional.map(({ name, user_visible }) => [name, user_visible]), [["internal_region", false]]);
    assert.deepEqual((await get("/api/v3.1/toolkits/hackernews")).body.auth_config_details.map(({ mode }) => mode), ["NO_AUTH"]);
  });
});

suite("auth configs", () => {
  test("are listed without fields, without deleted ones, and without disabled ones by default", async () => {
    const { get } = openSandbox();
    const ids = async (query) => (await get(`/api/v3.1/auth_configs?${query}`)).body.items.map(({ id }) => id);
    assert.deepEqual(await ids("toolkit_slug=firecrawl"), [seeded.firecrawlNewer.id, seeded.firecrawl.id]);
    assert.deepEqual(await ids("toolkit_slug=gmail,zendesk"), [seeded.zendesk.id, seeded.gmail.id]);
    assert.deepEqual(await ids("toolkit_slug=zendesk&show_disabled=true"), [seeded.zendesk.id, seeded.zendeskOff.id]);
    assert.deepEqual(await ids("is_composio_managed=true"), [seeded.zendesk.id, seeded.gmail.id]);
    assert.deepEqual(await ids("search=CRM"), [seeded.ownCrm.id]);
    assert.ok((await get("/api/v3.1/auth_configs")).body.items.every((item) => !("expected_input_fields" in item)));
  });

  test("have fields and masked credentials", async () => {
    const { get } = openSandbox();
    const crm = (await get(`/api/v3.1/auth_configs/${seeded.ownCrm.id}`)).body;
    assert.deepEqual([crm.type, crm.status, crm.auth_scheme, crm.is_composio_managed, crm.toolkit.slug], ["custom", "ENABLED", "OAUTH2", false, "own_crm"]);
    assert.deepEqual(crm.credentials, { client_id: "own-crm-client", client_secret: "own-..." });
    const gmail = (await get(`/api/v3.1/auth_configs/${seeded.gmail.id}`)).body;
    assert.deepEqual([gmail.type, gmail.is_composio_managed, gmail.expected_input_fields], ["default", true, []]);
    const tickets = (await get(`/api/v3.1/auth_configs/${seeded.acmeTickets.id}`)).body;
    assert.deepEqual(tickets.expected_input_fields.map(({ name, is_secret }) => [name, is_secret]), [
      ["username", false], ["password", true], ["subdomain", false], ["internal_region", false],
    ]);
  });

  test("can be created for managed and for custom credentials", async () => {
    const { get, post } = openSandbox();
    const managed = await post("/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_composio_managed_auth", name: "mine", credentials: { scopes: ["a", "b"] } } });
    assert.equal(managed.status, 201);
    const { id } = managed.body.auth_config;
    assert.match(id, /^ac_/);
    assert.deepEqual(managed.body, {
      toolkit: { slug: "gmail" }, auth_config: { id, auth_scheme: "OAUTH2", is_composio_managed: true, restrict_to_following_tools: [] },
    });
    const own = await post("/api/v3.1/auth_configs", { toolkit: { slug: "firecrawl" }, auth_config: { type: "use_custom_auth", authScheme: "API_KEY", credentials: {} } });
    assert.equal(own.body.auth_config.is_composio_managed, false);
    assert.equal((await get(`/api/v3.1/auth_configs/${id}`)).body.name, "mine");
  });
});

suite("initiating a connection", () => {
  test("with typed credentials is ACTIVE at once, with masked secrets", async () => {
    const { sandbox, post } = openSandbox();
    const { status, body } = await post(accounts, typedCredentials("shopify", shopifyVal));
    assert.equal(status, 201);
    const [account] = sandbox.accounts();
    assert.deepEqual(body, {
      id: account.id,
      connectionData: { authScheme: "API_KEY", val: { status: "ACTIVE", admin_api_access_token: "shpa...", shop: "acme" } },
      status: "ACTIVE", redirect_url: null, redirect_uri: null,
    });
    assert.deepEqual(account.data, shopifyVal);
  });

  test("with custom OAuth credentials returns a redirect URL", async () => {
    const { post } = openSandbox();
    const { status, body } = await post(accounts, { auth_config: { id: seeded.ownCrm.id }, connection: { callback_url: callback } });
    assert.equal(status, 201);
    assert.match(body.redirect_url, /^https:\/\/platform\.example\/api\/v3\/s\/\w{8}$/);
    assert.equal(body.redirect_uri, body.redirect_url);
    assert.deepEqual(body.connectionData, { authScheme: "OAUTH2", val: { status: "INITIATED", redirectUrl: body.redirect_url, callback_url: callback } });
  });

  test("takes flat data, redirect_uri and no user_id, and imports tokens", async () => {
    const { sandbox, post } = openSandbox();
    await post(accounts, { auth_config: { id: seeded.firecrawl.id }, connection: { data: { api_key: "fc-1" }, redirect_uri: callback } });
    const imported = await post(accounts, {
      auth_config: { id: seeded.ownCrm.id },
      connection: { state: { authScheme: "OAUTH2", val: { status: "ACTIVE", access_token: "at-0123456789", expires_in: 3600 } } },
    });
    assert.deepEqual(imported.body.connectionData.val, { status: "ACTIVE", access_token: "at-0...", expires_in: 3600, redirectUrl: imported.body.connectionData.val.redirectUrl });
    assert.equal(imported.body.redirect_url, null);
    assert.deepEqual(sandbox.accounts().map(({ entityId, callbackUrl, status }) => [entityId, callbackUrl, status]), [
      ["default", callback, "ACTIVE"], ["default", null, "ACTIVE"],
    ]);
  });

  test("by link returns expires_at and no status", async () => {
    const { get, post } = openSandbox();
    const { status, body } = await post(`${accounts}/link`, link("gmail"));
    assert.equal(status, 201);
    assert.match(body.link_token, /^lk_\w{21}$/);
    assert.deepEqual(body, {
      link_token: body.link_token, redirect_url: `https://platform.example/link/${body.link_token}`,
      expires_at: "2026-01-16T10:10:00.000Z", connected_account_id: body.connected_account_id,
    });
    const account = (await get(`${accounts}/${body.connected_account_id}`)).body;
    assert.deepEqual([account.status, account.state.val.status, account.state.val.redirectUrl], ["INITIALIZING", "INITIALIZING", body.redirect_url]);
  });

  test("masks even a short secret", async () => {
    const { body } = await openSandbox().post(accounts, typedCredentials("firecrawl", { api_key: "abc" }));
    assert.equal(body.connectionData.val.api_key, "REDACTED");
  });
});

suite("connected accounts", () => {
  test("have a status, masked values and timestamps", async () => {
    const { get, post } = openSandbox();
    const { body } = await post(accounts, typedCredentials("shopify", shopifyVal));
    const account = await get(`${accounts}/${body.id}`);
    const val = { status: "ACTIVE", admin_api_access_token: "shpa...", shop: "acme" };
    assert.deepEqual(account.body, {
      toolkit: { slug: "shopify" },
      auth_config: { id: seeded.shopify.id, auth_scheme: "API_KEY", is_composio_managed: false, is_disabled: false },
      id: body.id, user_id: "Jessica", status: "ACTIVE", status_reason: null,
      created_at: "2026-01-16T10:00:00.000Z", updated_at: "2026-01-16T10:00:00.000Z",
      state: { authScheme: "API_KEY", val }, data: val, params: { admin_api_access_token: "shpa...", shop: "acme" },
      word_id: "shopify_amber-anchor", alias: null, is_disabled: false, experimental: { account_type: "PRIVATE" },
    });
  });

  test("are filtered, ordered and paged", async () => {
    const { sandbox, get, post } = openSandbox();
    const make = async (path, body) => {
      sandbox.advance(1);
      const answer = await post(path, body);
      return answer.body.id ?? answer.body.connected_account_id;
    };
    const a = await make(accounts, typedCredentials("shopify", shopifyVal));
    const b = await make(`${accounts}/link`, link("gmail"));
    const c = await make(`${accounts}/link`, link("gmail", { user_id: "Melissa" }));
    const ids = async (query) => (await get(`${accounts}?${query}`)).body.items.map(({ id }) => id);
    const cases = {
      "": [c, b, a],
      "order_by=updated_at&order_direction=asc": [a, b, c],
      "user_ids=Jessica": [b, a],
      "user_ids=Jessica,Melissa&toolkit_slugs=gmail": [c, b],
      "statuses=ACTIVE,FAILED": [a],
      [`auth_config_ids=${seeded.gmail.id}&user_ids=Melissa`]: [c],
      [`connected_account_ids=${a},${c}`]: [c, a],
      "toolkit_slugs=": [c, b, a],
    };
    for (const [query, expected] of Object.entries(cases)) assert.deepEqual(await ids(query), expected, query);
    const first = (await get(`${accounts}?limit=2`)).body;
    assert.deepEqual(first.items.map(({ id }) => id), [c, b]);
    const second = (await get(`${accounts}?cursor=${first.next_cursor}`)).body;
    assert.deepEqual([second.items.map(({ id }) => id), second.next_cursor], [[a], null]);
    assert.ok(first.items.every((item) => !("params" in item)));
  });
});

const get = (path, headers) => ({ method: "GET", path, headers });
const post = (path, body, headers) => ({ method: "POST", path, body: typeof body === "string" ? body : JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
const create = (body) => post(accounts, body);
const createLink = (app, more) => post(`${accounts}/link`, link(app, more));
const createConfig = (slug, auth_config) => post("/api/v3.1/auth_configs", { toolkit: { slug }, auth_config });

/** name: [request, status, code or slug, message] */
const refusals = {
  "no key": [get(accounts, { "x-api-key": undefined }), 401, "Auth_NoAuthProvided", /key/],
  "wrong key": [get(accounts, { "x-api-key": "other" }), 401, "APIKey_InvalidAPIKey", /key/],
  "two credentials": [get(accounts, { "x-user-api-key": "u" }), 401, "HTTP_Unauthorized", /ApiKeyAuth via x-api-key, UserApiKeyAuth via x-user-api-key/],
  "a key and a session cookie": [get(accounts, { cookie: "a=b; authToken=t" }), 401, "HTTP_Unauthorized", /CookieAuth via authToken/],
  "no such route": [get("/api/v3.1/nothing"), 404, "HTTP_NotFound", /GET \/api\/v3\.1\/nothing/],
  "unknown toolkit": [get("/api/v3.1/toolkits/nope"), 404, "HTTP_NotFound", /nope/],
  "unknown auth config": [get("/api/v3.1/auth_configs/ac_nope"), 404, "Auth_Config_NotFound", /Auth config not found/],
  "deleted auth config": [get(`/api/v3.1/auth_configs/${seeded.firecrawlDeleted.id}`), 404, "Auth_Config_NotFound", /Auth config not found/],
  "unknown account": [get(`${accounts}/ca_nope`), 404, 606, /Connected account "ca_nope" not found/],
  "create: managed OAuth, retired": [create({ auth_config: { id: seeded.gmail.id }, connection: {} }), 400, 600, /no longer supported.*\/api\/v3\/connected_accounts\/link/],
  "create: unknown auth config": [create({ auth_config: { id: "ac_nope" }, connection: {} }), 404, 607, /not found/],
  "create: disabled auth config": [create({ auth_config: { id: seeded.zendeskOff.id }, connection: {} }), 400, 600, /disabled/],
  "create: no auth config": [create({ connection: {} }), 400, 10400, /payload\.auth_config: is required/],
  "create: auth config as text": [create({ auth_config: seeded.shopify.id, connection: {} }), 400, 10400, /payload\.auth_config: must be an object/],
  "create: no connection": [create({ auth_config: { id: seeded.shopify.id } }), 400, 10400, /payload\.connection: is required/],
  "create: no values": [create({ auth_config: { id: seeded.shopify.id }, connection: {} }), 400, 612, /Missing required fields: Admin Api Access Token, Store Subdomain/],
  "create: missing field": [create(typedCredentials("shopify", { shop: "acme" })), 400, 612, /Missing required fields: Admin Api Access Token$/],
  "create: empty field": [create(typedCredentials("firecrawl", { api_key: "" })), 400, 612, /Missing required fields: API Key/],
  "create: missing field that has a default": [create(typedCredentials("posthog", { generic_api_key: "k" })), 400, 612, /Missing required fields: Subdomain/],
  "create: number among the values": [create(typedCredentials("firecrawl", { api_key: 1 })), 400, 10400, /val\.api_key: must be a string/],
  "create: scheme of another auth config": [create(typedCredentials("acmeTickets", { username: "u", password: "p", subdomain: "s" })), 400, 10400, /authScheme: must be BASIC/],
  "create: status that a request cannot set": [create(typedCredentials("firecrawl", { api_key: "k", status: "INITIATED" })), 400, 10400, /val\.status: must be ACTIVE/],
  "create: import without a token": [create({ auth_config: { id: seeded.ownCrm.id }, connection: { state: { authScheme: "OAUTH2", val: { status: "ACTIVE" } } } }), 400, 10400, /val\.access_token: is required/],
  "create: state and data": [create(typedCredentials("firecrawl", { api_key: "k" }, { data: {} })), 400, 10400, /connection\.data: cannot be combined/],
  "create: empty user_id": [create(typedCredentials("firecrawl", { api_key: "k" }, { user_id: "" })), 400, 10400, /connection\.user_id: must be/],
  "create: null user_id": [create(typedCredentials("firecrawl", { api_key: "k" }, { user_id: null })), 400, 10400, /connection\.user_id: must be/],
  "create: callback_url without a scheme": [create(typedCredentials("firecrawl", { api_key: "k" }, { callback_url: "app.example" })), 400, 10400, /connection\.callback_url: must be an http/],
  "create: unknown member": [create(typedCredentials("firecrawl", { api_key: "k" }, { redirectUrl: callback })), 400, 10400, /connection\.redirectUrl: is not a known/],
  "create: text as a flag": [create({ ...typedCredentials("firecrawl", { api_key: "k" }), validate_credentials: "yes" }), 400, 10400, /validate_credentials: must be a boolean/],
  "create: broken JSON": [post(accounts, "{]"), 400, 10400, /not valid JSON/],
  "create: text": [post(accounts, "{}", { "content-type": "text/plain" }), 400, 10400, /Content-Type/],
  "link: no user_id": [createLink("gmail", { user_id: undefined }), 400, 10400, /payload\.user_id: is required/],
  "link: empty user_id": [createLink("gmail", { user_id: "" }), 400, 10400, /payload\.user_id: must be/],
  "link: no auth_config_id": [createLink("gmail", { auth_config_id: undefined }), 400, 10400, /payload\.auth_config_id: is required/],
  "link: unknown auth config": [createLink("gmail", { auth_config_id: "ac_nope" }), 404, 607, /not found/],
  "link: disabled auth config": [createLink("zendeskOff"), 400, 600, /disabled/],
  "link: file as callback_url": [createLink("gmail", { callback_url: "file:///etc/hosts" }), 400, 10400, /callback_url: must be an http/],
  "link: number in connection_data": [createLink("zendesk", { connection_data: { subdomain: 1 } }), 400, 10400, /connection_data\.subdomain: must be a string/],
  "link: unknown member": [createLink("gmail", { redirect_url: callback }), 400, 10400, /redirect_url: is not a known/],
  "config: unknown toolkit": [createConfig("nope", { type: "use_composio_managed_auth" }), 404, "HTTP_NotFound", /nope/],
  "config: unknown type": [createConfig("gmail", { type: "managed" }), 400, 10400, /auth_config\.type: must be one of/],
  "config: no type": [createConfig("gmail", {}), 400, 10400, /auth_config\.type: is required/],
  "config: managed, without credentials for it": [createConfig("own_crm", { type: "use_composio_managed_auth" }), 400, "Auth_Config_DefaultAuthConfigNotFound", /Default auth config not found/],
  "config: custom, without a scheme": [createConfig("own_crm", { type: "use_custom_auth" }), 400, 10400, /auth_config\.authScheme: is required/],
  "config: scheme of another app": [createConfig("own_crm", { type: "use_custom_auth", authScheme: "BASIC" }), 400, 600, /has no BASIC/],
  "config: custom, without its credentials": [createConfig("own_crm", { type: "use_custom_auth", authScheme: "OAUTH2", credentials: { client_id: "i" } }), 400, 10400, /credentials\.client_secret: is required/],
  "list: limit zero": [get(`${accounts}?limit=0`), 400, 10400, /payload\.limit: must be/],
  "list: limit over the most": [get("/api/v3.1/toolkits?limit=1001"), 400, 10400, /payload\.limit: must be/],
  "list: invalid cursor": [get(`${accounts}?cursor=abc`), 400, 10400, /payload\.cursor: is not a cursor/],
  "list: unknown status": [get(`${accounts}?statuses=ACTIVE,DONE`), 400, 10400, /payload\.statuses: must be/],
  "list: unknown order": [get(`${accounts}?order_by=name`), 400, 10400, /payload\.order_by: must be/],
  "list: flag that is neither true nor false": [get("/api/v3.1/auth_configs?show_disabled=yes"), 400, 10400, /payload\.show_disabled: must be/],
};

suite("the API refuses", () => {
  for (const [label, [{ method, path, ...init }, status, code, message]] of Object.entries(refusals)) {
    test(label, async () => {
      const { sandbox, send } = openSandbox();
      const answer = await send(method, path, init);
      assert.equal(answer.status, status);
      const { error } = answer.body;
      assert.match([error.message, ...(error.errors ?? [])].join("\n"), message);
      assert.equal(typeof code === "string" ? error.slug : error.code, code);
      assert.equal(error.status, status);
      assert.match(error.request_id, /^[0-9a-f-]{36}$/);
      assert.equal(answer.headers.get("x-request-id"), error.request_id);
      assert.deepEqual(sandbox.accounts(), []);
    });
  }
});
