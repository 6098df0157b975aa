import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { after, before, suite, test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { toNodeHandler } from "connect-flow/server";
import { openGateway } from "./support.mjs";
import { serve } from "./wire.mjs";

const given = { auth_config_id: "ac_1", note: "ü €" };
const text = JSON.stringify(given);
const bytes = new TextEncoder().encode(text);
const json = { "content-type": "application/json" };
const evaluateInOtherRealm = (code) => runInContext(code, createContext({}));

/** A gateway that answers with the body it received. */
const echo = async (request) => Response.json({ text: await request.text(), length: request.headers.get("content-length"), encoding: request.headers.get("content-encoding") });

/** Node's request after a body parser, which has consumed the stream and set `members`. */
async function afterParser(members, { headers = json, body = text, method = "POST" } = {}) {
  const stream = Readable.from(body === "" ? [] : [Buffer.from(body)]);
  stream.resume();
  await new Promise((resolve) => { stream.on("end", resolve); });
  return Object.assign(stream, { method, url: "/x", headers: { host: "app.test", ...headers }, ...members });
}

/** Passes a request to the handler. Returns the status and the parsed body of the answer. */
async function handle(incoming, gateway = echo) {
  const outgoing = Object.assign(new EventEmitter(), {
    writeHead(status) { this.status = status; },
    end(body) { this.body = JSON.parse(new TextDecoder().decode(body)); },
  });
  await toNodeHandler(gateway)(incoming, outgoing);
  return { status: outgoing.status, body: outgoing.body };
}

suite("a body that a parser has consumed", { timeout: 10_000 }, () => {
  const parsed = {
    "parsed JSON": { body: given },
    "parsed JSON of another realm": { body: evaluateInOtherRealm(`(${text})`) },
    "an object without a prototype": { body: Object.assign(Object.create(null), given) },
    "a string": { body: text },
    "a Buffer": { body: Buffer.from(text) },
    "a Uint8Array that views a part of a buffer": { body: new Uint8Array([0, ...bytes, 0]).subarray(1, -1) },
    "an ArrayBuffer": { body: bytes.slice().buffer },
    "rawBody as a Buffer, beside a parsed body": { rawBody: Buffer.from(text), body: given },
    "rawBody as a string": { rawBody: text },
    "rawBody beside an empty object": { rawBody: text, body: {} },
    "an empty rawBody beside parsed JSON": { rawBody: "", body: given },
  };
  for (const [name, members] of Object.entries(parsed)) {
    test(`is taken from ${name}`, async () => {
      const { status, body } = await handle(await afterParser(members));
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(body.text), given);
    });
  }

  test("loses content-length and content-encoding, which describe the original bytes", async () => {
    const { body } = await handle(await afterParser({ body: given }, { headers: { ...json, "content-length": "9", "content-encoding": "gzip" } }));
    assert.deepEqual([body.length, body.encoding], [null, null]);
  });

  for (const [name, body] of Object.entries({ "an array": [1], "a number": 5, "false": false })) {
    test(`is passed on as JSON when it is ${name}`, async () => {
      assert.equal((await handle(await afterParser({ body }))).body.text, JSON.stringify(body));
    });
  }

  const empty = {
    "no member": {},
    "an empty object": { body: {} },
    "an empty string": { body: "" },
    "an empty Buffer": { body: Buffer.alloc(0) },
    "null": { body: null },
    "an empty rawBody": { rawBody: Buffer.alloc(0), body: undefined },
  };
  for (const method of ["DELETE", "POST"]) {
    for (const [name, members] of Object.entries(empty)) {
      test(`is empty when the parser of a ${method} without a body sets ${name}`, async () => {
        const { status, body } = await handle(await afterParser(members, { body: "", method }));
        assert.deepEqual([status, body.text], [200, ""]);
      });
    }
  }

  const cyclic = {};
  cyclic.self = cyclic;
  const unusable = {
    "undefined": [undefined, /The request's body was already read\. Mount the gateway before/],
    "a FormData": [new FormData(), /already read, and `request\.body` is a FormData\. .*bytes, text or parsed JSON/],
    "a Map": [new Map([["a", 1]]), /is a Map\./],
    "a cycle": [cyclic, /is an object\./],
    "a bigint": [5n, /is a bigint\./],
    "a function": [() => text, /is a function\./],
    "a promise": [Promise.resolve(given), /is a Promise\./],
  };
  for (const [name, [body, message]] of Object.entries(unusable)) {
    test(`is answered with 500 and advice, for the page and onError, when the parser has set ${name}`, async () => {
      const { gateway, errors, upstreamRequests } = openGateway();
      const incoming = await afterParser({ body, url: "/api/connect/api/v3/connected_accounts/link", headers: { ...json, host: "app.test", "x-test-user": "Jessica" } });
      const { status, body: received } = await handle(incoming, gateway);
      assert.deepEqual([status, received.error.slug, upstreamRequests.length, errors.length], [500, "Gateway_BodyAlreadyRead", 0, 1]);
      assert.match(received.error.message, message);
      assert.match(errors[0].message, message);
    });
  }

  test("is not mentioned to a page that is not signed in", async () => {
    const { gateway, errors } = openGateway();
    const incoming = await afterParser({ url: "/api/connect/api/v3/connected_accounts/link", headers: { ...json, host: "app.test" } });
    assert.deepEqual([(await handle(incoming, gateway)).status, errors.length], [401, 0]);
  });
});

suite("a body that nothing has consumed", { timeout: 10_000 }, () => {
  let app;
  let prepare;
  before(async () => {
    const handler = toNodeHandler(echo);
    app = await serve(async (request, response) => {
      await prepare?.(request);
      await handler(request, response);
    });
  });
  after(() => app.close());
  const post = async (init) => (await (await fetch(app.url, { method: "POST", body: text, headers: json, ...init })).json()).text;

  test("is read though `request.body` is an empty object, as in Express 4", async () => {
    prepare = (request) => { request.body = {}; };
    assert.equal(await post(), text);
  });

  test("is read after a call of setEncoding, which makes its chunks strings", async () => {
    prepare = (request) => { request.setEncoding("utf8"); };
    assert.equal(await post(), text);
  });

  test("is read after an asynchronous middleware", async () => {
    prepare = () => new Promise(setImmediate);
    assert.equal(await post(), text);
  });

  for (const method of ["DELETE", "PATCH", "POST"]) {
    test(`is empty for a ${method} without one, also after a middleware has read to its end`, async () => {
      for (const readFirst of [undefined, async (request) => { for await (const chunk of request) assert.fail(String(chunk)); }]) {
        prepare = readFirst;
        assert.equal(await post({ method, body: undefined, headers: {} }), "");
      }
    });
  }

  test("fails to read at once when the request was destroyed", async () => {
    let reason;
    const handler = toNodeHandler(async (request) => {
      reason = await request.text().catch((error) => error);
      return new Response();
    });
    const stream = new Readable({ read() {} });
    stream.destroy();
    await handler(Object.assign(stream, { method: "POST", url: "/x", headers: { host: "app.test" } }), { once() {}, writeHead() {}, end() {} });
    assert.match(reason.message, /broke off/);
  });
});

suite("a body with another listener for `readable`", { timeout: 10_000 }, () => {
  const long = JSON.stringify({ note: "x".repeat(600_000) });
  const listeners = { "does nothing": () => {}, "reads": function () { while (this.read() !== null); } };
  for (const [name, listener] of Object.entries(listeners)) {
    for (const [kind, sent] of Object.entries({ short: text, long })) {
      test(`arrives when it is ${kind} and the listener ${name}`, async (t) => {
        const handler = toNodeHandler(async (request) => Response.json({ text: await request.text() }));
        const server = await serve((request, response) => {
          request.on("readable", listener);
          return handler(request, response);
        });
        t.after(server.close);
        const response = await fetch(server.url, { method: "POST", body: sent, headers: json });
        assert.equal((await response.json()).text, sent);
      });
    }
  }

  test("is rejected when it is too long", async (t) => {
    const { gateway } = openGateway({ maxBodyBytes: 1000 });
    const handler = toNodeHandler(gateway);
    const server = await serve((request, response) => {
      request.on("readable", () => {});
      return handler(request, response);
    });
    t.after(server.close);
    const chunks = new ReadableStream({ start: (controller) => { controller.enqueue(Buffer.from(long)); controller.close(); } });
    const headers = { ...json, "x-test-user": "Jessica" };
    const response = await fetch(`${server.url}/api/connect/api/v3.1/connected_accounts/link`, { method: "POST", body: chunks, duplex: "half", headers });
    assert.equal(response.status, 413);
  });
});

suite("the headers of Node's request", () => {
  const requestSeenByGateway = async (members) => {
    let found;
    const status = (await handle({ method: "GET", url: "/x", on() {}, pause() {}, resume() {}, ...members }, async ({ url, headers }) => {
      found = { url, ...Object.fromEntries(headers) };
      return Response.json({});
    })).status;
    return { status, found };
  };
  const headers = { Host: "app.test", Cookie: "a=1; b=2", "X-Many": ["1", "2"], "X-None": undefined, "Content-Length": 12 };
  for (const [name, rawHeaders] of Object.entries({ empty: [], missing: undefined })) {
    test(`are read from \`headers\` when rawHeaders is ${name}`, async () => {
      const { status, found } = await requestSeenByGateway({ rawHeaders, headers });
      assert.equal(status, 200);
      assert.deepEqual(found, { url: "http://app.test/x", host: "app.test", cookie: "a=1; b=2", "x-many": "1, 2", "content-length": "12" });
    });
  }

  test("of HTTP/2 name the host in :authority, in headers and in rawHeaders", async () => {
    const pseudo = { ":method": "GET", ":path": "/x", ":scheme": "https", ":authority": "app.test", accept: "*/*" };
    for (const members of [{ headers: pseudo }, { rawHeaders: Object.entries(pseudo).flat() }]) {
      assert.deepEqual((await requestSeenByGateway(members)).found, { url: "http://app.test/x", accept: "*/*" });
    }
  });

  test("join split cookies with a semicolon", async () => {
    assert.equal((await requestSeenByGateway({ rawHeaders: ["Host", "app.test", "Cookie", "a=1", "cookie", "b=2"] })).found.cookie, "a=1; b=2");
    assert.equal((await requestSeenByGateway({ headers: { host: "app.test", cookie: ["a=1", "b=2"] } })).found.cookie, "a=1; b=2");
  });

  test("beyond Latin-1, as some adapters pass them, become their UTF-8 bytes", async () => {
    const { status, found } = await requestSeenByGateway({ headers: { host: "app.test", "x-city": "Łódź", cookie: "name=Łukasz" } });
    assert.equal(status, 200);
    assert.deepEqual([found["x-city"], found.cookie].map((text) => Buffer.from(text, "latin1").toString()), ["Łódź", "name=Łukasz"]);
  });

  for (const [name, members] of Object.entries({ "no headers": {}, "no host": { headers: { accept: "*/*" } }, "an invalid name": { headers: { host: "app.test", "a b": "1" } } })) {
    test(`with ${name} are answered with 400`, async () => assert.equal((await requestSeenByGateway(members)).status, 400));
  }
});
