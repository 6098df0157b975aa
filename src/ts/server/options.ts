import { nearest } from "../shared/nearest.js";
import { sendHeld } from "../shared/send-held.js";
import { requireApiKey } from "./api-key-option.js";
import { isId } from "./ids.js";
import { keyFinder } from "./key-finder.js";
import { kindOf } from "./kind-of.js";
import { consoleLog } from "./log.js";
import type { Operation } from "./operation.js";
import { operations } from "./operations.js";
import { isSafe, parseOrigins } from "./origins.js";
import type { Settings } from "./settings.js";
import type { GatewayAllow, GatewayOperation, GatewayOptions } from "./types.js";

type Call = Operation["calls"][number];

const connect: readonly Call[] = ["apps.get", "integrations.list", "integrations.get", "connectedAccounts.initiate", "connectedAccounts.get", "completeAuth", "connectedAccounts.list"];
const calls = Object.values(operations).flatMap((operation): readonly Call[] => operation.calls);
/** The names of `allow.operations` that stand for several calls. */
const groups: Record<Exclude<GatewayOperation, Call>, readonly Call[]> = {
  connect,
  manage: calls.filter((call) => call === "connectedAccounts.list" || (call.startsWith("connectedAccounts.") && !connect.includes(call))),
};
const operationNames: readonly string[] = [...new Set([...Object.keys(groups), ...Object.values(groups).flat(), ...calls])];
const optionNames = [
  "apiKey", "authenticate", "allow", "redirectOrigins", "upstream", "basePath", "origins", "unsafeHttpOrigins", "exposeAuthParams", "fetch",
  "timeoutMs", "maxBodyBytes", "maxHeaderBytes", "maxAnswerBytes", "onError",
];
const allowNames = ["operations", "apps", "integrations", "actions"];
/** Names of other libraries, with the option to use instead. */
const foreignNames: [names: string[], hint: string][] = [
  [["userId", "user_id", "user", "entityId", "session"], "Return the user's id from `authenticate`"],
  [["redirectUrl", "redirectUrls", "redirectUri", "redirectUris", "callbackUrl"], "Use `redirectOrigins`"],
  [["cors", "allowedOrigins", "corsOrigins", "trustedOrigins"], "Use `origins`"],
  [["baseUrl", "baseURL", "host", "endpoint"], "Use `upstream` for the platform, or `basePath` for where the gateway is mounted"],
  [["path", "prefix", "mountPath"], "Use `basePath`"],
  [allowNames, "It is a member of `allow`"],
];
const maxTimeoutMs = 2 ** 31 - 1;

/** Checks the options and fills in the defaults. @throws `TypeError` that names the option, what it must be and what it is. */
export function parseOptions<Context>(options: GatewayOptions<Context>): Settings<Context> {
  requireObject("the argument", options, "{ apiKey, authenticate, allow, redirectOrigins }");
  requireKnown(options, optionNames, "an option", foreignNames);
  const apiKey = requireApiKey(options.apiKey);
  const holdsKey = keyFinder(apiKey);
  const { authenticate, exposeAuthParams = false, unsafeHttpOrigins = false, onError = consoleLog(apiKey, holdsKey) } = options;
  const { fetch, basePath = "/api/connect" } = options;
  if (typeof authenticate !== "function") throw wrongOption("authenticate", "a function that returns the signed-in user's id", authenticate);
  if (typeof onError !== "function") throw wrongOption("onError", "a function", onError);
  if (fetch !== undefined && typeof fetch !== "function") throw wrongOption("fetch", "a function", fetch);
  for (const [name, value] of Object.entries({ exposeAuthParams, unsafeHttpOrigins })) {
    if (typeof value !== "boolean") throw wrongOption(name, "true or false", value);
  }
  const upstream = parseUpstream(options.upstream === undefined ? "https://backend.composio.dev" : options.upstream);
  return {
    apiKey,
    holdsKey,
    authenticate,
    ...parseAllow(options.allow),
    redirectOrigins: parseOrigins("redirectOrigins", options.redirectOrigins, unsafeHttpOrigins),
    origins: parseOrigins("origins", options.origins ?? [], unsafeHttpOrigins),
    upstream: upstream.origin + upstream.pathname.replace(/\/+$/, ""),
    upstreamHost: upstream.host,
    basePath: parseBasePath(basePath),
    exposeAuthParams,
    send: parseFetch(fetch),
    timeoutMs: requireCount("timeoutMs", options.timeoutMs, 30_000, maxTimeoutMs),
    maxBodyBytes: requireCount("maxBodyBytes", options.maxBodyBytes, 1024 * 1024),
    maxHeaderBytes: requireCount("maxHeaderBytes", options.maxHeaderBytes, 16 * 1024),
    maxAnswerBytes: requireCount("maxAnswerBytes", options.maxAnswerBytes, 8 * 1024 * 1024),
    maxActionAnswerBytes: requireCount("maxAnswerBytes", options.maxAnswerBytes, 32 * 1024 * 1024),
    onError,
  };
}

/** How requests are sent. The global `fetch` gets no `Request`, because it would make another one of it. */
function parseFetch(fetch: GatewayOptions["fetch"]): Settings<unknown>["send"] {
  const uncached = canSkipCache() ? { cache: "no-store" as const } : {};
  return async (url, init) => fetch ? sendHeld(new Request(url, { ...init, ...uncached }), fetch) : globalThis.fetch(url, { ...init, ...uncached });
}

/** Some frameworks cache the requests of a server. Runtimes without a cache throw for the option. */
function canSkipCache(): boolean {
  try {
    return Boolean(new Request("https://platform.example", { cache: "no-store" }));
  } catch {
    return false;
  }
}

type Allowed = Pick<Settings<unknown>, "calls" | "apps" | "integrations" | "actions">;

function parseAllow(allow: GatewayAllow): Allowed {
  requireObject("`allow`", allow, '{ operations: ["connect"], apps: ["gmail"] }');
  requireKnown(allow, allowNames, "a member of `allow`");
  const listed = requireNames("operations", allow.operations, {
    isRight: (name) => operationNames.includes(name),
    problem: (name) => `which is not an operation.${didYouMean(name, operationNames)} Operations are ${quotedList(operationNames)}`,
  });
  const allowed = new Set<string>(listed.flatMap((name): readonly string[] => (Object.hasOwn(groups, name) ? groups[name as keyof typeof groups] : [name])));
  const actions = requireNames("actions", allow.actions ?? [], {
    isRight: (name) => /^[A-Z0-9_]{1,200}$/.test(name),
    problem: () => 'which is not the name of an action. Write one such as "GMAIL_GET_PROFILE", in A to Z, 0 to 9 and _',
  });
  if (actions.length && !allowed.has("executeAction")) throw new TypeError('createGateway: `allow.actions` needs "executeAction" in `allow.operations`');
  if (!actions.length && allowed.has("executeAction")) throw new TypeError('createGateway: "executeAction" needs the names of actions in `allow.actions`');
  // Only a missing option allows all integrations. A variable that is empty must not.
  const { integrations } = allow;
  if (integrations !== undefined && allowed.has("integrations.create")) {
    throw new TypeError('createGateway: "integrations.create" creates integrations that `allow.integrations` does not list. Remove one of the two');
  }
  const problemOf = (what: string) => (name: string) => `which is not ${what}. ${name === "*" ? "List each one" : "Write it in letters, digits, _ and -"}`;
  return {
    calls: allowed,
    apps: new Set(requireNames("apps", allow.apps, { isRight: isId, problem: problemOf("an app's key") }).map((app) => app.toLowerCase())),
    integrations: integrations === undefined ? undefined : new Set(requireNames("integrations", integrations, { isRight: isId, problem: problemOf("an integration's id") })),
    actions: new Set(actions),
  };
}

/** A value for an error message, or its kind if the value is long or would not help. */
function shownValue(value: unknown): string {
  if (typeof value === "string" && value !== "") return JSON.stringify(value.slice(0, 100));
  return typeof value === "number" || typeof value === "boolean" ? String(value) : kindOf(value);
}

function wrongOption(option: string, expected: string, value: unknown): TypeError {
  return new TypeError(`createGateway: \`${option}\` must be ${expected}, got ${typeof value === "function" ? "a function" : shownValue(value)}`);
}

const quotedList = (names: readonly string[]): string => names.map((name) => JSON.stringify(name)).join(", ");

/** Common wrong names, with the name to suggest for each. */
const usualNames: Record<string, string> = Object.assign(Object.create(null), {
  initiateConnection: "connect", completeConnection: "connect", getExpectedParamsForUser: "connect", flow: "connect",
  auth: "authenticate", getUser: "authenticate", key: "apiKey", secret: "apiKey", token: "apiKey",
});

function didYouMean(name: string, valid: readonly string[]): string {
  const found = usualNames[name] ?? valid.find((one) => one.endsWith(`.${name}`)) ?? nearest(name, valid) ?? (name.length > 2 ? valid.find((one) => one.startsWith(name)) : undefined);
  return found === undefined ? "" : ` Did you mean ${JSON.stringify(found)}?`;
}

function requireObject(what: string, given: unknown, example: string): void {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return;
  throw new TypeError(`createGateway: ${what} must be an object such as ${example}, got ${kindOf(given)}`);
}

function requireKnown(given: object, valid: readonly string[], what: string, hints: typeof foreignNames = []): void {
  for (const name of Object.keys(given)) {
    if (valid.includes(name)) continue;
    const hint = hints.find(([names]) => names.includes(name))?.[1];
    const advice = hint === undefined ? didYouMean(name, valid) : ` ${hint}.`;
    throw new TypeError(`createGateway: ${JSON.stringify(name.slice(0, 100))} is not ${what}.${advice} Valid names: ${valid.join(", ")}`);
  }
}

interface NameRule {
  isRight: (name: string) => boolean;
  problem: (name: string) => string;
}

const examples = { operations: '["connect"]', apps: '["gmail"]', integrations: '["ac_1234"]', actions: '["GMAIL_GET_PROFILE"]' };

function requireNames(member: keyof typeof examples, given: readonly string[], { isRight, problem }: NameRule): readonly string[] {
  if (!Array.isArray(given)) throw new TypeError(`createGateway: \`allow.${member}\` must be an array of strings such as ${examples[member]}, got ${kindOf(given)}`);
  for (const name of given as unknown[]) {
    if (typeof name !== "string") throw new TypeError(`createGateway: \`allow.${member}\` must contain only strings, got ${kindOf(name)}`);
    if (!isRight(name)) throw new TypeError(`createGateway: \`allow.${member}\` names ${JSON.stringify(name.slice(0, 100))}, ${problem(name)}`);
  }
  return given;
}

function requireCount(option: string, given: number | undefined, fallback: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = given === undefined ? fallback : given;
  if (!Number.isInteger(value) || value < 1 || value > most) throw wrongOption(option, `an integer from 1 to ${most}`, value);
  return value;
}

function parseBasePath(path: unknown): string {
  if (typeof path !== "string") throw wrongOption("basePath", 'a path such as "/api/connect"', path);
  if (/^(\/[\w.~-]+)*$/.test(path) && !/\/\.\.?(\/|$)/.test(path)) return path;
  const corrected = `/${path.split("/").filter(Boolean).join("/")}`;
  const advice = path === "/" ? 'Write "" for the root' : /^(\/[\w~-]+)+$/.test(corrected) ? `Write "${corrected}"` : "It may contain letters, digits, . _ ~ and -";
  throw new TypeError(`createGateway: \`basePath\` must be a path such as "/api/connect", without a trailing slash, got ${shownValue(path)}. ${advice}`);
}

function parseUpstream(text: unknown): URL {
  const expected = "the platform's https URL, or http on loopback, without a user, query or fragment";
  if (typeof text !== "string") throw wrongOption("upstream", expected, text);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /\/api\/v\d[^/]*\/?$/.test(url.pathname)) {
    throw new TypeError("createGateway: `upstream` must be the platform's URL without the version of its API, which the gateway adds: end it before /api/");
  }
  if (url && isSafe(url) && !url.username && !url.password && !url.search && !url.hash) return url;
  // The URL is not quoted, because it may contain a password.
  const got = !url ? "an invalid URL" : isSafe(url) ? "a URL with one of these" : `an ${url.protocol.slice(0, -1)} URL`;
  throw new TypeError(`createGateway: \`upstream\` must be ${expected}, got ${got}`);
}
