import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { json, makeClient, memoryStorage } from "./client.mjs";
import { Browser } from "./browser.mjs";

const typed = "shpat_9f8e7d6c5b4a";
const personal = { entityId: "jessica.jones@example.com", search: "who@example.com", session: "tok-4711-session" };

/** A client of a sandbox; `fault` is what the sandbox does wrong first. */
async function open(options, fault) {
  const sandbox = createSandbox({ apiKey: "key" });
  if (fault) sandbox.fault(fault);
  const client = await makeClient({
    baseUrl: "https://sandbox.test", entityId: personal.entityId, unsafeApiKey: "key", redirectUrl: "https://app.test/done",
    headers: { "x-session": personal.session }, storage: memoryStorage(), fetch: (request) => sandbox.fetch(request), ...options,
  });
  return { sandbox, client };
}

const words = (entries) => entries.map(({ kind, operation, what, code }) => [kind, operation ?? what, ...(code ? [code] : [])].join(" "));

suite("the trace of requests", () => {
  test("of a connection by redirect is its requests and its record, in order", async () => {
    const { sandbox, client } = await open();
    assert.deepEqual(client.trace(), []);
    const before = Date.now();
    const { redirectUrl, flowId } = await client.initiateConnection({ app: "gmail" });
    const browser = new Browser({ send: (request) => sandbox.fetch(request), stopAt: "https://app.test" });
    const { url } = await browser.submit(await browser.visit(redirectUrl), { decision: "allow" });
    await client.completeConnection({ url: url.href });
    const trace = client.trace();
    const looked = ["listIntegrations", "getApp", "link"];
    const expected = [...looked.map((name) => `request ${name}`), "storage stored", "request getAccount", "storage stored"];
    assert.deepEqual(words(trace), expected);
    assert.equal(trace[3].flow, flowId.slice(0, 6));
    const route = "/api/v3.1/connected_accounts/{id}";
    const { atMs, ms, ...look } = trace[4];
    assert.deepEqual(look, { kind: "request", operation: "getAccount", method: "GET", route, status: 200 });
    assert.ok(Number.isInteger(ms) && ms >= 0 && ms < 10_000);
    const times = trace.map(({ atMs }) => atMs);
    assert.deepEqual(times, times.toSorted((a, b) => a - b));
    assert.ok(before <= times[0] && times.at(-1) <= Date.now());
    assert.deepEqual(JSON.parse(JSON.stringify(trace)), trace, "it is plain data");
  });

  test("has every try, with its code", async () => {
    const { client } = await open({ retry: 2 }, { method: "GET", path: /connected/, status: 503, kind: "status", times: 2, retryAfter: 0 });
    await client.connectedAccounts.list().next();
    const requests = client.trace().map(({ status, code }) => [status, code]);
    assert.deepEqual(requests, [[503, "server"], [503, "server"], [200, undefined]]);
  });

  test("has what got no answer", async () => {
    const { client } = await open({ retry: 0, fetch: () => Promise.reject(new TypeError(`no ${typed}`)) });
    await client.connectedAccounts.get({ connectedAccountId: "ca_1" }).catch(() => {});
    const [{ code, status }] = client.trace();
    assert.deepEqual([code, status], ["network", undefined]);
  });

  test("holds nothing that was typed, named or answered", async () => {
    const { sandbox, client } = await open({ createIntegrations: true, retry: 0 });
    const secrets = [typed, "acme-store", personal.entityId, "jessica", "example.com", personal.session, "key-in", "app.test", "sandbox.test"];
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
      () => client.apps.list({ search: personal.search }).next(),
      () => client.apps.get({ app: typed }),
      () => client.integrations.get({ integrationId: typed }),
      () => client.integrations.list({ app: personal.search }).next(),
      () => client.executeAction({ action: "SHOPIFY_GET_SHOP", input: { to: personal.search } }),
      () => client.executeAction({ action: typed, input: { to: personal.search } }),
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
});
suite("the trace", () => {
  test("says when the storage failed", async () => {
    const full = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    const { client } = await open({ storage: { ...memoryStorage(), setItem: full } });
    await client.initiateConnection({ app: "gmail" });
    assert.equal(words(client.trace()).at(-1), "storage kept_in_memory");
  });

  test("says when an old record was removed", async () => {
    const storage = memoryStorage();
    const { client } = await open({ storage });
    const { flowId } = await client.initiateConnection({ app: "gmail" });
    const [[key, record]] = storage.map;
    storage.map.set(key, record.replace(/"(startedAtMs|expiresAtMs)":\d+/g, '"$1":1'));
    await client.initiateConnection({ app: "gmail" });
    const [removed] = client.trace().filter(({ what }) => what === "removed");
    assert.equal(removed?.flow, flowId.slice(0, 6));
  });

  test("is bounded, and of this client alone", async () => {
    const options = { retry: 0, fetch: () => json({ id: "ca_1", status: "ACTIVE" }) };
    const { client } = await open(options);
    for (let n = 0; n < 230; n++) await client.connectedAccounts.get({ connectedAccountId: "ca_1" });
    assert.equal(client.trace().length, 200);
    assert.deepEqual((await open(options)).client.trace(), []);
    // What the caller does to the array is his own affair.
    client.trace().length = 0;
    assert.equal(client.trace().length, 200);
  });
});
