/** The requests that the protocol requires, in parallel where possible, without validation or storage. */
export function open({ baseUrl, app }) {
  const ask = (path, body) => send(`${baseUrl}/api/v3.1/${path}`, body);
  let id;
  return {
    expect: async () => {
      const [{ items }] = await Promise.all([ask(`auth_configs?toolkit_slug=${app}`), ask(`toolkits/${app}`)]);
      [{ id }] = items;
    },
    initiate: async () => {
      const body = { auth_config_id: id, user_id: "Jessica", callback_url: location.href };
      location.assign((await ask("connected_accounts/link", body)).redirect_url);
    },
  };
}

async function send(url, body) {
  const init = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  return (await fetch(url, init)).json();
}
