import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { runInNewContext } from "node:vm";
import { createClient, isConnectError } from "connect-flow";
import { boom, refuses, throws, traps } from "./arguments.mjs";
import { fakePlatform, initiateOptions, json, makeClient, wasmUrl } from "./client.mjs";

suite("createClient refuses", () => {
  test("options that are no object, or that lack baseUrl", async () => {
    await createClient({ wasmUrl, baseUrl: "/api" });
    for (const options of [undefined, null, {}]) await refuses(() => createClient(options), "required", "baseUrl");
    for (const options of [42, "text", true, [], () => {}, Symbol("x"), 1n]) await refuses(() => createClient(options), "type", "options");
  });

  test("an unknown option, by its name", async () => {
    for (const name of ["baseURL", "base_url", "timeout", "", "__proto__x", "constructor"]) {
      await refuses(() => makeClient({ [name]: "x" }), "unknown", name);
    }
    await refuses(() => createClient(JSON.parse('{"baseUrl":"/api","__proto__":{"api":"v3"}}')), "unknown", "__proto__");
  });

  test("apiKey, and suggests a gateway", async () => {
    await refuses(() => makeClient({ apiKey: "secret-key" }), "unknown", "apiKey");
    const error = await makeClient({ apiKey: "secret-key" }).catch((error) => error);
    assert.match(error.message, /gateway/);
    assert.doesNotMatch(error.message + error.stack + JSON.stringify(error), /secret-key/);
  });

  test("a value of the wrong type or format", async () => {
    const wrong = [
      ["baseUrl", 42, "type"], ["baseUrl", new URL("https://platform.test"), "type"], ["baseUrl", "", "required"], ["baseUrl", " ", "required"],
      ["baseUrl", "platform.test", "format"], ["baseUrl", "javascript:x", "format"], ["baseUrl", "/api?x=1", "format"],
      ["baseUrl", "//platform.test", "format"], ["baseUrl", "https://u:p@platform.test", "format"],
      ["api", "v1", "format"], ["api", "v2", "format"], ["api", "v3.2", "format"], ["api", 1, "type"], ["entityId", 7, "type"], ["entityId", "", "required"],
      ["headers", 42, "type"], ["headers", "a: b", "type"], ["headers", [["a", "b"]], "type"], ["headers", { a: 1 }, "type", "headers.a"],
      ["credentials", "yes", "format"], ["redirectUrl", "app", "format"],
      ["providerOrigins", "https://a.test", "type"], ["providerOrigins", ["https://a.test/x"], "format"], ["providerOrigins", [1], "format"],
      ["timeoutMs", "100", "type"], ["timeoutMs", 0, "format"], ["timeoutMs", -1, "type"], ["timeoutMs", 1.5, "type"], ["timeoutMs", NaN, "type"],
      ["timeoutMs", Infinity, "type"], ["timeoutMs", 1e12, "type"], ["retry", 11, "type"], ["retry", true, "type"], ["createIntegrations", "yes", "type"],
      ["fetch", "fetch", "type"], ["fetch", {}, "type"], ["storage", "local", "type"], ["storage", () => {}, "type"],
      ["unsafeApiKey", 1, "type"], ["unsafeApiKey", "", "required"], ["api", 1n, "type"], ["api", Symbol("v3"), "type"], ["entityId", () => {}, "type"],
    ];
    for (const [name, value, code, field = name] of wrong) await refuses(() => makeClient({ [name]: value }), code, field);
  });

  test("options that throw when they are read, with the thrown value as cause", async () => {
    for (const [how, trap] of Object.entries(traps)) {
      const error = await createClient(trap("baseUrl")).catch((error) => error);
      assert.deepEqual([error.code, error.name], ["invalid_argument", "ConnectError"], `${how}: ${error}`);
      assert.ok(how === "a revoked proxy" ? error.cause instanceof TypeError : error.cause === boom, how);
    }
    for (const name of ["headers", "providerOrigins", "wasmUrl", "fetch", "storage"]) {
      const options = Object.defineProperty({ baseUrl: "/api" }, name, { enumerable: true, get: throws });
      const error = await createClient(options).catch((error) => error);
      assert.deepEqual([error.code, error.cause], ["invalid_argument", boom], name);
      const nested = await createClient({ baseUrl: "/api", [name]: traps["a proxy that throws in ownKeys"]() }).catch((error) => error);
      if (!["wasmUrl", "storage"].includes(name)) assert.equal(nested.code, "invalid_argument", name);
    }
    const length = new Proxy([], { get: (target, key) => (key === "length" ? throws() : target[key]) });
    const error = await makeClient({ providerOrigins: length }).catch((error) => error);
    assert.deepEqual([error.code, error.cause], ["invalid_argument", boom]);
    await makeClient({ providerOrigins: ["https://a.test"] });
  });

  test("no valid options: a proxy, a frozen object, one without a prototype, absent members", async () => {
    const options = { baseUrl: "https://platform.test", ...fakePlatform().options };
    for (const given of [new Proxy(options, {}), Object.freeze({ ...options }), Object.assign(Object.create(null), options)]) {
      const client = await createClient(given);
      assert.equal((await client.connectedAccounts.get({ connectedAccountId: "ca_1" })).status, "ACTIVE");
    }
    await makeClient({ entityId: undefined, headers: null, fetch: undefined, storage: null, providerOrigins: undefined, timeoutMs: undefined });
  });
});

suite("an error", () => {
  test("is recognised by its name, also from another frame", async () => {
    const error = await makeClient({ apiKey: "x" }).catch((error) => error);
    assert.ok(isConnectError(error));
    const foreign = runInNewContext('Object.assign(new Error("no"), { name: "ConnectError", code: "network", retryable: true })');
    assert.ok(!(foreign instanceof Object), "an error of another frame");
    assert.ok(isConnectError(foreign));
    const others = [undefined, null, "ConnectError", 42, {}, new Error("no"), { name: "ConnectError" }, { code: "network" }, Object.create(null), () => {}];
    for (const other of others) assert.equal(isConnectError(other), false);
  });

  test("has the thrown value as cause", async () => {
    for (const thrown of [undefined, null, "boom", { a: 1 }, new DOMException("no", "AbortError")]) {
      const client = await makeClient({ ...fakePlatform().options, fetch: () => Promise.reject(thrown) });
      const error = await client.connectedAccounts.get({ connectedAccountId: "ca_1" }).catch((error) => error);
      assert.deepEqual([error.code, error.retryable, "cause" in error], ["network", true, true]);
      assert.equal(error.cause, thrown);
    }
  });

  test("has only members that apply, and none that holds a typed value", async () => {
    const secret = "xyzzy-plugh-20571";
    const refusal = { message: `bad ${secret}`, details: [{ property: "a", constraints: { x: `${secret}!` } }], type: secret };
    const { options } = fakePlatform();
    const fetch = (request) => (request.method === "POST" ? json(refusal, 400, { "x-request-id": "r1" }) : options.fetch(request));
    const client = await makeClient({ ...options, fetch });
    const error = await client.initiateConnection({ ...initiateOptions, data: { token: secret } }).catch((error) => error);
    const { code, status, retryable, requestId, errorDescription, message, issues } = error;
    assert.deepEqual({ code, status, retryable, requestId }, { code: "invalid_request", status: 400, retryable: false, requestId: "r1" });
    assert.equal(errorDescription, "bad [redacted]");
    assert.equal(issues[0].message, "[redacted]!");
    assert.ok(!("retryAfterMs" in error) && !("cause" in error));
    const members = Object.getOwnPropertyNames(error).map((name) => JSON.stringify(error[name]));
    for (const text of [message, String(error), error.stack, ...members]) assert.doesNotMatch(text, /xyzzy/);
  });
});
