import { document, renderForm } from "./form-page.mjs";
import assert from "node:assert/strict";
import { before, suite, test } from "node:test";
import { inputAttributes, toJsonSchema, toStandardSchema, validateParams } from "connect-flow";
import { createElement as h } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { useForm } from "react-hook-form";
import { standardSchemaResolver } from "@hookform/resolvers/standard-schema";
import { FormApi } from "@tanstack/form-core";
import Form from "@rjsf/core";
import draft7, { customizeValidator } from "@rjsf/validator-ajv8";
import { Ajv2020 } from "ajv/dist/2020.js";
import { makeClient } from "./client.mjs";
import { field, fields, sentValues, typedValues } from "./fields.mjs";

// The field functions need the module, which `makeClient` loads.
before(() => makeClient());

suite("toStandardSchema", () => {
  test("implements version 1: it returns a value with defaults, or issues with a path", async () => {
    const { "~standard": standard, ...rest } = toStandardSchema(fields);
    assert.deepEqual([standard.version, standard.vendor, rest], [1, "connect-flow", {}]);
    assert.deepEqual(await standard.validate({ ...typedValues, extra: "x" }), { value: { ...sentValues, extra: "x" } });
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

  test("validates a react-hook-form form", async () => {
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
    const messages = () => [...page.container.querySelectorAll("p")].map((p) => p.textContent);
    await page.submit(form);
    assert.deepEqual(messages(), ["Store Subdomain is required", "Admin API access token is required", "", ""]);
    assert.deepEqual(submitted, []);
    const [shop, token, region, contact] = page.container.querySelectorAll("input");
    assert.equal(document.activeElement, shop);
    await page.type(shop, typedValues.shop);
    await page.type(token, typedValues.admin_api_access_token);
    await page.type(contact, "jessica");
    await page.submit(form);
    assert.deepEqual(messages(), ["", "", "", "Contact must be an email address"]);
    await page.type(contact, "");
    await page.submit(form);
    assert.deepEqual(submitted, [sentValues]);
    assert.equal(region.name, "region");
    await page.unmount();
  });

  test("validates a TanStack Form form", async () => {
    const submitted = [];
    const form = new FormApi({
      defaultValues: { shop: "", admin_api_access_token: "", region: "", contact: "" },
      validators: { onChange: toStandardSchema(fields) },
      onSubmit: ({ value }) => submitted.push(value),
    });
    const unmount = form.mount();
    await form.handleSubmit();
    const messages = (name) => (form.getFieldMeta(name)?.errors ?? []).map((error) => error.message);
    const problems = form.state.errors.flatMap((error) => Object.values(error).flat()).map((issue) => issue.message);
    assert.ok(problems.includes("Store Subdomain is required"), JSON.stringify(form.state.errors));
    assert.deepEqual(submitted, []);
    form.setFieldValue("shop", typedValues.shop);
    form.setFieldValue("admin_api_access_token", "k");
    assert.deepEqual([messages("shop"), form.state.canSubmit], [[], true]);
    form.setFieldValue("contact", "jessica");
    assert.equal(form.state.canSubmit, false);
    form.setFieldValue("contact", "");
    await form.handleSubmit();
    assert.equal(submitted.length, 1);
    unmount();
  });
});

suite("toJsonSchema", () => {
  test("returns a draft 2020-12 schema that accepts what validateParams accepts", () => {
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
    for (const data of [sentValues, {}, { ...sentValues, shop: "" }, { ...sentValues, shop: "Ä" }, { ...sentValues, region: "mars" }, { ...sentValues, contact: "x" }]) {
      const wrong = validateParams(fields, data).map((issue) => issue.field);
      assert.equal(check(data), wrong.length === 0, JSON.stringify(data));
      const named = (check.errors ?? []).map((error) => error.instancePath.slice(1) || error.params.missingProperty);
      assert.deepEqual([...new Set(named)].sort(), wrong.sort(), JSON.stringify(data));
    }
  });

  test("returns a valid schema for hostile fields", () => {
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

  // The default validator of @rjsf implements an older draft. It needs Ajv2020, or a schema without `$schema`.
  const validators = {
    "Ajv2020": (schema) => ({ schema, validator: customizeValidator({ AjvClass: Ajv2020 }) }),
    "the default validator, without $schema": ({ $schema, ...schema }) => ({ schema, validator: draft7 }),
  };
  for (const [how, prepare] of Object.entries(validators)) {
    test(`is rendered by @rjsf with ${how}`, async () => {
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
      assert.deepEqual(submitted, [sentValues]);
      assert.deepEqual(validateParams(fields, submitted[0]), []);
      await page.unmount();
    });
  }
});

suite("inputAttributes", () => {
  test("returns the input attributes for each kind of field", () => {
    const always = { autoComplete: "off", autoCapitalize: "none", autoCorrect: "off", spellCheck: false };
    const cases = [
      [field("x"), { type: "text" }],
      [fields[1], { type: "password", required: true, placeholder: "shpat_…", autoComplete: "new-password" }],
      [field("apiKey", { required: true, default: "x" }), { type: "password", autoComplete: "new-password" }],
      [field("x", { format: "email" }), { type: "email", autoComplete: "email" }],
      [field("x", { format: "uri", required: true }), { type: "url", required: true }],
      [field("x", { type: "integer", example: "5" }), { type: "text", inputMode: "numeric", placeholder: "5", pattern: "\\s*(?:[+\\-]?\\d+)\\s*" }],
      [field("x", { pattern: "^[a-z-]+$" }), { type: "text", pattern: "\\s*(?:[a-z\\-]+)\\s*" }],
      // Without a pattern: the value is normalised before it is checked, so the browser would refuse valid input.
      [field("shop", { pattern: "^[a-z-]+$" }), { type: "text" }],
      [field("x", { pattern: "^[a-z-]+$", suffix: ".test" }), { type: "text" }],
      [field("x", { pattern: "^(a+)+$" }), { type: "text" }],
    ];
    for (const [one, expected] of cases) assert.deepEqual(inputAttributes(one), { ...always, ...expected });
  });

  test("works as React props without a warning, and with setAttribute", (t) => {
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

  test("makes the browser accept what validateParams accepts", () => {
    const input = document.createElement("input");
    const one = field("x", { pattern: "^[a-z-]{2,}$" });
    for (const [name, value] of Object.entries(inputAttributes(one))) input.setAttribute(name, value);
    for (const value of ["ab", "  a-b ", "a", "ab1", "AB"]) {
      input.value = value;
      assert.equal(input.checkValidity(), validateParams([one], { x: value }).length === 0, value);
    }
  });
});
