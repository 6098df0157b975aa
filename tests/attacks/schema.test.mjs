// A form's fields come from the platform, and are untrusted input.
import assert from "node:assert/strict";
import { ReactPage } from "../e2e/support/react-page.mjs";
import { scenarios } from "../e2e/support/scenarios.mjs";

const test = scenarios();

const html = `"><img src=x onerror="globalThis.hacked=1"><script>globalThis.hacked=1</script><svg onload="globalThis.hacked=1">`;
const bidi = "\u202egnp.exe\u2066 \u0000\u200b";

const toolkitWithFields = (required) => ({
  slug: "shopify", name: html, enabled: true, composio_managed_auth_schemes: [], meta: { description: html, logo: "javascript:globalThis.hacked=1" },
  auth_config_details: [{ mode: "API_KEY", name: html, fields: { connected_account_initiation: { required, optional: [] } } }],
});

const hostile = [
  { name: html, displayName: html, description: html, default: html, type: "string" },
  { name: "__proto__", displayName: bidi, description: "javascript:globalThis.hacked=1", type: "string" },
  { name: "constructor", displayName: "toString", type: html, enum: [html, "fine"] },
  { name: "onclick", displayName: "onclick", example: html, placeholder: html, type: "string", pattern: "^(a+)+$" },
  { name: "a", displayName: "a", type: "string", pattern: "(" },
];

/** Opens the form of each demo. */
const demos = {
  "without a framework": async ({ app }) => {
    await app.open();
    await app.choose("shopify");
    return app;
  },
  "with React": async ({ browser, platform }) => {
    const page = new ReactPage(browser, platform.appUrl);
    await page.open({ app: "shopify" });
    return page;
  },
};

for (const [name, open] of Object.entries(demos)) {
  test(`the demo ${name} shows hostile fields as text and sends their values`, async (context) => {
    const { browser, platform, watch, expectTrouble } = context;
    expectTrouble(/^status 400: POST/);
    platform.sandbox.fault({ kind: "status", status: 200, method: "GET", path: "/api/v3.1/toolkits/shopify", body: toolkitWithFields(hostile), times: 10 });
    const app = await open(context);
    await app.until("the form is shown", ({ fields }) => fields.length === hostile.length);
    const before = watch.requests().length;
    const seen = JSON.parse(await browser.execute(readForm));
    assert.deepEqual(seen.elements, []);
    assert.deepEqual(seen.attributes, []);
    assert.ok(seen.text.includes(html), seen.text);
    assert.ok(seen.values.includes(html), "the default is the input's value");
    assert.ok(seen.options.includes(html), "an enum value is an option's text");

    await browser.execute(typeAll);
    await app.press("submit");
    // The gateway rejects these field names.
    await app.until("the gateway's refusal is shown", ({ error }) => error?.code === "invalid_request");
    const body = await browser.execute(() => globalThis.sent);
    assert.ok(body.includes('"__proto__":"aaa"') && body.includes('"constructor":"fine"'), body);
    assert.equal(await browser.execute(() => globalThis.hacked ?? {}.aaa ?? null), null);
    const asked = watch.requests().slice(before).map(({ url }) => url.replace(platform.appUrl, ""));
    assert.deepEqual(asked.filter((path) => !path.startsWith("/api/connect/api/v3.1/")), []);
  });
}

/** Runs in the page. */
function readForm() {
  const form = document.querySelector("form");
  const all = [...form.querySelectorAll("*")];
  return JSON.stringify({
    elements: all.map(({ localName }) => localName).filter((name) => ["img", "script", "iframe", "object", "embed", "svg"].includes(name)),
    attributes: all.flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith("on") || name === "href" || name === "src" || name === "srcdoc")),
    text: form.textContent,
    values: [...form.querySelectorAll("input")].map(({ value }) => value),
    options: [...form.querySelectorAll("option")].map(({ text }) => text),
  });
}

/** Runs in the page: fills all fields and keeps the body of the POST in `sent`. */
function typeAll() {
  const { fetch } = globalThis;
  globalThis.fetch = async (request) => {
    if (request.method === "POST") globalThis.sent = await request.clone().text();
    return fetch(request);
  };
  for (const input of document.querySelectorAll("form input")) input.value = "aaa";
  for (const select of document.querySelectorAll("form select")) select.value = "fine";
}
