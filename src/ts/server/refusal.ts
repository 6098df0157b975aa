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

/** The request does not fit the operation. `what` names the member. */
export function invalid(what: string, problem: string): Refusal {
  return refuse(400, "Invalid", `${what.slice(0, 60)} ${problem}`);
}

/** The two dialects of the platform; v2 has its operations with the first. */
export type Generation = "v1" | "v3";
export type Kind = "app" | "integration" | "account" | "action";

const missing: Record<Kind, { v1: [name: string, message: string]; v3: [code: number, message: string] }> = {
  app: { v1: ["AppNotFoundError", "Not found"], v3: [2301, "Toolkit not found"] },
  integration: { v1: ["IntegrationNotFoundError", "Integration not found"], v3: [607, "Auth config not found"] },
  account: { v1: ["ConnectedAccountNotFoundError", "Connected account not found"], v3: [1803, "No connected account found"] },
  action: { v1: ["ActionNotFoundError", "Action not found"], v3: [2401, "Tool not found"] },
};

/** One answer for what is not there, is somebody else's, and is not allowed: nobody can tell these apart. */
export function notFound(kind: Kind, generation: Generation): Refusal {
  if (generation === "v3") {
    const [code, message] = missing[kind].v3;
    return new Refusal(404, { error: { message, code, status: 404 } });
  }
  const [name, message] = missing[kind].v1;
  return new Refusal(404, { status: 404, message, type: "NotFoundError", name });
}
