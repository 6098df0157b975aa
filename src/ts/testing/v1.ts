import { json } from "./answers.js";
import { apps, isOAuth, missing, type App, type Field, type Scheme } from "./apps.js";
import { ApiError, invalid } from "./errors.js";
import { boolean, httpUrl, listOf, nullable, object, optional, parse, readJson, text, values } from "./input.js";
import type { Call, Route } from "./router.js";
import { iso, newestFirst, type Account, type Integration } from "./store.js";

const statuses = ["INITIATED", "ACTIVE", "FAILED", "EXPIRED"];

/** The first generation of the API. */
export const v1Routes: Route[] = [
  ["GET", "/api/v1/apps", listApps],
  ["GET", "/api/v1/apps/:key", getApp],
  ["GET", "/api/v1/integrations", listIntegrations],
  ["POST", "/api/v1/integrations", createIntegration],
  ["GET", "/api/v1/integrations/:id", getIntegration],
  ["GET", "/api/v1/connectedAccounts", listAccounts],
  ["POST", "/api/v1/connectedAccounts", initiate],
  ["GET", "/api/v1/connectedAccounts/:id", getAccount],
];

function listApps({ query }: Call): Response {
  const category = query.text("category");
  const withSchemes = query.list("additionalFields")?.includes("auth_schemes");
  const items = apps
    .filter((app) => !category || app.category === category)
    .map((app) => {
      const { auth_schemes, ...item } = viewApp(app);
      return withSchemes ? { ...item, auth_schemes } : item;
    });
  return json(200, { items, totalPages: 1 });
}

function getApp({ params, store }: Call): Response {
  const app = store.app(params.key as string);
  if (!app) throw appNotFound();
  return json(200, viewApp(app));
}

function listIntegrations({ query, store }: Call): Response {
  const appName = query.text("appName")?.toLowerCase();
  const isDisabledShown = query.flag("showDisabled") ?? true;
  const found = store.integrations.filter((integration) =>
    (!appName || integration.app.key === appName) && (isDisabledShown || integration.isEnabled));
  return paged(query, newestFirst(found), (integration) => ({
    ...viewIntegration(integration),
    _count: { connections: store.connectionsOf(integration) },
    connections: [],
    member: {},
  }));
}

function getIntegration({ params, store }: Call): Response {
  const integration = store.integrations.find(({ uuid }) => uuid === params.id);
  if (!integration) throw new ApiError(404, "Integration not found");
  return json(200, viewIntegrationWithFields(integration));
}

const createIntegrationBody = object({
  name: text,
  appId: optional(text),
  appName: optional(text),
  authScheme: optional(text),
  authConfig: optional(values),
  useComposioAuth: optional(boolean),
  forceNewIntegration: optional(boolean),
});

async function createIntegration({ request, store }: Call): Promise<Response> {
  const body = parse(createIntegrationBody, await readJson(request));
  if (!body.appId && !body.appName) throw invalid([{ path: "appId", message: "is required" }]);
  const app = apps.find((app) => (body.appId ? app.id === body.appId : app.key === body.appName));
  if (!app) throw appNotFound();
  const scheme = app.schemes.find(({ mode }) => !body.authScheme || mode === body.authScheme);
  if (!scheme) throw invalid([{ path: "authScheme", message: `is not supported by ${app.key}` }]);
  const isManaged = body.useComposioAuth ?? false;
  const credentials = body.authConfig ?? {};
  if (isManaged && !scheme.isManaged) throw new ApiError(400, `No default credentials for ${app.key} with ${scheme.mode}`);
  const absent = isManaged ? [] : missing(scheme.developerFields, credentials);
  if (absent.length) throw invalid(absent.map(({ name }) => ({ path: `authConfig.${name}`, message: "is required" })));
  const integration = store.addIntegration({ app, scheme, name: body.name, isManaged, credentials });
  return json(200, viewIntegrationWithFields(integration));
}

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
  if (!integration || !integration.isEnabled || integration.isDeleted) throw new ApiError(404, "Integration not found");
  const { scheme } = integration;
  const data = renameKeys(body.data, scheme.userFields, keyV1, (field) => field.name);
  const absent = missing(asked(scheme), data);
  if (absent.length) throw invalid(absent.map((field) => ({ path: `data.${keyV1(field)}`, message: "is required" })));
  const account = store.addAccount({
    integration,
    entityId: body.entityId ?? body.userUuid ?? "default",
    dialect: "v1",
    callbackUrl: body.redirectUri ?? null,
    status: isOAuth(scheme) ? "INITIATED" : "ACTIVE",
    data,
    labels: body.labels ?? [],
  });
  return json(200, {
    connectionStatus: account.status,
    connectedAccountId: account.uuid,
    redirectUrl: account.status === "ACTIVE" ? null : origin + account.path,
  });
}

function getAccount(call: Call): Response {
  const account = call.store.accounts.find(({ uuid }) => uuid === call.params.id);
  if (!account) throw new ApiError(404, "Connected account not found", { name: "ConnectedAccountNotFoundError" });
  return json(200, {
    ...viewAccount(account),
    entityId: account.entityId,
    connectionParams: viewParams(account, call.origin),
    meta: { app: {} },
  });
}

function listAccounts(call: Call): Response {
  const { query, store } = call;
  const entities = query.list("entityId") ?? query.list("user_uuid");
  const appNames = query.list("appNames")?.map((name) => name.toLowerCase());
  const status = query.list("status", statuses);
  const integrationId = query.text("integrationId");
  const connectionId = query.text("connectionId");
  const labels = query.list("labels");
  const isActiveOnly = query.flag("showActiveOnly") ?? false;
  const isDisabledShown = query.flag("showDisabled") ?? true;
  const found = store.accounts.filter((account) =>
    (!entities || entities.includes(account.entityId)) &&
    (!appNames || appNames.includes(account.integration.app.key)) &&
    (!status || status.includes(statusV1(account))) &&
    (!integrationId || account.integration.uuid === integrationId) &&
    (!connectionId || account.uuid === connectionId) &&
    (!labels || labels.some((label) => account.labels.includes(label))) &&
    (!isActiveOnly || account.status === "ACTIVE") &&
    (isDisabledShown || !account.isDisabled));
  return paged(query, newestFirst(found), (account) => ({
    ...viewAccount(account),
    connectionParams: viewParams(account, call.origin),
    invocationCount: "0",
    data: {},
    deleted: false,
    logo: logo(account.integration.app),
    authConfig: {},
    member: {},
    labels: account.labels,
  }));
}

function paged<T>(query: Call["query"], items: T[], view: (item: T) => object): Response {
  const page = query.count("page", 1);
  const pageSize = query.count("pageSize", 99999999);
  return json(200, {
    items: items.slice((page - 1) * pageSize, page * pageSize).map(view),
    totalPages: Math.max(1, Math.ceil(items.length / pageSize)),
    page,
  });
}

function appNotFound(): ApiError {
  return new ApiError(404, "Not found", { name: "AppNotFoundError" });
}

const keyV1 = (field: Field) => field.v1Name ?? field.name;
const asked = (scheme: Scheme) => scheme.userFields.filter((field) => !field.isHidden);
const logo = (app: App) => `https://logos.example/${app.key}.png`;
/** v1 has no word for a link page that was not visited yet. */
const statusV1 = (account: Account) => (account.status === "INITIALIZING" ? "INITIATED" : account.status);

function renameKeys(
  data: Record<string, string>, fields: Field[], from: (field: Field) => string, to: (field: Field) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => {
    const field = fields.find((field) => from(field) === key);
    return [field ? to(field) : key, value];
  }));
}

function viewField(field: Field, isUsers: boolean): object {
  const { displayName, description, required } = field;
  const name = keyV1(field);
  if (field.isBare) return { name, expected_from_customer: isUsers, displayName, description, type: "string", required };
  return {
    name,
    type: "string",
    description,
    display_name: displayName,
    displayName,
    default: field.default ?? null,
    required,
    expected_from_customer: isUsers,
    is_secret: field.isSecret ?? false,
    get_current_user_endpoint: null,
  };
}

function viewApp(app: App) {
  const identity = { appId: app.id, key: app.key, name: app.name, description: app.description };
  const auth_schemes = app.schemes.map((scheme) => ({
    ...(app.isNoAuth ? { name: scheme.name } : { scheme_name: scheme.name, proxy: { base_url: scheme.baseUrl } }),
    ...Object.fromEntries(scheme.v1ModeKeys.map((key) => [key, scheme.mode])),
    ...(isOAuth(scheme) && { default_scopes: scheme.scopes }),
    fields: [
      ...scheme.developerFields.map((field) => viewField(field, false)),
      ...asked(scheme).map((field) => viewField(field, true)),
    ],
  }));
  // Apps without credentials come with the bare minimum.
  if (app.isNoAuth) return { ...identity, no_auth: true, auth_schemes };
  return {
    ...identity,
    logo: logo(app),
    categories: [app.category],
    no_auth: false,
    testConnectors: app.schemes.filter(({ isManaged }) => isManaged).map((scheme, index) => ({
      id: app.id.replace(/^a0/, `c${index}`),
      name: `${app.key}-default`,
      authScheme: scheme.mode,
    })),
    auth_schemes,
    meta: {},
  };
}

function viewIntegration({ uuid, name, scheme, app, isEnabled, isDeleted, createdAtMs }: Integration) {
  return {
    id: uuid,
    name,
    authScheme: scheme.mode,
    createdAt: iso(createdAtMs),
    updatedAt: iso(createdAtMs),
    enabled: isEnabled,
    deleted: isDeleted,
    appId: app.id,
    defaultConnectorId: null,
    appName: app.key,
    logo: logo(app),
  };
}

function viewIntegrationWithFields(integration: Integration): object {
  return {
    ...viewIntegration(integration),
    authConfig: maskAll(integration.credentials),
    expectedInputFields: asked(integration.scheme).map((field) => viewField(field, true)),
    useComposioAuth: integration.isManaged,
  };
}

function viewAccount(account: Account) {
  return {
    id: account.uuid,
    integrationId: account.integration.uuid,
    appUniqueId: account.integration.app.key,
    appName: account.integration.app.key,
    clientUniqueUserId: account.entityId,
    status: statusV1(account),
    isDisabled: account.isDisabled,
    enabled: !account.isDisabled,
    createdAt: iso(account.createdAtMs),
    updatedAt: iso(account.updatedAtMs),
  };
}

function maskAll(params: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.keys(params).map((key) => [key, "********"]));
}

/** Whatever the user typed or the authorization server issued is masked; the address of the attempt stays in clear. */
function viewParams(account: Account, origin: string): object {
  const { scheme } = account.integration;
  const data = renameKeys(account.data, scheme.userFields, (field) => field.name, keyV1);
  return {
    ...maskAll({ ...data, ...account.tokens }),
    ...(isOAuth(scheme) && { redirectUrl: origin + account.path }),
    base_url: scheme.baseUrl,
    headers: {},
    queryParams: {},
  };
}
