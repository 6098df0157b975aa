// Tools: what the documents call actions. Routes, bodies of requests, and the members of answers that the gateway passes on or the sandbox writes.
// Source: docs/protocol.md.
import type { JsonObject } from "./json.js";
import type { Routes } from "./route.js";
import { anyObject, anything, boolean, listOf, object, oneOf, optional, text, type TypeOf } from "./schema.js";

export const toolRoutes = {
  listTools: {
    method: "GET", path: "/tools",
    query: [
      "toolkit_slug", "tool_slugs", "auth_config_ids", "query", "search", "tags", "scopes", "important", "include_deprecated", "toolkit_versions",
      "limit", "cursor",
    ],
  },
  listToolNames: { method: "GET", path: "/tools/enum" },
  getTool: { method: "GET", path: "/tools/:id", query: ["version", "toolkit_versions"] },
  proxyTool: { method: "POST", path: "/tools/execute/proxy" },
  executeTool: { method: "POST", path: "/tools/execute/:id" },
  listRequiredScopes: { method: "POST", path: "/tools/scopes/required", since: "v3.1" },
} as const satisfies Routes;

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

/** A request to the app itself, with the account's credentials. */
export const proxyToolRequest = object({
  endpoint: text,
  method: oneOf("GET", "POST", "PUT", "DELETE", "PATCH"),
  connected_account_id: optional(text),
  user_id: optional(text),
  body: optional(anything),
  parameters: optional(listOf(object({ name: text, type: oneOf("header", "query"), value: text }))),
  custom_connection_data: optional(object({ authScheme: text, toolkitSlug: text, val: anyObject })),
});
export type ProxyToolRequest = TypeOf<typeof proxyToolRequest>;

export const listRequiredScopesRequest = object({ tools: listOf(text), version: optional(text) });

/** An action, which agents know as a tool. */
export interface Tool {
  slug: string;
  name: string;
  description: string;
  toolkit: { slug: string; name: string; logo: string };
  /** JSON Schema of an object. */
  input_parameters: JsonObject;
  output_parameters: JsonObject;
  no_auth: boolean;
  tags: string[];
  scopes: string[];
  scope_requirements: JsonObject | null;
  version: string;
  available_versions: readonly string[];
  is_deprecated: boolean;
}

export interface ToolExecution {
  data: JsonObject;
  error: string | null;
  successful: boolean;
  log_id: string;
  session_info: JsonObject;
}
