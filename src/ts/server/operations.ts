import { isObject, readRedirect, readValues, type Json } from "./input.js";
import { allowedAction, isAllowedApp, isAllowedIntegration, membersOf, pick, requireAllowed, type Call, type Operation } from "./operation.js";
import { itemsOf, objectOf, type Answer } from "./platform.js";
import { invalid } from "./refusal.js";

const accounts = "/connected_accounts";
const configs = "/auth_configs";
const toolkits = "/toolkits";
/** The status that a new account is declared to have, by the schemes that are known. */
const statuses: Record<string, readonly string[]> = {
  // The user has typed all that is needed.
  ACTIVE: ["API_KEY", "BASIC", "BASIC_WITH_JWT", "BEARER_TOKEN", "CALCOM_AUTH", "GOOGLE_SERVICE_ACCOUNT", "S2S_OAUTH2", "SERVICE_ACCOUNT"],
  // The credentials come from an authorization server.
  INITIALIZING: ["OAUTH2", "OAUTH1", "OAUTH1A", "DCR_OAUTH", "CIMD_OAUTH"],
};

/** What pages may ask, under either prefix. */
export const operations: Operation[] = [
  { method: "GET", path: toolkits, calls: ["apps.list"], query: "search category sort_by limit cursor", handle: listToolkits },
  { method: "GET", path: `${toolkits}/:id`, calls: ["apps.get"], handle: async (call) => ok(await toolkitOf(call, call.id)) },
  { method: "GET", path: configs, calls: ["integrations.list"], query: "toolkit_slug is_composio_managed show_disabled search limit cursor", handle: listConfigs },
  { method: "POST", path: configs, calls: ["integrations.create"], handle: createConfig },
  { method: "GET", path: `${configs}/:id`, calls: ["integrations.get"], handle: async (call) => ok(viewConfig(await configOf(call, call.id))) },
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

const ok = (body: unknown): Answer => ({ status: 200, body });
const slugOf = ({ toolkit }: Json) => (isObject(toolkit) ? toolkit.slug : undefined);

async function listToolkits(call: Call): Promise<Answer> {
  return list(await call.platform.ask("GET", toolkits, { query: call.query }), (app) => isAllowedApp(call, app.slug), (app) => app);
}

async function toolkitOf(call: Call, slug: string): Promise<Json> {
  if (!isAllowedApp(call, slug)) throw call.platform.missing("app");
  const found = await call.platform.look("app", toolkits, slug);
  if (!isAllowedApp(call, found.slug)) throw call.platform.missing("app");
  return found;
}

async function listConfigs(call: Call): Promise<Answer> {
  const answer = await call.platform.ask("GET", configs, { query: call.query });
  return list(answer, (item) => isAllowedApp(call, slugOf(item)) && isAllowedIntegration(call, item.id), viewConfig);
}

async function configOf(call: Call, id: string): Promise<Json> {
  if (!isAllowedIntegration(call, id)) throw call.platform.missing("integration");
  const found = await call.platform.look("integration", configs, id);
  if (found.id !== id || !isAllowedApp(call, slugOf(found))) throw call.platform.missing("integration");
  return found;
}

/** Developers' credentials do not come from pages. */
async function createConfig(call: Call): Promise<Answer> {
  const body = membersOf(call, ["toolkit", "auth_config"]);
  const slug = membersOf(call, ["slug"], body.object("toolkit") ?? {}, "toolkit").requiredText("slug");
  const config = membersOf(call, ["type", "authScheme", "credentials", "name"], body.object("auth_config") ?? {}, "auth_config");
  if (Object.keys(config.object("credentials") ?? {}).length) throw invalid("credentials", "must be empty");
  const type = config.requiredText("type");
  if (!["use_composio_managed_auth", "use_custom_auth"].includes(type)) throw invalid("type", "is not a known type");
  if (!isAllowedApp(call, slug)) throw call.platform.missing("app");
  const custom = type === "use_custom_auth" && { authScheme: config.requiredText("authScheme"), credentials: {} };
  const answer = await call.platform.ask("POST", configs, {
    body: { toolkit: { slug }, auth_config: { type, name: config.text("name"), ...custom } },
  });
  const { toolkit, auth_config } = objectOf(answer);
  return {
    status: answer.status,
    body: { toolkit: pick(toolkit, "slug"), auth_config: pick(auth_config, "id auth_scheme is_composio_managed") },
  };
}

async function listAccounts(call: Call): Promise<Answer> {
  const answer = await call.platform.ask("GET", accounts, { query: { ...call.query, user_ids: call.entityId } });
  const mine = new Set(ownOf(call, itemsOf(answer)).map(({ id }) => id));
  const { status, body } = list(answer, ({ id, toolkit }) => mine.has(id) && isAllowedApp(call, slugOf({ toolkit })), (account) => viewAccount(call, account));
  return { status, body: { ...(body as Json), user_id: call.entityId } };
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
  const body = membersOf(call, ["connected_account_id", "arguments"]);
  const connected_account_id = body.text("connected_account_id");
  const given = body.object("arguments") ?? {};
  if (connected_account_id !== undefined) await own(call, connected_account_id);
  const answer = await call.platform.ask("POST", `/tools/execute/${action}`, {
    body: { connected_account_id, user_id: call.entityId, arguments: given }, isAction: true,
  });
  const { data, ...others } = objectOf(answer);
  return { status: answer.status, body: { data, ...pick(others, "error successful log_id") } };
}

/** The account with this id, if it is the user's and of an app that is there. */
async function own(call: Call, id = call.id): Promise<Json> {
  const account = await call.platform.look("account", accounts, id);
  if (account.id !== id || !(await isOwn(call, account)) || !isAllowedApp(call, slugOf(account))) throw call.platform.missing("account");
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

function done({ status, body }: Answer): Answer {
  return { status, body: body === undefined ? undefined : pick(body, "success") };
}

function list(answer: Answer, isKept: (item: Json) => boolean, view: (item: Json) => Json): Answer {
  const items = itemsOf(answer).filter(isKept).map(view);
  return { status: answer.status, body: { items, ...pick(answer.body, "next_cursor") } };
}

function viewConfig(config: Json): Json {
  const { toolkit, expected_input_fields } = config;
  return {
    ...pick(config, "id name type status auth_scheme is_composio_managed deleted created_at last_updated_at"),
    toolkit: pick(toolkit, "slug logo"),
    ...(Array.isArray(expected_input_fields) && { expected_input_fields }),
  };
}

function viewAccount({ rules, entityId }: Call, account: Json): Json {
  const { toolkit, auth_config, state } = account;
  const given = isObject(state) ? state : {};
  return {
    ...pick(account, "id status status_reason is_disabled alias created_at updated_at"),
    user_id: entityId,
    toolkit: pick(toolkit, "slug"),
    auth_config: pick(auth_config, "id auth_scheme is_composio_managed is_disabled"),
    state: rules.exposeAuthParams ? state : { ...pick(given, "authScheme"), val: pick(given.val, "status error error_description authScheme") },
  };
}
