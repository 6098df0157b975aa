import { readApiKey } from "./api-key.js";
import { kindOf, nearest } from "./describe.js";
import type { GatewayAllow, GatewayOptions } from "./types.js";
import { keyFinder } from "./key.js";
import { consoleLog } from "./log.js";
import { isSafe, readOrigins, type OriginRule } from "./origin.js";

const groups: Record<string, readonly string[]> = {
  connect: ["apps.get", "integrations.list", "integrations.get", "connectedAccounts.initiate", "connectedAccounts.get"],
  manage: ["list", "refresh", "enable", "disable", "delete"].map((name) => `connectedAccounts.${name}`),
};
const operations = [
  ...new Set([...Object.values(groups).flat(), "apps.list", "integrations.create", "getAuthParams", "executeAction"]),
];
const optionNames = [
  "apiKey", "authenticate", "allow", "redirectOrigins", "upstream", "basePath", "origins", "unsafeHttpOrigins", "exposeAuthParams", "fetch",
  "timeoutMs", "maxBodyBytes", "maxHeaderBytes", "maxAnswerBytes", "onError",
];
const allowNames = ["operations", "apps", "integrations", "actions"];
/** What to use in place of names that other libraries have: [names, hint]. */
const elsewhere: [names: string[], hint: string][] = [
  [["userId", "user_id", "user", "entityId", "session"], "`authenticate` answers who the user is"],
  [["redirectUrl", "redirectUrls", "redirectUri", "redirectUris", "callbackUrl"], "Use `redirectOrigins`"],
  [["cors", "allowedOrigins", "corsOrigins", "trustedOrigins"], "Use `origins`"],
  [["baseUrl", "baseURL", "host", "endpoint"], "Use `upstream` for the platform, or `basePath` for where the gateway is mounted"],
  [["path", "prefix", "mountPath"], "Use `basePath`"],
  [allowNames, "It is a member of `allow`"],
];
const maxTimeoutMs = 2 ** 31 - 1;

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
  redirectOrigins: OriginRule;
  origins: OriginRule;
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

/** @throws `TypeError` that names the option, what came and what is right. */
export function readOptions<Context>(options: GatewayOptions<Context>): Settings<Context> {
  requireObject("the argument", options, "{ apiKey, authenticate, allow, redirectOrigins }");
  requireKnown(options, optionNames, "an option", elsewhere);
  const apiKey = readApiKey(options.apiKey);
  const holdsKey = keyFinder(apiKey);
  const { authenticate, exposeAuthParams = false, unsafeHttpOrigins = false, onError = consoleLog(apiKey, holdsKey) } = options;
  const { fetch = (request: Request) => globalThis.fetch(request), basePath = "/api/connect" } = options;
  if (typeof authenticate !== "function") throw wrong("authenticate", "a function that answers the signed-in user's id", authenticate);
  for (const [name, value] of Object.entries({ onError, fetch })) if (typeof value !== "function") throw wrong(name, "a function", value);
  for (const [name, value] of Object.entries({ exposeAuthParams, unsafeHttpOrigins })) {
    if (typeof value !== "boolean") throw wrong(name, "true or false", value);
  }
  const upstream = upstreamOf(options.upstream === undefined ? "https://backend.composio.dev" : options.upstream);
  return {
    apiKey,
    holdsKey,
    authenticate,
    ...readAllow(options.allow),
    redirectOrigins: readOrigins("redirectOrigins", options.redirectOrigins, unsafeHttpOrigins),
    origins: readOrigins("origins", options.origins ?? [], unsafeHttpOrigins),
    upstream: upstream.origin + upstream.pathname.replace(/\/+$/, ""),
    upstreamHost: upstream.host,
    basePath: readBasePath(basePath),
    exposeAuthParams,
    fetch,
    timeoutMs: count("timeoutMs", options.timeoutMs, 30_000, maxTimeoutMs),
    maxBodyBytes: count("maxBodyBytes", options.maxBodyBytes, 1024 * 1024),
    maxHeaderBytes: count("maxHeaderBytes", options.maxHeaderBytes, 16 * 1024),
    maxAnswerBytes: count("maxAnswerBytes", options.maxAnswerBytes, 8 * 1024 * 1024),
    maxActionAnswerBytes: count("maxAnswerBytes", options.maxAnswerBytes, 32 * 1024 * 1024),
    onError,
  };
}

type Allowed = Pick<Settings<unknown>, "operations" | "apps" | "integrations" | "actions">;

function readAllow(allow: GatewayAllow): Allowed {
  requireObject("`allow`", allow, '{ operations: ["connect"], apps: ["gmail"] }');
  requireKnown(allow, allowNames, "a member of `allow`");
  const names = [...Object.keys(groups), ...operations];
  const asked = list("operations", allow.operations, {
    isRight: (name) => names.includes(name),
    problem: (name) => `which is not an operation.${didYouMean(name, names)} Operations are ${listed(names)}`,
  });
  const allowed = new Set(asked.flatMap((name) => (Object.hasOwn(groups, name) ? (groups[name] ?? []) : [name])));
  const actions = list("actions", allow.actions ?? [], {
    isRight: (name) => /^[A-Z0-9_]{1,200}$/.test(name),
    problem: () => 'which is not the name of an action. Write one such as "GMAIL_GET_PROFILE", in A to Z, 0 to 9 and _',
  });
  if (actions.length && !allowed.has("executeAction")) throw new TypeError('createGateway: `allow.actions` needs "executeAction" in `allow.operations`');
  if (!actions.length && allowed.has("executeAction")) throw new TypeError('createGateway: "executeAction" needs the names of actions in `allow.actions`');
  // Only when it is left out are all allowed: an empty variable must not allow them.
  const { integrations } = allow;
  if (integrations !== undefined && allowed.has("integrations.create")) {
    throw new TypeError('createGateway: "integrations.create" makes integrations that `allow.integrations` does not list. Remove one of the two');
  }
  const problem = (what: string) => (name: string) => `which is not ${what}. ${name === "*" ? "List each one" : "Write it in letters, digits, _ and -"}`;
  return {
    operations: allowed,
    apps: new Set(list("apps", allow.apps, { isRight: isId, problem: problem("an app's key") }).map((app) => app.toLowerCase())),
    integrations: integrations === undefined ? undefined : new Set(list("integrations", integrations, { isRight: isId, problem: problem("an integration's id") })),
    actions: new Set(actions),
  };
}

/** Short values that help, and of all others the kind. */
function shown(value: unknown): string {
  if (typeof value === "string" && value !== "") return JSON.stringify(value.slice(0, 100));
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
}

function wrong(option: string, expected: string, value: unknown): TypeError {
  return new TypeError(`createGateway: \`${option}\` must be ${expected}, got ${typeof value === "function" ? "a function" : shown(value)}`);
}

const listed = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");

/** What stands for calls of the client that take several operations. */
const usual: Record<string, string> = Object.assign(Object.create(null), {
  initiateConnection: "connect", completeConnection: "connect", getExpectedParamsForUser: "connect", flow: "connect",
  auth: "authenticate", getUser: "authenticate", key: "apiKey", secret: "apiKey", token: "apiKey",
});

function didYouMean(name: string, valid: readonly string[]): string {
  const found = usual[name] ?? valid.find((one) => one.endsWith(`.${name}`)) ?? nearest(name, valid) ?? (name.length > 2 ? valid.find((one) => one.startsWith(name)) : undefined);
  return found === undefined ? "" : ` Did you mean ${JSON.stringify(found)}?`;
}

function requireObject(what: string, given: unknown, example: string): void {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return;
  throw new TypeError(`createGateway: ${what} must be an object such as ${example}, got ${kindOf(given)}`);
}

function requireKnown(given: object, valid: readonly string[], what: string, hints: typeof elsewhere = []): void {
  for (const name of Object.keys(given)) {
    if (valid.includes(name)) continue;
    const hint = hints.find(([names]) => names.includes(name))?.[1];
    const advice = hint === undefined ? didYouMean(name, valid) : ` ${hint}.`;
    throw new TypeError(`createGateway: ${JSON.stringify(name.slice(0, 100))} is not ${what}.${advice} Valid names: ${valid.join(", ")}`);
  }
}

interface Entries {
  isRight: (name: string) => boolean;
  problem: (name: string) => string;
}

const examples = { operations: '["connect"]', apps: '["gmail"]', integrations: '["ac_1234"]', actions: '["GMAIL_GET_PROFILE"]' };

function list(member: keyof typeof examples, given: readonly string[], { isRight, problem }: Entries): readonly string[] {
  if (!Array.isArray(given)) throw new TypeError(`createGateway: \`allow.${member}\` must be an array of texts, such as ${examples[member]}, got ${kindOf(given)}`);
  for (const name of given as unknown[]) {
    if (typeof name !== "string") throw new TypeError(`createGateway: \`allow.${member}\` must list texts only, got ${kindOf(name)}`);
    if (!isRight(name)) throw new TypeError(`createGateway: \`allow.${member}\` names ${JSON.stringify(name.slice(0, 100))}, ${problem(name)}`);
  }
  return given;
}

function count(option: string, given: number | undefined, fallback: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = given === undefined ? fallback : given;
  if (!Number.isInteger(value) || value < 1 || value > most) throw wrong(option, `an integer from 1 to ${most}`, value);
  return value;
}

function readBasePath(path: unknown): string {
  if (typeof path !== "string") throw wrong("basePath", 'a path such as "/api/connect"', path);
  if (/^(\/[\w.~-]+)*$/.test(path) && !/\/\.\.?(\/|$)/.test(path)) return path;
  const usual = `/${path.split("/").filter(Boolean).join("/")}`;
  const advice = path === "/" ? 'Write "" for the root' : /^(\/[\w~-]+)+$/.test(usual) ? `Write "${usual}"` : "It may hold letters, digits, . _ ~ and -";
  throw new TypeError(`createGateway: \`basePath\` must be a path such as "/api/connect", without a slash at its end, got ${shown(path)}. ${advice}`);
}

function upstreamOf(text: unknown): URL {
  const expected = "the platform's https URL, or http on loopback, without a user, query or fragment";
  if (typeof text !== "string") throw wrong("upstream", expected, text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /\/api\/v\d[^/]*\/?$/.test(url.pathname)) {
    throw new TypeError("createGateway: `upstream` must be the platform's URL without the version of its API, which the gateway adds: end it before /api/");
  }
  if (url && isSafe(url) && !url.username && !url.password && !url.search && !url.hash) return url;
  // The address may hold a password, and is not quoted.
  const got = !url ? "what is no URL" : isSafe(url) ? "one with such a part" : `one of ${url.protocol.slice(0, -1)}`;
  throw new TypeError(`createGateway: \`upstream\` must be ${expected}, got ${got}`);
}
