import assert from "node:assert/strict";
import { apiKey, integrations } from "../gateway/support.mjs";

/** Checks every behaviour of the gateway that a framework or a runtime could change. */
export async function checkGateway(sandbox, url) {
  const ask = async (method, path, { body, headers, user = "Jessica" } = {}) => {
    const response = await fetch(`${url}/api/connect${path}`, {
      method,
      headers: { "x-test-user": user, cookie: "session=secret", ...(body && { "content-type": "application/json" }), ...headers },
      ...(body && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(!text.includes(apiKey) && !/\n\s+at /.test(text), text);
    return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
  };
  sandbox.reset();

  const apps = await ask("GET", "/api/v3.1/toolkits");
  assert.deepEqual(apps.body.items.map(({ slug }) => slug).sort(), ["gmail", "shopify"]);
  assert.deepEqual([apps.headers.get("cache-control"), apps.headers.get("content-type")], ["no-store", "application/json"]);
  assert.match(apps.headers.get("x-request-id"), /^[\w-]+$/);

  assert.equal((await ask("GET", "/api/v3/toolkits/")).status, 200);
  const given = { auth_config: { id: integrations.shopify }, connection: { data: { shop: "acme", admin_api_access_token: "shpat_1" } } };
  const others = { ...given, connection: { ...given.connection, user_id: "Melissa" } };
  assert.equal((await ask("POST", "/api/v3.1/connected_accounts", { body: others })).status, 403);
  const made = await ask("POST", "/api/v3.1/connected_accounts", { body: given });
  assert.equal(made.status, 201);
  assert.equal(sandbox.accounts()[0].entityId, "Jessica");
  const account = `/api/v3.1/connected_accounts/${made.body.id}`;
  assert.equal((await ask("GET", account)).body.user_id, "Jessica");
  assert.equal((await ask("PATCH", `${account}/status`, { body: { enabled: false } })).status, 200);
  assert.equal(sandbox.accounts()[0].isDisabled, true);
  assert.equal((await ask("PATCH", `${account}/status`, { body: { enabled: true } })).status, 200);

  // Everything that must be refused.
  assert.equal((await ask("GET", account, { user: "Melissa" })).status, 404);
  assert.equal((await ask("DELETE", account, { user: "Melissa" })).status, 404);
  assert.equal((await ask("GET", "/api/v3.1/toolkits", { user: "" })).status, 401);
  assert.equal((await ask("DELETE", account, { headers: { origin: "https://evil.test" } })).status, 403);
  assert.equal((await ask("DELETE", account, { headers: { "sec-fetch-site": "cross-site" } })).status, 403);
  assert.equal((await ask("GET", "/api/v3.1/toolkits/..%2Forg")).status, 404);
  // A framework or server may refuse these before the gateway does.
  for (const [body, statuses] of [["x".repeat(1024 * 1024 + 1), [413]], ["{", [400]]]) {
    const response = await fetch(`${url}/api/connect/api/v3.1/connected_accounts/link`, { method: "POST", body, headers: { "x-test-user": "Jessica", "content-type": "application/json" } });
    await response.body.cancel();
    assert.ok(statuses.includes(response.status), String(response.status));
  }

  // The platform hangs, drops the connection, and limits the rate.
  sandbox.fault({ kind: "hang" });
  assert.equal((await ask("GET", account)).status, 504);
  sandbox.fault({ kind: "drop" });
  assert.equal((await ask("GET", account)).status, 502);
  sandbox.fault({ kind: "status", status: 429, retryAfter: 7 });
  const limited = await ask("GET", account);
  assert.deepEqual([limited.status, limited.headers.get("retry-after")], [429, "7"]);
  assert.equal((await ask("DELETE", account)).status, 200);
  assert.equal(sandbox.accounts()[0].isDeleted, true);
}
