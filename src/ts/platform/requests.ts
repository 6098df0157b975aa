import { anyObject, anything, boolean, connectionValues, httpUrl, listOf, object, oneOf, optional, text, type TypeOf } from "./schema.js";

// The bodies that the platform's operations take. Source: docs/protocol.md.

export const createAuthConfigRequest = object({
  toolkit: object({ slug: text }),
  auth_config: object({
    type: oneOf("use_composio_managed_auth", "use_custom_auth"),
    name: optional(text),
    authScheme: optional(text),
    credentials: optional(anyObject),
    proxy_config: optional(anyObject),
    tool_access_config: optional(anyObject),
  }),
});
export type CreateAuthConfigRequest = TypeOf<typeof createAuthConfigRequest>;

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

export const refreshAccountRequest = object({ redirect_url: optional(httpUrl), validate_credentials: optional(boolean) });
export type RefreshAccountRequest = TypeOf<typeof refreshAccountRequest>;

export const setAccountStatusRequest = object({ enabled: boolean });
export type SetAccountStatusRequest = TypeOf<typeof setAccountStatusRequest>;

export const executeToolRequest = object({
  connected_account_id: optional(text),
  user_id: optional(text),
  entity_id: optional(text),
  arguments: optional(anyObject),
  text: optional(text),
  version: optional(text),
  custom_auth_params: optional(object({
    base_url: optional(text),
    parameters: listOf(object({ name: text, in: oneOf("header", "query"), value: text })),
    body: optional(anything),
  })),
  custom_connection_data: optional(object({ authScheme: text, toolkitSlug: text, val: anyObject })),
  allow_tracing: optional(boolean),
});
export type ExecuteToolRequest = TypeOf<typeof executeToolRequest>;
