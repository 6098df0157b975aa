import { json } from "./answers.js";
import { missing } from "./apps.js";
import { ApiError, invalid } from "./errors.js";
import { boolean, object, optional, parse, readJson, text, values } from "./input.js";
import type { Call, Route } from "./router.js";
import { newestFirst } from "./store.js";
import { accountRoutesV1 } from "./v1-accounts.js";
import { actionRoutesV1 } from "./v1-actions.js";
import { paged, viewApp, viewIntegration, viewIntegrationWithFields } from "./v1-view.js";

/** The first generation of the API, with the routes of the second that belong to it. */
export const v1Routes: Route[] = [
  ["GET", "/api/v1/apps", listApps, "category additionalFields includeLocal"],
  ["GET", "/api/v1/apps/:key", getApp],
  ["GET", "/api/v1/integrations", listIntegrations, "appName showDisabled page pageSize"],
  ["POST", "/api/v1/integrations", createIntegration],
  ["GET", "/api/v1/integrations/:id", getIntegration],
  ...accountRoutesV1,
  ...actionRoutesV1,
];

function listApps({ query, store }: Call): Response {
  const category = query.text("category");
  query.flag("includeLocal");
  const withSchemes = query.list("additionalFields", ["auth_schemes"])?.includes("auth_schemes");
  const items = store.apps
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
  const app = store.apps.find((app) => (body.appId ? app.id === body.appId : app.key === body.appName));
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

function appNotFound(): ApiError {
  return new ApiError(404, "Not found", { name: "AppNotFoundError" });
}
