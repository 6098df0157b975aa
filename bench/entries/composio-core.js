import { Composio, ConnectionRequest } from "composio-core";

const make = ({ baseUrl }) => new Composio({ baseUrl, apiKey: "key", allowTracing: false });

export async function open({ baseUrl, app }) {
  const composio = make({ baseUrl });
  let integrationId;
  return {
    expect: async () => {
      ({ integrationId } = await composio.getExpectedParamsForUser({ app }));
    },
    initiate: async () => {
      const redirectUri = location.href;
      const asked = { integrationId, appName: app, entityId: "Jessica", redirectUri, connectionParams: {} };
      const { redirectUrl } = await composio.connectedAccounts.initiate(asked);
      location.assign(redirectUrl);
    },
  };
}

/** Asks every second until the account is active. */
export function wait({ baseUrl, connectedAccountId, ms }) {
  const { backendClient } = make({ baseUrl });
  return new ConnectionRequest({ connectedAccountId, client: backendClient.instance }).waitUntilActive(ms / 1000);
}
