import { ComposioToolSet, ConnectionRequest } from "composio-core";

export async function connect({ baseUrl, app, key }) {
  const toolset = new ComposioToolSet({ baseUrl, apiKey: key, entityId: "Jessica" });
  const { integrationId } = await toolset.getExpectedParamsForUser({ app });
  const request = await toolset.connectedAccounts.initiate({
    integrationId,
    appName: app,
    entityId: "Jessica",
    redirectUri: location.href,
    connectionParams: {},
  });
  return request.redirectUrl;
}

/** Asks every second until the account is active. */
export async function wait({ baseUrl, key, connectedAccountId, seconds }) {
  const toolset = new ComposioToolSet({ baseUrl, apiKey: key, entityId: "Jessica" });
  const request = new ConnectionRequest({ connectedAccountId, client: toolset.client.backendClient.instance });
  return request.waitUntilActive(seconds);
}
