import { json } from "./answers.js";
import { apps, isOAuth, missing } from "./apps.js";
import { ApiError, invalid, type Problem } from "./errors.js";
import { boolean, httpUrl, listOf, object, oneOf, optional, parse, readJson, record, text, values, type Query } from "./input.js";
import type { Call, Route } from "./router.js";
import { iso, newestFirst, type Integration, type NewAccount, type Store } from "./store.js";
import { viewAccount, viewAuthConfig, viewFields, viewParams, viewToolkit, viewToolkitItem, viewVal } from "./v3-view.js";

const statuses = ["INITIALIZING", "INITIATED", "ACTIVE", "INACTIVE", "FAILED", "EXPIRED", "REVOKED"];

/** The third generation of the API. */
export const v3Routes: Route[] = [
  ["GET", "/api/v3/toolkits", listToolkits],
  ["GET", "/api/v3/toolkits/:slug", getToolkit],
  ["GET", "/api/v3/auth_configs", listAuthConfigs],
  ["POST", "/api/v3/auth_configs", createAuthConfig],
  ["GET", "/api/v3/auth_configs/:id", getAuthConfig],
  ["GET", "/api/v3/connected_accounts", listAccounts],
  ["POST", "/api/v3/connected_accounts", createAccount],
  ["POST", "/api/v3/connected_accounts/link", createLink],
  ["GET", "/api/v3/connected_accounts/:id", getAccount],
];

function listToolkits({ query }: Call): Response {
  const search = query.text("search")?.toLowerCase();
  const category = query.text("category");
  const managedBy = query.list("managed_by", ["composio", "all", "project"])?.[0];
  const sortBy = query.list("sort_by", ["usage", "alphabetically"])?.[0];
  query.flag("include_deprecated");
  const found = apps.filter((app) =>
    (!search || `${app.key} ${app.name}`.toLowerCase().includes(search)) &&
    (!category || app.category === category) &&
    managedBy !== "project");
  if (sortBy === "alphabetically") found.sort((a, b) => a.name.localeCompare(b.name, "en"));
  return paged(query, found, 1000, viewToolkitItem);
}

function getToolkit({ params, store }: Call): Response {
  return json(200, viewToolkit(appOf(store, params.slug as string)));
}

function listAuthConfigs({ query, store }: Call): Response {
  const slugs = query.list("toolkit_slug");
  const isManaged = query.flag("is_composio_managed");
  const isDisabledShown = query.flag("show_disabled") ?? false;
  const search = query.text("search")?.toLowerCase();
  const found = store.integrations.filter((integration) =>
    !integration.isDeleted &&
    (isDisabledShown || integration.isEnabled) &&
    (!slugs || slugs.includes(integration.app.key)) &&
    (isManaged === undefined || integration.isManaged === isManaged) &&
    (!search || integration.name.toLowerCase().includes(search)));
  return paged(query, newestFirst(found), 1000, (integration) => viewAuthConfig(integration, store.connectionsOf(integration)));
}

function getAuthConfig({ params, store }: Call): Response {
  const integration = authConfigOf(store, params.id as string);
  return json(200, {
    ...viewAuthConfig(integration, store.connectionsOf(integration)),
    expected_input_fields: viewFields(integration.scheme.userFields).map((field) => ({
      ...field, is_secret: integration.scheme.userFields.find(({ name }) => name === field.name)?.isSecret ?? false,
    })),
  });
}

const authConfigBody = object({
  toolkit: object({ slug: text }),
  auth_config: object({
    type: oneOf("use_composio_managed_auth", "use_custom_auth"),
    name: optional(text),
    authScheme: optional(text),
    credentials: optional(record),
    proxy_config: optional(record),
    tool_access_config: optional(record),
  }),
});

async function createAuthConfig({ request, store }: Call): Promise<Response> {
  const { toolkit, auth_config } = parse(authConfigBody, await readJson(request));
  const app = appOf(store, toolkit.slug);
  const isManaged = auth_config.type === "use_composio_managed_auth";
  if (!isManaged && !auth_config.authScheme) throw invalid([{ path: "auth_config.authScheme", message: "is required" }]);
  const scheme = app.schemes.find((scheme) => (isManaged ? scheme.isManaged : scheme.mode === auth_config.authScheme));
  if (!scheme) {
    const lack = isManaged ? "Composio-managed credentials" : String(auth_config.authScheme);
    throw new ApiError(400, `Toolkit ${app.key} has no ${lack}`, { code: 600 });
  }
  const path = "auth_config.credentials";
  const credentials = isManaged ? {} : readCredentials(auth_config.credentials ?? {}, path);
  const absent = isManaged ? [] : missing(scheme.developerFields, credentials);
  if (absent.length) throw invalid(absent.map(({ name }) => ({ path: `${path}.${name}`, message: "is required" })));
  const integration = store.addIntegration({ app, scheme, name: auth_config.name ?? `${app.key}-${store.now()}`, isManaged, credentials });
  return json(201, {
    toolkit: { slug: app.key },
    auth_config: {
      id: integration.id,
      auth_scheme: scheme.mode,
      is_composio_managed: isManaged,
      restrict_to_following_tools: [],
    },
  });
}

/** Credentials are texts; scopes may be a list. */
function readCredentials(given: Record<string, unknown>, path: string): Record<string, string> {
  const problems: Problem[] = [];
  const entries = Object.entries(given).map(([key, value]) => {
    const check = Array.isArray(value) ? listOf(text) : text;
    return [key, String(check(value, `${path}.${key}`, problems))];
  });
  if (problems.length) throw invalid(problems);
  return Object.fromEntries(entries) as Record<string, string>;
}

const accountBody = object({
  auth_config: object({ id: text }),
  connection: object({
    user_id: optional(text),
    callback_url: optional(httpUrl),
    redirect_uri: optional(httpUrl),
    state: optional(object({ authScheme: text, val: record })),
    data: optional(values),
  }),
  validate_credentials: optional(boolean),
});

async function createAccount({ request, store, origin }: Call): Promise<Response> {
  const { auth_config, connection } = parse(accountBody, await readJson(request));
  const integration = enabledAuthConfigOf(store, auth_config.id);
  const { scheme } = integration;
  if (integration.isManaged && isOAuth(scheme)) {
    throw new ApiError(
      400,
      "This endpoint is no longer supported for Composio-managed OAuth auth configs. Use POST /api/v3/connected_accounts/link instead.",
      { code: 600, slug: "ConnectedAccount_BadRequest" },
    );
  }
  const given = readConnection(connection, integration);
  const account = store.addAccount({
    integration,
    entityId: connection.user_id ?? "default",
    dialect: "create",
    callbackUrl: connection.callback_url ?? connection.redirect_uri ?? null,
    ...given,
  });
  const redirectUrl = account.status === "ACTIVE" ? null : origin + account.path;
  return json(201, {
    id: account.id,
    connectionData: { authScheme: scheme.mode, val: viewVal(account, origin) },
    status: account.status,
    redirect_url: redirectUrl,
    redirect_uri: redirectUrl,
    deprecated: { uuid: account.uuid, authConfigUuid: integration.uuid },
  });
}

type Connection = { state?: { authScheme: string; val: Record<string, unknown> } | undefined; data?: Record<string, string> | undefined };

/** The status that the caller asks for and the user's values, from `state` or from the older `data`. */
function readConnection({ state, data }: Connection, { scheme }: Integration): Pick<NewAccount, "status" | "data" | "tokens"> {
  const problems: Problem[] = [];
  const initial = isOAuth(scheme) ? "INITIALIZING" : "ACTIVE";
  if (state && data) problems.push({ path: "connection.data", message: "cannot be combined with connection.state" });
  if (state && state.authScheme !== scheme.mode) {
    problems.push({ path: "connection.state.authScheme", message: `must be ${scheme.mode}, the scheme of the auth config` });
  }
  const path = state ? "connection.state.val" : "connection.data";
  const { status = initial, ...rest } = state ? state.val : { status: initial, ...data };
  const isImport = isOAuth(scheme) && status === "ACTIVE";
  if (status !== initial && !isImport) problems.push({ path: `${path}.status`, message: `must be ${initial}` });
  if (isImport) text(rest.access_token, `${path}.access_token`, problems);
  else values(rest, path, problems);
  const typed = isImport ? {} : (rest as Record<string, string>);
  const absent = isImport ? [] : missing(scheme.userFields, typed);
  problems.push(...absent.map(({ name }) => ({ path: `${path}.${name}`, message: "is required" })));
  if (problems.length) throw invalid(problems);
  // The provider's address is issued within this call, so an attempt never stays INITIALIZING here.
  return { status: initial === "ACTIVE" || isImport ? "ACTIVE" : "INITIATED", data: typed, ...(isImport && { tokens: rest }) };
}

const linkBody = object({
  auth_config_id: text,
  user_id: text,
  callback_url: optional(httpUrl),
  connection_data: optional(values),
});

async function createLink({ request, store, origin }: Call): Promise<Response> {
  const body = parse(linkBody, await readJson(request));
  const account = store.addAccount({
    integration: enabledAuthConfigOf(store, body.auth_config_id),
    entityId: body.user_id,
    dialect: "link",
    callbackUrl: body.callback_url ?? null,
    status: "INITIALIZING",
    data: body.connection_data ?? {},
  });
  return json(201, {
    link_token: account.path.split("/").at(-1),
    redirect_url: origin + account.path,
    expires_at: iso(account.expiresAtMs),
    connected_account_id: account.id,
  });
}

function getAccount({ params, store, origin }: Call): Response {
  const account = store.accounts.find(({ id }) => id === params.id);
  if (!account) throw new ApiError(400, "No connected account found", { code: 1803 });
  return json(200, { ...viewAccount(account, origin), params: viewParams(account) });
}

function listAccounts({ query, store, origin }: Call): Response {
  const entities = query.list("user_ids");
  const slugs = query.list("toolkit_slugs");
  const configs = query.list("auth_config_ids");
  const ids = query.list("connected_account_ids");
  const wanted = query.list("statuses", statuses);
  const orderBy = query.list("order_by", ["created_at", "updated_at"])?.[0];
  const direction = query.list("order_direction", ["asc", "desc"])?.[0];
  const found = newestFirst(store.accounts.filter((account) =>
    (!entities || entities.includes(account.entityId)) &&
    (!slugs || slugs.includes(account.integration.app.key)) &&
    (!configs || configs.includes(account.integration.id)) &&
    (!ids || ids.includes(account.id)) &&
    (!wanted || wanted.includes(account.status))));
  if (orderBy === "updated_at") found.sort((a, b) => b.updatedAtMs - a.updatedAtMs);
  if (direction === "asc") found.reverse();
  return paged(query, found, 1000, (account) => viewAccount(account, origin));
}

/** A page and the cursor of the next one, which is the text `page-limit` in base64. */
function paged<T>(query: Query, items: T[], most: number, view: (item: T) => object): Response {
  const cursor = readCursor(query.text("cursor"));
  const limit = query.count("limit", cursor?.limit ?? 20, most);
  const page = cursor?.page ?? 1;
  const pages = Math.ceil(items.length / limit);
  return json(200, {
    items: items.slice((page - 1) * limit, page * limit).map(view),
    next_cursor: page < pages ? btoa(`${page + 1}-${limit}`) : null,
    total_pages: pages,
    current_page: page,
    total_items: items.length,
  });
}

function readCursor(cursor: string | undefined): { page: number; limit: number } | undefined {
  if (cursor === undefined) return undefined;
  let parts: RegExpMatchArray | null = null;
  try {
    parts = atob(cursor).match(/^([1-9]\d{0,8})-([1-9]\d{0,8})$/);
  } catch {
    // Not base64: refused below.
  }
  if (!parts) throw invalid([{ path: "cursor", message: "is not a cursor" }]);
  return { page: Number(parts[1]), limit: Number(parts[2]) };
}

function appOf(store: Store, slug: string) {
  const app = store.app(slug);
  if (!app) throw new ApiError(404, `Toolkit with slug "${slug}" not found`);
  return app;
}

function authConfigOf(store: Store, id: string): Integration {
  const integration = store.integrations.find((integration) => integration.id === id);
  if (!integration || integration.isDeleted) throw new ApiError(400, "Auth config not found", { code: 607 });
  return integration;
}

function enabledAuthConfigOf(store: Store, id: string): Integration {
  const integration = authConfigOf(store, id);
  if (!integration.isEnabled) throw new ApiError(400, "Auth config is disabled", { code: 600, slug: "ConnectedAccount_BadRequest" });
  return integration;
}
