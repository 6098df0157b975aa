import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openGateway, platformUrl, site } from "../gateway/support.mjs";

const toolkits = "/api/v3/toolkits";

suite("a path outside of the table of operations", () => {
  const account = "ca_other";
  const unknown = [
    "/api/v3/toolkits/..%2Forg", "/api/v3/toolkits/%2e%2e%2forg%2fproject", "/api/v3/toolkits/..%5corg", "/api/v3/toolkits/..%252forg", "/api/v3/toolkits/%252e%252e",
    "/api/v3/toolkits/gmail%2f..", "/api/v3/toolkits/gmail%00", "/api/v3/toolkits/gmail;v=1", "/api/v3/toolkits/gm%61il", "/api/v3/toolkits/gmail//", "/api/v3/toolkits//gmail",
    "//api/v3/toolkits/gmail", "/api//v3/toolkits/gmail", "/api/v3/toolkits//", "/API/v3/toolkits", "/api/V3/toolkits", "/api/v3/Toolkits", "/api/v3.2/toolkits", "/api/v3x1/toolkits", "/api/v3.1.1/toolkits",
    "/api/v3/../org/project/config", "/api/v3/org/project/config", "/api/v3/toolkits/../org/project/config", "/api/v3/toolkits/%2e%2e/org/project/config",
    "/api/v3/toolkits/.%2e/org", "/api/v3/toolkits\\..\\org", "/api/v3/connected_accounts/../org", "/../../api/v3/org", "/api/v3/toolkits/g mail", "/api/v3/toolkits/é",
    "/api/v3/tools/GMAIL_GET_PROFILE", "/api/v3/tools/execute", "/api/v3/Tools", "/api/v3/connected_accounts/all", "/api/v3/connected_accounts/ALL",
    "/api/v3/connected_accounts/%61ll", "/api/v3/internal", "/", "", "/api", "/api/v3", `/api/v3/connected_accounts/${account}/more`, `/api/v3/connected_accounts/${account}/status`,
    "/api/v3/toolkits/.", "/api/v3/toolkits/..", "/api/v3/toolkits/...", "/api/v3/auth_configs/a.b", "/api/v3/toolkits/gmail:8080", "/api/v3/toolkits/gmail@evil", "/api/v3/toolkits/*",
    "/https://evil.test/", "/http:/evil.test", "/%2f%2fevil.test", "/\\evil.test", "/api/v3/toolkits/https:%2f%2fevil.test", "/@evil.test/api/v3/toolkits", "/.evil.test/api/v3/toolkits",
  ];
  test("never reaches the platform, in any spelling", async () => {
    for (const path of unknown) {
      for (const method of ["GET", "DELETE"]) {
        const opened = openGateway();
        const { status, text } = await opened.as("Jessica")(method, path);
        // The URL parser resolves dot segments before the gateway reads the path. The result may be an operation.
        assert.ok(status === 404 || opened.upstreamRequests.every(({ url }) => url === `${platformUrl}/api/v3/toolkits?limit=1000`), `${method} ${path}: ${status} ${text}`);
        assert.ok(opened.upstreamRequests.every(({ method }) => method === "GET"), path);
      }
    }
  });

  test("includes one with an invalid id", async () => {
    for (const id of ["..%2Forg", "%2e%2e%2forg", "all", "ALL", "a.b", "a%20b", "a;b", "a".repeat(201)]) {
      const { body } = await openGateway().as("Jessica")("GET", `/api/v3/connected_accounts/${id}`);
      assert.equal(body.error.slug, "Gateway_NotFound", id);
    }
  });

  test("includes one outside of `basePath`", async () => {
    for (const path of [toolkits, `/api/connectx${toolkits}`, `/x/api/connect${toolkits}`, `/API/CONNECT${toolkits}`, `/api/connect/api/connect${toolkits}`, `//api/connect${toolkits}`, `/api%2fconnect${toolkits}`]) {
      const { gateway, upstreamRequests } = openGateway();
      const response = await gateway(new Request(site + path, { headers: { "x-test-user": "Jessica" } }));
      assert.deepEqual([response.status, upstreamRequests], [404, []], path);
    }
  });

  test("cannot change the platform's host, user or port", async () => {
    for (const url of [`https://evil.test/api/connect${toolkits}`, `https://a:b@evil.test:444/api/connect${toolkits}`, `https://app.test/api/connect${toolkits}#@evil.test`]) {
      const { gateway, upstreamRequests } = openGateway();
      await gateway(Object.defineProperty(new Request(site, { headers: { "x-test-user": "Jessica" } }), "url", { value: url }));
      assert.deepEqual(upstreamRequests.map(({ url }) => url), [`${platformUrl}${toolkits}?limit=1000`]);
    }
  });
});

suite("a platform route outside of the table of operations is answered with 404", () => {
  const id = "ca_1";
  for (const [method, path] of [
    ["POST", `/api/v3/connected_accounts/${id}/revoke`],
    ["DELETE", "/api/v3/connected_accounts"], ["DELETE", "/api/v3/connected_accounts/"], ["DELETE", "/api/v3/connected_accounts/All"], ["DELETE", "/api/v3/connected_accounts/all"],
    ["POST", "/api/v3/tools/execute/proxy"], ["POST", "/api/v3/tools/execute/ZENDESK_LIST_TICKETS"],
    ["POST", "/api/v3/tools/execute/gmail_get_profile"], ["DELETE", "/api/v3/auth_configs/ac_1"], ["PATCH", "/api/v3/auth_configs/ac_1"], ["PATCH", "/api/v3/auth_configs/ac_1/ENABLED"],
    ["POST", "/api/v3/connected_accounts/complete_auth"], ["GET", "/api/v3.1/connected_accounts/complete_auth/x"],
    ["POST", "/api/v3/tool_router/session"], ["GET", "/api/v3/org/project/config"], ["GET", `/api/v3/connected_accounts/${id}/refresh`], ["POST", `/api/v3/connected_accounts/${id}`],
    ["POST", toolkits], ["DELETE", `${toolkits}/gmail`],
  ]) {
    test(`for ${method} ${path}`, async () => {
      const opened = openGateway();
      const { status } = await opened.as("Jessica")(method, path, ["POST", "PATCH"].includes(method) ? { body: {} } : {});
      assert.deepEqual([status, opened.upstreamRequests], [404, []]);
    });
  }
});

suite("a request's method", () => {
  for (const method of ["HEAD", "OPTIONS", "PUT", "PROPFIND", "QUERY", "get ", "delete\t", "LINK"]) {
    test(`must be one of the table's, got ${JSON.stringify(method)}`, async () => {
      const { gateway, upstreamRequests } = openGateway();
      const request = Object.defineProperty(new Request(`${site}/api/connect${toolkits}`, { headers: { "x-test-user": "Jessica" } }), "method", { value: method });
      const response = await gateway(request);
      assert.deepEqual([response.status, response.headers.get("allow"), upstreamRequests], [405, "GET, POST, PATCH, DELETE", []]);
      assert.equal(response.headers.get("access-control-allow-origin"), null);
    });
  }

  test("is not overridden by a header, a parameter or a member", async () => {
    for (const name of ["x-http-method-override", "x-http-method", "x-method-override", "_method", "x-original-url", "x-rewrite-url"]) {
      const opened = openGateway();
      const id = await opened.createAccount("Jessica");
      const path = `/api/v3/connected_accounts/${id}`;
      const value = name.endsWith("url") ? "/api/v3/org/project/config" : "DELETE";
      opened.upstreamRequests.length = 0;
      assert.equal((await opened.as("Jessica")("GET", path, { headers: { [name]: value } })).status, 200);
      assert.equal((await opened.as("Jessica")("GET", path, { query: `${name}=${encodeURIComponent(value)}` })).status, 400);
      assert.equal((await opened.as("Jessica")("POST", `${path}/refresh`, { body: { [name]: value } })).status, 400);
      assert.ok(opened.upstreamRequests.length > 0 && opened.upstreamRequests.every(({ method, path, headers }) => method === "GET" && path.startsWith("/api/v3/connected_accounts") && headers[name] === undefined));
      assert.equal(opened.sandbox.accounts()[0].isDeleted, false);
    }
  });
});

suite("a request's headers", () => {
  test("do not reach the platform: the gateway sends only its own", async () => {
    const opened = openGateway();
    const id = await opened.createAccount("Jessica");
    opened.upstreamRequests.length = 0;
    const headers = {
      "x-api-key": "mine", "x-org-api-key": "mine", "x-user-api-key": "mine", cookie: "session=1; authToken=2", authorization: "Bearer session", "proxy-authorization": "Basic a",
      host: "evil.test", "x-forwarded-host": "evil.test", "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http", forwarded: "for=127.0.0.1", "x-real-ip": "127.0.0.1", via: "1.1 a",
      connection: "x-api-key", "keep-alive": "timeout=5", te: "trailers", trailer: "x-api-key", "transfer-encoding": "chunked", upgrade: "h2c", expect: "100-continue",
      accept: "text/html", "accept-encoding": "br", "accept-language": "de", "user-agent": "agent", referer: "https://app.test/secret", range: "bytes=0-1", "if-none-match": "a",
      "x-request-id": "mine", "content-type": "application/json; charset=utf-16", dnt: "1",
    };
    await opened.as("Jessica")("POST", `/api/v3/connected_accounts/${id}/refresh`, { body: {}, headers });
    assert.ok(opened.upstreamRequests.length >= 2);
    for (const { headers, method } of opened.upstreamRequests) {
      assert.deepEqual(headers, {
        accept: "application/json", "x-api-key": "platform-key-0123456789", ...(method === "POST" && { "content-type": "application/json" }),
      });
    }
  });

  test("cannot make another site same-origin by X-Forwarded-Host", async () => {
    const { as } = openGateway();
    const headers = { origin: "https://evil.test", "x-forwarded-host": "evil.test", "x-forwarded-proto": "https", forwarded: "host=evil.test" };
    assert.equal((await as("Jessica")("DELETE", "/api/v3/connected_accounts/ca_1", { headers })).status, 403);
  });
});

suite("a request of another site's page", () => {
  const path = "/api/v3/connected_accounts/ca_1";
  const statusFor = async (headers, method = "DELETE", options) => {
    const { as, upstreamRequests } = openGateway(options);
    const { status, body } = await as("Jessica")(method, path, { headers });
    if (status === 403) assert.deepEqual([body.error.slug, upstreamRequests], ["Gateway_OriginRefused", []]);
    return status;
  };
  const rejected = {
    "Sec-Fetch-Site: cross-site": { "sec-fetch-site": "cross-site" },
    "Sec-Fetch-Site: same-site": { "sec-fetch-site": "same-site" },
    "Sec-Fetch-Site: cross-site with our origin": { "sec-fetch-site": "cross-site", origin: site },
    "an invalid Sec-Fetch-Site": { "sec-fetch-site": "Same-Origin " },
    "a Sec-Fetch-Site of two values": { "sec-fetch-site": "same-origin, cross-site" },
    "another site's origin, from an old browser": { origin: "https://evil.test" },
    "the origin of a sandboxed frame": { origin: "null" },
    "a subdomain": { origin: "https://x.app.test" },
    "a host that starts with ours": { origin: "https://app.test.evil.test" },
    "another port": { origin: "https://app.test:8443" },
    "our host over plain http": { origin: "http://app.test" },
    "a blob URL of our origin": { origin: "blob:https://app.test" },
    "a filesystem URL of our origin": { origin: "filesystem:https://app.test" },
    "a data URL": { origin: "data:," },
    "a file URL": { origin: "file://" },
    "origin null with a referrer of ours": { origin: "null", referer: "https://app.test/" },
    "another site's origin with a referrer of ours": { origin: "https://evil.test", referer: "https://app.test/" },
    "our origin with a slash": { origin: "https://app.test/" },
    "two origins": { origin: "https://app.test, https://evil.test" },
  };
  for (const [name, headers] of Object.entries(rejected)) {
    test(`is answered with 403: ${name}`, async () => {
      for (const method of ["DELETE", "GET"]) assert.equal(await statusFor(headers, method), 403);
    });
  }

  test("is allowed as a navigation without a site when it only reads", async () => {
    assert.equal(await statusFor({ "sec-fetch-site": "none" }, "GET"), 404);
    assert.equal(await statusFor({ "sec-fetch-site": "none" }), 403);
  });

  test("is distinguished from requests of our own pages, listed origins and programs, which are allowed", async () => {
    for (const headers of [{ "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "same-origin", origin: site }, { origin: site }, {}]) assert.equal(await statusFor(headers), 404);
    const other = { origin: "https://other.test", "sec-fetch-site": "cross-site" };
    assert.equal(await statusFor(other), 403);
    assert.equal(await statusFor(other, "DELETE", { origins: ["https://other.test"] }), 404);
    assert.equal(await statusFor({ ...other, origin: "https://other.test.evil.test" }, "DELETE", { origins: ["https://other.test"] }), 403);
  });

  test("is distinguished from our own page in an old browser behind a TLS proxy", async () => {
    const { gateway } = openGateway();
    const ask = async (origin) => (await gateway(new Request(`http://app.test/api/connect${path}`, { method: "DELETE", headers: { origin, "x-test-user": "Jessica" } }))).status;
    assert.deepEqual([await ask("https://app.test"), await ask("https://evil.test"), await ask("https://app.test:444")], [404, 403, 403]);
  });

  test("is rejected before `authenticate` is called", async () => {
    let asked = 0;
    const { ask } = openGateway({ authenticate: () => { asked += 1; return "Jessica"; } });
    assert.equal((await ask("POST", path, { headers: { "sec-fetch-site": "cross-site" }, body: {} })).status, 403);
    assert.equal(asked, 0);
  });
});

suite("a request's query", () => {
  test("with unknown, repeated or invalid parameters is rejected before the platform is asked", async () => {
    for (const query of ["api_key=1", "x-api-key=1", "limit=1&limit=1000", "limit=1&LIMIT=2", "limit[]=1", "limit=0", "limit=-1", "limit=1e9", "limit=99999999", "limit=", "cursor=a&cursor=b", "__proto__=a", "__proto__[limit]=1", "constructor=1", "redirect_url=https://evil.test", "=a", "callback=alert"]) {
      const { as, upstreamRequests } = openGateway();
      const { status } = await as("Jessica")("GET", toolkits, { query });
      assert.deepEqual([status, upstreamRequests], [400, []], query);
    }
  });

  test("is encoded anew, so that no value becomes another parameter", async () => {
    const { as, upstreamRequests } = openGateway();
    await as("Jessica")("GET", "/api/v3/connected_accounts", { query: "statuses=ACTIVE%26user_ids%3DMelissa%23&order_by=%0d%0ax-api-key%3a1" });
    const [{ url, query, headers }] = upstreamRequests;
    assert.deepEqual(query, { statuses: "ACTIVE&user_ids=Melissa#", order_by: "\r\nx-api-key:1", user_ids: "Jessica", toolkit_slugs: "gmail,shopify" });
    assert.ok(!/[\r\n]/.test(url));
    assert.equal(headers["x-api-key"], "platform-key-0123456789");
  });
});

suite("caches and redirects", () => {
  test("are bypassed on the way to the platform", async () => {
    const { as, upstreamRequests } = openGateway();
    await as("Jessica")("GET", toolkits);
    assert.deepEqual(upstreamRequests.map(({ cache, redirect }) => [cache, redirect]), [["no-store", "manual"]]);
  });

  test("keep no answer, neither a success nor an error", async () => {
    const opened = openGateway();
    const answers = [
      await opened.as("Jessica")("GET", toolkits), await opened.ask("GET", toolkits), await opened.as("Jessica")("GET", "/nowhere"),
      await opened.as("Jessica")("GET", "/api/v3/connected_accounts/ca_1"), await opened.as("Jessica")("POST", "/api/v3/connected_accounts/link", { body: [] }),
      await opened.as("Jessica")("GET", `${toolkits}/gmail.css`), await opened.as("Jessica")("GET", `${toolkits}/gmail`, { headers: { "if-none-match": "*" } }),
    ];
    assert.deepEqual(answers.map(({ status }) => status), [200, 401, 404, 404, 400, 404, 200]);
    for (const { headers } of answers) {
      assert.deepEqual([headers.get("cache-control"), headers.get("etag"), headers.get("x-content-type-options"), headers.get("content-type")], ["no-store", null, "nosniff", "application/json"]);
    }
  });
});
