import { accountRoutes } from "./accounts.js";
import { authConfigRoutes } from "./auth-configs.js";
import type { Route } from "./route.js";
import { sessionRoutes } from "./sessions.js";
import { toolkitRoutes } from "./toolkits.js";
import { toolRoutes } from "./tools.js";

/** Each operation of the platform that the gateway passes on or the sandbox answers. Where two routes match, the first one wins. */
const routes = { ...toolkitRoutes, ...authConfigRoutes, ...accountRoutes, ...toolRoutes, ...sessionRoutes };

type AllRoutes = typeof routes;
export type OperationName = keyof AllRoutes;
/** The query parameters of one operation, by name. */
export type QueryName<Name extends OperationName> = AllRoutes[Name] extends { query: readonly (infer Parameter extends string)[] } ? Parameter : never;

/** Routes with the segments of their paths. */
const patterns = (Object.keys(routes) as OperationName[]).map((name) => ({ name, route: routes[name] as Route, parts: routes[name].path.split("/") }));

/** The route of an operation. */
export const routeOf = (name: OperationName): Route => routes[name];

/** The path of an operation. The id is not encoded. */
export const pathOf = (name: OperationName, id = ""): string => routes[name].path.replace(":id", id);

export interface RouteMatch {
  name: OperationName;
  /** The segment at `:id` as the path spells it; undefined in a path without one. */
  id: string | undefined;
}

/** Finds the operation of a method and a path in a version. The path follows the version and is compared as it is written. */
export function matchRoute(method: string, path: string, version: ApiVersion): RouteMatch | undefined {
  const segments = path.split("/");
  for (const { name, route, parts } of patterns) {
    const exists = route.method === method && (route.since ?? version) === version;
    const match = exists ? matchSegments(parts, segments) : undefined;
    if (match) return { name, ...match };
  }
  return undefined;
}

/**
 * Compares a path with a pattern in which `:id` stands for one segment. By hand because Node 20 has no `URLPattern`, and because `URLPattern`
 * normalises what it compares.
 */
export const matchPath = (pattern: string, path: string) => matchSegments(pattern.split("/"), path.split("/"));

function matchSegments(parts: readonly string[], segments: readonly string[]): { id: string | undefined } | undefined {
  if (parts.length !== segments.length) return undefined;
  let id: string | undefined;
  for (let index = 0; index < parts.length; index += 1) {
    if (parts[index] === ":id") id = segments[index];
    else if (parts[index] !== segments[index]) return undefined;
  }
  return { id };
}

/** Versions of the API, newest first. */
export const apiVersions = ["v3.1", "v3"] as const;
export type ApiVersion = (typeof apiVersions)[number];

/** Splits a path into the API's version and what follows it. `"retired"`: a version that the platform answers with 410. */
export function splitVersion(path: string): { version: ApiVersion; rest: string } | "retired" | undefined {
  if (/^\/api\/v[12](\/|$)/.test(path)) return "retired";
  const version = apiVersions.find((name) => path.startsWith(`/api/${name}/`));
  return version && { version, rest: path.slice(`/api/${version}`.length) };
}
