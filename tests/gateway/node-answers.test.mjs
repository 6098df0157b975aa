import assert from "node:assert/strict";
import { EventEmitter, once } from "node:events";
import { connect as connectHttp2, constants, createServer as createHttp2 } from "node:http2";
import { suite, test } from "node:test";
import { toNodeHandler } from "connect-flow/server";
import { openGateway } from "./support.mjs";
import { serve } from "./wire.mjs";

const limits = { timeout: 10_000 };
const ok = async () => Response.json({ from: "gateway" });

/** Collects unhandled rejections and the first argument of each `console.error` while `work` runs. Nothing reaches the test's output. */
async function observe(t, work) {
  const rejections = [];
  const note = (reason) => rejections.push(reason);
  const { mock } = t.mock.method(console, "error", () => {});
  process.on("unhandledRejection", note);
  try {
    await work();
    await new Promise(setImmediate);
  } finally {
    process.off("unhandledRejection", note);
  }
  return { rejections, logged: mock.calls.map(({ arguments: [text] }) => text) };
}

/** Serves a handler after a middleware. `handled` settles when the handler does. */
async function serveAfter(t, middleware, gateway = ok) {
  const handler = toNodeHandler(gateway);
  const settled = {};
  const handled = new Promise((resolve, reject) => Object.assign(settled, { resolve, reject }));
  const server = await serve(async (request, response) => {
    await middleware(request, response);
    await handler(request, response).then(settled.resolve, settled.reject);
  });
  t.after(server.close);
  return Object.assign(server, { handled });
}

suite("a response that something else has written", limits, () => {
  const earlier = {
    "ended": [(_request, response) => { response.end("first"); }, "first"],
    "started": [(_request, response) => {
      response.writeHead(200);
      response.write("fir");
      setImmediate(() => setImmediate(() => response.end("st")));
    }, "first"],
    "redirected": [(_request, response) => { response.writeHead(200, { location: "/login" }).end("first"); }, "first"],
    "ended and closed": [async (_request, response) => {
      response.end("first");
      await once(response, "close");
    }, "first"],
  };
  for (const [name, [middleware, expected]] of Object.entries(earlier)) {
    test(`before the handler ran (${name}) is left alone, and the gateway is not called`, async (t) => {
      const asked = [];
      const server = await serveAfter(t, middleware, async (request) => {
        asked.push(request.url);
        return ok();
      });
      const { rejections } = await observe(t, async () => {
        assert.equal(await (await fetch(server.url)).text(), expected);
        await server.handled;
      });
      assert.deepEqual([rejections, asked], [[], []]);
    });
  }

  for (const end of ["end", "destroy"]) {
    test(`while the gateway was working (${end}) is left alone`, async (t) => {
      let outgoing;
      const server = await serveAfter(t, (_request, response) => { outgoing = response; }, async () => {
        outgoing[end]();
        return ok();
      });
      const { rejections } = await observe(t, async () => {
        await fetch(server.url).then((response) => response.text(), () => "");
        await server.handled;
      });
      assert.deepEqual(rejections, []);
    });
  }

  test("is left alone when the connection is closed, and the gateway is not called", async (t) => {
    const asked = [];
    const server = await serveAfter(t, (request) => { request.socket.destroy(); }, async () => void asked.push(1));
    const { rejections } = await observe(t, async () => {
      await assert.rejects(fetch(server.url));
      await server.handled;
    });
    assert.deepEqual([rejections, asked], [[], []]);
  });
});

suite("the handler for Node", limits, () => {
  const throws = () => { throw new Error("a middleware"); };
  for (const name of ["writeHead", "end"]) {
    test(`closes the connection and does not reject when the response's ${name} throws`, async (t) => {
      const server = await serveAfter(t, (_request, response) => { response[name] = throws; });
      const { rejections, logged } = await observe(t, async () => {
        await assert.rejects(async () => (await fetch(server.url)).text());
        await server.handled;
      });
      assert.deepEqual(rejections, []);
      assert.deepEqual(logged, ["connect-flow: the answer could not be written:"]);
    });
  }

  test("closes the connection and leaves nothing unhandled when the response's end rejects", async (t) => {
    const server = await serveAfter(t, (_request, response) => { response.end = async () => throws(); });
    const { rejections, logged } = await observe(t, async () => {
      await assert.rejects(async () => (await fetch(server.url)).text());
      await server.handled;
    });
    assert.deepEqual([rejections, logged], [[], ["connect-flow: the answer could not be written:"]]);
  });

  test("answers alike with the gateway itself and with a function around it", async (t) => {
    const { gateway, createAccount } = openGateway({ authenticate: () => "Jessica" });
    const around = async (request, context) => gateway(request, context);
    const ids = [await createAccount("Jessica"), await createAccount("Jessica")];
    const answers = await Promise.all([gateway, around].map(async (handle, index) => {
      const server = await serve(toNodeHandler(handle));
      t.after(server.close);
      const read = async (path, method) => {
        const response = await fetch(`${server.url}/api/connect/api/v3.1${path}`, { method });
        const { date: _, "x-request-id": __, ...headers } = Object.fromEntries(response.headers);
        return { status: response.status, headers, text: await response.text() };
      };
      return Promise.all([read("/toolkits/gmail"), read("/toolkits/unknown"), read("/toolkits", "PUT"), read(`/connected_accounts/${ids[index]}`, "DELETE")]);
    }));
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(answers[0].map(({ status }) => status), [200, 404, 405, 200]);
  });

  test("writes a content-length though a middleware has set transfer-encoding", async (t) => {
    const server = await serveAfter(t, (_request, response) => { response.setHeader("transfer-encoding", "chunked"); });
    const response = await fetch(server.url);
    assert.deepEqual([response.headers.get("transfer-encoding"), await response.json()], [null, { from: "gateway" }]);
    await server.handled;
  });

  test("does not reject when neither the gateway nor the console works", async (t) => {
    const server = await serveAfter(t, () => {}, async () => throws());
    t.mock.method(console, "error", throws);
    assert.equal((await fetch(server.url)).status, 500);
    await server.handled;
  });

  const node = { method: "GET", url: "/x", headers: { host: "app.test" } };
  const wrongArguments = {
    "no arguments": [], "a context and a next, as Koa passes": [{ req: node, res: {} }, () => {}], "a reply that wraps the response": [node, { send() {}, raw: {} }],
    "a Request alone": [new Request("https://app.test/")],
  };
  for (const [name, given] of Object.entries(wrongArguments)) {
    test(`names Node's request and response in the console when it receives ${name}`, async (t) => {
      const { mock } = t.mock.method(console, "error", () => {});
      await toNodeHandler(ok)(...given);
      assert.match(mock.calls[0].arguments.join(" "), /must be called with Node's request and response, got an? \w+ and an? \w+\. Pass ctx\.req and ctx\.res in Koa|got undefined and undefined|got a Request and undefined/);
    });
  }

  test("answers a request that has no resume method", async () => {
    const emitter = Object.assign(new EventEmitter(), node);
    const written = [];
    await toNodeHandler(ok)(emitter, Object.assign(new EventEmitter(), { writeHead: (status) => written.push(status), end: (body) => written.push(Buffer.from(body).toString()) }));
    assert.deepEqual(written, [200, '{"from":"gateway"}']);
  });

  test("survives an error event of the response", async (t) => {
    const server = await serveAfter(t, (_request, response) => {
      const { end } = response;
      response.end = (body) => {
        response.emit("error", new Error("broken pipe"));
        end.call(response, body);
      };
    });
    const { rejections } = await observe(t, async () => {
      assert.equal((await fetch(server.url)).status, 200);
      await server.handled;
    });
    assert.deepEqual(rejections, []);
  });

  const brokenGateways = {
    "rejects": async () => { throw new Error("mine"); },
    "throws": () => { throw new Error("mine"); },
    "returns undefined": async () => {},
    "returns an object that is not a Response": async () => ({ status: 200 }),
    "returns a body that breaks off": async () => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("mine")) })),
  };
  for (const [name, gateway] of Object.entries(brokenGateways)) {
    test(`answers a bare 500 when a function around the gateway ${name}`, async (t) => {
      const server = await serveAfter(t, () => {}, gateway);
      const { rejections, logged } = await observe(t, async () => {
        const response = await fetch(server.url);
        assert.deepEqual([response.status, (await response.json()).error], [500, { message: "The gateway failed", slug: "Gateway_Failed", status: 500 }]);
        await server.handled;
      });
      assert.deepEqual([rejections, logged], [[], ["connect-flow: the gateway's handler failed:"]]);
    });
  }

  test("keeps every cookie that a function around the gateway sets", async (t) => {
    const server = await serveAfter(t, () => {}, async () => new Response("", { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] }));
    assert.deepEqual((await fetch(server.url)).headers.getSetCookie(), ["a=1", "b=2"]);
  });

  for (const [name, value] of Object.entries({ "undefined": undefined, "a promise": Promise.resolve(ok), "options": { apiKey: "a" } })) {
    test(`cannot be made of ${name} in place of a gateway`, () => {
      assert.throws(() => toNodeHandler(value), /^TypeError: toNodeHandler: the gateway must be what createGateway returns, got (undefined|a Promise|an object)$/);
    });
  }
});

/** Opens a client session with an HTTP/2 server. */
async function openHttp2(t, handler) {
  const server = createHttp2(handler);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connectHttp2(`http://127.0.0.1:${server.address().port}`);
  t.after(() => {
    session.destroy();
    server.close();
  });
  return session;
}

suite("the handler for Node over HTTP/2", limits, () => {
  const path = "/api/connect/api/v3/toolkits/gmail";
  const requestHeaders = (path, headers) => ({ ":path": path, "x-test-user": "Jessica", ...headers });
  const read = async (stream) => {
    const [headers] = await once(stream, "response");
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    return { status: headers[":status"], body: JSON.parse(Buffer.concat(chunks).toString()) };
  };

  test("answers requests with and without a body", async (t) => {
    const { gateway, sandbox } = openGateway();
    const session = await openHttp2(t, toNodeHandler(gateway));
    assert.equal((await read(session.request(requestHeaders(path)))).body.slug, "gmail");
    const post = session.request(requestHeaders("/api/connect/api/v3/connected_accounts/link", { ":method": "POST", "content-type": "application/json" }));
    post.end('{"auth_config_id":"ac_Gmail0000001","callback_url":"https://app.test/done"}');
    assert.equal((await read(post)).status, 201);
    const { id } = sandbox.accounts().at(-1);
    assert.equal((await read(session.request(requestHeaders(`/api/connect/api/v3/connected_accounts/${id}`, { ":method": "DELETE" })))).status, 200);
  });

  for (const [name, end] of Object.entries({
    "resets its stream": (stream) => stream.close(constants.NGHTTP2_CANCEL),
    "closes the connection": (_stream, session) => session.destroy(),
  })) {
    test(`aborts the request to the platform when the page ${name}`, async (t) => {
      const arrived = new EventEmitter();
      const { gateway } = openGateway({
        fetch: (request) => {
          arrived.emit("request", request.signal);
          return new Promise(() => {});
        },
      });
      const session = await openHttp2(t, toNodeHandler(gateway));
      const stream = session.request(requestHeaders(path));
      stream.on("error", () => {});
      const [signal] = await once(arrived, "request");
      const aborted = once(signal, "abort");
      end(stream, session);
      await aborted;
    });
  }

  for (const [name, open] of Object.entries({
    "`authenticate`": (show) => openGateway({ authenticate: ({ signal }) => show(signal) }).gateway,
    "a copy of the request in `authenticate`": (show) => openGateway({ authenticate: (request) => show(request.clone().signal) }).gateway,
    "a copy of the request in a function around the gateway": (show) => (request) => show(new Request(request).signal),
  })) {
    test(`aborts the signal of ${name} when the page closes the connection`, async (t) => {
      const arrived = new EventEmitter();
      const session = await openHttp2(t, toNodeHandler(open((signal) => {
        arrived.emit("request", signal);
        return new Promise((_, reject) => { signal.addEventListener("abort", () => reject(signal.reason)); });
      })));
      t.mock.method(console, "error", () => {});
      session.request(requestHeaders(path)).on("error", () => {});
      const [signal] = await once(arrived, "request");
      const aborted = once(signal, "abort");
      session.destroy();
      await aborted;
    });
  }

  test("settles when the page has gone before it runs", async (t) => {
    const handler = toNodeHandler(ok);
    let handled;
    const settled = new Promise((resolve) => { handled = resolve; });
    const arrived = new EventEmitter();
    const session = await openHttp2(t, async (request, response) => {
      arrived.emit("request");
      await once(response, "close");
      handled(await handler(request, response).then(() => "settled"));
    });
    const { rejections } = await observe(t, async () => {
      const stream = session.request(requestHeaders(path));
      stream.on("error", () => {});
      await once(arrived, "request");
      stream.close(constants.NGHTTP2_CANCEL);
      assert.equal(await settled, "settled");
    });
    assert.deepEqual(rejections, []);
  });
});
