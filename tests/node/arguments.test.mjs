import assert from "node:assert/strict";
import { types } from "node:util";
import { suite, test } from "node:test";
import { runInNewContext } from "node:vm";
import { createClient, isConnectError } from "connect-flow";
import { fakePlatform, initiateOptions, json, makeClient, wasmUrl } from "./client.mjs";

/** Asserts that a call is refused for one argument: `[code of the issue, path of the argument]`. */
async function refuses(call, code, field) {
  await assert.rejects(async () => call(), (error) => {
    assert.ok(error instanceof Error && types.isNativeError(error) && isConnectError(error), String(error));
    assert.deepEqual([error.name, error.code, error.retryable], ["ConnectError", "invalid_argument", false], error.message);
    assert.deepEqual(error.issues.map((issue) => [issue.code, issue.field]), [[code, field]]);
    assert.ok(error.message.includes(`\`${field}\``) && error.issues[0].message, error.message);
    assert.match(error.stack, /ConnectError|Error/);
    return true;
  });
}

const boom = new RangeError("boom");
const throws = () => {
  throw boom;
};

/** Objects that throw when they are looked at. */
const traps = {
  "a getter": (name) => Object.defineProperty({}, name, { enumerable: true, get: throws }),
  "a proxy without keys": () => new Proxy({}, { ownKeys: throws }),
  "a proxy without values": (name) => new Proxy({ [name]: 1 }, { get: throws }),
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
};

/** A response that throws where one of its members is looked at. */
const without = (name) => Object.defineProperty(json({}), name, { get: throws });

/** A response that a page has put a reader of its own into. */
const readBy = (reader) => Object.defineProperty(json({}), "body", { value: { getReader: () => reader } });

const much = () => ({ done: false, value: new Uint8Array(2 ** 20 + 1) });

/** Readers of a page's own, and what a call ends with. */
const readers = {
  "reader throws": [{ read: throws }, "response_invalid"],
  "reader rejects": [{ read: () => Promise.reject(boom) }, "network"],
  "reader cannot read": [{}, "response_invalid"],
  "reader answers nothing, at once": [{ read: () => undefined }, "response_invalid"],
  "reader answers what throws": [{ read: async () => ({ get done() { return throws(); } }) }, "response_invalid"],
  "reader answers text, at once": [{ read: () => ({ done: false, value: "{}" }) }, "response_invalid"],
  "reader never answers": [{ read: () => new Promise(() => {}), cancel: throws, releaseLock: throws }, "timeout"],
  "reader is a thenable that never answers": [{ read: () => ({ then() {} }) }, "timeout"],
  "reader reads too much and cannot be cancelled": [{ read: much }, "response_invalid"],
  "reader reads too much and throws when it is cancelled": [{ read: much, cancel: throws }, "response_invalid"],
  "reader reads too much and rejects when it is cancelled": [{ read: much, cancel: () => Promise.reject(boom) }, "response_invalid"],
  "reader reads too much and is never cancelled": [{ read: much, cancel: () => new Promise(() => {}) }, "response_invalid"],
};

const account = { connectedAccountId: "ca_1" };

/** Every call that takes options, with options that are right. */
const calls = {
  getExpectedParamsForUser: [(client, options) => client.getExpectedParamsForUser(options), { app: "gmail" }],
  initiateConnection: [(client, options) => client.initiateConnection(options), initiateOptions],
  "connectedAccounts.initiate": [(client, options) => client.client.connectedAccounts.initiate(options), initiateOptions],
  completeConnection: [(client, options) => client.completeConnection(options), { url: "https://app.test/" }],
  "connectedAccounts.get": [(client, options) => client.connectedAccounts.get(options), account],
  "connectedAccounts.waitUntilActive": [(client, options) => client.connectedAccounts.waitUntilActive(options), { ...account, timeoutMs: 40 }],
  "connectedAccounts.refresh": [(client, options) => client.connectedAccounts.refresh(options), { ...account, redirectUrl: "https://app.test/done" }],
  "connectedAccounts.enable": [(client, options) => client.connectedAccounts.enable(options), account],
  "connectedAccounts.disable": [(client, options) => client.connectedAccounts.disable(options), account],
  "connectedAccounts.delete": [(client, options) => client.connectedAccounts.delete(options), account],
  getAuthParams: [(client, options) => client.getAuthParams(options), account],
  executeAction: [(client, options) => client.executeAction(options), { action: "GMAIL_GET_PROFILE", connectedAccountId: "ca_1" }],
  "entity.execute": [(client, options) => client.entity("Jessica").execute(options), { action: "GMAIL_GET_PROFILE", version: "20250905_00" }],
  "entity.getConnection": [(client, options) => client.entity("Jessica").getConnection(options), { app: "gmail" }],
  "entity.initiateConnection": [(client, options) => client.entity("Jessica").initiateConnection(options), initiateOptions],
  "apps.get": [(client, options) => client.apps.get(options), { app: "gmail" }],
  "integrations.get": [(client, options) => client.integrations.get(options), { integrationId: "in_1" }],
  "integrations.create": [(client, options) => client.integrations.create(options), { app: "gmail", authScheme: "OAUTH2" }],
};

/** Every list, with all its options; their errors are thrown. */
const lists = {
  "connectedAccounts.list": [
    (client, options) => client.connectedAccounts.list(options), { entityId: "Jessica", app: "gmail", integrationId: "in_1", status: "ACTIVE" },
  ],
  "apps.list": [(client, options) => client.apps.list(options), { search: "mail", category: "crm" }],
  "integrations.list": [(client, options) => client.integrations.list(options), { app: "gmail" }],
};

/** Both, as promises. */
const everything = {
  ...calls,
  ...Object.fromEntries(Object.entries(lists).map(([name, [list, right]]) => [name, [async (client, options) => list(client, options).next(), right]])),
};

const cyclic = {};
cyclic.self = cyclic;

/** Values that no caller means to pass; made anew where they are objects that could be changed. */
const hostile = {
  "a megabyte": () => "x".repeat(2 ** 20),
  "half a character": () => "\ud800",
  "a path": () => "../../admin?x=1#y",
  "line breaks": () => "a\r\nx-evil: 1\0",
  "markup": () => "<script>alert(1)</script>",
  "a String object": () => new String("gmail"),
  "an object that turns into text": () => ({ toString: () => "gmail", valueOf: throws, [Symbol.toPrimitive]: throws }),
  "something that refers to itself": () => cyclic,
  "something deep": () => JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`),
  "a prototype": () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}'),
  "a long array": () => new Array(20_000),
  "a number that is none": () => NaN,
  "a big number": () => 2n ** 64n,
  "a symbol": () => Symbol("gmail"),
  "a function": () => throws,
  "a date": () => new Date(NaN),
  "a map": () => new Map([["app", "gmail"]]),
  "bytes": () => new Uint8Array(8),
  "a promise": () => Promise.resolve("gmail"),
  "a proxy that throws": () => traps["a proxy without keys"](),
  "a revoked proxy": () => traps["a revoked proxy"](),
};

suite("createClient refuses", () => {
  test("what is no object of options, or lacks an address", async () => {
    await createClient({ wasmUrl, baseUrl: "/api" });
    for (const options of [undefined, null, {}]) await refuses(() => createClient(options), "required", "baseUrl");
    for (const options of [42, "text", true, [], () => {}, Symbol("x"), 1n]) await refuses(() => createClient(options), "type", "options");
  });

  test("an option that it does not know, by its name", async () => {
    for (const name of ["baseURL", "base_url", "timeout", "", "__proto__x", "constructor"]) {
      await refuses(() => makeClient({ [name]: "x" }), "unknown", name);
    }
    await refuses(() => createClient(JSON.parse('{"baseUrl":"/api","__proto__":{"api":"v3"}}')), "unknown", "__proto__");
  });

  test("a platform key, with the way out", async () => {
    await refuses(() => makeClient({ apiKey: "secret-key" }), "unknown", "apiKey");
    const error = await makeClient({ apiKey: "secret-key" }).catch((error) => error);
    assert.match(error.message, /gateway/);
    assert.doesNotMatch(error.message + error.stack + JSON.stringify(error), /secret-key/);
  });

  test("values of the wrong type or form", async () => {
    const wrong = [
      ["baseUrl", 42, "type"], ["baseUrl", new URL("https://platform.test"), "type"], ["baseUrl", "", "required"], ["baseUrl", " ", "required"],
      ["baseUrl", "platform.test", "format"], ["baseUrl", "javascript:x", "format"], ["baseUrl", "/api?x=1", "format"],
      ["baseUrl", "//platform.test", "format"], ["baseUrl", "https://u:p@platform.test", "format"],
      ["api", "v1", "format"], ["api", "v2", "format"], ["api", "v3.2", "format"], ["api", 1, "type"], ["entityId", 7, "type"], ["entityId", "", "required"],
      ["headers", 42, "type"], ["headers", "a: b", "type"], ["headers", [["a", "b"]], "type"], ["headers", { a: 1 }, "type", "headers.a"],
      ["credentials", "yes", "format"], ["redirectUrl", "app", "format"],
      ["redirectOrigins", "https://a.test", "type"], ["redirectOrigins", ["https://a.test/x"], "format"], ["redirectOrigins", [1], "format"],
      ["timeoutMs", "100", "type"], ["timeoutMs", 0, "format"], ["timeoutMs", -1, "type"], ["timeoutMs", 1.5, "type"], ["timeoutMs", NaN, "type"],
      ["timeoutMs", Infinity, "type"], ["timeoutMs", 1e12, "type"], ["retry", 11, "type"], ["retry", true, "type"], ["createIntegrations", "yes", "type"],
      ["fetch", "fetch", "type"], ["fetch", {}, "type"], ["storage", "local", "type"], ["storage", () => {}, "type"],
      ["unsafeApiKey", 1, "type"], ["unsafeApiKey", "", "required"], ["api", 1n, "type"], ["api", Symbol("v3"), "type"], ["entityId", () => {}, "type"],
    ];
    for (const [name, value, code, field = name] of wrong) await refuses(() => makeClient({ [name]: value }), code, field);
  });

  test("options that throw when they are looked at, keeping what they threw", async () => {
    for (const [how, trap] of Object.entries(traps)) {
      const error = await createClient(trap("baseUrl")).catch((error) => error);
      assert.deepEqual([error.code, error.name], ["invalid_argument", "ConnectError"], `${how}: ${error}`);
      assert.ok(how === "a revoked proxy" ? error.cause instanceof TypeError : error.cause === boom, how);
    }
    for (const name of ["headers", "redirectOrigins", "wasmUrl", "fetch", "storage"]) {
      const options = Object.defineProperty({ baseUrl: "/api" }, name, { enumerable: true, get: throws });
      const error = await createClient(options).catch((error) => error);
      assert.deepEqual([error.code, error.cause], ["invalid_argument", boom], name);
      const nested = await createClient({ baseUrl: "/api", [name]: traps["a proxy without keys"]() }).catch((error) => error);
      if (!["wasmUrl", "storage"].includes(name)) assert.equal(nested.code, "invalid_argument", name);
    }
    const length = new Proxy([], { get: (target, key) => (key === "length" ? throws() : target[key]) });
    const error = await makeClient({ redirectOrigins: length }).catch((error) => error);
    assert.deepEqual([error.code, error.cause], ["invalid_argument", boom]);
    await makeClient({ redirectOrigins: ["https://a.test"] });
  });

  test("nothing that is right: a proxy, a frozen or bare object, absent options", async () => {
    const options = { baseUrl: "https://platform.test", ...fakePlatform().options };
    for (const given of [new Proxy(options, {}), Object.freeze({ ...options }), Object.assign(Object.create(null), options)]) {
      const client = await createClient(given);
      assert.equal((await client.connectedAccounts.get({ connectedAccountId: "ca_1" })).status, "ACTIVE");
    }
    await makeClient({ entityId: undefined, headers: null, fetch: undefined, storage: null, redirectOrigins: undefined, timeoutMs: undefined });
  });
});

suite("each call refuses", () => {
  for (const [name, [call, right]] of Object.entries(calls)) {
    test(`${name}: what is wrong with its options, by a rejection`, async () => {
      const { asked, options } = fakePlatform();
      const client = await makeClient({ ...options, createIntegrations: true });
      await refuses(() => call(client, { ...right, typo: 1 }), "unknown", "typo");
      await refuses(() => call(client, { ...right, signal: {} }), "type", "signal");
      for (const wrong of [42, "text", [], true, () => {}]) await refuses(() => call(client, wrong), "type", "options");
      const first = Object.keys(right)[0];
      await refuses(() => call(client, { ...right, [first]: 42 }), "type", first);
      for (const [how, trap] of Object.entries(traps)) {
        // By a rejection: nothing is thrown at the call itself.
        const error = await call(client, trap(first)).then(() => "no error", (error) => error);
        assert.deepEqual([error.code, error.name], ["invalid_argument", "ConnectError"], `${how}: ${error}`);
        assert.ok(how === "a revoked proxy" ? error.cause instanceof TypeError : error.cause === boom, how);
      }
      assert.deepEqual(asked, []);
      await call(client, right).catch((error) => assert.notEqual(error.code, "invalid_argument"));
    });
  }

  for (const [name, [call, right]] of Object.entries(everything)) {
    test(`${name}: an option that it does not know, and names all that it takes`, async () => {
      const client = await makeClient({ ...fakePlatform().options, createIntegrations: true });
      const problem = (option) => call(client, { ...right, [option]: 1 }).then(() => "", ({ message }) => message);
      const message = await problem("qqqqqqqqqqqq");
      const own = Object.keys(right).filter((option) => option !== "timeoutMs");
      for (const option of [...own, ...(name in calls ? ["timeoutMs", "signal"] : [])]) {
        const named = message.split(/the options are |, /).filter((word) => word === option);
        assert.deepEqual(named, [option], `${option}: ${message}`);
      }
      if (name in calls) assert.match(await problem("timeout"), /did you mean `timeoutMs`\?/);
    });
  }

  for (const [name, [list, right]] of Object.entries(lists)) {
    test(`${name}: what is wrong with its options, by throwing`, async () => {
      const { asked, options } = fakePlatform();
      const client = await makeClient(options);
      await refuses(() => list(client, { ...right, typo: 1 }), "unknown", "typo");
      for (const wrong of [42, "text", [], true, () => {}]) await refuses(() => list(client, wrong), "type", "options");
      for (const option of Object.keys(right)) await refuses(() => list(client, { ...right, [option]: 42 }), "type", option);
      for (const [how, trap] of Object.entries(traps)) {
        assert.throws(() => list(client, trap(Object.keys(right)[0])), { name: "ConnectError", code: "invalid_argument" }, how);
      }
      assert.deepEqual(asked, []);
      assert.equal(typeof list(client, right)[Symbol.asyncIterator], "function");
    });
  }

  for (const [name, [call, right]] of Object.entries(everything)) {
    test(`${name}: whatever stands in place of an option, without harm`, async () => {
      const { asked, options } = fakePlatform();
      const client = await makeClient({ ...options, createIntegrations: true });
      for (const option of [...Object.keys(right), "__proto__", "constructor", "toString"]) {
        for (const [how, make] of Object.entries(hostile)) {
          const given = Object.defineProperty({ ...right }, option, { value: make(), enumerable: true });
          const error = await call(client, given).then(() => undefined, (error) => error);
          assert.ok(error === undefined || isConnectError(error), `${option}, ${how}: ${error}`);
          assert.ok(!error || error.message.length < 1000, `${option}, ${how}: ${error?.message.slice(0, 200)}`);
          if (!Object.hasOwn(right, option)) assert.equal(error?.code, "invalid_argument", `${option}, ${how}`);
        }
      }
      const long = await call(client, { ...right, ["é".repeat(2 ** 20)]: 1 }).catch((error) => error);
      assert.ok(long.code === "invalid_argument" && long.message.length < 1000 && long.issues[0].field.length < 1000, "a long name");
      assert.equal({}.polluted, undefined);
      for (const request of asked) assert.match(request, /^[A-Z]+ \/api\/v3\.1\/[\x21-\x7e]+$/);
      for (const request of asked) assert.doesNotMatch(request, /\/\.\.?(\/|$)|admin\/|\/admin/);
      // The client is as good as before.
      assert.equal((await client.connectedAccounts.get(account)).status, "ACTIVE");
    });

    test(`${name}: whatever the page's own functions do, with an error`, async () => {
      const never = () => new Promise(() => {});
      const thenable = { then: throws };
      const pages = {
        "fetch throws": [{ fetch: throws }, ["network"]],
        "fetch never answers": [{ fetch: never }, ["timeout"]],
        "fetch answers a thenable that throws": [{ fetch: () => thenable }, ["network"]],
        "fetch answers nothing": [{ fetch: () => undefined }, ["response_invalid"]],
        "fetch answers what looks like a response": [{ fetch: () => ({ ok: true, status: 200, json: async () => ({}) }) }, ["response_invalid"]],
        "fetch answers a body that never ends": [{ fetch: () => new Response(new ReadableStream({ pull: never })) }, ["timeout"]],
        "fetch answers a body of empty chunks without end": [{ fetch: () => new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array()) })) }, ["response_invalid"]],
        "fetch answers a promise that throws": [{ fetch: () => Object.defineProperty(Promise.resolve(), "constructor", { get: throws }) }, ["network"]],
        ...Object.fromEntries(["status", "headers", "body"].map((name) => [`fetch answers a response without its ${name}`, [{ fetch: () => without(name) }, ["response_invalid"]]])),
        ...Object.fromEntries(Object.entries(readers).map(([how, [reader, code]]) => [`fetch answers a body whose ${how}`, [{ fetch: () => readBy(reader) }, [code]]])),
        "fetch answers a body that breaks": [{ fetch: () => new Response(new ReadableStream({ pull: throws })) }, ["network", "response_invalid"]],
        "headers throws": [{ headers: throws }, ["unauthorized"]],
        "headers never answers": [{ headers: never }, ["timeout"]],
        "headers answers a thenable that throws": [{ headers: () => thenable }, ["unauthorized"]],
        "headers answers a proxy that throws": [{ headers: () => traps["a proxy without keys"]() }, ["unauthorized"]],
        "headers answers text": [{ headers: () => "a: b" }, ["invalid_argument"]],
        "headers answers what cannot be sent": [{ headers: () => ({ "x-a": "\r\nx-b: 1" }) }, ["invalid_argument"]],
        "headers answers a megabyte in a name": [{ headers: () => ({ ["é".repeat(2 ** 20)]: "1" }) }, ["invalid_argument"]],
      };
      // It asks nothing of the platform: the URL is no callback.
      if (name === "completeConnection") return;
      if (name === "integrations.create") pages["it may not"] = [{ createIntegrations: false }, ["invalid_argument"]];
      for (const [how, [page, codes]] of Object.entries(pages)) {
        const client = await makeClient({ ...fakePlatform().options, createIntegrations: true, timeoutMs: 20, ...page });
        const error = await call(client, right).then(() => "no error", (error) => error);
        // It goes on waiting where another try may help.
        const expected = name.endsWith("waitUntilActive") ? [...codes, "timeout"] : codes;
        assert.ok(expected.includes(error.code), `${how}: ${error.code ?? error}`);
        assert.ok(isConnectError(error) && error.stack, how);
      }
    });
  }

  test("an entity or a URL that is none", async () => {
    const client = await makeClient(fakePlatform().options);
    for (const [how, make] of Object.entries(hostile)) {
      for (const call of [() => client.entity(make()), () => client.getEntity(make()), () => client.parseCallback(make()), () => client.redirect(make())]) {
        try {
          call();
        } catch (error) {
          assert.ok(isConnectError(error), `${how}: ${error}`);
        }
      }
    }
  });

  test("what is missing or empty", async () => {
    const client = await makeClient({ ...fakePlatform().options, entityId: undefined });
    await refuses(() => client.getExpectedParamsForUser(), "required", "app");
    await refuses(() => client.getExpectedParamsForUser({}), "required", "app");
    await refuses(() => client.getExpectedParamsForUser({ app: "" }), "required", "app");
    await refuses(() => client.getExpectedParamsForUser({ app: " \n" }), "required", "app");
    await refuses(() => client.getExpectedParamsForUser({ app: null, integrationId: undefined }), "required", "app");
    await refuses(() => client.initiateConnection({}), "required", "integrationId");
    const withKey = await makeClient({ ...fakePlatform().options, entityId: undefined, unsafeApiKey: "key-0123" });
    await refuses(() => withKey.initiateConnection(initiateOptions), "required", "entityId");
    await refuses(() => client.initiateConnection({ ...initiateOptions, redirectUrl: undefined, entityId: "e" }), "required", "redirectUrl");
    await refuses(() => client.connectedAccounts.get(), "required", "connectedAccountId");
    await refuses(() => client.connectedAccounts.get({ connectedAccountId: "" }), "required", "connectedAccountId");
    await refuses(() => client.connectedAccounts.get({ connectedAccountId: ".." }), "format", "connectedAccountId");
    await refuses(() => client.completeConnection(), "required", "url");
  });

  test("what contradicts itself or does not belong in a browser", async () => {
    const client = await makeClient(fakePlatform().options);
    const initiate = (change) => client.initiateConnection({ ...initiateOptions, ...change });
    await refuses(() => initiate({ redirectUri: "https://app.test/other" }), "duplicate", "redirectUri");
    await initiate({ redirectUri: initiateOptions.redirectUrl });
    await refuses(() => initiate({ authConfig: { client_secret: "s" } }), "unknown", "authConfig");
    await refuses(() => initiate({ returnTo: "https://evil.test" }), "format", "returnTo");
    await refuses(() => initiate({ data: { shop: 1 } }), "type", "data.shop");
    await refuses(() => initiate({ data: ["acme"] }), "type", "data");
    await refuses(() => initiate({ data: "acme" }), "type", "data");
    await refuses(() => client.completeConnection({ url: 42 }), "type", "url");
    await refuses(() => client.parseCallback({}), "type", "url");
    await refuses(() => client.redirect(), "type", "request");
    await refuses(() => client.redirect("https://auth.test"), "type", "request");
  });

  test("nothing for text that is no Unicode", async () => {
    const { asked, bodies, options } = fakePlatform();
    const client = await makeClient(options);
    await client.initiateConnection({ ...initiateOptions, entityId: "\ud800", data: { "\udfff": "a\ud83d", "\ud83d\ude00": "\u2028\0" } });
    const { user_id, state } = bodies[0].connection;
    assert.deepEqual([user_id, state.val], ["\ufffd", { status: "INITIALIZING", "\ufffd": "a\ufffd", "\ud83d\ude00": "\u2028\0" }]);
    await client.connectedAccounts.get({ connectedAccountId: "ca_\ud800" });
    assert.equal(asked[1], "GET /api/v3.1/connected_accounts/ca_%EF%BF%BD");
  });

  test("what is changed after the call is not seen", async () => {
    const { bodies, options } = fakePlatform();
    const client = await makeClient(options);
    const given = { ...initiateOptions, data: { shop: "acme" } };
    const promise = client.initiateConnection(given);
    given.data.shop = "changed";
    given.integrationId = "changed";
    await promise;
    const [{ auth_config, connection }] = bodies;
    assert.deepEqual([connection.state.val.shop, auth_config.id], ["acme", "in_1"]);
  });
});

suite("errors", () => {
  test("are told by their name, in any frame", async () => {
    const error = await makeClient({ apiKey: "x" }).catch((error) => error);
    assert.ok(isConnectError(error));
    const foreign = runInNewContext('Object.assign(new Error("no"), { name: "ConnectError", code: "network", retryable: true })');
    assert.ok(!(foreign instanceof Object), "it is of another frame");
    assert.ok(isConnectError(foreign));
    const others = [undefined, null, "ConnectError", 42, {}, new Error("no"), { name: "ConnectError" }, { code: "network" }, Object.create(null), () => {}];
    for (const other of others) assert.equal(isConnectError(other), false);
  });

  test("keep what was thrown, whatever it is", async () => {
    for (const thrown of [undefined, null, "boom", { a: 1 }, new DOMException("no", "AbortError")]) {
      const client = await makeClient({ ...fakePlatform().options, fetch: () => Promise.reject(thrown) });
      const error = await client.connectedAccounts.get({ connectedAccountId: "ca_1" }).catch((error) => error);
      assert.deepEqual([error.code, error.retryable, "cause" in error], ["network", true, true]);
      assert.equal(error.cause, thrown);
    }
  });

  test("have no member that does not apply, and none that holds what was typed", async () => {
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
