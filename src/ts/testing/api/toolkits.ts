import { errorIds } from "../../platform/errors.js";
import type { FieldsByNeed, Toolkit, ToolkitField, ToolkitScheme } from "../../platform/toolkits.js";
import type { App, CatalogueField, CatalogueScheme } from "../catalogue/apps.js";
import { jsonResponse } from "../json-response.js";
import type { Store } from "../store.js";
import { deprecated, type ApiCall, type ApiHandlers } from "./call.js";
import { ApiError } from "./errors.js";
import { listPage } from "./list-page.js";

export const toolkitHandlers = { listToolkits, getToolkit } satisfies ApiHandlers;

function listToolkits({ query, store }: ApiCall): Response {
  const search = query.text("search")?.toLowerCase();
  const category = query.text("category");
  const managedBy = query.list("managed_by", ["composio", "all", "project"])?.[0];
  const sortBy = query.list("sort_by", ["usage", "alphabetically"])?.[0];
  query.flag("include_deprecated");
  const found = store.apps.filter((app) =>
    (!search || `${app.key} ${app.name}`.toLowerCase().includes(search)) &&
    (!category || categoryId(app) === category) &&
    managedBy !== "project");
  if (sortBy === "alphabetically") found.sort((a, b) => a.name.localeCompare(b.name, "en"));
  return listPage(query, found, 1000, toolkitListItem);
}

function getToolkit(call: ApiCall): Response {
  return jsonResponse(200, toolkitAnswer(requireToolkit(call.store, call.id), call));
}

/** The app with this slug. @throws {ApiError} where there is none. */
export function requireToolkit(store: Store, slug: string): App {
  const app = store.app(slug);
  if (!app) throw new ApiError(errorIds.toolkitNotFound, `Toolkit with slug "${slug}" not found`);
  return app;
}

/** The id of an app's category. */
const categoryId = (app: App) => app.category.replaceAll(" ", "-");
/** The address of an app's logo. */
export const logoOf = (app: App) => `https://logos.example/${app.key}.png`;
const managedSchemes = (app: App) => app.schemes.filter(({ isManaged }) => isManaged).map(({ mode }) => mode);
const times = { created_at: "2024-05-03T11:44:32.061Z", updated_at: "2025-07-28T06:44:29.642Z" };

/** An app in the list. */
function toolkitListItem(app: App): Toolkit {
  return {
    name: app.name,
    slug: app.key,
    auth_schemes: app.isNoAuth ? ["NO_AUTH"] : app.schemes.map(({ mode }) => mode),
    composio_managed_auth_schemes: managedSchemes(app),
    is_local_toolkit: false,
    meta: { description: app.description, logo: logoOf(app), categories: [{ id: categoryId(app), name: app.category }], ...times },
    no_auth: app.isNoAuth,
  };
}

/** An app by itself. An app without credentials has the scheme NO_AUTH here, and `no_auth` in the list. */
function toolkitAnswer(app: App, call: ApiCall): Toolkit {
  return {
    slug: app.key,
    name: app.name,
    enabled: true,
    composio_managed_auth_schemes: managedSchemes(app),
    is_local_toolkit: false,
    auth_config_details: app.isNoAuth ? [noAuth(app)] : app.schemes.map(schemeAnswer),
    // The list has `id` instead of `slug`.
    meta: { description: app.description, logo: logoOf(app), categories: [{ name: app.category, slug: categoryId(app) }], ...times },
    ...deprecated(call, { deprecated: {} }),
  };
}

function noAuth(app: App): ToolkitScheme {
  const none: FieldsByNeed = { required: [], optional: [] };
  return { mode: "NO_AUTH", name: `${app.key}_no_auth`, fields: { auth_config_creation: none, connected_account_initiation: none } };
}

function schemeAnswer(scheme: CatalogueScheme): ToolkitScheme {
  return {
    mode: scheme.mode,
    name: scheme.name,
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
    ...(isHidden && { user_visible: false }),
  }));
}
