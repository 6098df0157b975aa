import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { calls, gatewayRequests } from "../support/calls.mjs";
import { accountRequests, integrations, openGateway } from "./support.mjs";

const shopify = { shop: "acme", admin_api_access_token: "t" };
/** Every operation that does not name an account, and that both versions have. */
const otherOperations = [
  ...Object.entries(gatewayRequests).filter(([name, request]) => !calls[name].isNew && !JSON.stringify(request).includes("ca_1")).map(([, request]) => request),
  { method: "POST", path: "/api/v3.1/connected_accounts", body: { auth_config: { id: integrations.shopify }, connection: { data: shopify } } },
];

/** Requests every operation at a changed path. Returns the answers, with the paths that the platform received. */
async function requestAll(change) {
  const opened = openGateway();
  const ids = [await opened.createAccount("Jessica"), await opened.createAccount("Jessica", "gmail")];
  const found = [];
  for (const { method, path, body, query } of [...otherOperations, ...accountRequests(...ids)]) {
    opened.upstreamRequests.length = 0;
    const { status, text } = await opened.as("Jessica")(method, change(path), { body, query });
    found.push({ method, path, status, text, asked: opened.upstreamRequests.map(({ path }) => path) });
  }
  return found;
}

suite("the path of a request", () => {
  for (const prefix of ["/api/v3.1", "/api/v3"]) {
    test(`keeps its version on the way to the platform: ${prefix}`, async () => {
      for (const { path, status, text, asked } of await requestAll((path) => path.replace("/api/v3.1", prefix))) {
        assert.ok(status < 300, `${path}: ${status} ${text}`);
        assert.ok(asked.length > 0 && asked.every((path) => path.startsWith(`${prefix}/`)), asked.join(" "));
      }
    });
  }

  test("may end in one slash, which is removed on the way to the platform", async () => {
    const plain = await requestAll((path) => path);
    const slashed = await requestAll((path) => `${path}/`);
    assert.deepEqual(slashed.map(({ status }) => status), plain.map(({ status }) => status));
    assert.ok(slashed.every(({ asked }) => asked.length > 0 && asked.every((path) => !path.endsWith("/"))));
    for (const { path, status, asked } of await requestAll((path) => `${path}//`)) assert.deepEqual([status, asked], [404, []], path);
  });

  test("of a retired version is answered with 410 and what to update", async () => {
    for (const path of [
      "/api/v1", "/api/v1/", "/api/v1/apps", "/api/v1/connectedAccounts", "/api/v1/connectedAccounts/ca_1/reinitiate", "/api/v2/actions/GMAIL_GET_PROFILE/execute", "/api/v2/",
    ]) {
      for (const method of ["GET", "POST", "DELETE"]) {
        const opened = openGateway();
        const { status, body } = await opened.as("Jessica")(method, path);
        assert.deepEqual([status, body.error.slug, opened.upstreamRequests], [410, "Gateway_Retired", []], path);
        assert.match(body.error.message, /update connect-flow in the page/);
      }
    }
  });

  test("of an unknown version is answered with 404", async () => {
    for (const path of ["/api/v4/toolkits", "/api/v10/apps", "/api/v3.10/toolkits", "/api/v3./toolkits", "/api/v03/toolkits", "/api/toolkits", "/toolkits"]) {
      const opened = openGateway();
      const { status, body } = await opened.as("Jessica")("GET", path);
      assert.deepEqual([status, body.error.slug, opened.upstreamRequests], [404, "Gateway_NotFound", []], path);
    }
  });
});
