import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, suite, test } from "node:test";
import { startHost } from "../../www/host/server.mjs";
import { defer } from "./defer.mjs";

const apiKey = "platform-key-0123456789";
const index = "<!doctype html><title>App</title><script type=module src=/main.js></script>";

let pages;
let host;
let upstream;
let seen;
let reply;

/** Starts the app in front of a platform that records requests in `seen` and answers with `reply`. tests/gateway tests the gateway itself. */
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
const requestApp = (path, init) => fetch(host.appUrl + path, init);

suite("the demo's gateway", () => {
  const account = (user_id) => JSON.stringify({ id: "ca_1", user_id, toolkit: { slug: "gmail" }, status: "ACTIVE" });
  const answerWith = (body) => { reply = (response) => response.writeHead(200, { "content-type": "application/json" }).end(body); };

  test("adds the platform's key and the user of the page", async () => {
    answerWith('{"items":[]}');
    for (const [headers, user] of [[{}, "Jessica"], [{ "demo-user": "Melissa" }, "Melissa"]]) {
      seen = [];
      const own = { headers: { ...headers, cookie: "a=b" } };
      assert.equal((await requestApp("/api/connect/api/v3/connected_accounts?user_ids=somebody", own)).status, 403);
      const response = await requestApp("/api/connect/api/v3/connected_accounts", own);
      assert.deepEqual([response.status, await response.json()], [200, { items: [], next_cursor: null, user_id: user }]);
      assert.deepEqual(seen.map(({ method, url, headers }) => [method, url.split("?")[0], headers["x-api-key"], headers.cookie]), [
        ["GET", "/api/v3/connected_accounts", apiKey, undefined],
      ]);
      assert.equal(new URL(seen[0].url, host.appUrl).searchParams.get("user_ids"), user);
    }
    assert.equal((await requestApp(toolkits, { headers: { "demo-user": "Eve" } })).status, 401);
  });

  test("hides the accounts of another user", async () => {
    answerWith(account("Jessica"));
    const statusFor = async (name) => (await requestApp("/api/connect/api/v3/connected_accounts/ca_1", { headers: { "demo-user": name } })).status;
    assert.deepEqual([await statusFor("Jessica"), await statusFor("Melissa")], [200, 404]);
  });

  test("allows callbacks to this machine's app only", async () => {
    answerWith('{"id":"ac_1","toolkit":{"slug":"gmail"},"connected_account_id":"ca_1","redirect_url":"https://a.example/"}');
    const { port } = new URL(host.appUrl);
    const post = async (callback_url) => (await requestApp(link, {
      method: "POST", body: JSON.stringify({ auth_config_id: "ac_1", callback_url }), headers: { "content-type": "application/json" },
    })).status;
    for (const name of ["localhost", "127.0.0.1", "[::1]"]) assert.equal(await post(`http://${name}:${port}/done`), 200);
    for (const url of [`http://localhost:${Number(port) + 1}/`, "https://evil.example/", `https://localhost:${port}/`]) assert.equal(await post(url), 400, url);
  });

  test("refuses what the demo does not use, and cross-site requests", async () => {
    for (const [method, path, headers, status] of [
      ["POST", "/api/connect/api/v3/tools/execute/FIRECRAWL_SCRAPE", {}, 404], ["POST", "/api/connect/api/v3/auth_configs", {}, 403],
      ["GET", "/api/connect/api/v3/toolkits/slack", {}, 404], ["GET", "/api/connect/api/v3/org/project/config", {}, 404],
      ["GET", toolkits, { "sec-fetch-site": "cross-site" }, 403], ["POST", link, { "sec-fetch-site": "same-site" }, 403],
    ]) {
      const response = await requestApp(path, { method, headers });
      assert.deepEqual([response.status, seen], [status, []], path);
    }
  });

  test("refuses a Host header that names another machine", async () => {
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

  test("aborts the request to the platform when the page aborts", { timeout: 10_000 }, async () => {
    const arrived = defer();
    const closed = defer();
    reply = (response) => {
      response.on("close", closed.resolve);
      arrived.resolve();
    };
    const controller = new AbortController();
    const waiting = requestApp(toolkits, { signal: controller.signal });
    await arrived.promise;
    controller.abort();
    await assert.rejects(waiting, { name: "AbortError" });
    await closed.promise;
  });
});

suite("the demo's pages", () => {
  test("have a strict policy, whatever the query", async () => {
    for (const path of ["/", "/?status=success&connected_account_id=ca_1"]) {
      const response = await requestApp(path);
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

  test("come with a script bundle, its chunks and a favicon", async () => {
    const script = await requestApp("/main.js");
    assert.equal(script.headers.get("content-type"), "text/javascript; charset=utf-8");
    const [, chunk] = (await script.text()).match(/import\("\.\/(lazy-\w+\.js)"\)/);
    assert.match(await (await requestApp(`/${chunk}`)).text(), /import\.meta\.url/);
    assert.equal((await requestApp("/style.css")).headers.get("content-type"), "text/css; charset=utf-8");
    assert.equal((await requestApp("/favicon.ico")).headers.get("content-type"), "image/svg+xml");
  });

  test("no other file is served", async () => {
    for (const path of ["/v1", "/secret.txt", "/dist", "/nope.js", "/..%2Findex.html", "/.env", "/dist/main.js"]) {
      assert.equal((await requestApp(path)).status, 404, path);
    }
  });
});
