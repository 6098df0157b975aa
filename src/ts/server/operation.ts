import { Members, type Json } from "./input.js";
import { isId } from "./options.js";
import { type Answer, type Platform, type Rules } from "./platform.js";
import { refuse, type Kind } from "./refusal.js";

/** One request that was let in, and what its operation may use. */
export interface Call {
  readonly rules: Rules;
  readonly platform: Platform;
  /** Of the session. */
  readonly entityId: string;
  /** The operation's path, which is the name of its list. */
  readonly list: string;
  /** The `:id` of the path; empty where it has none. */
  readonly id: string;
  /** The known parameters of the query, without those for the entity. */
  readonly query: Record<string, string>;
  readonly body: Json;
  /** Whether users may be sent back to this origin. */
  mayReturnTo(this: void, origin: string): Promise<boolean>;
}

/** What can be forwarded: nothing that is not in a table of these. */
export interface Operation {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** The platform's own path, after the prefix; `:id` is one segment of letters, digits, `_` and `-`. */
  path: string;
  /** The calls of the client that need it: one of them must be allowed. */
  calls: readonly string[];
  /** The query's parameters, by spaces. */
  query?: string;
  handle(call: Call): Promise<Answer>;
}

export const ok = (body: unknown): Answer => ({ status: 200, body });

/** Reads the members of the body, or of an object in it. */
export function membersOf(call: Call, known: readonly string[], given: unknown = call.body, path = ""): Members {
  return new Members(given, known, call.entityId, path);
}

/** Whether this app is there for pages. */
export function isAllowedApp({ rules }: Call, key: unknown): boolean {
  return typeof key === "string" && rules.apps.has(key.toLowerCase());
}

/** Whether this integration, of an app that is there, is there too. */
export function isAllowedIntegration({ rules }: Call, id: unknown): boolean {
  return !rules.integrations || (typeof id === "string" && rules.integrations.has(id));
}

/** @throws {Refusal} unless this app is allowed; `kind` is what the page asked for. */
export function requireApp(call: Call, key: unknown, kind: Kind = "app"): void {
  if (!isAllowedApp(call, key)) throw call.platform.missing(kind, notAllowed("allow.apps", key));
}

/** @throws {Refusal} unless this integration is allowed; `kind` is what the page asked for. */
export function requireIntegration(call: Call, id: unknown, kind: Kind = "integration"): void {
  if (!isAllowedIntegration(call, id)) throw call.platform.missing(kind, notAllowed("allow.integrations", id));
}

/** An action that pages may execute. */
export function allowedAction({ rules, platform, id }: Call): string {
  if (!rules.actions.has(id)) throw platform.missing("action", notAllowed("allow.actions", id));
  return id;
}

/** @throws {Refusal} unless one of these calls is allowed. */
export function requireAllowed({ operations }: Rules, calls: readonly string[]): void {
  if (calls.some((name) => operations.has(name))) return;
  throw refuse(403, "NotAllowed", `${calls[0]} is not allowed: list it in the option \`allow.operations\``);
}

/** For the log: the page is told that there is no such thing, and nobody else knows why. */
function notAllowed(option: string, name: unknown): Error {
  const what = typeof name === "string" && isId(name) ? `"${name}"` : "What a page asked for";
  return new Error(`${what} is not in ${option}, so the page was told that it does not exist`);
}
