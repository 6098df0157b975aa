// The answers of the platform: the members that the gateway passes on or the sandbox writes. Optional members may be missing in some answers.
// Source: docs/protocol.md.
import type { JsonObject } from "./json.js";

export interface ListPage<Item> {
  items: Item[];
  next_cursor: string | null;
  total_pages?: number;
  current_page?: number;
  total_items?: number;
}

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

export interface ToolExecution {
  data: JsonObject;
  error: string | null;
  successful: boolean;
  log_id: string;
  session_info: JsonObject;
}
