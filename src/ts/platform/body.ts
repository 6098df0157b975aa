import { isObject, type JsonObject } from "./json.js";

/** Why a body is not a JSON object. */
export type BodyFault = "media type" | "syntax" | "not an object";

/** Parses the body of a request, which must be a JSON object. */
export function parseJsonBody(text: string, headers: Headers): JsonObject | BodyFault {
  if (mediaTypeOf(headers) !== "application/json") return "media type";
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return "syntax";
  }
  return isObject(body) ? body : "not an object";
}

/** The media type of a body in lower case, without its parameters; undefined if the headers have none. */
export function mediaTypeOf(headers: Headers): string | undefined {
  return headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
}
