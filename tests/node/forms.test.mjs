import { document, renderForm } from "./form-page.mjs";
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { inputAttributes, isConnectError, toJsonSchema, toStandardSchema, validateParams } from "connect-flow";
import { makeClient } from "./client.mjs";
import { createElement as h } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { useForm } from "react-hook-form";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { FormApi } from "@tanstack/form-core";
import Form from "@rjsf/core";
import draft7, { customizeValidator } from "@rjsf/validator-ajv8";
import { Ajv2020 } from "ajv/dist/2020.js";

const coded = (code, field) => (error) => {
  assert.ok(isConnectError(error), String(error));
  assert.deepEqual([error.code, error.issues?.[0]?.field], [code, field], error.message);
  return true;
};

/** As `getExpectedParamsForUser` answers. */
const field = (name, more) => ({ name, displayName: name, type: "string", required: false, secret: false, ...more });
const fields = [
  field("shop", { displayName: "Store Subdomain", required: true, pattern: "^[a-z0-9-]+$", description: "x in x.myshopify.com" }),
  field("admin_api_access_token", { displayName: "Admin API access token", required: true, secret: true, example: "shpat_…" }),
  field("region", { displayName: "Region", required: true, default: "eu", enum: ["eu", "us"] }),
  field("contact", { displayName: "Contact", format: "email" }),
];
const typed = { shop: " https://acme.myshopify.com/admin\n", admin_api_access_token: "\ufeffshpat_1 ", contact: "" };
const sent = { shop: "acme", admin_api_access_token: "shpat_1", region: "eu" };

test("before a client is made there is nothing to check with, and the error says what to do", async () => {
  for (const call of [() => validateParams([], {}), () => toStandardSchema([]), () => toJsonSchema([]), () => inputAttributes(field("x"))]) {
    assert.throws(call, (error) => coded("load_failed")(error) && error.retryable === false && /await createClient/.test(error.message));
  }
  await makeClient({});
  assert.deepEqual(validateParams([], {}), []);
});

suite("validateParams", () => {
  test("names each field that is wrong, with what a translation needs, and never the value", () => {
    assert.deepEqual(validateParams(fields, typed), []);
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

  test("takes values that are missing, null or undefined, and refuses those that are no strings", () => {
    const data = { shop: null, admin_api_access_token: undefined };
    assert.deepEqual(validateParams(fields, data).map((issue) => issue.code), ["required", "required"]);
    assert.deepEqual(validateParams(fields, undefined).length, 2);
    for (const value of [1, true, {}, [], () => {}, Symbol("x"), 1n, new String("acme")]) {
      const [issue] = validateParams(fields.slice(0, 1), { shop: value, other: value });
      assert.deepEqual([issue.code, issue.field, issue.params.type], ["type", "shop", "string"]);
    }
  });

  test("reads the pairs of FormData and its like, and refuses an event or an element by name", () => {
    const pairs = Object.entries({ ...typed, region: "us" });
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
      assert.throws(() => validateParams(fields, wrong), (error) => coded("invalid_argument", "data")(error) && /got an event, an element or a promise/.test(error.message));
    }
  });

  test("takes for a subdomain only what the app's own domain follows, whatever was pasted", () => {
    const host = (name, more) => [field(name, { required: true, ...more })];
    const sentOf = (fields, value) => {
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
    ]) assert.deepEqual(sentOf(fields, value), expected, value);
  });

  test("cuts invisible characters off both ends of a value, and reports one inside a secret", () => {
    const key = [field("api_key", { required: true, secret: true })];
    const validate = (value) => toStandardSchema(key)["~standard"].validate({ api_key: value });
    for (const code of [0xad, 0x34f, 0x61c, 0x115f, 0x17b4, 0x180b, 0x200b, 0x2060, 0x2063, 0x206f, 0x2800, 0x3164, 0xfe0f, 0xfeff, 0xfff0, 0x1bca0, 0x1d173, 0xe0061, 0xe01ef, 0, 7, 0x1b, 0x9d]) {
      const char = String.fromCodePoint(code);
      assert.deepEqual(validate(`${char}sk-1${char}${char}`), { value: { api_key: "sk-1" } }, code.toString(16));
      assert.deepEqual(validate(`sk${char}-1`).issues.map((issue) => issue.code), ["invisible"], code.toString(16));
    }
    assert.deepEqual(validate("-----BEGIN\r\n\tkey\n-----END").issues, undefined);
  });

  test("does not change what it is given", () => {
    const frozen = Object.freeze({ ...typed });
    validateParams(Object.freeze(fields.map(Object.freeze)), frozen);
    assert.deepEqual(frozen, typed);
  });

  test("survives whatever it is given", () => {
    const boom = new RangeError("boom");
    const trap = (name) => Object.defineProperty({}, name, { enumerable: true, get() { throw boom; } });
    const proxy = new Proxy({}, { ownKeys() { throw boom; } });
    for (const wrong of [undefined, null, {}, "x", 1, () => {}, { expectedInputFields: [] }]) {
      for (const call of [validateParams, toStandardSchema, toJsonSchema]) assert.throws(() => call(wrong, {}), coded("invalid_argument", "fields"));
    }
    for (const wrong of [[null], [1], [{}], [{ name: 1 }], [[]], [trap("name")], proxy, [proxy], new Proxy([1], { get() { throw boom; } })]) {
      for (const call of [validateParams, toStandardSchema, toJsonSchema]) assert.throws(() => call(wrong, {}), coded("invalid_argument", "fields"));
      assert.throws(() => inputAttributes(wrong), coded("invalid_argument", "field"));
    }
    for (const wrong of [1, "x", [], () => {}, Symbol("x"), new Set(["shop"])]) assert.throws(() => validateParams(fields, wrong), coded("invalid_argument", "data"));
    for (const wrong of [trap("shop"), proxy]) {
      assert.throws(() => validateParams(fields, wrong), (error) => coded("invalid_argument", "data")(error) && error.cause === boom);
    }
    const cyclic = {};
    cyclic.self = cyclic;
    assert.throws(() => validateParams(fields, cyclic), coded("invalid_argument", "data"));
    assert.deepEqual(validateParams([field("x", { pattern: "^(a+)+$" })], { x: "a".repeat(60_000) + "b" }).map((issue) => issue.code), ["pattern"]);
    assert.deepEqual(validateParams([field("x", { pattern: "^.$" })], { x: "\ud800" }), []);
    assert.deepEqual(validateParams([field("x")], { x: "x".repeat(1e6) }).map((issue) => issue.code), ["too_long"]);
    // Still alive.
    assert.deepEqual(validateParams(fields, typed), []);
  });

  test("takes no object for a text, whatever JSON would make of it", () => {
    const texts = [new Date(0), new String("acme"), { toJSON: () => "acme" }];
    for (const value of texts) assert.deepEqual(validateParams(fields.slice(0, 1), { shop: value }).map(({ code }) => code), ["type"]);
    for (const value of [() => {}, Symbol("x"), 1n]) {
      assert.deepEqual(validateParams([{ ...fields[0], example: value, more: value }], { shop: "acme", more: value }), []);
    }
  });

  test("says the same of plain data and of what is none", () => {
    let looked = 0;
    const lists = [fields, fields.toReversed(), [...fields, fields[0]], fields.slice(1)];
    const values = [typed, sent, {}, { shop: "É\u2028\ud800\"\\\n" }, { region: "mars", contact: "é@x\u0000" }, { contact: null, shop: 1 }];
    for (const list of lists) {
      for (const data of values) {
        const proxies = [new Proxy(list, {}), new Proxy({ ...data }, { get: (target, key) => (looked++, target[key]) })];
        // A function is nothing that JSON could hold.
        const odd = validateParams(proxies[0], { ...proxies[1], odd: () => {} });
        assert.deepEqual(validateParams(list, data), odd);
      }
    }
    assert.ok(looked > 0);
  });

  test("takes a hundred thousand fields", () => {
    const many = Array.from({ length: 1e5 }, (_, at) => field(`f${at}`, { required: true }));
    const data = Object.fromEntries(many.map(({ name }) => [name, " x "]).reverse());
    assert.deepEqual(validateParams(many, data), []);
    assert.equal(validateParams(many, {}).length, 1e5);
    assert.equal(toJsonSchema(many).required.length, 1e5);
  });

  test("knows a field called __proto__", () => {
    const odd = [field("__proto__", { required: true }), field("constructor", { required: true })];
    assert.deepEqual(validateParams(odd, {}).map((issue) => issue.field), ["__proto__", "constructor"]);
    const { value } = toStandardSchema(odd)["~standard"].validate(JSON.parse('{"__proto__":" a","constructor":"b"}'));
    assert.deepEqual(Object.entries(value), [["__proto__", "a"], ["constructor", "b"]]);
    assert.deepEqual(Object.keys(toJsonSchema(odd).properties), ["__proto__", "constructor"]);
    assert.equal(Object.getPrototypeOf(toJsonSchema(odd).properties), Object.prototype);
  });

  test("agrees with RegExp", () => {
    let seed = 42;
    const random = (below) => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) >> 8) % below;
    const pick = (list) => list[random(list.length)];
    const atoms = ["a", "b", ".", "\\d", "\\w", "\\s", "[ab]", "[^a-c1]", "[\\w-]", "[a-]", "[(|]", "\\.", "-", "é", "^", "$", "[{}/\\]]"];
    const make = (depth) => Array.from({ length: 1 + random(3) }, () => {
      const atom = depth && random(3) === 0 ? `(${make(depth - 1)}${random(2) ? `|${make(depth - 1)}` : ""})` : pick(atoms);
      return atom + (/[\^$]$/.test(atom) && atom.length === 1 ? "" : pick(["", "", "", "*", "+", "?", "{2}", "{1,2}", "+?"]));
    }).join("");
    let handedOn = 0;
    for (let round = 0; round < 3_000; round++) {
      const pattern = make(2);
      const one = [field("x", { pattern })];
      const [html, schema] = [inputAttributes(one[0]).pattern, toJsonSchema(one).properties.x.pattern];
      handedOn += Number(html !== undefined);
      for (let text = 0; text < 4; text++) {
        const value = `x${Array.from({ length: random(6) }, () => pick([..."ab1é-_. (}"])).join("")}x`;
        const expected = new RegExp(pattern, "u").test(value);
        assert.equal(validateParams(one, { x: value }).length === 0, expected, `/${pattern}/ in ${value}`);
        if (schema !== undefined) assert.equal(new RegExp(schema, "u").test(value), expected, `/${schema}/u in ${value}`);
        if (html === undefined) continue;
        const whole = new RegExp(`^(?:${html})$`, "v");
        assert.equal(whole.test(value), expected, `/${html}/v in ${value}`);
        // With space around it, it may let more through than is right, but never less.
        assert.ok(whole.test(`  ${value}\t`) || !expected, `/${html}/v in ${value} and space`);
      }
    }
    assert.ok(handedOn > 500, String(handedOn));
  });
});

suite("toStandardSchema", () => {
  test("is version 1: a value with the defaults, or issues with a path", async () => {
    const { "~standard": standard, ...rest } = toStandardSchema(fields);
    assert.deepEqual([standard.version, standard.vendor, rest], [1, "connect-flow", {}]);
    assert.deepEqual(await standard.validate({ ...typed, extra: "x" }), { value: { ...sent, extra: "x" } });
    const { issues, value } = await standard.validate({ shop: "acme" });
    assert.equal(value, undefined);
    assert.deepEqual(issues, [{
      code: "required", field: "admin_api_access_token", message: "Admin API access token is required",
      params: { label: "Admin API access token" }, path: ["admin_api_access_token"],
    }]);
    const trap = Object.defineProperty({}, "shop", { enumerable: true, get() { throw new Error("boom"); } });
    for (const wrong of [1, "x", [], trap]) {
      const { issues } = standard.validate(wrong);
      assert.deepEqual(issues.map(({ code, path }) => [code, path]), [["type", []]]);
    }
  });

  test("validates a form of react-hook-form", async () => {
    const submitted = [];
    function Connect() {
      const form = useForm({ resolver: standardSchemaResolver(toStandardSchema(fields)) });
      return h("form", { onSubmit: form.handleSubmit((data) => submitted.push(data)) }, fields.map((one) => [
        h("input", { key: one.name, ...inputAttributes(one), ...form.register(one.name) }),
        h("p", { key: `${one.name}:error`, id: one.name }, form.formState.errors[one.name]?.message),
      ]));
    }
    const page = await renderForm(h(Connect));
    const form = page.container.querySelector("form");
    const said = () => [...page.container.querySelectorAll("p")].map((p) => p.textContent);
    await page.submit(form);
    assert.deepEqual(said(), ["Store Subdomain is required", "Admin API access token is required", "", ""]);
    assert.deepEqual(submitted, []);
    const [shop, token, region, contact] = page.container.querySelectorAll("input");
    assert.equal(document.activeElement, shop);
    await page.type(shop, typed.shop);
    await page.type(token, typed.admin_api_access_token);
    await page.type(contact, "jessica");
    await page.submit(form);
    assert.deepEqual(said(), ["", "", "", "Contact must be an email address"]);
    await page.type(contact, "");
    await page.submit(form);
    assert.deepEqual(submitted, [sent]);
    assert.equal(region.name, "region");
    await page.unmount();
  });

  test("validates a form of TanStack Form", async () => {
    const submitted = [];
    const form = new FormApi({
      defaultValues: { shop: "", admin_api_access_token: "", region: "", contact: "" },
      validators: { onChange: toStandardSchema(fields) },
      onSubmit: ({ value }) => submitted.push(value),
    });
    const unmount = form.mount();
    await form.handleSubmit();
    const said = (name) => (form.getFieldMeta(name)?.errors ?? []).map((error) => error.message);
    const problems = form.state.errors.flatMap((error) => Object.values(error).flat()).map((issue) => issue.message);
    assert.ok(problems.includes("Store Subdomain is required"), JSON.stringify(form.state.errors));
    assert.deepEqual(submitted, []);
    form.setFieldValue("shop", typed.shop);
    form.setFieldValue("admin_api_access_token", "k");
    assert.deepEqual([said("shop"), form.state.canSubmit], [[], true]);
    form.setFieldValue("contact", "jessica");
    assert.equal(form.state.canSubmit, false);
    form.setFieldValue("contact", "");
    await form.handleSubmit();
    assert.equal(submitted.length, 1);
    unmount();
  });
});

suite("toJsonSchema", () => {
  test("is a schema of draft 2020-12 that says what validateParams checks", () => {
    const schema = toJsonSchema(fields);
    assert.deepEqual(schema, {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      properties: {
        shop: { type: "string", title: "Store Subdomain", description: "x in x.myshopify.com", pattern: "^[a-z0-9-]+$", minLength: 1 },
        admin_api_access_token: { type: "string", title: "Admin API access token", format: "password", writeOnly: true, examples: ["shpat_…"], minLength: 1 },
        region: { type: "string", title: "Region", default: "eu", enum: ["eu", "us"] },
        contact: { type: "string", title: "Contact", format: "email" },
      },
      required: ["shop", "admin_api_access_token"],
    });
    assert.deepEqual(Object.keys(schema.properties), fields.map(({ name }) => name));
    const ajv = new Ajv2020({ allErrors: true, formats: { password: true, email: /^\S+@\S+$/ } });
    assert.ok(ajv.validateSchema(schema));
    const check = ajv.compile(schema);
    for (const data of [sent, {}, { ...sent, shop: "" }, { ...sent, shop: "Ä" }, { ...sent, region: "mars" }, { ...sent, contact: "x" }]) {
      const wrong = validateParams(fields, data).map((issue) => issue.field);
      assert.equal(check(data), wrong.length === 0, JSON.stringify(data));
      const named = (check.errors ?? []).map((error) => error.instancePath.slice(1) || error.params.missingProperty);
      assert.deepEqual([...new Set(named)].sort(), wrong.sort(), JSON.stringify(data));
    }
  });

  test("compiles whatever the server says, and stops no validator", () => {
    const hostile = [
      field("a", { pattern: "^(a+)+$" }), field("b", { pattern: "(" }), field("c", { pattern: "(?<=x)y" }), field("d", { pattern: "\\@[\\-\\_]" }), field("d"),
      field("e", { format: "data-url" }), field("f", { format: "nonsense", type: "file" }), field("g", { pattern: "^x$", default: "y" }),
      field("h", { enum: ["x"], default: "y" }), field("i", { type: "number" }), field("j", { type: "boolean" }), field("k", { enum: [] }),
      field("l", { type: "integer", default: "" , required: true }), field("$ref", { required: true }), field("a/b~c", { required: true }),
    ];
    const schema = toJsonSchema([...hostile, ...hostile]);
    const check = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
    assert.deepEqual(schema.required, ["l", "$ref", "a/b~c"]);
    assert.ok(!("format" in schema.properties.e) && !("pattern" in schema.properties.a));
    const data = { a: `${"a".repeat(50_000)}b`, d: "@-", g: "y", h: "y", i: "1.5", j: "true", l: "3", $ref: "x", "a/b~c": "x" };
    assert.ok(check(data), JSON.stringify(check.errors));
    assert.ok(!check({ ...data, i: "x", j: "yes", l: "x" }));
    assert.equal(new Set(check.errors.map((error) => error.instancePath)).size, 3);
    assert.deepEqual(validateParams(hostile, { ...data, a: "a" }), []);
  });

  // @rjsf's own validator is of an older draft: it has to be given Ajv2020, or a schema that does not say which draft it is.
  const validators = {
    "Ajv2020": (schema) => ({ schema, validator: customizeValidator({ AjvClass: Ajv2020 }) }),
    "the default validator, without $schema": ({ $schema, ...schema }) => ({ schema, validator: draft7 }),
  };
  for (const [how, prepare] of Object.entries(validators)) {
    test(`is rendered by @rjsf (${how}): passwords, choices, defaults, errors, strings`, async () => {
      const submitted = [];
      const onSubmit = ({ formData }) => submitted.push(formData);
      const page = await renderForm(h(Form, { ...prepare(toJsonSchema(fields)), onSubmit, noHtml5Validate: true }));
      const form = page.container.querySelector("form");
      const inputs = [...form.querySelectorAll("input, select")].map((input) => [input.id, input.type]);
      assert.deepEqual(inputs, [["root_shop", "text"], ["root_admin_api_access_token", "password"], ["root_region", "select-one"], ["root_contact", "email"]]);
      assert.match(form.textContent, /Store Subdomain\*.*x in x.myshopify.com.*Admin API access token\*/s);
      await page.submit(form);
      assert.deepEqual(submitted, []);
      assert.match(form.textContent, /must have required property 'Store Subdomain'/);
      await page.type(form.querySelector("#root_shop"), "acme");
      await page.type(form.querySelector("#root_admin_api_access_token"), "shpat_1");
      await page.submit(form);
      assert.deepEqual(submitted, [sent]);
      assert.deepEqual(validateParams(fields, submitted[0]), []);
      await page.unmount();
    });
  }
});

suite("inputAttributes", () => {
  test("say how to ask for each kind of field", () => {
    const always = { autoComplete: "off", autoCapitalize: "none", autoCorrect: "off", spellCheck: false };
    const cases = [
      [field("x"), { type: "text" }],
      [fields[1], { type: "password", required: true, placeholder: "shpat_…", autoComplete: "new-password" }],
      [field("apiKey", { required: true, default: "x" }), { type: "password", autoComplete: "new-password" }],
      [field("x", { format: "email" }), { type: "email", autoComplete: "email" }],
      [field("x", { format: "uri", required: true }), { type: "url", required: true }],
      [field("x", { type: "integer", example: "5" }), { type: "text", inputMode: "numeric", placeholder: "5", pattern: "\\s*(?:[+\\-]?\\d+)\\s*" }],
      [field("x", { pattern: "^[a-z-]+$" }), { type: "text", pattern: "\\s*(?:[a-z\\-]+)\\s*" }],
      // Cut down before it is checked: the browser would refuse what is right.
      [field("shop", { pattern: "^[a-z-]+$" }), { type: "text" }],
      [field("x", { pattern: "^[a-z-]+$", suffix: ".test" }), { type: "text" }],
      [field("x", { pattern: "^(a+)+$" }), { type: "text" }],
    ];
    for (const [one, expected] of cases) assert.deepEqual(inputAttributes(one), { ...always, ...expected });
  });

  test("work as props of React, without a warning, and by setAttribute", (t) => {
    const warn = t.mock.method(console, "error", () => {});
    for (const one of [...fields, field("n", { type: "number", required: true, pattern: "^[a-z-]+$" })]) {
      const attributes = inputAttributes(one);
      const template = document.createElement("template");
      template.innerHTML = renderToStaticMarkup(h("input", attributes));
      const byReact = template.content.firstChild;
      const byHand = document.createElement("input");
      for (const [name, value] of Object.entries(attributes)) byHand.setAttribute(name, value);
      for (const input of [byReact, byHand]) {
        assert.deepEqual([input.type, input.required], [attributes.type, attributes.required ?? false]);
        const read = (name) => input.getAttribute(name) ?? undefined;
        assert.deepEqual([read("autocomplete"), read("spellcheck"), read("autocapitalize"), read("pattern")],
          [attributes.autoComplete, "false", "none", attributes.pattern]);
        assert.equal(input.hasAttribute("name"), false);
      }
    }
    assert.deepEqual(warn.mock.calls.map((call) => call.arguments), []);
  });

  test("let through what is cut off, and stop what is wrong", () => {
    const input = document.createElement("input");
    const one = field("x", { pattern: "^[a-z-]{2,}$" });
    for (const [name, value] of Object.entries(inputAttributes(one))) input.setAttribute(name, value);
    for (const value of ["ab", "  a-b ", "a", "ab1", "AB"]) {
      input.value = value;
      assert.equal(input.checkValidity(), validateParams([one], { x: value }).length === 0, value);
    }
  });
});
