// One whole flow of an app with an API key, as every consumer here runs it. What became of it stands in the page.

/** @returns what to show: the statuses, or the error. */
export async function connect(createClient, baseUrl) {
  // Here, as some import this on a server.
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

/** Where the platform is, which the test says. */
export const baseUrl = () => new URLSearchParams(location.search).get("api") ?? "/api/connect";

export function show(result) {
  document.querySelector("output").textContent = JSON.stringify(result);
}
