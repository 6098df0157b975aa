import { invalid, refuse } from "./refusal.js";

export type Json = Record<string, unknown>;

/** The platform's names for the user. The session says who that is: what is under them may repeat it, or be nothing. */
const entityNames = ["user_id", "user_ids", "user_ids[]", "entity_id"];
/** Deeper than any input of an action, and far from the depth that a parser gives up at. */
const maxDepth = 64;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object in a body; an empty one for no body. */
export function parseBody(text: string, contentType: string | null): Json {
  if (text === "") return {};
  if (contentType?.split(";")[0]?.trim().toLowerCase() !== "application/json") {
    throw refuse(415, "NotJson", "Content-Type must be application/json");
  }
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw invalid("The body", "must be JSON");
  }
  if (!isObject(body)) throw invalid("The body", "must be a JSON object");
  requirePlain(body, 0);
  return body;
}

/** Refuses what would mean something else to a careless reader. */
function requirePlain(value: unknown, depth: number): void {
  if (typeof value !== "object" || value === null) return;
  if (depth > maxDepth) throw invalid("The body", "must not be nested that deeply");
  if (Object.hasOwn(value, "__proto__")) throw invalid("__proto__", "is not a known member");
  for (const item of Object.values(value)) requirePlain(item, depth + 1);
}

/** @throws {Refusal} where a request names another user than the session's. */
function requireOwnEntity(named: unknown, entityId: string): void {
  const names = Array.isArray(named) ? named : [named];
  if (names.every((name) => name === undefined || name === null || name === "" || name === entityId)) return;
  const advice = "leave entityId out of the client, or give it the id that authenticate answers";
  throw refuse(403, "EntityMismatch", `The request names another user than the one who is signed in: ${advice}`);
}

/** Reads the members of an object by name. Every other member is refused, so that nothing passes unread. */
export class Members {
  readonly #given: Json;

  constructor(given: unknown, known: readonly string[], entityId: string, path = "") {
    if (!isObject(given)) throw invalid(path || "The body", "must be an object");
    const names = Object.keys(given);
    // First: another user is the answer to such a request, whatever else is wrong with it.
    for (const name of names) if (entityNames.includes(name)) requireOwnEntity(given[name], entityId);
    for (const name of names) {
      if (!entityNames.includes(name) && !known.includes(name)) throw invalid(path ? `${path}.${name}` : name, "is not a known member");
    }
    this.#given = given;
  }

  get(name: string): unknown {
    return Object.hasOwn(this.#given, name) ? (this.#given[name] ?? undefined) : undefined;
  }

  text(name: string): string | undefined {
    const value = this.get(name);
    if (value !== undefined && (typeof value !== "string" || value === "")) throw invalid(name, "must be text");
    return value as string | undefined;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw invalid(name, "is required");
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.get(name);
    if (value !== undefined && typeof value !== "boolean") throw invalid(name, "must be true or false");
    return value as boolean | undefined;
  }

  object(name: string): Json | undefined {
    const value = this.get(name);
    if (value !== undefined && !isObject(value)) throw invalid(name, "must be an object");
    return value;
  }
}

/** Reads a query: known parameters, each once. */
export function readQuery(given: URLSearchParams, known: readonly string[], entityId: string): Record<string, string> {
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

/** Members of a connection's values that the platform reads itself: they would lead the user, or the answer, elsewhere. */
const reserved = [
  "status", "redirecturl", "redirecturi", "callbackurl", "finalredirecturi", "longredirecturl", "composiolinkredirecturl", "authuri",
  "codeverifier", "webhooksignature", "stateprefix",
];

/** What the user typed: a flat map of texts. */
export function readValues(given: unknown, path: string): Json {
  if (!isObject(given)) throw invalid(path, "must be an object");
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== "string") throw invalid(`${path}.${name}`, "must be text");
    if (reserved.includes(name.replace(/[_-]/g, "").toLowerCase())) throw invalid(`${path}.${name}`, "must not be given by a page: the gateway decides it");
  }
  return given;
}

/** An address that the user may be sent back to. */
export async function readRedirect(text: string | undefined, name: string, mayReturnTo: (origin: string) => Promise<boolean>): Promise<string | undefined> {
  if (text === undefined) return undefined;
  // Of what parsers tidy up, two readers may see two addresses; and it is written as this one has parsed it.
  const url = !/[\\\s\p{Cc}]/u.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  // `blob:https://app.example/x` has the origin of the address inside of it, too.
  const isSite = url?.protocol === "https:" || url?.protocol === "http:";
  if (url && isSite && !url.username && !url.password && await mayReturnTo(url.origin)) return url.href;
  throw invalid(name, "must be on an origin that the option `redirectOrigins` lists");
}
