import Composio from "@composio/client";

export async function connect({ baseUrl, app, key }) {
  const composio = new Composio({ baseURL: baseUrl, apiKey: key });
  const { items } = await composio.authConfigs.list({ toolkit_slug: app });
  await composio.toolkits.retrieve(app);
  const request = await composio.link.create({ auth_config_id: items[0].id, user_id: "Jessica", callback_url: location.href });
  return request.redirect_url;
}
