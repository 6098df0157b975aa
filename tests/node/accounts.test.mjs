import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { makeClient, memoryStorage } from "./client.mjs";
import { Browser } from "./browser.mjs";

const redirectUrl = "https://app.test/done";

/** A client of Jessica's at a sandbox, which has `shops` of hers. */
async function open(shops = 0) {
  const sandbox = createSandbox({ apiKey: "key" });
  const client = await makeClient({
    baseUrl: "https://sandbox.test", entityId: "Jessica", unsafeApiKey: "key", redirectUrl, storage: memoryStorage(),
    fetch: (request) => sandbox.fetch(request),
  });
  const ids = [];
  for (let shop = 0; shop < shops; shop++) {
    sandbox.advance(1000);
    const request = await client.initiateConnection({ app: "shopify", data: { shop: `shop-${shop}`, admin_api_access_token: `token-${shop}` } });
    ids.push(request.connectedAccountId);
  }
  return { sandbox, client, ids };
}

const rejects = (promise, code) => assert.rejects(promise, (error) => {
  assert.equal(error.name, "ConnectError");
  assert.equal(error.code, code);
  return true;
});

async function collect(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

suite("accounts", () => {
  test("a list is asked for page by page, and only as far as it is read", async () => {
    const { sandbox, client, ids } = await open(53);
    const before = sandbox.requests.length;
    const seen = [];
    for await (const account of client.connectedAccounts.list({ app: "shopify" })) {
      seen.push(account.id);
      if (seen.length === 50) assert.equal(sandbox.requests.length, before + 1);
    }
    assert.deepEqual(seen.sort(), ids.sort());
    assert.equal(sandbox.requests.length, before + 2);
  });

  test("calls of next side by side are answered in their order", async () => {
    const { client, ids } = await open(3);
    const list = client.connectedAccounts.list();
    const results = await Promise.all([list.next(), list.next(), list.next(), list.next()]);
    assert.deepEqual(results.map(({ done }) => done), [false, false, false, true]);
    assert.deepEqual(results.slice(0, 3).map(({ value }) => value.id).sort(), ids.sort());
  });

  test("a list is filtered by entity, app, integration and status", async () => {
    const { client, ids } = await open(1);
    const melissa = client.entity("Melissa");
    const { connectedAccountId } = await melissa.initiateConnection({ app: "firecrawl", data: { api_key: "key" } });
    const list = (filter) => collect(client.connectedAccounts.list(filter)).then((accounts) => accounts.map(({ id }) => id));
    assert.deepEqual(await list(), ids);
    assert.deepEqual(await list({ entityId: "Melissa" }), [connectedAccountId]);
    assert.deepEqual(await list({ entityId: "Melissa", app: "shopify" }), []);
    assert.deepEqual(await list({ status: "INITIATED" }), []);
    const [{ integrationId }] = await collect(client.connectedAccounts.list());
    assert.deepEqual(await list({ integrationId }), ids);
    assert.deepEqual((await melissa.getConnections()).map(({ id }) => id), [connectedAccountId]);
    assert.equal(await melissa.getConnection({ app: "shopify" }), null);
  });

  test("a list that fails rejects, and goes on where it was", async () => {
    const { sandbox, client, ids } = await open(1);
    const list = client.connectedAccounts.list();
    sandbox.fault({ method: "GET", path: /connected/, status: 403, kind: "status" });
    await rejects(list.next(), "forbidden");
    assert.equal((await list.next()).value.id, ids[0]);
  });

  test("the account that an app is used with is the newest that can be used", async () => {
    const { client, ids } = await open(3);
    const entity = client.getEntity("Jessica");
    assert.equal((await entity.getConnection({ app: "Shopify" })).id, ids[2]);
    await client.connectedAccounts.disable({ connectedAccountId: ids[2] });
    assert.equal((await client.connectedAccounts.get({ connectedAccountId: ids[2] })).isDisabled, true);
    assert.equal((await entity.getConnection({ app: "shopify" })).id, ids[1]);
    await client.connectedAccounts.enable({ connectedAccountId: ids[2] });
    assert.equal((await entity.getConnection({ app: "shopify" })).id, ids[2]);
  });

  test("an account that is deleted is gone", async () => {
    const { client, ids } = await open(2);
    assert.equal(await client.connectedAccounts.delete({ connectedAccountId: ids[0] }), undefined);
    await rejects(client.connectedAccounts.get({ connectedAccountId: ids[0] }), "not_found");
    assert.deepEqual((await collect(client.connectedAccounts.list())).map(({ id }) => id), [ids[1]]);
  });

  test("a key is refreshed in place; OAuth sends the user once more, and the same account comes back", async () => {
    const { sandbox, client, ids } = await open(1);
    const key = await client.connectedAccounts.refresh({ connectedAccountId: ids[0] });
    assert.deepEqual([key.connectionStatus, key.redirectUrl], ["ACTIVE", null]);

    const browser = new Browser({ send: (request) => sandbox.fetch(request), stopAt: "https://app.test" });
    const first = await client.initiateConnection({ app: "gmail" });
    const done = await client.completeConnection({ url: await approve(browser, first.redirectUrl) });
    const again = await client.connectedAccounts.refresh({ connectedAccountId: done.connectedAccountId });
    assert.equal(again.connectedAccountId, done.connectedAccountId);
    assert.notEqual(again.flowId, first.flowId);
    assert.equal(client.pending().length, 1);
    const renewed = await client.completeConnection({ url: await approve(browser, again.redirectUrl) });
    assert.equal(renewed.connectedAccountId, done.connectedAccountId);
  });

  test("waiting ends as soon as the platform has decided", async () => {
    const { sandbox, client, ids } = await open(1);
    assert.equal((await client.connectedAccounts.waitUntilActive({ connectedAccountId: ids[0] })).status, "ACTIVE");
    const { connectedAccountId } = await client.initiateConnection({ app: "gmail" });
    await rejects(client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 1 }), "timeout");
    sandbox.advance(11 * 60_000);
    await rejects(client.connectedAccounts.waitUntilActive({ connectedAccountId }), "account_expired");
  });

  test("what the platform masks is marked", async () => {
    const { client, ids } = await open(1);
    const { parameters } = await client.getAuthParams({ connectedAccountId: ids[0] });
    assert.ok(parameters.length > 0);
    for (const { value, isMasked } of parameters) assert.equal(isMasked, /^(REDACTED|\*+|.{1,4}\.\.\.)$/.test(value), value);
  });

  test("an action is executed with the entity's own account; one that fails is an error with its words", async () => {
    const { client } = await open(1);
    const { data, successful } = await client.executeAction({ action: "SHOPIFY_GET_SHOP" });
    assert.equal(successful, true);
    assert.equal(data.shop.name, "shop-0");
    assert.equal((await client.entity("Jessica").execute({ action: "SHOPIFY_GET_SHOP" })).successful, true);
    await client.initiateConnection({ app: "shopify", data: { shop: "acme", admin_api_access_token: "bad" } });
    await assert.rejects(client.executeAction({ action: "SHOPIFY_GET_SHOP" }), (error) => {
      assert.equal(error.code, "action_failed");
      assert.ok(error.errorDescription);
      return true;
    });
  });

  test("an app that needs no connection is used without one", async () => {
    const { client } = await open();
    assert.equal((await client.executeAction({ action: "HACKERNEWS_GET_TOP" })).successful, true);
  });

  test("what is wrong with the arguments is named", async () => {
    const { client } = await open();
    const wrong = [
      [() => client.connectedAccounts.delete({}), "connectedAccountId"],
      [() => client.connectedAccounts.enable({ connectedAccountId: "a", force: true }), "force"],
      [() => client.connectedAccounts.waitUntilActive({ connectedAccountId: "a", timeoutMs: -1 }), "timeoutMs"],
      [() => client.connectedAccounts.refresh({ connectedAccountId: "a", redirectUrl: "javascript:alert(1)" }), "redirectUrl"],
      [() => client.executeAction({ input: {} }), "action"],
      [() => client.executeAction({ action: "A", input: "text" }), "input"],
      [() => client.entity("Jessica").execute({ action: "A", entityId: "Melissa" }), "entityId"],
      [async () => client.connectedAccounts.list({ user: "x" }), "user"],
      [async () => client.entity(""), "id"],
      [async () => client.entity(7), "id"],
    ];
    for (const [call, field] of wrong) {
      await assert.rejects(call, (error) => {
        assert.equal(error.code, "invalid_argument");
        assert.equal(error.issues[0].field, field);
        return true;
      });
    }
  });
});
/** Goes to the built-in authorization server, allows, and comes back. */
async function approve(browser, url) {
  return (await browser.submit(await browser.visit(url), { decision: "allow" })).url.href;
}
