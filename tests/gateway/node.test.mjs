import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, suite, test } from "node:test";
import { createGateway, toNodeHandler } from "connect-flow/server";
import { createSandbox } from "connect-flow/testing";
import { apiKey, allowEverything, integrations } from "./support.mjs";
import { sendRaw, serve } from "./wire.mjs";

/** The sandbox and the gateway are two HTTP servers, and the gateway uses the real `fetch`. */
suite("a gateway in Node's http server, over real connections", () => {
  const sandbox = createSandbox({ apiKey });
  let platform;
  let gateway;
  let app;
  let listener;
  let contexts = [];

  before(async () => {
    platform = await serve(async (request, response) => {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      const { method, headers } = request;
      const answer = await sandbox.fetch(new Request(platform.url + request.url, { method, headers, ...(chunks.length && { body: Buffer.concat(chunks) }) }));
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(Buffer.from(await answer.arrayBuffer()));
    });
    gateway = createGateway({
      apiKey, upstream: platform.url, allow: allowEverything, redirectOrigins: ["http://localhost:3000"],
      authenticate: (request, incoming) => {
        contexts.push(incoming);
        return request.headers.get("x-test-user");
      },
    });
    listener = toNodeHandler(gateway);
    app = await serve((request, response) => listener(request, response));
  });
  after(async () => {
    await app?.close();
    await platform?.close();
  });

  const ask = (path, init) => fetch(`${app.url}/api/connect${path}`, { ...init, headers: { "x-test-user": "Jessica", ...init?.headers } });
  const post = (path, body) => ask(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  const link = { auth_config_id: integrations.gmail, callback_url: "http://localhost:3000/done" };

  test("writes status, headers and body", async () => {
    const response = await ask("/api/v3/toolkits/gmail");
    assert.deepEqual([response.status, response.headers.get("cache-control"), (await response.json()).slug], [200, "no-store", "gmail"]);
    assert.match(response.headers.get("x-request-id"), /^[\w-]+$/);
    assert.equal((await fetch(`${app.url}/api/connect/api/v3/toolkits`)).status, 401);
  });

  test("passes a body on for the signed-in user", async () => {
    const response = await post("/api/v3/connected_accounts/link", { ...link, user_id: "Jessica" });
    assert.equal(response.status, 201);
    assert.equal(sandbox.accounts().at(-1).entityId, "Jessica");
    assert.equal(sandbox.accounts().at(-1).callbackUrl, link.callback_url);
  });

  test("passes Node's request to authenticate", async () => {
    contexts = [];
    await ask("/api/v3/toolkits");
    assert.ok(contexts[0].socket.remoteAddress);
  });

  test("writes an answer without a body", async () => {
    sandbox.fault({ kind: "empty204", method: "DELETE", handled: true });
    const { id } = sandbox.accounts().at(-1);
    const response = await ask(`/api/v3/connected_accounts/${id}`, { method: "DELETE" });
    assert.deepEqual([response.status, await response.text()], [204, ""]);
  });

  test("takes the body from a body parser", async () => {
    const own = listener;
    for (const parsed of [JSON.parse, (text) => text]) {
      listener = async (request, response) => {
        const chunks = [];
        for await (const chunk of request) chunks.push(chunk);
        request.body = parsed(Buffer.concat(chunks).toString());
        return own(request, response);
      };
      assert.equal((await post("/api/v3/connected_accounts/link", link)).status, 201);
    }
    listener = own;
  });

  test("takes the path from originalUrl when a router has shortened url", async () => {
    const own = listener;
    listener = (request, response) => {
      request.originalUrl = request.url;
      request.url = request.url.replace("/api/connect", "");
      return own(request, response);
    };
    assert.equal((await ask("/api/v3/toolkits/gmail")).status, 200);
    listener = own;
  });

  test("follows no redirect of the platform, which would send the key elsewhere", async () => {
    const own = listener;
    const visits = [];
    const elsewhere = await serve((request, response) => {
      visits.push(request.headers["x-api-key"]);
      response.end('{"slug":"gmail"}');
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const moved = await serve((_request, response) => response.writeHead(status, { location: `${elsewhere.url}/api/v3/toolkits/gmail` }).end());
      listener = toNodeHandler(createGateway({ apiKey, upstream: moved.url, allow: allowEverything, redirectOrigins: [], authenticate: () => "Jessica" }));
      const response = await ask("/api/v3/toolkits/gmail");
      assert.equal(response.status, 502);
      assert.ok(!(await response.text()).includes(elsewhere.url));
      await moved.close();
    }
    await elsewhere.close();
    assert.deepEqual(visits, []);
    listener = own;
  });

  test("rejects a body that is too long", async () => {
    const response = await ask("/api/v3/connected_accounts/link", { method: "POST", body: "x".repeat(1024 * 1024 + 1), headers: { "content-type": "application/json" } });
    assert.equal(response.status, 413);
  });

  test("reads past an unread body, so that the connection's next request is answered", { timeout: 10_000 }, async () => {
    const long = "x".repeat(3 * 1024 * 1024);
    const rejected = (path, user, headers, body) =>
      `POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${app.port}\r\nContent-Type: application/json\r\n${user}${headers}\r\n\r\n${body}`;
    const link = "/api/connect/api/v3/connected_accounts/link";
    const user = "X-Test-User: Jessica\r\n";
    const length = `Content-Length: ${long.length}`;
    const chunks = `${long.length.toString(16)}\r\n${long}\r\n0\r\n\r\n`;
    const { text } = await sendRaw(app.port, [
      rejected(link, "", length, long), rejected(link, user, length, long), rejected(link, user, "Transfer-Encoding: chunked", chunks),
      rejected("/nowhere", user, "Transfer-Encoding: chunked", chunks), start(`GET ${path} HTTP/1.1`),
    ].join(""));
    assert.deepEqual(text.match(/(?<=HTTP\/1\.1 )\d+/g), ["401", "413", "413", "404", "200"]);
  });

  test("aborts the request to the platform when the page aborts its own", { timeout: 10_000 }, async () => {
    const own = listener;
    const opened = {};
    const arrived = new Promise((resolve) => { opened.arrived = resolve; });
    const hanging = createGateway({
      apiKey, allow: allowEverything, redirectOrigins: [], authenticate: () => "Jessica",
      fetch: (request) => { opened.arrived(request.signal); return new Promise(() => {}); },
    });
    listener = toNodeHandler(hanging);
    const controller = new AbortController();
    const answer = ask("/api/v3/toolkits", { signal: controller.signal });
    const signal = await arrived;
    const aborted = once(signal, "abort");
    controller.abort();
    await assert.rejects(answer, { name: "AbortError" });
    await aborted;
    listener = own;
  });

  test("answers 400 to a url that would change the host, if the server accepts it", async () => {
    const answers = [];
    let resumed = 0;
    const incoming = {
      method: "POST", url: "/api/connect/api/v3/toolkits", rawHeaders: ["Host", "app.test"], on() {}, pause() {}, resume: () => { resumed += 1; },
    };
    const outgoing = { writableFinished: true, once() {}, end() {}, writeHead: (status) => answers.push(status) };
    const asked = [];
    const handler = toNodeHandler(async (request) => {
      // The body is not requested before the gateway reads it.
      await new Promise(setImmediate);
      asked.push([request.url, resumed]);
      return new Response();
    });
    await handler(incoming, outgoing);
    for (const url of ["@evil.test/api/connect/api/v3/toolkits", ".evil.test/", ":8080/", "", "*", "http://evil.test/", "\\\\evil.test/"]) {
      await handler({ ...incoming, url }, outgoing);
    }
    assert.deepEqual(asked, [["http://app.test/api/connect/api/v3/toolkits", 0]]);
    assert.deepEqual(answers, [200, ...Array(7).fill(400)]);
  });

  const start = (line, headers = "") => `${line}\r\nHost: 127.0.0.1:${app.port}\r\nX-Test-User: Jessica\r\nConnection: close\r\n${headers}\r\n`;
  const path = "/api/connect/api/v3/toolkits/gmail";
  const askedSoFar = () => sandbox.requests.length;

  test("answers a well-formed request over a raw connection", async () => {
    assert.equal((await sendRaw(app.port, start(`GET ${path} HTTP/1.1`))).status, 200);
  });

  /** Unusual and malformed requests, with the statuses that are acceptable. */
  const unusual = {
    "an absolute URL": [() => start(`GET http://evil.test${path} HTTP/1.1`), [400]],
    "an absolute URL of the platform": [() => start(`GET ${platform.url}/api/v3/toolkits HTTP/1.1`), [400]],
    "another host in the path": [() => start(`GET //evil.test${path} HTTP/1.1`), [404]],
    "an asterisk for the path": [() => start("GET * HTTP/1.1"), [400]],
    "no host": [() => `GET ${path} HTTP/1.1\r\nX-Test-User: Jessica\r\nConnection: close\r\n\r\n`, [400]],
    "two hosts": [() => start(`GET ${path} HTTP/1.1`, "Host: evil.test\r\n"), [400]],
    "a host with a user": [() => start(`GET ${path} HTTP/1.1`).replace("127.0.0.1", "a@evil.test"), [400]],
    "a host with a path": [() => start(`GET ${path} HTTP/1.1`).replace("127.0.0.1", "evil.test/x?"), [400]],
    "TRACE": [() => start(`TRACE ${path} HTTP/1.1`), [400, 405]],
    "OPTIONS *": [() => start("OPTIONS * HTTP/1.1"), [400, 405]],
    "HEAD": [() => start(`HEAD ${path} HTTP/1.1`), [405]],
    "a line break in a header": [() => start(`GET ${path} HTTP/1.1`, "X-A: a\rX-Api-Key: b\r\n"), [400]],
    "a line break in the path": [() => start(`GET ${path}%0d%0aX-Api-Key:%20a HTTP/1.1`), [404]],
    "a space before a header's colon": [() => start(`GET ${path} HTTP/1.1`, "X-Api-Key : a\r\n"), [400]],
    "two content-lengths": [() => start("POST /api/connect/api/v3/connected_accounts/link HTTP/1.1", "Content-Length: 2\r\nContent-Length: 3\r\n") + "{}", [400]],
    "a content-length with chunks": [() => start("POST /api/connect/api/v3/connected_accounts/link HTTP/1.1", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n") + "0\r\n\r\n", [400]],
    "dot segments": [() => start("GET /api/connect/api/v3/toolkits/../org/project/config HTTP/1.1"), [404]],
    "encoded dot segments": [() => start("GET /api/connect/api/v3/toolkits/%2e%2e/org/project/config HTTP/1.1"), [404]],
    "backslashes": [() => start("GET /api/connect\\..\\..\\api/v3/org HTTP/1.1"), [404]],
    "headers of 20 KB": [() => start(`GET ${path} HTTP/1.1`, `X-A: ${"a".repeat(20_000)}\r\n`), [431]],
  };
  for (const [name, [text, statuses]] of Object.entries(unusual)) {
    test(`lets nothing reach the platform: ${name}`, async () => {
      const asked = askedSoFar();
      const { status, text: received } = await sendRaw(app.port, text());
      assert.ok(statuses.includes(status), received);
      assert.equal(sandbox.requests.length, asked);
      assert.ok(!received.includes(apiKey));
    });
  }

  test("answers a request with proxy and hop-by-hop headers", async () => {
    assert.equal((await sendRaw(app.port, start(`GET ${path} HTTP/1.1`, "X-Api-Key: mine\r\nX-Forwarded-Host: evil.test\r\nTE: trailers\r\nUpgrade: h2c\r\n"))).status, 200);
  });
});
