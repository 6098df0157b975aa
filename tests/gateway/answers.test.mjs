import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { accountRequests, apiKey, allowEverything, json, openGateway, platformUrl } from "./support.mjs";

const toolkit = "/api/v3.1/toolkits/gmail";
const account = "/api/v3.1/connected_accounts/ca_1";
const askAsJessica = (opened, path = toolkit, method = "GET", init) => opened.as("Jessica")(method, path, init);

/** A Response whose `body` is replaced, as a custom `fetch` may return it. */
const withBody = (body, init) => Object.defineProperty(new Response(null, init), "body", { value: body });
const withReader = (reader) => withBody({ getReader: () => reader });
const tooManyBytes = () => ({ done: false, value: new Uint8Array(8 * 1024 * 1024 + 1) });
const fails = () => {
  throw new Error("torn");
};

/** What a page receives when the platform answers with `response`. */
async function answerTo(response, path, options) {
  const opened = openGateway(options);
  opened.reply = () => response;
  return { ...(await askAsJessica(opened, path)), errors: opened.errors };
}

suite("answers", () => {
  test("keep the platform's status, body, x-request-id and notice of removal, and none of its other headers", async () => {
    const removal = { deprecation: "@1782864000", sunset: "Fri, 01 Jan 2027 00:00:00 GMT" };
    const headers = { "x-request-id": "r-1", ...removal, link: "<https://evil.test>", "set-cookie": "a=b", "x-upstream": "host", "access-control-allow-origin": "*", "cache-control": "public", server: "s" };
    const { status, headers: received, body } = await answerTo(json({ slug: "gmail", name: "Gmail" }, 200, headers));
    assert.deepEqual([status, body], [200, { slug: "gmail", name: "Gmail" }]);
    assert.deepEqual(Object.fromEntries(received), {
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "content-type": "application/json",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-request-id": "r-1",
      ...removal,
    });
  });

  test("pass on a 204 without a body", async () => {
    const opened = openGateway();
    const id = await opened.createAccount("Jessica");
    opened.reply = (request) => (request.method === "DELETE" ? new Response(null, { status: 204 }) : opened.sandbox.fetch(request));
    const { status, text } = await askAsJessica(opened, `/api/v3.1/connected_accounts/${id}`, "DELETE");
    assert.deepEqual([status, text], [204, ""]);
  });

  test("contain neither what the user typed nor what the provider issued", async () => {
    const opened = openGateway();
    const ids = [await opened.createAccount("Jessica"), await opened.createAccount("Jessica", "gmail")];
    const secret = "shpat_0123456789";
    // A platform that does not mask credentials.
    opened.reply = async (request) => {
      const response = await opened.sandbox.fetch(request);
      const text = (await response.text()).replaceAll(/\*{8}|shpa\.\.\.|REDACTED/g, secret);
      return new Response(text, { status: response.status, headers: response.headers });
    };
    for (const { name, method, path, body, query } of [...accountRequests(...ids), { method: "GET", path: "/api/v3.1/connected_accounts" }]) {
      const { status, text } = await opened.as("Jessica")(method, path, { body, query });
      assert.ok(status < 300, text);
      // An action's output is passed on unchanged, the shop's name included.
      assert.ok(!text.includes(secret) && (name === "executeAction" || !text.includes("acme")), `${method} ${path}: ${text}`);
    }
  });

  test("contain no credentials of an integration", async () => {
    const found = { id: "ac_1", toolkit: { slug: "gmail" }, credentials: { client_secret: "s3cret" }, proxy_config: { proxy_url: "s3cret" } };
    for (const [path, body] of [["/api/v3.1/auth_configs/ac_1", found], ["/api/v3.1/auth_configs", { items: [found], total_items: 1 }]]) {
      const { status, text } = await answerTo(json(body), path);
      assert.ok(status === 200 && text.includes("ac_1") && !text.includes("s3cret"), text);
    }
  });

  test("drop a known member whose value is not a plain value", async () => {
    const hidden = { token: "s3cret" };
    const { status, text } = await answerTo(json({
      id: "ca_1", user_id: "Jessica", toolkit: { slug: "gmail", meta: hidden }, status: hidden, status_reason: [hidden], auth_config: { id: hidden },
      state: { authScheme: hidden, val: { error: hidden, status: "ACTIVE" } },
    }), account);
    assert.ok(status === 200 && !text.includes("s3cret"), text);
  });

  test("contain the user's own auth params only with `exposeAuthParams`", async () => {
    const state = { authScheme: "OAUTH2", val: { status: "ACTIVE", access_token: "token-1" } };
    const reply = () => json({ id: "ca_1", user_id: "Jessica", toolkit: { slug: "gmail" }, status: "ACTIVE", state });
    const shown = await answerTo(reply(), account, { exposeAuthParams: true });
    assert.deepEqual(shown.body.state, state);
    const hidden = await answerTo(reply(), account);
    assert.deepEqual(hidden.body.state, { authScheme: "OAUTH2", val: { status: "ACTIVE" } });
  });

  test("contain the reason why a connection failed", async () => {
    const val = { status: "FAILED", error: "access_denied", error_description: "The user said no", code_verifier: "v" };
    const { body } = await answerTo(json({ id: "ca_1", user_id: "Jessica", toolkit: { slug: "gmail" }, status: "FAILED", state: { authScheme: "OAUTH2", val } }), account);
    assert.deepEqual(body.state.val, { status: "FAILED", error: "access_denied", error_description: "The user said no" });
  });
});

suite("an answer that the gateway rejects", () => {
  const key = { slug: "gmail", note: `the key is ${apiKey}` };
  /** [response, status, slug, message for onError] */
  const table = {
    "a body with the key": [() => json(key), 502, "Gateway_BadAnswer", /contains the key/],
    "a body with the key in \\u escapes": [() => new Response(JSON.stringify(key).replace(apiKey, [...apiKey].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join(""))), 502, "Gateway_BadAnswer", /contains the key/],
    "a redirect": [() => new Response(null, { status: 302, headers: { location: "https://evil.test/" } }), 502, "Gateway_BadAnswer", /redirect/],
    "a redirect that keeps the method (308)": [() => new Response(null, { status: 308, headers: { location: "https://evil.test/" } }), 502, "Gateway_BadAnswer", /redirect/],
    "an HTML page": [() => new Response("<html>platform.test</html>"), 502, "Gateway_BadAnswer", /platform's answer is not JSON/],
    "truncated JSON": [() => new Response('{"slug":"gm'), 502, "Gateway_BadAnswer", /platform's answer is not JSON/],
    "a body that is not UTF-8": [() => new Response(new Uint8Array([0xff, 0xfe])), 502, "Gateway_BadAnswer", /platform's answer is not JSON/],
    "an endless body": [() => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)) })), 502, "Gateway_BadAnswer", /too long/],
    "an endless body of empty chunks": [() => new Response(new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array()) })), 502, "Gateway_BadAnswer", /broke off/],
    "an endless body of chunks that are not bytes": [() => new Response(new ReadableStream({ pull: (controller) => controller.enqueue("text") })), 502, "Gateway_BadAnswer", /broke off/],
    "a reader that throws": [() => withReader({ read: fails, cancel: fails }), 502, "Gateway_BadAnswer", /broke off/],
    "a reader whose `read` returns undefined": [() => withReader({ read: () => undefined }), 502, "Gateway_BadAnswer", /broke off/],
    "a reader that returns too many bytes and throws on cancel": [() => withReader({ read: tooManyBytes, cancel: fails }), 502, "Gateway_BadAnswer", /too long/],
    "a reader that returns too many bytes and rejects on cancel": [() => withReader({ read: tooManyBytes, cancel: async () => fails() }), 502, "Gateway_BadAnswer", /too long/],
    "a redirect whose body throws on cancel": [() => withBody({ cancel: fails }, { status: 302 }), 502, "Gateway_BadAnswer", /redirect/],
    "a body that breaks off": [() => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("gone")) })), 502, "Gateway_BadAnswer", /broke off/],
    "a 401, which repeats the rejected key": [() => json({ error: { message: `Invalid key ${apiKey}` } }, 401), 502, "Gateway_BadAnswer", /rejected `apiKey`/],
    "Response.error()": [() => Response.error(), 502, "Gateway_BadAnswer", /status 0, which is not an HTTP status/],
    "an object that is not a Response": [() => ({ data: {} }), 502, "Gateway_BadAnswer", /`fetch` must return a Web Response, got an object/],
    "undefined in place of a Response": [() => undefined, 502, "Gateway_BadAnswer", /`fetch` must return a Web Response, got undefined/],
    "a 500 with a stack trace": [() => json({ error: { message: "at Object.<anonymous> (/srv/app.js:1)" } }, 500), 500, "Gateway_PlatformFailed", /answered 500/],
    "a status of 599": [() => json({}, 599), 500, "Gateway_PlatformFailed", /answered 599/],
    "a proxy's HTML page with status 502": [() => new Response("<html>platform.test</html>", { status: 502 }), 502, "Gateway_PlatformFailed", /answered 502/],
    "a 503": [() => json({}, 503), 503, "Gateway_PlatformFailed", /answered 503/],
    "a `fetch` that rejects because of a refused connection": [() => { throw new TypeError("connect ECONNREFUSED platform.test"); }, 502, "Gateway_Unreachable", /ECONNREFUSED/],
  };
  for (const [name, [reply, status, slug, reason]] of Object.entries(table)) {
    test(`${name} becomes ${status} ${slug}, and onError receives the reason`, async () => {
      const opened = openGateway();
      opened.reply = reply;
      const found = await askAsJessica(opened);
      assert.deepEqual([found.status, found.body.error.slug, found.body.error.status], [status, slug, status]);
      assert.ok(!found.text.includes(apiKey) && !found.text.includes("platform.test") && !found.text.includes("srv"), found.text);
      assert.equal(found.headers.get("cache-control"), "no-store");
      assert.match(String(opened.errors[0]), reason);
      assert.ok(!String(opened.errors[0]).includes(apiKey));
      assert.equal(opened.upstreamRequests.length, 1);
    });
  }

  test("a list without items becomes 502, and an array in place of an app 404", async () => {
    assert.equal((await answerTo(json({}), "/api/v3.1/toolkits")).status, 502);
    assert.equal((await answerTo(json([]), toolkit)).status, 404);
  });

  test("the key is removed from an error's message, and an x-request-id that contains it is dropped", async () => {
    const { status, text } = await answerTo(json({ error: { message: `no ${apiKey}` } }, 403), "/api/v3.1/toolkits");
    assert.deepEqual([status, text.includes(apiKey)], [403, false]);
    assert.equal((await answerTo(json({ slug: "gmail" }, 200, { "x-request-id": `a-${apiKey}` }))).headers.get("x-request-id"), null);
  });
});

suite("an error of the platform", () => {
  for (const status of [403, 410]) {
    test(`with status ${status} for a look-up is reported to onError`, async () => {
      const opened = openGateway();
      opened.reply = () => json({ error: "This endpoint is no longer available." }, status);
      assert.equal((await askAsJessica(opened)).status, 404);
      assert.match(String(opened.errors), new RegExp(`answered ${status} to a look-up`));
    });
  }

  test("about an account becomes the same 404, whatever its status and message", async () => {
    const expected = await answerTo(json({ error: { code: 1803 } }, 400), account);
    assert.equal(expected.status, 404);
    for (const status of [400, 403, 404, 410, 422]) {
      const found = await answerTo(json({ error: { message: `It is Melissa's (${status})` } }, status, { "x-request-id": "r" }), account);
      assert.deepEqual([found.status, found.text, found.headers], [404, expected.text, expected.headers]);
    }
  });

  test("keeps its message, code, slug and details, and loses everything else", async () => {
    const v3 = { error: { message: "Invalid request", code: 10400, slug: "S", status: 400, request_id: "r", errors: ["Error in payload.a: b"], stack: "at x" } };
    const opened = openGateway();
    opened.reply = (request) => (request.method === "GET" ? json({ id: "ac_1", toolkit: { slug: "gmail" } }) : json(v3, 400));
    const link = await askAsJessica(opened, "/api/v3.1/connected_accounts/link", "POST", { body: { auth_config_id: "ac_1" } });
    assert.deepEqual([link.status, link.body], [400, { error: { message: "Invalid request", code: 10400, slug: "S", status: 400, errors: ["Error in payload.a: b"] } }]);
  });

  test("about a retired endpoint keeps its message, with the host replaced", async () => {
    const opened = openGateway();
    const { body } = await opened.as("Jessica")("POST", "/api/v3.1/connected_accounts", {
      body: { auth_config: { id: "ac_Gmail0000001" }, connection: { state: { authScheme: "OAUTH2", val: { status: "INITIALIZING" } } } },
    });
    assert.match(body.error.message, /no longer supported.*connected_accounts\/link/);
    opened.reply = () => json({ message: `Use POST ${platformUrl}/api/v3.1/connected_accounts/link` }, 403);
    assert.equal((await askAsJessica(opened, "/api/v3.1/toolkits")).body.error.message, "Use POST https://platform/api/v3.1/connected_accounts/link");
  });

  test("has at most 300 characters of message, and never HTML", async () => {
    assert.equal((await answerTo(json({ message: "x".repeat(5000) }, 403), "/api/v3.1/toolkits")).body.error.message.length, 300);
    assert.equal((await answerTo(new Response("<html>", { status: 403 }), "/api/v3.1/toolkits")).body.error.message, "The platform refused");
    assert.equal((await answerTo(json({ message: " <html>" }, 403), "/api/v3.1/toolkits")).body.error.message, "The platform refused");
  });

  test("passes retry-after on when it is a number of seconds or a date", async () => {
    for (const [given, passed] of [["12", "12"], ["Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT"], ["soon", null], ["12; evil", null]]) {
      for (const status of [429, 503]) {
        const found = await answerTo(json({ message: "slow down" }, status, { "retry-after": given }));
        assert.deepEqual([found.status, found.headers.get("retry-after")], [status, passed]);
      }
    }
  });
});

suite("a request to the platform", () => {
  test("is the same with the global fetch as with the option `fetch`", async (t) => {
    const describe = async (request) => ({
      method: request.method, url: request.url, headers: Object.fromEntries(request.headers), cache: request.cache, redirect: request.redirect, text: await request.text(),
    });
    const requests = [["GET", "/api/v3.1/connected_accounts", { query: "limit=5&toolkit_slugs=gmail" }], ["POST", "/api/v3.1/connected_accounts/link", { body: { auth_config_id: "ac_Gmail0000001" } }]];
    const sent = async (options) => {
      const opened = openGateway(options);
      const found = [];
      const reply = async (request) => {
        found.push(await describe(request.clone()));
        return opened.sandbox.fetch(request);
      };
      opened.reply = reply;
      t.mock.method(globalThis, "fetch", (url, init) => reply(new Request(url, init)));
      for (const request of requests) assert.ok((await askAsJessica(opened, request[1], request[0], request[2])).status < 300);
      t.mock.restoreAll();
      return found;
    };
    const [own, global] = [await sent(), await sent({ fetch: undefined })];
    assert.deepEqual(global, own);
    assert.deepEqual(global.map(({ redirect, cache }) => [redirect, cache]), Array.from({ length: 3 }, () => ["manual", "no-store"]));
  });
});

suite("lists", () => {
  test("contain only the user's accounts, though the platform ignores the filter", async () => {
    const v3 = (id, user_id, slug = "gmail") => ({ id, user_id, toolkit: { slug }, status: "ACTIVE" });
    const items = [v3("ca_1", "Jessica"), v3("ca_2", "Melissa"), v3("ca_3", "jessica"), v3("ca_4", undefined), v3("ca_5", "Jessica", "zendesk"), v3("ca_6", ["Jessica"]), null, 7];
    const { body } = await answerTo(json({ items, next_cursor: "c", total_items: 8, total_pages: 1 }), "/api/v3.1/connected_accounts");
    assert.deepEqual([body.items.map(({ id }) => id), Object.keys(body)], [["ca_1"], ["items", "next_cursor", "user_id"]]);
  });

  test("contain only apps and integrations that are allowed", async () => {
    const opened = openGateway({ allow: { ...allowEverything, apps: ["Gmail"] } });
    for (const [path, keys] of [["/api/v3.1/toolkits", ["gmail"]], ["/api/v3.1/auth_configs", ["ac_Gmail0000001"]]]) {
      const { body } = await askAsJessica(opened, path);
      assert.deepEqual(body.items.map(({ slug, id }) => slug ?? id), keys, path);
    }
  });
});
