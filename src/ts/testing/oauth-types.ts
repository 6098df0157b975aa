/** An authorization server's token response, or its error. */
export type OAuthTokens =
  | {
      /** True for a token response. */
      ok: true;
      /** The token response (RFC 6749 §5.1), such as `access_token` and `expires_in`. */
      tokens: Record<string, unknown>;
    }
  | OAuthRefusal;

/** An error of an authorization server. */
export interface OAuthRefusal {
  /** False for an error. */
  ok: false;
  /** The `error` (RFC 6749 §5.2), such as `"invalid_grant"`. */
  error: string;
  /** The `error_description`. Default: none. */
  errorDescription?: string | undefined;
}

/** The sandbox's connection to an authorization server, of which it is a confidential client. */
export interface OAuthPort {
  /**
   * Begins one authorization request.
   * @returns the URL of the authorization request, with `state` in its query, and a value for `finish`.
   */
  start(input: { app: string; redirectUri: string; scopes: string[] }): Promise<{
    /** The URL that the user is sent to. */
    url: string;
    /** Passed to `finish` unchanged. */
    session: unknown;
  }>;
  /** Checks the authorization response and exchanges its `code`. A rejection counts as a failed exchange. */
  finish(input: { callbackUrl: URL; session: unknown; redirectUri: string }): Promise<OAuthTokens>;
  /**
   * Renews an expired access token with the `refresh_token`. Members that the answer leaves out keep their values. `error: "invalid_grant"` makes
   * the account EXPIRED. Any other error, and a rejection, changes nothing. Default: expired access tokens are used.
   */
  refresh?: ((input: { tokens: Record<string, unknown> }) => Promise<OAuthTokens>) | undefined;
  /**
   * Returns the user's claims for the `access_token`. After `error: "invalid_token"` the sandbox renews the tokens and calls it again. Default: every
   * user has the same profile.
   */
  userinfo?: ((input: { tokens: Record<string, unknown> }) => Promise<
    | {
        /** True for claims. */
        ok: true;
        /** The claims, such as `sub` and `email`. */
        claims: Record<string, unknown>;
      }
    | OAuthRefusal
  >) | undefined;
  /** Revokes the tokens of an account that is revoked. A rejection revokes nothing. Default: the tokens stay valid. */
  revoke?: ((input: { tokens: Record<string, unknown> }) => Promise<void>) | undefined;
}
