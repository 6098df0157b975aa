import type { GatewayAllow, GatewayOptions } from "./index.js";
import { keyFinder } from "./key.js";

const groups: Record<string, readonly string[]> = {
  connect: ["apps.get", "integrations.list", "integrations.get", "connectedAccounts.initiate", "connectedAccounts.get"],
  manage: ["list", "refresh", "enable", "disable", "delete"].map((name) => `connectedAccounts.${name}`),
};
const operations = [
  ...new Set([...Object.values(groups).flat(), "apps.list", "integrations.create", "getAuthParams", "executeAction"]),
];
const optionNames = [
  "apiKey", "authenticate", "allow", "redirectOrigins", "upstream", "basePath", "origins", "exposeAuthParams", "fetch", "timeoutMs",
  "maxBodyBytes", "maxHeaderBytes", "maxAnswerBytes", "onError",
];

/**
 * Whether this can be an id in a path: nothing that a URL or a path gives a meaning to. In the place of an account's id, `all`
 * would mean the accounts of every user.
 */
export const isId = (text: string): boolean => /^[\w-]{1,200}$/.test(text) && text.toLowerCase() !== "all";

/** The options, checked, with their defaults. */
export interface Settings<Context> {
  apiKey: string;
  /** Whether a text holds the key, in whatever form. */
  holdsKey: (text: string) => boolean;
  authenticate: GatewayOptions<Context>["authenticate"];
  operations: ReadonlySet<string>;
  apps: ReadonlySet<string>;
  /** Undefined: any of the apps. */
  integrations: ReadonlySet<string> | undefined;
  actions: ReadonlySet<string>;
  redirectOrigins: ReadonlySet<string>;
  origins: ReadonlySet<string>;
  /** Without a slash at its end. */
  upstream: string;
  /** Name and port of the platform, which no error may say. */
  upstreamHost: string;
  basePath: string;
  exposeAuthParams: boolean;
  fetch: (request: Request) => Promise<Response>;
  timeoutMs: number;
  maxBodyBytes: number;
  maxHeaderBytes: number;
  maxAnswerBytes: number;
  maxActionAnswerBytes: number;
  onError: (error: unknown) => void;
}

/** @throws `TypeError` that names the option. */
export function readOptions<Context>(options: GatewayOptions<Context>): Settings<Context> {
  known("createGateway", options, optionNames);
  const { apiKey, authenticate, exposeAuthParams = false, onError = () => {} } = options;
  if (typeof apiKey !== "string" || !/^[\w.~:+/=-]{8,}$/.test(apiKey)) throw new TypeError("apiKey must be the project's key");
  if (typeof authenticate !== "function") throw new TypeError("authenticate must be a function");
  if (typeof onError !== "function") throw new TypeError("onError must be a function");
  if (typeof exposeAuthParams !== "boolean") throw new TypeError("exposeAuthParams must be true or false");
  const { fetch = (request: Request) => globalThis.fetch(request), basePath = "/api/connect" } = options;
  if (typeof fetch !== "function") throw new TypeError("fetch must be a function");
  if (!/^(\/[\w.~-]+)*$/.test(basePath) || /\/\.\.?(\/|$)/.test(basePath)) {
    throw new TypeError('basePath must be a path such as "/api/connect", without a slash at its end');
  }
  const upstream = upstreamOf(options.upstream ?? "https://backend.composio.dev");
  return {
    apiKey,
    holdsKey: keyFinder(apiKey),
    authenticate,
    ...readAllow(options.allow),
    redirectOrigins: origins("redirectOrigins", options.redirectOrigins),
    origins: origins("origins", options.origins ?? []),
    upstream: upstream.origin + upstream.pathname.replace(/\/+$/, ""),
    upstreamHost: upstream.host,
    basePath,
    exposeAuthParams,
    fetch,
    timeoutMs: count("timeoutMs", options.timeoutMs, 30_000),
    maxBodyBytes: count("maxBodyBytes", options.maxBodyBytes, 1024 * 1024),
    maxHeaderBytes: count("maxHeaderBytes", options.maxHeaderBytes, 16 * 1024),
    maxAnswerBytes: count("maxAnswerBytes", options.maxAnswerBytes, 8 * 1024 * 1024),
    maxActionAnswerBytes: count("maxAnswerBytes", options.maxAnswerBytes, 32 * 1024 * 1024),
    onError,
  };
}

type Allowed = Pick<Settings<unknown>, "operations" | "apps" | "integrations" | "actions">;

function readAllow(allow: GatewayAllow): Allowed {
  known("allow", allow, ["operations", "apps", "integrations", "actions"]);
  const asked = list("allow.operations", allow.operations, (name) => operations.includes(name) || Object.hasOwn(groups, name));
  const allowed = new Set(asked.flatMap((name) => (Object.hasOwn(groups, name) ? (groups[name] ?? []) : [name])));
  const actions = list("allow.actions", allow.actions ?? [], (name) => /^[A-Z0-9_]{1,200}$/.test(name));
  if (actions.length && !allowed.has("executeAction")) throw new TypeError("allow.actions needs executeAction in allow.operations");
  if (!actions.length && allowed.has("executeAction")) throw new TypeError("executeAction needs the names of actions in allow.actions");
  if (allow.integrations && allowed.has("integrations.create")) {
    throw new TypeError("integrations.create makes integrations that are not in allow.integrations");
  }
  return {
    operations: allowed,
    apps: new Set(list("allow.apps", allow.apps, isId).map((app) => app.toLowerCase())),
    integrations: allow.integrations && new Set(list("allow.integrations", allow.integrations, isId)),
    actions: new Set(actions),
  };
}

function known(what: string, given: object, names: readonly string[]): void {
  if (typeof given !== "object" || given === null) throw new TypeError(`${what} must be an object`);
  for (const name of Object.keys(given)) if (!names.includes(name)) throw new TypeError(`${what}: there is no option ${name}`);
}

function list(what: string, given: readonly string[], isRight: (name: string) => boolean, problem = "which there is not"): readonly string[] {
  if (!Array.isArray(given)) throw new TypeError(`${what} must be an array`);
  for (const name of given as unknown[]) {
    if (typeof name !== "string" || !isRight(name)) throw new TypeError(`${what} names ${String(name)}, ${problem}`);
  }
  return given;
}

function count(what: string, given: number | undefined, fallback: number): number {
  const value = given ?? fallback;
  if (!Number.isInteger(value) || value < 1) throw new TypeError(`${what} must be a whole number above 0`);
  return value;
}

function origins(what: string, given: readonly string[]): ReadonlySet<string> {
  const isOrigin = (text: string) => URL.canParse(text) && new URL(text).origin === text && isSafe(new URL(text));
  return new Set(list(what, given, isOrigin, "which is no origin of https, nor of http on loopback, with nothing behind its host and port"));
}

function upstreamOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !isSafe(url) || url.username || url.password || url.search || url.hash) {
    throw new TypeError("upstream must be an https URL, or http on loopback, without a user, query or fragment");
  }
  return url;
}

/** Whether nobody can read along: TLS, or this machine. */
function isSafe({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || (protocol === "http:" && /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname));
}
