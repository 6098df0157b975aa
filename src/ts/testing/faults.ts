import { rateLimitedBody } from "../platform/errors.js";
import { ApiError, errorResponse } from "./api/errors.js";
import { requireMembers, requireOneOf, requireRule, rules, type ArgumentRule } from "./arguments.js";
import { jsonResponse } from "./json-response.js";
import { rateLimitHeaders } from "./rate-limit.js";
import type { FaultRule } from "./types.js";

const statusRule: ArgumentRule = ["a status that a `Response` can have, 200 to 599", (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599];

const commonMembers: Record<string, ArgumentRule> = {
  kind: rules.text,
  method: rules.text,
  path: ["a path that begins with `/`, or a regular expression", (value) => value instanceof RegExp || (typeof value === "string" && /^[/*]/.test(value))],
  times: ["a number of requests, at least 1", (value) => typeof value === "number" && value >= 1],
  handled: rules.flag,
};

/** The members of a rule beside the common ones, by its kind. */
const membersByKind: Record<FaultRule["kind"], Readonly<Record<string, ArgumentRule>>> = {
  delay: { ms: rules.ms },
  status: { status: statusRule, retryAfter: ["text or a number", (value) => ["string", "number"].includes(typeof value)], body: ["a JSON value", canBeJson] },
  html: { status: statusRule },
  truncated: {},
  empty204: {},
  drop: {},
  hang: {},
  hugeBody: { bytes: ["a number of bytes, at least 0", (value) => Number.isInteger(value) && Number(value) >= 0] },
  deprecated: { sunset: ["a time that `Date` can read, such as `2026-07-03`", (value) => typeof value === "string" && !Number.isNaN(Date.parse(value))] },
};

function canBeJson(value: unknown): boolean {
  try {
    return JSON.stringify(value) !== undefined;
  } catch {
    return false;
  }
}

/** The scripted faults of one sandbox. */
export class Faults {
  #rules: { rule: FaultRule; left: number }[] = [];
  #release = new AbortController();
  /** The number of requests that wait for their delay, or hang. */
  paused = 0;

  add(rule: FaultRule): () => void {
    requireOneOf("a kind of fault", rule?.kind, Object.keys(membersByKind));
    const what = `a fault of kind \`${rule.kind}\``;
    requireMembers(what, rule, { ...commonMembers, ...membersByKind[rule.kind] });
    if (rule.kind === "delay") requireRule(rules.ms, `\`ms\` of ${what}`, rule.ms);
    if (rule.kind === "status") requireRule(statusRule, `\`status\` of ${what}`, rule.status);
    const entry = { rule, left: rule.times ?? 1 };
    this.#rules.push(entry);
    return () => {
      entry.left = 0;
    };
  }

  reset(): void {
    this.#rules = [];
    this.#release.abort(new DOMException("The sandbox was reset", "AbortError"));
    this.#release = new AbortController();
  }

  /** Finds the rule for a request and counts the request. */
  take(method: string, path: string): FaultRule | undefined {
    this.#rules = this.#rules.filter(({ left }) => left > 0);
    const entry = this.#rules.find(({ rule }) => (!rule.method || rule.method.toUpperCase() === method) && matches(rule.path, path));
    if (entry) entry.left -= 1;
    return entry?.rule;
  }

  /** Answers a request by a rule. `handle` is the platform without the fault. */
  async apply(rule: FaultRule, request: Request, handle: () => Promise<Response>): Promise<Response> {
    if (rule.kind === "delay") {
      await this.#pause(rule.ms, request.signal);
      return handle();
    }
    if (rule.kind === "truncated") return truncate(await handle());
    if (rule.kind === "deprecated") return announceEnd(await handle(), rule.sunset);
    if (rule.handled) await handle();
    if (rule.kind === "drop") throw Object.assign(new TypeError("connection dropped"), { code: "SANDBOX_DROP" });
    if (rule.kind === "hang") await this.#pause(undefined, request.signal);
    return faultResponse(rule);
  }

  /** Waits some milliseconds, or for ever. Rejects when the request is aborted or the sandbox is reset. */
  #pause(ms: number | undefined, signal: AbortSignal): Promise<void> {
    const released = this.#release.signal;
    this.paused += 1;
    return new Promise<void>((resolve, reject) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
      for (const source of [signal, released]) {
        const stop = () => {
          clearTimeout(timer);
          reject(source.reason);
        };
        if (source.aborted) stop();
        else source.addEventListener("abort", stop, { once: true });
      }
    }).finally(() => (this.paused -= 1));
  }
}

function matches(wanted: string | RegExp | undefined, path: string): boolean {
  if (wanted === undefined) return true;
  // `test` of a global or sticky pattern would begin where it stopped before.
  if (wanted instanceof RegExp) return path.search(wanted) >= 0;
  return wanted.endsWith("*") ? path.startsWith(wanted.slice(0, -1)) : path === wanted;
}

/** The headers of a deprecated operation: RFC 9745 and RFC 8594. */
function announceEnd(response: Response, sunset: string | undefined): Response {
  response.headers.set("deprecation", "@1782864000");
  response.headers.set("link", '<https://platform.example/migration>; rel="successor-version"');
  if (sunset !== undefined) response.headers.set("sunset", new Date(sunset).toUTCString());
  return response;
}

async function truncate(response: Response): Promise<Response> {
  const body = await response.text();
  return new Response(body.slice(0, Math.floor(body.length / 2)), { status: response.status, headers: response.headers });
}

function faultResponse(rule: FaultRule): Response {
  switch (rule.kind) {
    case "status": {
      const body = rule.body ?? (rule.status === 429 ? rateLimitedBody : undefined);
      const error = new ApiError({ status: rule.status }, `Scripted fault ${rule.status}`);
      const hasNoBody = [204, 205, 304].includes(rule.status);
      const response = hasNoBody ? new Response(null, { status: rule.status }) : body === undefined ? errorResponse(error, "scripted-fault") : jsonResponse(rule.status, body);
      if (rule.status === 429) for (const [name, value] of Object.entries(rateLimitHeaders(0))) response.headers.set(name, value);
      if (rule.retryAfter !== undefined) response.headers.set("retry-after", String(rule.retryAfter));
      return response;
    }
    case "html": {
      const document = "<!doctype html><html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>";
      return new Response(document, { status: rule.status ?? 502, headers: { "content-type": "text/html; charset=utf-8" } });
    }
    case "hugeBody":
      return new Response(padding(rule.bytes ?? 16 * 1024 * 1024), { headers: { "content-type": "application/json; charset=utf-8" } });
    default:
      return new Response(null, { status: 204 });
  }
}

/** `{"padding":"xxx…"}`, produced as it is read. */
function padding(bytes: number): ReadableStream<Uint8Array> {
  const chunk = new TextEncoder().encode("x".repeat(64 * 1024));
  let left = Math.ceil(bytes / chunk.length);
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"padding":"'));
    },
    pull(controller) {
      if (left-- > 0) return controller.enqueue(chunk.slice());
      controller.enqueue(new TextEncoder().encode('"}'));
      controller.close();
    },
  });
}
