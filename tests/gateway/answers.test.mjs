import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { accountOperations, apiKey, everything, json, openGateway, platformUrl } from "./support.mjs";

const toolkit = "/api/v3.1/toolkits/gmail";
const account = "/api/v3.1/connected_accounts/ca_1";
const ask = (opened, path = toolkit, method = "GET", init) => opened.as("Jessica")(method, path, init);

/** A response of a `fetch` that does as it likes. */
const withBody = (body, init) => Object.defineProperty(new Response(null, init), "body", { value: body });
const readBy = (reader) => withBody({ getReader: () => reader });
const much = () => ({ done: false, value: new Uint8Array(8 * 1024 * 1024 + 1) });
const fails = () => {
  throw new Error("torn");
};

/** What the platform is answering with, and what of it a page sees. */
async function answered(response, path, init) {
  const opened = openGateway(init);
  opened.reply = () => response;
  return { ...(await ask(opened, path)), errors: opened.errors };
}

suite("answers", () => {
  test("have the platform's status, body and name of the request, and no other header of it", async () => {
    const headers = { "x-request-id": "r-1", "set-cookie": "a=b", "x-upstream": "host", "access-control-allow-origin": "*", "cache-control": "public", server: "s" };
    const { status, headers: told, body } = await answered(json({ slug: "gmail", name: "Gmail" }, 200, headers));
    assert.deepEqual([status, body], [200, { slug: "gmail", name: "Gmail" }]);
    assert.deepEqual(Object.fromEntries(told), {
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "content-type": "application/json",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-request-id": "r-1",
    });
  });

  test("without a body stay without", async () => {
    const opened = openGateway();
    const id = await opened.make("Jessica");
    opened.reply = (request) => (request.method === "DELETE" ? new Response(null, { status: 204 }) : opened.sandbox.fetch(request));
    const { status, text } = await ask(opened, `/api/v3.1/connected_accounts/${id}`, "DELETE");
    assert.deepEqual([status, text], [204, ""]);
  });

  test("what the user typed and what a provider issued is in none of them", async () => {
    const opened = openGateway();
    const id = await opened.make("Jessica");
    const secret = "shpat_0123456789";
    // A platform that masks nothing.
    opened.reply = async (request) => {
      const response = await opened.sandbox.fetch(request);
      const text = (await response.text()).replaceAll(/\*{8}|shpa\.\.\.|REDACTED/g, secret);
      return new Response(text, { status: response.status, headers: response.headers });
    };
    for (const { name, method, path, body, query } of [...accountOperations(id), { method: "GET", path: "/api/v3.1/connected_accounts" }]) {
      const { status, text } = await opened.as("Jessica")(method, path, { body, query });
      assert.ok(status < 300, text);
      // What an action is told, it tells: the name of the shop, for one.
      assert.ok(!text.includes(secret) && (name === "execute" || !text.includes("acme")), `${method} ${path}: ${text}`);
    }
  });

  test("credentials of the developer's are in none of them", async () => {
    const found = { id: "ac_1", toolkit: { slug: "gmail" }, credentials: { client_secret: "s3cret" }, proxy_config: { proxy_url: "s3cret" } };
    for (const [path, body] of [["/api/v3.1/auth_configs/ac_1", found], ["/api/v3.1/auth_configs", { items: [found], total_items: 1 }]]) {
      const { status, text } = await answered(json(body), path);
      assert.ok(status === 200 && text.includes("ac_1") && !text.includes("s3cret"), text);
    }
  });

  test("what stands under a known name and is no plain value is in none of them", async () => {
    const hidden = { token: "s3cret" };
    const { status, text } = await answered(json({
      id: "ca_1", user_id: "Jessica", toolkit: { slug: "gmail", meta: hidden }, status: hidden, status_reason: [hidden], auth_config: { id: hidden },
      state: { authScheme: hidden, val: { error: hidden, status: "ACTIVE" } },
    }), account);
    assert.ok(status === 200 && !text.includes("s3cret"), text);
  });

  test("exposeAuthParams shows the user's own", async () => {
    const state = { authScheme: "OAUTH2", val: { status: "ACTIVE", access_token: "token-1" } };
    const reply = () => json({ id: "ca_1", user_id: "Jessica", toolkit: { slug: "gmail" }, status: "ACTIVE", state });
    const shown = await answered(reply(), account, { exposeAuthParams: true });
    assert.deepEqual(shown.body.state, state);
    const hidden = await answered(reply(), account);
    assert.deepEqual(hidden.body.state, { authScheme: "OAUTH2", val: { status: "ACTIVE" } });
  });

  test("say why a connection failed", async () => {
    const val = { status: "FAILED", error: "access_denied", error_description: "The user said no", code_verifier: "v" };
    const { body } = await answered(json({ id: "ca_1", user_id: "Jessica", toolkit: { slug: "gmail" }, status: "FAILED", state: { authScheme: "OAUTH2", val } }), account);
    assert.deepEqual(body.state.val, { status: "FAILED", error: "access_denied", error_description: "The user said no" });
  });
});

suite("answers that cannot be used", () => {
  const key = { slug: "gmail", note: `the key is ${apiKey}` };
  /** [response, status, slug, what the log is told] */
  const table = {
    "the key in an answer": [() => json(key), 502, "Gateway_BadAnswer", /contains the key/],
    "the key in an answer, written in escapes": [() => new Response(JSON.stringify(key).replace(apiKey, [...apiKey].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""))), 502, "Gateway_BadAnswer", /contains the key/],
    "a redirect": [() => new Response(null, { status: 302, headers: { location: "https://evil.test/" } }), 502, "Gateway_BadAnswer", /redirect/],
    "a redirect that is to be repeated": [() => new Response(null, { status: 308, headers: { location: "https://evil.test/" } }), 502, "Gateway_BadAnswer", /redirect/],
    "a page": [() => new Response("<html>platform.test</html>"), 502, "Gateway_BadAnswer", /something else than JSON/],
    "half of an answer": [() => new Response('{"slug":"gm'), 502, "Gateway_BadAnswer", /something else than JSON/],
    "no text": [() => new Response(new Uint8Array([0xff, 0xfe])), 502, "Gateway_BadAnswer", /something else than JSON/],
    "an answer without end": [() => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) })), 502, "Gateway_BadAnswer", /too long/],
    "an answer of empty chunks without end": [() => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array()) })), 502, "Gateway_BadAnswer", /broke off/],
    "an answer of texts without end": [() => new Response(new ReadableStream({ pull: (controller) => controller.enqueue("text") })), 502, "Gateway_BadAnswer", /broke off/],
    "a reader that throws": [() => readBy({ read: fails, cancel: fails }), 502, "Gateway_BadAnswer", /broke off/],
    "a reader that answers nothing, at once": [() => readBy({ read: () => undefined }), 502, "Gateway_BadAnswer", /broke off/],
    "a reader that reads too much and throws when it is cancelled": [() => readBy({ read: much, cancel: fails }), 502, "Gateway_BadAnswer", /too long/],
    "a reader that reads too much and rejects when it is cancelled": [() => readBy({ read: much, cancel: async () => fails() }), 502, "Gateway_BadAnswer", /too long/],
    "a redirect that cannot be let go of": [() => withBody({ cancel: fails }, { status: 302 }), 502, "Gateway_BadAnswer", /redirect/],
    "an answer that breaks off": [() => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) })), 502, "Gateway_BadAnswer", /broke off/],
    "a key that it does not know": [() => json({ error: { message: `Invalid key ${apiKey}` } }, 401), 502, "Gateway_BadAnswer", /did not accept `apiKey`/],
    "a network error as a Response": [() => Response.error(), 502, "Gateway_BadAnswer", /status 0, which no answer has/],
    "what is no Response": [() => ({ data: {} }), 502, "Gateway_BadAnswer", /`fetch` must answer the Web's Response, got an object/],
    "nothing": [() => undefined, 502, "Gateway_BadAnswer", /`fetch` must answer the Web's Response, got nothing/],
    "an exception": [() => json({ error: { message: "at Object.<anonymous> (/srv/app.js:1)" } }, 500), 500, "Gateway_PlatformFailed", /answered 500/],
    "trouble of an own kind": [() => json({}, 599), 500, "Gateway_PlatformFailed", /answered 599/],
    "a proxy's page": [() => new Response("<html>platform.test</html>", { status: 502 }), 502, "Gateway_PlatformFailed", /answered 502/],
    "maintenance": [() => json({}, 503), 503, "Gateway_PlatformFailed", /answered 503/],
    "no connection": [() => { throw new TypeError("connect ECONNREFUSED platform.test"); }, 502, "Gateway_Unreachable", /ECONNREFUSED/],
  };
  for (const [name, [reply, status, slug, reason]] of Object.entries(table)) {
    test(name, async () => {
      const opened = openGateway();
      opened.reply = reply;
      const found = await ask(opened);
      assert.deepEqual([found.status, found.body.error.slug, found.body.error.status], [status, slug, status]);
      assert.ok(!found.text.includes(apiKey) && !found.text.includes("platform.test") && !found.text.includes("srv"), found.text);
      assert.equal(found.headers.get("cache-control"), "no-store");
      assert.match(String(opened.errors[0]), reason);
      assert.ok(!String(opened.errors[0]).includes(apiKey));
      assert.equal(opened.seen.length, 1);
    });
  }

  test("a list without items, and an answer that is a list", async () => {
    assert.equal((await answered(json({}), "/api/v3.1/toolkits")).status, 502);
    assert.equal((await answered(json([]), toolkit)).status, 404);
  });

  test("the key in a refusal, and in the name of a request", async () => {
    const { status, text } = await answered(json({ error: { message: `no ${apiKey}` } }, 403), "/api/v3.1/toolkits");
    assert.deepEqual([status, text.includes(apiKey)], [403, false]);
    assert.equal((await answered(json({ slug: "gmail" }, 200, { "x-request-id": `a-${apiKey}` }))).headers.get("x-request-id"), null);
  });
});

suite("the platform's refusals", () => {
  for (const status of [403, 410]) {
    test(`of a look-up with ${status} are told to the log`, async () => {
      const opened = openGateway();
      opened.reply = () => json({ error: "This endpoint is no longer available." }, status);
      assert.equal((await ask(opened)).status, 404);
      assert.match(String(opened.errors), new RegExp(`answered ${status} to a look-up`));
    });
  }

  test("about an account say no more than that it is not there", async () => {
    const expected = await answered(json({ error: { code: 1803 } }, 400), account);
    assert.equal(expected.status, 404);
    for (const status of [400, 403, 404, 410, 422]) {
      const found = await answered(json({ error: { message: `It is Melissa's (${status})` } }, status, { "x-request-id": "r" }), account);
      assert.deepEqual([found.status, found.text, found.headers], [404, expected.text, expected.headers]);
    }
  });

  test("keep their words", async () => {
    const v3 = { error: { message: "Invalid request", code: 10400, slug: "S", status: 400, request_id: "r", errors: ["Error in payload.a: b"], stack: "at x" } };
    const opened = openGateway();
    opened.reply = (request) => (request.method === "GET" ? json({ id: "ac_1", toolkit: { slug: "gmail" } }) : json(v3, 400));
    const link = await ask(opened, "/api/v3.1/connected_accounts/link", "POST", { body: { auth_config_id: "ac_1" } });
    assert.deepEqual([link.status, link.body], [400, { error: { message: "Invalid request", code: 10400, slug: "S", status: 400, errors: ["Error in payload.a: b"] } }]);
  });

  test("say that an endpoint is retired, without saying where", async () => {
    const opened = openGateway();
    const { body } = await opened.as("Jessica")("POST", "/api/v3.1/connected_accounts", {
      body: { auth_config: { id: "ac_Gmail0000001" }, connection: { state: { authScheme: "OAUTH2", val: { status: "INITIALIZING" } } } },
    });
    assert.match(body.error.message, /no longer supported.*connected_accounts\/link/);
    opened.reply = () => json({ message: `Use POST ${platformUrl}/api/v3.1/connected_accounts/link` }, 403);
    assert.equal((await ask(opened, "/api/v3.1/toolkits")).body.error.message, "Use POST https://platform/api/v3.1/connected_accounts/link");
  });

  test("are cut, and pages are no words", async () => {
    assert.equal((await answered(json({ message: "x".repeat(5000) }, 403), "/api/v3.1/toolkits")).body.error.message.length, 300);
    assert.equal((await answered(new Response("<html>", { status: 403 }), "/api/v3.1/toolkits")).body.error.message, "The platform refused");
    assert.equal((await answered(json({ message: " <html>" }, 403), "/api/v3.1/toolkits")).body.error.message, "The platform refused");
  });

  test("pass on how long to wait, if it is a time", async () => {
    for (const [given, passed] of [["12", "12"], ["Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"], ["soon", null], ["12; evil", null]]) {
      for (const status of [429, 503]) {
        const found = await answered(json({ message: "slow down" }, status, { "retry-after": given }));
        assert.deepEqual([found.status, found.headers.get("retry-after")], [status, passed]);
      }
    }
  });
});

suite("lists", () => {
  test("of a platform that ignores the filter have only what is the user's", async () => {
    const v3 = (id, user_id, slug = "gmail") => ({ id, user_id, toolkit: { slug }, status: "ACTIVE" });
    const items = [v3("ca_1", "Jessica"), v3("ca_2", "Melissa"), v3("ca_3", "jessica"), v3("ca_4", undefined), v3("ca_5", "Jessica", "zendesk"), v3("ca_6", ["Jessica"]), null, 7];
    const { body } = await answered(json({ items, next_cursor: "c", total_items: 8, total_pages: 1 }), "/api/v3.1/connected_accounts");
    assert.deepEqual([body.items.map(({ id }) => id), Object.keys(body)], [["ca_1"], ["items", "next_cursor", "user_id"]]);
  });

  test("have only apps and integrations that are allowed", async () => {
    const opened = openGateway({ allow: { ...everything, apps: ["Gmail"] } });
    for (const [path, keys] of [["/api/v3.1/toolkits", ["gmail"]], ["/api/v3.1/auth_configs", ["ac_Gmail0000001"]]]) {
      const { body } = await ask(opened, path);
      assert.deepEqual(body.items.map(({ slug, id }) => slug ?? id), keys, path);
    }
  });
});
