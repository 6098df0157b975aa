// Auth configs: what the documents call integrations. Routes, bodies of requests, and the members of answers that the gateway passes on or the sandbox writes.
// Source: docs/protocol.md.
import type { JsonObject } from "./json.js";
import type { Routes } from "./route.js";
import { anyObject, object, oneOf, optional, text, type TypeOf } from "./schema.js";
import type { ToolkitField } from "./toolkits.js";

export const authConfigRoutes = {
  listAuthConfigs: { method: "GET", path: "/auth_configs", query: ["toolkit_slug", "is_composio_managed", "show_disabled", "search", "limit", "cursor"] },
  createAuthConfig: { method: "POST", path: "/auth_configs" },
  getAuthConfig: { method: "GET", path: "/auth_configs/:id" },
} as const satisfies Routes;

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

/** An integration. `expected_input_fields` stands in the answer about one. */
export interface AuthConfig {
  id: string;
  uuid?: string;
  name: string;
  type: string;
  status: string;
  toolkit: { slug: string; logo: string };
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
  deprecated_params?: JsonObject;
}

export interface CreatedAuthConfig {
  toolkit: { slug: string };
  auth_config: { id: string; auth_scheme: string; is_composio_managed: boolean; restrict_to_following_tools?: string[] };
}
