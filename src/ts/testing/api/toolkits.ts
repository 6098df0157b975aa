import { errorIds } from "../../platform/errors.js";
import { listManyToolkitsRequest } from "../../platform/toolkits.js";
import type { FieldsByNeed, Toolkit, ToolkitField, ToolkitMeta, ToolkitScheme } from "../../platform/toolkits.js";
import { toolVersions } from "../catalogue/actions.js";
import { isOAuth, type App, type CatalogueField, type CatalogueScheme } from "../catalogue/apps.js";
import { jsonResponse } from "../json-response.js";
import type { Store } from "../store.js";
import { deprecated, type ApiCall, type ApiHandlers } from "./call.js";
import { ApiError, invalidRequest } from "./errors.js";
import { listPage } from "./list-page.js";
import { Query, readBody } from "./request.js";

export const toolkitHandlers = { listToolkits, listManyToolkits, listCategories, listToolkitVersions, getToolkit } satisfies ApiHandlers;

function listToolkits(call: ApiCall): Response {
  return toolkitList(call, call.query);
}

/** Lists the apps that the body names, with the filters in the body. */
async function listManyToolkits(call: ApiCall): Promise<Response> {
  const { toolkits, ...filters } = await readBody(call.request, listManyToolkitsRequest);
  const given = Object.entries(filters).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]);
  return toolkitList(call, new Query(new URLSearchParams(Object.fromEntries(given)), Object.keys(filters)), toolkits);
}

function toolkitList(call: ApiCall, query: Query, slugs?: string[]): Response {
  const search = query.text("search")?.toLowerCase();
  if (search && search.length < 3) throw invalidRequest([{ path: "search", message: "must have at least 3 characters" }]);
  const category = query.text("category");
  const managedBy = query.list("managed_by", ["composio", "all", "project"])?.[0];
  const type = query.list("type", ["native", "custom", "all"])?.[0];
  const sortBy = query.list("sort_by", ["usage", "alphabetically"])?.[0];
  query.flag("include_deprecated");
  const found = call.store.apps.filter((app) =>
    (!slugs || slugs.includes(app.key)) &&
    (!search || `${app.key} ${app.name} ${app.description}`.toLowerCase().includes(search)) &&
    (!category || categoryId(app) === category || app.category === category) &&
    (type ? type !== "custom" : managedBy !== "project"));
  if (sortBy === "alphabetically") found.sort((a, b) => a.name.localeCompare(b.name, "en"));
  return listPage(query, found, 1000, (app) => toolkitListItem(app, call));
}

function listCategories({ query, store }: ApiCall): Response {
  const byId = new Map(store.apps.map((app) => [categoryId(app), { id: categoryId(app), name: app.category }]));
  return listPage(query, [...byId.values()], 1000, (category) => category);
}

function listToolkitVersions({ store }: ApiCall): Response {
  const items = store.apps.map(({ key, name }) => ({
    slug: key, name, display_name: name, versions: toolVersions.map((version) => ({ version, changelog: "The sandbox's actions." })),
  }));
  return jsonResponse(200, { items });
}

function getToolkit(call: ApiCall): Response {
  return jsonResponse(200, toolkitAnswer(requireToolkit(call.store, call.id), call));
}

/** The app with this slug. @throws {ApiError} if there is none. */
export function requireToolkit(store: Store, slug: string): App {
  const app = store.app(slug);
  if (!app) throw new ApiError(errorIds.toolkitNotFound, `Toolkit with slug "${slug}" not found`);
  return app;
}

/** The id of an app's category. */
const categoryId = (app: App) => app.category.replaceAll(" ", "-");
/** The address of an app's logo. */
export const logoOf = (app: App) => `https://logos.example/${app.key}.png`;
/** The schemes that an app has the platform's own credentials for. */
export const managedSchemes = (app: App) => app.schemes.filter(({ isManaged }) => isManaged).map(({ mode }) => mode);
const times = { created_at: "2024-05-03T11:44:32.061Z", updated_at: "2025-07-28T06:44:29.642Z" };

function metaOf(app: App, store: Store): Omit<ToolkitMeta, "categories"> {
  return {
    description: app.description,
    logo: logoOf(app),
    app_url: null,
    version: toolVersions[0],
    tools_count: store.actions.filter((action) => action.app.key === app.key).length,
    triggers_count: 0,
    ...times,
  };
}

/** An app in the list. */
function toolkitListItem(app: App, call: ApiCall): Toolkit {
  return {
    name: app.name,
    slug: app.key,
    type: "native",
    auth_schemes: app.isNoAuth ? ["NO_AUTH"] : app.schemes.map(({ mode }) => mode),
    composio_managed_auth_schemes: managedSchemes(app),
    is_local_toolkit: false,
    meta: { ...metaOf(app, call.store), categories: [{ id: categoryId(app), name: app.category }] },
    no_auth: app.isNoAuth,
    ...deprecated(call, { deprecated: { toolkitId: app.key } }),
  };
}

/** An app by itself. An app without credentials has the scheme NO_AUTH here, and `no_auth` in the list. */
function toolkitAnswer(app: App, call: ApiCall): Toolkit {
  return {
    slug: app.key,
    name: app.name,
    type: "native",
    enabled: true,
    composio_managed_auth_schemes: managedSchemes(app),
    composio_managed_auth: app.schemes.filter(({ isManaged }) => isManaged).map(({ mode, scopes }) => ({ mode, scopes: { available: scopes } })),
    is_local_toolkit: false,
    auth_config_details: app.isNoAuth ? [noAuth(app)] : app.schemes.map(schemeAnswer),
    get_current_user_endpoint: currentUserEndpoint,
    get_current_user_endpoint_method: "GET",
    // The list has `id` instead of `slug`.
    meta: { ...metaOf(app, call.store), available_versions: [...toolVersions], categories: [{ name: app.category, slug: categoryId(app) }] },
    ...deprecated(call, { deprecated: { toolkitId: app.key, rawProxyInfoByAuthSchemes: [] } }),
  };
}

/** The path at which every app says who is connected. */
export const currentUserEndpoint = "/me";

function noAuth(app: App): ToolkitScheme {
  const none: FieldsByNeed = { required: [], optional: [] };
  return { mode: "NO_AUTH", name: `${app.key}_no_auth`, required_scopes: [], fields: { auth_config_creation: none, connected_account_initiation: none } };
}

function schemeAnswer(scheme: CatalogueScheme): ToolkitScheme {
  return {
    mode: scheme.mode,
    name: scheme.name,
    required_scopes: isOAuth(scheme) ? scheme.scopes.slice(0, 1) : [],
    fields: {
      auth_config_creation: byNeed(scheme.developerFields),
      connected_account_initiation: byNeed(scheme.userFields),
    },
    proxy: { base_url: scheme.baseUrl },
  };
}

function byNeed(fields: CatalogueField[]): FieldsByNeed {
  return {
    required: fieldAnswers(fields.filter(({ required }) => required)),
    optional: fieldAnswers(fields.filter(({ required }) => !required)),
  };
}

/** Fields. The platform does not say here which are secret. */
export function fieldAnswers(fields: CatalogueField[]): ToolkitField[] {
  return fields.map(({ name, displayName, description, required, legacyName, isBare, isHidden, ...field }) => ({
    name,
    displayName,
    type: "string",
    description,
    required,
    ...(!isBare && { default: field.default ?? null }),
    ...(legacyName && { legacy_template_name: legacyName }),
    user_visible: !isHidden,
  }));
}
