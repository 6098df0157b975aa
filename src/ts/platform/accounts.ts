// Connected accounts. Routes, bodies of requests, and the members of answers that the gateway passes on or the sandbox writes.
// Source: docs/protocol.md.
import type { JsonObject } from "./json.js";
import type { Routes } from "./route.js";
import { anyObject, anyText, boolean, connectionValues, httpUrl, listOf, nullable, object, oneOf, optional, text, type TypeOf } from "./schema.js";

export const accountRoutes = {
  listAccounts: {
    method: "GET", path: "/connected_accounts",
    query: ["user_ids", "toolkit_slugs", "auth_config_ids", "connected_account_ids", "statuses", "account_type", "order_by", "order_direction", "limit", "cursor"],
  },
  createAccount: { method: "POST", path: "/connected_accounts" },
  createLink: { method: "POST", path: "/connected_accounts/link" },
  getAccount: { method: "GET", path: "/connected_accounts/:id" },
  deleteAccount: { method: "DELETE", path: "/connected_accounts/:id", query: ["revoke_on_delete"] },
  updateAccount: { method: "PATCH", path: "/connected_accounts/:id" },
  refreshAccount: { method: "POST", path: "/connected_accounts/:id/refresh", query: ["redirect_url"] },
  setAccountStatus: { method: "PATCH", path: "/connected_accounts/:id/status" },
  revokeAccount: { method: "POST", path: "/connected_accounts/:id/revoke", since: "v3.1" },
  completeAuth: { method: "POST", path: "/connected_accounts/complete_auth", since: "v3.1" },
} as const satisfies Routes;

/** Who may use an account: its owner alone, or also the users that its access list names. */
export const accountTypes = ["PRIVATE", "SHARED"] as const;
export type AccountType = (typeof accountTypes)[number];

/** The access list of a SHARED account, for users other than its owner. A refusal wins over a permission. */
const accessListRequest = object({
  allow_all_users: optional(boolean),
  allowed_user_ids: optional(listOf(text)),
  not_allowed_user_ids: optional(listOf(text)),
});
export type AccessListRequest = TypeOf<typeof accessListRequest>;

/** An access list as answers state it. */
export interface AccessList {
  allow_all_users: boolean;
  allowed_user_ids: string[];
  not_allowed_user_ids: string[];
}

/** How a new account is shared. */
export const newAccountSharing = object({ account_type: optional(oneOf(...accountTypes)), acl_config_for_shared: optional(accessListRequest) });

export const createAccountRequest = object({
  auth_config: object({ id: text }),
  connection: object({
    user_id: optional(text),
    callback_url: optional(httpUrl),
    redirect_uri: optional(httpUrl),
    state: optional(object({ authScheme: text, val: anyObject })),
    data: optional(connectionValues),
    alias: optional(anyText),
    experimental: optional(newAccountSharing),
    deprecated_is_v1_rerouted: optional(boolean),
  }),
  validate_credentials: optional(boolean),
});
export type CreateAccountRequest = TypeOf<typeof createAccountRequest>;

export const createLinkRequest = object({
  auth_config_id: text,
  user_id: text,
  callback_url: optional(httpUrl),
  connection_data: optional(connectionValues),
  alias: optional(anyText),
  experimental: optional(newAccountSharing),
});
export type CreateLinkRequest = TypeOf<typeof createLinkRequest>;

/** The schemes whose values can be replaced, and the names of those values. */
export const rotatableSchemes = ["BEARER_TOKEN", "API_KEY", "BASIC", "BASIC_WITH_JWT", "GOOGLE_SERVICE_ACCOUNT", "SERVICE_ACCOUNT"] as const;
const rotatableNames = [
  "token", "generic_api_key", "api_key", "bearer_token", "basic_encoded", "generic_token", "api_key_prefix", "generic_secret", "generic_id",
  "user_agent", "username", "password", "credentials_json", "application_id", "installation_id", "private_key",
] as const;

export const updateAccountRequest = object({
  alias: optional(anyText),
  connection: optional(object({
    state: object({
      authScheme: oneOf(...rotatableSchemes),
      // Null removes a value. A value that is left out stays.
      val: object(Object.fromEntries(rotatableNames.map((name) => [name, optional(nullable(anyText))]))),
    }),
  })),
  experimental: optional(object({ acl_config_for_shared: optional(accessListRequest) })),
});
export type UpdateAccountRequest = TypeOf<typeof updateAccountRequest>;

export const refreshAccountRequest = object({ redirect_url: optional(httpUrl), validate_credentials: optional(boolean) });
export type RefreshAccountRequest = TypeOf<typeof refreshAccountRequest>;

/** The official clients may send a `reason`. */
export const setAccountStatusRequest = object({ enabled: boolean, reason: optional(anyText) });
export type SetAccountStatusRequest = TypeOf<typeof setAccountStatusRequest>;

export const completeAuthRequest = object({ session_uri: text, user_id: text });
export type CompleteAuthRequest = TypeOf<typeof completeAuthRequest>;

/** A connected account. `params` and `requested_scopes` stand in the answer about one account. */
export interface ConnectedAccount {
  id: string;
  status: string;
  status_reason: string | null;
  is_disabled: boolean;
  word_id?: string | null;
  alias?: string | null;
  user_id?: string;
  toolkit: { slug: string };
  auth_config: { id: string; auth_scheme?: string; is_composio_managed: boolean; is_disabled: boolean };
  state: { authScheme: string; val: JsonObject };
  data?: JsonObject;
  params?: JsonObject;
  /** What the last attempt asked the authorization server for. Only for OAuth. */
  requested_scopes?: string[];
  experimental?: { account_type: AccountType; acl_config_for_shared?: AccessList };
  created_at: string;
  updated_at: string;
}

/** Members of `state.val` that are about the account, beside the values of its scheme. */
export interface AccountVal {
  status: string;
  authScheme?: string;
  redirectUrl?: string;
  callback_url?: string;
  /** The account's owner as the app names it, such as an email address. */
  displayName?: string;
  error?: string;
  error_description?: string;
  expired_at?: string;
}

export interface CreatedAccount {
  id: string;
  connectionData: { authScheme: string; val: JsonObject };
  status?: string;
  redirect_url?: string | null;
  redirect_uri?: string | null;
  experimental?: ConnectedAccount["experimental"];
}

export interface CreatedLink {
  link_token: string;
  connected_account_id: string;
  redirect_url: string;
  expires_at: string;
  experimental?: ConnectedAccount["experimental"];
}

export interface RefreshedAccount {
  id: string;
  status: string;
  redirect_url: string | null;
}

/** The answer of operations that change an account. */
export interface Done {
  success: boolean;
}

export interface DeletedAccount extends Done {
  revoke_job_id?: string;
}

export interface RevokedAccount {
  /** What the app no longer accepts: `access_token`, `refresh_token`. */
  revoked_tokens: string[];
  connected_account: { id: string; status: string };
}

/** The answer of a session that a server has completed. */
export interface CompletedAuth {
  connected_account_id: string;
  toolkit_slug: string;
}

export interface UpdatedAccount extends Done {
  id: string;
  status: string;
}
