// Connected accounts. Routes, bodies of requests, and the members of answers that the gateway passes on or the sandbox writes.
// Source: docs/protocol.md.
import type { JsonObject } from "./json.js";
import type { Routes } from "./route.js";
import { anyObject, anyText, boolean, connectionValues, httpUrl, object, optional, text, type TypeOf } from "./schema.js";

export const accountRoutes = {
  listAccounts: {
    method: "GET", path: "/connected_accounts",
    query: ["user_ids", "toolkit_slugs", "auth_config_ids", "connected_account_ids", "statuses", "order_by", "order_direction", "limit", "cursor"],
  },
  createAccount: { method: "POST", path: "/connected_accounts" },
  createLink: { method: "POST", path: "/connected_accounts/link" },
  getAccount: { method: "GET", path: "/connected_accounts/:id" },
  deleteAccount: { method: "DELETE", path: "/connected_accounts/:id" },
  updateAccount: { method: "PATCH", path: "/connected_accounts/:id" },
  refreshAccount: { method: "POST", path: "/connected_accounts/:id/refresh", query: ["redirect_url"] },
  setAccountStatus: { method: "PATCH", path: "/connected_accounts/:id/status" },
} as const satisfies Routes;

export const createAccountRequest = object({
  auth_config: object({ id: text }),
  connection: object({
    user_id: optional(text),
    callback_url: optional(httpUrl),
    redirect_uri: optional(httpUrl),
    state: optional(object({ authScheme: text, val: anyObject })),
    data: optional(connectionValues),
  }),
  validate_credentials: optional(boolean),
});
export type CreateAccountRequest = TypeOf<typeof createAccountRequest>;

export const createLinkRequest = object({
  auth_config_id: text,
  user_id: text,
  callback_url: optional(httpUrl),
  connection_data: optional(connectionValues),
});
export type CreateLinkRequest = TypeOf<typeof createLinkRequest>;

export const updateAccountRequest = object({ alias: optional(anyText) });
export type UpdateAccountRequest = TypeOf<typeof updateAccountRequest>;

export const refreshAccountRequest = object({ redirect_url: optional(httpUrl), validate_credentials: optional(boolean) });
export type RefreshAccountRequest = TypeOf<typeof refreshAccountRequest>;

export const setAccountStatusRequest = object({ enabled: boolean });
export type SetAccountStatusRequest = TypeOf<typeof setAccountStatusRequest>;

/** A connected account. `params` stands in the answer about one account. */
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
  created_at: string;
  updated_at: string;
}

/** Members of `state.val` that are about the account, beside the values of its scheme. */
export interface AccountVal {
  status: string;
  authScheme?: string;
  redirectUrl?: string;
  callback_url?: string;
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
}

export interface CreatedLink {
  link_token: string;
  connected_account_id: string;
  redirect_url: string;
  expires_at: string;
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

export interface UpdatedAccount extends Done {
  id: string;
  status: string;
}
