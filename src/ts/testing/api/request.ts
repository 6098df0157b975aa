import { parseJsonBody } from "../../platform/body.js";
import { errorIds } from "../../platform/errors.js";
import type { JsonObject } from "../../platform/json.js";
import type { RequestProblem, Schema } from "../../platform/schema.js";
import { ApiError, invalidRequest } from "./errors.js";

/** Applies a schema. @throws {ApiError} that lists every problem. */
export function check<T>(schema: Schema<T>, value: unknown): T {
  const problems: RequestProblem[] = [];
  const result = schema(value, "", problems);
  if (problems.length) throw invalidRequest(problems);
  return result;
}

/** Reads the body of a request, which must be a JSON object. */
export async function readBody<T>(request: Request, schema: Schema<T>): Promise<T> {
  return check(schema, parseObject(await request.text(), request.headers));
}

/** The same for operations that also take an empty body. */
export async function readOptionalBody<T>(request: Request, schema: Schema<T>): Promise<T> {
  const text = await request.text();
  return check(schema, text === "" ? {} : parseObject(text, request.headers));
}

const faults = {
  "media type": "Content-Type must be application/json",
  syntax: "Request body is not valid JSON",
  "not an object": "Request body must be a JSON object",
};

function parseObject(text: string, headers: Headers): JsonObject {
  const body = parseJsonBody(text, headers);
  if (typeof body === "string") throw new ApiError(errorIds.invalidRequest, faults[body]);
  return body;
}

/** The parameters of a query, by type. */
export class Query {
  /** @param known the parameters of the operation. Others are refused, so that a misspelt filter does not pass as a missing one. */
  constructor(private readonly params: URLSearchParams, known: readonly string[]) {
    const unknown = [...params.keys()].filter((name) => !known.includes(name));
    if (unknown.length) throw invalidRequest(unknown.map((path) => ({ path, message: "is not a known parameter" })));
  }

  text(name: string): string | undefined {
    const values = this.params.getAll(name);
    if (values.length > 1) throw invalidRequest([{ path: name, message: "must be given once" }]);
    return values[0] || undefined;
  }

  /** A comma-separated list; undefined if it is missing or empty. */
  list(name: string, allowed?: readonly string[]): string[] | undefined {
    const items = this.text(name)?.split(",").map((item) => item.trim()).filter(Boolean);
    if (items && allowed && !items.every((item) => allowed.includes(item))) {
      throw invalidRequest([{ path: name, message: `must be one of ${allowed.join(", ")}` }]);
    }
    return items;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    if (value !== "true" && value !== "false") throw invalidRequest([{ path: name, message: "must be true or false" }]);
    return value === "true";
  }

  count(name: string, fallback: number, max = Number.MAX_SAFE_INTEGER): number {
    const value = this.text(name);
    const count = value === undefined ? fallback : Number(value);
    if (Number.isInteger(count) && count >= 1 && count <= max) return count;
    throw invalidRequest([{ path: name, message: `must be an integer from 1 to ${max}` }]);
  }
}
