import { UserManager } from "oidc-client-ts";

export async function connect({ authority, clientId }) {
  const manager = new UserManager({ authority, client_id: clientId, redirect_uri: location.origin });
  if (location.search.includes("state=")) return manager.signinRedirectCallback();
  return manager.signinRedirect();
}
