import type { JsonObject } from "../platform/json.js";
import type { OperationName, QueryName } from "../platform/routes.js";
import { isId } from "./ids.js";
import { refuse, type Resource } from "./refusal.js";
import { Members } from "./request-input.js";
import type { Rules } from "./settings.js";
import type { GatewayOperation } from "./types.js";
import type { Upstream, UpstreamAnswer } from "./upstream.js";

/** One admitted request, and what its handler may use. */
export interface GatewayCall {
  readonly rules: Rules;
  readonly upstream: Upstream;
  /** The entity of the session. */
  readonly entityId: string;
  readonly name: OperationName;
  /** The `:id` of the path; empty in a path without one. */
  readonly id: string;
  /** The parameters that the operation lists, without those that name the entity. */
  readonly query: Record<string, string>;
  readonly body: JsonObject;
  /** Whether users may return to this origin. */
  mayReturnTo(this: void, origin: string): Promise<boolean>;
}

/** An operation of the platform that pages may ask for. */
export interface Operation<Name extends OperationName = OperationName> {
  /** The client's calls that use it. One of them must be allowed. */
  calls: readonly Exclude<GatewayOperation, "connect" | "manage">[];
  /** The query parameters that pass. Default: none. */
  query?: readonly QueryName<Name>[];
  handle(call: GatewayCall): Promise<UpstreamAnswer>;
}

/** Operations by name. Those that are missing are answered with 404. */
export type Operations = { readonly [Name in OperationName]?: Operation<Name> };

export const ok = (body: unknown): UpstreamAnswer => ({ status: 200, body });

/** Reads the body, or an object in it, as a request with the members of `T`. */
export function membersOf<T>(call: GatewayCall, known: readonly (keyof T & string)[], given: unknown = call.body, path = ""): Members<keyof T & string> {
  return new Members(given, known, call.entityId, path);
}

export function isAllowedApp({ rules }: GatewayCall, key: unknown): boolean {
  return typeof key === "string" && rules.apps.has(key.toLowerCase());
}

export function isAllowedIntegration({ rules }: GatewayCall, id: unknown): boolean {
  return !rules.integrations || (typeof id === "string" && rules.integrations.has(id));
}

/** @throws {Refusal} unless this app is allowed. The page is told that `resource` is missing. */
export function requireApp(call: GatewayCall, key: unknown, resource: Resource = "app"): void {
  if (!isAllowedApp(call, key)) throw call.upstream.missing(resource, notListed("allow.apps", key));
}

/** @throws {Refusal} unless this integration is allowed. The page is told that `resource` is missing. */
export function requireIntegration(call: GatewayCall, id: unknown, resource: Resource = "integration"): void {
  if (!isAllowedIntegration(call, id)) throw call.upstream.missing(resource, notListed("allow.integrations", id));
}

/** @throws {Refusal} unless this action is allowed. Default: the one in the path. */
export function requireAction({ rules, upstream, id }: GatewayCall, name = id): void {
  if (!rules.actions.has(name)) throw upstream.missing("action", notListed("allow.actions", name));
}

/** @throws {Refusal} unless one of these calls is allowed. */
export function requireCall({ calls }: Rules, names: Operation["calls"]): void {
  if (names.some((name) => calls.has(name))) return;
  throw refuse(403, "Gateway_NotAllowed", `${names[0]} is not allowed: list it in the option \`allow.operations\``);
}

/** The reason for the log. The page only learns that the resource does not exist. */
function notListed(option: string, name: unknown): Error {
  const what = typeof name === "string" && isId(name) ? `"${name}"` : "What a page asked for";
  return new Error(`${what} is not in ${option}, so the page was told that it does not exist`);
}
