import { Composio } from "@composio/core";

export async function connect({ baseUrl, app, key }) {
  const composio = new Composio({ baseURL: baseUrl, apiKey: key, allowTracking: false });
  const { items } = await composio.authConfigs.list({ toolkit: app });
  await composio.toolkits.getConnectedAccountInitiationFields(app, items[0].authScheme);
  const request = await composio.connectedAccounts.link("Jessica", items[0].id, { callbackUrl: location.href });
  return request.redirectUrl;
}

/** Asks every second until the account is active. */
export const wait = ({ baseUrl, key, connectedAccountId, seconds }) =>
  new Composio({ baseURL: baseUrl, apiKey: key, allowTracking: false }).connectedAccounts.waitForConnection(connectedAccountId, seconds * 1000);
