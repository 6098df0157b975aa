import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { json, openGateway } from "./support.mjs";

const secret = "s3cret";
const field = {
  name: "shop", displayName: "Shop", display_name: "Shop", type: "string", description: "Your shop", required: true, default: "acme", is_secret: false, user_visible: true,
  expected_from_customer: true, legacy_template_name: "shop", format: "uri", pattern: "^a", example: "acme", prefix: "https://", suffix: ".example", order: 1, enum: ["acme", 7, true],
};
const fields = { required: [field], optional: [field] };
/** Each kind of answer with every member that a page may receive. */
const complete = {
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
/** Each operation: the request, the platform's answer, and what the page receives of it. */
const operations = {
  "apps.get": [["GET", `${api}/toolkits/gmail`], complete.app, complete.app],
  "apps.list": [["GET", `${api}/toolkits`], { items: [complete.app] }, { items: [complete.app], next_cursor: null, total_pages: 1, current_page: 1, total_items: 1 }],
  "integrations.get": [["GET", `${api}/auth_configs/ac_1`], complete.config, complete.config],
  "integrations.list": [["GET", `${api}/auth_configs`], { items: [complete.config] }, { items: [complete.config], next_cursor: null, total_pages: 1, current_page: 1, total_items: 1 }],
  "integrations.create": [post(`${api}/auth_configs`, { toolkit: { slug: "gmail" }, auth_config: { type: "use_composio_managed_auth" } }), complete.created, complete.created],
  "connectedAccounts.get": [["GET", `${api}/connected_accounts/ca_1`], complete.account, complete.account],
  "connectedAccounts.list": [["GET", `${api}/connected_accounts`], { items: [complete.account] }, { items: [complete.account], next_cursor: null, user_id: "Jessica" }],
  "connectedAccounts.initiate": [post(`${api}/connected_accounts`, { auth_config: { id: "ac_1" }, connection: {} }), complete.made, complete.made],
  "connectedAccounts.initiate, by a link": [post(`${api}/connected_accounts/link`, { auth_config_id: "ac_1" }), complete.link, complete.link],
  "connectedAccounts.refresh": [post(`${api}/connected_accounts/ca_1/refresh`, {}), complete.refreshed, complete.refreshed],
  "connectedAccounts.update": [["PATCH", `${api}/connected_accounts/ca_1`, { body: { alias: "work" } }], complete.done, complete.done],
  "connectedAccounts.enable": [["PATCH", `${api}/connected_accounts/ca_1/status`, { body: { enabled: true } }], complete.done, complete.done],
  "connectedAccounts.delete": [["DELETE", `${api}/connected_accounts/ca_1`], complete.done, complete.done],
  "executeAction": [post(`${api}/tools/execute/GMAIL_GET_PROFILE`, { connected_account_id: "ca_1", arguments: {} }), complete.ran, complete.ran],
};

async function answerTo(request, answer, options) {
  const opened = openGateway(options);
  opened.reply = (asked) => {
    const { pathname } = new URL(asked.url);
    // The gateway looks the account or integration up before it changes anything.
    if (asked.method === "GET" && request[0] !== "GET") return json(pathname.includes("auth_configs") ? complete.config : complete.account);
    return json(answer);
  };
  return opened.as("Jessica")(...request);
}

/** Copies of a value, each with the secret in one more place: an unknown member, an unexpected item, or an object in place of a plain value. */
function* withSecret(value, passesThrough) {
  if (passesThrough) return;
  const hidden = { token: secret };
  if (Array.isArray(value)) {
    yield [...value, hidden];
    yield [...value, [secret], [hidden]];
    if (typeof value[0] === "object") yield [...value, secret];
    for (const [index, item] of value.entries()) {
      for (const other of withSecret(item)) yield value.with(index, other);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const name of ["unknown", "credentials", "constructor", "toJSON", "__proto__x"]) yield { ...value, [name]: secret };
    yield { ...value, unknown: hidden, other: [hidden] };
    for (const [name, member] of Object.entries(value)) {
      for (const other of withSecret(member, name === "data")) yield { ...value, [name]: other };
    }
  } else {
    yield hidden;
    yield [hidden];
    yield { toString: secret, valueOf: secret, toJSON: secret };
  }
}

suite("the answer that a page receives", () => {
  for (const [name, [request, answer, expected]] of Object.entries(operations)) {
    test(`of ${name} has every known member`, async () => {
      const { status, body } = await answerTo(request, answer);
      assert.deepEqual([status, body], [200, expected]);
    });

    test(`of ${name} has no unknown member at any depth`, async () => {
      let count = 0;
      for (const other of withSecret(answer)) {
        count += 1;
        const { text } = await answerTo(request, other);
        assert.ok(!text.includes(secret), JSON.stringify(other));
      }
      assert.ok(count > 5);
    });
  }

  test("has auth params, with `exposeAuthParams`, only as plain values and lists of strings", async () => {
    const val = { status: "ACTIVE", access_token: "token-1", expires_in: 3600, scope: ["a", "b", { token: secret }], authed_user: { token: secret }, extra_token_data: [[secret]], __proto__x: { a: secret } };
    const account = { ...complete.account, state: { authScheme: "OAUTH2", val, more: secret }, params: { token: secret }, data: { token: secret } };
    const { body, text } = await answerTo(["GET", `${api}/connected_accounts/ca_1`], account, { exposeAuthParams: true });
    assert.deepEqual(body.state, { authScheme: "OAUTH2", val: { status: "ACTIVE", access_token: "token-1", expires_in: 3600, scope: ["a", "b"], extra_token_data: [] } });
    assert.ok(!text.includes(secret));
  });

  test("has no member called `__proto__` or `constructor`", async () => {
    const text = JSON.stringify({ ...complete.app, name: "X" }).replace('"name":"X"', '"name":"X","__proto__":{"isAdmin":true},"constructor":{"prototype":{"isAdmin":true}}');
    const opened = openGateway();
    opened.reply = () => new Response(text);
    const { body } = await opened.as("Jessica")("GET", `${api}/toolkits/gmail`);
    assert.deepEqual([Object.hasOwn(body, "__proto__"), Object.hasOwn(body, "constructor"), {}.isAdmin], [false, false, undefined]);
  });
});
