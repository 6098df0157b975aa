// The whole life of an account, with each official client.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { callbackUrl, clients, openClient } from "./support.mjs";

/** Connects an account on the hosted page, as a user does. Returns its id. */
async function link({ composio, consent }, authConfigId, userId, options) {
  const request = await composio.connectedAccounts.link(userId, authConfigId, { callbackUrl, ...options });
  const { url } = await consent(request.redirectUrl);
  assert.deepEqual(Object.fromEntries(url.searchParams), { status: "success", connected_account_id: request.id });
  assert.equal((await request.waitForConnection(1_000)).status, "ACTIVE");
  return request.id;
}

suite("an account lives from its app's list to its deletion", () => {
  for (const [name, version] of Object.entries(clients)) {
    test(`with ${name}, which speaks ${version}`, async () => {
      const opened = await openClient(name);
      const { composio, sandbox, complaints } = opened;
      const accounts = composio.connectedAccounts;
      const statusOf = async (id) => (await accounts.get(id)).status;
      try {
        const apps = await composio.toolkits.get({});
        assert.ok((apps.items ?? apps).some(({ slug }) => slug === "gmail"));
        const config = await composio.authConfigs.create("gmail", { type: "use_composio_managed_auth", name: "mine" });
        const id = await link(opened, config.id, "Jessica");

        const profile = { userId: "Jessica", arguments: {}, dangerouslySkipVersionCheck: true };
        const execute = () => composio.tools.execute("GMAIL_GET_PROFILE", profile);
        assert.equal((await execute()).data.email, "user@sandbox.example");
        await accounts.disable(id);
        assert.equal(await statusOf(id), "INACTIVE");
        await assert.rejects(execute);
        await accounts.enable(id);
        assert.equal((await execute()).successful, true);

        // The clients' own `update` sends no alias: the raw client does.
        const raw = composio.client ?? composio.getClient();
        await raw.patch(`/api/${version}/connected_accounts/${id}`, { body: { alias: "work" } });
        assert.equal(sandbox.accounts()[0].alias, "work");
        if (accounts.revoke) {
          assert.deepEqual((await accounts.revoke(id)).revokedTokens, ["access_token", "refresh_token"]);
          assert.equal(await statusOf(id), "REVOKED");
        }
        assert.deepEqual(await accounts.delete(id), { success: true });
        await assert.rejects(() => accounts.get(id));
        assert.deepEqual(complaints, []);
      } finally {
        await opened.close();
      }
    });
  }

  test("a second account of the app needs `allowMultiple`, and takes an alias", async () => {
    const opened = await openClient("core-0.21");
    try {
      const first = await link(opened, "ac_Gmail0000001", "Jessica", { alias: "home" });
      await assert.rejects(() => link(opened, "ac_Gmail0000001", "Jessica", { alias: "work" }), /multiple/i);
      const second = await link(opened, "ac_Gmail0000001", "Jessica", { alias: "work", allowMultiple: true });
      await assert.rejects(() => link(opened, "ac_Gmail0000001", "Jessica", { alias: "work", allowMultiple: true }), ({ cause }) => /already in use/.test(cause.message));
      const { items } = await opened.composio.connectedAccounts.list({ userIds: ["Jessica"], statuses: ["ACTIVE"] });
      assert.deepEqual(items.map(({ id, alias, wordId }) => [id, alias, wordId]), [[second, "work", "gmail_blue-bridge"], [first, "home", "gmail_amber-anchor"]]);
    } finally {
      await opened.close();
    }
  });

  test("a connection to another host fails", async () => {
    const opened = await openClient("core-0.21");
    try {
      await assert.rejects(fetch("https://platform.example/"));
    } finally {
      await assert.rejects(() => opened.close(), /tried to reach platform\.example/);
    }
  });
});
