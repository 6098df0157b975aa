import { configOf } from "./apps.js";
import { openCursor, sealCursor } from "./cursor.js";
import { isObject, readRedirect, readValues, type Json } from "./input.js";
import { appFilter, integrationFilter } from "./lists.js";
import {
  allowedAction, isAllowedApp, isAllowedIntegration, membersOf, ok, requireAllowed, requireApp, requireIntegration, type Call, type Operation,
} from "./operation.js";
import { itemsOf, nextCursorOf, objectOf, type Answer } from "./platform.js";
import { invalid } from "./refusal.js";
import { pick, viewAccount } from "./views.js";

const accounts = "/connected_accounts";
/** The status that a new account is declared to have, by the schemes that are known. */
const statuses: Record<string, readonly string[]> = {
  // The user has typed all that is needed.
  ACTIVE: ["API_KEY", "BASIC", "BASIC_WITH_JWT", "BEARER_TOKEN", "CALCOM_AUTH", "GOOGLE_SERVICE_ACCOUNT", "S2S_OAUTH2", "SERVICE_ACCOUNT"],
  // The credentials come from an authorization server.
  INITIALIZING: ["OAUTH2", "OAUTH1", "OAUTH1A", "DCR_OAUTH", "CIMD_OAUTH"],
};

/** Connected accounts of the session's user, and what is done with them. */
export const accountOperations: Operation[] = [
  {
    method: "GET", path: accounts, calls: ["connectedAccounts.list"], handle: listAccounts,
    query: "toolkit_slugs auth_config_ids statuses order_by order_direction limit cursor",
  },
  { method: "POST", path: accounts, calls: ["connectedAccounts.initiate"], handle: create },
  { method: "POST", path: `${accounts}/link`, calls: ["connectedAccounts.initiate"], handle: link },
  { method: "GET", path: `${accounts}/:id`, calls: ["connectedAccounts.get", "getAuthParams"], handle: async (call) => ok(viewAccount(call, await own(call))) },
  { method: "DELETE", path: `${accounts}/:id`, calls: ["connectedAccounts.delete"], handle: remove },
  { method: "POST", path: `${accounts}/:id/refresh`, calls: ["connectedAccounts.refresh"], query: "redirect_url", handle: refresh },
  { method: "PATCH", path: `${accounts}/:id/status`, calls: ["connectedAccounts.enable", "connectedAccounts.disable"], handle: setStatus },
  { method: "POST", path: "/tools/execute/:id", calls: ["executeAction"], handle: execute },
];

/**
 * The filters hold nothing that is not allowed, so the platform's pages tell nothing about that, and its own cursor can be used. Its
 * totals are not passed on: whether it counts by the filters, nobody knows here.
 */
async function listAccounts(call: Call): Promise<Answer> {
  const toolkit_slugs = appFilter(call, call.query.toolkit_slugs);
  const auth_config_ids = integrationFilter(call, call.query.auth_config_ids);
  const cursor = await openCursor(call);
  const empty = { items: [], next_cursor: null, user_id: call.entityId };
  // A filter without a name would be none.
  if (toolkit_slugs === "" || auth_config_ids === "") return ok(empty);
  const query = { ...call.query, toolkit_slugs, auth_config_ids, cursor, user_ids: call.entityId };
  const answer = await call.platform.ask("GET", accounts, { query });
  const kept = ownOf(call, itemsOf(answer)).filter((account) => isAllowedApp(call, appOf(account)) && isAllowedIntegration(call, integrationOf(account)));
  const next = nextCursorOf(answer);
  return ok({
    items: kept.map((account) => viewAccount(call, account)),
    next_cursor: next === undefined ? null : await sealCursor(call, next),
    user_id: call.entityId,
  });
}

async function create(call: Call): Promise<Answer> {
  const body = membersOf(call, ["auth_config", "connection"]);
  const id = membersOf(call, ["id"], body.object("auth_config") ?? {}, "auth_config").requiredText("id");
  const connection = membersOf(call, ["callback_url", "state", "data"], body.object("connection") ?? {}, "connection");
  const callback_url = await readRedirect(connection.text("callback_url"), "callback_url", call.mayReturnTo);
  const data = connection.get("data") === undefined ? undefined : readValues(connection.get("data"), "connection.data");
  const state = readState(call, connection.object("state"));
  const config = await configOf(call, id);
  const answer = await call.platform.ask("POST", accounts, {
    body: { auth_config: { id }, connection: { user_id: call.entityId, callback_url, data, state: state && withStatus(state, config) } },
  });
  const made = objectOf(answer);
  const given = isObject(made.connectionData) ? made.connectionData : {};
  return {
    status: answer.status,
    body: {
      ...pick(made, "id status redirect_url redirect_uri"),
      user_id: call.entityId,
      connectionData: { ...pick(given, "authScheme"), val: pick(given.val, "status redirectUrl") },
    },
  };
}

interface State {
  authScheme: string;
  values: Json;
}

function readState(call: Call, given: Json | undefined): State | undefined {
  if (!given) return undefined;
  const state = membersOf(call, ["authScheme", "val"], given, "connection.state");
  // The status beside the values is set below.
  const { status: _, ...values } = state.object("val") ?? {};
  return { authScheme: state.requiredText("authScheme"), values: readValues(values, "connection.state.val") };
}

/** The scheme is the auth config's, and with it the status. Where that is not known, the platform decides without one. */
function withStatus({ authScheme, values }: State, { auth_scheme }: Json): Json {
  const scheme = typeof auth_scheme === "string" ? auth_scheme : "";
  const status = Object.keys(statuses).find((name) => statuses[name]?.includes(scheme.toUpperCase()));
  return { authScheme: scheme || authScheme, val: { ...values, ...(status && { status }) } };
}

async function link(call: Call): Promise<Answer> {
  const body = membersOf(call, ["auth_config_id", "callback_url", "connection_data"]);
  const auth_config_id = body.requiredText("auth_config_id");
  const callback_url = await readRedirect(body.text("callback_url"), "callback_url", call.mayReturnTo);
  const given = body.get("connection_data");
  const connection_data = given === undefined ? undefined : readValues(given, "connection_data");
  await configOf(call, auth_config_id);
  const answer = await call.platform.ask("POST", `${accounts}/link`, {
    body: { auth_config_id, user_id: call.entityId, callback_url, connection_data },
  });
  return { status: answer.status, body: { ...pick(objectOf(answer), "connected_account_id redirect_url expires_at"), user_id: call.entityId } };
}

async function remove(call: Call): Promise<Answer> {
  membersOf(call, []);
  await own(call);
  return done(await call.platform.ask("DELETE", `${accounts}/${call.id}`));
}

async function refresh(call: Call): Promise<Answer> {
  const given = membersOf(call, ["redirect_url"]).text("redirect_url") ?? call.query.redirect_url;
  const redirect_url = await readRedirect(given, "redirect_url", call.mayReturnTo);
  await own(call);
  const answer = await call.platform.ask("POST", `${accounts}/${call.id}/refresh`, { query: { redirect_url }, body: {} });
  return { status: answer.status, body: { ...pick(objectOf(answer), "id status redirect_url"), user_id: call.entityId } };
}

async function setStatus(call: Call): Promise<Answer> {
  const enabled = membersOf(call, ["enabled"]).flag("enabled");
  if (enabled === undefined) throw invalid("enabled", "is required");
  requireAllowed(call.rules, [`connectedAccounts.${enabled ? "enable" : "disable"}`]);
  await own(call);
  return done(await call.platform.ask("PATCH", `${accounts}/${call.id}/status`, { body: { enabled } }));
}

/** Where an account's credentials and address come from the request, the request would be anybody's: they do not pass. */
async function execute(call: Call): Promise<Answer> {
  const action = allowedAction(call);
  const body = membersOf(call, ["connected_account_id", "version", "arguments"]);
  const connected_account_id = body.text("connected_account_id");
  const version = body.text("version");
  const given = body.object("arguments") ?? {};
  if (connected_account_id !== undefined) await own(call, connected_account_id);
  // The platform would choose among all accounts of the user.
  else if (call.rules.integrations) throw invalid("connected_account_id", "is required: the gateway allows only some integrations");
  const answer = await call.platform.ask("POST", `/tools/execute/${action}`, {
    body: { connected_account_id, user_id: call.entityId, version, arguments: given }, isAction: true,
  });
  const { data, ...others } = objectOf(answer);
  return { status: answer.status, body: { data, ...pick(others, "error successful log_id") } };
}

/** The account with this id, if it is the user's, and of an app and an integration that are allowed. */
async function own(call: Call, id = call.id): Promise<Json> {
  const account = await call.platform.look("account", accounts, id);
  if (account.id !== id || !(await isOwn(call, account))) throw call.platform.missing("account");
  requireApp(call, appOf(account), "account");
  requireIntegration(call, integrationOf(account), "account");
  return account;
}

/** Where the account does not name its user, a list of this user's accounts tells. */
async function isOwn(call: Call, account: Json): Promise<boolean> {
  if (isNamed(account)) return account.user_id === call.entityId;
  const query = { user_ids: call.entityId, connected_account_ids: String(account.id) };
  const found = itemsOf(await call.platform.askAbout("account", accounts, { query }));
  // A platform that answers with more does not know these filters.
  return found.length === 1 && found[0]?.id === account.id && ownOf(call, found).length === 1;
}

/** The accounts of a list that was asked for by its user. It need not name that user, unless it names another. */
function ownOf(call: Call, listed: Json[]): Json[] {
  const isMixed = listed.some((account) => isNamed(account) && account.user_id !== call.entityId);
  return listed.filter((account) => (isNamed(account) ? account.user_id === call.entityId : !isMixed));
}

const isNamed = ({ user_id }: Json) => user_id !== undefined && user_id !== null;
const appOf = ({ toolkit }: Json) => pick(toolkit, "slug").slug;
const integrationOf = ({ auth_config }: Json) => pick(auth_config, "id").id;

function done({ status, body }: Answer): Answer {
  return { status, body: body === undefined ? undefined : pick(body, "success") };
}
