// The auth schemes of the platform, by the status of a new account. Source: docs/protocol.md.

/** The user types everything that is needed. */
const keySchemes = ["API_KEY", "BASIC", "BASIC_WITH_JWT", "BEARER_TOKEN", "CALCOM_AUTH", "GOOGLE_SERVICE_ACCOUNT", "SERVICE_ACCOUNT"];

/** `S2S_OAUTH2` and the like: OAuth between servers, without a user who signs in. */
const isBetweenServers = (scheme: string): boolean => scheme.startsWith("S2S_");

/** Whether users of a scheme sign in at an authorization server: true for any OAuth scheme that is not between servers. Case does not matter. */
export function needsAuthorization(scheme: string): boolean {
  const name = scheme.toUpperCase();
  return /^\w*OAUTH\w*$/.test(name) && !isBetweenServers(name);
}

/** The status of a new account of a scheme, whose case does not matter; undefined for an unknown scheme. */
export function initialStatusOf(scheme: string): "ACTIVE" | "INITIALIZING" | undefined {
  if (needsAuthorization(scheme)) return "INITIALIZING";
  const name = scheme.toUpperCase();
  return keySchemes.includes(name) || isBetweenServers(name) ? "ACTIVE" : undefined;
}
