import type { Query } from "./input.js";
import type { OAuthPort } from "./types.js";
import type { Store } from "./store.js";

/** Versions of the API. They share every route and differ in defaults only. */
export type ApiVersion = "v3" | "v3.1";

/** One request and what its handler may use. */
export interface Call {
  request: Request;
  url: URL;
  /** Public origin of the sandbox. */
  origin: string;
  /** Version of the API that the path names. */
  api: ApiVersion;
  /** Values of the `:name` parts of the route. */
  params: Record<string, string>;
  /** What operations of the API were asked with; pages read `url` themselves. */
  query: Query;
  store: Store;
  oauth: OAuthPort;
  /** Whether answers leave out what the platform marks as deprecated. */
  omitsDeprecated: boolean;
}

/** A method, a path whose `:name` parts match any one segment, what answers there, and the query's parameters, by spaces. */
export type Route = [method: string, path: string, handle: (call: Call) => Response | Promise<Response>, query?: string];

interface Match {
  handle: Route[2];
  params: Record<string, string>;
  query: string[];
}

/** Finds the route of a request. Earlier routes win. */
export function match(routes: readonly Route[], method: string, path: string): Match | undefined {
  const segments = path.split("/");
  for (const [routeMethod, routePath, handle, query = ""] of routes) {
    const params = routeMethod === method && matchPath(routePath.split("/"), segments);
    if (params) return { handle, params, query: query.split(" ") };
  }
  return undefined;
}

function matchPath(pattern: string[], segments: string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] as string;
    if (!part.startsWith(":")) {
      if (part !== segment) return undefined;
    } else {
      const value = decode(segment);
      if (!value) return undefined;
      params[part.slice(1)] = value;
    }
  }
  return params;
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
