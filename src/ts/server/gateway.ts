import { kindOf } from "./describe.js";
import { entityOf } from "./entity.js";
import type { Gateway, GatewayOptions } from "./types.js";
import { parseBody, readQuery, type Json } from "./input.js";
import { boundHeaders, readBytes, toText, within } from "./limits.js";
import { requireAllowed, type Operation } from "./operation.js";
import { operations } from "./operations.js";
import { isId, readOptions, type Settings } from "./options.js";
import { isOwnPage, type OriginRule } from "./origin.js";
import { Platform, type Answer } from "./platform.js";
import { alreadyRead, invalid, Refusal, refuse } from "./refusal.js";

const prefixes = ["/api/v3.1", "/api/v3"];
const methods = "GET, POST, PATCH, DELETE";

/** An answer is data: nothing keeps it, and opened as a page it does nothing. */
const harmless = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** See `createGateway`. */
export function build<Context>(options: GatewayOptions<Context>): Gateway<Context> {
  const settings = readOptions(options);
  return async (request, context) => {
    if (!isRequest(request)) {
      report(settings, new TypeError(`The gateway must be called with the Web's Request, got ${kindOf(request)}. For Node's, use toNodeHandler(gateway)`));
      return refused(refuse(500, "Failed", "The gateway failed"));
    }
    // One signal for both ends: AbortSignal.any takes a fifth of the gateway's own time in Node, and the timer of
    // AbortSignal.timeout outlives the answer.
    const end = new AbortController();
    const abort = () => end.abort();
    const timer = setTimeout(abort, settings.timeoutMs);
    // A runtime's own class of requests may have no signal.
    const { signal } = request as { signal?: AbortSignal };
    signal?.addEventListener?.("abort", abort);
    if (signal?.aborted) abort();
    try {
      return await handle(settings, request, context as Context, end.signal);
    } catch (error) {
      return fail(settings, error, end.signal, request);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener?.("abort", abort);
    }
  };
}

/** Not by its class: there may be several of that name. */
function isRequest(request: unknown): boolean {
  try {
    const { url, method, headers } = (request ?? {}) as Partial<Request>;
    return typeof url === "string" && typeof method === "string" && typeof headers?.get === "function";
  } catch {
    return false;
  }
}

/** From the outside to the inside: nothing is read, asked or looked at before what comes first has let the request in. */
async function handle<Context>(settings: Settings<Context>, request: Request, context: Context, end: AbortSignal): Promise<Response> {
  boundHeaders(request, settings.maxHeaderBytes);
  if (!methods.split(", ").includes(request.method)) {
    throw refuse(405, "MethodNotAllowed", `The gateway answers ${methods}, not this method`, { headers: { allow: methods } });
  }
  const askedOf = (rule: OriginRule) => (origin: string) => allows(settings, rule, origin, request, end);
  if (!await isOwnPage(request, askedOf(settings.origins))) throw refuse(403, "OriginRefused", "The request comes from a page of another origin than the gateway's: list that origin in the option `origins`");
  const url = new URL(request.url);
  const { operation, id, prefix } = find(settings.basePath, request.method, url.pathname);
  const entityId = await identify(settings, request, context, end);
  requireAllowed(settings, operation.calls);
  const query = readQuery(url.searchParams, operation.query?.split(" ") ?? [], entityId);
  const body = await readBody(settings, request, end);
  const platform = new Platform(settings, prefix, end);
  try {
    return answer(await operation.handle({ rules: settings, platform, entityId, list: operation.path, id, query, body, mayReturnTo: askedOf(settings.redirectOrigins) }), platform.requestId);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.reason !== undefined) report(settings, error.reason);
    return refused(error, platform.requestId);
  }
}

interface Found {
  operation: Operation;
  id: string;
  prefix: string;
}

/**
 * Matches the raw path, in which a parser has resolved dot segments: what is encoded in it is no id and no name. One slash at the
 * end is accepted, since frameworks add it and a redirect to the path without it would look like a failure of the network.
 */
function find(basePath: string, method: string, path: string): Found {
  if (!path.startsWith(`${basePath}/`)) throw refuse(404, "NotFound", "The path does not begin with the option `basePath` of createGateway");
  const asked = path.slice(basePath.length);
  if (/^\/api\/v[12](\/|$)/.test(asked)) {
    throw refuse(410, "Retired", "The platform retired /api/v1 and /api/v2: update connect-flow in the page, which then asks for /api/v3.1");
  }
  const prefix = prefixes.find((start) => asked.startsWith(`${start}/`));
  const segments = prefix === undefined ? [] : asked.slice(prefix.length).replace(/(?<=[^/])\/$/, "").split("/");
  for (const operation of operations) {
    const id = operation.method === method ? match(operation.path.split("/"), segments) : undefined;
    if (id !== undefined && prefix !== undefined) return { operation, id, prefix };
  }
  throw refuse(404, "NotFound", "The gateway has no operation with this method and path: update connect-flow in the page or on the server");
}

function match(pattern: string[], segments: string[]): string | undefined {
  if (pattern.length !== segments.length) return undefined;
  let id = "";
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? "";
    if (part === ":id") id = segment;
    else if (part !== segment) return undefined;
  }
  return pattern.includes(":id") && !isId(id) ? undefined : id;
}

async function identify<Context>(
  { authenticate }: Settings<Context>, request: Request, context: Context, end: AbortSignal,
): Promise<string> {
  const entityId = entityOf(await within(end, Promise.resolve(authenticate(request, context))));
  if (entityId === undefined) throw refuse(401, "Unauthenticated", "Nobody is signed in: the option `authenticate` found no user for this request");
  return entityId;
}

/** An app's function that throws allows nothing. */
async function allows<Context>(
  settings: Settings<Context>, rule: OriginRule, origin: string, request: Request, end: AbortSignal,
): Promise<boolean> {
  try {
    return await rule(origin, request, end);
  } catch (error) {
    end.throwIfAborted();
    report(settings, error);
    return false;
  }
}

async function readBody<Context>({ maxBodyBytes }: Settings<Context>, request: Request, end: AbortSignal): Promise<Json> {
  const tooBig = () => refuse(413, "BodyTooLong", "The body is longer than the option `maxBodyBytes` allows");
  if (request.method === "GET") return {};
  if (Number(request.headers.get("content-length")) > maxBodyBytes) throw tooBig();
  if (!["", "identity"].includes(request.headers.get("content-encoding")?.toLowerCase() ?? "")) {
    throw refuse(415, "Encoded", "The body must not be compressed: leave `content-encoding` out");
  }
  if (request.bodyUsed || request.body?.locked) throw alreadyRead("", "Let `authenticate` and what is before the gateway read a clone of the request");
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readBytes(request.body, maxBodyBytes, end);
  } catch (error) {
    if (end.aborted && !request.signal?.aborted) throw refuse(408, "BodyTooSlow", "The body did not arrive within the option `timeoutMs`");
    throw error;
  }
  if (!bytes) throw tooBig();
  const text = toText(bytes);
  if (text === undefined) throw invalid("The body", "is not UTF-8");
  return parseBody(text, request.headers.get("content-type"));
}

function answer({ status, body }: Answer, requestId: string | undefined): Response {
  const text = body === undefined ? null : JSON.stringify(body);
  const named = requestId === undefined ? {} : { "x-request-id": requestId };
  if (text === null) return new Response(null, { status: 204, headers: { ...harmless, ...named } });
  return new Response(text, { status, headers: { ...harmless, ...named, "content-type": "application/json" } });
}

function refused({ status, body, headers }: Refusal, requestId?: string): Response {
  const named = requestId === undefined ? {} : { "x-request-id": requestId };
  return new Response(JSON.stringify(body), { status, headers: { ...harmless, ...headers, ...named, "content-type": "application/json" } });
}

/** Whatever has happened, the page gets an answer, and its reason nobody but the log. */
function fail<Context>(settings: Settings<Context>, error: unknown, end: AbortSignal, request: Request): Response {
  if (error instanceof Refusal) {
    if (error.reason !== undefined) report(settings, error.reason);
    return refused(error);
  }
  if (request.signal?.aborted) return refused(refuse(499, "Aborted", "The page did not wait for the answer"));
  if (end.aborted) {
    report(settings, new Error(`The answer did not come within \`timeoutMs\`, ${settings.timeoutMs} ms`, { cause: error }));
    return refused(refuse(504, "Timeout", "The answer did not come within the option `timeoutMs`"));
  }
  report(settings, error);
  return refused(refuse(500, "Failed", "The gateway failed"));
}

/** A log that fails, at once or later, becomes neither the answer nor an unhandled rejection, which would end the process. */
function report<Context>({ onError }: Settings<Context>, error: unknown): void {
  void (async () => onError(error))().catch(() => {});
}
