// Sessions, which give an agent the tools of one user. Routes, bodies of requests, and the members of answers that the sandbox writes.
// Source: docs/protocol.md.
import { newAccountSharing } from "./accounts.js";
import type { JsonObject } from "./json.js";
import type { Routes } from "./route.js";
import { anyObject, anyText, httpUrl, listOf, nullable, object, openObject, optional, text, boolean, type TypeOf } from "./schema.js";

export const sessionRoutes = {
  createSession: { method: "POST", path: "/tool_router/session" },
  getSession: { method: "GET", path: "/tool_router/session/:id" },
  updateSession: { method: "PATCH", path: "/tool_router/session/:id" },
  deleteSession: { method: "DELETE", path: "/tool_router/session/:id" },
  createSessionLink: { method: "POST", path: "/tool_router/session/:id/link" },
  listSessionToolkits: {
    method: "GET", path: "/tool_router/session/:id/toolkits", query: ["limit", "cursor", "toolkits", "is_connected", "search"],
  },
  listSessionTools: { method: "GET", path: "/tool_router/session/:id/tools", query: ["limit", "cursor"] },
  executeInSession: { method: "POST", path: "/tool_router/session/:id/execute" },
} as const satisfies Routes;

/** The options of a session. The sandbox acts on the first four, and on `manage_connections.callback_url`. */
const sessionConfig = {
  toolkits: optional(object({ enable: optional(listOf(text)), disable: optional(listOf(text)) })),
  auth_configs: optional(anyObject),
  connected_accounts: optional(anyObject),
  manage_connections: optional(openObject({ callback_url: optional(httpUrl) })),
  tools: optional(anyObject),
  tags: optional((value: unknown) => value),
  workbench: optional(anyObject),
  multi_account: optional(anyObject),
  preload: optional(anyObject),
  search: optional(anyObject),
  execute: optional(anyObject),
  experimental: optional(anyObject),
};

export const createSessionRequest = object({ user_id: text, ...sessionConfig });
export type CreateSessionRequest = TypeOf<typeof createSessionRequest>;

export const updateSessionRequest = object(sessionConfig);

export const createSessionLinkRequest = object({
  toolkit: text,
  alias: optional(anyText),
  callback_url: optional(httpUrl),
  experimental: optional(newAccountSharing),
});

export const executeInSessionRequest = object({
  tool_slug: text,
  arguments: optional(anyObject),
  account: optional(nullable(text)),
  enable_auto_workbench_offload: optional(boolean),
  experimental: optional(anyObject),
});

export interface Session {
  session_id: string;
  mcp: { type: "http"; url: string };
  tool_router_tools: string[];
  config: JsonObject;
  config_version: number;
  experimental?: JsonObject;
}

/** An app as a session sees it. */
export interface SessionToolkit {
  name: string;
  slug: string;
  enabled: boolean;
  is_no_auth: boolean;
  composio_managed_auth_schemes: string[];
  meta: { logo: string; description: string };
  connected_account: {
    id: string;
    user_id: string;
    status: string;
    created_at: string;
    auth_config: { id: string; auth_scheme: string; is_composio_managed: boolean };
  } | null;
}

/** The answer of an execution. It has no `successful`. */
export interface SessionExecution {
  data: JsonObject;
  error: string | null;
  log_id: string;
}
