import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { calls, gatewayRequests } from "../support/calls.mjs";
import { integrations, json, openGateway } from "./support.mjs";

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
    id: integrations.gmail, name: "One", type: "default", status: "ENABLED", auth_scheme: "OAUTH2", is_composio_managed: true, deleted: false, created_at: "a", last_updated_at: "b",
    toolkit: { slug: "gmail", logo: "https://logo.test" }, expected_input_fields: [field],
  },
  account: {
    id: "ca_1", user_id: "Jessica", status: "FAILED", status_reason: "r", is_disabled: false, word_id: "w", alias: "a", created_at: "a", updated_at: "b", toolkit: { slug: "gmail" },
    auth_config: { id: integrations.gmail, auth_scheme: "OAUTH2", is_composio_managed: true, is_disabled: false },
    state: { authScheme: "OAUTH2", val: { status: "FAILED", error: "e", error_description: "d", authScheme: "OAUTH2", displayName: "jessica@mail.test" } },
    requested_scopes: ["mail.read"], experimental: { account_type: "SHARED" },
  },
  made: { id: "ca_1", status: "INITIATED", redirect_url: "https://auth.test", redirect_uri: "https://auth.test", user_id: "Jessica", connectionData: { authScheme: "OAUTH2", val: { status: "INITIATED", redirectUrl: "https://auth.test" } } },
  link: { connected_account_id: "ca_1", redirect_url: "https://auth.test", expires_at: "c", user_id: "Jessica" },
  refreshed: { id: "ca_1", status: "INITIATED", redirect_url: "https://auth.test", user_id: "Jessica" },
  created: { toolkit: { slug: "gmail" }, auth_config: { id: integrations.gmail, auth_scheme: "OAUTH2", is_composio_managed: true } },
  done: { success: true },
  revoked: { revoked_tokens: ["access_token"], connected_account: { id: "ca_1", status: "REVOKED" } },
  completed: { connected_account_id: "ca_1", toolkit_slug: "gmail", user_id: "Jessica" },
  tools: { items: [{
    slug: "GMAIL_GET_PROFILE", name: "Get profile", description: "d", no_auth: false, version: "1", toolkit: { slug: "gmail" },
    input_parameters: { type: "object", properties: { __proto__x: { enum: [1] } } },
  }] },
  ran: { data: { anything: [{ goes: true }] }, error: null, successful: true, log_id: "l" },
};

Object.assign(complete, { apps: { items: [complete.app] }, configs: { items: [complete.config] }, accounts: { items: [complete.account] } });
const totals = { next_cursor: null, total_pages: 1, current_page: 1, total_items: 1 };
/** What a page receives of an answer, if that differs from the answer itself. */
const shown = {
  apps: { ...complete.apps, ...totals },
  configs: { ...complete.configs, ...totals },
  tools: { ...complete.tools, next_cursor: null },
  accounts: { ...complete.accounts, next_cursor: null, user_id: "Jessica" },
};

const api = "/api/v3.1";
/** Each operation: the request, and the name of the platform's answer. */
const operations = {
  ...Object.fromEntries(Object.entries(gatewayRequests).map(([name, request]) => [name, [request, calls[calls[name].sameRequest ?? name].answer]])),
  "entity.tools": [{ method: "GET", path: `${api}/tools` }, "tools"],
  "connectedAccounts.initiate, without a link": [
    { method: "POST", path: `${api}/connected_accounts`, body: { auth_config: { id: integrations.gmail }, connection: {} } }, "made",
  ],
};

/** A function that sends the request through one gateway, to a platform that replies with the given answer. */
function asking({ method, path, body, query }, options) {
  const opened = openGateway(options);
  return (answer) => {
    opened.reply = (asked) => {
      const { pathname } = new URL(asked.url);
      // The gateway looks the account or integration up before it changes anything.
      if (asked.method === "GET" && method !== "GET") return json(pathname.includes("auth_configs") ? complete.config : complete.account);
      return json(answer);
    };
    return opened.as("Jessica")(method, path, { body, query });
  };
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
      for (const other of withSecret(member, ["data", "input_parameters"].includes(name))) yield { ...value, [name]: other };
    }
  } else {
    yield hidden;
    yield [hidden];
    yield { toString: secret, valueOf: secret, toJSON: secret };
  }
}

suite("the answer that a page receives", () => {
  for (const [name, [request, kind]] of Object.entries(operations)) {
    const answer = complete[kind];
    test(`of ${name} has every known member`, async () => {
      const { status, body } = await asking(request)(answer);
      assert.deepEqual([status, body], [200, shown[kind] ?? answer]);
    });

    test(`of ${name} has no unknown member at any depth`, async () => {
      const answerTo = asking(request);
      let count = 0;
      for (const other of withSecret(answer)) {
        count += 1;
        const { text } = await answerTo(other);
        assert.ok(!text.includes(secret), JSON.stringify(other));
      }
      assert.ok(count > 5);
    });
  }

  test("has auth params, with `exposeAuthParams`, only as plain values and lists of strings", async () => {
    const val = { status: "ACTIVE", access_token: "token-1", expires_in: 3600, scope: ["a", "b", { token: secret }], authed_user: { token: secret }, extra_token_data: [[secret]], __proto__x: { a: secret } };
    const account = { ...complete.account, state: { authScheme: "OAUTH2", val, more: secret }, params: { token: secret }, data: { token: secret } };
    const { body, text } = await asking(gatewayRequests["connectedAccounts.get"], { exposeAuthParams: true })(account);
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
