import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createGateway } from "connect-flow/server";
import { createSandbox } from "connect-flow/testing";
import { callbackAfterConsent } from "./browser.mjs";
import { collect, json, makeClient, memoryStorage, rejectsWith } from "./client.mjs";

const apiKey = "platform-key-0123456789";
const home = "https://app.test";
const values = { shop: "acme", admin_api_access_token: "shpat_1" };

/** A platform and a gateway. `behind(user)` makes a client with that user's session, `direct()` one without a gateway. */
function openGateway(sandboxOptions) {
  const sandbox = createSandbox({ apiKey, ...sandboxOptions });
  const operations = ["connect", "manage", "apps.list", "getAuthParams", "executeAction"];
  const gateway = createGateway({
    apiKey, upstream: "https://platform.test", redirectOrigins: [home], fetch: (request) => sandbox.fetch(request),
    authenticate: (request) => request.headers.get("x-user"),
    allow: { operations, apps: ["gmail", "shopify"], actions: ["SHOPIFY_GET_SHOP"] },
  });
  const shared = { redirectUrl: `${home}/done`, retry: 0 };
  const behind = (user, options) => makeClient({
    ...shared, baseUrl: `${home}/api/connect`, storage: memoryStorage(), headers: { "x-user": user }, fetch: (request) => gateway(request), ...options,
  });
  const direct = (options) => makeClient({ ...shared, baseUrl: "https://platform.test", storage: memoryStorage(), unsafeApiKey: apiKey, fetch: (request) => sandbox.fetch(request), ...options });
  const approve = (url) => callbackAfterConsent(sandbox, url);
  return { sandbox, behind, direct, approve };
}

async function rejects(call, code, field) {
  const { retryable } = await rejectsWith(call, code, field);
  assert.equal(retryable, false);
}

for (const omitDeprecated of [false, true]) {
  const kind = omitDeprecated ? "a platform without deprecated members" : "a platform";

  suite(`a client without an entity, behind a gateway of ${kind}`, () => {
    test("acts for the session's user in every call", async () => {
      const { sandbox, behind, approve } = openGateway({ omitDeprecated });
      const client = await behind("Jessica");
      await (await behind("Melissa")).initiateConnection({ app: "shopify", data: values });
      const request = await client.initiateConnection({ app: "gmail" });
      assert.equal(request.entityId, "Jessica");
      assert.deepEqual(client.pending().map(({ entityId }) => entityId), ["Jessica"]);
      const { account, connectedAccountId } = await client.completeConnection({ url: await approve(request.redirectUrl) });
      assert.deepEqual([account.status, account.app], ["ACTIVE", "gmail"]);
      const key = await client.initiateConnection({ app: "shopify", data: values });
      assert.deepEqual([key.connectionStatus, key.entityId], ["ACTIVE", "Jessica"]);

      const ids = async (filter) => (await collect(client.connectedAccounts.list(filter))).map(({ id }) => id).sort();
      assert.deepEqual(await ids(), [connectedAccountId, key.connectedAccountId].sort());
      assert.deepEqual(await ids({ app: "shopify" }), [key.connectedAccountId]);
      assert.deepEqual(await ids({ entityId: "Jessica", statuses: ["ACTIVE"], app: "gmail" }), [connectedAccountId]);
      const entity = client.entity("Jessica");
      assert.equal((await entity.getConnections()).length, 2);
      assert.equal((await entity.getConnection({ app: "gmail" })).id, connectedAccountId);
      assert.equal((await client.executeAction({ action: "SHOPIFY_GET_SHOP" })).successful, true);

      const one = { connectedAccountId };
      assert.equal((await client.connectedAccounts.get(one)).id, connectedAccountId);
      assert.equal((await client.connectedAccounts.waitUntilActive(one)).status, "ACTIVE");
      assert.deepEqual((await client.getAuthParams(one)).parameters, [], "the gateway removes credentials");
      const again = await client.connectedAccounts.refresh(one);
      assert.deepEqual([again.connectedAccountId, again.entityId], [connectedAccountId, "Jessica"]);
      assert.equal((await client.completeConnection({ url: await approve(again.redirectUrl) })).connectedAccountId, connectedAccountId);
      await client.connectedAccounts.disable(one);
      await client.connectedAccounts.enable(one);
      await client.connectedAccounts.delete(one);
      assert.deepEqual(await ids(), [key.connectedAccountId]);
      assert.deepEqual(sandbox.accounts().map(({ entityId }) => entityId).sort(), ["Jessica", "Jessica", "Melissa"]);
    });

    test("has flows that learn the entity from the session", async () => {
      const { behind, approve } = openGateway({ omitDeprecated });
      const client = await behind("Jessica");
      const flow = client.flow({ app: "shopify" });
      assert.equal((await flow.load()).state, "ready");
      const connected = await flow.submit(values);
      assert.deepEqual([connected.state, connected.account.app], ["connected", "shopify"]);

      const { flowId, redirectUrl } = await client.initiateConnection({ app: "gmail" });
      const resumed = client.resume({ flowId });
      assert.equal(resumed.getSnapshot().entityId, "Jessica");
      await client.completeConnection({ url: await approve(redirectUrl) });
    });
  });
}

suite("a client whose entity differs from the session's user", () => {
  test("is refused with entity_mismatch before an account is created", async () => {
    const { sandbox, behind } = openGateway();
    const client = await behind("Jessica", { entityId: "Melissa" });
    await rejects(() => client.initiateConnection({ app: "gmail" }), "entity_mismatch");
    await rejects(() => client.initiateConnection({ app: "shopify", data: values }), "entity_mismatch");
    await rejects(() => collect(client.connectedAccounts.list()), "entity_mismatch");
    await rejects(() => client.executeAction({ action: "SHOPIFY_GET_SHOP" }), "entity_mismatch");
    await rejects(() => client.entity("Melissa").getConnection({ app: "gmail" }), "entity_mismatch");
    const flow = client.flow({ app: "shopify" });
    await flow.load();
    const failed = await flow.submit(values);
    assert.deepEqual([failed.state, failed.error?.code], ["failed", "entity_mismatch"]);
    assert.deepEqual([sandbox.accounts(), client.pending()], [[], []]);
  });

  test("is refused with entity_mismatch before an account of the session's user is refreshed", async () => {
    const { sandbox, behind, direct, approve } = openGateway();
    const own = await behind("Jessica");
    const { redirectUrl } = await own.initiateConnection({ app: "gmail" });
    const { connectedAccountId } = await own.completeConnection({ url: await approve(redirectUrl) });
    for (const client of [await behind("Jessica", { entityId: "Melissa" }), await direct({ entityId: "Melissa" })]) {
      await rejects(() => client.connectedAccounts.refresh({ connectedAccountId }), "entity_mismatch");
      assert.deepEqual(client.pending(), []);
    }
    assert.ok(!sandbox.requests.some(({ path }) => path.endsWith("/refresh")));
  });

  test("is refused with entity_mismatch if a server answers for another user", async () => {
    const bodies = { link: { connected_account_id: "ca_1", redirect_url: "https://auth.test/", user_id: "Jessica" }, list: { items: [], user_id: "Jessica" } };
    const config = { id: "ac_1", auth_scheme: "OAUTH2", is_composio_managed: true, expected_input_fields: [] };
    const fetch = async ({ method, url }) => json(method === "POST" ? bodies.link : /auth_configs/.test(url) ? config : bodies.list);
    const client = await makeClient({ entityId: "Melissa", storage: memoryStorage(), fetch });
    await rejects(() => client.initiateConnection({ integrationId: "ac_1", redirectUrl: `${home}/done` }), "entity_mismatch");
    await rejects(() => collect(client.connectedAccounts.list()), "entity_mismatch");
    assert.deepEqual(client.pending(), []);
  });
});

suite("a client without an entity and without a gateway", () => {
  test("needs an entityId for a connection, and sends no request before", async () => {
    const { sandbox, direct } = openGateway();
    const client = await direct();
    await rejects(() => client.initiateConnection({ app: "gmail" }), "invalid_argument", "entityId");
    await rejects(() => client.flow({ app: "gmail" }), "invalid_argument", "entityId");
    await rejects(() => client.connectedAccounts.list(), "invalid_argument", "entityId");
    assert.deepEqual(sandbox.requests, []);
    assert.equal((await client.initiateConnection({ app: "shopify", entityId: "Jessica", data: values })).entityId, "Jessica");
  });

  test("lists the accounts of all entities only with allEntities", async () => {
    for (const omitDeprecated of [false, true]) {
      const { direct } = openGateway({ omitDeprecated });
      const client = await direct();
      for (const entityId of ["Jessica", "Melissa"]) await client.initiateConnection({ app: "shopify", entityId, data: values });
      assert.equal((await collect(client.connectedAccounts.list({ allEntities: true }))).length, 2);
      assert.equal((await collect(client.connectedAccounts.list({ entityId: "Melissa" }))).length, 1);
      await rejects(() => client.connectedAccounts.list({ allEntities: true, entityId: "Melissa" }), "invalid_argument", "allEntities");
      await rejects(() => client.connectedAccounts.list({ allEntities: "yes" }), "invalid_argument", "allEntities");
      await rejects(() => client.connectedAccounts.list({ allEntities: false }), "invalid_argument", "entityId");
      // The default of a client with an entity is that entity.
      const own = await direct({ entityId: "Jessica" });
      assert.equal((await collect(own.connectedAccounts.list())).length, 1);
      assert.equal((await collect(own.connectedAccounts.list({ allEntities: true }))).length, 2);
    }
  });

  test("refuses a list from a server that does not name its user", async () => {
    const client = await makeClient({ fetch: async () => json({ items: [{ id: "ca_1", status: "ACTIVE", user_id: "Jessica" }] }) });
    await rejects(() => collect(client.connectedAccounts.list()), "invalid_argument", "entityId");
    await assert.rejects(collect(client.connectedAccounts.list()), /^ConnectError: connectedAccounts\.list: /);
    assert.equal((await collect(client.connectedAccounts.list({ entityId: "Jessica" }))).length, 1);
  });

  test("refreshes an account only if the platform names its user", async () => {
    const { sandbox, direct, approve } = openGateway();
    const client = await direct();
    const { redirectUrl } = await client.initiateConnection({ app: "gmail", entityId: "Jessica" });
    const { connectedAccountId } = await client.completeConnection({ url: await approve(redirectUrl) });
    assert.equal((await client.connectedAccounts.refresh({ connectedAccountId })).entityId, "Jessica");
    const withoutUser = openGateway({ omitDeprecated: true });
    const other = await withoutUser.direct();
    const made = await other.initiateConnection({ app: "gmail", entityId: "Jessica" });
    await other.completeConnection({ url: await withoutUser.approve(made.redirectUrl) });
    await rejects(() => other.connectedAccounts.refresh({ connectedAccountId: made.connectedAccountId }), "invalid_argument", "entityId");
    assert.ok(!withoutUser.sandbox.requests.some(({ path }) => path.endsWith("/refresh")));
    assert.deepEqual(sandbox.accounts().map(({ entityId }) => entityId), ["Jessica"]);
  });
});
