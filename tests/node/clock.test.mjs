// Instants from the platform are read by the platform's clock, which may differ from this computer's.
import assert from "node:assert/strict";
import { test } from "node:test";
import { json, makeClient, memoryStorage } from "./client.mjs";

const minuteMs = 60_000;
const integration = { id: "ac_1", toolkit: { slug: "gmail" }, auth_scheme: "OAUTH2", is_composio_managed: true, status: "ENABLED", expected_input_fields: [] };

/** A platform whose clock is `fastMs` ahead. Its links expire after ten minutes. */
const platformAhead = (fastMs) => async ({ method }) => {
  const now = Date.now() + fastMs;
  const headers = { date: new Date(now).toUTCString() };
  if (method === "GET") return json({ items: [integration] });
  return json({ connected_account_id: "ca_1", redirect_url: "https://auth.test/", expires_at: new Date(now + 10 * minuteMs).toISOString() }, 201, headers);
};

for (const fastMs of [-9 * minuteMs, 0, 9 * minuteMs]) {
  test(`a link expires in ten minutes even if the platform's clock is off by ${fastMs / minuteMs} minutes`, async () => {
    const client = await makeClient({ entityId: "Jessica", fetch: platformAhead(fastMs), storage: memoryStorage(), redirectUrl: "https://app.test/done" });
    const { expiresAtMs } = await client.initiateConnection({ app: "gmail" });
    // The `date` header has a resolution of one second.
    assert.ok(Math.abs(expiresAtMs - Date.now() - 10 * minuteMs) <= 2_000, `expires in ${expiresAtMs - Date.now()} ms`);
    client.dispose();
  });
}

test("a Retry-After date is compared with the platform's clock", async () => {
  const now = Date.parse("2026-01-16T10:30:00Z");
  const headers = { date: new Date(now).toUTCString(), "retry-after": new Date(now + 20_000).toUTCString() };
  const client = await makeClient({ entityId: "Jessica", retry: 0, fetch: async () => json({}, 429, headers) });
  await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), { code: "rate_limited", retryAfterMs: 20_000 });
  client.dispose();
});
