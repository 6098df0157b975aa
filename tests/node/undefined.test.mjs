import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createGateway } from "connect-flow/server";
import { createSandbox } from "connect-flow/testing";

/** The options plus each name with the value `undefined`. tests/types/optional.tsx checks the types. */
const withUndefined = (given, ...names) => ({ ...Object.fromEntries(names.map((name) => [name, undefined])), ...given });

suite("an option that is `undefined` counts as absent", () => {
  test("in a gateway", async () => {
    const gateway = createGateway(withUndefined(
      { apiKey: "key-0123456789", authenticate: () => null, allow: withUndefined({ operations: ["connect"], apps: ["gmail"] }, "integrations", "actions"), redirectOrigins: ["https://app.test"] },
      "upstream", "basePath", "origins", "exposeAuthParams", "fetch", "timeoutMs", "maxBodyBytes", "maxHeaderBytes", "maxAnswerBytes", "onError",
    ));
    const answer = await gateway(new Request("https://app.test/api/connect/api/v3.1/toolkits/gmail", { headers: { "sec-fetch-site": "same-origin" } }));
    assert.equal(answer.status, 401);
  });

  test("in a sandbox, a client, its calls and a flow", async () => {
    const notion = { key: "notion", authScheme: "API_KEY", fields: [withUndefined({ name: "api_key" }, "displayName", "description", "required", "default", "isSecret")] };
    const sandbox = createSandbox(withUndefined(
      { apps: [withUndefined(notion, "name")] },
      "apiKey", "origin", "now", "advanceTimers", "gateway", "pageUrl", "oauth", "omitDeprecated",
    ));
    const signal = undefined;
    try {
      const client = await sandbox.createClient(withUndefined({ entityId: "Jessica" }, "api", "headers", "credentials", "redirectUrl", "timeoutMs", "retry", "createIntegrations"));
      sandbox.fault({ kind: "status", status: 500, ...withUndefined({}, "retryAfter", "body", "method", "path", "times", "handled") });
      const asked = client.getExpectedParamsForUser({ app: "notion", integrationId: undefined, authScheme: undefined, entityId: undefined, signal });
      const { integrationId, expectedInputFields } = await sandbox.clock.until(asked, { limitMs: undefined });
      assert.deepEqual(expectedInputFields.map(({ name, required }) => [name, required]), [["api_key", true]]);
      assert.equal(sandbox.requests[0].status, 500);

      const { connectionStatus, connectedAccountId } = await client.initiateConnection(withUndefined(
        { integrationId, data: { api_key: "key" } },
        "app", "authScheme", "entityId", "redirectUrl", "redirectUri", "returnTo", "authMode", "authConfig", "signal",
      ));
      assert.equal(connectionStatus, "ACTIVE");
      assert.equal(await client.completeConnection({ url: undefined, timeoutMs: undefined, signal }), null);
      assert.equal((await client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: undefined, signal })).status, "ACTIVE");
      const found = [];
      for await (const account of client.connectedAccounts.list(withUndefined({}, "entityId", "app", "integrationId", "status"))) found.push(account.id);
      assert.deepEqual(found, [connectedAccountId]);

      sandbox.next({ outcome: "slow", afterMs: undefined, activeAfterMs: undefined });
      const flow = client.flow(withUndefined({ app: "gmail", mode: "popup" }, "integrationId", "authScheme", "entityId", "redirectUrl", "redirectUri", "returnTo"));
      await flow.load();
      assert.equal((await sandbox.clock.until(flow.submit())).state, "connected");
    } finally {
      sandbox.dispose();
    }
  });
});
