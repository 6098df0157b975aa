/** Everything that is not forwarded ends in one of these. */
export class Refusal extends Error {
  /**
   * @param body what the page is told.
   * @param headers what goes with it, such as `retry-after`.
   * @param reason for `onError`, when the reason is not the page's business.
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

/** A refusal in the gateway's own words. The client shows `slug` as the error's word. */
export function refuse(status: number, slug: string, message: string, more: { headers?: Record<string, string>; reason?: unknown } = {}): Refusal {
  return new Refusal(status, { error: { message, slug: `Gateway_${slug}`, status } }, more.headers, more.reason);
}

/** Something has read the body before the gateway did. */
export function alreadyRead(detail: string, advice: string): Refusal {
  const message = `The request's body was already read${detail}. ${advice}`;
  return refuse(500, "BodyAlreadyRead", message, { reason: new Error(message) });
}

/** The request does not fit the operation. `what` names the member. */
export function invalid(what: string, problem: string): Refusal {
  return refuse(400, "Invalid", `${what.slice(0, 60)} ${problem}`);
}

export type Kind = "app" | "integration" | "account" | "action";

const missing: Record<Kind, [code: number, message: string]> = {
  app: [2301, "Toolkit not found"],
  integration: [607, "Auth config not found"],
  account: [606, "No connected account found"],
  action: [2401, "Tool not found"],
};

/** One answer for what is not there, is somebody else's, and is not allowed: nobody can tell these apart. */
export function notFound(kind: Kind, reason?: unknown): Refusal {
  const [code, message] = missing[kind];
  return new Refusal(404, { error: { message, code, status: 404 } }, {}, reason);
}
