import { kindOf } from "./kind-of.js";
import { toRequest } from "./node-request.js";
import { refuse, type Refusal } from "./refusal.js";
import type { Gateway, NodeRequest, NodeResponse } from "./types.js";

/** See `toNodeHandler`. */
export function adapt<Incoming extends NodeRequest>(gateway: Gateway<Incoming>) {
  if (typeof gateway !== "function") throw new TypeError(`toNodeHandler: the gateway must be what createGateway returns, got ${kindOf(gateway)}`);
  return async (incoming: Incoming, outgoing: NodeResponse): Promise<void> => {
    try {
      await respond(gateway, incoming, outgoing);
    } catch (error) {
      log("connect-flow: the request could not be answered:", error);
    }
  };
}

async function respond<Incoming extends NodeRequest>(gateway: Gateway<Incoming>, incoming: Incoming, outgoing: NodeResponse): Promise<void> {
  requireNodes(incoming, outgoing);
  if (isOver(incoming, outgoing)) return;
  const controller = new AbortController();
  let isAnswered = false;
  // Not by `writableFinished`, which is true after a reset over HTTP/2.
  outgoing.once("close", () => isAnswered || controller.abort());
  // Without a listener, an error while writing would end the process.
  outgoing.on?.("error", () => {});
  const request = toRequest(incoming, controller.signal);
  let answer: Whole;
  try {
    answer = await read(request ? await gateway(request, incoming) : responseOf(refuse(400, "BadRequest", "The path, the host or the method is not valid")));
  } catch (error) {
    // The gateway itself never rejects. A function around it may.
    log("connect-flow: the gateway's handler failed:", error);
    answer = await read(responseOf(refuse(500, "Failed", "The gateway failed")));
  }
  isAnswered = true;
  if (!isOver(incoming, outgoing)) send(outgoing, answer);
  // Drops what was not read, so that the connection can be used again.
  await request?.body?.cancel().catch(() => {});
  if (!incoming.destroyed) incoming.resume?.();
}

/** Frameworks wrap Node's objects in their own. @throws `TypeError` that says where the right ones are. */
function requireNodes(incoming: unknown, outgoing: unknown): void {
  const { writeHead, end, once } = (outgoing ?? {}) as Partial<NodeResponse>;
  if (typeof incoming === "object" && incoming !== null && [writeHead, end, once].every((method) => typeof method === "function")) return;
  throw new TypeError(
    `the handler of toNodeHandler must be called with Node's request and response, got ${kindOf(incoming)} and ${kindOf(outgoing)}. ` +
      "Pass ctx.req and ctx.res in Koa, request.raw and reply.raw in Fastify",
  );
}

/** A console that fails must not end the process. */
function log(...words: unknown[]): void {
  try {
    console.error(...words);
  } catch {
    // There is nobody left to tell.
  }
}

/** Whether nobody waits for an answer any more: something else has given one, or the page has gone. */
function isOver({ socket }: NodeRequest, { headersSent, writableEnded, destroyed }: NodeResponse): boolean {
  return Boolean(headersSent || writableEnded || destroyed || isGone(socket));
}

function isGone(socket: unknown): boolean {
  try {
    return (socket as { destroyed?: boolean } | null | undefined)?.destroyed === true;
  } catch {
    // Over HTTP/2, the socket of a session that has ended throws.
    return true;
  }
}

interface Whole {
  status: number;
  headers: Record<string, string | string[]>;
  body: Uint8Array;
}

async function read(response: Response): Promise<Whole> {
  const body = new Uint8Array(await response.arrayBuffer());
  const cookies = response.headers.getSetCookie();
  const length = response.body && { "content-length": String(body.byteLength) };
  return { status: response.status, headers: { ...Object.fromEntries(response.headers), ...(cookies.length && { "set-cookie": cookies }), ...length }, body };
}

function send(outgoing: NodeResponse, { status, headers, body }: Whole): void {
  // A middleware may have wrapped these in functions that throw or reject; or the status is none.
  void (async () => {
    // Set by a middleware: beside a length, no page can read the answer.
    outgoing.removeHeader?.("transfer-encoding");
    outgoing.writeHead(status, headers);
    await outgoing.end(body);
  })().catch((error: unknown) => {
    log("connect-flow: the answer could not be written:", error);
    // Half an answer would leave the page waiting.
    outgoing.destroy?.();
  });
}

function responseOf({ status, body }: Refusal): Response {
  return Response.json(body, { status, headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" } });
}
