import { document } from "./form-page.mjs";
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { inputAttributes, isConnectError, toJsonSchema, toStandardSchema, validateParams } from "connect-flow";
import { makeClient, withoutWasm } from "./client.mjs";
import { field, fields, sentValues, typedValues } from "./fields.mjs";

const hasCode = (code, field) => (error) => {
  assert.ok(isConnectError(error), String(error));
  assert.deepEqual([error.code, error.issues?.[0]?.field], [code, field], error.message);
  return true;
};

test("the field functions throw load_failed before createClient, and say what to do", async () => {
  for (const call of [() => validateParams([], {}), () => toStandardSchema([]), () => toJsonSchema([]), () => inputAttributes(field("x"))]) {
    assert.throws(call, (error) => hasCode("load_failed")(error) && error.retryable === false && /await createClient/.test(error.message));
  }
  await makeClient({});
  assert.deepEqual(validateParams([], {}), []);
});

suite("validateParams", () => {
  test("returns an issue for each wrong field, with params for a translation and without the value", () => {
    assert.deepEqual(validateParams(fields, typedValues), []);
    const issues = validateParams(fields, { shop: "Acme!", region: "mars", contact: "jessica" });
    assert.deepEqual(issues.map(({ code, field, params }) => [code, field, params]), [
      ["pattern", "shop", { label: "Store Subdomain", pattern: "^[a-z0-9-]+$" }],
      ["required", "admin_api_access_token", { label: "Admin API access token" }],
      ["enum", "region", { label: "Region", allowed: "eu, us" }],
      ["format", "contact", { label: "Contact", format: "email" }],
    ]);
    assert.equal(issues[1].message, "Admin API access token is required");
    assert.doesNotMatch(JSON.stringify(issues), /Acme!|mars|jessica/);
  });

  test("reads a frozen list once, and any other list at each call", () => {
    const reads = [];
    const watched = (one) => new Proxy(one, {
      get: (target, name, self) => {
        reads.push(name);
        return Reflect.get(target, name, self);
      },
    });
    const codes = (list, data = {}) => validateParams(list, data).map(({ code, field: name }) => `${name} ${code}`);
    const frozen = Object.freeze([watched(Object.freeze(field("a", { required: true })))]);
    assert.deepEqual(codes(frozen), ["a required"]);
    reads.length = 0;
    assert.deepEqual([codes(frozen), codes(frozen, { a: "x" }), toStandardSchema(frozen)["~standard"].validate({}).issues.length], [["a required"], [], 1]);
    assert.deepEqual(reads, []);
    // Another list in between, with the same length.
    assert.deepEqual([codes(Object.freeze([Object.freeze(field("b", { required: true }))])), codes(frozen)], [["b required"], ["a required"]]);
    // Frozen outside only.
    const inside = field("c", { required: true, enum: ["x"] });
    for (const list of [Object.freeze([inside]), [Object.freeze({ ...inside, enum: ["x"] })], Object.freeze([Object.freeze(inside)])]) {
      assert.deepEqual(codes(list, { c: "x" }), []);
      list[0].enum[0] = "y";
      assert.deepEqual(codes(list, { c: "x" }), ["c enum"]);
      list[0].enum[0] = "x";
    }
    // The list is read again if its proxy throws when asked whether it is frozen.
    const hostile = new Proxy(Object.freeze([]), { isExtensible: () => { throw new Error("trap"); } });
    assert.deepEqual([codes(hostile), codes(hostile)], [[], []]);
  });

  test("reads null and undefined as missing, and returns an issue for any other type than text", () => {
    const data = { shop: null, admin_api_access_token: undefined };
    assert.deepEqual(validateParams(fields, data).map((issue) => issue.code), ["required", "required"]);
    assert.deepEqual(validateParams(fields, undefined).length, 2);
    for (const value of [1, true, {}, [], () => {}, Symbol("x"), 1n, new String("acme")]) {
      const [issue] = validateParams(fields.slice(0, 1), { shop: value, other: value });
      assert.deepEqual([issue.code, issue.field, issue.params.type], ["type", "shop", "string"]);
    }
  });

  test("reads FormData, Map and URLSearchParams, and refuses an event or an element", () => {
    const pairs = Object.entries({ ...typedValues, region: "us" });
    const form = new FormData();
    for (const [name, value] of pairs) form.append(name, value);
    for (const given of [form, new Map(pairs), new URLSearchParams(pairs)]) {
      assert.deepEqual(validateParams(fields, given), []);
      assert.equal(toStandardSchema(fields)["~standard"].validate(given).value.region, "us");
    }
    form.set("shop", new Blob(["acme"]));
    assert.deepEqual(validateParams(fields, form).map(({ code, field }) => [code, field]), [["type", "shop"]]);
    assert.deepEqual(validateParams(fields, new FormData()).map(({ code }) => code), ["required", "required"]);
    const element = document.createElement("form");
    const event = new Event("submit");
    element.dispatchEvent(event);
    for (const wrong of [event, element, { nativeEvent: event, target: element }]) {
      assert.throws(() => validateParams(fields, wrong), (error) => hasCode("invalid_argument", "data")(error) && /got an event, an element or a promise/.test(error.message));
    }
  });

  test("takes a subdomain only from an address of the app's own domain", () => {
    const host = (name, more) => [field(name, { required: true, ...more })];
    const normalised = (fields, value) => {
      const result = toStandardSchema(fields)["~standard"].validate({ [fields[0].name]: value });
      return result.issues ? result.issues.map(({ code, params }) => [code, params.format]) : Object.values(result.value)[0];
    };
    for (const [fields, value, expected] of [
      [host("subdomain"), "https://acme.zendesk.com/agent", "acme"],
      [host("subdomain"), "https://support.acme.com/agent", [["format", "subdomain"]]],
      [host("subdomain"), "support.acme.com", [["format", "subdomain"]]],
      [host("subdomain", { description: "The acme of acme.freshdesk.com" }), "acme.zendesk.com", [["format", "subdomain"]]],
      [host("COMPANYDOMAIN"), "acme.pipedrive.com", "acme"],
      [host("COMPANYDOMAIN"), "https://crm.acme.com", [["format", "subdomain"]]],
      [host("your-domain"), "acme.atlassian.net", "acme"],
      [host("your-domain"), "jira.acme.com", "jira.acme.com"],
      [host("dc"), "https://us21.admin.mailchimp.com", "us21"],
      [host("shop"), "acme.myshopify.com.evil.example", [["format", "subdomain"]]],
    ]) assert.deepEqual(normalised(fields, value), expected, value);
  });

  test("removes invisible characters at both ends of a value, and returns an issue for one inside a secret", () => {
    const key = [field("api_key", { required: true, secret: true })];
    const validate = (value) => toStandardSchema(key)["~standard"].validate({ api_key: value });
    for (const code of [0xad, 0x34f, 0x61c, 0x115f, 0x17b4, 0x180b, 0x200b, 0x2060, 0x2063, 0x206f, 0x2800, 0x3164, 0xfe0f, 0xfeff, 0xfff0, 0x1bca0, 0x1d173, 0xe0061, 0xe01ef, 0, 7, 0x1b, 0x9d]) {
      const char = String.fromCodePoint(code);
      assert.deepEqual(validate(`${char}sk-1${char}${char}`), { value: { api_key: "sk-1" } }, code.toString(16));
      assert.deepEqual(validate(`sk${char}-1`).issues.map((issue) => issue.code), ["invisible"], code.toString(16));
    }
    assert.deepEqual(validate("-----BEGIN\r\n\tkey\n-----END").issues, undefined);
  });

  test("does not change its arguments", () => {
    const frozen = Object.freeze({ ...typedValues });
    validateParams(Object.freeze(fields.map(Object.freeze)), frozen);
    assert.deepEqual(frozen, typedValues);
  });

  test("throws invalid_argument for hostile arguments, and works afterwards", () => {
    const boom = new RangeError("boom");
    const throwingGetter = (name) => Object.defineProperty({}, name, { enumerable: true, get() { throw boom; } });
    const proxy = new Proxy({}, { ownKeys() { throw boom; } });
    for (const wrong of [undefined, null, {}, "x", 1, () => {}, { expectedInputFields: [] }]) {
      for (const call of [validateParams, toStandardSchema, toJsonSchema]) assert.throws(() => call(wrong, {}), hasCode("invalid_argument", "fields"));
    }
    for (const wrong of [[null], [1], [{}], [{ name: 1 }], [[]], [throwingGetter("name")], proxy, [proxy], new Proxy([1], { get() { throw boom; } })]) {
      for (const call of [validateParams, toStandardSchema, toJsonSchema]) assert.throws(() => call(wrong, {}), hasCode("invalid_argument", "fields"));
      assert.throws(() => inputAttributes(wrong), hasCode("invalid_argument", "field"));
    }
    for (const wrong of [1, "x", [], () => {}, Symbol("x"), new Set(["shop"])]) assert.throws(() => validateParams(fields, wrong), hasCode("invalid_argument", "data"));
    for (const wrong of [throwingGetter("shop"), proxy]) {
      assert.throws(() => validateParams(fields, wrong), (error) => hasCode("invalid_argument", "data")(error) && error.cause === boom);
    }
    const cyclic = {};
    cyclic.self = cyclic;
    assert.throws(() => validateParams(fields, cyclic), hasCode("invalid_argument", "data"));
    assert.deepEqual(validateParams([field("x", { pattern: "^(a+)+$" })], { x: "a".repeat(60_000) + "b" }).map((issue) => issue.code), ["pattern"]);
    assert.deepEqual(validateParams([field("x", { pattern: "^.$" })], { x: "\ud800" }), []);
    assert.deepEqual(validateParams([field("x")], { x: "x".repeat(1e6) }).map((issue) => issue.code), ["too_long"]);
    // Later calls work.
    assert.deepEqual(validateParams(fields, typedValues), []);
  });

  test("returns an issue for an object in place of text, even with toJSON", () => {
    const texts = [new Date(0), new String("acme"), { toJSON: () => "acme" }];
    for (const value of texts) assert.deepEqual(validateParams(fields.slice(0, 1), { shop: value }).map(({ code }) => code), ["type"]);
    for (const value of [() => {}, Symbol("x"), 1n]) {
      assert.deepEqual(validateParams([{ ...fields[0], example: value, more: value }], { shop: "acme", more: value }), []);
    }
  });

  test("returns the same issues for proxies as for plain objects", () => {
    let reads = 0;
    const lists = [fields, fields.toReversed(), [...fields, fields[0]], fields.slice(1)];
    const values = [typedValues, sentValues, {}, { shop: "É\u2028\ud800\"\\\n" }, { region: "mars", contact: "é@x\u0000" }, { contact: null, shop: 1 }];
    for (const list of lists) {
      for (const data of values) {
        const proxies = [new Proxy(list, {}), new Proxy({ ...data }, { get: (target, key) => (reads++, target[key]) })];
        // JSON cannot hold a function.
        const issues = validateParams(proxies[0], { ...proxies[1], extra: () => {} });
        assert.deepEqual(validateParams(list, data), issues);
      }
    }
    assert.ok(reads > 0);
  });

  const checksFields = (count) => () => {
    const many = Array.from({ length: count }, (_, at) => field(`f${at}`, { required: true }));
    const data = Object.fromEntries(many.map(({ name }) => [name, " x "]).reverse());
    assert.deepEqual(validateParams(many, data), []);
    assert.equal(validateParams(many, {}).length, count);
    assert.equal(toJsonSchema(many).required.length, count);
  };

  test("checks ten thousand fields", checksFields(1e4));
  // The JavaScript build would take half a minute.
  if (!withoutWasm) test("checks a hundred thousand fields", checksFields(1e5));

  test("checks fields named __proto__ and constructor", () => {
    const reserved = [field("__proto__", { required: true }), field("constructor", { required: true })];
    assert.deepEqual(validateParams(reserved, {}).map((issue) => issue.field), ["__proto__", "constructor"]);
    const { value } = toStandardSchema(reserved)["~standard"].validate(JSON.parse('{"__proto__":" a","constructor":"b"}'));
    assert.deepEqual(Object.entries(value), [["__proto__", "a"], ["constructor", "b"]]);
    assert.deepEqual(Object.keys(toJsonSchema(reserved).properties), ["__proto__", "constructor"]);
    assert.equal(Object.getPrototypeOf(toJsonSchema(reserved).properties), Object.prototype);
  });

  test("matches patterns as RegExp does, and so do the attributes and the JSON Schema", () => {
    let seed = 42;
    const random = (below) => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8) % below;
    const pick = (list) => list[random(list.length)];
    const atoms = ["a", "b", ".", "\\d", "\\w", "\\s", "[ab]", "[^a-c1]", "[\\w-]", "[a-]", "[(|]", "\\.", "-", "é", "^", "$", "[{}/\\]]"];
    const make = (depth) => Array.from({ length: 1 + random(3) }, () => {
      const atom = depth && random(3) === 0 ? `(${make(depth - 1)}${random(2) ? `|${make(depth - 1)}` : ""})` : pick(atoms);
      return atom + (/[\^$]$/.test(atom) && atom.length === 1 ? "" : pick(["", "", "", "*", "+", "?", "{2}", "{1,2}", "+?"]));
    }).join("");
    let htmlPatterns = 0;
    for (let round = 0; round < 3_000; round++) {
      const pattern = make(2);
      const one = [field("x", { pattern })];
      const [html, schema] = [inputAttributes(one[0]).pattern, toJsonSchema(one).properties.x.pattern];
      htmlPatterns += Number(html !== undefined);
      for (let text = 0; text < 4; text++) {
        const value = `x${Array.from({ length: random(6) }, () => pick([..."ab1é-_. (}"])).join("")}x`;
        const expected = new RegExp(pattern, "u").test(value);
        assert.equal(validateParams(one, { x: value }).length === 0, expected, `/${pattern}/ in ${value}`);
        if (schema !== undefined) assert.equal(new RegExp(schema, "u").test(value), expected, `/${schema}/u in ${value}`);
        if (html === undefined) continue;
        const whole = new RegExp(`^(?:${html})$`, "v");
        assert.equal(whole.test(value), expected, `/${html}/v in ${value}`);
        // With outer space the attribute may accept more than validateParams, but never less.
        assert.ok(whole.test(`  ${value}\t`) || !expected, `/${html}/v in ${value} and space`);
      }
    }
    assert.ok(htmlPatterns > 500, String(htmlPatterns));
  });
});
