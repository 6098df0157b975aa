import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { callbackAfterConsent } from "./browser.mjs";
import { json, makeSandboxClient, memoryStorage } from "./client.mjs";

const typed = "shpat_9f8e7d6c5b4a";
const personalData = { entityId: "jessica.jones@example.com", search: "who@example.com", session: "tok-4711-session" };

/** A client of a sandbox whose first requests may meet a fault. */
async function openSandboxClient(options, fault) {
  const sandbox = createSandbox();
  if (fault) sandbox.fault(fault);
  const client = await makeSandboxClient(sandbox, { entityId: personalData.entityId, headers: { "x-session": personalData.session }, ...options });
  return { sandbox, client };
}

const summary = (entries) => entries.map(({ kind, operation, what, code }) => [kind, operation ?? what, ...(code ? [code] : [])].join(" "));

suite("the trace", () => {
  test("lists the requests and stored records of a connection by redirect, in order", async () => {
    const { sandbox, client } = await openSandboxClient();
    assert.deepEqual(client.trace(), []);
    const before = Date.now();
    const { redirectUrl, flowId } = await client.initiateConnection({ app: "gmail" });
    await client.completeConnection({ url: await callbackAfterConsent(sandbox, redirectUrl) });
    const trace = client.trace();
    const requests = ["listIntegrations", "getApp", "link"];
    const expected = [...requests.map((name) => `request ${name}`), "storage stored", "request getAccount", "storage stored"];
    assert.deepEqual(summary(trace), expected);
    assert.equal(trace[3].flow, flowId.slice(0, 6));
    const route = "/api/v3.1/connected_accounts/{id}";
    const { atMs, ms, ...check } = trace[4];
    assert.deepEqual(check, { kind: "request", operation: "getAccount", method: "GET", route, status: 200 });
    assert.ok(Number.isInteger(ms) && ms >= 0 && ms < 10_000);
    const times = trace.map(({ atMs }) => atMs);
    assert.deepEqual(times, times.toSorted((a, b) => a - b));
    assert.ok(before <= times[0] && times.at(-1) <= Date.now());
    assert.deepEqual(JSON.parse(JSON.stringify(trace)), trace, "plain data");
  });

  test("has an entry with an error code for every retry", async () => {
    const { client } = await openSandboxClient({ retry: 2 }, { method: "GET", path: /connected/, status: 503, kind: "status", times: 2, retryAfter: 0 });
    await client.connectedAccounts.list().next();
    const requests = client.trace().map(({ status, code }) => [status, code]);
    assert.deepEqual(requests, [[503, "server"], [503, "server"], [200, undefined]]);
  });

  test("has an entry for a request without a response", async () => {
    const { client } = await openSandboxClient({ retry: 0, fetch: () => Promise.reject(new TypeError(`no ${typed}`)) });
    await client.connectedAccounts.get({ connectedAccountId: "ca_1" }).catch(() => {});
    const [{ code, status }] = client.trace();
    assert.deepEqual([code, status], ["network", undefined]);
  });

  test("holds no typed value, argument or server text", async () => {
    const { sandbox, client } = await openSandboxClient({ createIntegrations: true, retry: 0 });
    const secrets = [typed, "acme-store", personalData.entityId, "jessica", "example.com", personalData.session, "key-in", "app.test", "sandbox.test"];
    const { connectedAccountId } = await client.initiateConnection({ app: "shopify", data: { shop: "acme-store", admin_api_access_token: typed } });
    const oauth = await client.initiateConnection({ app: "gmail" });
    const integration = await client.integrations.create({ app: "firecrawl" });
    secrets.push(connectedAccountId, oauth.connectedAccountId, oauth.flowId, oauth.redirectUrl, integration.id);
    const calls = [
      () => client.connectedAccounts.get({ connectedAccountId }),
      () => client.connectedAccounts.refresh({ connectedAccountId }),
      () => client.connectedAccounts.disable({ connectedAccountId }),
      () => client.connectedAccounts.enable({ connectedAccountId }),
      () => client.getAuthParams({ connectedAccountId }),
      () => client.apps.list({ search: personalData.search }).next(),
      () => client.apps.get({ app: typed }),
      () => client.integrations.get({ integrationId: typed }),
      () => client.integrations.list({ app: personalData.search }).next(),
      () => client.executeAction({ action: "SHOPIFY_GET_SHOP", input: { to: personalData.search } }),
      () => client.executeAction({ action: typed, input: { to: personalData.search } }),
      () => client.completeConnection({ url: `https://app.test/done?cf_flow=${oauth.flowId}&error=access_denied&error_description=${typed}` }),
      () => client.connectedAccounts.delete({ connectedAccountId }),
      () => client.initiateConnection({ app: "shopify", data: { shop: typed } }),
    ];
    for (const call of calls) {
      sandbox.advance(1000);
      await call().catch((error) => assert.equal(error.name, "ConnectError", String(error)));
    }
    const text = JSON.stringify(client.trace());
    assert.ok(client.trace().length > calls.length);
    for (const secret of secrets) assert.ok(!text.includes(secret), `${secret} in ${text}`);
    const known = ["atMs", "kind", "flow", "operation", "method", "route", "state", "what", "status", "ms", "code"];
    for (const entry of client.trace()) {
      for (const [name, value] of Object.entries(entry)) {
        assert.ok(known.includes(name) && ["number", "string"].includes(typeof value), name);
        if (name === "route") assert.match(value, /^\/api\/v3\.1(\/[a-z_]+|\/\{id\})+$/);
      }
    }
  });

  test("says if a record was kept in memory because the storage failed", async () => {
    const full = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    const { client } = await openSandboxClient({ storage: { ...memoryStorage(), setItem: full } });
    await client.initiateConnection({ app: "gmail" });
    assert.equal(summary(client.trace()).at(-1), "storage kept_in_memory");
  });

  test("says if an old record was removed", async () => {
    const storage = memoryStorage();
    const { client } = await openSandboxClient({ storage });
    const { flowId } = await client.initiateConnection({ app: "gmail" });
    const [[key, record]] = storage.map;
    storage.map.set(key, record.replace(/"(startedAtMs|expiresAtMs)":\d+/g, '"$1":1'));
    await client.initiateConnection({ app: "gmail" });
    const [removed] = client.trace().filter(({ what }) => what === "removed");
    assert.equal(removed?.flow, flowId.slice(0, 6));
  });

  test("keeps the last 200 entries of one client", async () => {
    const options = { retry: 0, fetch: () => json({ id: "ca_1", status: "ACTIVE" }) };
    const { client } = await openSandboxClient(options);
    for (let n = 0; n < 230; n++) await client.connectedAccounts.get({ connectedAccountId: "ca_1" });
    assert.equal(client.trace().length, 200);
    assert.deepEqual((await openSandboxClient(options)).client.trace(), []);
    // Each call returns an array of its own.
    client.trace().length = 0;
    assert.equal(client.trace().length, 200);
  });
});
