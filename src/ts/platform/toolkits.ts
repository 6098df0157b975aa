// Toolkits: what the documents call apps. Routes, bodies of requests, and the members of answers that the gateway passes on or the sandbox writes.
// Source: docs/protocol.md.
import type { JsonObject } from "./json.js";
import type { Routes } from "./route.js";
import { listOf, object, oneOf, optional, text, wholeNumber } from "./schema.js";

export const toolkitRoutes = {
  listToolkits: { method: "GET", path: "/toolkits", query: ["search", "category", "managed_by", "type", "sort_by", "include_deprecated", "limit", "cursor"] },
  listManyToolkits: { method: "POST", path: "/toolkits/multi" },
  listCategories: { method: "GET", path: "/toolkits/categories", query: ["limit", "cursor"] },
  listToolkitVersions: { method: "GET", path: "/toolkits/changelog" },
  getToolkit: { method: "GET", path: "/toolkits/:id", query: ["version"] },
} as const satisfies Routes;

export const listManyToolkitsRequest = object({
  toolkits: optional(listOf(text)),
  category: optional(text),
  managed_by: optional(oneOf("composio", "all", "project")),
  sort_by: optional(oneOf("usage", "alphabetically")),
  limit: optional(wholeNumber),
  cursor: optional(text),
});

/** An app. `auth_schemes` and `no_auth` stand in the list, `enabled` and `auth_config_details` in the answer about one app. */
export interface Toolkit {
  slug: string;
  name: string;
  type?: string;
  enabled?: boolean;
  no_auth?: boolean;
  is_local_toolkit: boolean;
  auth_guide_url?: string | null;
  auth_schemes?: string[];
  composio_managed_auth_schemes?: string[];
  /** The scopes that the platform's own OAuth client may ask for. */
  composio_managed_auth?: { mode: string; scopes: { available: string[] } }[];
  auth_config_details?: ToolkitScheme[];
  base_url?: string;
  get_current_user_endpoint?: string;
  get_current_user_endpoint_method?: string;
  meta: ToolkitMeta;
  deprecated?: JsonObject;
}

export interface ToolkitMeta {
  description: string;
  logo: string;
  app_url?: string | null;
  version?: string;
  available_versions?: string[];
  tools_count?: number;
  triggers_count?: number;
  created_at: string;
  updated_at: string;
  /** The list has `id` and `name`, the answer about one app `slug` and `name`. */
  categories: { id?: string; slug?: string; name: string }[];
}

export interface ToolkitScheme {
  mode: string;
  auth_mode?: string;
  name: string;
  auth_hint_url?: string;
  /** Scopes that every attempt asks for. */
  required_scopes?: string[];
  fields: { auth_config_creation: FieldsByNeed; connected_account_initiation: FieldsByNeed };
  proxy?: { base_url: string };
}

export interface FieldsByNeed {
  required: ToolkitField[];
  optional: ToolkitField[];
}

/** One value that a user or a developer supplies. Older answers spell some members in camel case. */
export interface ToolkitField {
  name: string;
  displayName?: string;
  display_name?: string;
  type?: string;
  description?: string;
  required: boolean;
  default?: string | null;
  is_secret?: boolean;
  isSecret?: boolean;
  user_visible?: boolean;
  userVisible?: boolean;
  expected_from_customer?: boolean;
  legacy_template_name?: string;
  format?: string;
  pattern?: string;
  example?: string;
  prefix?: string;
  suffix?: string;
  order?: number;
  enum?: unknown[];
}
