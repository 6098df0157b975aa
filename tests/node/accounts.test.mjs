import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { callbackAfterConsent } from "./browser.mjs";
import { collect, makeSandboxClient, rejectsWith } from "./client.mjs";

/** Jessica's client, and this many connected Shopify accounts of hers. */
async function openWithShops(shops = 0) {
  const sandbox = createSandbox();
  const client = await makeSandboxClient(sandbox);
  const ids = [];
  for (let shop = 0; shop < shops; shop++) {
    sandbox.advance(1000);
    const request = await client.initiateConnection({ app: "shopify", data: { shop: `shop-${shop}`, admin_api_access_token: `token-${shop}` } });
    ids.push(request.connectedAccountId);
  }
  return { sandbox, client, ids };
}

suite("connectedAccounts", () => {
  test("list requests a page only when it is read", async () => {
    const { sandbox, client, ids } = await openWithShops(53);
    const before = sandbox.requests.length;
    const seen = [];
    for await (const account of client.connectedAccounts.list({ app: "shopify" })) {
      seen.push(account.id);
      if (seen.length === 50) assert.equal(sandbox.requests.length, before + 1);
    }
    assert.deepEqual(seen.sort(), ids.sort());
    assert.equal(sandbox.requests.length, before + 2);
  });

  test("list answers concurrent calls of next in order", async () => {
    const { client, ids } = await openWithShops(3);
    const list = client.connectedAccounts.list();
    const results = await Promise.all([list.next(), list.next(), list.next(), list.next()]);
    assert.deepEqual(results.map(({ done }) => done), [false, false, false, true]);
    assert.deepEqual(results.slice(0, 3).map(({ value }) => value.id).sort(), ids.sort());
  });

  test("list filters by entity, app, integration and status", async () => {
    const { client, ids } = await openWithShops(1);
    const melissa = client.entity("Melissa");
    const { connectedAccountId } = await melissa.initiateConnection({ app: "firecrawl", data: { api_key: "key" } });
    const list = (filter) => collect(client.connectedAccounts.list(filter)).then((accounts) => accounts.map(({ id }) => id));
    assert.deepEqual(await list(), ids);
    assert.deepEqual(await list({ entityId: "Melissa" }), [connectedAccountId]);
    assert.deepEqual(await list({ entityId: "Melissa", app: "shopify" }), []);
    assert.deepEqual(await list({ statuses: ["INITIATED", "EXPIRED"] }), []);
    const [{ integrationId }] = await collect(client.connectedAccounts.list());
    assert.deepEqual(await list({ integrationId }), ids);
    assert.deepEqual((await melissa.getConnections()).map(({ id }) => id), [connectedAccountId]);
    assert.equal(await melissa.getConnection({ app: "shopify" }), null);
  });

  test("list can be continued after a failed page", async () => {
    const { sandbox, client, ids } = await openWithShops(1);
    const list = client.connectedAccounts.list();
    sandbox.fault({ method: "GET", path: /connected/, status: 403, kind: "status" });
    await rejectsWith(list.next(), "forbidden");
    assert.equal((await list.next()).value.id, ids[0]);
  });

  test("getConnection returns the newest enabled account of an app", async () => {
    const { client, ids } = await openWithShops(3);
    const entity = client.getEntity("Jessica");
    assert.equal((await entity.getConnection({ app: "Shopify" })).id, ids[2]);
    await client.connectedAccounts.disable({ connectedAccountId: ids[2] });
    assert.equal((await client.connectedAccounts.get({ connectedAccountId: ids[2] })).isDisabled, true);
    assert.equal((await entity.getConnection({ app: "shopify" })).id, ids[1]);
    await client.connectedAccounts.enable({ connectedAccountId: ids[2] });
    assert.equal((await entity.getConnection({ app: "shopify" })).id, ids[2]);
  });

  test("update sets and removes an alias that no other account of the user and app has", async () => {
    const { client, ids: [first, second] } = await openWithShops(2);
    const aliases = async () => (await collect(client.connectedAccounts.list())).map(({ alias }) => alias);
    const update = (connectedAccountId, alias) => client.connectedAccounts.update({ connectedAccountId, alias });
    assert.equal(await update(first, "work"), undefined);
    assert.equal((await client.connectedAccounts.get({ connectedAccountId: first })).alias, "work");
    await rejectsWith(update(second, "work"), "conflict");
    assert.deepEqual((await aliases()).filter(Boolean), ["work"]);
    await update(first, "");
    await update(second, "work");
    assert.equal((await client.connectedAccounts.get({ connectedAccountId: second })).alias, "work");
    assert.deepEqual((await aliases()).filter(Boolean), ["work"]);
    await rejectsWith(update("ca_unknown", "home"), "not_found");
    await rejectsWith(update(first), "invalid_argument", "alias");
  });

  test("update replaces the key of an account, which keeps its id", async () => {
    const { client } = await openWithShops(0);
    const { connectedAccountId } = await client.initiateConnection({ app: "firecrawl", data: { api_key: "key-of-old" }, alias: "work" });
    assert.equal(await client.connectedAccounts.update({ connectedAccountId, data: { api_key: "new-of-key" } }), undefined);
    const { parameters } = await client.getAuthParams({ connectedAccountId });
    assert.deepEqual(parameters.map(({ name, value }) => [name, value]), [["api_key", "new-..."]]);
    const { status, alias } = await client.connectedAccounts.get({ connectedAccountId });
    assert.deepEqual([status, alias], ["ACTIVE", "work"]);
  });

  test("update trims and checks new values like typed secrets", async () => {
    const { sandbox, client } = await openWithShops(0);
    const { connectedAccountId } = await client.initiateConnection({ app: "firecrawl", data: { api_key: "key-of-old" } });
    const update = (api_key) => client.connectedAccounts.update({ connectedAccountId, data: { api_key } });
    const before = sandbox.requests.length;
    for (const value of ["", "  ", "k\u200b3", "abcd...", "REDACTED", "********"]) await rejectsWith(update(value), "fields_invalid", "api_key");
    assert.equal(sandbox.requests.length, before);
    await update(" k2 ");
    assert.equal(sandbox.accounts()[0].data.api_key, "k2");
  });

  test("update refuses a value that the platform cannot replace, and says how to ask for it", async () => {
    const { sandbox, client } = await openWithShops(1);
    const [{ id: connectedAccountId, data: old }] = sandbox.accounts();
    const update = client.connectedAccounts.update({ connectedAccountId, data: { admin_api_access_token: "new" } });
    await assert.rejects(update, ({ code, message }) => code === "invalid_argument" && message.includes("flow({ reconnect })"));
    assert.deepEqual(sandbox.accounts()[0].data, old);
  });

  test("the sandbox refuses a new value that the app does not use, and names the app's fields", async () => {
    const { sandbox, client } = await openWithShops(1);
    const [{ id: connectedAccountId, data: old }] = sandbox.accounts();
    for (const data of [{ api_key: "new" }, { token: "new" }]) {
      const [name] = Object.keys(data);
      await assert.rejects(client.connectedAccounts.update({ connectedAccountId, data, alias: "work" }), ({ code, issues: [issue] }) => {
        assert.equal(code, "invalid_request");
        assert.match(issue.message, RegExp(`state\\.val\\.${name}: is not a field of shopify, which has admin_api_access_token, shop$`));
        return true;
      });
    }
    assert.deepEqual([sandbox.accounts()[0].data, sandbox.accounts()[0].alias ?? null], [old, null]);
  });

  for (const change of [{ status: "EXPIRED" }, { status: "REVOKED" }]) {
    test(`an action with an account that has ${JSON.stringify(change)} is connection_required`, async () => {
      const { sandbox, client } = await openWithShops(1);
      const [{ id: connectedAccountId }] = sandbox.accounts();
      sandbox.changeAccount(connectedAccountId, change);
      const run = client.executeAction({ action: "SHOPIFY_GET_SHOP", connectedAccountId });
      await assert.rejects(run, ({ code, app, message }) => code === "connection_required" && app === "shopify" && message.includes("reconnect it"));
    });
  }

  test("update refuses new values for an account that signs in, and changes nothing", async () => {
    const { sandbox, client } = await openWithShops(0);
    const request = await client.initiateConnection({ app: "gmail" });
    const { connectedAccountId } = await client.completeConnection({ url: await callbackAfterConsent(sandbox, request.redirectUrl) });
    const before = sandbox.requests.length;
    await rejectsWith(client.connectedAccounts.update({ connectedAccountId, alias: "work", data: { access_token: "t" } }), "invalid_argument", "data");
    assert.deepEqual(sandbox.requests.slice(before).map(({ method }) => method), ["GET"]);
    const { status, alias } = await client.connectedAccounts.get({ connectedAccountId });
    assert.deepEqual([status, alias], ["ACTIVE", undefined]);
  });

  test("revoke ends the tokens and keeps the account as REVOKED", async () => {
    const { sandbox, client, ids: [shop] } = await openWithShops(1);
    const request = await client.initiateConnection({ app: "gmail" });
    const { connectedAccountId } = await client.completeConnection({ url: await callbackAfterConsent(sandbox, request.redirectUrl) });
    const revoked = await client.connectedAccounts.revoke({ connectedAccountId });
    assert.equal(revoked.status, "REVOKED");
    assert.ok(revoked.revokedTokens.includes("access_token"));
    assert.equal((await client.connectedAccounts.get({ connectedAccountId })).status, "REVOKED");
    assert.deepEqual((await client.connectedAccounts.revoke({ connectedAccountId })).revokedTokens, []);
    await rejectsWith(client.connectedAccounts.revoke({ connectedAccountId: shop }), "invalid_request");
    const other = await client.initiateConnection({ app: "gmail" });
    await rejectsWith(client.connectedAccounts.revoke({ connectedAccountId: other.connectedAccountId }), "conflict");
    await rejectsWith(client.connectedAccounts.revoke({ connectedAccountId: "ca_unknown" }), "not_found");
  });

  test("a deleted account is not found and not listed", async () => {
    const { client, ids } = await openWithShops(2);
    assert.equal(await client.connectedAccounts.delete({ connectedAccountId: ids[0] }), undefined);
    await rejectsWith(client.connectedAccounts.get({ connectedAccountId: ids[0] }), "not_found");
    assert.deepEqual((await collect(client.connectedAccounts.list())).map(({ id }) => id), [ids[1]]);
  });

  test("refresh refuses a key account, and starts a new attempt for the same OAuth account", async () => {
    const { sandbox, client, ids } = await openWithShops(1);
    await rejectsWith(client.connectedAccounts.refresh({ connectedAccountId: ids[0] }), "conflict");

    const first = await client.initiateConnection({ app: "gmail" });
    const done = await client.completeConnection({ url: await callbackAfterConsent(sandbox, first.redirectUrl) });
    const again = await client.connectedAccounts.refresh({ connectedAccountId: done.connectedAccountId });
    assert.equal(again.connectedAccountId, done.connectedAccountId);
    assert.notEqual(again.flowId, first.flowId);
    assert.equal(client.pending().length, 1);
    const renewed = await client.completeConnection({ url: await callbackAfterConsent(sandbox, again.redirectUrl) });
    assert.equal(renewed.connectedAccountId, done.connectedAccountId);
  });

  test("waitUntilActive ends when the account is ACTIVE or EXPIRED, or at its time limit", async () => {
    const { sandbox, client, ids } = await openWithShops(1);
    assert.equal((await client.connectedAccounts.waitUntilActive({ connectedAccountId: ids[0] })).status, "ACTIVE");
    const { connectedAccountId } = await client.initiateConnection({ app: "gmail" });
    await rejectsWith(client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 1 }), "timeout");
    sandbox.advance(11 * 60_000);
    await rejectsWith(client.connectedAccounts.waitUntilActive({ connectedAccountId }), "account_expired");
  });

  test("getAuthParams marks masked values", async () => {
    const { client, ids } = await openWithShops(1);
    const { parameters } = await client.getAuthParams({ connectedAccountId: ids[0] });
    assert.ok(parameters.length > 0);
    for (const { value, isMasked } of parameters) assert.equal(isMasked, /^(REDACTED|\*+|.{1,4}\.\.\.)$/.test(value), value);
  });

  test("executeAction uses the entity's account and rejects where the app rejects its key", async () => {
    const { client } = await openWithShops(1);
    const { data, successful } = await client.executeAction({ action: "SHOPIFY_GET_SHOP" });
    assert.equal(successful, true);
    assert.equal(data.shop.name, "shop-0");
    assert.equal((await client.entity("Jessica").execute({ action: "SHOPIFY_GET_SHOP" })).successful, true);
    await client.initiateConnection({ app: "shopify", data: { shop: "acme", admin_api_access_token: "bad" } });
    await assert.rejects(client.executeAction({ action: "SHOPIFY_GET_SHOP" }), (error) => {
      assert.deepEqual([error.code, error.actionStatus], ["credentials_rejected", 401]);
      assert.ok(error.errorDescription);
      return true;
    });
  });

  test("executeAction without an account says which app to connect, and for whom", async () => {
    const { client } = await openWithShops();
    await assert.rejects(client.executeAction({ action: "GMAIL_GET_PROFILE" }), ({ code, app, entityId }) => {
      assert.deepEqual([code, app, entityId], ["connection_required", "gmail", "Jessica"]);
      return true;
    });
  });

  test("executeAction needs no account for an app without authentication", async () => {
    const { client } = await openWithShops();
    assert.equal((await client.executeAction({ action: "HACKERNEWS_GET_TOP" })).successful, true);
  });

  test("an invalid argument is named in the error", async () => {
    const { client } = await openWithShops();
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
    for (const [call, field] of wrong) await rejectsWith(call, "invalid_argument", field);
  });
});
