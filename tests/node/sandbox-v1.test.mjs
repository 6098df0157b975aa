import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openSandbox, seeded, startMs } from "./support.mjs";

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const shopifyData = { admin_api_access_token: "shpat_0123456789", shop: "acme" };
const initiate = (body) => ({ entityId: "Jessica", data: {}, redirectUri: "https://app.example/done", ...body });

suite("v1 apps", () => {
  test("an app names its schemes, who supplies which field, and the platform's own credentials", async () => {
    const { status, body } = await openSandbox().get("/api/v1/apps/gmail");
    assert.equal(status, 200);
    assert.deepEqual(body.auth_schemes.map(({ mode, auth_mode }) => [mode, auth_mode]), [["OAUTH2", "OAUTH2"], ["BEARER_TOKEN", undefined]]);
    assert.deepEqual(body.auth_schemes[0].fields.map(({ name, expected_from_customer }) => [name, expected_from_customer]), [
      ["client_id", false], ["client_secret", false], ["oauth_redirect_uri", false], ["scopes", false],
    ]);
    assert.deepEqual(body.auth_schemes[1].fields.map(({ name, expected_from_customer, is_secret }) => [name, expected_from_customer, is_secret]), [
      ["token", true, false],
    ]);
    assert.deepEqual(body.testConnectors.map(({ authScheme }) => authScheme), ["OAUTH2"]);
    assert.equal(body.no_auth, false);
  });

  test("an app without credentials comes with the bare minimum", async () => {
    const { body } = await openSandbox().get("/api/v1/apps/hackernews");
    assert.deepEqual(body, {
      appId: body.appId, key: "hackernews", name: "Hacker News", description: body.description, no_auth: true,
      auth_schemes: [{ name: "hackernews_api_key", auth_mode: "API_KEY", fields: [] }],
    });
  });

  test("the list has the schemes only when asked", async () => {
    const { get } = openSandbox();
    const plain = await get("/api/v1/apps");
    assert.deepEqual(plain.body.items.map(({ key }) => key), [
      "gmail", "shopify", "zendesk", "firecrawl", "acme_tickets", "hackernews", "own_crm", "posthog",
    ]);
    assert.equal(plain.body.totalPages, 1);
    assert.ok(plain.body.items.every((item) => !("auth_schemes" in item)));
    const wide = await get("/api/v1/apps?additionalFields=auth_schemes&category=customer%20support");
    assert.deepEqual(wide.body.items.map(({ key, auth_schemes }) => [key, auth_schemes.length]), [["zendesk", 1], ["acme_tickets", 1]]);
  });
});

suite("v1 integrations", () => {
  test("the list is newest first, keeps deleted ones and has no fields", async () => {
    const { body } = await openSandbox().get("/api/v1/integrations?appName=FireCrawl&showDisabled=false");
    assert.deepEqual(body.items.map(({ id, deleted }) => [id, deleted]), [
      [seeded.firecrawlNewer.uuid, false], [seeded.firecrawl.uuid, false], [seeded.firecrawlDeleted.uuid, true],
    ]);
    assert.ok(body.items.every((item) => !("expectedInputFields" in item)));
    assert.deepEqual([body.totalPages, body.page], [1, 1]);
  });

  test("the list hides disabled ones when asked, and has pages", async () => {
    const { get } = openSandbox();
    const ids = async (query) => (await get(`/api/v1/integrations?${query}`)).body.items.map(({ id }) => id);
    assert.deepEqual(await ids("appName=zendesk"), [seeded.zendesk.uuid, seeded.zendeskOff.uuid]);
    assert.deepEqual(await ids("appName=zendesk&showDisabled=false"), [seeded.zendesk.uuid]);
    assert.deepEqual(await ids("appName=zendesk&page=2&pageSize=1"), [seeded.zendeskOff.uuid]);
    assert.deepEqual(await ids("appName=hackernews"), []);
  });

  test("shopify's secret is not flagged and has two labels", async () => {
    const { body } = await openSandbox().get(`/api/v1/integrations/${seeded.shopify.uuid}`);
    assert.equal(body.authScheme, "API_KEY");
    assert.equal(body.useComposioAuth, false);
    const [token, shop] = body.expectedInputFields;
    assert.deepEqual(token, {
      name: "admin_api_access_token", type: "string", description: token.description, display_name: "Admin Api Access Token",
      displayName: "Admin Api Access Token", default: null, required: true, expected_from_customer: true, is_secret: false,
      get_current_user_endpoint: null,
    });
    assert.equal(shop.name, "shop");
  });

  test("zendesk's field lacks is_secret, default and display_name", async () => {
    const { body } = await openSandbox().get(`/api/v1/integrations/${seeded.zendesk.uuid}`);
    const [field] = body.expectedInputFields;
    assert.deepEqual(field, {
      name: "subdomain", expected_from_customer: true, displayName: "Zendesk Subdomain", description: field.description,
      type: "string", required: true,
    });
    assert.equal(body.useComposioAuth, true);
  });

  test("posthog has its v1 key and a required field with a default; hidden fields and credentials stay hidden", async () => {
    const { get } = openSandbox();
    const names = async ({ uuid }) => (await get(`/api/v1/integrations/${uuid}`)).body.expectedInputFields.map(({ name }) => name);
    const posthog = await get(`/api/v1/integrations/${seeded.posthog.uuid}`);
    assert.deepEqual(posthog.body.expectedInputFields.map(({ name, required, default: value }) => [name, required, value]), [
      ["subdomain", true, "us.i"], ["apiKey", true, null], ["base_url", false, ""],
    ]);
    assert.deepEqual(await names(seeded.acmeTickets), ["username", "password", "subdomain"]);
    assert.deepEqual(await names(seeded.gmail), []);
    const crm = await get(`/api/v1/integrations/${seeded.ownCrm.uuid}`);
    assert.deepEqual(crm.body.authConfig, { client_id: "********", client_secret: "********" });
  });

  test("one can be created for managed credentials, for own ones, and where none are needed", async () => {
    const { get, post } = openSandbox();
    const { body: gmail } = await get("/api/v1/apps/gmail");
    const managed = await post("/api/v1/integrations", {
      appId: gmail.appId, name: "mine", authScheme: "OAUTH2", authConfig: {}, useComposioAuth: true,
    });
    assert.equal(managed.status, 200);
    assert.match(managed.body.id, uuidForm);
    assert.deepEqual([managed.body.appName, managed.body.authScheme, managed.body.expectedInputFields], ["gmail", "OAUTH2", []]);
    const { body: list } = await get("/api/v1/integrations?appName=gmail");
    assert.deepEqual(list.items.map(({ id }) => id), [managed.body.id, seeded.gmail.uuid]);
    const bearer = await post("/api/v1/integrations", { appId: gmail.appId, name: "b", authScheme: "BEARER_TOKEN", useComposioAuth: false });
    assert.deepEqual(bearer.body.expectedInputFields.map(({ name }) => name), ["token"]);
    const own = await post("/api/v1/integrations", { appName: "own_crm", name: "c", authConfig: { client_id: "i", client_secret: "s" } });
    assert.equal(own.status, 200);
  });
});

suite("v1 initiate", () => {
  test("typed credentials are ACTIVE at once", async () => {
    const { sandbox, post } = openSandbox();
    const { status, body } = await post("/api/v1/connectedAccounts", initiate({ integrationId: seeded.shopify.uuid, data: shopifyData, labels: ["primary"] }));
    assert.equal(status, 200);
    assert.deepEqual(body, { connectionStatus: "ACTIVE", connectedAccountId: body.connectedAccountId, redirectUrl: null });
    const [account] = sandbox.accounts();
    assert.match(account.id, /^ca_/);
    assert.deepEqual(
      [account.uuid, account.entityId, account.data, account.labels, account.createdAtMs],
      [body.connectedAccountId, "Jessica", shopifyData, ["primary"], startMs],
    );
  });

  test("an OAuth app starts INITIATED, with a short link", async () => {
    const { body } = await openSandbox().post("/api/v1/connectedAccounts", initiate({ integrationId: seeded.gmail.uuid }));
    assert.match(body.connectedAccountId, uuidForm);
    assert.match(body.redirectUrl, /^https:\/\/platform\.example\/s\/\w{8}$/);
    assert.equal(body.connectionStatus, "INITIATED");
  });

  test("the entity may come as userUuid, and is `default` when there is none; a null redirectUri is none", async () => {
    const { sandbox, post } = openSandbox();
    const integrationId = seeded.gmail.uuid;
    await post("/api/v1/connectedAccounts", { integrationId, data: {}, userUuid: "Melissa", redirectUri: null, labels: [] });
    await post("/api/v1/connectedAccounts", { integrationId, data: {} });
    assert.deepEqual(sandbox.accounts().map(({ entityId, callbackUrl }) => [entityId, callbackUrl]), [["Melissa", null], ["default", null]]);
  });

  test("posthog's v1 key is kept under its v3 name", async () => {
    const { sandbox, get, post } = openSandbox();
    const { body } = await post("/api/v1/connectedAccounts", initiate({ integrationId: seeded.posthog.uuid, data: { subdomain: "us.i", apiKey: "phx_secret" } }));
    assert.deepEqual(sandbox.accounts()[0].data, { subdomain: "us.i", generic_api_key: "phx_secret" });
    const account = await get(`/api/v1/connectedAccounts/${body.connectedAccountId}`);
    assert.equal(account.body.connectionParams.apiKey, "********");
  });
});

suite("v1 accounts", () => {
  test("one account shows its state and masks every value", async () => {
    const { get, post } = openSandbox();
    const { body } = await post("/api/v1/connectedAccounts", initiate({ integrationId: seeded.shopify.uuid, data: shopifyData }));
    const account = await get(`/api/v1/connectedAccounts/${body.connectedAccountId}`);
    assert.deepEqual(account.body, {
      id: body.connectedAccountId, integrationId: seeded.shopify.uuid, appUniqueId: "shopify", appName: "shopify",
      clientUniqueUserId: "Jessica", entityId: "Jessica", status: "ACTIVE", isDisabled: false, enabled: true,
      createdAt: "2026-01-16T10:00:00.000Z", updatedAt: "2026-01-16T10:00:00.000Z", meta: { app: {} },
      connectionParams: {
        admin_api_access_token: "********", shop: "********", base_url: "https://{{shop}}.myshopify.com", headers: {}, queryParams: {},
      },
    });
  });

  test("list items are wider and lack entityId; filters and pages work", async () => {
    const { sandbox, get, post } = openSandbox();
    const make = async (app, entityId, more) => {
      sandbox.advance(1);
      return (await post("/api/v1/connectedAccounts", initiate({ integrationId: seeded[app].uuid, entityId, ...more }))).body.connectedAccountId;
    };
    const a = await make("shopify", "Jessica", { data: shopifyData, labels: ["primary"] });
    const b = await make("gmail", "Jessica");
    const c = await make("gmail", "Melissa");
    const ids = async (query) => (await get(`/api/v1/connectedAccounts?${query}`)).body.items.map(({ id }) => id);
    const cases = {
      "": [c, b, a],
      "user_uuid=Jessica": [b, a],
      "entityId=Jessica,Melissa&appNames=gmail": [c, b],
      "appNames=SHOPIFY": [a],
      "status=ACTIVE": [a],
      "status=INITIATED,ACTIVE&user_uuid=Jessica": [b, a],
      "showActiveOnly=true": [a],
      "labels=primary,other": [a],
      [`integrationId=${seeded.gmail.uuid}`]: [c, b],
      [`connectionId=${b}`]: [b],
      "page=2&pageSize=2": [a],
      "page=3&pageSize=2": [],
    };
    for (const [query, expected] of Object.entries(cases)) assert.deepEqual(await ids(query), expected, query);
    const { body } = await get("/api/v1/connectedAccounts?pageSize=2");
    assert.deepEqual([body.totalPages, body.page], [2, 1]);
    for (const key of ["invocationCount", "connectionParams", "data", "deleted", "logo", "authConfig", "member", "labels"]) assert.ok(key in body.items[0], key);
    assert.ok(!("entityId" in body.items[0]));
  });
});

const unknown = "00000000-0000-4000-8000-000000000000";
const post = (path, body, headers) => ({ method: "POST", path, body: typeof body === "string" ? body : JSON.stringify(body), headers: { "content-type": "application/json", ...headers } });
const get = (path, headers) => ({ method: "GET", path, headers });
const accounts = "/api/v1/connectedAccounts";
const start = (more) => post(accounts, initiate({ integrationId: seeded.gmail.uuid, ...more }));

/** name: [request, status, expected `name` or null, what the message says] */
const refusals = {
  "no key": [get("/api/v1/apps", { "x-api-key": undefined }), 401, null, /key/],
  "wrong key": [get("/api/v1/apps", { "x-api-key": "other" }), 401, null, /key/],
  "wrong key on a write": [{ ...start(), headers: { "content-type": "application/json", "x-api-key": "" } }, 401, null, /key/],
  "no such route": [get("/api/v1/nothing"), 404, null, /GET \/api\/v1\/nothing/],
  "no such method": [{ method: "PUT", path: accounts }, 404, null, /PUT/],
  "unknown app": [get("/api/v1/apps/nope"), 404, "AppNotFoundError", /Not found/],
  "app key in upper case": [get("/api/v1/apps/Gmail"), 404, "AppNotFoundError", /Not found/],
  "unknown integration": [get(`/api/v1/integrations/${unknown}`), 404, null, /not found/],
  "v3 id of an integration": [get(`/api/v1/integrations/${seeded.gmail.id}`), 404, null, /not found/],
  "unknown account": [get(`${accounts}/${unknown}`), 404, "ConnectedAccountNotFoundError", /not found/],
  "badly encoded id": [get(`${accounts}/%E0%A4%A`), 404, null, /GET/],
  "initiate: unknown integration": [start({ integrationId: unknown }), 404, null, /not found/],
  "initiate: disabled integration": [start({ integrationId: seeded.zendeskOff.uuid, data: { subdomain: "a" } }), 404, null, /not found/],
  "initiate: deleted integration": [start({ integrationId: seeded.firecrawlDeleted.uuid, data: { api_key: "k" } }), 404, null, /not found/],
  "initiate: no integrationId": [start({ integrationId: undefined }), 400, "InvalidRequestError", /integrationId is required/],
  "initiate: number as integrationId": [start({ integrationId: 1 }), 400, "InvalidRequestError", /integrationId must be/],
  "initiate: no data": [start({ data: undefined }), 400, "InvalidRequestError", /data is required/],
  "initiate: data is a list": [start({ data: [] }), 400, "InvalidRequestError", /data must be an object/],
  "initiate: number in data": [start({ data: { port: 80 } }), 400, "InvalidRequestError", /data\.port must be a string/],
  "initiate: null in data": [start({ data: { port: null } }), 400, "InvalidRequestError", /data\.port must be a string/],
  "initiate: empty entityId": [start({ entityId: "" }), 400, "InvalidRequestError", /entityId must be/],
  "initiate: labels is text": [start({ labels: "primary" }), 400, "InvalidRequestError", /labels must be an array/],
  "initiate: number among labels": [start({ labels: ["a", 1] }), 400, "InvalidRequestError", /labels\.1 must be/],
  "initiate: relative redirectUri": [start({ redirectUri: "/done" }), 400, "InvalidRequestError", /redirectUri must be an http/],
  "initiate: script as redirectUri": [start({ redirectUri: "javascript:alert(1)" }), 400, "InvalidRequestError", /redirectUri must be an http/],
  "initiate: unknown member": [start({ redirectUrl: "https://app.example" }), 400, "InvalidRequestError", /redirectUrl is not a known/],
  "initiate: connectionParams instead of data": [start({ data: undefined, connectionParams: {} }), 400, "InvalidRequestError", /connectionParams is not a known/],
  "initiate: missing field": [start({ integrationId: seeded.shopify.uuid, data: { shop: "acme" } }), 400, "InvalidRequestError", /data\.admin_api_access_token is required/],
  "initiate: empty field": [start({ integrationId: seeded.zendesk.uuid, data: { subdomain: "" } }), 400, "InvalidRequestError", /data\.subdomain is required/],
  "initiate: missing field, by its v1 name": [start({ integrationId: seeded.posthog.uuid, data: { subdomain: "us.i" } }), 400, "InvalidRequestError", /data\.apiKey is required/],
  "initiate: missing field that has a default": [start({ integrationId: seeded.posthog.uuid, data: { apiKey: "k" } }), 400, "InvalidRequestError", /data\.subdomain is required/],
  "initiate: broken JSON": [post(accounts, "{"), 400, "InvalidRequestError", /not valid JSON/],
  "initiate: JSON list": [post(accounts, "[]"), 400, "InvalidRequestError", /must be a JSON object/],
  "initiate: no body": [post(accounts, ""), 400, "InvalidRequestError", /not valid JSON/],
  "initiate: form": [post(accounts, "a=b", { "content-type": "application/x-www-form-urlencoded" }), 400, "InvalidRequestError", /Content-Type/],
  "initiate: text": [post(accounts, initiate({ integrationId: seeded.gmail.uuid }), { "content-type": "text/plain" }), 400, "InvalidRequestError", /Content-Type/],
  "create: no name": [post("/api/v1/integrations", { appName: "gmail", useComposioAuth: true }), 400, "InvalidRequestError", /name is required/],
  "create: no app": [post("/api/v1/integrations", { name: "n" }), 400, "InvalidRequestError", /appId is required/],
  "create: unknown app": [post("/api/v1/integrations", { name: "n", appId: unknown }), 404, "AppNotFoundError", /Not found/],
  "create: scheme of another app": [post("/api/v1/integrations", { name: "n", appName: "gmail", authScheme: "BASIC" }), 400, "InvalidRequestError", /authScheme/],
  "create: managed, without credentials for it": [post("/api/v1/integrations", { name: "n", appName: "own_crm", useComposioAuth: true }), 400, null, /No default credentials/],
  "create: own credentials missing": [post("/api/v1/integrations", { name: "n", appName: "own_crm", authConfig: { client_id: "i" } }), 400, "InvalidRequestError", /authConfig\.client_secret is required/],
  "create: text as a flag": [post("/api/v1/integrations", { name: "n", appName: "gmail", useComposioAuth: "true" }), 400, "InvalidRequestError", /useComposioAuth must be a boolean/],
  "list: page zero": [get(`${accounts}?page=0`), 400, "InvalidRequestError", /page must be/],
  "list: page size in words": [get("/api/v1/integrations?pageSize=many"), 400, "InvalidRequestError", /pageSize must be/],
  "list: unknown status": [get(`${accounts}?status=active`), 400, "InvalidRequestError", /status must be/],
  "list: flag that is neither true nor false": [get(`${accounts}?showActiveOnly=1`), 400, "InvalidRequestError", /showActiveOnly must be/],
  "list: twice the same parameter": [get(`${accounts}?appNames=a&appNames=b`), 400, "InvalidRequestError", /appNames must be given once/],
};

suite("v1 refuses", () => {
  const types = { 400: "BadRequestError", 401: "UnauthorizedError", 404: "NotFoundError" };
  for (const [label, [{ method, path, ...init }, status, name, message]] of Object.entries(refusals)) {
    test(label, async () => {
      const { sandbox, send } = openSandbox();
      const answer = await send(method, path, init);
      assert.equal(answer.status, status);
      const { body } = answer;
      assert.match(body.message, message);
      assert.deepEqual([body.status, body.type, body.name ?? null], [status, types[status], name]);
      assert.match(body.requestId, uuidForm);
      assert.equal(answer.headers.get("x-request-id"), body.requestId);
      assert.deepEqual(sandbox.accounts(), []);
    });
  }

  test("several faults at once are all named, as a list", async () => {
    const { body } = await openSandbox().post(accounts, { integrationId: 1, data: { a: 1 } });
    assert.deepEqual(body.details, [
      { property: "integrationId", children: [], constraints: { invalid: "integrationId must be a non-empty string" } },
      { property: "data.a", children: [], constraints: { invalid: "data.a must be a string" } },
    ]);
    assert.deepEqual((await openSandbox().get("/api/v1/apps/nope")).body.details, {});
  });
});
