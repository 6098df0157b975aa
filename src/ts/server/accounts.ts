import type { AccountVal, CompleteAuthRequest, CompletedAuth, ConnectedAccount, CreateAccountRequest, CreateLinkRequest, CreatedAccount, CreatedLink, Done, RefreshAccountRequest, RefreshedAccount, RevokedAccount, SetAccountStatusRequest, UpdateAccountRequest } from "../platform/accounts.js";
import { errorBody, errorMembers, isUnknownId } from "../platform/errors.js";
import { isObject, type JsonObject } from "../platform/json.js";
import { initialStatusOf } from "../platform/schemes.js";
import type { ExecuteToolRequest, ToolExecution } from "../platform/tools.js";
import { findAuthConfig } from "./apps.js";
import { openCursor, sealCursor } from "./cursor.js";
import { appFilter, integrationFilter } from "./lists.js";
import { isAllowedApp, isAllowedIntegration, membersOf, ok, requireAction, requireApp, requireCall, requireIntegration, type GatewayCall, type Operations } from "./operation.js";
import { badAnswer, invalid, Refusal, refuse } from "./refusal.js";
import { parseRedirectUrl, requireValues } from "./request-input.js";
import { itemsOf, nextCursorOf, objectOf, type UpstreamAnswer } from "./upstream.js";
import { appOf, pick, strings, viewAccount } from "./views.js";

/** Connected accounts of the session's user, and actions with them. */
export const accountOperations: Operations = {
  listAccounts: {
    calls: ["connectedAccounts.list"],
    query: ["toolkit_slugs", "auth_config_ids", "statuses", "account_type", "order_by", "order_direction", "limit", "cursor"],
    handle: listAccounts,
  },
  createAccount: { calls: ["connectedAccounts.initiate"], handle: createAccount },
  createLink: { calls: ["connectedAccounts.initiate"], handle: createLink },
  completeAuth: { calls: ["completeAuth"], handle: completeAuth },
  getAccount: { calls: ["connectedAccounts.get", "getAuthParams"], handle: getAccount },
  updateAccount: { calls: ["connectedAccounts.update"], handle: updateAccount },
  refreshAccount: { calls: ["connectedAccounts.refresh"], query: ["redirect_url"], handle: refreshAccount },
  setAccountStatus: { calls: ["connectedAccounts.disable", "connectedAccounts.enable"], handle: setAccountStatus },
  revokeAccount: { calls: ["connectedAccounts.revoke"], handle: revokeAccount },
  deleteAccount: { calls: ["connectedAccounts.delete"], query: ["revoke_on_delete"], handle: deleteAccount },
  executeTool: { calls: ["executeAction"], handle: executeTool },
};

/**
 * Lists the user's accounts. The filters name only what is allowed, so the platform's pages and its cursor reveal nothing else. Totals are left
 * out: the platform may count without the filters.
 */
async function listAccounts(call: GatewayCall): Promise<UpstreamAnswer> {
  const toolkit_slugs = appFilter(call, call.query.toolkit_slugs);
  const auth_config_ids = integrationFilter(call, call.query.auth_config_ids);
  const cursor = await openCursor(call);
  // With an empty filter, the platform would list everything.
  if (toolkit_slugs === "" || auth_config_ids === "") return ok({ items: [], next_cursor: null, user_id: call.entityId });
  const query = { ...call.query, toolkit_slugs, auth_config_ids, cursor, user_ids: call.entityId };
  const answer = await call.upstream.ask("listAccounts", { query });
  const shown = ownAccounts(call, itemsOf(answer)).filter((account) => isAllowedApp(call, appOf(account)) && isAllowedIntegration(call, integrationOf(account)));
  const next = nextCursorOf(answer);
  return ok({
    items: shown.map((account) => viewAccount(call, account)),
    next_cursor: next === undefined ? null : await sealCursor(call, next),
    user_id: call.entityId,
  });
}

async function createAccount(call: GatewayCall): Promise<UpstreamAnswer> {
  type Request = CreateAccountRequest;
  const body = membersOf<Request>(call, ["auth_config", "connection"]);
  const id = membersOf<Request["auth_config"]>(call, ["id"], body.object("auth_config") ?? {}, "auth_config").requiredText("id");
  const connection = membersOf<Request["connection"]>(call, ["alias", "callback_url", "state", "data"], body.object("connection") ?? {}, "connection");
  const callback_url = await parseRedirectUrl(connection.text("callback_url"), "callback_url", call.mayReturnTo);
  const data = connection.get("data") === undefined ? undefined : requireValues(connection.get("data"), "connection.data");
  const state = stateOf(call, connection.object("state"));
  const config = await findAuthConfig(call, id);
  const answer = await call.upstream.ask("createAccount", {
    body: {
      auth_config: { id },
      connection: { user_id: call.entityId, alias: connection.text("alias"), callback_url, data, state: state && withStatus(state, config) },
    },
  });
  const created = objectOf(answer);
  const connectionData = isObject(created.connectionData) ? created.connectionData : {};
  return {
    status: answer.status,
    body: {
      ...pick<CreatedAccount>(created, ["id", "status", "redirect_url", "redirect_uri"]),
      user_id: call.entityId,
      connectionData: {
        ...pick<CreatedAccount["connectionData"]>(connectionData, ["authScheme"]),
        val: pick<AccountVal>(connectionData.val, ["status", "redirectUrl"]),
      },
    },
  };
}

interface ConnectionState {
  authScheme: string;
  values: JsonObject;
}

function stateOf(call: GatewayCall, given: JsonObject | undefined): ConnectionState | undefined {
  if (!given) return undefined;
  const state = membersOf<{ authScheme: string; val: JsonObject }>(call, ["authScheme", "val"], given, "connection.state");
  // The gateway decides the status: see `withStatus`.
  const { status: _, ...values } = state.object("val") ?? {};
  return { authScheme: state.requiredText("authScheme"), values: requireValues(values, "connection.state.val") };
}

/** The scheme is the auth config's, and the status follows from it. For an unknown scheme the platform decides without a status. */
function withStatus({ authScheme, values }: ConnectionState, { auth_scheme }: JsonObject): JsonObject {
  const scheme = typeof auth_scheme === "string" ? auth_scheme : "";
  const status = initialStatusOf(scheme);
  return { authScheme: scheme || authScheme, val: { ...values, ...(status && { status }) } };
}

async function createLink(call: GatewayCall): Promise<UpstreamAnswer> {
  const body = membersOf<CreateLinkRequest>(call, ["auth_config_id", "alias", "callback_url", "connection_data"]);
  const auth_config_id = body.requiredText("auth_config_id");
  const callback_url = await parseRedirectUrl(body.text("callback_url"), "callback_url", call.mayReturnTo);
  const given = body.get("connection_data");
  const connection_data = given === undefined ? undefined : requireValues(given, "connection_data");
  await findAuthConfig(call, auth_config_id);
  const answer = await call.upstream.ask("createLink", {
    body: { auth_config_id, user_id: call.entityId, alias: body.text("alias"), callback_url, connection_data },
  });
  const link = pick<CreatedLink>(objectOf(answer), ["connected_account_id", "redirect_url", "expires_at"]);
  return { status: answer.status, body: { ...link, user_id: call.entityId } };
}

/** Completes an attempt whose user returned with a `session_uri`. The platform compares the attempt's user with the session's. */
async function completeAuth(call: GatewayCall): Promise<UpstreamAnswer> {
  const session_uri = membersOf<CompleteAuthRequest>(call, ["session_uri"]).requiredText("session_uri");
  const body = { session_uri, user_id: call.entityId };
  const answer = await call.upstream.ask("completeAuth", { body }).catch((error: unknown) => { throw notCompleted(call, error); });
  const { connected_account_id } = objectOf(answer);
  if (typeof connected_account_id !== "string") throw badAnswer(new Error("The platform completed a session without naming its account"));
  const account = await findOwnAccount(call, connected_account_id);
  const completed = { connected_account_id, toolkit_slug: String(appOf(account)) } satisfies CompletedAuth;
  return ok({ ...completed, user_id: call.entityId });
}

/** The refusal of a session. The platform's own texts may contain the session or the id of another user's account, so pages do not see them. */
function notCompleted({ upstream }: GatewayCall, error: unknown): unknown {
  if (!(error instanceof Refusal) || error.status >= 500) return error;
  const { status, headers, reason } = error;
  const { message } = errorMembers(error.body);
  if (status === 400 && /identity mismatch/i.test(String(message))) {
    return refuse(403, "Gateway_EntityMismatch", "The signed-in user did not start this connection: sign in as the user who did, and start again");
  }
  if (!isUnknownId(status)) return new Refusal(status, errorBody({ message: "The platform refused to complete the connection", status }), headers, reason);
  const isForeign = status === 404 && String(message).startsWith("Connected account");
  const why = isForeign ? "The account of a session belongs to another project than `apiKey`" : `The platform answered ${status} to a session`;
  const isUsual = status === 404 && !isForeign;
  return upstream.missing("session", reason ?? (isUsual ? undefined : new Error(`${why}, and the page was told that the session is unknown`)));
}

async function getAccount(call: GatewayCall): Promise<UpstreamAnswer> {
  return ok(viewAccount(call, await findOwnAccount(call)));
}

async function deleteAccount(call: GatewayCall): Promise<UpstreamAnswer> {
  membersOf(call, []);
  const { revoke_on_delete } = call.query;
  if (revoke_on_delete !== undefined && !["true", "false"].includes(revoke_on_delete)) throw invalid("revoke_on_delete", "must be true or false");
  await findOwnAccount(call);
  return done(await call.upstream.ask("deleteAccount", { id: call.id, query: { revoke_on_delete } }));
}

/** Sets the alias, replaces the values of a key scheme, or both. The scheme is the account's own, whatever the page names. */
async function updateAccount(call: GatewayCall): Promise<UpstreamAnswer> {
  const body = membersOf<UpdateAccountRequest>(call, ["alias", "connection"]);
  const alias = body.get("alias");
  const connection = membersOf<NonNullable<UpdateAccountRequest["connection"]>>(call, ["state"], body.object("connection") ?? {}, "connection");
  const state = stateOf(call, connection.object("state"));
  if (alias === undefined ? !state : typeof alias !== "string") throw invalid("alias", "must be a string");
  const account = await findOwnAccount(call);
  const authScheme = schemeOf(account);
  if (state && initialStatusOf(authScheme) !== "ACTIVE") throw invalid("connection.state", "must be left out: the user signs in to this account. Connect it again instead");
  const rotation = state && { state: { authScheme, val: state.values } };
  return done(await call.upstream.ask("updateAccount", { id: call.id, body: { alias, connection: rotation } }));
}

async function revokeAccount(call: GatewayCall): Promise<UpstreamAnswer> {
  membersOf(call, []);
  await findOwnAccount(call);
  const answer = await call.upstream.ask("revokeAccount", { id: call.id });
  const { revoked_tokens, connected_account } = objectOf(answer);
  return {
    status: answer.status,
    body: { revoked_tokens: strings(revoked_tokens), connected_account: pick<RevokedAccount["connected_account"]>(connected_account, ["id", "status"]) },
  };
}

async function refreshAccount(call: GatewayCall): Promise<UpstreamAnswer> {
  const given = membersOf<RefreshAccountRequest>(call, ["redirect_url"]).text("redirect_url") ?? call.query.redirect_url;
  const redirect_url = await parseRedirectUrl(given, "redirect_url", call.mayReturnTo);
  await findOwnAccount(call);
  const answer = await call.upstream.ask("refreshAccount", { id: call.id, query: { redirect_url }, body: {} });
  const refreshed = pick<RefreshedAccount>(objectOf(answer), ["id", "status", "redirect_url"]);
  return { status: answer.status, body: { ...refreshed, user_id: call.entityId } };
}

async function setAccountStatus(call: GatewayCall): Promise<UpstreamAnswer> {
  const enabled = membersOf<SetAccountStatusRequest>(call, ["enabled"]).flag("enabled");
  if (enabled === undefined) throw invalid("enabled", "is required");
  requireCall(call.rules, [enabled ? "connectedAccounts.enable" : "connectedAccounts.disable"]);
  await findOwnAccount(call);
  return done(await call.upstream.ask("setAccountStatus", { id: call.id, body: { enabled } }));
}

/** Executes an action. Credentials and an address in the request would act for anybody, so those members are refused. */
async function executeTool(call: GatewayCall): Promise<UpstreamAnswer> {
  requireAction(call);
  const body = membersOf<ExecuteToolRequest>(call, ["connected_account_id", "version", "arguments"]);
  const connected_account_id = body.text("connected_account_id");
  const version = body.text("version");
  const given = body.object("arguments") ?? {};
  if (connected_account_id !== undefined) await findOwnAccount(call, connected_account_id);
  // Without an id the platform would choose among all accounts of the user.
  else if (call.rules.integrations) throw invalid("connected_account_id", "is required: the gateway allows only some integrations");
  const answer = await call.upstream.ask("executeTool", {
    id: call.id, body: { connected_account_id, user_id: call.entityId, version, arguments: given },
  });
  const { data, ...others } = objectOf(answer);
  return { status: answer.status, body: { data, ...pick<ToolExecution>(others, ["error", "successful", "log_id"]) } };
}

/** The account with this id. @throws {Refusal} unless it is the user's, and its app and integration are allowed. */
async function findOwnAccount(call: GatewayCall, id = call.id): Promise<JsonObject> {
  const account = await call.upstream.find("account", "getAccount", id);
  if (account.id !== id || !(await isOwn(call, account))) throw call.upstream.missing("account");
  requireApp(call, appOf(account), "account");
  requireIntegration(call, integrationOf(account), "account");
  return account;
}

/** An account that does not name its user is the session's if the list of the session's accounts contains it. */
async function isOwn(call: GatewayCall, account: JsonObject): Promise<boolean> {
  if (namesUser(account)) return account.user_id === call.entityId;
  const query = { user_ids: call.entityId, connected_account_ids: String(account.id), account_type: "ALL" };
  const found = itemsOf(await call.upstream.askAbout("account", "listAccounts", { query }));
  // More than one answer means that the platform ignored the filters.
  return found.length === 1 && found[0]?.id === account.id && ownAccounts(call, found).length === 1;
}

/** The user's accounts in a list that was filtered by the user. Accounts without `user_id` count, unless the list has an account of another user. */
function ownAccounts(call: GatewayCall, listed: JsonObject[]): JsonObject[] {
  const isMixed = listed.some((account) => namesUser(account) && account.user_id !== call.entityId);
  return listed.filter((account) => (namesUser(account) ? account.user_id === call.entityId : !isMixed));
}

const namesUser = ({ user_id }: JsonObject) => user_id !== undefined && user_id !== null;
/** The scheme of an account, wherever this answer states it. */
function schemeOf({ auth_config, state }: JsonObject): string {
  const { auth_scheme } = pick<ConnectedAccount["auth_config"]>(auth_config, ["auth_scheme"]);
  const { authScheme } = pick<ConnectedAccount["state"]>(state, ["authScheme"]);
  return [auth_scheme, authScheme].find((scheme) => typeof scheme === "string") ?? "";
}
const integrationOf = ({ auth_config }: JsonObject) => pick<ConnectedAccount["auth_config"]>(auth_config, ["id"]).id;

function done({ status, body }: UpstreamAnswer): UpstreamAnswer {
  return { status, body: body === undefined ? undefined : pick<Done>(body, ["success"]) };
}
