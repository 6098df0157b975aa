import assert from "node:assert/strict";
import { test } from "node:test";
import { json, makeClient, memoryStorage } from "./client.mjs";

/** The requests that initiate a connection: the path of each POST, followed by the status in its body. */
async function initiation(auth_scheme, is_composio_managed) {
  const seen = [];
  const config = { id: "ac_1", slug: "acme", toolkit: { slug: "acme" }, auth_scheme, is_composio_managed, status: "ENABLED", expected_input_fields: [] };
  const fetch = async (request) => {
    if (request.method === "GET") return json(config);
    seen.push(new URL(request.url).pathname.replace(/^\/api\/v[\d.]+\//, ""), (await request.json()).connection?.state?.val.status);
    return json({ id: "ca_1", connected_account_id: "ca_1", redirect_url: "https://auth.test/go" }, 201);
  };
  const client = await makeClient({ entityId: "Jessica", retry: 0, storage: memoryStorage(), fetch });
  await client.initiateConnection({ integrationId: "ac_1", redirectUrl: "https://app.test/done" });
  return seen;
}

test("every OAuth scheme uses a link with managed credentials and starts as INITIALIZING with the developer's own", async () => {
  for (const scheme of ["OAUTH2", "OAUTH1", "DCR_OAUTH", "CIMD_OAUTH", "cimd_oauth"]) {
    assert.deepEqual(await initiation(scheme, true), ["connected_accounts/link", undefined], scheme);
    assert.deepEqual(await initiation(scheme, false), ["connected_accounts", "INITIALIZING"], scheme);
  }
});
