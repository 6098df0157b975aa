import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isConnectError } from "connect-flow";
import { calls as everyCall, makeCall } from "../support/calls.mjs";
import { boom, refuses, throws, traps } from "./arguments.mjs";
import { fakePlatform, initiateOptions, json, makeClient } from "./client.mjs";

/** A response that throws when this member is read. */
const responseThrowingAt = (name) => Object.defineProperty(json({}), name, { get: throws });

/** A response whose body has this reader. */
const responseWithReader = (reader) => Object.defineProperty(json({}), "body", { value: { getReader: () => reader } });

const tooMuch = () => ({ done: false, value: new Uint8Array(2 ** 20 + 1) });

/** Readers that a page may supply: [reader, error code of the call]. */
const readers = {
  "reader throws": [{ read: throws }, "response_invalid"],
  "reader rejects": [{ read: () => Promise.reject(boom) }, "network"],
  "reader cannot read": [{}, "response_invalid"],
  "reader returns undefined": [{ read: () => undefined }, "response_invalid"],
  "reader resolves with an object that throws": [{ read: async () => ({ get done() { return throws(); } }) }, "response_invalid"],
  "reader returns text and no promise": [{ read: () => ({ done: false, value: "{}" }) }, "response_invalid"],
  "reader never settles": [{ read: () => new Promise(() => {}), cancel: throws, releaseLock: throws }, "timeout"],
  "reader returns a thenable that never settles": [{ read: () => ({ then() {} }) }, "timeout"],
  "reader reads too much and cannot be cancelled": [{ read: tooMuch }, "response_invalid"],
  "reader reads too much and throws when it is cancelled": [{ read: tooMuch, cancel: throws }, "response_invalid"],
  "reader reads too much and rejects when it is cancelled": [{ read: tooMuch, cancel: () => Promise.reject(boom) }, "response_invalid"],
  "reader reads too much and is never cancelled": [{ read: tooMuch, cancel: () => new Promise(() => {}) }, "response_invalid"],
};

const callsWhere = (fits) => Object.fromEntries(Object.entries(everyCall).filter(([, row]) => row.options && fits(row)).map(([name, { options }]) => [
  name, [(client, given) => makeCall(client, name, given), options],
]));
/** Every call that returns a promise: [call, valid options]. */
const calls = callsWhere(({ isList }) => !isList);
/** Every list: [call, valid options]. Lists throw synchronously. */
const lists = callsWhere(({ isList }) => isList);

/** Calls and lists, as promises. */
const allCalls = {
  ...calls,
  ...Object.fromEntries(Object.entries(lists).map(([name, [list, validOptions]]) => [name, [async (client, options) => list(client, options).next(), validOptions]])),
};

const cyclic = {};
cyclic.self = cyclic;

/** Values that no caller means to pass. */
const hostile = {
  "a megabyte": () => "x".repeat(2 ** 20),
  "half a surrogate pair": () => "\ud800",
  "a path": () => "../../admin?x=1#y",
  "line breaks": () => "a\r\nx-evil: 1\0",
  "markup": () => "<script>alert(1)</script>",
  "a String object": () => new String("gmail"),
  "an object with toString": () => ({ toString: () => "gmail", valueOf: throws, [Symbol.toPrimitive]: throws }),
  "a cycle": () => cyclic,
  "a deep array": () => JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`),
  "a __proto__ member": () => JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{}}}'),
  "a long array": () => new Array(20_000),
  "NaN": () => NaN,
  "a bigint": () => 2n ** 64n,
  "a symbol": () => Symbol("gmail"),
  "a function": () => throws,
  "a date": () => new Date(NaN),
  "a map": () => new Map([["app", "gmail"]]),
  "bytes": () => new Uint8Array(8),
  "a promise": () => Promise.resolve("gmail"),
  "a proxy that throws": () => traps["a proxy that throws in ownKeys"](),
  "a revoked proxy": () => traps["a revoked proxy"](),
};

suite("a call", () => {
  test("of every group of the client is in the table of calls", async () => {
    const client = await makeClient(fakePlatform().options);
    for (const group of ["apps", "integrations", "connectedAccounts"]) {
      const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(client[group])).filter((name) => !["constructor", "free", "__destroy_into_raw"].includes(name));
      const inTable = Object.keys(everyCall).filter((name) => name.startsWith(`${group}.`)).map((name) => name.split(".")[1]);
      assert.deepEqual(methods.sort(), inTable.sort());
    }
  });

  for (const [name, [call, validOptions]] of Object.entries(calls)) {
    test(`${name}: rejects invalid options`, async () => {
      const { asked: requests, options } = fakePlatform();
      const client = await makeClient({ ...options, createIntegrations: true });
      await refuses(() => call(client, { ...validOptions, typo: 1 }), "unknown", "typo");
      await refuses(() => call(client, { ...validOptions, signal: {} }), "type", "signal");
      for (const wrong of [42, "text", [], true, () => {}]) await refuses(() => call(client, wrong), "type", "options");
      const first = Object.keys(validOptions)[0];
      await refuses(() => call(client, { ...validOptions, [first]: 42 }), "type", first);
      for (const [how, trap] of Object.entries(traps)) {
        // Never thrown synchronously.
        const error = await call(client, trap(first)).then(() => "no error", (error) => error);
        assert.deepEqual([error.code, error.name], ["invalid_argument", "ConnectError"], `${how}: ${error}`);
        assert.ok(how === "a revoked proxy" ? error.cause instanceof TypeError : error.cause === boom, how);
      }
      assert.deepEqual(requests, []);
      await call(client, validOptions).catch((error) => assert.notEqual(error.code, "invalid_argument"));
    });
  }

  for (const [name, [call, validOptions]] of Object.entries(allCalls)) {
    test(`${name}: names its valid options for an unknown one`, async () => {
      const client = await makeClient({ ...fakePlatform().options, createIntegrations: true });
      const problem = (option) => call(client, { ...validOptions, [option]: 1 }).then(() => "", ({ message }) => message);
      const message = await problem("qqqqqqqqqqqq");
      const own = Object.keys(validOptions).filter((option) => option !== "timeoutMs");
      for (const option of [...own, ...(name in calls ? ["timeoutMs", "signal"] : [])]) {
        const named = message.split(/the options are |, /).filter((word) => word === option);
        assert.deepEqual(named, [option], `${option}: ${message}`);
      }
      if (name in calls) assert.match(await problem("timeout"), /did you mean `timeoutMs`\?/);
    });
  }

  for (const [name, [list, validOptions]] of Object.entries(lists)) {
    test(`${name}: throws for invalid options`, async () => {
      const { asked: requests, options } = fakePlatform();
      const client = await makeClient(options);
      for (const option of ["typo", "timeoutMs", "signal"]) await refuses(() => list(client, { ...validOptions, [option]: 1 }), "unknown", option);
      for (const wrong of [42, "text", [], true, () => {}]) await refuses(() => list(client, wrong), "type", "options");
      for (const option of Object.keys(validOptions)) await refuses(() => list(client, { ...validOptions, [option]: 42 }), "type", option);
      for (const [how, trap] of Object.entries(traps)) {
        assert.throws(() => list(client, trap(Object.keys(validOptions)[0])), { name: "ConnectError", code: "invalid_argument" }, how);
      }
      assert.deepEqual(requests, []);
      assert.equal(typeof list(client, validOptions)[Symbol.asyncIterator], "function");
    });
  }

  for (const [name, [call, validOptions]] of Object.entries(allCalls)) {
    test(`${name}: withstands hostile values in each option`, async () => {
      const { asked: requests, options } = fakePlatform();
      const client = await makeClient({ ...options, createIntegrations: true });
      for (const option of [...Object.keys(validOptions), "__proto__", "constructor", "toString"]) {
        for (const [how, make] of Object.entries(hostile)) {
          const given = Object.defineProperty({ ...validOptions }, option, { value: make(), enumerable: true });
          const error = await call(client, given).then(() => undefined, (error) => error);
          assert.ok(error === undefined || isConnectError(error), `${option}, ${how}: ${error}`);
          assert.ok(!error || error.message.length < 1000, `${option}, ${how}: ${error?.message.slice(0, 200)}`);
          if (!Object.hasOwn(validOptions, option)) assert.equal(error?.code, "invalid_argument", `${option}, ${how}`);
        }
      }
      const long = await call(client, { ...validOptions, ["é".repeat(2 ** 20)]: 1 }).catch((error) => error);
      assert.ok(long.code === "invalid_argument" && long.message.length < 1000 && long.issues[0].field.length < 1000, "a long name");
      assert.equal({}.polluted, undefined);
      for (const request of requests) assert.match(request, /^[A-Z]+ \/api\/v3\.1\/[\x21-\x7e]+$/);
      for (const request of requests) assert.doesNotMatch(request, /\/\.\.?(\/|$)|admin\/|\/admin/);
      // The client still works.
      assert.equal((await client.connectedAccounts.get({ connectedAccountId: "ca_1" })).status, "ACTIVE");
    });

    test(`${name}: ends with a coded error, whatever the page's functions do`, async () => {
      const never = () => new Promise(() => {});
      const thenable = { then: throws };
      const pages = {
        "fetch throws": [{ fetch: throws }, ["network"]],
        "fetch never settles": [{ fetch: never }, ["timeout"]],
        "fetch returns a thenable that throws": [{ fetch: () => thenable }, ["network"]],
        "fetch returns undefined": [{ fetch: () => undefined }, ["response_invalid"]],
        "fetch returns what looks like a response": [{ fetch: () => ({ ok: true, status: 200, json: async () => ({}) }) }, ["response_invalid"]],
        "fetch returns a body that never ends": [{ fetch: () => new Response(new ReadableStream({ pull: never })) }, ["timeout"]],
        "fetch returns a body of empty chunks without end": [{ fetch: () => new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array()) })) }, ["response_invalid"]],
        "fetch returns a promise that throws": [{ fetch: () => Object.defineProperty(Promise.resolve(), "constructor", { get: throws }) }, ["network"]],
        ...Object.fromEntries(["status", "headers", "body"].map((name) => [`fetch returns a response without its ${name}`, [{ fetch: () => responseThrowingAt(name) }, ["response_invalid"]]])),
        ...Object.fromEntries(Object.entries(readers).map(([how, [reader, code]]) => [`fetch returns a body whose ${how}`, [{ fetch: () => responseWithReader(reader) }, [code]]])),
        "fetch returns a body that breaks": [{ fetch: () => new Response(new ReadableStream({ pull: throws })) }, ["network", "response_invalid"]],
        "headers throws": [{ headers: throws }, ["unauthorized"]],
        "headers never settles": [{ headers: never }, ["timeout"]],
        "headers returns a thenable that throws": [{ headers: () => thenable }, ["unauthorized"]],
        "headers returns a proxy that throws": [{ headers: () => traps["a proxy that throws in ownKeys"]() }, ["unauthorized"]],
        "headers returns text": [{ headers: () => "a: b" }, ["invalid_argument"]],
        "headers returns what cannot be sent": [{ headers: () => ({ "x-a": "\r\nx-b: 1" }) }, ["invalid_argument"]],
        "headers returns a megabyte in a name": [{ headers: () => ({ ["é".repeat(2 ** 20)]: "1" }) }, ["invalid_argument"]],
      };
      // Sends no request: this URL is no callback.
      if (name === "completeConnection") return;
      if (name === "integrations.create") pages["createIntegrations is false"] = [{ createIntegrations: false }, ["invalid_argument"]];
      for (const [how, [page, codes]] of Object.entries(pages)) {
        const client = await makeClient({ ...fakePlatform().options, createIntegrations: true, timeoutMs: 20, ...page });
        const error = await call(client, validOptions).then(() => "no error", (error) => error);
        // Polls again after a retryable error.
        const expected = name.endsWith("waitUntilActive") ? [...codes, "timeout"] : codes;
        assert.ok(expected.includes(error.code), `${how}: ${error.code ?? error}`);
        assert.ok(isConnectError(error) && error.stack, how);
      }
    });
  }

  test("refuses a hostile entity, URL or request with a ConnectError", async () => {
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

  test("refuses a missing or empty argument", async () => {
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

  test("refuses contradictory arguments and credentials of the developer", async () => {
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

  test("replaces lone surrogates in text", async () => {
    const { asked, bodies, options } = fakePlatform();
    const client = await makeClient(options);
    await client.initiateConnection({ ...initiateOptions, entityId: "\ud800", data: { "\udfff": "a\ud83d", "\ud83d\ude00": "\u2028\0" } });
    const { user_id, state } = bodies[0].connection;
    assert.deepEqual([user_id, state.val], ["\ufffd", { status: "INITIALIZING", "\ufffd": "a\ufffd", "\ud83d\ude00": "\u2028\0" }]);
    await client.connectedAccounts.get({ connectedAccountId: "ca_\ud800" });
    assert.equal(asked[1], "GET /api/v3.1/connected_accounts/ca_%EF%BF%BD");
  });

  test("reads its arguments once, before it returns", async () => {
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
