// Toolkits: what the documents call apps. Routes, bodies of requests, and the members of answers that the gateway passes on or the sandbox writes.
// Source: docs/protocol.md.
import type { JsonObject } from "./json.js";
import type { Routes } from "./route.js";

export const toolkitRoutes = {
  listToolkits: { method: "GET", path: "/toolkits", query: ["search", "category", "managed_by", "sort_by", "include_deprecated", "limit", "cursor"] },
  getToolkit: { method: "GET", path: "/toolkits/:id", query: ["version"] },
} as const satisfies Routes;

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
  auth_config_details?: ToolkitScheme[];
  meta: ToolkitMeta;
  deprecated?: JsonObject;
}

export interface ToolkitMeta {
  description: string;
  logo: string;
  app_url?: string | null;
  version?: string;
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
