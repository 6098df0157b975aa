/**
 * The gateway: the part of your own server that a browser's client speaks to. It knows who the user is, adds the project's key,
 * and lets through what you allow and nothing else. Web standards only: it runs in Node, Deno, Bun, workerd and Next.js.
 */
import { buildGateway } from "./server/gateway.js";
import { adapt } from "./server/node.js";
import type { Gateway, GatewayOptions, NodeRequest, NodeResponse } from "./server/types.js";

export type * from "./server/types.js";

/**
 * Makes the handler to mount at `basePath`. It keeps no state: any number of copies behave as one.
 * @throws `TypeError` that names the option which is missing, unknown or wrong.
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
 * Adapts the gateway to Node's `http` and `http2`, and so to Express, Koa, the Pages Router of Next.js, and adapters for functions in
 * the cloud. `authenticate` is given Node's request as its context. The handler never rejects, and sends nothing where something
 * else has answered. It ignores `X-Forwarded-*`: behind a proxy, pages are recognised by `Sec-Fetch-Site` or by `origins`.
 */
export function toNodeHandler<Incoming extends NodeRequest>(
  gateway: Gateway<Incoming>,
): (request: Incoming, response: NodeResponse) => Promise<void> {
  return adapt(gateway);
}
