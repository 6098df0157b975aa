import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Browser } from "../node/browser.mjs";
import { makeClient, memoryStorage } from "../node/client.mjs";
import { openGateway, platformUrl, redirectUrl, site } from "./support.mjs";

/** Two clients at one gateway, each signed in as a user of its own. */
async function openClients(api, options) {
  const opened = openGateway(options);
  const client = (entityId) => makeClient({
    baseUrl: `${site}/api/connect`, api, entityId, redirectUrl, storage: memoryStorage(), retry: 0,
    headers: { "x-test-user": entityId }, fetch: (request) => opened.gateway(request), createIntegrations: true,
  });
  return { ...opened, jessica: await client("Jessica"), melissa: await client("Melissa") };
}

async function collect(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

const rejects = (promise, code) => assert.rejects(promise, (error) => {
  assert.equal(error.code, code, error.message);
  return true;
});

const values = { shop: "acme", admin_api_access_token: "shpat_1" };

for (const api of ["v3.1", "v3"]) {
  suite(`a client behind a gateway, ${api}`, () => {
    test("connects by OAuth, from the fields to the callback", async () => {
      const { jessica, melissa, sandbox, upstreamRequests } = await openClients(api);
      const { expectedInputFields, integrationId } = await jessica.getExpectedParamsForUser({ app: "gmail" });
      assert.deepEqual(expectedInputFields, []);
      const request = await jessica.initiateConnection({ integrationId });
      const browser = new Browser({ send: (given) => sandbox.fetch(given), stopAt: site });
      const back = await browser.submit(await browser.visit(request.redirectUrl), { decision: "allow" });
      const done = await jessica.completeConnection({ url: back.url.href });
      assert.deepEqual([done.connectionStatus, done.account.entityId, done.app], ["ACTIVE", "Jessica", "gmail"]);
      const { connectedAccountId } = done;
      await rejects(melissa.connectedAccounts.revoke({ connectedAccountId }), api === "v3" ? "invalid_argument" : "not_found");
      assert.equal((await jessica.connectedAccounts.get({ connectedAccountId })).status, "ACTIVE");
      if (api === "v3.1") assert.equal((await jessica.connectedAccounts.revoke({ connectedAccountId })).status, "REVOKED");
      assert.ok(upstreamRequests.length > 3 && upstreamRequests.every(({ headers, url }) => headers["x-api-key"] && url.startsWith(platformUrl)));
    });

    test("connects an app that takes an API key, from the fields to ACTIVE", async () => {
      const { jessica } = await openClients(api);
      const { expectedInputFields, integrationId } = await jessica.getExpectedParamsForUser({ app: "shopify" });
      assert.deepEqual(expectedInputFields.map(({ name }) => name).sort(), ["admin_api_access_token", "shop"]);
      const { connectionStatus, connectedAccountId } = await jessica.initiateConnection({ integrationId, data: values });
      assert.equal(connectionStatus, "ACTIVE");
      const account = await jessica.connectedAccounts.get({ connectedAccountId });
      assert.deepEqual([account.status, account.app, account.entityId, account.integrationId], ["ACTIVE", "shopify", "Jessica", integrationId]);
    });

    test("manages the accounts of its own user only", async () => {
      const { jessica, melissa, sandbox } = await openClients(api);
      const { connectedAccountId } = await jessica.initiateConnection({ app: "shopify", data: values });
      await melissa.initiateConnection({ app: "shopify", data: values });
      assert.deepEqual((await collect(jessica.connectedAccounts.list())).map(({ id }) => id), [connectedAccountId]);
      await assert.rejects(collect(jessica.connectedAccounts.list({ entityId: "Melissa" })), ({ status, error }) => status === 403 && error === "Gateway_EntityMismatch");
      await jessica.connectedAccounts.update({ connectedAccountId, alias: "work" });
      assert.equal((await jessica.connectedAccounts.get({ connectedAccountId })).alias, "work");
      await rejects(melissa.connectedAccounts.update({ connectedAccountId, alias: "mine" }), "not_found");
      const { connectedAccountId: second } = await jessica.initiateConnection({ app: "shopify", data: values, alias: "home" });
      assert.equal((await jessica.connectedAccounts.get({ connectedAccountId: second })).alias, "home");
      await rejects(jessica.initiateConnection({ app: "shopify", data: values, alias: "work" }), "conflict");
      await rejects(melissa.connectedAccounts.delete({ connectedAccountId: second, revoke: true }), "not_found");
      await jessica.connectedAccounts.delete({ connectedAccountId: second, revoke: true });
      await jessica.connectedAccounts.disable({ connectedAccountId });
      assert.equal(sandbox.accounts()[0].isDisabled, true);
      await jessica.connectedAccounts.enable({ connectedAccountId });
      await rejects(jessica.connectedAccounts.refresh({ connectedAccountId }), "conflict");
      for (const call of ["get", "refresh", "enable", "disable", "delete"]) {
        await rejects(melissa.connectedAccounts[call]({ connectedAccountId }), "not_found");
      }
      await jessica.connectedAccounts.delete({ connectedAccountId });
      assert.deepEqual(sandbox.accounts().map(({ isDeleted, isDisabled }) => [isDeleted, isDisabled]), [[true, false], [false, false], [true, false]]);
    });

    test("executes allowed actions on its own user's account only", async () => {
      const { jessica, melissa } = await openClients(api);
      const { connectedAccountId } = await jessica.initiateConnection({ app: "shopify", data: values });
      const { data, successful } = await jessica.executeAction({ action: "SHOPIFY_GET_SHOP", connectedAccountId, input: {} });
      assert.ok(successful && JSON.stringify(data).includes("acme"));
      await rejects(melissa.executeAction({ action: "SHOPIFY_GET_SHOP", connectedAccountId, input: {} }), "not_found");
      await rejects(jessica.executeAction({ action: "ZENDESK_LIST_TICKETS", connectedAccountId, input: {} }), "not_found");
    });

    test("lists the actions that it may run, and runs a tool call of each", async () => {
      const { jessica } = await openClients(api);
      await jessica.initiateConnection({ app: "shopify", data: values });
      const entity = jessica.entity("Jessica");
      const tools = await entity.tools();
      assert.deepEqual(tools.map(({ name, inputSchema }) => [name, inputSchema.type]), [["GMAIL_GET_PROFILE", "object"], ["SHOPIFY_GET_SHOP", "object"]]);
      assert.deepEqual((await entity.tools({ app: "shopify" })).map(({ name }) => name), ["SHOPIFY_GET_SHOP"]);
      await rejects(entity.tools({ actions: ["ZENDESK_LIST_TICKETS"] }), "not_found");
      await rejects(entity.tools({ app: "zendesk" }), "not_found");
      assert.equal((await entity.execute({ action: "SHOPIFY_GET_SHOP", input: "{}" })).successful, true);
      await rejects(entity.execute({ action: "GMAIL_GET_PROFILE", input: "{}" }), "connection_required");
    });

    test("records in its trace that the platform will remove a route", async () => {
      const { jessica, sandbox } = await openClients(api);
      sandbox.fault({ method: "GET", path: /toolkits/, kind: "deprecated", sunset: "2027-01-01T00:00:00Z" });
      await jessica.apps.get({ app: "gmail" });
      await jessica.apps.get({ app: "gmail" });
      const notices = jessica.trace().map(({ isDeprecated, sunsetAtMs }) => [isDeprecated, sunsetAtMs]);
      assert.deepEqual(notices, [[true, Date.UTC(2027, 0, 1)], [undefined, undefined]]);
    });

    test("sees allowed apps and integrations only", async () => {
      const { jessica } = await openClients(api);
      assert.deepEqual((await collect(jessica.apps.list())).map(({ key }) => key).sort(), ["gmail", "shopify"]);
      assert.equal((await jessica.apps.get({ app: "gmail" })).key, "gmail");
      await rejects(jessica.apps.get({ app: "zendesk" }), "not_found");
      assert.equal((await collect(jessica.integrations.list({ app: "gmail" }))).length, 1);
      await rejects(collect(jessica.integrations.list({ app: "zendesk" })), "not_found");
      await rejects(jessica.getExpectedParamsForUser({ app: "zendesk" }), "not_found");
    });

    test("creates an integration of an allowed app only", async () => {
      const { jessica, upstreamRequests } = await openClients(api);
      const made = await jessica.integrations.create({ app: "gmail" });
      assert.equal(made.app, "gmail");
      upstreamRequests.length = 0;
      await rejects(jessica.integrations.create({ app: "zendesk" }), "not_found");
      assert.deepEqual(upstreamRequests, []);
    });

    test("receives the values of auth params only with `exposeAuthParams`", async () => {
      for (const exposeAuthParams of [false, true]) {
        const { jessica } = await openClients(api, { exposeAuthParams });
        const { connectedAccountId } = await jessica.initiateConnection({ app: "shopify", data: { ...values, admin_api_access_token: "shpat_0123456789" } });
        const text = JSON.stringify(await jessica.getAuthParams({ connectedAccountId }));
        // The platform itself shows the first four characters.
        assert.equal(text.includes("shpa"), exposeAuthParams, text);
      }
    });
  });
}

test("a missing session is answered with 401, a wrong `apiKey` with 502", async () => {
  const { ask, as } = openGateway();
  assert.equal((await ask("GET", "/api/v3.1/toolkits/gmail")).status, 401);
  const wrong = openGateway({ apiKey: "another-key-0123456789" });
  const { status, text } = await wrong.as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
  assert.equal(status, 502);
  assert.ok(!text.includes("another-key"));
  assert.match(String(wrong.errors[0]), /rejected `apiKey`/);
  assert.equal((await as("Jessica")("GET", "/api/v3.1/toolkits/gmail")).status, 200);
});
