import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openGateway, optionsOf, site } from "./support.mjs";
import { createGateway } from "connect-flow/server";

const link = "/api/v3.1/connected_accounts/link";
const body = { auth_config_id: "ac_Gmail0000001" };
const never = () => new Promise(() => {});

suite("bodies", () => {
  const big = { auth_config_id: "a".repeat(2000) };
  const bytes = new TextEncoder().encode(JSON.stringify(big));
  const stream = () => new ReadableStream({ start(controller) { controller.enqueue(bytes); controller.close(); } });
  const deep = (depth) => `{"auth_config_id":"ac_Gmail0000001","connection_data":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`;
  /** [init, status, slug] */
  const table = {
    "too long": [{ body: big, headers: { "content-length": String(bytes.length) } }, 413, "BodyTooLong"],
    "too long, and nobody says so": [{ body: stream() }, 413, "BodyTooLong"],
    "too long, and the header lies": [{ body: stream(), headers: { "content-length": "5" } }, 413, "BodyTooLong"],
    "without end": [{ body: new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(512)) }) }, 413, "BodyTooLong"],
    "no JSON": [{ body: "auth_config_id=1" }, 400, "Invalid"],
    "a list": [{ body: "[]" }, 400, "Invalid"],
    "null": [{ body: "null" }, 400, "Invalid"],
    "no text": [{ body: new Uint8Array([0x7b, 0xff, 0x7d]) }, 400, "Invalid"],
    "a form": [{ body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }, 415, "NotJson"],
    "text, which needs no preflight": [{ body: JSON.stringify(body), headers: { "content-type": "text/plain" } }, 415, "NotJson"],
    "JSON by another name": [{ body: JSON.stringify(body), headers: { "content-type": "application/jsonp" } }, 415, "NotJson"],
    "compressed": [{ body, headers: { "content-encoding": "gzip" } }, 415, "Encoded"],
    "deep": [{ body: deep(100) }, 400, "Invalid"],
    "deeper than a stack": [{ body: "[".repeat(900) }, 400, "Invalid"],
  };
  for (const [name, [init, status, slug]] of Object.entries(table)) {
    test(name, async () => {
      const { as, seen } = openGateway({ maxBodyBytes: 1000 });
      const found = await as("Jessica")("POST", link, init);
      assert.deepEqual([found.status, found.body.error.slug], [status, `Gateway_${slug}`]);
      assert.deepEqual(seen, []);
    });
  }

  test("a million brackets are no trouble", async () => {
    const { as } = openGateway();
    const count = 400_000;
    for (const text of ["[".repeat(count) + "]".repeat(count), '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000)]) {
      assert.equal((await as("Jessica")("POST", link, { body: text })).status, 400);
    }
  });

  test("of just the length that is allowed", async () => {
    const length = JSON.stringify(body).length;
    assert.equal((await openGateway({ maxBodyBytes: length }).as("Jessica")("POST", link, { body })).status, 201);
    assert.equal((await openGateway({ maxBodyBytes: length - 1 }).as("Jessica")("POST", link, { body })).status, 413);
  });

  test("are not read before somebody is signed in, nor when they say that they are too long", async () => {
    const { ask, as } = openGateway();
    let pulled = 0;
    const watched = () => new ReadableStream({ pull(controller) { pulled += 1; controller.enqueue(new Uint8Array(8)); } }, { highWaterMark: 0 });
    assert.equal((await ask("POST", link, { body: watched() })).status, 401);
    assert.equal((await as("Jessica")("POST", link, { body: watched(), headers: { "content-length": "9999999" } })).status, 413);
    assert.equal(pulled, 0);
  });

  test("that are no text are not taken for none", async () => {
    const opened = openGateway();
    const id = await opened.make("Jessica");
    const { status, body: told } = await opened.as("Jessica")("PATCH", `/api/v3.1/connected_accounts/${id}/status`, { body: new Uint8Array([0xff]) });
    assert.deepEqual([status, told.error.message], [400, "The body is not UTF-8"]);
  });
});

suite("headers", () => {
  test("that are too long, and a URL", async () => {
    const { as, seen } = openGateway();
    const long = "a".repeat(17_000);
    for (const init of [{ headers: { cookie: long } }, { query: `search=${long}` }, { headers: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`x-${n}`, "a".repeat(100)])) }]) {
      const found = await as("Jessica")("GET", "/api/v3.1/toolkits", init);
      assert.deepEqual([found.status, found.body.error.slug], [431, "Gateway_HeadersTooLong"]);
    }
    assert.deepEqual(seen, []);
    assert.equal((await as("Jessica")("GET", "/api/v3.1/toolkits", { headers: { cookie: "a".repeat(8000) } })).status, 200);
  });
});

suite("time", () => {
  const slow = (options) => openGateway({ timeoutMs: 50, ...options });

  test("a platform that does not answer, and does not mind being told to stop", async () => {
    const opened = slow();
    opened.reply = never;
    const { status, body: told } = await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
    assert.deepEqual([status, told.error.slug, opened.errors.length], [504, "Gateway_Timeout", 1]);
    assert.match(opened.errors[0].message, /^The answer did not come within `timeoutMs`, \d+ ms$/);
  });

  test("a platform that stops in the middle", async () => {
    const opened = slow();
    let isCancelled = false;
    opened.reply = () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)), cancel: () => void (isCancelled = true) }));
    assert.equal((await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail")).status, 504);
    assert.ok(isCancelled);
  });

  test("a platform whose answer can neither be read nor let go of", async () => {
    const opened = slow();
    const reader = { read: never, cancel: () => Promise.reject(new Error("torn")) };
    opened.reply = () => Object.defineProperty(new Response("{}"), "body", { value: { getReader: () => reader } });
    assert.equal((await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail")).status, 504);
  });

  test("a body of empty chunks without end", async () => {
    const { as, seen } = slow();
    const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array()) });
    const { status } = await as("Jessica")("POST", link, { body });
    assert.deepEqual([status, seen], [500, []]);
  });

  test("a page that does not send its body", async () => {
    const { as, seen } = slow();
    const found = await as("Jessica")("POST", link, { body: new ReadableStream({}) });
    assert.deepEqual([found.status, found.body.error.slug, seen], [408, "Gateway_BodyTooSlow", []]);
  });

  test("an authenticate that hangs", async () => {
    assert.equal((await slow({ authenticate: never }).ask("GET", "/api/v3.1/toolkits/gmail")).status, 504);
  });

  test("what rejects after the answer is no unhandled rejection", async () => {
    const unhandled = [];
    const note = (reason) => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const late = (signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => setImmediate(() => reject(new Error("late")))));
      const opened = slow({ authenticate: (request) => request.headers.get("x-test-user") ?? late(AbortSignal.timeout(60)) });
      opened.reply = (request) => late(request.signal);
      assert.equal((await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail")).status, 504);
      assert.equal((await opened.ask("GET", "/api/v3.1/toolkits/gmail")).status, 504);
      await new Promise((resolve) => setTimeout(resolve, 40));
      assert.deepEqual(unhandled, []);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  test("a page that does not wait stops the request to the platform", async () => {
    const controller = new AbortController();
    const opened = {};
    const arrived = new Promise((resolve) => { opened.arrived = resolve; });
    const gateway = createGateway(optionsOf({ fetch: (request) => { opened.arrived(request); return never(); } }));
    const answer = gateway(new Request(`${site}/api/connect/api/v3.1/toolkits/gmail`, { headers: { "x-test-user": "Jessica" }, signal: controller.signal }));
    const request = await arrived;
    assert.equal(request.signal.aborted, false);
    controller.abort();
    assert.equal((await answer).status, 499);
    assert.equal(request.signal.aborted, true);
  });

  test("the look at an account and what follows share the time", async () => {
    const opened = slow({ timeoutMs: 120 });
    const id = await opened.make("Jessica");
    opened.reply = (request) => new Promise((resolve) => setTimeout(() => resolve(opened.sandbox.fetch(request)), 80));
    assert.equal((await opened.as("Jessica")("DELETE", `/api/v3.1/connected_accounts/${id}`)).status, 504);
  });
});

test("copies side by side are one: nothing is kept between requests", async () => {
  const one = openGateway();
  const other = openGateway();
  other.reply = (request) => one.sandbox.fetch(request);
  const id = await one.make("Jessica");
  const path = `/api/v3.1/connected_accounts/${id}`;
  assert.equal((await one.as("Jessica")("PATCH", `${path}/status`, { body: { enabled: false } })).status, 200);
  assert.equal((await other.as("Jessica")("GET", path)).body.is_disabled, true);
  assert.equal((await other.as("Jessica")("DELETE", path)).status, 200);
  assert.equal((await one.as("Jessica")("GET", path)).status, 404);
  // Requests of different users at once, in one copy.
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => one.as(`user-${n}`)("POST", link, { body })));
  assert.ok(answers.every(({ status }) => status === 201));
  assert.deepEqual(one.sandbox.accounts().slice(1).map(({ entityId }) => entityId).sort(), Array.from({ length: 20 }, (_, n) => `user-${n}`).sort());
});

test("a body that something has read before the gateway is said to be read", async () => {
  const reads = {
    "authenticate": { authenticate: async (request) => (await request.json()).user },
    "a function that decides about origins": { origins: async (origin, request) => Boolean(await request.text()) },
  };
  for (const [name, options] of Object.entries(reads)) {
    const { as, errors, seen } = openGateway(options);
    const headers = { origin: "https://other.test", "sec-fetch-site": name === "authenticate" ? "same-origin" : "cross-site" };
    const { status, body: { error } } = await as("Jessica")("POST", "/api/v3.1/connected_accounts/link", { body: { user: "Jessica" }, headers });
    assert.deepEqual([status, error.slug, seen], [500, "Gateway_BodyAlreadyRead", []], name);
    assert.match(String(errors), /body was already read\. Let `authenticate` .* read a clone of the request/);
  }
});

test("a request that is not one, of any kind, is a 500 that the log explains", async () => {
  const proxy = new Proxy({}, { get() { throw new Error("a proxy"); } });
  for (const request of [proxy, null, { url: "https://app.test/", method: "GET" }]) {
    const { gateway, errors } = openGateway();
    assert.equal((await gateway(request)).status, 500);
    assert.match(String(errors), /must be called with the Web's Request/);
  }
});
