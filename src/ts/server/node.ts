// The adapter for Node. Own code because `getRequestListener` of @hono/node-server adds 45 KB to dist/server.js and imports modules of Node; this and
// node-request.ts are 11 KB.
import { answererOf, type Answer } from "./gateway.js";
import { kindOf } from "./kind-of.js";
import { toRequest } from "./node-request.js";
import { refuse, type Refusal } from "./refusal.js";
import type { Gateway, NodeRequest, NodeResponse } from "./types.js";

/** Implements `toNodeHandler`. */
export function adaptToNode<Incoming extends NodeRequest>(gateway: Gateway<Incoming>) {
  if (typeof gateway !== "function") throw new TypeError(`toNodeHandler: the gateway must be what createGateway returns, got ${kindOf(gateway)}`);
  const answerer = answererOf(gateway);
  // A function around the gateway may change its `Response`.
  const handle: Handler<Incoming> = answerer
    ? async (request, context, end) => encodeAnswer(await answerer(request, context, end))
    : async (request, context) => bufferResponse(await gateway(request, context));
  return async (incoming: Incoming, outgoing: NodeResponse): Promise<void> => {
    try {
      await respond(handle, incoming, outgoing);
    } catch (error) {
      log("connect-flow: the request could not be answered:", error);
    }
  };
}

/** `end` is aborted when the page disconnects. */
type Handler<Incoming> = (request: Request, context: Incoming, end: AbortController) => Promise<EncodedAnswer>;

async function respond<Incoming extends NodeRequest>(handle: Handler<Incoming>, incoming: Incoming, outgoing: NodeResponse): Promise<void> {
  requireNodeObjects(incoming, outgoing);
  if (isOver(incoming, outgoing)) return;
  const controller = new AbortController();
  let isAnswered = false;
  // `writableFinished` is true after a reset over HTTP/2.
  outgoing.once("close", () => isAnswered || controller.abort());
  // Without a listener an error while writing ends the process.
  outgoing.on?.("error", () => {});
  const request = toRequest(incoming, controller.signal);
  let answer: EncodedAnswer;
  try {
    answer = request ? await handle(request, incoming, controller) : refusalAnswer(refuse(400, "Gateway_BadRequest", "The path, the host or the method is not valid"));
  } catch (error) {
    // The gateway never rejects, but a function around it may.
    log("connect-flow: the gateway's handler failed:", error);
    answer = refusalAnswer(refuse(500, "Gateway_Failed", "The gateway failed"));
  }
  isAnswered = true;
  if (!isOver(incoming, outgoing)) send(outgoing, answer);
  // Discards the rest of the body, so that the connection can be reused.
  await request?.body?.cancel().catch(() => {});
  if (!incoming.destroyed) incoming.resume?.();
}

/** Frameworks wrap Node's objects. @throws `TypeError` that says where Node's own are. */
function requireNodeObjects(incoming: unknown, outgoing: unknown): void {
  const { writeHead, end, once } = (outgoing ?? {}) as Partial<NodeResponse>;
  if (typeof incoming === "object" && incoming !== null && [writeHead, end, once].every((method) => typeof method === "function")) return;
  throw new TypeError(
    `the handler of toNodeHandler must be called with Node's request and response, got ${kindOf(incoming)} and ${kindOf(outgoing)}. ` +
      "Pass ctx.req and ctx.res in Koa, request.raw and reply.raw in Fastify",
  );
}

/** Logs without failing: an error of the console must not end the process. */
function log(...words: unknown[]): void {
  try {
    console.error(...words);
  } catch {
    // Nothing is left to report it to.
  }
}

/** Whether the request needs no answer: it was answered, or the page has disconnected. */
function isOver({ socket }: NodeRequest, { headersSent, writableEnded, destroyed }: NodeResponse): boolean {
  return Boolean(headersSent || writableEnded || destroyed || isClosed(socket));
}

function isClosed(socket: unknown): boolean {
  try {
    return (socket as { destroyed?: boolean } | null | undefined)?.destroyed === true;
  } catch {
    // Over HTTP/2 the socket of an ended session throws.
    return true;
  }
}

interface EncodedAnswer {
  status: number;
  headers: Record<string, string | string[]>;
  body: Uint8Array;
}

const encoder = new TextEncoder();

function encodeAnswer({ status, headers, body: text }: Answer): EncodedAnswer {
  const body = encoder.encode(text);
  return { status, headers: text === undefined ? headers : { ...headers, "content-length": String(body.byteLength) }, body };
}

async function bufferResponse(response: Response): Promise<EncodedAnswer> {
  const body = new Uint8Array(await response.arrayBuffer());
  const cookies = response.headers.getSetCookie();
  const length = response.body && { "content-length": String(body.byteLength) };
  return { status: response.status, headers: { ...Object.fromEntries(response.headers), ...(cookies.length && { "set-cookie": cookies }), ...length }, body };
}

function send(outgoing: NodeResponse, { status, headers, body }: EncodedAnswer): void {
  // Middleware may have wrapped these in functions that throw or reject, and Node throws for a wrong status.
  void (async () => {
    // Middleware may have set it. Beside a length it makes the answer unreadable.
    outgoing.removeHeader?.("transfer-encoding");
    outgoing.writeHead(status, headers);
    await outgoing.end(body);
  })().catch((error: unknown) => {
    log("connect-flow: the answer could not be written:", error);
    // Without this the page would wait for the rest of the answer.
    outgoing.destroy?.();
  });
}

/** The answer to a request that the gateway has not seen. */
function refusalAnswer({ status, body }: Refusal): EncodedAnswer {
  const headers = { "cache-control": "no-store", "content-type": "application/json", "x-content-type-options": "nosniff" };
  return encodeAnswer({ status, headers, body: JSON.stringify(body) });
}
