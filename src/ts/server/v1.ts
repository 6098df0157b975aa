import { isObject, Members, readRedirect, readValues, type Json } from "./input.js";
import { allowedAction, isAllowedApp, isAllowedIntegration, pick, type Call, type Operation } from "./operation.js";
import { itemsOf, objectOf, type Answer } from "./platform.js";
import { invalid } from "./refusal.js";

const accounts = "/api/v1/connectedAccounts";
const integrations = "/api/v1/integrations";

/** The first generation, and what of the second goes with it. */
export const operationsV1: Operation[] = [
  { method: "GET", path: "/api/v1/apps", calls: ["apps.list"], query: "category additionalFields", handle: listApps },
  { method: "GET", path: "/api/v1/apps/:id", calls: ["apps.get"], handle: getApp },
  { method: "GET", path: integrations, calls: ["integrations.list"], query: "appName showDisabled page pageSize", handle: listIntegrations },
  { method: "POST", path: integrations, calls: ["integrations.create"], handle: createIntegration },
  { method: "GET", path: `${integrations}/:id`, calls: ["integrations.get"], handle: async (call) => ok(viewIntegration(await integrationOf(call, call.id))) },
  {
    method: "GET", path: accounts, calls: ["connectedAccounts.list"], handle: listAccounts,
    query: "appNames integrationId status showActiveOnly showDisabled connectionId labels page pageSize",
  },
  { method: "POST", path: accounts, calls: ["connectedAccounts.initiate"], handle: initiate },
  { method: "GET", path: `${accounts}/:id`, calls: ["connectedAccounts.get"], handle: async (call) => ok(viewAccount(call, await own(call))) },
  { method: "DELETE", path: `${accounts}/:id`, calls: ["connectedAccounts.delete"], handle: (call) => change(call, "DELETE", "") },
  { method: "GET", path: `${accounts}/:id/info`, calls: ["getAuthParams"], handle: getInfo },
  { method: "POST", path: `${accounts}/:id/reinitiate`, calls: ["connectedAccounts.refresh"], handle: reinitiate },
  { method: "POST", path: `${accounts}/:id/enable`, calls: ["connectedAccounts.enable"], handle: (call) => change(call, "POST", "/enable") },
  { method: "POST", path: `${accounts}/:id/disable`, calls: ["connectedAccounts.disable"], handle: (call) => change(call, "POST", "/disable") },
  { method: "POST", path: "/api/v2/actions/:id/execute", calls: ["executeAction"], handle: execute },
];

const ok = (body: unknown): Answer => ({ status: 200, body });
const appOf = (thing: Json) => thing.appUniqueId ?? thing.appName;

async function listApps(call: Call): Promise<Answer> {
  return list(await call.platform.ask("GET", "/api/v1/apps", { query: call.query }), (app) => isAllowedApp(call, app.key), (app) => app);
}

async function getApp(call: Call): Promise<Answer> {
  return ok(await app(call, call.id));
}

async function app(call: Call, key: string): Promise<Json> {
  if (!isAllowedApp(call, key)) throw call.platform.missing("app");
  const found = await call.platform.look("app", "/api/v1/apps", key);
  if (!isAllowedApp(call, found.key)) throw call.platform.missing("app");
  return found;
}

async function listIntegrations(call: Call): Promise<Answer> {
  const answer = await call.platform.ask("GET", integrations, { query: call.query });
  return list(answer, (item) => isAllowedApp(call, item.appName) && isAllowedIntegration(call, item.id), viewIntegration);
}

async function integrationOf(call: Call, id: string): Promise<Json> {
  if (!isAllowedIntegration(call, id)) throw call.platform.missing("integration");
  const found = await call.platform.look("integration", integrations, id);
  if (found.id !== id || !isAllowedApp(call, found.appName)) throw call.platform.missing("integration");
  return found;
}

/** The app's id is looked up: what the page says of it could be another app's. Developers' credentials do not come from pages. */
async function createIntegration(call: Call): Promise<Answer> {
  const body = new Members(call.body, ["name", "appId", "appName", "authScheme", "authConfig", "useComposioAuth"]);
  const { appId, key } = await app(call, (body.text("appName") ?? body.requiredText("name")).toLowerCase());
  if (Object.keys(body.object("authConfig") ?? {}).length) throw invalid("authConfig", "must be empty");
  const named = typeof appId === "string" ? { appId } : { appName: key };
  const answer = await call.platform.ask("POST", integrations, {
    body: {
      ...named, name: body.requiredText("name"), authScheme: body.text("authScheme"), authConfig: {},
      useComposioAuth: body.flag("useComposioAuth") ?? false,
    },
  });
  return { status: answer.status, body: viewIntegration(objectOf(answer)) };
}

async function listAccounts(call: Call): Promise<Answer> {
  const answer = await call.platform.ask("GET", accounts, { query: { ...call.query, user_uuid: call.entityId } });
  return list(answer, (account) => isOwn(call, account), (account) => viewAccount(call, account));
}

async function initiate(call: Call): Promise<Answer> {
  const body = new Members(call.body, ["integrationId", "data", "redirectUri"]);
  const integrationId = body.requiredText("integrationId");
  const data = readValues(body.get("data") ?? {}, "data");
  const redirectUri = readRedirect(body.text("redirectUri"), "redirectUri", call.rules.redirectOrigins);
  await integrationOf(call, integrationId);
  return connection(await call.platform.ask("POST", accounts, { body: { integrationId, entityId: call.entityId, data, redirectUri } }));
}

async function reinitiate(call: Call): Promise<Answer> {
  const body = new Members(call.body, ["data", "redirectUri"]);
  const data = readValues(body.get("data") ?? {}, "data");
  const redirectUri = readRedirect(body.text("redirectUri"), "redirectUri", call.rules.redirectOrigins);
  await own(call);
  return connection(await call.platform.ask("POST", `${accounts}/${call.id}/reinitiate`, { body: { data, redirectUri } }));
}

async function change(call: Call, method: string, path: string): Promise<Answer> {
  new Members(call.body, []);
  await own(call);
  const { status, body } = await call.platform.ask(method, `${accounts}/${call.id}${path}`);
  return { status, body: body === undefined ? undefined : pick(body, "status count") };
}

/** Names and places, so that a page can tell what there is; values only where they may be seen. */
async function getInfo(call: Call): Promise<Answer> {
  await own(call);
  const answer = await call.platform.ask("GET", `${accounts}/${call.id}/info`);
  if (call.rules.exposeAuthParams) return answer;
  const { parameters, params } = objectOf(answer);
  const given = [parameters, params].find(Array.isArray) ?? [];
  const shown = given.filter(isObject).map((parameter) => ({ ...pick(parameter, "name in"), value: "********" }));
  return ok({ parameters: shown, body: {} });
}

async function execute(call: Call): Promise<Answer> {
  const action = allowedAction(call);
  const body = new Members(call.body, ["connectedAccountId", "appName", "input"]);
  const connectedAccountId = body.text("connectedAccountId");
  const appName = body.text("appName");
  const input = body.object("input") ?? {};
  if (appName !== undefined && !isAllowedApp(call, appName)) throw call.platform.missing("app");
  if (connectedAccountId !== undefined) await own(call, connectedAccountId);
  const answer = await call.platform.ask("POST", `/api/v2/actions/${action}/execute`, {
    body: { connectedAccountId, entityId: call.entityId, appName, input },
  });
  const { data, ...others } = objectOf(answer);
  return { status: answer.status, body: { data, ...pick(others, "error successful successfull logId") } };
}

/** The account with this id, if it is the entity's and of an app that is there. One question, whoever's it is. */
async function own(call: Call, id = call.id): Promise<Json> {
  const account = await call.platform.look("account", accounts, id);
  if (account.id !== id || !isOwn(call, account)) throw call.platform.missing("account");
  return account;
}

function isOwn(call: Call, account: Json): boolean {
  const named = [account.entityId, account.clientUniqueUserId].filter((name) => name !== undefined && name !== null);
  return named.length > 0 && named.every((name) => name === call.entityId) && isAllowedApp(call, appOf(account));
}

function list(answer: Answer, isKept: (item: Json) => boolean, view: (item: Json) => Json): Answer {
  const items = itemsOf(answer).filter(isKept).map(view);
  return { status: answer.status, body: { items, ...pick(answer.body, "totalPages page") } };
}

function connection(answer: Answer): Answer {
  return { status: answer.status, body: pick(objectOf(answer), "connectionStatus connectedAccountId redirectUrl") };
}

function viewIntegration(found: Json): Json {
  const { expectedInputFields } = found;
  return {
    ...pick(found, "id name authScheme appId appName logo enabled deleted createdAt updatedAt useComposioAuth"),
    ...(Array.isArray(expectedInputFields) && { expectedInputFields }),
  };
}

function viewAccount({ rules }: Call, account: Json): Json {
  const { connectionParams, labels } = account;
  const names = "id integrationId appUniqueId appName entityId clientUniqueUserId status statusReason isDisabled enabled deleted authScheme logo createdAt updatedAt";
  return {
    ...pick(account, names),
    ...(Array.isArray(labels) && { labels: labels.filter((label) => typeof label === "string") }),
    connectionParams: rules.exposeAuthParams ? connectionParams : pick(connectionParams, "error error_description"),
  };
}
