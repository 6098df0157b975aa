import { ApiError, invalid, type Problem } from "./errors.js";

/** Reads one value and notes what is wrong with it. */
export type Check<T> = (value: unknown, path: string, problems: Problem[]) => T;
type Shape = Record<string, Check<unknown>>;
type Result<S extends Shape> = { [K in keyof S]: ReturnType<S[K]> };

function must<T>(test: (value: unknown) => boolean, message: string): Check<T> {
  return (value, path, problems) => {
    if (value === undefined) problems.push({ path, message: "is required" });
    else if (!test(value)) problems.push({ path, message });
    return value as T;
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  return ["http:", "https:"].includes(new URL(value).protocol);
}

export const text = must<string>((value) => typeof value === "string" && value !== "", "must be a non-empty string");
export const boolean = must<boolean>((value) => typeof value === "boolean", "must be a boolean");
export const httpUrl = must<string>(isHttpUrl, "must be an http or https URL");
export const record = must<Record<string, unknown>>(isRecord, "must be an object");

/** Accepts a missing member. */
export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, path, problems) => (value === undefined ? undefined : check(value, path, problems));
}

export function oneOf<T extends string>(...words: T[]): Check<T> {
  return must((value) => words.includes(value as T), `must be one of ${words.join(", ")}`);
}

export function listOf<T>(check: Check<T>): Check<T[]> {
  return (value, path, problems) => {
    const items = must<unknown[]>(Array.isArray, "must be an array")(value, path, problems);
    return Array.isArray(items) ? items.map((item, index) => check(item, `${path}.${index}`, problems)) : [];
  };
}

/** The user's values: a flat map to strings, empty ones included. */
export const values: Check<Record<string, string>> = (value, path, problems) => {
  const map = record(value, path, problems);
  if (isRecord(map)) {
    for (const [key, entry] of Object.entries(map)) {
      if (typeof entry !== "string") problems.push({ path: `${path}.${key}`, message: "must be a string" });
    }
  }
  return map as Record<string, string>;
};

/** An object with these members and no others: a misspelt member must not pass as a missing one. */
export function object<S extends Shape>(shape: S): Check<Result<S>> {
  return (value, path, problems) => {
    const members = record(value, path, problems);
    if (!isRecord(members)) return members;
    const at = (key: string) => (path ? `${path}.${key}` : key);
    for (const key of Object.keys(members)) {
      if (!Object.hasOwn(shape, key)) problems.push({ path: at(key), message: "is not a known property" });
    }
    const entries = Object.entries(shape).map(([key, check]) => [key, check(members[key], at(key), problems)]);
    return Object.fromEntries(entries) as Result<S>;
  };
}

/** Applies a check to a body, or throws everything that is wrong with it. */
export function parse<T>(check: Check<T>, body: unknown): T {
  const problems: Problem[] = [];
  const result = check(body, "", problems);
  if (problems.length) throw invalid(problems);
  return result;
}

/** The JSON object in a request. */
export async function readJson(request: Request): Promise<Record<string, unknown>> {
  return parseJson(request, await request.text());
}

/** The JSON object in a request that may do without; empty if it does. */
export async function readOptionalJson(request: Request): Promise<Record<string, unknown>> {
  const text = await request.text();
  return text === "" ? {} : parseJson(request, text);
}

function parseJson(request: Request, text: string): Record<string, unknown> {
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") throw bad("Content-Type must be application/json");
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw bad("Request body is not valid JSON");
  }
  if (!isRecord(body)) throw bad("Request body must be a JSON object");
  return body;
}

function bad(message: string): ApiError {
  return new ApiError(400, message, { code: 10400 });
}

/** Typed access to a query string. */
export class Query {
  /** @param known the parameters of the operation: a misspelt filter must not pass as a missing one. */
  constructor(private readonly params: URLSearchParams, known: readonly string[]) {
    const unknown = [...params.keys()].filter((name) => !known.includes(name));
    if (unknown.length) throw invalid(unknown.map((path) => ({ path, message: "is not a known parameter" })));
  }

  text(name: string): string | undefined {
    const found = this.params.getAll(name);
    if (found.length > 1) throw invalid([{ path: name, message: "must be given once" }]);
    return found[0] || undefined;
  }

  /** A comma-separated list; undefined when nothing was asked for. */
  list(name: string, allowed?: readonly string[]): string[] | undefined {
    const items = this.text(name)?.split(",").map((item) => item.trim()).filter(Boolean);
    if (items && allowed && !items.every((item) => allowed.includes(item))) {
      throw invalid([{ path: name, message: `must be one of ${allowed.join(", ")}` }]);
    }
    return items;
  }

  flag(name: string): boolean | undefined {
    const found = this.text(name);
    if (found === undefined) return undefined;
    if (found !== "true" && found !== "false") throw invalid([{ path: name, message: "must be true or false" }]);
    return found === "true";
  }

  count(name: string, fallback: number, most = Number.MAX_SAFE_INTEGER): number {
    const found = this.text(name);
    const count = found === undefined ? fallback : Number(found);
    if (Number.isInteger(count) && count >= 1 && count <= most) return count;
    throw invalid([{ path: name, message: `must be an integer from 1 to ${most}` }]);
  }
}
