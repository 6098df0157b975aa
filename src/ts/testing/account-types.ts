/** An account in the sandbox, with the secrets that answers mask. */
export interface SandboxAccount {
  /** Id of the account, `ca_…`. */
  readonly id: string;
  /** The platform's short label, such as `gmail_red-castle`. */
  readonly wordId: string;
  /** The name that the app or the user gave it; null if there is none. */
  readonly alias: string | null;
  /** The account's owner as the app names it, such as an email address; null if the app does not say. */
  readonly displayName: string | null;
  /** `SHARED` accounts may be used by other entities too. */
  readonly accountType: "PRIVATE" | "SHARED";
  /** The scopes that the last attempt asked for. Empty unless the scheme is OAuth. */
  readonly requestedScopes: readonly string[];
  /** Key of the app, such as `gmail`. */
  readonly app: string;
  /** Id of the integration, `ac_…`. */
  readonly integrationId: string;
  /** Auth scheme of the integration, such as `OAUTH2`. */
  readonly authScheme: string;
  /** Id of the entity. */
  readonly entityId: string;
  /** Status such as `ACTIVE`. A disabled account keeps it here, while answers say `INACTIVE`. */
  readonly status: string;
  /** The reason for the status, as in answers; null if there is none. */
  readonly statusReason: string | null;
  /** Whether it was disabled. */
  readonly isDisabled: boolean;
  /** Whether it was deleted. Answers no longer contain it. */
  readonly isDeleted: boolean;
  /** What the user typed. */
  readonly data: Readonly<Record<string, string>>;
  /** What the authorization server issued. */
  readonly tokens: Readonly<Record<string, unknown>>;
  /** When the access token expires, in milliseconds since 1970; null if the authorization server did not say. */
  readonly accessTokenExpiresAtMs: number | null;
  /** The URL that the user returns to; null if there is none. */
  readonly callbackUrl: string | null;
  /** The time of its creation, in milliseconds since 1970. */
  readonly createdAtMs: number;
}

/** What an app rejects when an action uses an account: its credentials (401), or the granted scopes (403). */
export type Rejection = "credentials" | "scopes";

/** The state of a sandbox account. Members that are left out of a change stay unchanged. */
export interface AccountState {
  /** Default for a new account `"ACTIVE"`. */
  status?: "ACTIVE" | "INACTIVE" | "FAILED" | "EXPIRED" | "REVOKED" | undefined;
  /** The reason that answers give for the status. Default: the platform's reason for that status. */
  statusReason?: string | undefined;
  /** Name of the account, which no other account of the entity and the app may have. Default for a new account: none. */
  alias?: string | undefined;
  /** The account's owner as the app names it. Default for a new account: none. */
  displayName?: string | undefined;
  /** What the app rejects when an action uses the account; null for nothing. Default for a new account: null. */
  rejects?: Rejection | null | undefined;
}

/** A new account of `Sandbox.addAccount`. */
export interface NewSandboxAccount extends AccountState {
  /** Key of the app, such as `gmail`. */
  app: string;
  /** Id of the integration. Default: the oldest enabled one of the app. */
  integrationId?: string | undefined;
  /** Default `"default"`. */
  entityId?: string | undefined;
  /** `SHARED` accounts may be used by every entity, if a request names them. Default `"PRIVATE"`. */
  accountType?: "PRIVATE" | "SHARED" | undefined;
  /** What the user typed. Default: `sandbox` for each required field. */
  data?: Readonly<Record<string, string>> | undefined;
}
