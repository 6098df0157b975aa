import { json } from "./answers.js";
import { isOAuth, missing } from "./apps.js";
import { ApiError, invalid, type Problem } from "./errors.js";
import { boolean, httpUrl, object, optional, parse, readJson, readOptionalJson, record, text, values } from "./input.js";
import type { Call, Route } from "./router.js";
import { iso, isTyped, newestFirst, type Account, type Integration, type NewAccount, type Store } from "./store.js";
import { paged } from "./v3-page.js";
import { deprecated, statusV3, viewAccount, viewParams, viewVal } from "./v3-view.js";

const statuses = ["INITIALIZING", "INITIATED", "ACTIVE", "INACTIVE", "FAILED", "EXPIRED", "REVOKED"];
const filters = "user_ids toolkit_slugs auth_config_ids connected_account_ids statuses order_by order_direction limit cursor";

/** Connected accounts, from initiate to delete. */
export const accountRoutesV3: Route[] = [
  ["GET", "/connected_accounts", listAccounts, filters],
  ["POST", "/connected_accounts", createAccount],
  ["POST", "/connected_accounts/link", createLink],
  ["GET", "/connected_accounts/:id", getAccount],
  ["DELETE", "/connected_accounts/:id", deleteAccount],
  ["POST", "/connected_accounts/:id/refresh", refresh, "redirect_url"],
  ["PATCH", "/connected_accounts/:id/status", setStatus],
];

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

async function createAccount(call: Call): Promise<Response> {
  const { request, store, origin } = call;
  const { auth_config, connection } = parse(accountBody, await readJson(request));
  const integration = enabledAuthConfigOf(store, auth_config.id);
  const { scheme } = integration;
  if (integration.isManaged && isOAuth(scheme)) {
    // The same words under both prefixes.
    const instead = "Use POST /api/v3/connected_accounts/link instead.";
    throw badRequest(`Creating connections on this endpoint for Composio-managed OAuth auth configs is no longer supported. ${instead}`);
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
    ...deprecated(call, {
      status: account.status,
      redirect_url: redirectUrl,
      redirect_uri: redirectUrl,
    }),
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

function getAccount(call: Call): Response {
  const account = accountV3(call.store, call.params.id);
  return json(200, { ...viewAccount(account, call), ...deprecated(call, { params: viewParams(account) }) });
}

function listAccounts(call: Call): Response {
  const { query, store } = call;
  const entities = query.list("user_ids");
  const slugs = query.list("toolkit_slugs");
  const configs = query.list("auth_config_ids");
  const ids = query.list("connected_account_ids");
  const wanted = query.list("statuses", statuses);
  const orderBy = query.list("order_by", ["created_at", "updated_at"])?.[0];
  const direction = query.list("order_direction", ["asc", "desc"])?.[0];
  const found = newestFirst(store.accounts.filter((account) =>
    !account.isDeleted &&
    (!entities || entities.includes(account.entityId)) &&
    (!slugs || slugs.includes(account.integration.app.key)) &&
    (!configs || configs.includes(account.integration.id)) &&
    (!ids || ids.includes(account.id)) &&
    (!wanted || wanted.includes(statusV3(account)))));
  if (orderBy === "updated_at") found.sort((a, b) => b.updatedAtMs - a.updatedAtMs);
  if (direction === "asc") found.reverse();
  return paged(query, found, 1000, (account) => viewAccount(account, call));
}

const refreshQuery = object({ redirect_url: optional(httpUrl) });
const refreshBody = object({ redirect_url: optional(httpUrl), validate_credentials: optional(boolean) });

/**
 * No refresh of tokens but a new attempt; values that were typed need none. Without an address, the user returns where
 * they did before.
 */
async function refresh({ request, params, query, store, origin }: Call): Promise<Response> {
  const asked = parse(refreshQuery, { redirect_url: query.text("redirect_url") });
  const body = parse(refreshBody, await readOptionalJson(request));
  const account = accountV3(store, params.id);
  if (isTyped(account) && missing(account.integration.scheme.userFields, account.data).length) {
    throw badRequest("The connected account has no credentials to refresh");
  }
  store.restart(account, {
    dialect: account.dialect,
    callbackUrl: body.redirect_url ?? asked.redirect_url ?? account.callbackUrl,
    data: account.data,
  });
  return json(200, {
    id: account.id,
    status: statusV3(account),
    redirect_url: account.status === "ACTIVE" ? null : origin + account.path,
  });
}

/** Where an account is unknown, this and `deleteAccount` answer nothing but 404. */
async function setStatus({ request, params, store }: Call): Promise<Response> {
  const { enabled } = parse(object({ enabled: boolean }), await readJson(request));
  const account = store.account(params.id);
  if (!account) return json(404, {});
  store.setDisabled(account, !enabled);
  return json(200, { success: true });
}

function deleteAccount({ params, store }: Call): Response {
  const account = store.account(params.id);
  if (!account) return json(404, {});
  store.remove(account);
  return json(200, { success: true });
}

/** The account with this id, unless it was deleted. */
export function accountV3(store: Store, id: string | undefined): Account {
  const account = store.account(id);
  if (!account) throw new ApiError(404, `Connected account "${id}" not found`, { code: 606, slug: "ConnectedAccount_ResourceNotFound" });
  return account;
}

/** The auth config with this id, unless it was deleted. */
export function authConfigOf(store: Store, id: string): Integration {
  const integration = store.integrations.find((integration) => integration.id === id);
  if (!integration || integration.isDeleted) throw new ApiError(404, "Auth config not found", { code: 607, slug: "Auth_Config_NotFound" });
  return integration;
}

function enabledAuthConfigOf(store: Store, id: string): Integration {
  const integration = authConfigOf(store, id);
  if (!integration.isEnabled) throw badRequest("Auth config is disabled");
  return integration;
}

function badRequest(message: string): ApiError {
  return new ApiError(400, message, { code: 600, slug: "ConnectedAccount_BadRequest" });
}
