import { createAccountRequest, createLinkRequest, refreshAccountRequest, setAccountStatusRequest, updateAccountRequest } from "../../platform/accounts.js";
import type { ConnectedAccount, CreateAccountRequest, CreatedAccount, CreatedLink, Done, RefreshedAccount, UpdatedAccount } from "../../platform/accounts.js";
import { errorIds } from "../../platform/errors.js";
import type { JsonObject } from "../../platform/json.js";
import { connectionValues, httpUrl, object, optional, text, type RequestProblem } from "../../platform/schema.js";
import { isSecretName } from "../../platform/secret-names.js";
import { isOAuth, missingFields } from "../catalogue/apps.js";
import { jsonResponse } from "../json-response.js";
import { iso, isTyped, isWaiting, newestFirst, shownTokens, type Account, type Integration, type NewAccount, type Store } from "../store.js";
import { requireAuthConfig } from "./auth-configs.js";
import { deprecated, type ApiCall, type ApiHandlers } from "./call.js";
import { ApiError, invalidRequest } from "./errors.js";
import { listPage } from "./list-page.js";
import { mask } from "./mask.js";
import { check, readBody, readOptionalBody } from "./request.js";

export const accountHandlers = { listAccounts, createAccount, createLink, getAccount, deleteAccount, updateAccount, refreshAccount, setAccountStatus } satisfies ApiHandlers;

const statuses = ["INITIALIZING", "INITIATED", "ACTIVE", "INACTIVE", "FAILED", "EXPIRED", "REVOKED"];

async function createAccount(call: ApiCall): Promise<Response> {
  const { request, store, origin } = call;
  const { auth_config, connection } = await readBody(request, createAccountRequest);
  const integration = requireEnabledAuthConfig(store, auth_config.id);
  const { scheme } = integration;
  if (integration.isManaged && isOAuth(scheme)) {
    // The platform names the path of v3 in both versions.
    const instead = "Use POST /api/v3/connected_accounts/link instead.";
    throw badRequest(`Creating connections on this endpoint for Composio-managed OAuth auth configs is no longer supported. ${instead}`);
  }
  const given = parseConnection(connection, integration);
  const account = store.addAccount({
    integration,
    entityId: connection.user_id ?? "default",
    begunBy: "create",
    callbackUrl: connection.callback_url ?? connection.redirect_uri ?? null,
    ...given,
  });
  const redirectUrl = account.status === "ACTIVE" ? null : origin + account.path;
  return jsonResponse<CreatedAccount>(201, {
    id: account.id,
    connectionData: { authScheme: scheme.mode, val: accountVal(account, origin) },
    ...deprecated(call, {
      status: account.status,
      redirect_url: redirectUrl,
      redirect_uri: redirectUrl,
    }),
  });
}

/** The status that a request asks for and the user's values, from `state` or from the older `data`. */
function parseConnection({ state, data }: CreateAccountRequest["connection"], { scheme }: Integration): Pick<NewAccount, "status" | "data" | "tokens"> {
  const problems: RequestProblem[] = [];
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
  else connectionValues(rest, path, problems);
  const typed = isImport ? {} : (rest as Record<string, string>);
  const missing = isImport ? [] : missingFields(scheme.userFields, typed);
  problems.push(...missing.map(({ name }) => ({ path: `${path}.${name}`, message: "is required" })));
  if (problems.length) throw invalidRequest(problems);
  // This call also issues the authorization URL, so the account is INITIATED at once.
  return { status: initial === "ACTIVE" || isImport ? "ACTIVE" : "INITIATED", data: typed, ...(isImport && { tokens: rest }) };
}

async function createLink({ request, store, origin }: ApiCall): Promise<Response> {
  const body = await readBody(request, createLinkRequest);
  const account = store.addAccount({
    integration: requireEnabledAuthConfig(store, body.auth_config_id),
    entityId: body.user_id,
    begunBy: "link",
    callbackUrl: body.callback_url ?? null,
    status: "INITIALIZING",
    data: body.connection_data ?? {},
  });
  return jsonResponse<CreatedLink>(201, {
    link_token: account.path.split("/").at(-1) as string,
    redirect_url: origin + account.path,
    expires_at: iso(account.expiresAtMs),
    connected_account_id: account.id,
  });
}

function getAccount(call: ApiCall): Response {
  const account = requireAccount(call.store, call.id);
  return jsonResponse<ConnectedAccount>(200, { ...accountAnswer(account, call), ...deprecated(call, { params: maskedParams(account) }) });
}

function listAccounts(call: ApiCall): Response {
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
    (!wanted || wanted.includes(answeredStatus(account)))));
  if (orderBy === "updated_at") found.sort((a, b) => b.updatedAtMs - a.updatedAtMs);
  if (direction === "asc") found.reverse();
  return listPage(query, found, 1000, (account) => accountAnswer(account, call));
}

const refreshAccountQuery = object({ redirect_url: optional(httpUrl) });

/**
 * Begins a new attempt for an account, and refreshes no tokens. Accounts of typed values are ACTIVE at once. Without a `redirect_url` the user
 * returns to the earlier one.
 */
async function refreshAccount({ request, id, query, store, origin }: ApiCall): Promise<Response> {
  const asked = check(refreshAccountQuery, { redirect_url: query.text("redirect_url") });
  const body = await readOptionalBody(request, refreshAccountRequest);
  const account = requireAccount(store, id);
  if (isTyped(account) && missingFields(account.integration.scheme.userFields, account.data).length) {
    throw badRequest("The connected account has no credentials to refresh");
  }
  store.restart(account, {
    begunBy: account.begunBy,
    callbackUrl: body.redirect_url ?? asked.redirect_url ?? account.callbackUrl,
    data: account.data,
  });
  return jsonResponse<RefreshedAccount>(200, {
    id: account.id,
    status: answeredStatus(account),
    redirect_url: account.status === "ACTIVE" ? null : origin + account.path,
  });
}

async function updateAccount({ request, id, store }: ApiCall): Promise<Response> {
  const { alias } = await readBody(request, updateAccountRequest);
  const account = requireAccount(store, id);
  if (alias !== undefined && !store.setAlias(account, alias)) {
    throw new ApiError(errorIds.aliasTaken, `Alias "${alias}" is already in use by another connection for this entity`);
  }
  return jsonResponse<UpdatedAccount>(200, { success: true, id: account.id, status: answeredStatus(account) });
}

/** For an unknown account this and `deleteAccount` answer 404 with an empty object. */
async function setAccountStatus({ request, id, store }: ApiCall): Promise<Response> {
  const { enabled } = await readBody(request, setAccountStatusRequest);
  const account = store.account(id);
  if (!account) return jsonResponse(404, {});
  store.setDisabled(account, !enabled);
  return jsonResponse<Done>(200, { success: true });
}

function deleteAccount({ id, store }: ApiCall): Response {
  const account = store.account(id);
  if (!account) return jsonResponse(404, {});
  store.remove(account);
  return jsonResponse<Done>(200, { success: true });
}

/** The account with this id. @throws {ApiError} where there is none, or it was deleted. */
export function requireAccount(store: Store, id: string): Account {
  const account = store.account(id);
  if (!account) throw new ApiError(errorIds.accountNotFound, `Connected account "${id}" not found`);
  return account;
}

function requireEnabledAuthConfig(store: Store, id: string): Integration {
  const integration = requireAuthConfig(store, id);
  if (!integration.isEnabled) throw badRequest("Auth config is disabled");
  return integration;
}

function badRequest(message: string): ApiError {
  return new ApiError(errorIds.badAccountRequest, message);
}

/** The status in answers. An ACTIVE account that is disabled is INACTIVE. */
function answeredStatus({ status, isDisabled }: Account): string {
  return isDisabled && status === "ACTIVE" ? "INACTIVE" : status;
}

/** An account in the list. */
function accountAnswer(account: Account, call: ApiCall): ConnectedAccount {
  const { integration } = account;
  const status = answeredStatus(account);
  const val = accountVal(account, call.origin);
  return {
    toolkit: { slug: integration.app.key },
    auth_config: {
      id: integration.id,
      ...deprecated(call, { auth_scheme: integration.scheme.mode }),
      is_composio_managed: integration.isManaged,
      is_disabled: !integration.isEnabled,
    },
    id: account.id,
    status,
    status_reason: status === "INACTIVE" ? "Connection status updated by user" : account.statusReason,
    created_at: iso(account.createdAtMs),
    updated_at: iso(account.updatedAtMs),
    state: { authScheme: integration.scheme.mode, val },
    alias: account.alias,
    is_disabled: account.isDisabled,
    ...deprecated(call, { user_id: account.entityId, data: val }),
  };
}

/** The values of an account by its status, with masked secrets. */
function accountVal(account: Account, origin: string): JsonObject {
  const { status, failure } = account;
  // Finished accounts keep the URL, although it no longer works.
  const redirectUrl = isOAuth(account.integration.scheme) && (isWaiting(account) || status === "ACTIVE");
  return {
    status: answeredStatus(account),
    ...maskedParams(account),
    ...(redirectUrl && { redirectUrl: origin + account.path }),
    ...(isWaiting(account) && account.callbackUrl !== null && { callback_url: account.callbackUrl }),
    ...(failure && { error: failure.error }),
    ...(failure?.errorDescription !== undefined && { error_description: failure.errorDescription }),
    ...(status === "EXPIRED" && { expired_at: iso(account.expiresAtMs) }),
  };
}

/** The user's values and the tokens. Everything that may be a secret is masked. */
function maskedParams(account: Account): JsonObject {
  const { scheme, isManaged } = account.integration;
  const isClear = (key: string) =>
    (scheme.userFields.some(({ name }) => name === key) || ["token_type", "expires_in", "scope"].includes(key)) &&
    (!isSecretName(key) || key === "token_type");
  const all = Object.entries({ ...account.data, ...shownTokens(account) });
  return Object.fromEntries(all.map(([key, value]) => [key, isClear(key) ? value : mask(value, isManaged)]));
}
