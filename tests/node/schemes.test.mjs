import assert from "node:assert/strict";
import { test } from "node:test";
import { json, makeClient, memoryStorage } from "./client.mjs";

/** What the client asks for to initiate a connection of this scheme with the platform's own credentials or the developer's. */
async function asked(auth_scheme, is_composio_managed) {
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

test("every kind of OAuth goes by the link with the platform's credentials, and begins as INITIALIZING with the developer's", async () => {
  for (const scheme of ["OAUTH2", "OAUTH1", "DCR_OAUTH", "CIMD_OAUTH", "cimd_oauth"]) {
    assert.deepEqual(await asked(scheme, true), ["connected_accounts/link", undefined], scheme);
    assert.deepEqual(await asked(scheme, false), ["connected_accounts", "INITIALIZING"], scheme);
  }
});
