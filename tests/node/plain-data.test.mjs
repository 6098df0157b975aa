// Options that are plain data. A value that cannot be read as data is refused, and never sent as an empty object or null.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { runInNewContext } from "node:vm";
import { json, makeClient, memoryStorage } from "./client.mjs";
import { refuses } from "./arguments.mjs";

/** Values whose own members do not show what they hold. */
const unreadable = {
  "a date": new Date(0),
  "a URL": new URL("https://app.test/"),
  "an error": new Error("x"),
  "a regular expression": /x/,
  "a promise": Promise.resolve({ a: "b" }),
  "a boxed number": new Number(5),
  "a blob": new Blob(["x"]),
  "a weak map": new WeakMap(),
  "an object whose members are getters of its class": new (class {
    get a() {
      return "b";
    }
  })(),
  "an object that inherits its members": Object.create({ a: "b" }),
};
/** Values that JSON does not have. */
const noJson = { ...unreadable, "a set": new Set([1]), "a bigint": 5n, "a symbol": Symbol("x"), "a function": () => {}, "NaN": NaN, "-Infinity": -Infinity };

/** A client, and the requests that it sends. */
async function makeRecorder(options) {
  const requests = [];
  const fetch = async (request) => {
    requests.push({ headers: Object.fromEntries(request.headers), body: request.body && await request.json() });
    return json({ id: "ca_1", status: "ACTIVE", toolkit: { slug: "gmail" }, successful: true, data: {} });
  };
  const client = await makeClient({ fetch, retry: 0, entityId: "Jessica", storage: memoryStorage(), ...options });
  return { client, requests };
}

suite("the input of an action", () => {
  for (const [name, value] of Object.entries(noJson)) {
    test(`is refused by its path when it contains ${name}`, async () => {
      const { client, requests } = await makeRecorder();
      const action = "GMAIL_SEND";
      const calls = {
        "input.x": (input) => client.executeAction({ action, input }),
        "verify.input.x": (input) => client.flow({ app: "gmail", verify: { action, input } }),
      };
      for (const [field, call] of Object.entries(calls)) {
        for (const nested of [value, [value], { deep: [{ deeper: value }] }]) await refuses(() => call({ ok: 1, x: nested }), "type", field);
      }
      await refuses(() => client.entity("Jessica").execute({ action, input: { x: value } }), "type", "input.x");
      await refuses(() => client.completeConnection({ verify: { action, input: { x: value } } }), "type", "verify.input.x");
      assert.deepEqual(requests, []);
      client.dispose();
    });
  }

  const same = {
    "every kind of JSON": { text: "a", number: 1.5, yes: true, no: false, nothing: null, list: [1, "b", null, {}], object: { a: {} } },
    "a word that ends like a number that JSON lacks": { a: "NaN", b: "Infinity" },
    "frozen objects": Object.freeze({ a: Object.freeze([Object.freeze({})]) }),
    "objects without a prototype": Object.assign(Object.create(null), { a: Object.create(null) }),
    "objects of another realm": runInNewContext("({ a: {}, b: [] })"),
    "proxies": new Proxy({ a: new Proxy({}, {}) }, {}),
    "objects of a class with fields": { a: new (class {
      b = 1;
    })() },
  };
  for (const [name, input] of Object.entries(same)) {
    test(`arrives as it is given: ${name}`, async () => {
      const { client, requests } = await makeRecorder();
      await client.executeAction({ action: "GMAIL_SEND", input });
      assert.deepEqual(requests[0].body.arguments, JSON.parse(JSON.stringify(input)));
      client.dispose();
    });
  }
});

suite("headers", () => {
  const given = { authorization: "Bearer x" };
  for (const [name, headers] of Object.entries({ "an object": given, "Headers": new Headers(given), "a Map": new Map(Object.entries(given)) })) {
    test(`are sent when they are ${name}, given or returned`, async () => {
      for (const option of [headers, () => headers, async () => headers]) {
        const { client, requests } = await makeRecorder({ headers: option });
        await client.connectedAccounts.get({ connectedAccountId: "ca_1" });
        assert.equal(requests[0].headers.authorization, "Bearer x");
        client.dispose();
      }
    });
  }

  for (const [name, headers] of Object.entries(unreadable)) {
    test(`are refused when they are ${name}`, async () => {
      await refuses(() => makeRecorder({ headers }), "type", "headers");
      if (name === "a promise") return;
      const { client, requests } = await makeRecorder({ headers: () => headers });
      await refuses(() => client.connectedAccounts.get({ connectedAccountId: "ca_1" }), "type", "headers");
      assert.deepEqual(requests, []);
      client.dispose();
    });
  }
});

suite("values that the user typed", () => {
  for (const [name, value] of Object.entries(unreadable)) {
    test(`are refused when they are ${name}`, async () => {
      const { client, requests } = await makeRecorder();
      await refuses(() => client.flow({ app: "gmail" }).submit(value), "type", "data");
      await refuses(() => client.initiateConnection({ app: "gmail", data: { shop: value } }), "type", "data.shop");
      assert.deepEqual(requests, []);
      client.dispose();
    });
  }
});
