import { errorBody, errorIds } from "../platform/errors.js";
import type { GatewayErrorSlug } from "./types.js";

/** A request that ends without the platform's answer. Every refusal becomes a response. */
export class Refusal extends Error {
  /**
   * @param body the body of the response.
   * @param headers headers of the response, such as `retry-after`.
   * @param reason the error for `onError`, if the page must not see its details.
   */
  constructor(
    readonly status: number,
    readonly body: object,
    readonly headers: Record<string, string> = {},
    readonly reason?: unknown,
  ) {
    super(`refused with ${status}`);
  }
}

/** A refusal by the gateway itself. */
export function refuse(status: number, slug: GatewayErrorSlug, message: string, more: { headers?: Record<string, string>; reason?: unknown } = {}): Refusal {
  return new Refusal(status, errorBody({ message, slug, status }), more.headers, more.reason);
}

/** The refusal of a request whose body something else has consumed. */
export function bodyAlreadyRead(detail: string, advice: string): Refusal {
  const message = `The request's body was already read${detail}. ${advice}`;
  return refuse(500, "Gateway_BodyAlreadyRead", message, { reason: new Error(message) });
}

/** The refusal of a request that does not fit its operation. `what` names the member or the parameter. */
export function invalid(what: string, problem: string): Refusal {
  return refuse(400, "Gateway_Invalid", `${what.slice(0, 60)} ${problem}`);
}

/** The refusal for an answer that the platform must not give. The reason is for the log. */
export function badAnswer(reason: Error): Refusal {
  return refuse(502, "Gateway_BadAnswer", "The platform's answer cannot be used", { reason });
}

export type Resource = "app" | "integration" | "account" | "session" | "action";

const missing: Record<Resource, [code: number, message: string]> = {
  app: [2301, "Toolkit not found"],
  integration: [errorIds.authConfigNotFound.code, "Auth config not found"],
  account: [errorIds.accountNotFound.code, "No connected account found"],
  session: [errorIds.accountNotFound.code, "Auth session not found or expired"],
  action: [errorIds.toolNotFound.code, "Tool not found"],
};

/** One answer for everything that is missing, belongs to another user, or is not allowed, so that pages cannot tell these apart. */
export function notFound(resource: Resource, reason?: unknown): Refusal {
  const [code, message] = missing[resource];
  return new Refusal(404, errorBody({ message, code, status: 404 }), {}, reason);
}
