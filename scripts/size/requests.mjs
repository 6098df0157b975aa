import { readFileSync } from "node:fs";
import { inRoot } from "../lib/paths.mjs";

/** One for the integration, one for its fields, one to initiate. */
export const MOST_REQUESTS = 3;

/** Counts the requests between a click and the redirect, or the account of an API key, against the sandbox. */
export async function countRequests() {
  const { createClient } = await import(inRoot("dist", "index.js"));
  const { createSandbox } = await import(inRoot("dist", "testing.js"));
  const wasm = readFileSync(inRoot("dist", "connect_flow_bg.wasm")).toString("base64");
  const rows = [];
  for (const [app, data] of [["gmail", {}], ["zendesk", { subdomain: "acme" }], ["shopify", { shop: "acme", admin_api_access_token: "token" }]]) {
    const sandbox = createSandbox({ apiKey: "key" });
    const client = await createClient({
      baseUrl: "https://sandbox.test",
      entityId: "Jessica",
      redirectUrl: "https://app.test/",
      unsafeApiKey: "key",
      wasmUrl: `data:application/wasm;base64,${wasm}`,
      fetch: (request) => sandbox.fetch(request),
    });
    const { integrationId } = await client.getExpectedParamsForUser({ app });
    const { connectionStatus } = await client.initiateConnection({ integrationId, data });
    const asked = sandbox.requests.map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    rows.push({ app, connectionStatus, requests: asked.length, asked });
  }
  return rows;
}
