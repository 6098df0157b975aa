import { createAuthConfigRequest, updateAuthConfigRequest } from "../../platform/auth-configs.js";
import type { AuthConfig, ChangedAuthConfig, CreatedAuthConfig } from "../../platform/auth-configs.js";
import { errorIds } from "../../platform/errors.js";
import type { JsonObject } from "../../platform/json.js";
import { anyText, listOf, text, type RequestProblem } from "../../platform/schema.js";
import { missingFields } from "../catalogue/apps.js";
import { jsonResponse } from "../json-response.js";
import { iso, nano, newestFirst, type Integration, type Store } from "../store.js";
import { badRequest } from "./account-errors.js";
import { deprecated, type ApiCall, type ApiHandlers } from "./call.js";
import { ApiError, invalidRequest } from "./errors.js";
import { listPage } from "./list-page.js";
import { mask } from "./mask.js";
import { readBody } from "./request.js";
import { fieldAnswers, logoOf, requireToolkit } from "./toolkits.js";

export const authConfigHandlers = {
  listAuthConfigs, createAuthConfig, getAuthConfig, updateAuthConfig, deleteAuthConfig,
  enableAuthConfig: (call) => setEnabled(call, true),
  disableAuthConfig: (call) => setEnabled(call, false),
} satisfies ApiHandlers;

function listAuthConfigs(call: ApiCall): Response {
  const { query, store } = call;
  const slugs = query.list("toolkit_slug");
  const isManaged = query.flag("is_composio_managed");
  const isDisabledShown = query.flag("show_disabled") ?? false;
  const search = query.text("search")?.toLowerCase();
  const found = store.integrations.filter((integration) =>
    !integration.isDeleted &&
    (isDisabledShown || integration.isEnabled) &&
    (!slugs || slugs.includes(integration.app.key)) &&
    (isManaged === undefined || integration.isManaged === isManaged) &&
    (!search || `${integration.name} ${integration.id}`.toLowerCase().includes(search)));
  return listPage(query, newestFirst(found), 200, (integration) => authConfigAnswer(integration, call));
}

function getAuthConfig(call: ApiCall): Response {
  const integration = requireAuthConfig(call.store, call.id);
  return jsonResponse<AuthConfig>(200, {
    ...authConfigAnswer(integration, call),
    expected_input_fields: fieldAnswers(integration.scheme.userFields).map((field) => ({
      ...field, is_secret: integration.scheme.userFields.find(({ name }) => name === field.name)?.isSecret ?? false,
    })),
  });
}

async function createAuthConfig(call: ApiCall): Promise<Response> {
  const { request, store } = call;
  const { toolkit, auth_config = { type: "use_composio_managed_auth" as const } } = await readBody(request, createAuthConfigRequest);
  const app = requireToolkit(store, toolkit.slug);
  const isManaged = auth_config.type === "use_composio_managed_auth";
  const { authScheme, credentials: given = {}, name, type: _, ...settings } = { authScheme: undefined, credentials: undefined, name: undefined, ...auth_config };
  if (!isManaged && !authScheme) throw invalidRequest([{ path: "auth_config.authScheme", message: "is required" }]);
  const scheme = app.schemes.find((scheme) => (isManaged ? scheme.isManaged : scheme.mode === authScheme));
  if (!scheme) {
    if (isManaged) throw new ApiError(errorIds.noManagedCredentials, `Default auth config not found for toolkit ${app.key}. Create one with your own credentials.`);
    throw badRequest(`Toolkit ${app.key} has no ${authScheme}`);
  }
  const path = "auth_config.credentials";
  const credentials = parseCredentials(given, path);
  const known = isManaged ? ["scopes", "user_scopes"] : Object.keys(credentials);
  const unknown = Object.keys(credentials).filter((name) => !known.includes(name));
  if (unknown.length) throw invalidRequest(unknown.map((name) => ({ path: `${path}.${name}`, message: "is not a known property" })));
  const missing = isManaged ? [] : missingFields(scheme.developerFields, credentials);
  if (missing.length) throw invalidRequest(missing.map(({ name }) => ({ path: `${path}.${name}`, message: "is required" })));
  const integration = store.addIntegration({
    app, scheme, isManaged, credentials, settings: defined(settings), name: name ?? `${app.key}_${store.integrations.length + 1}`,
  });
  return jsonResponse<CreatedAuthConfig>(201, {
    toolkit: { slug: app.key },
    auth_config: {
      id: integration.id,
      auth_scheme: scheme.mode,
      is_composio_managed: isManaged,
      ...deprecated(call, { restrict_to_following_tools: [] }),
    },
  });
}

/** Changes an auth config. Members that are left out stay unchanged. */
async function updateAuthConfig({ request, id, store }: ApiCall): Promise<Response> {
  const { type, name, credentials, scopes, user_scopes, ...settings } = await readBody(request, updateAuthConfigRequest);
  const integration = requireAuthConfig(store, id);
  const wanted = integration.isManaged ? "default" : "custom";
  if (type !== wanted) throw invalidRequest([{ path: "type", message: `must be ${wanted}` }]);
  const alien = Object.keys(defined(integration.isManaged ? { credentials } : { scopes, user_scopes }));
  if (alien.length) throw invalidRequest(alien.map((path) => ({ path, message: `is not a property of the type ${wanted}` })));
  Object.assign(integration, {
    ...(name !== undefined && { name }),
    credentials: { ...integration.credentials, ...parseCredentials(defined({ ...credentials, scopes, user_scopes, ...credentials }), "credentials") },
    settings: { ...integration.settings, ...defined(settings) },
    updatedAtMs: store.now(),
  });
  return changed("Auth config updated");
}

function setEnabled({ id, store }: ApiCall, isEnabled: boolean): Response {
  Object.assign(requireAuthConfig(store, id), { isEnabled, updatedAtMs: store.now() });
  return changed(`Auth config ${isEnabled ? "enabled" : "disabled"}`);
}

function deleteAuthConfig({ id, store, query }: ApiCall): Response {
  const mustRevoke = query.flag("revoke_on_delete") ?? false;
  requireAuthConfig(store, id).isDeleted = true;
  return changed("Auth config deleted", mustRevoke ? { revoke_job_id: `pj_${nano(12)}` } : {});
}

function changed(message: string, more: { revoke_job_id?: string } = {}): Response {
  return jsonResponse<ChangedAuthConfig>(200, { success: true, message, ...more });
}

const defined = (members: object): JsonObject => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));

/** Credentials are strings. Scopes may be a list of them. Empty text removes one. */
function parseCredentials(given: JsonObject, path: string): Record<string, string> {
  const problems: RequestProblem[] = [];
  const entries = Object.entries(given).map(([key, value]) => {
    const schema = Array.isArray(value) ? listOf(text) : anyText;
    return [key, String(schema(value, `${path}.${key}`, problems))];
  });
  if (problems.length) throw invalidRequest(problems);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** The auth config with this id. @throws {ApiError} if there is none, or it was deleted. */
export function requireAuthConfig(store: Store, id: string): Integration {
  const integration = store.integrations.find((integration) => integration.id === id);
  if (!integration || integration.isDeleted) throw new ApiError(errorIds.authConfigNotFound, "Auth config not found");
  return integration;
}

/** An auth config in the list, without its fields. */
function authConfigAnswer(integration: Integration, call: ApiCall): AuthConfig {
  const { tool_access_config = {}, restrict_to_following_tools = [], ...settings } = integration.settings;
  return {
    id: integration.id,
    name: integration.name,
    type: integration.isManaged ? "default" : "custom",
    status: integration.isEnabled ? "ENABLED" : "DISABLED",
    toolkit: { slug: integration.app.key, logo: logoOf(integration.app) },
    auth_scheme: integration.scheme.mode,
    is_composio_managed: integration.isManaged,
    credentials: maskedCredentials(integration),
    no_of_connections: call.store.connectionsOf(integration),
    created_by: "sandbox",
    created_at: iso(integration.createdAtMs),
    last_updated_at: iso(integration.updatedAtMs),
    ...settings,
    ...deprecated(call, { uuid: integration.uuid, tool_access_config, restrict_to_following_tools, deprecated_params: { default_connector_id: null } } as Partial<AuthConfig>),
  };
}

/** The names of OAuth clients stay readable. */
function maskedCredentials({ credentials, isManaged }: Integration): JsonObject {
  const isClear = (key: string) => !isManaged && ["client_id", "consumer_key"].includes(key);
  return Object.fromEntries(Object.entries(credentials).map(([key, value]) => [key, isClear(key) ? value : mask(value, isManaged)]));
}
