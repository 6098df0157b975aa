// Tools: what the documents call actions. Routes, bodies of requests, and the members of answers that the gateway passes on or the sandbox writes.
// Source: docs/protocol.md.
import type { JsonObject } from "./json.js";
import type { Routes } from "./route.js";
import { anyObject, anything, boolean, listOf, object, oneOf, optional, text, type TypeOf } from "./schema.js";

export const toolRoutes = {
  getTool: { method: "GET", path: "/tools/:id", query: ["version", "toolkit_versions"] },
  executeTool: { method: "POST", path: "/tools/execute/:id" },
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

export interface ToolExecution {
  data: JsonObject;
  error: string | null;
  successful: boolean;
  log_id: string;
  session_info: JsonObject;
}
