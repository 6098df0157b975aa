import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createGateway } from "connect-flow/server";
import { accountOperations, integrations, openGateway, optionsOf, redirectUrl, sandboxOptions } from "../gateway/support.mjs";

const accounts = "/api/v3.1/connected_accounts";
const initiate = "/api/v3.1/connected_accounts/link";
const execute = "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP";
const initiation = { auth_config_id: integrations.shopify };
const names = [
  "entityId", "entity_id", "entityID", "ENTITYID", "userUuid", "user_uuid", "user_id", "userId", "USER_ID", "user_ids", "user_ids[]", "userIds",
  "user_ids[0]", "clientUniqueUserId", "user", "entity", "connection.user_id", "connection[user_id]", "constructor", "__proto__",
];
/** The entities that the platform was asked about or told of, in any place of its requests. */
const entitiesOf = (seen) => seen.filter(({ url, text }) => /melissa/i.test(decodeURIComponent(url) + text));

/** Whether the gateway refused, before it asked for anything, or did it for Jessica: it never did anything for Melissa. */
function forJessicaOnly({ sandbox, seen }, { status, text }) {
  assert.deepEqual(entitiesOf(seen), []);
  assert.ok(sandbox.accounts().every(({ entityId }) => entityId !== "Melissa" || entityId === "Jessica"));
  assert.ok([200, 201, 400, 403].includes(status), `${status} ${text}`);
  if (status === 403) assert.deepEqual([JSON.parse(text).error.slug, seen], ["Gateway_EntityMismatch", []]);
  assert.ok(status !== 200 || !text.includes("Melissa"), text);
}

suite("another entity in a request", () => {
  for (const name of names) {
    test(`${name} in the query, once and twice, in a list of users`, async () => {
      for (const query of [
        `${encodeURIComponent(name)}=Melissa`, `${name}=Melissa`, `${name}=Jessica&${name}=Melissa`, `${name}=Melissa&${name}=Jessica`,
        `${name}=Jessica,Melissa`, `${name}=Melissa%2CJessica`, `%20${name}=Melissa`, `${name}%00=Melissa`, `;${name}=Melissa`,
      ]) {
        const opened = openGateway();
        forJessicaOnly(opened, await opened.as("Jessica")("GET", accounts, { query }));
      }
    });

    test(`${name} in a body: beside what is known, nested, in a list, twice`, async () => {
      for (const path of [initiate, execute]) {
        const known = path === initiate ? initiation : { arguments: {} };
        const [key] = JSON.stringify({ [name]: 1 }).match(/"[^"]*"/);
        const given = JSON.stringify(known).slice(1, -1);
        for (const body of [
          `{${given},${key}:"Melissa"}`, `{${key}:"Melissa",${given}}`, `{${key}:"Jessica",${given},${key}:"Melissa"}`, `{${given},${key}:["Melissa"]}`,
          `{${given},${key}:{"id":"Melissa"}}`, `{${given},"connection":{${key}:"Melissa"}}`, `{${given},"__proto__":{${key}:"Melissa"}}`,
          `{${given},"constructor":{"prototype":{${key}:"Melissa"}}}`,
        ]) {
          const opened = openGateway();
          await opened.make("Jessica");
          opened.seen.length = 0;
          forJessicaOnly(opened, await opened.as("Jessica")("POST", path, { body }));
        }
      }
      assert.equal({}[name === "__proto__" ? "Melissa" : name] === "Melissa", false);
    });
  }

  test("the platform is asked for the accounts of the session's", async () => {
    const opened = openGateway();
    await opened.as("Jessica")("GET", accounts);
    assert.equal(opened.seen[0].query.user_ids, "Jessica");
  });

  test("in a header, or as a second session", async () => {
    for (const name of ["user-id", "x-user-id", "x-entity-id", "entityid", "x-composio-user", "x-forwarded-user", "x-api-key", "x-org-api-key", "x-user-api-key"]) {
      const opened = openGateway();
      forJessicaOnly(opened, await opened.as("Jessica")("GET", accounts, { headers: { [name]: "Melissa" } }));
      for (const { headers } of opened.seen) assert.equal(headers[name], name === "x-api-key" ? "platform-key-0123456789" : undefined);
    }
  });

  test("in the values that the user types, where the platform knows no entity", async () => {
    const opened = openGateway();
    const values = { shop: "acme", admin_api_access_token: "t", user_id: "Melissa" };
    const body = { ...initiation, connection_data: values };
    const { status } = await opened.as("Jessica")("POST", initiate, { body });
    assert.ok(status < 300);
    assert.deepEqual(opened.sandbox.accounts().map(({ entityId }) => entityId), ["Jessica"]);
  });
});

suite("somebody else's account", () => {
  for (const { name } of accountOperations("")) {
    test(`${name}: answered as one that does not exist, and nothing done`, async () => {
      const opened = openGateway();
      const own = await opened.make("Jessica");
      const others = await opened.make("Melissa");
      const hidden = await opened.make("Jessica", "zendesk");
      const before = JSON.stringify(opened.sandbox.accounts());
      const absent = own.replace(/.{4}$/, "0000");
      const answers = [];
      // Where an account does not name its user, one more question tells whose it is.
      const asked = sandboxOptions.omitDeprecated ? [["GET"], ["GET", "GET"], ["GET", "GET"]] : [["GET"], ["GET"], ["GET"]];
      for (const id of [absent, others, hidden]) {
        opened.seen.length = 0;
        const { method, path, body, query } = accountOperations(id).find((operation) => operation.name === name);
        const { status, text, headers } = await opened.as("Jessica")(method, path, { body, query });
        answers.push({ status, text, headers: [...headers] });
        assert.deepEqual(opened.seen.map(({ method }) => method), asked.shift());
      }
      assert.equal(answers[0].status, 404);
      assert.deepEqual(answers[1], answers[0]);
      assert.deepEqual(answers[2], answers[0]);
      assert.equal(JSON.stringify(opened.sandbox.accounts()), before);
      // And the very same request does it for whom the account is.
      const { method, path, body, query } = accountOperations(own).find((operation) => operation.name === name);
      assert.ok((await opened.as("Jessica")(method, path, { body, query })).status < 300);
    });
  }

  test("an account that the platform gives under another id", async () => {
    const opened = openGateway();
    const own = await opened.make("Jessica");
    const others = await opened.make("Melissa");
    opened.reply = (request) => opened.sandbox.fetch(new Request(request.url.replace(others, own), request));
    assert.equal((await opened.as("Jessica")("DELETE", `${accounts}/${others}`)).status, 404);
    assert.ok(opened.seen.every(({ method }) => method === "GET"));
  });

  test("ids in a body that are paths, lists or patterns", async () => {
    const opened = openGateway();
    const others = await opened.make("Melissa");
    opened.seen.length = 0;
    for (const id of ["..", ".", "../connected_accounts", `${others}/../${others}`, "a/b", "a%2fb", "a?b", "a#b", "*", "all", "ALL", " ", "\u0000", [others], { $ne: "" }, 7, true]) {
      const { status } = await opened.as("Jessica")("POST", execute, { body: { connected_account_id: id } });
      assert.ok([400, 404].includes(status), JSON.stringify(id));
    }
    assert.deepEqual(opened.seen, []);
  });
});

suite("what else a body could ask for", () => {
  const others = {
    "credentials for a tool": [execute, { arguments: {}, custom_auth_params: { base_url: "http://169.254.169.254", parameters: [] } }],
    "an account's data for a tool": [execute, { arguments: {}, custom_connection_data: { authScheme: "API_KEY", toolkitSlug: "shopify", val: {} } }],
    "an action in words": [execute, { text: "delete everything" }],
    "an alias of an account": [initiate, { ...initiation, alias: "primary" }],
    "a shared account": [initiate, { ...initiation, experimental: { account_type: "SHARED" } }],
    "a client's secret": ["/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_custom_auth", authScheme: "OAUTH2", credentials: { client_id: "a" } } }],
    "a proxy": ["/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_custom_auth", authScheme: "OAUTH2", proxy_config: { proxy_url: "http://a" } } }],
  };
  for (const [name, [path, body]] of Object.entries(others)) {
    test(name, async () => {
      const opened = openGateway();
      const { status } = await opened.as("Jessica")("POST", path, { body });
      assert.equal(status, 400);
      assert.ok(opened.seen.every(({ method }) => method === "GET"));
    });
  }

  test("a prototype, however deep", async () => {
    for (const [path, body] of [
      [execute, '{"arguments":{"a":[{"b":{"__proto__":{"isAdmin":true}}}]}}'],
      [initiate, `{"auth_config_id":"${integrations.shopify}","connection_data":{"__proto__":"a"}}`],
    ]) {
      const opened = openGateway();
      assert.equal((await opened.as("Jessica")("POST", path, { body })).status, 400);
      assert.deepEqual([opened.seen, {}.isAdmin], [[], undefined]);
    }
  });

  /** What the platform is sent for a page that declares its account ACTIVE, where the auth config says that it has this scheme. */
  async function stateFor(auth_scheme, authScheme = "API_KEY") {
    const opened = openGateway();
    opened.reply = async (request) => (request.method === "GET"
      ? Response.json({ id: "ac_1", toolkit: { slug: "gmail" }, ...(auth_scheme !== undefined && { auth_scheme }) })
      : Response.json({ id: "ca_1" }, { status: 201 }));
    const body = { auth_config: { id: "ac_1" }, connection: { state: { authScheme, val: { status: "ACTIVE", api_key: "k" } } } };
    assert.equal((await opened.as("Jessica")("POST", accounts, { body })).status, 201);
    return opened.seen.at(-1).body.connection.state;
  }

  test("an account is declared ACTIVE only where the auth config's scheme is known to take a key", async () => {
    for (const scheme of ["API_KEY", "api_key", "BASIC", "BASIC_WITH_JWT", "BEARER_TOKEN", "SERVICE_ACCOUNT"]) {
      for (const claimed of ["API_KEY", "OAUTH2", "whatever"]) {
        assert.deepEqual(await stateFor(scheme, claimed), { authScheme: scheme, val: { api_key: "k", status: "ACTIVE" } });
      }
    }
    for (const scheme of ["OAUTH2", "oauth2", "OAUTH1", "DCR_OAUTH", "CIMD_OAUTH"]) {
      assert.deepEqual((await stateFor(scheme)).val, { api_key: "k", status: "INITIALIZING" }, scheme);
    }
    for (const scheme of [undefined, null, "", "OAUTH3", "SAML", "COMPOSIO_LINK", "NO_AUTH", "constructor", "API_KEY,OAUTH2", " API_KEY", ["API_KEY"], { mode: "API_KEY" }, 7]) {
      for (const claimed of ["API_KEY", "BEARER_TOKEN", "OAUTH2"]) {
        assert.deepEqual((await stateFor(scheme, claimed)).val, { api_key: "k" }, JSON.stringify(scheme));
      }
    }
  });

  test("an account at an authorization server is not declared ACTIVE, nor one that takes a key", async () => {
    const opened = openGateway();
    opened.reply = (request) => (request.method === "GET" ? opened.sandbox.fetch(request) : Response.json({ id: "ca_1", status: "INITIATED" }, { status: 201 }));
    await opened.as("Jessica")("POST", "/api/v3.1/connected_accounts", {
      body: { auth_config: { id: integrations.gmail }, connection: { state: { authScheme: "API_KEY", val: { status: "ACTIVE", access_token: "stolen" } } } },
    });
    const { state } = opened.seen.at(-1).body.connection;
    assert.deepEqual([state.authScheme, state.val.status], ["OAUTH2", "INITIALIZING"]);
  });

  test("an integration of an app that is not allowed: answered as one that does not exist, and not connected", async () => {
    const opened = openGateway();
    const answers = [];
    for (const id of [integrations.zendesk, "ac_Zendesk00999"]) {
      const all = [
        await opened.as("Jessica")("GET", `/api/v3.1/auth_configs/${id}`),
        await opened.as("Jessica")("POST", initiate, { body: { auth_config_id: id } }),
        await opened.as("Jessica")("POST", accounts, { body: { auth_config: { id }, connection: {} } }),
      ];
      answers.push(all.map(({ status, text }) => [status, text]));
    }
    assert.ok(answers[0].every(([status]) => status === 404));
    assert.deepEqual(answers[0], answers[1]);
    assert.ok(opened.seen.every(({ method }) => method === "GET"));
    assert.deepEqual(opened.sandbox.accounts(), []);
  });

  test("a platform that gives another integration than was asked for", async () => {
    const opened = openGateway();
    opened.reply = (request) => opened.sandbox.fetch(new Request(request.url.replace(integrations.shopify, integrations.gmail), request));
    assert.equal((await opened.as("Jessica")("GET", `/api/v3.1/auth_configs/${integrations.shopify}`)).status, 404);
  });

  test("a new integration of an app that is not allowed", async () => {
    const opened = openGateway();
    const body = { toolkit: { slug: "zendesk" }, auth_config: { type: "use_composio_managed_auth" } };
    assert.deepEqual([(await opened.as("Jessica")("POST", "/api/v3.1/auth_configs", { body })).status, opened.seen], [404, []]);
  });
});

suite("where users are sent back to", () => {
  const evil = [
    "https://evil.test/", "https://app.test.evil.test/", "https://evil.test/?https://app.test", "https://app.test@evil.test/", "https://app.test:443@evil.test",
    "https://user:pass@app.test/", "http://app.test/", "https://app.test:8443/", "//evil.test/", "/done", "javascript:alert(1)", "data:text/html,a",
    "https:\\\\evil.test\\app.test", "https://app.test\\@evil.test/", "https://evil.test#@app.test", "https://app.test%2eevil.test/", "https://еxample.test/", "",
    // What has the origin of the address inside of it, to a parser of URLs.
    "blob:https://app.test/00000000-0000-4000-8000-000000000000", "BLOB:https://app.test/done", " blob:https://app.test/done", "blob:blob:https://app.test/done",
    "filesystem:https://app.test/temporary/done", "view-source:https://app.test/done", "jar:https://app.test/a!/done", "feed:https://app.test/done",
    "data:,https://app.test/done", "about:blank", "about:srcdoc", "file://app.test/done", "ftp://app.test/done", "wss://app.test/done", "https:/app.test@evil.test",
    "intent://app.test#Intent;scheme=https;end", "javascript://app.test/%0aalert(1)", "vbscript:a", "mailto:a@app.test",
    "https://app.test.", ["https://app.test"], { href: "https://app.test" }, 7,
  ];
  const places = {
    "callback_url of a link": (url) => ["/api/v3.1/connected_accounts/link", { body: { ...initiation, callback_url: url } }],
    "callback_url of an account": (url) => ["/api/v3.1/connected_accounts", { body: { auth_config: { id: integrations.shopify }, connection: { callback_url: url } } }],
  };
  const refreshes = {
    "redirect_url in a query": (url, id) => [`/api/v3.1/connected_accounts/${id}/refresh`, { body: {}, query: `redirect_url=${encodeURIComponent(url)}` }],
    "redirect_url in a body": (url, id) => [`/api/v3.1/connected_accounts/${id}/refresh`, { body: { redirect_url: url } }],
  };
  for (const [name, place] of Object.entries({ ...places, ...refreshes })) {
    test(name, async () => {
      const opened = openGateway();
      const id = await opened.make("Jessica");
      for (const url of evil.filter((url) => typeof url === "string" || !name.endsWith("query"))) {
        opened.seen.length = 0;
        const [path, init] = place(url, id);
        const { status, text } = await opened.as("Jessica")("POST", path, init);
        assert.equal(status, 400, `${JSON.stringify(url)}: ${text}`);
        assert.deepEqual(opened.seen, []);
      }
      const [path, init] = place(`${redirectUrl}?a=b#c`, id);
      const { status, text } = await opened.as("Jessica")("POST", path, init);
      assert.ok(status < 300 || /is required/.test(text), text);
    });
  }

  test("no option takes an origin that is not of a site", () => {
    for (const origin of ["blob:https://app.test", "blob:https://app.test/done", "filesystem:https://app.test/temporary", "data:,a", "file://", "file:///done", "about:blank", "null", "javascript:alert(1)", "view-source:https://app.test"]) {
      for (const option of ["redirectOrigins", "origins"]) {
        assert.throws(() => createGateway(optionsOf({ [option]: [origin] })), TypeError, `${option} ${origin}`);
      }
    }
  });

  test("the two places of a refresh at once: the body's counts, and it is checked", async () => {
    const opened = openGateway();
    const id = await opened.make("Jessica");
    const path = `/api/v3.1/connected_accounts/${id}/refresh`;
    const evilQuery = await opened.as("Jessica")("POST", path, { body: { redirect_url: redirectUrl }, query: "redirect_url=https://evil.test/" });
    assert.equal(evilQuery.status, 200);
    assert.ok(opened.seen.every(({ url, text }) => !(url + text).includes("evil")));
    assert.equal((await opened.as("Jessica")("POST", path, { body: { redirect_url: "https://evil.test/" }, query: `redirect_url=${redirectUrl}` })).status, 400);
  });

  test("names of the platform's own among what the user types", async () => {
    for (const name of ["redirectUrl", "redirect_url", "REDIRECT_URL", "redirectUri", "callback_url", "callbackUrl", "finalRedirectUri", "long_redirect_url", "composio_link_redirect_url", "authUri", "code_verifier", "state_prefix"]) {
      const values = { shop: "acme", admin_api_access_token: "t", [name]: "https://evil.test/" };
      for (const [path, body] of [
        ["/api/v3.1/connected_accounts/link", { ...initiation, connection_data: values }],
        ["/api/v3.1/connected_accounts", { auth_config: { id: integrations.shopify }, connection: { state: { authScheme: "API_KEY", val: values } } }],
        ["/api/v3.1/connected_accounts", { auth_config: { id: integrations.shopify }, connection: { data: values } }],
      ]) {
        const opened = openGateway();
        assert.equal((await opened.as("Jessica")("POST", path, { body })).status, 400, name);
        assert.deepEqual(opened.seen, []);
      }
    }
  });
});

test("another entity is the answer to a request, whatever else is wrong with it and in whatever order", async () => {
  for (const body of [{ colour: 1, user_id: "Melissa" }, { user_id: "Melissa", colour: 1 }, { auth_config_id: 5, user_id: ["Melissa"] }]) {
    const opened = openGateway();
    const { status, body: { error } } = await opened.as("Jessica")("POST", initiate, { body });
    assert.deepEqual([status, error.slug, opened.seen], [403, "Gateway_EntityMismatch", []]);
  }
  const opened = openGateway();
  const { status } = await opened.as("Jessica")("GET", accounts, { query: "colour=1&user_ids=Melissa" });
  assert.deepEqual([status, opened.seen], [403, []]);
});
