import { errorIds, keyHeader, retiredBody } from "../platform/errors.js";
import { matchRoute, routeOf, splitVersion } from "../platform/routes.js";
import type { SandboxCall } from "./api/call.js";
import { ApiError, errorResponse } from "./api/errors.js";
import { handlers } from "./api/handlers.js";
import { Query } from "./api/request.js";
import { requireMembers, requireRule, rules, type ArgumentRule } from "./arguments.js";
import { ownApps } from "./catalogue/own-apps.js";
import { Faults } from "./faults.js";
import { AuthorizationServer, authorizationServerPaths } from "./hosted/authorization-server.js";
import { html, pageResponse } from "./hosted/html.js";
import { findPage } from "./hosted/link-pages.js";
import { jsonResponse } from "./json-response.js";
import { Installation } from "./page/installation.js";
import { addOwnAccount, changeOwnAccount } from "./own-accounts.js";
import { RateLimit } from "./rate-limit.js";
import { Store, uuid, type Account } from "./store.js";
import type { LoggedRequest, Sandbox, SandboxAccount, SandboxOptions } from "./types.js";

const maxLogged = 10_000;

const isOrigin = (value: unknown) => typeof value === "string" && URL.canParse(value) && new URL(value).origin === value;

/** The options of `createSandbox`. */
const optionRules: Record<keyof SandboxOptions, ArgumentRule> = {
  apps: rules.list,
  apiKey: rules.text,
  origin: ["an origin, such as `https://platform.test`", isOrigin],
  now: rules.function,
  advanceTimers: rules.function,
  gateway: rules.text,
  pageUrl: rules.url,
  oauth: rules.object,
  omitDeprecated: rules.flag,
  verifierUrl: rules.url,
};

/** Implements `createSandbox`. */
export function buildSandbox(options: SandboxOptions): Sandbox {
  requireMembers("the options of `createSandbox`", options, optionRules);
  // Not `requireMembers`: it may be an instance of a class, with members of its own.
  for (const name of options.oauth ? (["start", "finish"] as const) : []) requireRule(rules.function, `\`oauth.${name}\` of the options of \`createSandbox\``, options.oauth?.[name]);
  const apiKey = options.apiKey ?? "sandbox-key";
  // Looked up at each call, because an installed sandbox replaces `Date`.
  const clock = () => (installation.hasClock ? Date.now() : (options.now ?? Date.now)());
  let skewMs = 0;
  const now = () => clock() + skewMs;
  const progress = { count: 0, pending: 0 };
  const store = new Store(now, ownApps(options.apps ?? []));
  const faults = new Faults();
  const rateLimit = new RateLimit();
  const authorizationServer = new AuthorizationServer();
  const requests: { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] }[] = [];

  async function handle(request: Request, url: URL): Promise<Response> {
    const path = url.pathname;
    if (!options.oauth && authorizationServerPaths.includes(path)) return authorizationServer.handle(request, url);
    const call: SandboxCall = {
      request,
      url,
      origin: options.origin ?? url.origin,
      store,
      oauth: options.oauth ?? authorizationServer,
      verifierUrl: options.verifierUrl,
      omitsDeprecated: options.omitDeprecated ?? false,
    };
    const showPage = findPage(request.method, path);
    if (showPage) return showPage(call);
    if (!path.startsWith("/api/")) return pageResponse(404, "Not found", html`<p>There is nothing here.</p>`);
    const requestId = uuid();
    const response = await handleOperation(call, requestId).catch((error: unknown) => {
      if (error instanceof ApiError) return errorResponse(error, requestId);
      throw error;
    });
    for (const [name, value] of Object.entries(rateLimit.count(now()))) response.headers.set(name, value);
    return response;
  }

  async function handleOperation(call: SandboxCall, requestId: string): Promise<Response> {
    const { request, url } = call;
    const api = splitVersion(url.pathname);
    if (api === "retired") return jsonResponse(410, retiredBody);
    requireKey(request, apiKey);
    const match = api && matchRoute(request.method, api.rest, api.version);
    const id = decode(match?.id ?? "");
    if (!api || !match || (match.id !== undefined && !id)) throw new ApiError(errorIds.unknownRoute, `Cannot ${request.method} ${url.pathname}`);
    const query = new Query(url.searchParams, routeOf(match.name).query ?? []);
    const response = await handlers[match.name]({ ...call, version: api.version, id, query });
    response.headers.set("x-request-id", requestId);
    return response;
  }

  async function answer(input: Request | string | URL, init?: RequestInit): Promise<Response> {
    const request = requestOf(input, init);
    const url = new URL(request.url);
    const entry = { method: request.method, path: url.pathname, status: 0, atMs: now() };
    requests.push(entry);
    if (requests.length > maxLogged) requests.shift();
    request.signal.throwIfAborted();
    const rule = faults.take(request.method, url.pathname);
    const proceed = () => handle(request, url);
    const response = await (rule ? faults.apply(rule, request, proceed) : proceed());
    entry.status = response.status;
    return response;
  }

  async function track<T>(work: Promise<T>): Promise<T> {
    progress.pending += 1;
    progress.count += 1;
    try {
      return await work;
    } finally {
      progress.pending -= 1;
      progress.count += 1;
    }
  }

  const installation = new Installation(options, {
    apiKey,
    store,
    answer,
    now,
    track,
    isBusy: () => progress.pending > faults.paused,
    progress,
  });

  return {
    requests,
    fetch: (input, init) => track(answer(input, init)),
    advance(ms) {
      requireRule(rules.ms, "`advance`: the argument", ms);
      skewMs += ms;
    },
    fault: (rule) => faults.add(rule),
    accounts: () => store.accounts.map(copyOf),
    addAccount: (account) => copyOf(addOwnAccount(store, authorizationServer, account)),
    changeAccount: (id, changes) => copyOf(changeOwnAccount(store, id, changes)),
    reset() {
      skewMs = 0;
      requests.length = 0;
      faults.reset();
      rateLimit.reset();
      authorizationServer.reset();
      store.reset();
      installation.reset();
    },
    clock: installation.clock,
    popups: installation.popups,
    get callbackUrl() {
      return installation.callbackUrl;
    },
    install: (client) => installation.install(client),
    createClient: (client) => installation.createClient(client),
    next: (attempt) => installation.next(attempt),
    visit: (url) => installation.visit(url),
    setOnline(isOnline) {
      requireRule(rules.flag, "`setOnline`: the argument", isOnline);
      installation.setOnline(isOnline);
    },
    dispose: () => installation.dispose(),
  };
}

/** The request that `fetch` sends for these arguments. A `Request` by itself may be of another realm. */
const requestOf = (input: Request | string | URL, init?: RequestInit): Request =>
  init === undefined && typeof (Object(input) as Partial<Request>).headers === "object" ? (input as Request) : new Request(input, init);

/** Decodes a segment of a path; empty if it is malformed. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return "";
  }
}

/** Requires the project's key and no second credential. @throws {ApiError} 401. */
function requireKey(request: Request, apiKey: string): void {
  const given = Object.entries({
    [keyHeader]: "ApiKeyAuth", "x-org-api-key": "OrgApiKeyAuth", "x-user-api-key": "UserApiKeyAuth",
  }).filter(([name]) => request.headers.has(name)).map(([name, mode]) => `${mode} via ${name}`);
  if (/(^|;\s*)authToken=/.test(request.headers.get("cookie") ?? "")) given.push("CookieAuth via authToken");
  if (given.length > 1) {
    throw new ApiError(errorIds.severalKeys, `Multiple authentication modes were provided; exactly one is needed. Provided: ${given.join(", ")}.`);
  }
  if (given.length === 0) throw new ApiError(errorIds.noKey, "Invalid or missing API key");
  if (request.headers.get(keyHeader) !== apiKey) throw new ApiError(errorIds.wrongKey, "Invalid API key");
}

function copyOf(account: Account): SandboxAccount {
  const { integration } = account;
  return {
    id: account.id,
    wordId: account.wordId,
    alias: account.alias,
    displayName: account.displayName,
    accountType: account.accountType,
    requestedScopes: [...account.requestedScopes],
    app: integration.app.key,
    integrationId: integration.id,
    authScheme: integration.scheme.mode,
    entityId: account.entityId,
    status: account.status,
    statusReason: account.statusReason,
    isDisabled: account.isDisabled,
    isDeleted: account.isDeleted,
    data: { ...account.data },
    tokens: { ...account.tokens },
    accessTokenExpiresAtMs: account.accessTokenExpiresAtMs,
    callbackUrl: account.callbackUrl,
    createdAtMs: account.createdAtMs,
  };
}
