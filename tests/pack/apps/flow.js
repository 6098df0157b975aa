// The flow that every app of these tests runs: it connects an app with an API key and writes the result into the page.

/** Returns the statuses, or the error. */
export async function connect(createClient, baseUrl) {
  // Registered here, because some apps import this file on a server.
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => console.error(`violation: ${effectiveDirective} ${blockedURI}`));
  try {
    const client = await createClient({ baseUrl, entityId: "Jessica" });
    const { expectedInputFields, integrationId } = await client.getExpectedParamsForUser({ app: "firecrawl" });
    const data = Object.fromEntries(expectedInputFields.map(({ name }) => [name, "a key"]));
    const { connectionStatus, connectedAccountId } = await client.initiateConnection({ integrationId, data });
    const { status } = await client.connectedAccounts.get({ connectedAccountId });
    return { connectionStatus, status };
  } catch (error) {
    return { error: `${error.code}: ${error.message}` };
  }
}

/** The test passes the platform's URL as `api`. */
export const baseUrl = () => new URLSearchParams(location.search).get("api") ?? "/api/connect";

export function show(result) {
  document.querySelector("output").textContent = JSON.stringify(result);
}
