import { matchRoute, splitVersion, type ApiVersion, type RouteMatch } from "../platform/routes.js";
import { entityOf } from "./entity.js";
import { isId } from "./ids.js";
import { kindOf } from "./kind-of.js";
import { boundHeaders, decodeUtf8, readBytes, within } from "./limits.js";
import { requireCall, type Operation } from "./operation.js";
import { operations } from "./operations.js";
import { parseOptions } from "./options.js";
import { isOwnPage } from "./origins.js";
import { bodyAlreadyRead, invalid, Refusal, refuse } from "./refusal.js";
import { parseBody, parseQuery } from "./request-input.js";
import type { OriginRule, Settings } from "./settings.js";
import type { Gateway, GatewayOptions } from "./types.js";
import { Upstream, type UpstreamAnswer } from "./upstream.js";

const methods = ["GET", "POST", "PATCH", "DELETE"];

/** Headers of every response: it is not cached, and does nothing when it is opened as a page. */
const safeHeaders = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** A response that is not yet one. `body` is undefined if there is none. */
export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string | undefined;
}

/** Aborting `end` ends the work. Default: a new controller that follows the request's signal, which is slow in Node. */
type Answerer<Context> = (request: Request, context?: Context, end?: AbortController) => Promise<Answer>;

const answerers = new WeakMap<object, Answerer<never>>();

/** What is behind a gateway; undefined for another function. The adapter for Node needs no `Response`, which takes a tenth of the gateway's time there. */
export const answererOf = <Context>(gateway: Gateway<Context>) => answerers.get(gateway) as Answerer<Context> | undefined;

/** Implements `createGateway`. */
export function buildGateway<Context>(options: GatewayOptions<Context>): Gateway<Context> {
  const answer = buildAnswerer(options);
  const gateway: Gateway<Context> = async (request, context) => {
    const { status, headers, body = null } = await answer(request, context);
    return new Response(body, { status, headers });
  };
  answerers.set(gateway, answer);
  return gateway;
}

function buildAnswerer<Context>(options: GatewayOptions<Context>): Answerer<Context> {
  const settings = parseOptions(options);
  return async (request, context, given) => {
    if (!isRequest(request)) {
      report(settings, new TypeError(`The gateway must be called with a Web Request, got ${kindOf(request)}. For Node's requests use toNodeHandler(gateway)`));
      return refusalAnswer(refuse(500, "Gateway_Failed", "The gateway failed"));
    }
    // One signal for the time limit and the page. `AbortSignal.any` takes a fifth of the gateway's own time in Node, and the timer of
    // `AbortSignal.timeout` outlives the answer.
    const end = given ?? new AbortController();
    const timer = setTimeout(() => end.abort(new DOMException("The time limit is over", "TimeoutError")), settings.timeoutMs);
    const stopFollowing = given ? undefined : follow(request, end);
    try {
      return await handle(settings, request, context as Context, end.signal);
    } catch (error) {
      return failureAnswer(settings, error, end.signal);
    } finally {
      clearTimeout(timer);
      stopFollowing?.();
    }
  };
}

/** Aborts `end` when the page aborts the request. Returns a function that stops this. */
function follow(request: Request, end: AbortController): () => void {
  // The request class of some runtimes has no signal.
  const { signal } = request as { signal?: AbortSignal };
  const abort = () => end.abort();
  signal?.addEventListener?.("abort", abort);
  if (signal?.aborted) abort();
  return () => signal?.removeEventListener?.("abort", abort);
}

const isLate = ({ reason }: AbortSignal) => (reason as { name?: unknown } | undefined)?.name === "TimeoutError";

/** By its members: a runtime may have several classes of that name. */
function isRequest(request: unknown): boolean {
  try {
    const { url, method, headers } = (request ?? {}) as Partial<Request>;
    return typeof url === "string" && typeof method === "string" && typeof headers?.get === "function";
  } catch {
    return false;
  }
}

/** The checks from the outside to the inside. Each one admits the request before the next one reads, calls or sends anything. */
async function handle<Context>(settings: Settings<Context>, request: Request, context: Context, end: AbortSignal): Promise<Answer> {
  boundHeaders(request, settings.maxHeaderBytes);
  if (!methods.includes(request.method)) {
    const allow = methods.join(", ");
    throw refuse(405, "Gateway_MethodNotAllowed", `The gateway answers ${allow}, not this method`, { headers: { allow } });
  }
  const testBy = (rule: OriginRule) => (origin: string) => isAllowedOrigin(settings, rule, origin, request, end);
  if (!await isOwnPage(request, testBy(settings.origins))) {
    throw refuse(403, "Gateway_OriginRefused", "The request comes from a page of another origin than the gateway's: list that origin in the option `origins`");
  }
  const url = new URL(request.url);
  const { operation, version, name, id } = findOperation(settings.basePath, request.method, url.pathname);
  const entityId = await authenticate(settings, request, context, end);
  requireCall(settings, operation.calls);
  const query = parseQuery(url.searchParams, operation.query ?? [], entityId);
  const body = parseBody(await readBodyText(settings, request, end), request.headers);
  const upstream = new Upstream(settings, version, end);
  try {
    const call = { rules: settings, upstream, entityId, name, id: id ?? "", query, body, mayReturnTo: testBy(settings.redirectOrigins) };
    return successAnswer(await operation.handle(call), upstream.headers);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (error.reason !== undefined) report(settings, error.reason);
    return refusalAnswer(error, upstream.headers);
  }
}

interface Target extends RouteMatch {
  operation: Operation;
  version: ApiVersion;
}

/**
 * Finds the operation of a path. `URL` has resolved dot segments; nothing is decoded, so an encoded id matches nothing. One trailing slash is
 * accepted: frameworks add it, and a redirect to the path without it would look like a network error.
 */
function findOperation(basePath: string, method: string, path: string): Target {
  if (!path.startsWith(`${basePath}/`)) throw refuse(404, "Gateway_NotFound", "The path does not begin with the option `basePath` of createGateway");
  const api = splitVersion(path.slice(basePath.length));
  if (api === "retired") {
    throw refuse(410, "Gateway_Retired", "The platform retired /api/v1 and /api/v2: update connect-flow in the page, which then uses /api/v3.1");
  }
  const match = api && matchRoute(method, api.rest.replace(/(?<=[^/])\/$/, ""), api.version);
  const operation = match && operations[match.name] as Operation | undefined;
  if (match && operation && (match.id === undefined || isId(match.id))) return { ...match, operation, version: api.version };
  throw refuse(404, "Gateway_NotFound", "The gateway has no operation with this method and path: update connect-flow in the page or on the server");
}

async function authenticate<Context>(settings: Settings<Context>, request: Request, context: Context, end: AbortSignal): Promise<string> {
  const entityId = entityOf(await within(end, Promise.resolve(settings.authenticate(request, context))));
  if (entityId === undefined) throw refuse(401, "Gateway_Unauthenticated", "Nobody is signed in: the option `authenticate` found no user for this request");
  return entityId;
}

/** An app's function that throws allows nothing. */
async function isAllowedOrigin<Context>(
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

async function readBodyText<Context>({ maxBodyBytes }: Settings<Context>, request: Request, end: AbortSignal): Promise<string> {
  const tooLong = () => refuse(413, "Gateway_BodyTooLong", "The body is longer than the option `maxBodyBytes` allows");
  if (request.method === "GET") return "";
  if (Number(request.headers.get("content-length")) > maxBodyBytes) throw tooLong();
  if (!["", "identity"].includes(request.headers.get("content-encoding")?.toLowerCase() ?? "")) {
    throw refuse(415, "Gateway_Encoded", "The body must not be compressed: leave `content-encoding` out");
  }
  if (request.bodyUsed || request.body?.locked) throw bodyAlreadyRead("", "Let `authenticate` and what is before the gateway read a clone of the request");
  let bytes: Uint8Array | undefined;
  try {
    bytes = await readBytes(request.body, maxBodyBytes, end);
  } catch (error) {
    if (isLate(end)) throw refuse(408, "Gateway_BodyTooSlow", "The body did not arrive within the option `timeoutMs`");
    throw error;
  }
  if (!bytes) throw tooLong();
  const text = decodeUtf8(bytes);
  if (text === undefined) throw invalid("The body", "is not UTF-8");
  return text;
}

function successAnswer({ status, body }: UpstreamAnswer, more: Record<string, string>): Answer {
  return body === undefined ? { status: 204, headers: { ...safeHeaders, ...more }, body } : safeAnswer(status, body, more);
}

function refusalAnswer({ status, body, headers }: Refusal, more?: Record<string, string>): Answer {
  return safeAnswer(status, body, { ...more, ...headers });
}

function safeAnswer(status: number, body: unknown, more: Record<string, string>): Answer {
  return { status, headers: { ...safeHeaders, ...more, "content-type": "application/json" }, body: JSON.stringify(body) };
}

/** Turns every error into an answer. Only the log learns the reason. */
function failureAnswer<Context>(settings: Settings<Context>, error: unknown, end: AbortSignal): Answer {
  if (error instanceof Refusal) {
    if (error.reason !== undefined) report(settings, error.reason);
    return refusalAnswer(error);
  }
  if (isLate(end)) {
    report(settings, new Error(`The answer did not come within \`timeoutMs\`, ${settings.timeoutMs} ms`, { cause: error }));
    return refusalAnswer(refuse(504, "Gateway_Timeout", "The answer did not come within the option `timeoutMs`"));
  }
  if (end.aborted) return refusalAnswer(refuse(499, "Gateway_Aborted", "The page did not wait for the answer"));
  report(settings, error);
  return refusalAnswer(refuse(500, "Gateway_Failed", "The gateway failed"));
}

/** Calls `onError`. Its own errors are dropped: an unhandled rejection would end the process. */
function report<Context>({ onError }: Settings<Context>, error: unknown): void {
  void (async () => onError(error))().catch(() => {});
}
