/**
 * The gateway: a handler in your own server between the browser's client and the platform. It knows the signed-in user, adds the project's key, and
 * passes only what you allow. It uses Web APIs only, and runs in Node, Deno, Bun, workerd and Next.js.
 */
import { buildGateway } from "./server/gateway.js";
import { adaptToNode } from "./server/node.js";
import type { Gateway, GatewayOptions, NodeRequest, NodeResponse } from "./server/types.js";

export type * from "./server/types.js";

/**
 * Creates the handler to mount at `basePath`. The handler is stateless, so several instances can share the load.
 * @throws `TypeError` that names a missing, unknown or wrong option.
 * @example
 * const gateway = createGateway({
 *   apiKey,
 *   authenticate: async (request) => (await sessionOf(request))?.userId,
 *   allow: { operations: ["connect", "manage"], apps: ["gmail", "shopify"] },
 *   redirectOrigins: ["https://app.example"],
 * });
 */
export function createGateway<Context = unknown>(options: GatewayOptions<Context>): Gateway<Context> {
  return buildGateway(options);
}

/**
 * Adapts the gateway to Node's `http` and `http2`, and so to Express, Koa, the Pages Router of Next.js and adapters for cloud functions.
 *
 * `authenticate` gets Node's request as its context. The handler never rejects, and does nothing if the request was already answered. It ignores
 * `X-Forwarded-*`: behind a proxy, the gateway recognises pages by `Sec-Fetch-Site` or `origins`.
 * @throws `TypeError` if `gateway` is not a function.
 */
export function toNodeHandler<Incoming extends NodeRequest>(
  gateway: Gateway<Incoming>,
): (request: Incoming, response: NodeResponse) => Promise<void> {
  return adaptToNode(gateway);
}
