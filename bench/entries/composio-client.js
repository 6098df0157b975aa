import Composio from "@composio/client";

export async function open({ baseUrl, app }) {
  const composio = new Composio({ baseURL: baseUrl, apiKey: "key" });
  let authConfig;
  return {
    expect: async () => {
      const [{ items }] = await Promise.all([composio.authConfigs.list({ toolkit_slug: app }), composio.toolkits.retrieve(app)]);
      [authConfig] = items;
    },
    initiate: async () => {
      const body = { auth_config_id: authConfig.id, user_id: "Jessica", callback_url: location.href };
      const { redirect_url: redirectUrl } = await composio.link.create(body);
      location.assign(redirectUrl);
    },
  };
}
