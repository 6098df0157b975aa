import assert from "node:assert/strict";
import { test } from "node:test";
import { moduleMemory } from "./module-memory.mjs";
import { makeSandboxClient } from "./client.mjs";
import { validateParams } from "connect-flow";
import { createSandbox } from "connect-flow/testing";

/** Counts the texts that are in the module's memory. */
async function found(texts) {
  const all = await moduleMemory();
  return texts.filter((text) => all.some((bytes) => bytes.includes(text))).length;
}

/** Makes the module's memory grow, by passing it ever larger values. */
async function grow() {
  const size = async () => Math.max(...(await moduleMemory()).map((bytes) => bytes.length));
  const field = { name: "key", displayName: "Key", type: "string", required: true, secret: false };
  const before = await size();
  for (let key = "x".repeat(2 ** 16); (await size()) === before; key += key) validateParams([field], { key });
}

for (const length of [1, 100]) {
  test(`a typed secret of ${length * 36} characters is gone from the module's memory when its request is over`, async () => {
    const sandbox = createSandbox();
    let foundWhileSending = 0;
    const client = await makeSandboxClient(sandbox, {
      fetch: async (request) => {
        if (await found(parts)) {
          foundWhileSending = await found(parts);
          await grow();
        }
        return sandbox.fetch(request);
      },
    });
    // Searched part by part, to find a freed copy that was overwritten only partly.
    const parts = Array.from({ length }, () => crypto.randomUUID());
    const { integrationId } = await client.getExpectedParamsForUser({ app: "shopify" });
    const data = { shop: "acme", admin_api_access_token: parts.join("") };
    const request = await client.initiateConnection({ integrationId, data });
    assert.equal(request.connectionStatus, "ACTIVE");
    assert.equal(foundWhileSending, length, "the search finds the secret before it is overwritten");
    assert.equal(await found(parts), 0);
  });
}
