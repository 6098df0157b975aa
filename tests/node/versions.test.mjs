import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { json, makeClient, makeSandboxClient, memoryStorage, rejectsWith } from "./client.mjs";

suite("the option `api`", () => {
  for (const [api, prefix] of [[undefined, "/api/v3.1/"], ["v3.1", "/api/v3.1/"], ["v3", "/api/v3/"]]) {
    test(`${api ?? "by default"} sends every request to ${prefix}`, async () => {
      const sandbox = createSandbox();
      const client = await makeSandboxClient(sandbox, api && { api });
      const { connectedAccountId } = await client.initiateConnection({ app: "shopify", data: { shop: "acme", admin_api_access_token: "token" } });
      assert.equal((await client.connectedAccounts.get({ connectedAccountId })).status, "ACTIVE");
      assert.equal((await client.executeAction({ action: "SHOPIFY_GET_SHOP" })).successful, true);
      assert.ok(sandbox.requests.length >= 4);
      for (const { path } of sandbox.requests) assert.ok(path.startsWith(prefix), path);
    });
  }

  test("decides the version of an action unless the caller passes one", async () => {
    const asked = async (api, options) => {
      let body;
      const fetch = async (request) => ((body = await request.json()), json({ data: {}, successful: true }));
      const client = await makeClient({ api, fetch });
      await client.executeAction({ action: "A_B", ...options });
      await client.entity("Jessica").execute({ action: "A_B", ...options });
      return body.version;
    };
    assert.deepEqual([await asked("v3.1"), await asked("v3")], [undefined, "latest"]);
    for (const api of ["v3.1", "v3"]) assert.equal(await asked(api, { version: "20250905_00" }), "20250905_00");
  });

  test("refuses other versions and names those that the platform serves", async () => {
    const message = async (api) => (await makeClient({ api }).catch((error) => error)).message;
    for (const api of ["v1", "v2", "v4", "3.1", "V3", " v3"]) {
      await rejectsWith(makeClient({ api }), "invalid_argument", "api");
      const said = await message(api);
      for (const word of ["`api`", "`v3.1`", "`v3`", `\`${api}\``]) assert.ok(said.includes(word), said);
      assert.ok(said.includes("retired v1 and v2 in June 2026"), said);
    }
    const secret = "ak_0123456789abcdef";
    assert.ok(!(await message(secret)).includes(secret));
  });

  test("HTTP 410 is endpoint_retired for the API, and gone for an action", async () => {
    const body = { error: "This endpoint is no longer available. Please upgrade to v3 APIs. " };
    const client = await makeClient({ entityId: "Jessica", fetch: async () => json(body, 410) });
    await rejectsWith(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), "endpoint_retired");
    await rejectsWith(client.apps.list().next(), "endpoint_retired");
    await rejectsWith(client.initiateConnection({ integrationId: "ac_1", redirectUrl: "https://app.test/" }), "endpoint_retired");
    await rejectsWith(client.executeAction({ action: "A_B" }), "gone");
  });
});

suite("a stored record of another version", () => {
  const flowId = "0123456789abcdef0123456789abcdef";
  const key = `connect-flow:${flowId}`;
  const record = (more) => {
    const now = Date.now();
    return { flowId, connectedAccountId: "ca_1", entityId: "Jessica", startedAtMs: now, expiresAtMs: now + 600_000, ...more };
  };
  const account = { id: "ca_1", status: "ACTIVE", toolkit: { slug: "gmail" }, user_id: "Jessica" };
  const url = `https://app.test/done?cf_flow=${flowId}&status=success&connectedAccountId=ca_1&appName=gmail`;
  const openWithRecord = async (stored) => {
    const storage = memoryStorage();
    storage.setItem(key, typeof stored === "string" ? stored : JSON.stringify(stored));
    const client = await makeClient({ entityId: "Jessica", storage, fetch: async () => json(account) });
    return { storage, client };
  };

  test("completes if it has the required members, whatever else it holds", async () => {
    for (const more of [
      {}, { app: "gmail" }, { api: "v1" }, { api: "v3", isPrimary: true, appId: "a0000000-0000-4000-8000-000000000001" },
      { app: 7, returnTo: 7, isPopup: "yes" }, { returnTo: "//evil.test", extra: { deep: [null] } }, { __proto__: null, constructor: "x" },
    ]) {
      const { client } = await openWithRecord(record(more));
      assert.deepEqual(client.pending().map(({ flowId }) => flowId), [flowId]);
      assert.equal((await client.completeConnection({ url })).account.status, "ACTIVE");
      assert.deepEqual(client.pending(), []);
    }
  });

  test("is ignored if a required member is missing or wrong", async () => {
    const incomplete = ["flowId", "connectedAccountId", "startedAtMs", "expiresAtMs"].map((name) => record({ [name]: undefined }));
    for (const stored of [...incomplete, {}, [], 7, null, "", "{", '{"flowId":', record({ flowId: "another" }), record({ startedAtMs: "soon" })]) {
      const { client, storage } = await openWithRecord(stored);
      assert.deepEqual(client.pending(), []);
      await rejectsWith(client.completeConnection({ url }), "callback_unbound");
      assert.equal(await client.completeConnection({ url: "https://app.test/" }), null);
      assert.equal((await client.connectedAccounts.get({ connectedAccountId: "ca_1" })).id, "ca_1");
      assert.ok(storage.map.size <= 1);
    }
  });
});
