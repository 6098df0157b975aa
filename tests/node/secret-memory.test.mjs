import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createClient } from "connect-flow";
import { createSandbox } from "connect-flow/testing";

const wasmUrl = `data:application/wasm;base64,${readFileSync(new URL("../../dist/connect_flow_bg.wasm", import.meta.url)).toString("base64")}`;

const { default: init } = await import("../../dist/connect_flow.js");

/** How many of these texts stand in the module's memory. */
async function found(texts) {
  const { memory } = await init();
  const bytes = Buffer.from(memory.buffer);
  return texts.filter((text) => bytes.includes(text)).length;
}

for (const api of ["v1", "v3"]) {
  for (const length of [1, 100]) {
    test(`${api}: a typed secret of ${length * 36} characters is not in the module's memory once the request has left`, async () => {
      const sandbox = createSandbox({ apiKey: "k" });
      let sent = 0;
      const client = await createClient({
        baseUrl: "http://sandbox.test", api, entityId: "Jessica", unsafeApiKey: "k", wasmUrl, redirectUrl: "https://app.test/",
        fetch: async (request) => {
          sent = Math.max(sent, await found(parts));
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
}
