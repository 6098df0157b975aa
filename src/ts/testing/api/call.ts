import type { ApiVersion, OperationName } from "../../platform/routes.js";
import type { Store } from "../store.js";
import type { OAuthPort } from "../types.js";
import type { Query } from "./request.js";

/** One request to the sandbox, and what its handler may use. */
export interface SandboxCall {
  request: Request;
  url: URL;
  /** The sandbox's public origin. */
  origin: string;
  store: Store;
  oauth: OAuthPort;
  /** Where users are sent to complete an attempt; undefined for a project without verification. */
  verifierUrl: string | undefined;
  /** Whether answers leave out the members that the platform has deprecated. */
  omitsDeprecated: boolean;
}

/** A request for an operation of the platform. */
export interface ApiCall extends SandboxCall {
  version: ApiVersion;
  /** The decoded `:id` of the path; empty in a path without one. */
  id: string;
  query: Query;
}

export type ApiHandler = (call: ApiCall) => Response | Promise<Response>;

/** Handlers by the names of their operations. */
export type ApiHandlers = Partial<Record<OperationName, ApiHandler>>;

/** Members that the platform has deprecated; none with the option `omitDeprecated`. */
export const deprecated = <Members extends object>({ omitsDeprecated }: SandboxCall, members: Members): Partial<Members> => (omitsDeprecated ? {} : members);
