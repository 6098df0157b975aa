import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { collectGarbage } from "../support/garbage.mjs";
import { openGateway, gatewayOptions, site } from "./support.mjs";
import { createGateway } from "connect-flow/server";

const link = "/api/v3.1/connected_accounts/link";
const body = { auth_config_id: "ac_Gmail0000001" };
const never = () => new Promise(() => {});

suite("a request's body", () => {
  const big = { auth_config_id: "a".repeat(2000) };
  const bytes = new TextEncoder().encode(JSON.stringify(big));
  const stream = () => new ReadableStream({ start(controller) { controller.enqueue(bytes); controller.close(); } });
  const deep = (depth) => `{"auth_config_id":"ac_Gmail0000001","connection_data":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`;
  /** [init, status, slug] */
  const table = {
    "longer than maxBodyBytes, by its content-length": [{ body: big, headers: { "content-length": String(bytes.length) } }, 413, "BodyTooLong"],
    "longer than maxBodyBytes, without a content-length": [{ body: stream() }, 413, "BodyTooLong"],
    "longer than maxBodyBytes, with a smaller content-length": [{ body: stream(), headers: { "content-length": "5" } }, 413, "BodyTooLong"],
    "endless": [{ body: new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(512)) }) }, 413, "BodyTooLong"],
    "not JSON": [{ body: "auth_config_id=1" }, 400, "Invalid"],
    "an array": [{ body: "[]" }, 400, "Invalid"],
    "null": [{ body: "null" }, 400, "Invalid"],
    "not UTF-8": [{ body: new Uint8Array([0x7b, 0xff, 0x7d]) }, 400, "Invalid"],
    "form data": [{ body: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } }, 415, "NotJson"],
    "JSON sent as text/plain, which needs no preflight": [{ body: JSON.stringify(body), headers: { "content-type": "text/plain" } }, 415, "NotJson"],
    "JSON with an unknown content type": [{ body: JSON.stringify(body), headers: { "content-type": "application/jsonp" } }, 415, "NotJson"],
    "compressed": [{ body, headers: { "content-encoding": "gzip" } }, 415, "Encoded"],
    "nested 100 levels deep": [{ body: deep(100) }, 400, "Invalid"],
    "nested 900 arrays deep and unterminated": [{ body: "[".repeat(900) }, 400, "Invalid"],
  };
  for (const [name, [init, status, slug]] of Object.entries(table)) {
    test(`is rejected with ${status} when it is ${name}`, async () => {
      const { as, upstreamRequests } = openGateway({ maxBodyBytes: 1000 });
      const found = await as("Jessica")("POST", link, init);
      assert.deepEqual([found.status, found.body.error.slug], [status, `Gateway_${slug}`]);
      assert.deepEqual(upstreamRequests, []);
    });
  }

  test("is rejected without a stack overflow when it nests 400,000 levels deep", async () => {
    const { as } = openGateway();
    const count = 400_000;
    for (const text of ["[".repeat(count) + "]".repeat(count), '{"a":'.repeat(100_000) + "1" + "}".repeat(100_000)]) {
      assert.equal((await as("Jessica")("POST", link, { body: text })).status, 400);
    }
  });

  test("may be exactly `maxBodyBytes` long", async () => {
    const length = JSON.stringify(body).length;
    assert.equal((await openGateway({ maxBodyBytes: length }).as("Jessica")("POST", link, { body })).status, 201);
    assert.equal((await openGateway({ maxBodyBytes: length - 1 }).as("Jessica")("POST", link, { body })).status, 413);
  });

  test("is not read before authentication, nor when its content-length is too large", async () => {
    const { ask, as } = openGateway();
    let pulled = 0;
    const countedBody = () => new ReadableStream({ pull(controller) { pulled += 1; controller.enqueue(new Uint8Array(8)); } }, { highWaterMark: 0 });
    assert.equal((await ask("POST", link, { body: countedBody() })).status, 401);
    assert.equal((await as("Jessica")("POST", link, { body: countedBody(), headers: { "content-length": "9999999" } })).status, 413);
    assert.equal(pulled, 0);
  });

  test("is rejected, and not treated as empty, when it is not UTF-8", async () => {
    const opened = openGateway();
    const id = await opened.createAccount("Jessica");
    const { status, body: answer } = await opened.as("Jessica")("PATCH", `/api/v3.1/connected_accounts/${id}/status`, { body: new Uint8Array([0xff]) });
    assert.deepEqual([status, answer.error.message], [400, "The body is not UTF-8"]);
  });
});

suite("headers and the URL", () => {
  test("are rejected with 431 when they are longer than `maxHeaderBytes`", async () => {
    const { as, upstreamRequests } = openGateway();
    const long = "a".repeat(17_000);
    for (const init of [{ headers: { cookie: long } }, { query: `search=${long}` }, { headers: Object.fromEntries(Array.from({ length: 200 }, (_, n) => [`x-${n}`, "a".repeat(100)])) }]) {
      const found = await as("Jessica")("GET", "/api/v3.1/toolkits", init);
      assert.deepEqual([found.status, found.body.error.slug], [431, "Gateway_HeadersTooLong"]);
    }
    assert.deepEqual(upstreamRequests, []);
    assert.equal((await as("Jessica")("GET", "/api/v3.1/toolkits", { headers: { cookie: "a".repeat(8000) } })).status, 200);
  });
});

suite("timeoutMs", () => {
  const openShort = (options) => openGateway({ timeoutMs: 50, ...options });

  test("ends a request to a platform that never answers and ignores the abort", async () => {
    const opened = openShort();
    opened.reply = never;
    const { status, body: answer } = await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
    assert.deepEqual([status, answer.error.slug, opened.errors.length], [504, "Gateway_Timeout", 1]);
    assert.match(opened.errors[0].message, /^The answer did not come within `timeoutMs`, \d+ ms$/);
  });

  test("ends an answer that stops in the middle, and cancels its body", async () => {
    const opened = openShort();
    let isCancelled = false;
    opened.reply = () => new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)), cancel: () => void (isCancelled = true) }));
    assert.equal((await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail")).status, 504);
    assert.ok(isCancelled);
  });

  test("ends an answer whose body never yields and cannot be cancelled", async () => {
    const opened = openShort();
    const reader = { read: never, cancel: () => Promise.reject(new Error("torn")) };
    opened.reply = () => Object.defineProperty(new Response("{}"), "body", { value: { getReader: () => reader } });
    assert.equal((await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail")).status, 504);
  });

  test("ends a request with an endless body of empty chunks", async () => {
    const { as, upstreamRequests } = openShort();
    const body = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array()) });
    const { status } = await as("Jessica")("POST", link, { body });
    assert.deepEqual([status, upstreamRequests], [500, []]);
  });

  test("ends a request whose body never arrives, with 408", async () => {
    const { as, upstreamRequests } = openShort();
    const found = await as("Jessica")("POST", link, { body: new ReadableStream({}) });
    assert.deepEqual([found.status, found.body.error.slug, upstreamRequests], [408, "Gateway_BodyTooSlow", []]);
  });

  test("ends an `authenticate` that hangs", async () => {
    assert.equal((await openShort({ authenticate: never }).ask("GET", "/api/v3.1/toolkits/gmail")).status, 504);
  });

  test("causes no unhandled rejection when something rejects after the answer", async () => {
    const unhandled = [];
    const note = (reason) => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      const late = (signal) => new Promise((_resolve, reject) => signal.addEventListener("abort", () => setImmediate(() => reject(new Error("late")))));
      const opened = openShort({ authenticate: (request) => request.headers.get("x-test-user") ?? late(AbortSignal.timeout(60)) });
      opened.reply = (request) => late(request.signal);
      assert.equal((await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail")).status, 504);
      assert.equal((await opened.ask("GET", "/api/v3.1/toolkits/gmail")).status, 504);
      await new Promise((resolve) => setTimeout(resolve, 40));
      assert.deepEqual(unhandled, []);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  test("a page that aborts its request aborts the request to the platform", async () => {
    const controller = new AbortController();
    const opened = {};
    const arrived = new Promise((resolve) => { opened.arrived = resolve; });
    let sent;
    const gateway = createGateway(gatewayOptions({ fetch: (request) => { sent = new WeakRef(request); opened.arrived(request.signal); return never(); } }));
    const answer = gateway(new Request(`${site}/api/connect/api/v3.1/toolkits/gmail`, { headers: { "x-test-user": "Jessica" }, signal: controller.signal }));
    const signal = await arrived;
    // In Node, a Request passes its signal on only as long as something holds it, which this `fetch` does not.
    await collectGarbage();
    assert.equal(signal.aborted, false);
    controller.abort();
    assert.equal((await answer).status, 499);
    assert.equal(signal.aborted, true);
    await collectGarbage();
    assert.equal(sent.deref(), undefined, "a fetch that never ends holds nothing");
  });

  test("covers the check of an account's owner and the operation together", async () => {
    const opened = openShort({ timeoutMs: 120 });
    const id = await opened.createAccount("Jessica");
    opened.reply = (request) => new Promise((resolve) => setTimeout(() => resolve(opened.sandbox.fetch(request)), 80));
    assert.equal((await opened.as("Jessica")("DELETE", `/api/v3.1/connected_accounts/${id}`)).status, 504);
  });
});

test("two gateways behave as one, because a gateway is stateless", async () => {
  const one = openGateway();
  const other = openGateway();
  other.reply = (request) => one.sandbox.fetch(request);
  const id = await one.createAccount("Jessica");
  const path = `/api/v3.1/connected_accounts/${id}`;
  assert.equal((await one.as("Jessica")("PATCH", `${path}/status`, { body: { enabled: false } })).status, 200);
  assert.equal((await other.as("Jessica")("GET", path)).body.is_disabled, true);
  assert.equal((await other.as("Jessica")("DELETE", path)).status, 200);
  assert.equal((await one.as("Jessica")("GET", path)).status, 404);
  // Concurrent requests of different users do not mix in one gateway.
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => one.as(`user-${n}`)("POST", link, { body })));
  assert.ok(answers.every(({ status }) => status === 201));
  assert.deepEqual(one.sandbox.accounts().slice(1).map(({ entityId }) => entityId).sort(), Array.from({ length: 20 }, (_, n) => `user-${n}`).sort());
});

test("a body that a callback has consumed is answered with 500 and advice for onError", async () => {
  const consumers = {
    "authenticate": { authenticate: async (request) => (await request.json()).user },
    "a function for `origins`": { origins: async (origin, request) => Boolean(await request.text()) },
  };
  for (const [name, options] of Object.entries(consumers)) {
    const { as, errors, upstreamRequests } = openGateway(options);
    const headers = { origin: "https://other.test", "sec-fetch-site": name === "authenticate" ? "same-origin" : "cross-site" };
    const { status, body: { error } } = await as("Jessica")("POST", "/api/v3.1/connected_accounts/link", { body: { user: "Jessica" }, headers });
    assert.deepEqual([status, error.slug, upstreamRequests], [500, "Gateway_BodyAlreadyRead", []], name);
    assert.match(String(errors), /body was already read\. Let `authenticate` .* read a clone of the request/);
  }
});

test("a call with something other than a Request is answered with 500, and onError receives the reason", async () => {
  const proxy = new Proxy({}, { get() { throw new Error("a proxy"); } });
  for (const request of [proxy, null, { url: "https://app.test/", method: "GET" }]) {
    const { gateway, errors } = openGateway();
    assert.equal((await gateway(request)).status, 500);
    assert.match(String(errors), /must be called with a Web Request/);
  }
});
