/** The auth schemes of the platform, by the status of a new account. Source: docs/protocol.md. */
const schemesByStatus = {
  // The user types everything that is needed.
  ACTIVE: ["API_KEY", "BASIC", "BASIC_WITH_JWT", "BEARER_TOKEN", "CALCOM_AUTH", "GOOGLE_SERVICE_ACCOUNT", "S2S_OAUTH2", "SERVICE_ACCOUNT"],
  // An authorization server issues the credentials.
  INITIALIZING: ["OAUTH2", "OAUTH1", "OAUTH1A", "DCR_OAUTH", "CIMD_OAUTH"],
} as const;

export type InitialStatus = keyof typeof schemesByStatus;

/** The status of a new account of a scheme, whose case does not matter; undefined for an unknown scheme. */
export function initialStatusOf(scheme: string): InitialStatus | undefined {
  const statuses = Object.keys(schemesByStatus) as InitialStatus[];
  return statuses.find((status) => (schemesByStatus[status] as readonly string[]).includes(scheme.toUpperCase()));
}

/** Whether users of this scheme are sent to an authorization server. */
export const needsAuthorization = (scheme: string): boolean => initialStatusOf(scheme) === "INITIALIZING";
