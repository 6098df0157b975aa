import { kindOf } from "./describe.js";
import { isObject, type Json } from "./input.js";
import { drop, readBytes, toText, within } from "./limits.js";
import { isId, type Settings } from "./options.js";
import { notFound, Refusal, refuse, type Kind } from "./refusal.js";

/** What operations need of the options. */
export type Rules = Omit<Settings<unknown>, "authenticate">;

/** What is sent: everything in it was parsed, and is written anew. */
export interface Question {
  /** Whether this executes an action: it has run by the time its answer turns out to be too long. */
  isAction?: boolean;
  query?: Record<string, string | undefined>;
  body?: Json;
}

/** A successful answer; no body where the platform has none. */
export interface Answer {
  status: number;
  body: unknown;
}

const maxMessage = 300;
const maxProblems = 50;

/** The platform, as one request asks it. */
export class Platform {
  /** The platform's name of what it answered last. */
  requestId: string | undefined;

  constructor(
    private readonly rules: Rules,
    /** `/api/v3.1` or `/api/v3`, as the page asked. */
    private readonly prefix: string,
    private readonly signal: AbortSignal,
  ) {}

  /** Asks, and answers with what a 2xx says. @throws {Refusal} what the page is told about anything else. */
  async ask(method: string, path: string, question: Question = {}): Promise<Answer> {
    const response = await this.#send(method, path, question);
    const { status, headers } = response;
    const requestId = headers.get("x-request-id") ?? "";
    this.requestId = isId(requestId) && !this.rules.holdsKey(requestId) ? requestId : undefined;
    const text = await this.#read(response, question);
    // Before anything is cut: what is left of a key would not be known as one.
    const leak = this.rules.holdsKey(text) ? new Error("The platform's answer contains the key") : undefined;
    const body = leak ? undefined : parse(text);
    if (response.ok) {
      if (leak) throw bad(leak);
      if (text !== "" && body === undefined) throw bad(new Error("The platform answered with something else than JSON"));
      return { status, body };
    }
    throw this.#problem(status, body, headers, leak);
  }

  /** Looks one thing up by an id that may come from a body. */
  async look(kind: Kind, path: string, id: string): Promise<Json> {
    if (!isId(id)) throw this.missing(kind);
    const { body } = await this.askAbout(kind, `${path}/${id}`);
    if (!isObject(body)) throw this.missing(kind);
    return body;
  }

  /** Asks about something that may not be there. Whatever the platform calls that is the same answer. */
  async askAbout(kind: Kind, path: string, question?: Question): Promise<Answer> {
    try {
      return await this.ask("GET", path, question);
    } catch (error) {
      if (!(error instanceof Refusal) || ![400, 403, 404, 410, 422].includes(error.status)) throw error;
      // Of an id that is none, the platform says 400 or 404. This, no page can have caused.
      const isOdd = error.status === 403 || error.status === 410;
      const told = isOdd ? new Error(`The platform answered ${error.status} to a look-up, and the page was told that there is no such thing`) : undefined;
      throw this.missing(kind, error.reason ?? told);
    }
  }

  /** The answer about what is not there, and for the log why. It has no name of a request: that would tell it from others. */
  missing(kind: Kind, reason?: unknown): Refusal {
    this.requestId = undefined;
    return notFound(kind, reason);
  }

  async #send(method: string, path: string, { query = {}, body }: Question): Promise<Response> {
    const url = new URL(this.rules.upstream + this.prefix + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.append(name, value);
    const request = uncached(url, {
      method,
      headers: {
        accept: "application/json",
        "x-api-key": this.rules.apiKey,
        ...(body && { "content-type": "application/json" }),
      },
      ...(body && { body: JSON.stringify(body) }),
      // It would carry the key to wherever it points. Not `error`, which not every runtime knows.
      redirect: "manual",
      signal: this.signal,
    });
    let response: Response;
    try {
      response = await within(this.signal, this.rules.fetch(request));
    } catch (error) {
      this.signal.throwIfAborted();
      throw refuse(502, "Unreachable", "The platform could not be reached", { reason: error });
    }
    if (typeof response?.status !== "number" || typeof response.headers?.get !== "function") {
      throw bad(new TypeError(`createGateway: \`fetch\` must answer the Web's Response, got ${kindOf(response)}`));
    }
    const { status } = response;
    const isRedirect = response.type === "opaqueredirect" || (status >= 300 && status <= 399);
    if (!isRedirect && status >= 200 && status <= 599) return response;
    drop(response.body);
    throw bad(new Error(isRedirect ? "The platform answered with a redirect" : `The platform answered with status ${status}, which no answer has`));
  }

  async #read(response: Response, { isAction = false }: Question): Promise<string> {
    const most = isAction ? this.rules.maxActionAnswerBytes : this.rules.maxAnswerBytes;
    let bytes: Uint8Array | undefined;
    try {
      bytes = await readBytes(response.body, most, this.signal);
    } catch (error) {
      this.signal.throwIfAborted();
      throw bad(new Error("The platform's answer broke off", { cause: error }));
    }
    if (!bytes) throw tooLong(most, isAction);
    return toText(bytes) ?? "not UTF-8";
  }

  /** What a page may know of an error of the platform. */
  #problem(status: number, body: unknown, headers: Headers, leak: Error | undefined): Refusal {
    // The key is the gateway's: a page must not take it for the end of its session, or for a thing that is not there.
    const { error } = isObject(body) ? body : {};
    const slug = isObject(error) && typeof error.slug === "string" && isId(error.slug) ? error.slug : "";
    const said = slug && ` (${slug})`;
    if (status === 401) return bad(new Error(`The platform did not accept \`apiKey\`${said}. Is it this project's key, neither revoked nor expired?`));
    if (status === 403 && slug.startsWith("APIKey_")) {
      return bad(new Error(`The platform accepts \`apiKey\`, but not for this${said}. Give the key this permission, or pass another key`));
    }
    const after = headers.get("retry-after") ?? "";
    const wait = isRetryAfter(after) ? { "retry-after": after } : {};
    if (status >= 500) {
      const shown = [502, 503, 504].includes(status) ? status : 500;
      const reason = leak ?? new Error(`The platform answered ${status}`);
      return refuse(shown, "PlatformFailed", "The platform has trouble", { headers: wait, reason });
    }
    return new Refusal(status, this.#words(status, body), wait, leak);
  }

  #words(status: number, body: unknown): object {
    const outer = isObject(body) ? body : {};
    const inner = isObject(outer.error) ? outer.error : outer;
    const said = this.#text(inner.message) ?? this.#text(outer.error) ?? this.#text(inner.detail) ?? "The platform refused";
    const names = Object.fromEntries(["code", "slug", "type", "name"].flatMap((name) => {
      const value = typeof inner[name] === "number" ? inner[name] : this.#text(inner[name]);
      return value === undefined ? [] : [[name, value]];
    }));
    const problems = [inner.errors, inner.details].find(Array.isArray)?.slice(0, maxProblems).flatMap((item) => this.#detail(item));
    return { error: { message: said, ...names, status, ...(problems && { errors: problems }) } };
  }

  #detail(item: unknown): unknown[] {
    if (!isObject(item)) return [this.#text(item)].filter(Boolean);
    const constraints = isObject(item.constraints) ? Object.values(item.constraints) : [item.message];
    const texts = constraints.map((text) => this.#text(text)).filter((text) => text !== undefined);
    return [{ property: this.#text(item.property) ?? "", constraints: Object.fromEntries(texts.entries()) }];
  }

  /** Words to be shown: short, and not about where the platform is. */
  #text(value: unknown): string | undefined {
    if (typeof value !== "string" || value.trim() === "" || /^\s*</.test(value)) return undefined;
    return value.replaceAll(this.rules.upstreamHost, "platform").slice(0, maxMessage);
  }
}

/** The platform did what it must not; why, is for the log. */
export function bad(reason: Error): Refusal {
  return refuse(502, "BadAnswer", "The platform's answer cannot be used", { reason });
}

/** Names the option to the page, too: nothing else helps. */
function tooLong(most: number, isAction: boolean): Refusal {
  const what = isAction ? "The action has run, but its answer" : "The platform's answer";
  return refuse(502, "BadAnswer", `${what} is longer than the gateway's option maxAnswerBytes allows`, {
    reason: new Error(`${what} is too long: maxAnswerBytes is ${most}`),
  });
}

/** @throws {Refusal} an answer without the object that it must be. */
export function objectOf({ body }: Answer): Json {
  if (!isObject(body)) throw bad(new Error("The platform's answer is not an object"));
  return body;
}

/** @throws {Refusal} an answer without the list that it must have. */
export function itemsOf(answer: Answer): Json[] {
  const { items } = objectOf(answer);
  if (!Array.isArray(items)) throw bad(new Error("The platform's answer has no list"));
  return items.filter(isObject);
}

/** The cursor of the page after this one; undefined after the last. */
export function nextCursorOf(answer: Answer): string | undefined {
  const { next_cursor } = objectOf(answer);
  return typeof next_cursor === "string" && next_cursor !== "" ? next_cursor : undefined;
}

/** Frameworks that cache what servers ask are told not to; a runtime that has no caches may not know the word. */
function uncached(url: URL, init: RequestInit): Request {
  try {
    return new Request(url, { ...init, cache: "no-store" });
  } catch {
    return new Request(url, init);
  }
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRetryAfter(text: string): boolean {
  return /^\d{1,9}$/.test(text) || (/^[\w,: ]{1,40}$/.test(text) && !Number.isNaN(Date.parse(text)));
}
