/** The steps with the platform's SDK. @param Composio the class of one of its versions. */
export function stepsWith(Composio) {
  const createSdk = ({ baseUrl }) => new Composio({ baseURL: baseUrl, apiKey: "key", allowTracking: false });
  return {
    async open({ baseUrl, app }) {
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
    },
    /** Polls every second until the account is active. */
    wait: ({ baseUrl, connectedAccountId, ms }) => createSdk({ baseUrl }).connectedAccounts.waitForConnection(connectedAccountId, ms),
  };
}
