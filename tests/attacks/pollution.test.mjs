// Prototype pollution: members of Object.prototype that were added before or after this package was loaded.
import assert from "node:assert/strict";
import { afterEach, suite, test } from "node:test";
import { createClient, inputAttributes, isConnectError, toJsonSchema, toStandardSchema, validateParams } from "connect-flow";
import { callbackUrl, fakePlatform, initiateOptions, json, makeClient, memoryStorage } from "../node/client.mjs";

const added = [];
/** Adds members to Object.prototype until the end of the test. */
function pollute(members) {
  for (const [name, value] of Object.entries(members)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true });
    added.push(name);
  }
}
const clean = () => added.splice(0).forEach((name) => delete Object.prototype[name]);
afterEach(clean);

// These run in one process, and the first client loads the module. So the order of the tests matters.
suite("a polluted prototype", () => {
  test("does not choose which module is loaded", async () => {
    const asked = [];
    const { fetch } = globalThis;
    globalThis.fetch = async (url) => {
      asked.push(String(url));
      return new Response("not found", { status: 404 });
    };
    pollute({ wasmUrl: "https://evil.test/evil.wasm" });
    try {
      // The .wasm file answers 404, so that the loader falls back to the script that contains it.
      await createClient({ baseUrl: "https://platform.test" });
    } finally {
      globalThis.fetch = fetch;
    }
    assert.deepEqual(asked.map((url) => url.split("/").at(-1)), ["connect_flow_bg.wasm"]);
    assert.ok(asked[0].startsWith("file:"), asked[0]);
  });

  test("sets no option of a client or a call", async () => {
    const { asked, bodies, options } = fakePlatform();
    pollute({
      api: "v3", version: "evil", baseUrl: "https://evil.test", entityId: "Melissa", unsafeApiKey: "evil", headers: { "x-evil": "1" }, credentials: "include", providerOrigins: ["https://evil.test"],
      storage: memoryStorage(), retry: 5, timeoutMs: 1, createIntegrations: true, returnTo: "/evil", authScheme: "API_KEY", redirectUrl: "https://evil.test/", url: "https://evil.test/", data: { a: "b" },
    });
    const requests = [];
    const client = await makeClient({ ...options, fetch: async (request) => {
      requests.push([new URL(request.url).origin, request.credentials, request.headers.get("x-evil"), request.headers.get("x-api-key")]);
      return options.fetch(request);
    } });
    const request = await client.initiateConnection(initiateOptions);
    const [record] = client.pending();
    const done = await client.completeConnection({ url: callbackUrl(request) });
    clean();
    assert.deepEqual(asked, ["POST /api/v3.1/connected_accounts", "GET /api/v3.1/connected_accounts/ca_1"]);
    for (const [origin, credentials, ...headers] of requests) {
      assert.deepEqual([origin, credentials, headers[0], headers[1]], ["https://platform.test", "same-origin", null, null]);
    }
    assert.deepEqual(bodies[0].connection.state, { authScheme: "OAUTH2", val: { status: "INITIALIZING" } });
    assert.deepEqual([record.entityId, record.returnTo, done.returnTo, done.account.entityId], ["Jessica", undefined, undefined, "Jessica"]);
  });

  test("completes no connection and provides no record for a callback", async () => {
    const storage = memoryStorage();
    storage.setItem("connect-flow:f1", "{}");
    pollute({
      flowId: "f1", connectedAccountId: "ca_evil", entityId: "Jessica", startedAtMs: Date.now(), expiresAtMs: Date.now() + 60_000, outcome: "connected",
      id: "ca_evil", status: "ACTIVE", connectionStatus: "ACTIVE",
    });
    const asked = [];
    const client = await makeClient({ retry: 0, storage, fetch: async (request) => (asked.push(request.url), json({})) });
    await assert.rejects(client.completeConnection({ url: callbackUrl({ flowId: "f1", connectedAccountId: "ca_evil" }) }), { code: "callback_unbound" });
    await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), { code: "response_invalid" });
    assert.equal(asked.length, 1);
    assert.deepEqual(client.pending(), []);
  });

  test("changes no field and no validation", async () => {
    pollute({ required: true, pattern: "^evil$", enum: ["evil"], secret: false, type: "number", default: "evil", hidden: true });
    const field = JSON.parse('{"name":"api_key","displayName":"API key","type":"string","required":false,"secret":true}');
    const checks = [validateParams([field], {}), validateParams([field], { api_key: "x" })];
    const schema = toJsonSchema([field]);
    const { type, ...attributes } = inputAttributes(field);
    const result = toStandardSchema([field])["~standard"].validate({});
    clean();
    assert.deepEqual(checks, [[], []]);
    assert.deepEqual(result, { value: {} });
    assert.deepEqual([type, Object.hasOwn(attributes, "pattern"), Object.hasOwn(attributes, "required") && attributes.required], ["password", false, false]);
    assert.deepEqual([schema.required ?? [], Object.keys(schema.properties.api_key).includes("enum")], [[], false]);
  });
});

suite("a `toJSON` on Object.prototype", () => {
  const field = { name: "shop", displayName: "Shop", type: "string", required: true, secret: false, pattern: "^a" };
  /** Replaces any value that is stringified. */
  function toJSON(key) {
    return key === "" ? [{ ...field, pattern: "^evil", required: false }] : this;
  }

  test("changes no validation and no answer", async () => {
    const client = await makeClient({ retry: 0, fetch: async () => new Response('{"id":"ca_1","status":"ACTIVE","toolkit":{"slug":"gmail"}}') });
    pollute({ toJSON });
    const codes = [{}, { shop: "b" }, { shop: "a" }].map((data) => validateParams([field], data).map(({ code }) => code));
    const { status, app } = await client.connectedAccounts.get({ connectedAccountId: "ca_1" });
    clean();
    assert.deepEqual(codes, [["required"], ["pattern"], []]);
    assert.deepEqual([status, app], ["ACTIVE", "gmail"]);
  });
});

suite("an answer or an argument", () => {
  const hostileMembers = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"toString":"x","then":"x"}';
  const untouched = () => assert.deepEqual([{}.polluted, Object.polluted, Function.prototype.polluted, [].polluted], Array(4).fill(undefined));

  test("pollutes no prototype, whatever its members' names", async () => {
    const members = `"id":"ca_1","status":"ACTIVE","meta":${hostileMembers},"data":${hostileMembers},"params":${hostileMembers},"val":${hostileMembers},"connectionParams":${hostileMembers},"toolkit":{"slug":"gmail"},"successful":true`;
    const client = await makeClient({ entityId: "Jessica", retry: 0, fetch: async () => new Response(`{${members},"items":[{${members}}],${hostileMembers.slice(1, -1)}}`) });
    const entity = { connectedAccountId: "ca_1" };
    await client.connectedAccounts.get(entity);
    const { data } = await client.executeAction({ action: "A", ...entity, input: JSON.parse(hostileMembers) });
    assert.deepEqual(Object.keys(data), ["__proto__", "constructor", "toString", "then"]);
    assert.equal(Object.getPrototypeOf(data), Object.prototype);
    for await (const account of client.connectedAccounts.list()) assert.equal(account.id, "ca_1");
    await client.getAuthParams(entity).catch((error) => assert.ok(isConnectError(error)));
    untouched();
  });

  test("of a page's own `fetch` may be a thenable, and the call ends even if that never settles, throws or resolves twice", async () => {
    const account = () => json({ id: "ca_1", status: "ACTIVE" });
    const ask = async (thenable) => {
      const client = await makeClient({ retry: 0, timeoutMs: 50, fetch: () => thenable });
      return client.connectedAccounts.get({ connectedAccountId: "ca_1" }).then(({ status }) => status, ({ code }) => code);
    };
    const thrown = new Error("trap");
    assert.equal(await ask({ then: (resolve) => (resolve(account()), resolve(json({ id: "ca_1", status: "FAILED" }))) }), "ACTIVE");
    assert.equal(await ask({ then: () => {} }), "timeout");
    assert.equal(await ask({ get then() { throw thrown; } }), "network");
    assert.equal(await ask({ then: (resolve) => { resolve(account()); throw thrown; } }), "ACTIVE");
    const body = { locked: false, getReader() { throw thrown; } };
    assert.equal(await ask(Object.defineProperty(account(), "body", { value: body })), "response_invalid");
  });
});
