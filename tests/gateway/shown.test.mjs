import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { json, openGateway } from "./support.mjs";

const secret = "s3cret";
const field = {
  name: "shop", displayName: "Shop", display_name: "Shop", type: "string", description: "Your shop", required: true, default: "acme", is_secret: false, user_visible: true,
  expected_from_customer: true, legacy_template_name: "shop", format: "uri", pattern: "^a", example: "acme", prefix: "https://", suffix: ".example", order: 1, enum: ["acme", 7, true],
};
const fields = { required: [field], optional: [field] };
/** All that a page may know of each thing. */
const whole = {
  app: {
    slug: "gmail", name: "Gmail", type: "native", enabled: true, no_auth: false, is_local_toolkit: false, auth_guide_url: "https://guide.test", auth_schemes: ["OAUTH2"],
    composio_managed_auth_schemes: ["OAUTH2"],
    auth_config_details: [{ mode: "OAUTH2", name: "gmail_oauth", auth_hint_url: "https://hint.test", fields: { auth_config_creation: fields, connected_account_initiation: fields } }],
    meta: { description: "Mail", logo: "https://logo.test", app_url: "https://gmail.test", version: "1", created_at: "a", updated_at: "b", categories: [{ id: "c", slug: "c", name: "C" }] },
  },
  config: {
    id: "ac_1", name: "One", type: "default", status: "ENABLED", auth_scheme: "OAUTH2", is_composio_managed: true, deleted: false, created_at: "a", last_updated_at: "b",
    toolkit: { slug: "gmail", logo: "https://logo.test" }, expected_input_fields: [field],
  },
  account: {
    id: "ca_1", user_id: "Jessica", status: "FAILED", status_reason: "r", is_disabled: false, word_id: "w", alias: "a", created_at: "a", updated_at: "b", toolkit: { slug: "gmail" },
    auth_config: { id: "ac_1", auth_scheme: "OAUTH2", is_composio_managed: true, is_disabled: false },
    state: { authScheme: "OAUTH2", val: { status: "FAILED", error: "e", error_description: "d", authScheme: "OAUTH2" } },
  },
  made: { id: "ca_1", status: "INITIATED", redirect_url: "https://auth.test", redirect_uri: "https://auth.test", user_id: "Jessica", connectionData: { authScheme: "OAUTH2", val: { status: "INITIATED", redirectUrl: "https://auth.test" } } },
  link: { connected_account_id: "ca_1", redirect_url: "https://auth.test", expires_at: "c", user_id: "Jessica" },
  refreshed: { id: "ca_1", status: "INITIATED", redirect_url: "https://auth.test", user_id: "Jessica" },
  created: { toolkit: { slug: "gmail" }, auth_config: { id: "ac_1", auth_scheme: "OAUTH2", is_composio_managed: true } },
  done: { success: true },
  ran: { data: { anything: [{ goes: true }] }, error: null, successful: true, log_id: "l" },
};

const api = "/api/v3.1";
const post = (path, body) => ["POST", path, { body }];
/** Each operation: the request, what the platform answers, and what the page is shown of it when that holds no more than it may know. */
const operations = {
  "apps.get": [["GET", `${api}/toolkits/gmail`], whole.app, whole.app],
  "apps.list": [["GET", `${api}/toolkits`], { items: [whole.app] }, { items: [whole.app], next_cursor: null, total_pages: 1, current_page: 1, total_items: 1 }],
  "integrations.get": [["GET", `${api}/auth_configs/ac_1`], whole.config, whole.config],
  "integrations.list": [["GET", `${api}/auth_configs`], { items: [whole.config] }, { items: [whole.config], next_cursor: null, total_pages: 1, current_page: 1, total_items: 1 }],
  "integrations.create": [post(`${api}/auth_configs`, { toolkit: { slug: "gmail" }, auth_config: { type: "use_composio_managed_auth" } }), whole.created, whole.created],
  "connectedAccounts.get": [["GET", `${api}/connected_accounts/ca_1`], whole.account, whole.account],
  "connectedAccounts.list": [["GET", `${api}/connected_accounts`], { items: [whole.account] }, { items: [whole.account], next_cursor: null, user_id: "Jessica" }],
  "connectedAccounts.initiate": [post(`${api}/connected_accounts`, { auth_config: { id: "ac_1" }, connection: {} }), whole.made, whole.made],
  "connectedAccounts.initiate, by a link": [post(`${api}/connected_accounts/link`, { auth_config_id: "ac_1" }), whole.link, whole.link],
  "connectedAccounts.refresh": [post(`${api}/connected_accounts/ca_1/refresh`, {}), whole.refreshed, whole.refreshed],
  "connectedAccounts.enable": [["PATCH", `${api}/connected_accounts/ca_1/status`, { body: { enabled: true } }], whole.done, whole.done],
  "connectedAccounts.delete": [["DELETE", `${api}/connected_accounts/ca_1`], whole.done, whole.done],
  "executeAction": [post(`${api}/tools/execute/GMAIL_GET_PROFILE`, { connected_account_id: "ca_1", arguments: {} }), whole.ran, whole.ran],
};

async function shown(request, answer, options) {
  const opened = openGateway(options);
  opened.reply = (asked) => {
    const { pathname } = new URL(asked.url);
    // What is looked up first, where that is not the answer itself.
    if (asked.method === "GET" && request[0] !== "GET") return json(pathname.includes("auth_configs") ? whole.config : whole.account);
    return json(answer);
  };
  return opened.as("Jessica")(...request);
}

/** Copies of a value with one thing more in one place: an unknown member of an object, an object as an item or in a plain value's place. */
function* spoiled(value, isOpen) {
  if (isOpen) return;
  const hidden = { token: secret };
  if (Array.isArray(value)) {
    yield [...value, hidden];
    yield [...value, [secret], [hidden]];
    if (typeof value[0] === "object") yield [...value, secret];
    for (const [index, item] of value.entries()) {
      for (const other of spoiled(item)) yield value.with(index, other);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const name of ["unknown", "credentials", "constructor", "toJSON", "__proto__x"]) yield { ...value, [name]: secret };
    yield { ...value, unknown: hidden, other: [hidden] };
    for (const [name, member] of Object.entries(value)) {
      for (const other of spoiled(member, name === "data")) yield { ...value, [name]: other };
    }
  } else {
    yield hidden;
    yield [hidden];
    yield { toString: secret, valueOf: secret, toJSON: secret };
  }
}

suite("what a page is shown", () => {
  for (const [name, [request, answer, expected]] of Object.entries(operations)) {
    test(`of ${name}: all members that are known`, async () => {
      const { status, body } = await shown(request, answer);
      assert.deepEqual([status, body], [200, expected]);
    });

    test(`of ${name}: nothing else, at any depth`, async () => {
      let count = 0;
      for (const other of spoiled(answer)) {
        count += 1;
        const { text } = await shown(request, other);
        assert.ok(!text.includes(secret), JSON.stringify(other));
      }
      assert.ok(count > 5);
    });
  }

  test("of auth params, where they are to be seen: values and lists of texts of the user's account, and nothing inside of others", async () => {
    const val = { status: "ACTIVE", access_token: "token-1", expires_in: 3600, scope: ["a", "b", { token: secret }], authed_user: { token: secret }, extra_token_data: [[secret]], __proto__x: { a: secret } };
    const account = { ...whole.account, state: { authScheme: "OAUTH2", val, more: secret }, params: { token: secret }, data: { token: secret } };
    const { body, text } = await shown(["GET", `${api}/connected_accounts/ca_1`], account, { exposeAuthParams: true });
    assert.deepEqual(body.state, { authScheme: "OAUTH2", val: { status: "ACTIVE", access_token: "token-1", expires_in: 3600, scope: ["a", "b"], extra_token_data: [] } });
    assert.ok(!text.includes(secret));
  });

  test("of an app with hostile members is plain data", async () => {
    const text = JSON.stringify({ ...whole.app, name: "X" }).replace('"name":"X"', '"name":"X","__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}');
    const opened = openGateway();
    opened.reply = () => new Response(text);
    const { body } = await opened.as("Jessica")("GET", `${api}/toolkits/gmail`);
    assert.deepEqual([Object.hasOwn(body, "__proto__"), Object.hasOwn(body, "constructor"), {}.isAdmin], [false, false, undefined]);
  });
});
