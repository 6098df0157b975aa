interface Route {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** The path after `/api/v3.1`. `:id` stands for one segment. */
  path: string;
  /** The parameters that the query may have. Default: none. */
  query?: readonly string[];
}

/**
 * Each operation of the platform that the gateway passes on or the sandbox answers. Where two routes match, the first one wins.
 * Source: docs/protocol.md.
 */
export const routes = {
  listToolkits: { method: "GET", path: "/toolkits", query: ["search", "category", "managed_by", "sort_by", "include_deprecated", "limit", "cursor"] },
  getToolkit: { method: "GET", path: "/toolkits/:id", query: ["version"] },
  listAuthConfigs: { method: "GET", path: "/auth_configs", query: ["toolkit_slug", "is_composio_managed", "show_disabled", "search", "limit", "cursor"] },
  createAuthConfig: { method: "POST", path: "/auth_configs" },
  getAuthConfig: { method: "GET", path: "/auth_configs/:id" },
  listAccounts: {
    method: "GET", path: "/connected_accounts",
    query: ["user_ids", "toolkit_slugs", "auth_config_ids", "connected_account_ids", "statuses", "order_by", "order_direction", "limit", "cursor"],
  },
  createAccount: { method: "POST", path: "/connected_accounts" },
  createLink: { method: "POST", path: "/connected_accounts/link" },
  getAccount: { method: "GET", path: "/connected_accounts/:id" },
  deleteAccount: { method: "DELETE", path: "/connected_accounts/:id" },
  refreshAccount: { method: "POST", path: "/connected_accounts/:id/refresh", query: ["redirect_url"] },
  setAccountStatus: { method: "PATCH", path: "/connected_accounts/:id/status" },
  getTool: { method: "GET", path: "/tools/:id", query: ["version", "toolkit_versions"] },
  executeTool: { method: "POST", path: "/tools/execute/:id" },
} as const satisfies Record<string, Route>;

type Routes = typeof routes;
export type OperationName = keyof Routes;
/** The query parameters of one operation, by name. */
export type QueryName<Name extends OperationName> = Routes[Name] extends { query: readonly (infer Parameter extends string)[] } ? Parameter : never;

export const operationNames = Object.keys(routes) as OperationName[];

/** The route of an operation that is only known at run time. */
export const routeOf = (name: OperationName): Route => routes[name];

/** The path of an operation. The id is not encoded. */
export const pathOf = (name: OperationName, id = ""): string => routes[name].path.replace(":id", id);

export interface RouteMatch {
  name: OperationName;
  /** The segment at `:id` as the path spells it; undefined in a path without one. */
  id: string | undefined;
}

/** Finds the operation of a method and a path. The path follows the version and is compared as it is written. */
export function matchRoute(method: string, path: string): RouteMatch | undefined {
  for (const name of operationNames) {
    const match = routes[name].method === method ? matchPath(routes[name].path, path) : undefined;
    if (match) return { name, ...match };
  }
  return undefined;
}

/**
 * Compares a path with a pattern in which `:id` stands for one segment. By hand because Node 20 has no `URLPattern`, and because `URLPattern`
 * normalises what it compares.
 */
export function matchPath(pattern: string, path: string): { id: string | undefined } | undefined {
  const segments = path.split("/");
  const parts = pattern.split("/");
  if (parts.length !== segments.length) return undefined;
  let id: string | undefined;
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] as string;
    if (part === ":id") id = segment;
    else if (part !== segment) return undefined;
  }
  return { id };
}

/** Versions of the API. They share every route. */
export const apiVersions = ["v3.1", "v3"] as const;
export type ApiVersion = (typeof apiVersions)[number];

/** Splits a path into the API's version and what follows it. `"retired"`: a version that the platform answers with 410. */
export function splitVersion(path: string): { version: ApiVersion; rest: string } | "retired" | undefined {
  if (/^\/api\/v[12](\/|$)/.test(path)) return "retired";
  const version = apiVersions.find((name) => path.startsWith(`/api/${name}/`));
  return version && { version, rest: path.slice(`/api/${version}`.length) };
}
