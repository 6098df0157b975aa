// Compiled, never run: what the types of ./server accept and reject.
import { createGateway, toNodeHandler, type Gateway, type GatewayOperation, type GatewayOriginTest, type NodeRequest, type NodeResponse } from "connect-flow/server";

const options = {
  apiKey: "key-0123456789",
  allow: { operations: ["connect", "manage"], apps: ["gmail"] },
  redirectOrigins: ["https://app.example"],
} as const;

const web: Gateway = createGateway({ ...options, authenticate: (request) => request.headers.get("x-user") });
const answer: Promise<Response> = web(new Request("https://app.example/api/connect/api/v3/toolkits"));

interface Incoming extends NodeRequest {
  user?: { id: string };
}
declare const response: NodeResponse;
declare const request: Incoming;
const node = toNodeHandler(createGateway<Incoming>({ ...options, authenticate: (_request, incoming) => incoming.user?.id }));
const done: Promise<void> = node(request, response);

// @ts-expect-error unknown operation
const operation: GatewayOperation = "accounts.read";

// @ts-expect-error `authenticate` is required
createGateway(options);

// @ts-expect-error `authenticate` returns a string
createGateway({ ...options, authenticate: () => ({ id: "Jessica" }) });

const isPreview: GatewayOriginTest = async (origin, request) => origin.endsWith("-acme.vercel.app") && request.method === "POST";
createGateway({
  ...options, authenticate: () => null, redirectOrigins: isPreview, origins: (origin) => origin.startsWith("moz-extension://"), unsafeHttpOrigins: true,
});

// Optional options accept undefined.
const maybe: undefined = undefined;
createGateway({
  ...options, authenticate: () => maybe, upstream: maybe, basePath: maybe, origins: maybe, fetch: maybe, timeoutMs: maybe, onError: maybe,
  allow: { ...options.allow, integrations: maybe, actions: maybe },
});

// @ts-expect-error a function for origins returns a boolean
createGateway({ ...options, authenticate: () => null, redirectOrigins: (origin: string) => origin.match(/x/) });

void [answer, done, operation];
