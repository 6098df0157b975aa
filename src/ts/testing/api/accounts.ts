import { setAccountStatusRequest, updateAccountRequest } from "../../platform/accounts.js";
import type { ConnectedAccount, DeletedAccount, Done, RevokedAccount, UpdateAccountRequest, UpdatedAccount } from "../../platform/accounts.js";
import { errorIds } from "../../platform/errors.js";
import { missingFields } from "../catalogue/apps.js";
import { jsonResponse } from "../json-response.js";
import { mergeAccessList } from "../sharing.js";
import { isTyped, newestFirst, nano, type Account } from "../store.js";
import { accountAnswer, accountDetail, answeredStatus } from "./account-answer.js";
import { aliasTaken, badRequest, requireAccount, requireFields } from "./account-errors.js";
import type { ApiCall, ApiHandlers, SandboxCall } from "./call.js";
import { ApiError, invalidRequest } from "./errors.js";
import { listPage } from "./list-page.js";
import { readBody } from "./request.js";

export const accountHandlers = { listAccounts, getAccount, deleteAccount, updateAccount, setAccountStatus, revokeAccount } satisfies ApiHandlers;

const statuses = ["INITIALIZING", "INITIATED", "ACTIVE", "INACTIVE", "FAILED", "EXPIRED", "REVOKED"];

function getAccount(call: ApiCall): Response {
  return jsonResponse<ConnectedAccount>(200, accountDetail(requireAccount(call.store, call.id), call));
}

/** Lists accounts. SHARED ones are left out unless `account_type` asks for them. */
function listAccounts(call: ApiCall): Response {
  const { query, store } = call;
  const entities = query.list("user_ids");
  const slugs = query.list("toolkit_slugs");
  const configs = query.list("auth_config_ids");
  const ids = query.list("connected_account_ids");
  const wanted = query.list("statuses", statuses);
  const type = query.list("account_type", ["PRIVATE", "SHARED", "ALL"])?.[0] ?? "PRIVATE";
  const orderBy = query.list("order_by", ["created_at", "updated_at"])?.[0];
  const direction = query.list("order_direction", ["asc", "desc"])?.[0];
  const found = newestFirst(store.accounts.filter((account) =>
    !account.isDeleted &&
    (!entities || entities.includes(account.entityId)) &&
    (!slugs || slugs.includes(account.integration.app.key)) &&
    (!configs || configs.includes(account.integration.id)) &&
    (!ids || ids.includes(account.id)) &&
    (type === "ALL" || type === account.accountType) &&
    (!wanted || wanted.includes(answeredStatus(account)))));
  if (orderBy === "updated_at") found.sort((a, b) => b.updatedAtMs - a.updatedAtMs);
  if (direction === "asc") found.reverse();
  return listPage(query, found, 1000, (account) => accountAnswer(account, call));
}

async function updateAccount({ request, id, store }: ApiCall): Promise<Response> {
  const { alias, connection, experimental } = await readBody(request, updateAccountRequest);
  const account = requireAccount(store, id);
  const accessList = experimental?.acl_config_for_shared;
  if (accessList && account.accountType !== "SHARED") throw badRequest("acl_config_for_shared is only valid on SHARED connections");
  if (alias !== undefined && store.isAliasTaken(alias, account)) throw new ApiError(errorIds.accountConflict, aliasTaken(alias));
  const data = connection ? rotatedData(account, connection.state) : undefined;
  store.update(account, {
    ...(alias !== undefined && { alias: alias || null }),
    ...(data && { data, rejects: null }),
    ...(accessList && { accessList: mergeAccessList(account.accessList, accessList) }),
  });
  return jsonResponse<UpdatedAccount>(200, { success: true, id: account.id, status: answeredStatus(account) });
}

/**
 * The account's values after a rotation. Null removes a value. Tokens of OAuth cannot be replaced. The platform may store a value that the app
 * does not have. It would not be used, so the sandbox refuses it.
 */
function rotatedData(account: Account, { authScheme, val }: NonNullable<UpdateAccountRequest["connection"]>["state"]): Record<string, string> {
  const { app, scheme } = account.integration;
  if (authScheme !== scheme.mode) throw invalidRequest([{ path: "connection.state.authScheme", message: `must be ${scheme.mode}, the scheme of the account` }]);
  const given = withoutUndefined(val);
  const names = scheme.userFields.map(({ name }) => name);
  const unused = Object.keys(given).filter((name) => !names.includes(name));
  const message = `is not a field of ${app.key}, which has ${names.join(", ")}`;
  if (unused.length) throw invalidRequest(unused.map((name) => ({ path: `connection.state.val.${name}`, message })));
  const changed = Object.entries({ ...account.data, ...given }).filter((entry): entry is [string, string] => entry[1] !== null);
  const data = Object.fromEntries(changed);
  requireFields(missingFields(scheme.userFields, data));
  return data;
}

const withoutUndefined = <Value>(values: Record<string, Value | undefined>) =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, Value] => entry[1] !== undefined));

async function setAccountStatus({ request, id, store }: ApiCall): Promise<Response> {
  const { enabled } = await readBody(request, setAccountStatusRequest);
  const account = requireAccount(store, id);
  if (account.status === "REVOKED") throw new ApiError(errorIds.accountConflict, `Connected account "${id}" is REVOKED and cannot change its status`);
  store.update(account, { isDisabled: !enabled });
  return jsonResponse<Done>(200, { success: true });
}

/** Ends an ACTIVE account and its tokens at the app. An account that is REVOKED already stays so. */
async function revokeAccount(call: ApiCall): Promise<Response> {
  const account = requireAccount(call.store, call.id);
  if (isTyped(account)) throw badRequest(`Toolkit ${account.integration.app.key} does not support revocation`);
  const status = answeredStatus(account);
  if (status !== "ACTIVE" && status !== "REVOKED") {
    throw new ApiError(errorIds.accountConflict, `Connected account "${account.id}" is ${status}: only an ACTIVE one can be revoked`);
  }
  const revoked_tokens = status === "REVOKED" ? [] : await revokeTokens(call, account);
  if (status !== "REVOKED") call.store.revoke(account, "Revoked via user-initiated revoke endpoint");
  return jsonResponse<RevokedAccount>(200, { revoked_tokens, connected_account: { id: account.id, status: "REVOKED" } });
}

/** Asks the authorization server to revoke an account's tokens. Returns the names of those that it had. */
async function revokeTokens({ oauth }: SandboxCall, { tokens }: Account): Promise<string[]> {
  const isDone = await oauth.revoke?.({ tokens }).then(() => true, () => false);
  return isDone ? ["access_token", "refresh_token"].filter((name) => typeof tokens[name] === "string") : [];
}

async function deleteAccount(call: ApiCall): Promise<Response> {
  const { store, query } = call;
  const mustRevoke = query.flag("revoke_on_delete") ?? false;
  const account = requireAccount(store, call.id);
  if (mustRevoke && account.status === "ACTIVE" && !isTyped(account)) await revokeTokens(call, account);
  store.remove(account);
  return jsonResponse<DeletedAccount>(200, { success: true, ...(mustRevoke && { revoke_job_id: `pj_${nano(12)}` }) });
}
