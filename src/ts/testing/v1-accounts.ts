import { json } from "./answers.js";
import { isOAuth, missing } from "./apps.js";
import { authParamsOf } from "./auth-params.js";
import { ApiError, invalid } from "./errors.js";
import { httpUrl, listOf, nullable, object, optional, parse, readJson, readOptionalJson, text, values } from "./input.js";
import type { Call, Route } from "./router.js";
import { newestFirst, type Account, type Integration } from "./store.js";
import { freshen } from "./tokens.js";
import { asked, keyV1, paged, statusV1, toV3, viewAccountItem, viewSingleAccount } from "./v1-view.js";

const statuses = ["INITIATED", "ACTIVE", "FAILED", "EXPIRED"];
const filters = "entityId user_uuid appNames integrationId connectionId status labels showActiveOnly showDisabled page pageSize";

/** Connected accounts of the first generation, from initiate to delete. */
export const accountRoutesV1: Route[] = [
  ["GET", "/api/v1/connectedAccounts", listAccounts, filters],
  ["POST", "/api/v1/connectedAccounts", initiate],
  ["GET", "/api/v1/connectedAccounts/:id", getAccount],
  ["DELETE", "/api/v1/connectedAccounts/:id", deleteAccount],
  ["GET", "/api/v1/connectedAccounts/:id/info", getInfo],
  ["POST", "/api/v1/connectedAccounts/:id/reinitiate", reinitiate],
  ["POST", "/api/v1/connectedAccounts/:id/enable", (call) => setDisabled(call, false)],
  ["POST", "/api/v1/connectedAccounts/:id/disable", (call) => setDisabled(call, true)],
];

const initiateBody = object({
  integrationId: text,
  data: values,
  entityId: optional(text),
  userUuid: optional(text),
  redirectUri: nullable(httpUrl),
  labels: nullable(listOf(text)),
});

async function initiate({ request, store, origin }: Call): Promise<Response> {
  const body = parse(initiateBody, await readJson(request));
  const integration = store.integrations.find(({ uuid }) => uuid === body.integrationId);
  if (!integration?.isEnabled || integration.isDeleted) throw new ApiError(404, "Integration not found");
  const data = toV3(body.data, integration.scheme);
  requireFields(integration, data);
  const account = store.addAccount({
    integration,
    entityId: body.entityId ?? body.userUuid ?? "default",
    dialect: "v1",
    callbackUrl: body.redirectUri ?? null,
    status: isOAuth(integration.scheme) ? "INITIATED" : "ACTIVE",
    data,
    labels: body.labels ?? [],
  });
  return json(200, viewRequest(account, origin));
}

const reinitiateBody = object({ data: values, redirectUri: nullable(httpUrl) });

/** What is not given again stays: the user's other values, and the return address. */
async function reinitiate({ request, params, store, origin }: Call): Promise<Response> {
  const body = parse(reinitiateBody, await readJson(request));
  const account = accountV1(store, params.id);
  const { integration } = account;
  const data = { ...account.data, ...toV3(body.data, integration.scheme) };
  requireFields(integration, data);
  store.restart(account, { dialect: "v1", callbackUrl: body.redirectUri ?? account.callbackUrl, data });
  return json(200, viewRequest(account, origin));
}

function requireFields({ scheme }: Integration, data: Record<string, string>): void {
  const absent = missing(asked(scheme), data);
  if (absent.length) throw invalid(absent.map((field) => ({ path: `data.${keyV1(field)}`, message: "is required" })));
}

function viewRequest(account: Account, origin: string): object {
  return {
    connectionStatus: account.status,
    connectedAccountId: account.uuid,
    redirectUrl: account.status === "ACTIVE" ? null : origin + account.path,
  };
}

function getAccount({ params, store, origin }: Call): Response {
  return json(200, viewSingleAccount(accountV1(store, params.id), origin));
}

function listAccounts({ query, store, origin }: Call): Response {
  const entities = query.list("entityId") ?? query.list("user_uuid");
  const appNames = query.list("appNames")?.map((name) => name.toLowerCase());
  const status = query.list("status", statuses);
  const integrationId = query.text("integrationId");
  const connectionId = query.text("connectionId");
  const labels = query.list("labels");
  const isActiveOnly = query.flag("showActiveOnly") ?? false;
  const isDisabledShown = query.flag("showDisabled") ?? true;
  // Deleted accounts stay in the list, and say so.
  const found = store.accounts.filter((account) =>
    (!entities || entities.includes(account.entityId)) &&
    (!appNames || appNames.includes(account.integration.app.key)) &&
    (!status || status.includes(statusV1(account))) &&
    (!integrationId || account.integration.uuid === integrationId) &&
    (!connectionId || account.uuid === connectionId) &&
    (!labels || labels.some((label) => account.labels.includes(label))) &&
    (!isActiveOnly || account.status === "ACTIVE") &&
    (isDisabledShown || !account.isDisabled));
  return paged(query, newestFirst(found), (account) => viewAccountItem(account, origin));
}

async function setDisabled({ request, params, store }: Call, isDisabled: boolean): Promise<Response> {
  parse(object({}), await readOptionalJson(request));
  store.setDisabled(accountV1(store, params.id), isDisabled);
  return json(201, { status: "success" });
}

/** A second deletion fails, and only the body says so. */
function deleteAccount({ params, store }: Call): Response {
  const known = store.accounts.find(({ uuid }) => uuid === params.id);
  if (known?.isDeleted) return json(200, { status: "failed", count: 0 });
  store.remove(accountV1(store, params.id));
  return json(200, { status: "success", count: 1 });
}

/** Ready to use, and therefore not masked. */
async function getInfo(call: Call): Promise<Response> {
  const account = accountV1(call.store, call.params.id);
  requireUsable(account);
  const renewal = await freshen(call, account);
  if (renewal === "unanswered") throw new ApiError(502, "The app's authorization server did not renew the access token");
  requireUsable(account);
  const { baseUrl, parameters } = authParamsOf(account);
  return json(200, { base_url: baseUrl, parameters, body: {} });
}

/** The account with this id, unless it was deleted. */
export function accountV1(store: Call["store"], id: string | undefined): Account {
  const account = store.account("uuid", id);
  if (!account) throw new ApiError(404, "Connected account not found", { name: "ConnectedAccountNotFoundError" });
  return account;
}

/** Refuses an account that nothing can be done with. */
export function requireUsable({ isDisabled, status }: Account): void {
  if (isDisabled) throw new ApiError(400, "Connected account is disabled");
  if (status !== "ACTIVE") throw new ApiError(400, "Connected account is not active");
}
