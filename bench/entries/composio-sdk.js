import { Composio } from "@composio/core";

const createSdk = ({ baseUrl }) => new Composio({ baseURL: baseUrl, apiKey: "key", allowTracking: false });

export async function open({ baseUrl, app }) {
  const composio = createSdk({ baseUrl });
  let authConfig;
  return {
    expect: async () => {
      const { items } = await composio.authConfigs.list({ toolkit: app });
      [authConfig] = items;
      await composio.toolkits.getConnectedAccountInitiationFields(app, authConfig.authScheme);
    },
    initiate: async () => {
      const { redirectUrl } = await composio.connectedAccounts.link("Jessica", authConfig.id, { callbackUrl: location.href });
      location.assign(redirectUrl);
    },
  };
}

/** Polls every second until the account is active. */
export const wait = ({ baseUrl, connectedAccountId, ms }) =>
  createSdk({ baseUrl }).connectedAccounts.waitForConnection(connectedAccountId, ms);
