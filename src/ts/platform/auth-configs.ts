// Auth configs: what the documents call integrations. Routes, bodies of requests, and the members of answers that the gateway passes on or the sandbox writes.
// Source: docs/protocol.md.
import type { JsonObject } from "./json.js";
import type { Routes } from "./route.js";
import { anyObject, anyText, boolean, listOf, nullable, object, oneOf, optional, text, type Schema, type TypeOf } from "./schema.js";
import type { ToolkitField } from "./toolkits.js";

export const authConfigRoutes = {
  listAuthConfigs: { method: "GET", path: "/auth_configs", query: ["toolkit_slug", "is_composio_managed", "show_disabled", "search", "limit", "cursor"] },
  createAuthConfig: { method: "POST", path: "/auth_configs" },
  getAuthConfig: { method: "GET", path: "/auth_configs/:id" },
  updateAuthConfig: { method: "PATCH", path: "/auth_configs/:id" },
  deleteAuthConfig: { method: "DELETE", path: "/auth_configs/:id", query: ["revoke_on_delete"] },
  enableAuthConfig: { method: "PATCH", path: "/auth_configs/:id/ENABLED" },
  disableAuthConfig: { method: "PATCH", path: "/auth_configs/:id/DISABLED" },
} as const satisfies Routes;

/** Scopes: a list, or text that commas separate. */
const scopes: Schema<string | string[]> = (value, path, problems) => (Array.isArray(value) ? listOf(text) : anyText)(value, path, problems);

/** Members that creating and changing an auth config share. The sandbox stores them and acts on none. */
const settings = {
  name: optional(text),
  proxy_config: optional(nullable(object({ proxy_url: text, proxy_auth_key: optional(text) }))),
  tool_access_config: optional(anyObject),
  restrict_to_following_tools: optional(listOf(text)),
  shared_credentials: optional(anyObject),
  is_enabled_for_tool_router: optional(boolean),
};

export const createAuthConfigRequest = object({
  toolkit: object({ slug: text }),
  auth_config: optional(object({
    type: oneOf("use_composio_managed_auth", "use_custom_auth"),
    authScheme: optional(text),
    credentials: optional(anyObject),
    ...settings,
  })),
});
export type CreateAuthConfigRequest = TypeOf<typeof createAuthConfigRequest>;

/** A change of an auth config. `custom` ones take `credentials`, managed (`default`) ones take scopes. */
export const updateAuthConfigRequest = object({
  type: oneOf("custom", "default"),
  credentials: optional(anyObject),
  scopes: optional(scopes),
  user_scopes: optional(scopes),
  ...settings,
});
export type UpdateAuthConfigRequest = TypeOf<typeof updateAuthConfigRequest>;

/** An integration. `expected_input_fields` stands in the answer about one. */
export interface AuthConfig {
  id: string;
  uuid?: string;
  name: string;
  type: string;
  status: string;
  toolkit: { slug: string; logo: string; auth_guide_url?: string | null; auth_hint_url?: string | null };
  auth_scheme: string;
  is_composio_managed: boolean;
  deleted?: boolean;
  credentials?: JsonObject;
  no_of_connections?: number;
  created_by?: string;
  created_at: string;
  last_updated_at: string;
  expected_input_fields?: ToolkitField[];
  tool_access_config?: JsonObject;
  restrict_to_following_tools?: string[];
  proxy_config?: JsonObject | null;
  shared_credentials?: JsonObject;
  is_enabled_for_tool_router?: boolean;
  deprecated_params?: JsonObject;
}

export interface CreatedAuthConfig {
  toolkit: { slug: string };
  auth_config: { id: string; auth_scheme: string; is_composio_managed: boolean; restrict_to_following_tools?: string[] };
}

/** The answer of operations that change an auth config. */
export interface ChangedAuthConfig {
  success: boolean;
  message: string;
  revoke_job_id?: string;
}
