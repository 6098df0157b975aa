// The messages that developers see. Each says what was expected, what came, and what to do.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createClient, inputAttributes, toJsonSchema, validateParams } from "connect-flow";
import { createGateway, toNodeHandler } from "connect-flow/server";
import { createSandbox } from "connect-flow/testing";
import { openGateway } from "../gateway/support.mjs";
import { gatewayRequests } from "../support/calls.mjs";
import { fakePlatform, initiateOptions, json, makeClient, memoryStorage } from "./client.mjs";

/** Makes a test of each `[message, call]`: the call must throw or reject with this message. */
const failsWith = (rows) => {
  for (const [message, call] of rows) {
    test(message, async () => {
      const thrown = await (async () => call())().then(() => assert.fail("nothing was thrown"), (error) => error);
      assert.equal(thrown.message, message);
    });
  }
};

const offline = await makeClient({ entityId: "Jessica", fetch: () => Promise.reject(new TypeError("offline")), retry: 0, storage: memoryStorage() });
const knownAccount = { connectedAccountId: "ca_1" };
const started = { integrationId: "ac_1", redirectUrl: "https://app.test/done" };
const field = (name, more) => ({ name, displayName: name, type: "string", required: true, secret: false, ...more });

suite("an argument of the client", () => {
  const make = (options) => () => makeClient(options);
  failsWith([
    ["createClient: `options` must be an object, got a string", () => createClient("x")],
    ["createClient: `baseUrl` is required: the address of your gateway, such as `/api/connect`", make({ baseUrl: undefined })],
    ["createClient: `baseUrl` must be an `https:` or `http:` URL, or a path that starts with one `/`", make({ baseUrl: "ftp://a.test" })],
    ["createClient: `baseUrl` must not have a query or a fragment", make({ baseUrl: "/api?x=1" })],
    ["createClient: `apiKey` must not be in a browser: keep the key in a gateway on your server, and set `baseUrl` to the gateway", make({ apiKey: "k" })],
    ["createClient: `api` must be `v3.1` or `v3` (the platform retired v1 and v2 in June 2026), got `v1`", make({ api: "v1" })],
    ["createClient: `api` must be `v3.1` or `v3` (the platform retired v1 and v2 in June 2026), got `v4`", make({ api: "v4" })],
    ["createClient: `credentials` must be `omit`, `same-origin` or `include`, got `always`", make({ credentials: "always" })],
    ["createClient: `retry` must be an integer from 0 to 10, got 99", make({ retry: 99 })],
    ["createClient: `timeoutMs` must be an integer from 1 to 600000, got a string", make({ timeoutMs: "100" })],
    ["createClient: `createIntegrations` must be true or false, got a number", make({ createIntegrations: 1 })],
    ["createClient: `entityId` must be a string, got a number", make({ entityId: 7 })],
    ["createClient: `entityId` must not be empty", make({ entityId: " " })],
    ["createClient: `headers` must be an object, got a string", make({ headers: "x" })],
    ["createClient: `headers.x-port` must be a string, got a number", make({ headers: { "x-port": 7 } })],
    ["createClient: `headers.x y` must be a valid HTTP header: a token as its name, printable ASCII as its value", make({ headers: { "x y": "z" } })],
    ["createClient: `providerOrigins` must be an array, got a string", make({ providerOrigins: "https://a.test" })],
    ["createClient: `providerOrigins` must contain origins such as `https://example.com`, without a path or a slash at the end: see entry 1", make({ providerOrigins: ["https://a/"] })],
    ["createClient: `headers` must be an object, got something else", make({ headers: Promise.resolve({}) })],
    ["createClient: `storage` must have the methods of `localStorage`", make({ storage: "local" })],
    ["createClient: `fetch` must be a function", make({ fetch: "x" })],
    ["createClient: `userId` is not an option: did you mean `entityId`?", make({ userId: "Jessica" })],
    ["createClient: `timeout` is not an option: did you mean `timeoutMs`?", make({ timeout: 1 })],
    ["flow: `app` or `integrationId` is required", () => offline.flow({})],
    ["flow: `mode` must be `redirect`, `popup` or `auto`, got `window`", () => offline.flow({ app: "gmail", mode: "window" })],
    ["flow: `toolkit` is not an option: did you mean `app`?", () => offline.flow({ toolkit: "gmail" })],
    ["flow: `returnTo` must be a path of this site that starts with one `/`", () => offline.flow({ app: "gmail", returnTo: "//evil.test" })],
    ["flow: `redirectUri` differs from `redirectUrl`, and both names mean the same option: give one of them", () => offline.flow({ app: "gmail", redirectUrl: "/a", redirectUri: "/b" })],
    ["flow: `verify` must be an object, got a string", () => offline.flow({ app: "gmail", verify: "GMAIL_GET_PROFILE" })],
    ["flow: `verify.action` is required", () => offline.flow({ app: "gmail", verify: {} })],
    ["flow: `verify.tool` is not an option: did you mean `action`?", () => offline.flow({ app: "gmail", verify: { tool: "GMAIL_GET_PROFILE" } })],
    ["flow: `verify.input` must be an object, got a string", () => offline.flow({ app: "gmail", verify: { action: "GMAIL_GET_PROFILE", input: "{}" } })],
    ["resume: `verify.action` must be a string, got a number", () => offline.resume({ verify: { action: 7 } })],
    ["completeConnection: `verify.action` must not be empty", () => offline.completeConnection({ verify: { action: "" } })],
    ["flow.submit: `data` must be an object, got a string", () => offline.flow({ app: "gmail" }).submit("x")],
    ["flow.submit: `data.shop` must be a string, got a number", () => offline.flow({ app: "gmail" }).submit({ shop: 7 })],
    ["flow.submit: `data` must hold the user's values by field name, got an event, an element or a promise", () => offline.flow({ app: "gmail" }).submit({ target: {} })],
    ["flow.subscribe: `listener` must be a function", () => offline.flow({ app: "gmail" }).subscribe()],
    ["getExpectedParamsForUser: `app` or `integrationId` is required", () => offline.getExpectedParamsForUser({})],
    ["initiateConnection: `integrationId` or `app` is required", () => offline.initiateConnection({})],
    ["initiateConnection: `authConfig` must be empty: developer credentials belong on the platform, not in a browser", () => offline.initiateConnection({ app: "gmail", authConfig: { client_id: "x" } })],
    ["initiateConnection: `signal` must be an AbortSignal", () => offline.initiateConnection({ ...started, signal: 1 })],
    ["redirect: `request` must be a connection request, as `initiateConnection` returns it", () => offline.redirect("https://a.test")],
    ["entity: `id` must be the id of one of your users", () => offline.entity("")],
    ["entity.execute: `entityId` is given by `entity` already: leave it out", () => offline.entity("Jessica").execute({ action: "A", entityId: "Melissa" })],
    ["executeAction: `action` is required", () => offline.executeAction({})],
    ["executeAction: `input` must be an object, or JSON text of one, got other text: check its quotes and brackets", () => offline.executeAction({ action: "A", input: '{"to": ' })],
    ["executeAction: `input.start` must be JSON, got something else", () => offline.executeAction({ action: "A", input: { start: new Date() } })],
    ["executeAction: `input` must be an object, or JSON text of one, got an array", () => offline.executeAction({ action: "A", input: "[]" })],
    ["entity.tools: `actions` must be an array of names of actions, got a number", () => offline.entity("Jessica").tools({ actions: ["GMAIL_GET_PROFILE", 7] })],
    ["connectedAccounts.update: `data.api_key` must be a string, got a number", () => offline.connectedAccounts.update({ ...knownAccount, data: { api_key: 7 } })],
    ["executeAction: `tool` is not an option: did you mean `action`?", () => offline.executeAction({ tool: "A" })],
    ["connectedAccounts.get: `connectedAccountId` is required", () => offline.connectedAccounts.get({})],
    ["connectedAccounts.get: `id` is not an option: did you mean `connectedAccountId`?", () => offline.connectedAccounts.get({ id: "ca_1" })],
    ["connectedAccounts.get: `connectedAccountId` is not an id", () => offline.connectedAccounts.get({ connectedAccountId: ".." })],
    ["connectedAccounts.list: `allEntities` must not be true when `entityId` is given: leave one of them out", () => offline.connectedAccounts.list({ entityId: "Jessica", allEntities: true })],
    ["integrations.create: `createIntegrations` is not set in the options of the client: an integration changes the developer's project", () => offline.integrations.create({ app: "gmail" })],
    ["completeConnection: `url` must be text or a URL", () => offline.completeConnection({ url: 7 })],
    ["validateParams: `fields` must be an array of expected input fields", () => validateParams({}, {})],
    ["validateParams: `data` must be an object or a FormData", () => validateParams([], 1)],
    ["toJsonSchema: `fields` must be an expected input field with a `name`", () => toJsonSchema([{}])],
    ["inputAttributes: `field` must be an expected input field with a `name`", () => inputAttributes({})],
  ]);
});

suite("a response", () => {
  const html = (status) => new Response("<!doctype html><title>Sign in</title>", { status, headers: { "content-type": "text/html" } });
  const get = (answer, options) => async () =>
    (await makeClient({ fetch: async () => answer(), retry: 0, entityId: "Jessica", storage: memoryStorage(), ...options })).connectedAccounts.get(knownAccount);
  const refused = (status, slug, code) => () => json({ error: { message: "Not there", code, slug, status } }, status);
  failsWith([
    ["the server at `baseUrl` cannot be reached", get(() => Promise.reject(new TypeError("Failed to fetch")))],
    ["your server redirected the request: check that `baseUrl` has the right scheme and slashes, and that without a session your server answers 401", get(() => new Response(null, { status: 302, headers: { location: "/login" } }))],
    ["the server at `baseUrl` answered HTTP 404 and HTML: check `baseUrl`", get(() => html(404))],
    ["the server at `baseUrl` answered with HTML instead of a JSON object: check `baseUrl`", get(() => html(200))],
    ["the server at `baseUrl` answered with an empty body instead of a JSON object", get(() => new Response(""))],
    ["the answer lacks the id or the list that it should have: check `baseUrl`", get(() => json({}))],
    ["the answer has more than the 10 bytes that `maxAnswerBytes` allows here: raise that option of `createClient`", get(() => json({ id: "ca_123456" }), { maxAnswerBytes: 10 })],
    ["the server at `baseUrl` answered HTTP 403: Not there", get(refused(403, "Gateway_NotAllowed"))],
    ["the platform answered HTTP 404: Not there", get(refused(404, "ConnectedAccount_ResourceNotFound", 606))],
    ["the server at `baseUrl` answered HTTP 403: The signed-in user did not start this connection: sign in as the user who did, and start again", get(() => json({ error: { message: "The signed-in user did not start this connection: sign in as the user who did, and start again", slug: "Gateway_EntityMismatch", status: 403 } }, 403))],
    ["`fetch` must resolve with a Response", get(() => 1)],
    ["the `headers` function threw or rejected", get(() => json({}), { headers: () => { throw new Error("x"); } })],
    ["the client was disposed of: make a new one with `createClient`", async () => {
      const client = await makeClient({ fetch: async () => json({}), storage: memoryStorage() });
      client.dispose();
      await client.connectedAccounts.get(knownAccount);
    }],
  ]);
});

suite("an attempt", () => {
  /** Completes a callback with this query, for an account with this status. */
  const complete = (query, { status = "ACTIVE", change = (record) => record, more = {}, ...rest } = {}) => async () => {
    const { options } = fakePlatform();
    const storage = memoryStorage();
    const client = await makeClient({ ...options, storage, ...rest });
    const request = await client.initiateConnection(initiateOptions);
    const [[key, text]] = [...storage.map].filter(([, value]) => value.includes("startedAtMs"));
    storage.setItem(key, JSON.stringify(change(JSON.parse(text))));
    const answer = () => json({ id: "ca_1", status, toolkit: { slug: "gmail" }, user_id: "Jessica", ...more });
    const back = await makeClient({ ...options, storage, ...rest, fetch: async () => answer() });
    await back.completeConnection({ url: `https://app.test/done?${query.replace("FLOW", request.flowId)}`, timeoutMs: 1 });
  };
  const success = "cf_flow=FLOW&status=success&connectedAccountId=ca_1";
  failsWith([
    ["the callback URL has more than one value for `status`", complete("cf_flow=FLOW&status=success&status=failed")],
    ["the connection was started in another window or browser: close this window and go on there", complete("cf_flow=00000000000000000000000000000000&status=success")],
    ["the callback names another account than the one that was initiated", complete("cf_flow=FLOW&status=success&connectedAccountId=ca_2")],
    ["the platform verifies identities: allow `completeAuth` in the gateway, or let your server complete the connection with the callback's `sessionUri`", complete("cf_flow=FLOW&session_uri=session_1", { api: "v3" })],
    ["the callback reports that the connection failed", complete("cf_flow=FLOW&status=failed&error=server_error")],
    ["the connection was cancelled: start again", complete(success, { change: (record) => ({ ...record, outcome: "cancelled" }) })],
    ["the connection has already failed: start again", complete(success, { change: (record) => ({ ...record, outcome: "failed" }) })],
    ["the connection was started more than 10 minutes ago: start again", complete(success, { status: "INITIATED", change: (record) => ({ ...record, startedAtMs: record.startedAtMs - 6e5, expiresAtMs: record.expiresAtMs - 6e5 }) })],
    ["the account is FAILED", complete(success, { status: "FAILED" })],
    ["the account is EXPIRED", complete(success, { status: "EXPIRED" })],
    ["the account is INACTIVE", complete(success, { status: "INACTIVE" })],
    ["the platform answered with another account or entity than the one initiated", complete(success, { more: { user_id: "Melissa" } })],
  ]);
});

suite("an issue of an input field", () => {
  const messageOf = (field, value) => validateParams([field], { [field.name]: value })[0]?.message;
  for (const [message, ...given] of [
    ["Shop is required", field("shop", { displayName: "Shop" }), ""],
    ["shop must be text", field("shop"), 7],
    ["shop must be a name such as `acme`, not an address", field("shop"), "https://support.acme.com"],
    ["api_key contains an invisible character: copy it again", field("api_key", { secret: true }), "sk\u200b1"],
    ["region must be one of the allowed values", field("region", { enum: ["eu"] }), "us"],
    ["port must be a whole number", field("port", { type: "integer" }), "x"],
    ["mail must be an email address", field("mail", { format: "email" }), "x"],
    ["code does not have the expected format", field("code", { pattern: "^a$" }), "b"],
  ]) test(message, () => assert.equal(messageOf(...given), message));
});

suite("an option of the gateway", () => {
  const validOptions = {
    apiKey: "ak_1", authenticate: () => "Jessica", allow: { operations: ["connect"], apps: ["gmail"] }, redirectOrigins: ["https://app.test"],
  };
  const make = (options) => () => createGateway({ ...validOptions, ...options });
  const operationNames = ["connect", "manage", ...Object.keys(gatewayRequests)].map((name) => `"${name}"`).join(", ");
  failsWith([
    ["createGateway: the argument must be an object such as { apiKey, authenticate, allow, redirectOrigins }, got undefined", () => createGateway()],
    ["createGateway: `apiKey` must be the project's key as a string, got undefined. Is the environment variable that holds it set in this process?", make({ apiKey: undefined })],
    ["createGateway: `apiKey` starts or ends with a line break. Pass `apiKey.trim()`", make({ apiKey: "ak_1\n" })],
    ["createGateway: \"userId\" is not an option. Return the user's id from `authenticate`. Valid names: apiKey, authenticate, allow, redirectOrigins, upstream, basePath, origins, unsafeHttpOrigins, exposeAuthParams, fetch, timeoutMs, maxBodyBytes, maxHeaderBytes, maxAnswerBytes, onError", make({ userId: "x" })],
    [`createGateway: \`allow.operations\` names "conect", which is not an operation. Did you mean "connect"? Operations are ${operationNames}`, make({ allow: { operations: ["conect"], apps: ["gmail"] } })],
    ["createGateway: `redirectOrigins` lists \"https://a/\", which is not the exact spelling of an origin. Write \"https://a\"", make({ redirectOrigins: ["https://a/"] })],
    ["createGateway: `redirectOrigins` lists \"https://*.vercel.app\", and wildcards are not supported. List each origin. To decide by a rule, pass a function: `redirectOrigins: (origin) => …`", make({ redirectOrigins: ["https://*.vercel.app"] })],
    ["createGateway: `origins` lists \"http://lan\", which is plain http. Use https or, in development only, set `unsafeHttpOrigins: true`", make({ origins: ["http://lan"] })],
    ["createGateway: `basePath` must be a path such as \"/api/connect\", without a trailing slash, got \"api\". Write \"/api\"", make({ basePath: "api" })],
    ["createGateway: `upstream` must be the platform's https URL, or http on loopback, without a user, query or fragment, got an invalid URL", make({ upstream: "x" })],
    ["createGateway: `timeoutMs` must be an integer from 1 to 2147483647, got 0", make({ timeoutMs: 0 })],
    ["createGateway: `authenticate` must be a function that returns the signed-in user's id, got 1", make({ authenticate: 1 })],
    ["toNodeHandler: the gateway must be what createGateway returns, got undefined", () => toNodeHandler()],
  ]);
});

suite("a refusal of the gateway", () => {
  const refusal = (entity, method, path, init) => async () => {
    const { body } = await openGateway({ maxBodyBytes: 100, maxHeaderBytes: 500, allow: { operations: ["connect"], apps: ["gmail"] } }).as(entity)(method, path, init);
    return body.error.message;
  };
  const link = "/api/v3.1/connected_accounts/link";
  for (const [message, ask] of [
    ["Nobody is signed in: the option `authenticate` found no user for this request", refusal("", "GET", "/api/v3.1/toolkits/gmail")],
    ["The gateway answers GET, POST, PATCH, DELETE, not this method", refusal("Jessica", "PUT", link)],
    ["The request comes from a page of another origin than the gateway's: list that origin in the option `origins`", refusal("Jessica", "GET", "/api/v3.1/toolkits/gmail", { headers: { origin: "https://evil.test" } })],
    ["The gateway has no operation with this method and path: update connect-flow in the page or on the server", refusal("Jessica", "GET", "/api/v3.1/unknown")],
    ["The platform retired /api/v1 and /api/v2: update connect-flow in the page, which then uses /api/v3.1", refusal("Jessica", "GET", "/api/v1/apps")],
    ["apps.list is not allowed: list it in the option `allow.operations`", refusal("Jessica", "GET", "/api/v3.1/toolkits")],
    ["Toolkit not found", refusal("Jessica", "GET", "/api/v3.1/toolkits/shopify")],
    ["The headers are longer than the option `maxHeaderBytes` allows", refusal("Jessica", "GET", "/api/v3.1/toolkits/gmail", { headers: { "x-long": "x".repeat(600) } })],
    ["The body is longer than the option `maxBodyBytes` allows", refusal("Jessica", "POST", link, { body: "x".repeat(200) })],
    ["The body must be JSON", refusal("Jessica", "POST", link, { body: "{" })],
    ["Content-Type must be application/json", refusal("Jessica", "POST", link, { body: "{}", headers: { "content-type": "text/plain" } })],
    ["auth_config_id is required", refusal("Jessica", "POST", link, { body: {} })],
    ["callback_url must be on an origin that the option `redirectOrigins` lists", refusal("Jessica", "POST", link, { body: { auth_config_id: "ac_1", callback_url: "https://evil.test/" } })],
  ]) test(message, async () => assert.equal(await ask(), message));
});

suite("an argument of the test kit", () => {
  failsWith([
    ["`apps` of the options of `createSandbox` must be an array, got `gmail`", () => createSandbox({ apps: "gmail" })],
    ["`apikey` is not a member of the options of `createSandbox`: did you mean `apiKey`? Valid: apps, apiKey, origin, now, advanceTimers, gateway, pageUrl, oauth, omitDeprecated, verifierUrl", () => createSandbox({ apikey: "k" })],
    ["`key` of `apps[0]` must be unique, got `gmail` twice", () => createSandbox({ apps: [{ key: "gmail", name: "G", authScheme: "OAUTH2" }] })],
    ["`delayed` is not a kind of fault: did you mean `delay`? Valid: delay, status, html, truncated, empty204, drop, hang, hugeBody, deprecated", () => createSandbox().fault({ kind: "delayed" })],
    ["`deny` is not an outcome of an attempt: did you mean `denied`? Valid: connected, denied, failed, slow, expired, never, offline, popup_blocked, popup_closed, popup_cut_off, revoked, credentials_rejected, scopes_missing, session, other_browser", () => createSandbox().next({ outcome: "deny" })],
    ["`clock.advance` needs an installed sandbox: call install or createClient first", () => createSandbox().clock.advance(1)],
  ]);
});
