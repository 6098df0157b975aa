import { html, page } from "./answers.js";
import { answerError, answerRetired, ApiError } from "./errors.js";
import { Faults } from "./faults.js";
import { hostedRoutes } from "./hosted.js";
import type { LoggedRequest, Sandbox, SandboxAccount, SandboxOptions } from "./types.js";
import { Query } from "./input.js";
import { Installation } from "./installation.js";
import { aFunction, flag, list, ms as aTime, requireFit, requireMembers, text, type Check } from "./members.js";
import { BuiltInOAuth, oauthPaths } from "./oauth.js";
import { ownApps } from "./own-apps.js";
import { match, type ApiVersion, type Call } from "./router.js";
import { Store, uuid, type Account } from "./store.js";
import { v3Routes } from "./v3.js";

const logLimit = 10_000;

const isOrigin = (value: unknown) => typeof value === "string" && URL.canParse(value) && new URL(value).origin === value;

/** The options of `createSandbox`; the compiler tells when one is missing here. */
const checks: Record<keyof SandboxOptions, Check> = {
  apps: list,
  apiKey: text,
  origin: ["an origin, such as `https://platform.test`", isOrigin],
  now: aFunction,
  advanceTimers: aFunction,
  gateway: text,
  pageUrl: ["a complete URL, such as `https://app.test/`", (value) => typeof value === "string" && /^https?:/.test(value) && URL.canParse(value)],
  oauth: ["an object", (value) => typeof value === "object" && value !== null],
  omitDeprecated: flag,
};

/** Puts the parts together; see `createSandbox`. */
export function build(options: SandboxOptions): Sandbox {
  requireMembers("the options of `createSandbox`", options, checks);
  const apiKey = options.apiKey ?? "sandbox-key";
  // Looked up each time: the clock of the page may be the sandbox's own by then.
  const clock = () => (installation.hasClock ? Date.now() : (options.now ?? Date.now)());
  let skewMs = 0;
  const now = () => clock() + skewMs;
  const progress = { count: 0, underWay: 0 };
  const store = new Store(now, ownApps(options.apps ?? []));
  const faults = new Faults();
  const builtIn = new BuiltInOAuth();
  const requests: { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] }[] = [];

  async function route(request: Request, url: URL): Promise<Response> {
    const path = url.pathname;
    if (!options.oauth && oauthPaths.includes(path)) return builtIn.answer(request, url);
    const api = apiOf(path);
    const call: Omit<Call, "params" | "query"> = {
      api: api.version,
      request,
      url,
      origin: options.origin ?? url.origin,
      store,
      oauth: options.oauth ?? builtIn,
      omitsDeprecated: options.omitDeprecated ?? false,
    };
    const hosted = match(hostedRoutes, request.method, path);
    if (hosted) return hosted.handle({ ...call, params: hosted.params, query: new Query(new URLSearchParams(), []) });
    if (!path.startsWith("/api/")) return page(404, "Not found", html`<p>There is nothing here.</p>`);
    if (/^\/api\/v[12]\//.test(path)) return answerRetired();
    const requestId = uuid();
    try {
      authenticate(request, apiKey);
      const found = match(v3Routes, request.method, api.path);
      if (!found) throw new ApiError(404, `Cannot ${request.method} ${path}`);
      const response = await found.handle({ ...call, params: found.params, query: new Query(url.searchParams, found.query) });
      response.headers.set("x-request-id", requestId);
      return response;
    } catch (error) {
      if (error instanceof ApiError) return answerError(error, requestId);
      throw error;
    }
  }

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const entry = { method: request.method, path: url.pathname, status: 0, atMs: now() };
    requests.push(entry);
    if (requests.length > logLimit) requests.shift();
    request.signal.throwIfAborted();
    const rule = faults.take(request.method, url.pathname);
    const handle = () => route(request, url);
    const response = await (rule ? faults.apply(rule, request, handle) : handle());
    entry.status = response.status;
    return response;
  }

  async function track<T>(work: Promise<T>): Promise<T> {
    progress.underWay += 1;
    progress.count += 1;
    try {
      return await work;
    } finally {
      progress.underWay -= 1;
      progress.count += 1;
    }
  }

  const installation = new Installation(options, {
    apiKey,
    store,
    answer,
    now,
    track,
    isBusy: () => progress.underWay > faults.paused,
    progress,
  });

  return {
    requests,
    fetch: (request) => track(answer(request)),
    advance(ms) {
      requireFit(aTime, "`advance`: the argument", ms);
      skewMs += ms;
    },
    fault: (rule) => faults.add(rule),
    accounts: () => store.accounts.map(snapshot),
    reset() {
      skewMs = 0;
      requests.length = 0;
      faults.reset();
      builtIn.reset();
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
    setOnline: (isOnline) => installation.setOnline(isOnline),
    dispose: () => installation.dispose(),
  };
}

interface Api {
  version: ApiVersion;
  path: string;
}

/** The version of the API that a path names, and what follows its prefix. A path without one is that of no route. */
function apiOf(path: string): Api {
  const [, version = "v3.1", rest = ""] = path.match(/^\/api\/(v3(?:\.1)?)(\/.*)$/) ?? [];
  return { version: version as ApiVersion, path: rest };
}

/** Requires the project's key, and no second credential beside it. */
function authenticate(request: Request, apiKey: string): void {
  const unauthorized = (message: string) => new ApiError(401, message, { slug: "HTTP_Unauthorized" });
  const given = Object.entries({
    "x-api-key": "ApiKeyAuth", "x-org-api-key": "OrgApiKeyAuth", "x-user-api-key": "UserApiKeyAuth",
  }).filter(([name]) => request.headers.has(name)).map(([name, mode]) => `${mode} via ${name}`);
  if (/(^|;\s*)authToken=/.test(request.headers.get("cookie") ?? "")) given.push("CookieAuth via authToken");
  if (given.length > 1) {
    throw unauthorized(`Multiple authentication modes were provided; exactly one is needed. Provided: ${given.join(", ")}.`);
  }
  if (request.headers.get("x-api-key") !== apiKey) throw unauthorized("Invalid or missing API key");
}

function snapshot(account: Account): SandboxAccount {
  const { integration } = account;
  return {
    id: account.id,
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
