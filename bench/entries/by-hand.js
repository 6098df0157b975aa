/** The requests that the protocol cannot do without, side by side where it lets them be, and nothing else: no checks, nothing kept. */
export const open = ({ baseUrl, api, app }) => ({ v1, v3 })[api](app, (path, body) => ask(baseUrl + path, body));

async function ask(url, body) {
  const init = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return (await fetch(url, init)).json();
}

function v3(app, ask) {
  let id;
  return {
    expect: async () => {
      const [{ items }] = await Promise.all([ask(`/api/v3/auth_configs?toolkit_slug=${app}`), ask(`/api/v3/toolkits/${app}`)]);
      [{ id }] = items;
    },
    initiate: async () => {
      const asked = { auth_config_id: id, user_id: "Jessica", callback_url: location.href };
      location.assign((await ask("/api/v3/connected_accounts/link", asked)).redirect_url);
    },
  };
}

function v1(app, ask) {
  let id;
  return {
    expect: async () => {
      const { items } = await ask(`/api/v1/integrations?appName=${app}`);
      ({ id } = await ask(`/api/v1/integrations/${items[0].id}`));
    },
    initiate: async () => {
      const asked = { integrationId: id, entityId: "Jessica", redirectUri: location.href, data: {} };
      location.assign((await ask("/api/v1/connectedAccounts", asked)).redirectUrl);
    },
  };
}
