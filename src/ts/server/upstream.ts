import { isUnknownId, keyHeader } from "../platform/errors.js";
import { isObject, type JsonObject } from "../platform/json.js";
import { pathOf, routeOf, type ApiVersion, type OperationName, type QueryName } from "../platform/routes.js";
import { isId } from "./ids.js";
import { kindOf } from "./kind-of.js";
import { decodeUtf8, discard, readBytes, within } from "./limits.js";
import { badAnswer, notFound, Refusal, refuse, type Resource } from "./refusal.js";
import type { Rules } from "./settings.js";
import { refusalOf } from "./upstream-errors.js";

/** The parts of a request to the platform. The gateway writes each part itself and forwards nothing of the page's request unchanged. */
export interface UpstreamRequest<Name extends OperationName> {
  /** The `:id` of the path. */
  id?: string;
  query?: { [Parameter in QueryName<Name>]?: string | undefined };
  body?: JsonObject;
}

/** A successful answer. `body` is undefined if the platform sent none. */
export interface UpstreamAnswer {
  status: number;
  body: unknown;
}

/** Headers that announce the removal of a route (RFC 9745, RFC 8594), with the pattern of their values. */
const notices: [name: string, pattern: RegExp][] = [["deprecation", /^(true|@\d{1,12})$/], ["sunset", /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT$/]];

/** Sends the requests to the platform that one request of a page needs. */
export class Upstream {
  /** Headers of the platform's last answer that the gateway passes on: the request id, and the notices of removal. */
  headers: Record<string, string> = {};

  constructor(
    private readonly rules: Rules,
    /** The version that the page asked for. */
    private readonly version: ApiVersion,
    private readonly signal: AbortSignal,
  ) {}

  /** Sends a request and returns its 2xx answer. @throws {Refusal} for every other answer. */
  async ask<Name extends OperationName>(name: Name, request: UpstreamRequest<Name> = {}): Promise<UpstreamAnswer> {
    const response = await this.#send(name, request);
    const { status, headers } = response;
    this.headers = this.#shownHeaders(headers);
    const text = await this.#readText(response, name === "executeTool");
    // The whole text, before anything is cut off: a part of a key is not recognised.
    const leak = this.rules.holdsKey(text) ? new Error("The platform's answer contains the key") : undefined;
    const body = leak ? undefined : parseJson(text);
    if (!response.ok) throw refusalOf(response, body, this.rules.upstreamHost, leak);
    if (leak) throw badAnswer(leak);
    if (text !== "" && body === undefined) throw badAnswer(new Error("The platform's answer is not JSON"));
    return { status, body };
  }

  /** Finds one resource by an id, which may come from a body. @throws {Refusal} 404 if there is none. */
  async find(resource: Resource, name: "getToolkit" | "getAuthConfig" | "getAccount", id: string): Promise<JsonObject> {
    if (!isId(id)) throw this.missing(resource);
    const { body } = await this.askAbout(resource, name, { id });
    if (!isObject(body)) throw this.missing(resource);
    return body;
  }

  /** Asks about a resource that may be missing. Each way in which the platform says so becomes the same 404. */
  async askAbout<Name extends OperationName>(resource: Resource, name: Name, request: UpstreamRequest<Name>): Promise<UpstreamAnswer> {
    try {
      return await this.ask(name, request);
    } catch (error) {
      if (!(error instanceof Refusal) || !isUnknownId(error.status)) throw error;
      // A page cannot cause these two, so the log is told.
      const isUnexpected = error.status === 403 || error.status === 410;
      const told = isUnexpected ? new Error(`The platform answered ${error.status} to a look-up, and the page was told that there is no such thing`) : undefined;
      throw this.missing(resource, error.reason ?? told);
    }
  }

  /** The 404 of a resource, with the reason for the log. It has no request id, which would tell one cause from another. */
  missing(resource: Resource, reason?: unknown): Refusal {
    this.headers = {};
    return notFound(resource, reason);
  }

  async #send<Name extends OperationName>(name: Name, { id, query, body }: UpstreamRequest<Name>): Promise<Response> {
    const url = `${this.rules.upstream}/api/${this.version}${pathOf(name, id)}${queryText(query)}`;
    const init: RequestInit = {
      method: routeOf(name).method,
      headers: {
        accept: "application/json",
        [keyHeader]: this.rules.apiKey,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      // A followed redirect would carry the key to its target. Some runtimes do not know `error`.
      redirect: "manual",
      signal: this.signal,
    };
    let response: Response;
    try {
      response = await within(this.signal, this.rules.send(url, init));
    } catch (error) {
      this.signal.throwIfAborted();
      throw refuse(502, "Gateway_Unreachable", "The platform could not be reached", { reason: error });
    }
    if (typeof response?.status !== "number" || typeof response.headers?.get !== "function") {
      throw badAnswer(new TypeError(`createGateway: \`fetch\` must return a Web Response, got ${kindOf(response)}`));
    }
    const { status } = response;
    const isRedirect = response.type === "opaqueredirect" || (status >= 300 && status <= 399);
    if (!isRedirect && status >= 200 && status <= 599) return response;
    discard(response.body);
    throw badAnswer(new Error(isRedirect ? "The platform answered with a redirect" : `The platform answered with status ${status}, which is not an HTTP status`));
  }

  #shownHeaders(headers: Headers): Record<string, string> {
    const id = headers.get("x-request-id") ?? "";
    const shown: Record<string, string> = isId(id) && !this.rules.holdsKey(id) ? { "x-request-id": id } : {};
    for (const [name, pattern] of notices) {
      const value = headers.get(name) ?? "";
      if (pattern.test(value)) shown[name] = value;
    }
    return shown;
  }

  async #readText(response: Response, isAction: boolean): Promise<string> {
    const maxBytes = isAction ? this.rules.maxActionAnswerBytes : this.rules.maxAnswerBytes;
    let bytes: Uint8Array | undefined;
    try {
      bytes = await readBytes(response.body, maxBytes, this.signal);
    } catch (error) {
      this.signal.throwIfAborted();
      throw badAnswer(new Error("The platform's answer broke off", { cause: error }));
    }
    if (!bytes) throw answerTooLong(maxBytes, isAction);
    return decodeUtf8(bytes) ?? "not UTF-8";
  }
}

/** Like `badAnswer`, but the page sees the name of the option, because it can ask for a shorter answer. */
function answerTooLong(maxBytes: number, isAction: boolean): Refusal {
  const what = isAction ? "The action has run, but its answer" : "The platform's answer";
  return refuse(502, "Gateway_BadAnswer", `${what} is longer than the gateway's option maxAnswerBytes allows`, {
    reason: new Error(`${what} is too long: maxAnswerBytes is ${maxBytes}`),
  });
}

/** The object in an answer. @throws {Refusal} if there is none. */
export function objectOf({ body }: UpstreamAnswer): JsonObject {
  if (!isObject(body)) throw badAnswer(new Error("The platform's answer is not an object"));
  return body;
}

/** The objects of a list. @throws {Refusal} if the answer has no list. */
export function itemsOf(answer: UpstreamAnswer): JsonObject[] {
  const { items } = objectOf(answer);
  if (!Array.isArray(items)) throw badAnswer(new Error("The platform's answer has no list"));
  return items.filter(isObject);
}

/** The cursor of the next page; undefined on the last one. */
export function nextCursorOf(answer: UpstreamAnswer): string | undefined {
  const { next_cursor } = objectOf(answer);
  return typeof next_cursor === "string" && next_cursor !== "" ? next_cursor : undefined;
}

function queryText(query: Record<string, string | undefined> = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length ? `?${new URLSearchParams(given)}` : "";
}

function parseJson(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
