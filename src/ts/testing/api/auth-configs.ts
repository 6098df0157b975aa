import { createAuthConfigRequest } from "../../platform/auth-configs.js";
import type { AuthConfig, CreatedAuthConfig } from "../../platform/auth-configs.js";
import { errorIds } from "../../platform/errors.js";
import type { JsonObject } from "../../platform/json.js";
import { listOf, text, type RequestProblem } from "../../platform/schema.js";
import { missingFields } from "../catalogue/apps.js";
import { jsonResponse } from "../json-response.js";
import { iso, newestFirst, type Integration, type Store } from "../store.js";
import { deprecated, type ApiCall, type ApiHandlers } from "./call.js";
import { ApiError, invalidRequest } from "./errors.js";
import { listPage } from "./list-page.js";
import { mask } from "./mask.js";
import { readBody } from "./request.js";
import { fieldAnswers, logoOf, requireToolkit } from "./toolkits.js";

export const authConfigHandlers = { listAuthConfigs, createAuthConfig, getAuthConfig } satisfies ApiHandlers;

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
    (!search || integration.name.toLowerCase().includes(search)));
  return listPage(query, newestFirst(found), 1000, (integration) => authConfigAnswer(integration, call));
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
  const { toolkit, auth_config } = await readBody(request, createAuthConfigRequest);
  const app = requireToolkit(store, toolkit.slug);
  const isManaged = auth_config.type === "use_composio_managed_auth";
  if (!isManaged && !auth_config.authScheme) throw invalidRequest([{ path: "auth_config.authScheme", message: "is required" }]);
  const scheme = app.schemes.find((scheme) => (isManaged ? scheme.isManaged : scheme.mode === auth_config.authScheme));
  if (!scheme) {
    const lack = isManaged ? "Composio-managed credentials" : String(auth_config.authScheme);
    throw new ApiError(errorIds.badRequest, `Toolkit ${app.key} has no ${lack}`);
  }
  const path = "auth_config.credentials";
  const credentials = isManaged ? {} : parseCredentials(auth_config.credentials ?? {}, path);
  const missing = isManaged ? [] : missingFields(scheme.developerFields, credentials);
  if (missing.length) throw invalidRequest(missing.map(({ name }) => ({ path: `${path}.${name}`, message: "is required" })));
  const integration = store.addIntegration({ app, scheme, name: auth_config.name ?? `${app.key}-${store.now()}`, isManaged, credentials });
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

/** Credentials are strings. Scopes may be a list of them. */
function parseCredentials(given: JsonObject, path: string): Record<string, string> {
  const problems: RequestProblem[] = [];
  const entries = Object.entries(given).map(([key, value]) => {
    const schema = Array.isArray(value) ? listOf(text) : text;
    return [key, String(schema(value, `${path}.${key}`, problems))];
  });
  if (problems.length) throw invalidRequest(problems);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** The auth config with this id. @throws {ApiError} where there is none, or it was deleted. */
export function requireAuthConfig(store: Store, id: string): Integration {
  const integration = store.integrations.find((integration) => integration.id === id);
  if (!integration || integration.isDeleted) throw new ApiError(errorIds.authConfigNotFound, "Auth config not found");
  return integration;
}

/** An auth config in the list, without its fields. */
function authConfigAnswer(integration: Integration, call: ApiCall): AuthConfig {
  return {
    id: integration.id,
    name: integration.name,
    type: integration.isManaged ? "default" : "custom",
    status: integration.isEnabled ? "ENABLED" : "DISABLED",
    toolkit: { slug: integration.app.key, logo: logoOf(integration.app) },
    auth_scheme: integration.scheme.mode,
    is_composio_managed: integration.isManaged,
    credentials: Object.fromEntries(Object.entries(integration.credentials).map(([key, value]) => [key, mask(value, false)])),
    no_of_connections: call.store.connectionsOf(integration),
    created_by: "sandbox",
    created_at: iso(integration.createdAtMs),
    last_updated_at: iso(integration.createdAtMs),
    ...deprecated(call, { uuid: integration.uuid, tool_access_config: {}, deprecated_params: { default_connector_id: null } }),
  };
}
