import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createGateway } from "connect-flow/server";
import { accountRequests, integrations, openGateway, gatewayOptions, redirectUrl, sandboxOptions } from "../gateway/support.mjs";

const accounts = "/api/v3.1/connected_accounts";
const initiate = "/api/v3.1/connected_accounts/link";
const execute = "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP";
const initiation = { auth_config_id: integrations.shopify };
/** Names for a user that some API or middleware may read. */
const userNames = [
  "entityId", "entity_id", "entityID", "ENTITYID", "userUuid", "user_uuid", "user_id", "userId", "USER_ID", "user_ids", "user_ids[]", "userIds",
  "user_ids[0]", "clientUniqueUserId", "user", "entity", "connection.user_id", "connection[user_id]", "constructor", "__proto__",
];
const naming = (pattern, upstreamRequests) => upstreamRequests.filter(({ url, text }) => pattern.test(decodeURIComponent(url) + text));

/** Asserts that the gateway either refused or acted for Jessica, and never mentioned Melissa to the platform. */
function assertForJessicaOnly({ sandbox, upstreamRequests }, { status, text }) {
  assert.deepEqual(naming(/melissa/i, upstreamRequests), []);
  assert.ok(sandbox.accounts().every(({ entityId }) => entityId !== "Melissa" || entityId === "Jessica"));
  assert.ok([200, 201, 400, 403].includes(status), `${status} ${text}`);
  if (status === 403) assert.deepEqual([JSON.parse(text).error.slug, upstreamRequests], ["Gateway_EntityMismatch", []]);
  assert.ok(status !== 200 || !text.includes("Melissa"), text);
}

suite("a request that names another entity acts for the signed-in user or not at all", () => {
  for (const name of userNames) {
    test(`when the name is ${name} in the query, once, twice or in a list`, async () => {
      for (const query of [
        `${encodeURIComponent(name)}=Melissa`, `${name}=Melissa`, `${name}=Jessica&${name}=Melissa`, `${name}=Melissa&${name}=Jessica`,
        `${name}=Jessica,Melissa`, `${name}=Melissa%2CJessica`, `%20${name}=Melissa`, `${name}%00=Melissa`, `;${name}=Melissa`,
      ]) {
        const opened = openGateway();
        assertForJessicaOnly(opened, await opened.as("Jessica")("GET", accounts, { query }));
      }
    });

    test(`when the name is ${name} in a body, once, twice, nested or in a list`, async () => {
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
          await opened.createAccount("Jessica");
          opened.upstreamRequests.length = 0;
          assertForJessicaOnly(opened, await opened.as("Jessica")("POST", path, { body }));
        }
      }
      assert.equal({}[name === "__proto__" ? "Melissa" : name] === "Melissa", false);
    });
  }

  test("and a list is filtered by the signed-in user", async () => {
    const opened = openGateway();
    await opened.as("Jessica")("GET", accounts);
    assert.equal(opened.upstreamRequests[0].query.user_ids, "Jessica");
  });

  test("when the name is in a header", async () => {
    for (const name of ["user-id", "x-user-id", "x-entity-id", "entityid", "x-composio-user", "x-forwarded-user", "x-api-key", "x-org-api-key", "x-user-api-key"]) {
      const opened = openGateway();
      assertForJessicaOnly(opened, await opened.as("Jessica")("GET", accounts, { headers: { [name]: "Melissa" } }));
      for (const { headers } of opened.upstreamRequests) assert.equal(headers[name], name === "x-api-key" ? "platform-key-0123456789" : undefined);
    }
  });

  test("when the name is among the values that the user typed", async () => {
    const opened = openGateway();
    const values = { shop: "acme", admin_api_access_token: "t", user_id: "Melissa" };
    const body = { ...initiation, connection_data: values };
    const { status } = await opened.as("Jessica")("POST", initiate, { body });
    assert.ok(status < 300);
    assert.deepEqual(opened.sandbox.accounts().map(({ entityId }) => entityId), ["Jessica"]);
  });
});

suite("another user's account", () => {
  for (const { name, app } of accountRequests("")) {
    test(`gets the answer of an unknown id from ${name}, and stays unchanged`, async () => {
      const opened = openGateway();
      const own = await opened.createAccount("Jessica", app);
      const otherAccount = await opened.createAccount("Melissa");
      const notAllowed = await opened.createAccount("Jessica", "zendesk");
      const before = JSON.stringify(opened.sandbox.accounts());
      const absent = own.replace(/.{4}$/, "0000");
      const answers = [];
      // An account that does not name its user costs a second request.
      const asked = sandboxOptions.omitDeprecated ? [["GET"], ["GET", "GET"], ["GET", "GET"]] : [["GET"], ["GET"], ["GET"]];
      for (const id of [absent, otherAccount, notAllowed]) {
        opened.upstreamRequests.length = 0;
        const { method, path, body, query } = accountRequests(id).find((operation) => operation.name === name);
        const { status, text, headers } = await opened.as("Jessica")(method, path, { body, query });
        answers.push({ status, text, headers: [...headers] });
        assert.deepEqual(opened.upstreamRequests.map(({ method }) => method), asked.shift());
      }
      assert.equal(answers[0].status, 404);
      assert.deepEqual(answers[1], answers[0]);
      assert.deepEqual(answers[2], answers[0]);
      assert.equal(JSON.stringify(opened.sandbox.accounts()), before);
      // The same request succeeds for the account's own user.
      const { method, path, body, query } = accountRequests(own).find((operation) => operation.name === name);
      assert.ok((await opened.as("Jessica")(method, path, { body, query })).status < 300);
    });
  }

  test("is refused when the platform answers with another account than the requested one", async () => {
    const opened = openGateway();
    const own = await opened.createAccount("Jessica");
    const otherAccount = await opened.createAccount("Melissa");
    opened.reply = (request) => opened.sandbox.fetch(new Request(request.url.replace(otherAccount, own), request));
    assert.equal((await opened.as("Jessica")("DELETE", `${accounts}/${otherAccount}`)).status, 404);
    assert.ok(opened.upstreamRequests.every(({ method }) => method === "GET"));
  });

  test("is out of reach of an id in a body that is a path, a list or a pattern", async () => {
    const opened = openGateway();
    const otherAccount = await opened.createAccount("Melissa");
    opened.upstreamRequests.length = 0;
    for (const id of ["..", ".", "../connected_accounts", `${otherAccount}/../${otherAccount}`, "a/b", "a%2fb", "a?b", "a#b", "*", "all", "ALL", " ", "\u0000", [otherAccount], { $ne: "" }, 7, true]) {
      const { status } = await opened.as("Jessica")("POST", execute, { body: { connected_account_id: id } });
      assert.ok([400, 404].includes(status), JSON.stringify(id));
    }
    assert.deepEqual(opened.upstreamRequests, []);
  });
});

suite("a request", () => {
  const unsupported = {
    "custom auth params of an action": [execute, { arguments: {}, custom_auth_params: { base_url: "http://169.254.169.254", parameters: [] } }],
    "custom connection data of an action": [execute, { arguments: {}, custom_connection_data: { authScheme: "API_KEY", toolkitSlug: "shopify", val: {} } }],
    "an action's arguments in words": [execute, { text: "delete everything" }],
    "a provider's address among new values": [`${accounts}/ca_1`, { connection: { state: { authScheme: "API_KEY", val: { api_key: "k", redirectUrl: "https://evil.test" } } } }, "PATCH"],
    "new values for all accounts": [`${accounts}/ca_1`, { connection: { auth_config: { id: "ac_1" }, state: { authScheme: "API_KEY", val: {} } } }, "PATCH"],
    "a list of who may use an account": [`${accounts}/ca_1`, { experimental: { acl_config_for_shared: { allow_all_users: true } } }, "PATCH"],
    "a shared account": [initiate, { ...initiation, experimental: { account_type: "SHARED" } }],
    "OAuth client credentials": ["/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_custom_auth", authScheme: "OAUTH2", credentials: { client_id: "a" } } }],
    "a proxy": ["/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_custom_auth", authScheme: "OAUTH2", proxy_config: { proxy_url: "http://a" } } }],
  };
  for (const [name, [path, body, method = "POST"]] of Object.entries(unsupported)) {
    test(`with an unsupported member is rejected: ${name}`, async () => {
      const opened = openGateway();
      const { status } = await opened.as("Jessica")(method, path, { body });
      assert.equal(status, 400);
      assert.ok(opened.upstreamRequests.every(({ method }) => method === "GET"));
    });
  }

  test("with a `__proto__` at any depth is rejected", async () => {
    for (const [path, body] of [
      [execute, '{"arguments":{"a":[{"b":{"__proto__":{"isAdmin":true}}}]}}'],
      [initiate, `{"auth_config_id":"${integrations.shopify}","connection_data":{"__proto__":"a"}}`],
    ]) {
      const opened = openGateway();
      assert.equal((await opened.as("Jessica")("POST", path, { body })).status, 400);
      assert.deepEqual([opened.upstreamRequests, {}.isAdmin], [[], undefined]);
    }
  });

  /** The state that reaches the platform when a page declares its account ACTIVE. `auth_scheme` is the integration's. */
  async function stateSentFor(auth_scheme, authScheme = "API_KEY") {
    const opened = openGateway();
    opened.reply = async (request) => (request.method === "GET"
      ? Response.json({ id: "ac_1", toolkit: { slug: "gmail" }, ...(auth_scheme !== undefined && { auth_scheme }) })
      : Response.json({ id: "ca_1" }, { status: 201 }));
    const body = { auth_config: { id: "ac_1" }, connection: { state: { authScheme, val: { status: "ACTIVE", api_key: "k" } } } };
    assert.equal((await opened.as("Jessica")("POST", accounts, { body })).status, 201);
    return opened.upstreamRequests.at(-1).body.connection.state;
  }

  test("declares an account ACTIVE only when the integration's scheme is known to take a key", async () => {
    for (const scheme of ["API_KEY", "api_key", "BASIC", "BASIC_WITH_JWT", "BEARER_TOKEN", "SERVICE_ACCOUNT"]) {
      for (const claimed of ["API_KEY", "OAUTH2", "whatever"]) {
        assert.deepEqual(await stateSentFor(scheme, claimed), { authScheme: scheme, val: { api_key: "k", status: "ACTIVE" } });
      }
    }
    for (const scheme of ["OAUTH2", "oauth2", "OAUTH1", "DCR_OAUTH", "CIMD_OAUTH", "OAUTH3"]) {
      assert.deepEqual((await stateSentFor(scheme)).val, { api_key: "k", status: "INITIALIZING" }, scheme);
    }
    for (const scheme of [undefined, null, "", "SAML", "COMPOSIO_LINK", "NO_AUTH", "constructor", "API_KEY,OAUTH2", " API_KEY", ["API_KEY"], { mode: "API_KEY" }, 7]) {
      for (const claimed of ["API_KEY", "BEARER_TOKEN", "OAUTH2"]) {
        assert.deepEqual((await stateSentFor(scheme, claimed)).val, { api_key: "k" }, JSON.stringify(scheme));
      }
    }
  });

  test("cannot replace the tokens of an account that signs in, whatever scheme it names", async () => {
    for (const [auth_scheme, authScheme] of [["OAUTH2", "OAUTH2"], ["DCR_OAUTH", undefined], [undefined, "OAUTH2"], ["OAUTH2", "API_KEY"], ["BILLCOM_AUTH", undefined], [undefined, undefined]]) {
      const opened = openGateway();
      opened.reply = () => Response.json({ id: "ca_1", user_id: "Jessica", toolkit: { slug: "gmail" }, auth_config: { id: "ac_1", auth_scheme }, state: { authScheme } });
      const body = { connection: { state: { authScheme: "API_KEY", val: { access_token: "stolen" } } } };
      const { status } = await opened.as("Jessica")("PATCH", `${accounts}/ca_1`, { body });
      assert.deepEqual([status, opened.upstreamRequests.map(({ method }) => method)], [400, ["GET"]], `${auth_scheme} ${authScheme}`);
    }
  });

  test("replaces the values of a key account under the account's own scheme", async () => {
    const opened = openGateway();
    opened.reply = ({ method }) => Response.json(method === "GET"
      ? { id: "ca_1", user_id: "Jessica", toolkit: { slug: "shopify" }, auth_config: { id: "ac_1", auth_scheme: "BASIC" } } : { success: true });
    const body = { alias: "work", connection: { state: { authScheme: "API_KEY", val: { password: "p", status: "REVOKED" } } } };
    assert.equal((await opened.as("Jessica")("PATCH", `${accounts}/ca_1`, { body })).status, 200);
    assert.deepEqual(opened.upstreamRequests.at(-1).body, { alias: "work", connection: { state: { authScheme: "BASIC", val: { password: "p" } } } });
  });

  test("cannot declare an OAuth account ACTIVE by claiming that it takes a key", async () => {
    const opened = openGateway();
    opened.reply = (request) => (request.method === "GET" ? opened.sandbox.fetch(request) : Response.json({ id: "ca_1", status: "INITIATED" }, { status: 201 }));
    await opened.as("Jessica")("POST", "/api/v3.1/connected_accounts", {
      body: { auth_config: { id: integrations.gmail }, connection: { state: { authScheme: "API_KEY", val: { status: "ACTIVE", access_token: "stolen" } } } },
    });
    const { state } = opened.upstreamRequests.at(-1).body.connection;
    assert.deepEqual([state.authScheme, state.val.status], ["OAUTH2", "INITIALIZING"]);
  });

  test("with an integration of an app that is not allowed gets the answer of an unknown id, and connects nothing", async () => {
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
    assert.ok(opened.upstreamRequests.every(({ method }) => method === "GET"));
    assert.deepEqual(opened.sandbox.accounts(), []);
  });

  test("for one integration is answered with 404 when the platform answers with another", async () => {
    const opened = openGateway();
    opened.reply = (request) => opened.sandbox.fetch(new Request(request.url.replace(integrations.shopify, integrations.gmail), request));
    assert.equal((await opened.as("Jessica")("GET", `/api/v3.1/auth_configs/${integrations.shopify}`)).status, 404);
  });

  test("cannot create an integration of an app that is not allowed", async () => {
    const opened = openGateway();
    const body = { toolkit: { slug: "zendesk" }, auth_config: { type: "use_composio_managed_auth" } };
    assert.deepEqual([(await opened.as("Jessica")("POST", "/api/v3.1/auth_configs", { body })).status, opened.upstreamRequests], [404, []]);
  });
});

suite("a return URL outside of `redirectOrigins` is rejected", () => {
  const rejected = [
    "https://evil.test/", "https://app.test.evil.test/", "https://evil.test/?https://app.test", "https://app.test@evil.test/", "https://app.test:443@evil.test",
    "https://user:pass@app.test/", "http://app.test/", "https://app.test:8443/", "//evil.test/", "/done", "javascript:alert(1)", "data:text/html,a",
    "https:\\\\evil.test\\app.test", "https://app.test\\@evil.test/", "https://evil.test#@app.test", "https://app.test%2eevil.test/", "https://еxample.test/", "",
    // URL parsers report the origin inside of these as their own origin.
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
    test(`as ${name}`, async () => {
      const opened = openGateway();
      const id = await opened.createAccount("Jessica", "gmail");
      for (const url of rejected.filter((url) => typeof url === "string" || !name.endsWith("query"))) {
        opened.upstreamRequests.length = 0;
        const [path, init] = place(url, id);
        const { status, text } = await opened.as("Jessica")("POST", path, init);
        assert.equal(status, 400, `${JSON.stringify(url)}: ${text}`);
        assert.deepEqual(opened.upstreamRequests, []);
      }
      const [path, init] = place(`${redirectUrl}?a=b#c`, id);
      const { status, text } = await opened.as("Jessica")("POST", path, init);
      assert.ok(status < 300 || /is required|Missing required fields/.test(text), text);
    });
  }

  test("and the options accept no origin that is not a site's", () => {
    for (const origin of ["blob:https://app.test", "blob:https://app.test/done", "filesystem:https://app.test/temporary", "data:,a", "file://", "file:///done", "about:blank", "null", "javascript:alert(1)", "view-source:https://app.test"]) {
      for (const option of ["redirectOrigins", "origins"]) {
        assert.throws(() => createGateway(gatewayOptions({ [option]: [origin] })), TypeError, `${option} ${origin}`);
      }
    }
  });

  test("as redirect_url of a refresh's body, which overrides the query", async () => {
    const opened = openGateway();
    const id = await opened.createAccount("Jessica", "gmail");
    const path = `/api/v3.1/connected_accounts/${id}/refresh`;
    const evilQuery = await opened.as("Jessica")("POST", path, { body: { redirect_url: redirectUrl }, query: "redirect_url=https://evil.test/" });
    assert.equal(evilQuery.status, 200);
    assert.ok(opened.upstreamRequests.every(({ url, text }) => !(url + text).includes("evil")));
    assert.equal((await opened.as("Jessica")("POST", path, { body: { redirect_url: "https://evil.test/" }, query: `redirect_url=${redirectUrl}` })).status, 400);
  });

  test("under any of the platform's names among the values that the user typed", async () => {
    for (const name of ["redirectUrl", "redirect_url", "REDIRECT_URL", "redirectUri", "callback_url", "callbackUrl", "finalRedirectUri", "long_redirect_url", "composio_link_redirect_url", "authUri", "code_verifier", "state_prefix"]) {
      const values = { shop: "acme", admin_api_access_token: "t", [name]: "https://evil.test/" };
      for (const [path, body] of [
        ["/api/v3.1/connected_accounts/link", { ...initiation, connection_data: values }],
        ["/api/v3.1/connected_accounts", { auth_config: { id: integrations.shopify }, connection: { state: { authScheme: "API_KEY", val: values } } }],
        ["/api/v3.1/connected_accounts", { auth_config: { id: integrations.shopify }, connection: { data: values } }],
      ]) {
        const opened = openGateway();
        assert.equal((await opened.as("Jessica")("POST", path, { body })).status, 400, name);
        assert.deepEqual(opened.upstreamRequests, []);
      }
    }
  });
});

test("a request that names another entity is answered with 403, whatever else is wrong with it", async () => {
  for (const body of [{ colour: 1, user_id: "Melissa" }, { user_id: "Melissa", colour: 1 }, { auth_config_id: 5, user_id: ["Melissa"] }]) {
    const opened = openGateway();
    const { status, body: { error } } = await opened.as("Jessica")("POST", initiate, { body });
    assert.deepEqual([status, error.slug, opened.upstreamRequests], [403, "Gateway_EntityMismatch", []]);
  }
  const opened = openGateway();
  const { status } = await opened.as("Jessica")("GET", accounts, { query: "colour=1&user_ids=Melissa" });
  assert.deepEqual([status, opened.upstreamRequests], [403, []]);
});
