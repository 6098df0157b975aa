import * as oauth from "oauth4webapi";

/**
 * The sandbox's port to an authorization server: authorization code grant with PKCE, `state` and the `iss` check (RFC 9207), refresh
 * token grant, revocation, and UserInfo. The metadata are discovered at the first use.
 * @param client `{ id, secret }` of a confidential client. Authenticates with `client_secret_basic`.
 */
export function createOAuthPort({ issuer, client: { id, secret } }) {
  const issuerUrl = new URL(issuer);
  const client = { client_id: id, id_token_signed_response_alg: "ES256" };
  const authentication = oauth.ClientSecretBasic(secret);
  const isLoopback = ["localhost", "127.0.0.1", "[::1]"].includes(issuerUrl.hostname);
  const options = { [oauth.allowInsecureRequests]: isLoopback, signal: () => AbortSignal.timeout(10_000) };

  let discovered;
  function discover() {
    discovered ??= oauth.discoveryRequest(issuerUrl, options)
      .then((response) => oauth.processDiscoveryResponse(issuerUrl, response))
      .catch((error) => {
        // The next call tries again.
        discovered = undefined;
        throw error;
      });
    return discovered;
  }

  /** Turns an OAuth error of the authorization server into a result. Throws every other error. */
  function resultOfError(error) {
    const isOAuthError = error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError;
    if (!isOAuthError) throw error;
    return { ok: false, error: error.error, ...(error.error_description && { errorDescription: error.error_description }) };
  }

  return {
    async start({ redirectUri, scopes }) {
      const server = await discover();
      const session = { codeVerifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState() };
      const url = new URL(server.authorization_endpoint);
      url.search = new URLSearchParams({
        response_type: "code",
        client_id: id,
        redirect_uri: redirectUri,
        scope: scopes.join(" "),
        state: session.state,
        code_challenge: await oauth.calculatePKCECodeChallenge(session.codeVerifier),
        code_challenge_method: "S256",
        // A user who connects a second account must be able to sign in as someone else.
        prompt: "login consent",
      }).toString();
      return { url: url.href, session };
    },

    async finish({ callbackUrl, session, redirectUri }) {
      const server = await discover();
      try {
        const parameters = oauth.validateAuthResponse(server, client, callbackUrl, session.state);
        const response = await oauth.authorizationCodeGrantRequest(
          server, client, authentication, parameters, redirectUri, session.codeVerifier, options,
        );
        return { ok: true, tokens: await oauth.processAuthorizationCodeResponse(server, client, response) };
      } catch (error) {
        return resultOfError(error);
      }
    },

    async refresh({ tokens }) {
      const server = await discover();
      try {
        const response = await oauth.refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, options);
        return { ok: true, tokens: await oauth.processRefreshTokenResponse(server, client, response) };
      } catch (error) {
        return resultOfError(error);
      }
    },

    async revoke({ tokens }) {
      const server = await discover();
      // Revokes the refresh token first, so that nothing can renew the access token meanwhile.
      for (const token of [tokens.refresh_token, tokens.access_token].filter(Boolean)) {
        await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, authentication, token, options));
      }
    },

    async userinfo({ tokens }) {
      const server = await discover();
      try {
        const response = await oauth.userInfoRequest(server, client, tokens.access_token, options);
        // The claims are not used for a sign-in, so any subject is accepted.
        return { ok: true, claims: await oauth.processUserInfoResponse(server, client, oauth.skipSubjectCheck, response) };
      } catch (error) {
        if (!(error instanceof oauth.WWWAuthenticateChallengeError)) return resultOfError(error);
        const { error: code = "invalid_token", error_description: text } = error.cause[0].parameters;
        return { ok: false, error: code, ...(text && { errorDescription: text }) };
      }
    },
  };
}
