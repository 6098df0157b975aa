import assert from "node:assert/strict";
import { test } from "node:test";
import { moduleMemory } from "./module-memory.mjs";
import { wasmUrl } from "./client.mjs";
import { createClient, validateParams } from "connect-flow";
import { createSandbox } from "connect-flow/testing";

/** How many of these texts stand in the module's memory. */
async function found(texts) {
  const all = await moduleMemory();
  return texts.filter((text) => all.some((bytes) => bytes.includes(text))).length;
}

/** Makes the module's memory grow, by a value for which there is no room. */
async function grow() {
  const size = async () => Math.max(...(await moduleMemory()).map((bytes) => bytes.length));
  const field = { name: "key", displayName: "Key", type: "string", required: true, secret: false };
  const before = await size();
  for (let key = "x".repeat(2 ** 16); (await size()) === before; key += key) validateParams([field], { key });
}

for (const length of [1, 100]) {
  test(`a typed secret of ${length * 36} characters is not in the module's memory once the request has left`, async () => {
    const sandbox = createSandbox({ apiKey: "k" });
    let sent = 0;
    const client = await createClient({
      baseUrl: "http://sandbox.test", entityId: "Jessica", unsafeApiKey: "k", wasmUrl, redirectUrl: "https://app.test/",
      fetch: async (request) => {
        if (await found(parts)) {
          sent = await found(parts);
          await grow();
        }
        return sandbox.fetch(request);
      },
    });
    // In parts, so that a freed copy that was overwritten only in places is seen as well.
    const parts = Array.from({ length }, () => crypto.randomUUID());
    const { integrationId } = await client.getExpectedParamsForUser({ app: "shopify" });
    const data = { shop: "acme", admin_api_access_token: parts.join("") };
    const request = await client.initiateConnection({ integrationId, data });
    assert.equal(request.connectionStatus, "ACTIVE");
    assert.equal(sent, length, "the search finds the secret while it is there");
    assert.equal(await found(parts), 0);
  });
}
