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
const elsewhere = (code) => runInContext(code, createContext({}));

/** Answers with the body that the gateway can read. */
const echo = async (request) => Response.json({ text: await request.text(), length: request.headers.get("content-length"), encoding: request.headers.get("content-encoding") });

/** Node's request behind a parser that has read the stream and left `members`. */
async function readBefore(members, { headers = json, body = text, method = "POST" } = {}) {
  const stream = Readable.from(body === "" ? [] : [Buffer.from(body)]);
  stream.resume();
  await new Promise((resolve) => { stream.on("end", resolve); });
  return Object.assign(stream, { method, url: "/x", headers: { host: "app.test", ...headers }, ...members });
}

/** What the handler answers to a request: `{ status, body }`. */
async function answer(incoming, gateway = echo) {
  const outgoing = Object.assign(new EventEmitter(), {
    writeHead(status) { this.status = status; },
    end(body) { this.body = JSON.parse(new TextDecoder().decode(body)); },
  });
  await toNodeHandler(gateway)(incoming, outgoing);
  return { status: outgoing.status, body: outgoing.body };
}

suite("a body that something has read before", { timeout: 10_000 }, () => {
  /** What body parsers leave. */
  const left = {
    "parsed JSON": { body: given },
    "parsed JSON of another realm": { body: elsewhere(`(${text})`) },
    "an object without a prototype": { body: Object.assign(Object.create(null), given) },
    "a text": { body: text },
    "a Buffer": { body: Buffer.from(text) },
    "a Uint8Array that is a part of another": { body: new Uint8Array([0, ...bytes, 0]).subarray(1, -1) },
    "an ArrayBuffer": { body: bytes.slice().buffer },
    "rawBody as a Buffer, beside what was parsed": { rawBody: Buffer.from(text), body: given },
    "rawBody as a text": { rawBody: text },
    "rawBody beside an empty object": { rawBody: text, body: {} },
    "an empty rawBody beside parsed JSON": { rawBody: "", body: given },
  };
  for (const [name, members] of Object.entries(left)) {
    test(`is taken from ${name}`, async () => {
      const { status, body } = await answer(await readBefore(members));
      assert.equal(status, 200);
      assert.deepEqual(JSON.parse(body.text), given);
    });
  }

  test("loses the length and the encoding of what has arrived, which describe it no more", async () => {
    const { body } = await answer(await readBefore({ body: given }, { headers: { ...json, "content-length": "9", "content-encoding": "gzip" } }));
    assert.deepEqual([body.length, body.encoding], [null, null]);
  });

  for (const [name, body] of Object.entries({ "an array": [1], "a number": 5, "false": false })) {
    test(`that was ${name} is passed on as JSON`, async () => {
      assert.equal((await answer(await readBefore({ body }))).body.text, JSON.stringify(body));
    });
  }

  /** Nothing to read, by any name: [members, init]. */
  const nothing = {
    "no body at all": [{}],
    "an empty object": [{ body: {} }],
    "an empty text": [{ body: "" }],
    "an empty Buffer": [{ body: Buffer.alloc(0) }],
    "null": [{ body: null }],
    "an empty rawBody": [{ rawBody: Buffer.alloc(0), body: undefined }],
  };
  for (const method of ["DELETE", "POST"]) {
    for (const [name, [members]] of Object.entries(nothing)) {
      test(`${method} without a body, left as ${name}, is answered at once`, async () => {
        const { status, body } = await answer(await readBefore(members, { body: "", method }));
        assert.deepEqual([status, body.text], [200, ""]);
      });
    }
  }

  const cyclic = {};
  cyclic.self = cyclic;
  const lost = {
    "nothing": [undefined, /The request's body was already read\. Mount the gateway before/],
    "a FormData": [new FormData(), /already read, and `request\.body` is a FormData\. .*bytes, text or parsed JSON/],
    "a Map": [new Map([["a", 1]]), /is a Map\./],
    "a cycle": [cyclic, /is an object\./],
    "a bigint": [5n, /is a bigint\./],
    "a function": [() => text, /is a function\./],
    "a promise": [Promise.resolve(given), /is a Promise\./],
  };
  for (const [name, [body, message]] of Object.entries(lost)) {
    test(`and of which ${name} is left is a clear error, for the page and for onError`, async () => {
      const { gateway, errors, seen } = openGateway();
      const incoming = await readBefore({ body, url: "/api/connect/api/v3/connected_accounts/link", headers: { ...json, host: "app.test", "x-test-user": "Jessica" } });
      const { status, body: told } = await answer(incoming, gateway);
      assert.deepEqual([status, told.error.slug, seen.length, errors.length], [500, "Gateway_BodyAlreadyRead", 0, 1]);
      assert.match(told.error.message, message);
      assert.match(errors[0].message, message);
    });
  }

  test("is no reason to tell somebody more who is refused anyway", async () => {
    const { gateway, errors } = openGateway();
    const incoming = await readBefore({ url: "/api/connect/api/v3/connected_accounts/link", headers: { ...json, host: "app.test" } });
    assert.deepEqual([(await answer(incoming, gateway)).status, errors.length], [401, 0]);
  });
});

suite("a body that nothing has read", { timeout: 10_000 }, () => {
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

  test("is read, although Express 4 says that it is an empty object", async () => {
    prepare = (request) => { request.body = {}; };
    assert.equal(await post(), text);
  });

  test("arrives as text where something has called setEncoding", async () => {
    prepare = (request) => { request.setEncoding("utf8"); };
    assert.equal(await post(), text);
  });

  test("is read after a middleware that took its time", async () => {
    prepare = () => new Promise(setImmediate);
    assert.equal(await post(), text);
  });

  for (const method of ["DELETE", "PATCH", "POST"]) {
    test(`and is empty, of ${method}, is answered at once, also after somebody has waited for its end`, async () => {
      for (const readFirst of [undefined, async (request) => { for await (const chunk of request) assert.fail(String(chunk)); }]) {
        prepare = readFirst;
        assert.equal(await post({ method, body: undefined, headers: {} }), "");
      }
    });
  }

  test("and that cannot come any more, because the request was destroyed, ends at once", async () => {
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

suite("a body beside a listener for readable", { timeout: 10_000 }, () => {
  const long = JSON.stringify({ note: "x".repeat(600_000) });
  const listeners = { "does nothing": () => {}, "reads": function () { while (this.read() !== null); } };
  for (const [name, listener] of Object.entries(listeners)) {
    for (const [kind, sent] of Object.entries({ short: text, long })) {
      test(`that ${name} arrives, ${kind}`, async (t) => {
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

  test("that is too long is refused", async (t) => {
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

suite("headers", () => {
  const seen = async (members) => {
    let found;
    const status = (await answer({ method: "GET", url: "/x", on() {}, pause() {}, resume() {}, ...members }, async ({ url, headers }) => {
      found = { url, ...Object.fromEntries(headers) };
      return Response.json({});
    })).status;
    return { status, found };
  };
  const headers = { Host: "app.test", Cookie: "a=1; b=2", "X-Many": ["1", "2"], "X-None": undefined, "Content-Length": 12 };
  for (const [name, rawHeaders] of Object.entries({ empty: [], missing: undefined })) {
    test(`come from headers where rawHeaders is ${name}`, async () => {
      const { status, found } = await seen({ rawHeaders, headers });
      assert.equal(status, 200);
      assert.deepEqual(found, { url: "http://app.test/x", host: "app.test", cookie: "a=1; b=2", "x-many": "1, 2", "content-length": "12" });
    });
  }

  test("of HTTP/2 name the host among them, in either form", async () => {
    const pseudo = { ":method": "GET", ":path": "/x", ":scheme": "https", ":authority": "app.test", accept: "*/*" };
    for (const members of [{ headers: pseudo }, { rawHeaders: Object.entries(pseudo).flat() }]) {
      assert.deepEqual((await seen(members)).found, { url: "http://app.test/x", accept: "*/*" });
    }
  });

  test("keep cookies apart that HTTP/2 or an adapter has split", async () => {
    assert.equal((await seen({ rawHeaders: ["Host", "app.test", "Cookie", "a=1", "cookie", "b=2"] })).found.cookie, "a=1; b=2");
    assert.equal((await seen({ headers: { host: "app.test", cookie: ["a=1", "b=2"] } })).found.cookie, "a=1; b=2");
  });

  test("beyond Latin-1, as adapters hand them on, are the bytes that a connection would carry", async () => {
    const { status, found } = await seen({ headers: { host: "app.test", "x-city": "Łódź", cookie: "name=Łukasz" } });
    assert.equal(status, 200);
    assert.deepEqual([found["x-city"], found.cookie].map((text) => Buffer.from(text, "latin1").toString()), ["Łódź", "name=Łukasz"]);
  });

  for (const [name, members] of Object.entries({ "no headers": {}, "no host": { headers: { accept: "*/*" } }, "a name that is none": { headers: { host: "app.test", "a b": "1" } } })) {
    test(`with ${name} are a 400`, async () => assert.equal((await seen(members)).status, 400));
  }
});
