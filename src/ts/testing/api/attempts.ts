// Attempts to connect an account: creating, linking, refreshing, and completing those that wait for the app's server.
import { completeAuthRequest, createAccountRequest, createLinkRequest, refreshAccountRequest } from "../../platform/accounts.js";
import type { CompletedAuth, CreateAccountRequest, CreatedAccount, CreatedLink, CreateLinkRequest, RefreshedAccount } from "../../platform/accounts.js";
import { errorIds } from "../../platform/errors.js";
import { connectionValues, httpUrl, object, optional, text, type RequestProblem } from "../../platform/schema.js";
import { isOAuth, isRejected, missingFields } from "../catalogue/apps.js";
import { redeem } from "../hosted/authorization.js";
import { jsonResponse } from "../json-response.js";
import { endAttempt } from "../outcomes.js";
import { sharingAnswer, sharingOf, type Sharing } from "../sharing.js";
import { iso, isTyped, isWaiting, type Account, type Integration, type NewAccount } from "../store.js";
import { accountVal, answeredStatus } from "./account-answer.js";
import { aliasTaken, badRequest, requireAccount, requireFields } from "./account-errors.js";
import { requireAuthConfig } from "./auth-configs.js";
import { deprecated, type ApiCall, type ApiHandlers } from "./call.js";
import { ApiError, invalidRequest } from "./errors.js";
import { check, readBody, readOptionalBody } from "./request.js";

export const attemptHandlers = { createAccount, createLink, refreshAccount, completeAuth } satisfies ApiHandlers;

async function createAccount(call: ApiCall): Promise<Response> {
  const { request, store, origin } = call;
  const { auth_config, connection } = await readBody(request, createAccountRequest);
  const integration = requireEnabledAuthConfig(call, auth_config.id);
  const { scheme } = integration;
  if (integration.isManaged && isOAuth(scheme)) {
    // The platform names the path of v3 in both versions.
    const instead = "Use POST /api/v3/connected_accounts/link instead.";
    throw badRequest(`Creating connections on this endpoint for Composio-managed OAuth auth configs is no longer supported. ${instead}`);
  }
  const entityId = connection.user_id ?? "default";
  const common = parseCommon(call, { ...connection, integration, entityId });
  const given = parseConnection(connection, integration);
  if (given.status === "ACTIVE" && isRejected(integration, given.data)) {
    throw new ApiError(errorIds.credentialsRejected, `${integration.app.name} rejected the credentials`);
  }
  const account = store.addAccount({
    integration,
    entityId,
    begunBy: "create",
    callbackUrl: connection.callback_url ?? connection.redirect_uri ?? null,
    ...common,
    ...given,
    displayName: given.data.username ?? null,
  });
  const redirectUrl = account.status === "ACTIVE" ? null : origin + account.path;
  return jsonResponse<CreatedAccount>(201, {
    id: account.id,
    connectionData: { authScheme: scheme.mode, val: accountVal(account, origin) },
    ...sharedAnswer(account),
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
  if (problems.length) throw invalidRequest(problems);
  const typed = isImport ? {} : (rest as Record<string, string>);
  if (!isImport) requireFields(missingFields(scheme.userFields, typed));
  // This call also issues the authorization URL, so the account is INITIATED at once.
  return { status: initial === "ACTIVE" || isImport ? "ACTIVE" : "INITIATED", data: typed, ...(isImport && { tokens: rest }) };
}

async function createLink(call: ApiCall): Promise<Response> {
  const { auth_config_id, ...body } = await readBody(call.request, createLinkRequest);
  const account = beginLink(call, requireEnabledAuthConfig(call, auth_config_id), body);
  return jsonResponse<CreatedLink>(201, { ...linkAnswer(account, call), expires_at: iso(account.expiresAtMs) });
}

/** Begins an attempt on the hosted page. @throws {ApiError}. */
export function beginLink(call: ApiCall, integration: Integration, given: Omit<CreateLinkRequest, "auth_config_id">): Account {
  const entityId = given.user_id;
  return call.store.addAccount({
    integration,
    entityId,
    begunBy: "link",
    callbackUrl: given.callback_url ?? null,
    status: "INITIALIZING",
    data: given.connection_data ?? {},
    ...parseCommon(call, { ...given, integration, entityId }),
  });
}

/** The answer of an attempt on the hosted page. */
export function linkAnswer(account: Account, { origin }: ApiCall): Omit<CreatedLink, "expires_at"> {
  return {
    link_token: account.path.split("/").at(-1) as string,
    redirect_url: origin + account.path,
    connected_account_id: account.id,
    ...sharedAnswer(account),
  };
}

/** A new account states how it is shared only if it is. */
const sharedAnswer = (account: Account) => (account.accountType === "SHARED" ? { experimental: sharingAnswer(account) } : {});

type CommonMembers = Pick<CreateLinkRequest, "alias" | "experimental"> & Pick<Account, "integration" | "entityId">;

/** Reads the options that every attempt may have. @throws {ApiError}. */
function parseCommon({ store, verifierUrl }: ApiCall, { alias = "", experimental, ...owner }: CommonMembers): Pick<Account, "alias"> & Sharing {
  const isPlaceholder = owner.entityId.trim() === "" || owner.entityId === "default";
  if (verifierUrl !== undefined && isPlaceholder) {
    throw badRequest("This project requires callback identity verification, so a real user_id is required (a blank or default placeholder user cannot be verified).");
  }
  const sharing = sharingOf(experimental);
  if (!sharing) throw badRequest("acl_config_for_shared is only valid on SHARED connections");
  if (store.isAliasTaken(alias, owner)) throw badRequest(aliasTaken(alias));
  return { alias: alias || null, ...sharing };
}

const refreshAccountQuery = object({ redirect_url: optional(httpUrl) });

/** Begins a new attempt for an account that signs in, and refreshes no tokens. Without a `redirect_url` the user returns to the earlier one. */
async function refreshAccount({ request, id, query, store, origin }: ApiCall): Promise<Response> {
  const asked = check(refreshAccountQuery, { redirect_url: query.text("redirect_url") });
  const body = await readOptionalBody(request, refreshAccountRequest);
  const account = requireAccount(store, id);
  if (isTyped(account)) throw new ApiError(errorIds.accountConflict, `Connected account "${id}" cannot be refreshed: its scheme is ${account.integration.scheme.mode}`);
  store.restart(account, {
    begunBy: account.begunBy,
    callbackUrl: body.redirect_url ?? asked.redirect_url ?? account.callbackUrl,
    data: account.data,
  });
  return jsonResponse<RefreshedAccount>(200, {
    id: account.id,
    status: answeredStatus(account),
    redirect_url: origin + account.path,
  });
}

/** Completes an attempt whose user was sent to the app's server with a `session_uri`. The URI is used up even if the user is wrong. */
async function completeAuth(call: ApiCall): Promise<Response> {
  const { session_uri, user_id } = await readBody(call.request, completeAuthRequest);
  const { store } = call;
  const account = store.accountBySession(session_uri);
  const session = account?.session;
  if (account) store.update(account, { session: null });
  const isOpen = account && session && isWaiting(account) && !account.isDeleted && session.expiresAtMs > store.now();
  if (!isOpen) throw unknownSession("auth session not found or expired");
  if (account.entityId !== user_id) {
    store.fail(account, { error: "identity_mismatch" }, "Callback identity verification failed");
    throw badRequest("identity mismatch");
  }
  await redeem(call, account, session);
  if (account.status !== "ACTIVE") throw unknownSession("authorization expired, restart the flow");
  endAttempt(store, account);
  return jsonResponse<CompletedAuth>(200, { connected_account_id: account.id, toolkit_slug: account.integration.app.key });
}

const unknownSession = (message: string) => new ApiError(errorIds.accountNotFound, message);

/** The auth config that an attempt uses. @throws {ApiError} if there is none, or it is disabled. */
function requireEnabledAuthConfig({ store }: ApiCall, id: string): Integration {
  const integration = requireAuthConfig(store, id);
  if (!integration.isEnabled) throw badRequest("Auth config is disabled");
  return integration;
}
