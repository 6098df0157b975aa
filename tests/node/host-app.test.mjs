import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, suite, test } from "node:test";
import { startHost } from "../../www/host/server.mjs";

const apiKey = "platform-key-0123456789";
const index = "<!doctype html><title>App</title><script type=module src=/main.js></script>";

let pages;
let host;
let upstream;
let seen;
let reply;

/** The app in front of a platform that notes what it is asked and answers `reply`. */
before(async () => {
  pages = await mkdtemp(join(tmpdir(), "connect-flow-"));
  await writeFile(join(pages, "index.html"), index);
  await writeFile(join(pages, "style.css"), "body{}");
  await writeFile(join(pages, "secret.txt"), "no");
  await writeFile(join(pages, "lazy.js"), "export const lazy = import.meta.url;");
  await writeFile(join(pages, "main.js"), "globalThis.later = () => import('./lazy.js');");
  upstream = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    seen.push({ method: request.method, url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() });
    reply(response);
  });
  await new Promise((resolve) => upstream.listen(0, "127.0.0.1", resolve));
  host = await startHost({ appPort: 0, pages, upstream: { baseUrl: `http://127.0.0.1:${upstream.address().port}`, apiKey } });
});
after(async () => {
  await host?.close();
  upstream?.closeAllConnections();
  upstream?.close();
  await rm(pages, { recursive: true, force: true });
});
beforeEach(() => {
  seen = [];
  reply = (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}');
});

const toolkits = "/api/connect/api/v3/toolkits";
const link = "/api/connect/api/v3/connected_accounts/link";
const ask = (path, init) => fetch(host.appUrl + path, init);

suite("the way to the platform", () => {
  test("passes method, path, query, body and content type, and adds the key", async () => {
    await ask(`${toolkits}?search=a%20b&limit=5`, { headers: { "x-api-key": "mine", cookie: "a=b", authorization: "Bearer t", accept: "text/html" } });
    await ask(link, { method: "POST", body: '{"a":1}', headers: { "content-type": "application/json" } });
    assert.deepEqual(seen.map(({ method, url, body }) => [method, url, body]), [
      ["GET", "/api/v3/toolkits?search=a%20b&limit=5", ""],
      ["POST", "/api/v3/connected_accounts/link", '{"a":1}'],
    ]);
    for (const { headers } of seen) {
      assert.deepEqual([headers["x-api-key"], headers.cookie, headers.authorization, headers.accept], [apiKey, undefined, undefined, "application/json"]);
    }
    assert.equal(seen[1].headers["content-type"], "application/json");
  });

  const ca = "/api/v3/connected_accounts/ca_1-a_B";
  const account = "/api/v1/connectedAccounts/00000000-0000-4000-8000-000000000053";
  const allowed = [
    ["GET", "/api/v1/apps"], ["GET", "/api/v1/apps/gmail"], ["GET", "/api/v1/integrations?appName=a"], ["GET", "/api/v1/connectedAccounts"],
    ["POST", "/api/v1/connectedAccounts"], ["GET", account], ["DELETE", account], ["POST", `${account}/reinitiate`],
    ["POST", `${account}/enable`], ["POST", `${account}/disable`], ["GET", "/api/v1/actions/GMAIL_GET_PROFILE"],
    ["POST", "/api/v2/actions/_21RISK_A/execute"], ["GET", "/api/v3/toolkits/_21risk"], ["GET", "/api/v3/auth_configs/ac_1"],
    ["POST", "/api/v3/connected_accounts"], ["POST", "/api/v3/connected_accounts/link"], ["GET", ca], ["DELETE", ca],
    ["POST", `${ca}/refresh?redirect_url=http%3A%2F%2Flocalhost%2F`], ["PATCH", `${ca}/status`],
    ["GET", "/api/v3/tools/GMAIL_GET_PROFILE"], ["POST", "/api/v3/tools/execute/GMAIL_GET_PROFILE"],
  ];
  for (const [method, path] of allowed) {
    test(`lets through ${method} ${path}`, async () => {
      const body = ["POST", "PATCH"].includes(method) ? '{"a":1}' : "";
      const { status } = await ask(`/api/connect${path}`, { method, ...(body && { body, headers: { "content-type": "application/json" } }) });
      assert.equal(status, 200);
      assert.deepEqual(seen.map((request) => [request.method, request.url, request.body, request.headers["x-api-key"]]), [[method, path, body, apiKey]]);
    });
  }

  test("passes a request without a body", async () => {
    await ask(`/api/connect${account}/enable`, { method: "POST" });
    assert.deepEqual([seen[0].body, seen[0].headers["content-type"]], ["", undefined]);
  });

  test("auth params come without their values", async () => {
    const info = { base_url: "https://a.example", parameters: [{ name: "Authorization", in: "header", value: "Bearer secret-1" }], body: { key: "secret-2" } };
    reply = (response) => response.writeHead(200, { "content-type": "application/json", "content-length": JSON.stringify(info).length }).end(JSON.stringify(info));
    const response = await ask(`/api/connect${account}/info`);
    assert.deepEqual(await response.json(), { base_url: "https://a.example", parameters: [{ name: "Authorization", in: "header", value: "********" }], body: {} });
    assert.equal(response.headers.get("content-type"), "application/json");
    reply = (response) => response.writeHead(200, { "content-type": "application/json" }).end('{"params":["secret-3"]}');
    const odd = await ask(`/api/connect${account}/info`);
    assert.deepEqual([odd.status, (await odd.text()).includes("secret")], [502, false]);
    reply = (response) => response.writeHead(404, { "content-type": "application/json" }).end('{"message":"Not found"}');
    assert.deepEqual(await (await ask(`/api/connect${account}/info`)).json(), { message: "Not found" });
    reply = (response) => response.writeHead(200).end('{"key":"info"}');
    assert.equal(await (await ask("/api/connect/api/v1/apps/info")).text(), '{"key":"info"}');
  });

  test("answers status, body, retry-after and x-request-id, and no other header of the platform", async () => {
    reply = (response) => response.writeHead(429, {
      "content-type": "application/json", "retry-after": "12", "x-request-id": "r1", "set-cookie": "a=b", "x-upstream": "host", "access-control-allow-origin": "*", "cache-control": "public",
    }).end('{"message":"slow down"}');
    const response = await ask(toolkits);
    assert.equal(response.status, 429);
    assert.equal(await response.text(), '{"message":"slow down"}');
    const { date: _, connection: __, "keep-alive": ___, ...headers } = Object.fromEntries(response.headers);
    assert.deepEqual(headers, {
      "cache-control": "no-store",
      "content-length": "23",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
      "content-type": "application/json",
      "referrer-policy": "no-referrer",
      "retry-after": "12",
      "x-content-type-options": "nosniff",
      "x-request-id": "r1",
    });
  });

  test("passes an answer without a body", async () => {
    reply = (response) => response.writeHead(204).end();
    assert.equal((await ask(toolkits)).status, 204);
  });

  test("does not follow the platform elsewhere, and does not say where it is", async () => {
    const elsewhere = `http://127.0.0.1:${upstream.address().port}/stolen`;
    for (const fail of [
      (response) => response.writeHead(302, { location: elsewhere }).end(),
      (response) => response.destroy(),
    ]) {
      reply = fail;
      const response = await ask(toolkits);
      assert.equal(response.status, 502);
      const text = await response.text();
      assert.ok(!text.includes(apiKey) && !text.includes("127.0.0.1"), text);
    }
    assert.ok(seen.every(({ url }) => url !== "/stolen"));
  });

  /** name: [path, init, status] */
  const big = "x".repeat(1024 * 1024 + 1);
  const stream = () => new ReadableStream({ start(controller) { controller.enqueue(new TextEncoder().encode(big)); controller.close(); } });
  const json = { "content-type": "application/json" };
  const refusals = {
    "another site": [toolkits, { headers: { "sec-fetch-site": "cross-site" } }, 403],
    "another port of this machine": [link, { method: "POST", body: "{}", headers: { ...json, "sec-fetch-site": "same-site" } }, 403],
    "PUT": [link, { method: "PUT", body: "{}" }, 405],
    "OPTIONS": [toolkits, { method: "OPTIONS" }, 405],
    "deleting a toolkit": [`${toolkits}/gmail`, { method: "DELETE" }, 404],
    "deleting an integration": ["/api/connect/api/v1/integrations/a", { method: "DELETE" }, 404],
    "deleting a list": ["/api/connect/api/v3/connected_accounts", { method: "DELETE" }, 404],
    "deleting the accounts of all users": ["/api/connect/api/v1/connectedAccounts/all", { method: "DELETE" }, 404],
    "the same in other letters": ["/api/connect/api/v1/connectedAccounts/aLL", { method: "DELETE" }, 404],
    "the same, encoded": ["/api/connect/api/v1/connectedAccounts/%61ll", { method: "DELETE" }, 404],
    "deleting in another site's name": [`/api/connect${ca}`, { method: "DELETE", headers: { "sec-fetch-site": "cross-site" } }, 403],
    "editing an account": [`/api/connect${ca}`, { method: "PATCH", body: "{}", headers: json }, 404],
    "editing v1 data": [`/api/connect${account}/data`, { method: "PATCH", body: "{}", headers: json }, 404],
    "revoking": [`/api/connect${ca}/revoke`, { method: "POST", body: "{}", headers: json }, 404],
    "reading what is to be posted": [`/api/connect${account}/reinitiate`, {}, 404],
    "the raw proxy": ["/api/connect/api/v3/tools/execute/proxy", { method: "POST", body: "{}", headers: json }, 404],
    "the raw proxy of v2": ["/api/connect/api/v2/actions/proxy", { method: "POST", body: "{}", headers: json }, 404],
    "every tool at once": ["/api/connect/api/v3/tools", {}, 404],
    "a big PATCH": [`/api/connect${ca}/status`, { method: "PATCH", body: big, headers: json }, 413],
    "a path that the demo does not use": ["/api/connect/api/v3/org/project/config", {}, 404],
    "making an auth config": ["/api/connect/api/v3/auth_configs", { method: "POST", body: "{}", headers: json }, 404],
    "making an integration": ["/api/connect/api/v1/integrations", { method: "POST", body: "{}", headers: json }, 404],
    "deeper than an id": [`${toolkits}/gmail/more`, {}, 404],
    "a way around": ["/api/connect/api/v3/toolkits/..%2Forg", {}, 404],
    "a body over 1 MB": [link, { method: "POST", body: big, headers: json }, 413],
    "a body over 1 MB that does not say so": [link, { method: "POST", body: stream(), duplex: "half", headers: json }, 413],
  };
  for (const [label, [path, init, status]] of Object.entries(refusals)) {
    test(`refuses ${label}`, async () => {
      const response = await ask(path, init);
      assert.equal(response.status, status);
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.equal(typeof (await response.json()).message, "string");
      assert.deepEqual(seen, []);
    });
  }

  test("serves its own pages, and whoever is no browser", async () => {
    for (const site of ["same-origin", "none"]) assert.equal((await ask(toolkits, { headers: { "sec-fetch-site": site } })).status, 200);
  });

  test("refuses a name that is not this machine's", async () => {
    const { port } = new URL(host.appUrl);
    const status = await new Promise((resolve, reject) => {
      httpRequest({ host: "127.0.0.1", port, path: toolkits, headers: { host: "evil.example" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on("error", reject).end();
    });
    assert.equal(status, 421);
    assert.deepEqual(seen, []);
  });

  test("stops asking when the page stops waiting", { timeout: 10_000 }, async () => {
    const arrived = defer();
    const closed = defer();
    reply = (response) => {
      response.on("close", closed.resolve);
      arrived.resolve();
    };
    const controller = new AbortController();
    const waiting = ask(toolkits, { signal: controller.signal });
    await arrived.promise;
    controller.abort();
    await assert.rejects(waiting, { name: "AbortError" });
    await closed.promise;
  });
});

function defer() {
  const deferred = {};
  deferred.promise = new Promise((resolve) => { deferred.resolve = resolve; });
  return deferred;
}

suite("the pages", () => {
  test("are the same for both generations, and may load only what is theirs", async () => {
    for (const path of ["/", "/v1", "/?status=success&connected_account_id=ca_1"]) {
      const response = await ask(path);
      assert.equal(response.status, 200);
      assert.equal(await response.text(), index);
      assert.equal(response.headers.get("content-type"), "text/html; charset=utf-8");
      assert.equal(
        response.headers.get("content-security-policy"),
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
          "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
      );
      assert.equal(response.headers.get("x-content-type-options"), "nosniff");
      assert.equal(response.headers.get("referrer-policy"), "no-referrer");
    }
  });

  test("come with a bundled script, its chunks and a favicon", async () => {
    const script = await ask("/main.js");
    assert.equal(script.headers.get("content-type"), "text/javascript; charset=utf-8");
    const [, chunk] = (await script.text()).match(/import\("\.\/(lazy-\w+\.js)"\)/);
    assert.match(await (await ask(`/${chunk}`)).text(), /import\.meta\.url/);
    assert.equal((await ask("/style.css")).headers.get("content-type"), "text/css; charset=utf-8");
    assert.equal((await ask("/favicon.ico")).headers.get("content-type"), "image/svg+xml");
  });

  test("nothing else is served", async () => {
    for (const path of ["/secret.txt", "/dist", "/nope.js", "/..%2Findex.html", "/.env", "/dist/main.js"]) {
      assert.equal((await ask(path)).status, 404, path);
    }
  });
});
