import type { AuthConfig, CreatedAuthConfig } from "../../platform/answers.js";
import { errorIds } from "../../platform/errors.js";
import type { JsonObject } from "../../platform/json.js";
import { createAuthConfigRequest } from "../../platform/requests.js";
import { listOf, text, type RequestProblem } from "../../platform/schema.js";
import { missingFields } from "../catalogue/apps.js";
import { jsonResponse } from "../json-response.js";
import { newestFirst, type Integration, type Store } from "../store.js";
import { deprecated, authConfigAnswer, fieldAnswers } from "./answers.js";
import type { ApiCall } from "./call.js";
import { ApiError, invalidRequest } from "./errors.js";
import { listPage } from "./list-page.js";
import { readBody } from "./request.js";
import { requireToolkit } from "./toolkits.js";

export function listAuthConfigs(call: ApiCall): Response {
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

export function getAuthConfig(call: ApiCall): Response {
  const integration = requireAuthConfig(call.store, call.id);
  return jsonResponse<AuthConfig>(200, {
    ...authConfigAnswer(integration, call),
    expected_input_fields: fieldAnswers(integration.scheme.userFields).map((field) => ({
      ...field, is_secret: integration.scheme.userFields.find(({ name }) => name === field.name)?.isSecret ?? false,
    })),
  });
}

export async function createAuthConfig(call: ApiCall): Promise<Response> {
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
