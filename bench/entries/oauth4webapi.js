import * as oauth from "oauth4webapi";

export async function connect({ issuer, clientId }) {
  const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer));
  const client = { client_id: clientId };
  const { searchParams } = new URL(location.href);
  if (searchParams.has("state")) {
    const params = oauth.validateAuthResponse(server, client, searchParams, sessionStorage.getItem("state"));
    const verifier = sessionStorage.getItem("verifier");
    const answer = await oauth.authorizationCodeGrantRequest(server, client, oauth.None(), params, location.origin, verifier);
    return oauth.processAuthorizationCodeResponse(server, client, answer);
  }
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  sessionStorage.setItem("verifier", verifier);
  sessionStorage.setItem("state", state);
  const url = new URL(server.authorization_endpoint);
  url.search = new URLSearchParams({
    client_id: clientId,
    redirect_uri: location.origin,
    response_type: "code",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
  });
  return url.href;
}
