import { parseJsonBody } from "../platform/body.js";
import { isObject, type JsonObject } from "../platform/json.js";
import { invalid, refuse } from "./refusal.js";

/** The platform's names for the user. The session decides who that is, so a request may repeat it or leave it empty. */
const entityNames = ["user_id", "user_ids", "user_ids[]", "entity_id"];
/** Deeper than the input of any action, and far below the depth at which parsers fail. */
const maxDepth = 64;

/** The object in a body; an empty one for an empty body. */
export function parseBody(text: string, headers: Headers): JsonObject {
  if (text === "") return {};
  const body = parseJsonBody(text, headers);
  if (body === "media type") throw refuse(415, "Gateway_NotJson", "Content-Type must be application/json");
  if (body === "syntax") throw invalid("The body", "must be JSON");
  if (body === "not an object") throw invalid("The body", "must be a JSON object");
  requirePlain(body, 0);
  return body;
}

/** Refuses nesting beyond `maxDepth`, and members that would set a prototype when they are copied. */
function requirePlain(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > maxDepth) throw invalid("The body", "must not be nested that deeply");
  if (Object.hasOwn(value, "__proto__")) throw invalid("__proto__", "is not a known member");
  for (const item of Object.values(value)) requirePlain(item, depth + 1);
}

/** @throws {Refusal} if a request names another user than the session's. */
function requireOwnEntity(named: unknown, entityId: string): void {
  const names = Array.isArray(named) ? named : [named];
  if (names.every((name) => name === undefined || name === null || name === "" || name === entityId)) return;
  const advice = "leave entityId out of the client, or give it the id that authenticate returns";
  throw refuse(403, "Gateway_EntityMismatch", `The request names another user than the one who is signed in: ${advice}`);
}

/** The members of an object. Members that are not listed are refused, so nothing passes unread. */
export class Members<Name extends string> {
  readonly #given: JsonObject;

  constructor(given: unknown, known: readonly Name[], entityId: string, path = "") {
    if (!isObject(given)) throw invalid(path || "The body", "must be an object");
    const names = Object.keys(given);
    // Before the unknown members: a request for another user is refused as such, whatever else is wrong with it.
    for (const name of names) if (entityNames.includes(name)) requireOwnEntity(given[name], entityId);
    for (const name of names) {
      if (!entityNames.includes(name) && !(known as readonly string[]).includes(name)) throw invalid(path ? `${path}.${name}` : name, "is not a known member");
    }
    this.#given = given;
  }

  get(name: Name): unknown {
    return Object.hasOwn(this.#given, name) ? (this.#given[name] ?? undefined) : undefined;
  }

  text(name: Name): string | undefined {
    const value = this.get(name);
    if (value !== undefined && (typeof value !== "string" || value === "")) throw invalid(name, "must be a string");
    return value as string | undefined;
  }

  requiredText(name: Name): string {
    const value = this.text(name);
    if (value === undefined) throw invalid(name, "is required");
    return value;
  }

  flag(name: Name): boolean | undefined {
    const value = this.get(name);
    if (value !== undefined && typeof value !== "boolean") throw invalid(name, "must be true or false");
    return value as boolean | undefined;
  }

  object(name: Name): JsonObject | undefined {
    const value = this.get(name);
    if (value !== undefined && !isObject(value)) throw invalid(name, "must be an object");
    return value;
  }
}

/** The known parameters of a query, each given once. */
export function parseQuery(given: URLSearchParams, known: readonly string[], entityId: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of given) if (entityNames.includes(name)) requireOwnEntity(value, entityId);
  for (const [name, value] of given) {
    if (entityNames.includes(name)) continue;
    if (!known.includes(name)) throw invalid(name, "is not a known parameter");
    if (Object.hasOwn(found, name)) throw invalid(name, "must be given once");
    found[name] = value;
  }
  const { limit } = found;
  if (limit !== undefined && !/^[1-9]\d{0,5}$/.test(limit)) throw invalid("limit", "must be a whole number above 0");
  return found;
}

/** Values of a connection that steer the platform: they would send the user, or the answer, somewhere else. */
const reserved = [
  "status", "redirecturl", "redirecturi", "callbackurl", "finalredirecturi", "longredirecturl", "composiolinkredirecturl", "authuri",
  "codeverifier", "webhooksignature", "stateprefix",
];

/** Values that a user typed: names with strings. @throws {Refusal} for anything else, and for reserved names. */
export function requireValues(given: unknown, path: string): JsonObject {
  if (!isObject(given)) throw invalid(path, "must be an object");
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "string") throw invalid(`${path}.${name}`, "must be a string");
    if (reserved.includes(name.replace(/[_-]/g, "").toLowerCase())) throw invalid(`${path}.${name}`, "must not be given by a page: the gateway decides it");
  }
  return given;
}

/** Parses a URL to which users may return. Returns it as serialised by `URL`. */
export async function parseRedirectUrl(text: string | undefined, name: string, mayReturnTo: (origin: string) => Promise<boolean>): Promise<string | undefined> {
  if (text === undefined) return undefined;
  // Parsers correct white space and backslashes in different ways, so two of them may see two origins.
  const url = !/[\\\s\p{Cc}]/u.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  // `blob:https://app.example/x` has the origin `https://app.example`.
  const isSite = url?.protocol === "https:" || url?.protocol === "http:";
  if (url && isSite && !url.username && !url.password && await mayReturnTo(url.origin)) return url.href;
  throw invalid(name, "must be on an origin that the option `redirectOrigins` lists");
}
