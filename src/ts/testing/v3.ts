import { json } from "./answers.js";
import { missing } from "./apps.js";
import { ApiError, invalid, type Problem } from "./errors.js";
import { listOf, object, oneOf, optional, parse, readJson, record, text } from "./input.js";
import type { Call, Route } from "./router.js";
import { newestFirst, type Store } from "./store.js";
import { accountRoutesV3, authConfigOf } from "./v3-accounts.js";
import { paged } from "./v3-page.js";
import { toolRoutesV3 } from "./v3-tools.js";
import { categoryId, deprecated, viewAuthConfig, viewFields, viewToolkit, viewToolkitItem } from "./v3-view.js";

/** The API, v3.1 and v3. Paths follow the prefix `/api/v3.1` or `/api/v3`. */
export const v3Routes: Route[] = [
  ["GET", "/toolkits", listToolkits, "search category managed_by sort_by include_deprecated limit cursor"],
  ["GET", "/toolkits/:slug", getToolkit, "version"],
  ["GET", "/auth_configs", listAuthConfigs, "toolkit_slug is_composio_managed show_disabled search limit cursor"],
  ["POST", "/auth_configs", createAuthConfig],
  ["GET", "/auth_configs/:id", getAuthConfig],
  ...accountRoutesV3,
  ...toolRoutesV3,
];

function listToolkits({ query, store }: Call): Response {
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
  return paged(query, found, 1000, viewToolkitItem);
}

function getToolkit(call: Call): Response {
  return json(200, viewToolkit(appOf(call.store, call.params.slug as string), call));
}

function listAuthConfigs(call: Call): Response {
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
  return paged(query, newestFirst(found), 1000, (integration) => viewAuthConfig(integration, call));
}

function getAuthConfig(call: Call): Response {
  const integration = authConfigOf(call.store, call.params.id as string);
  return json(200, {
    ...viewAuthConfig(integration, call),
    expected_input_fields: viewFields(integration.scheme.userFields).map((field) => ({
      ...field, is_secret: integration.scheme.userFields.find(({ name }) => name === field.name)?.isSecret ?? false,
    })),
  });
}

const authConfigBody = object({
  toolkit: object({ slug: text }),
  auth_config: object({
    type: oneOf("use_composio_managed_auth", "use_custom_auth"),
    name: optional(text),
    authScheme: optional(text),
    credentials: optional(record),
    proxy_config: optional(record),
    tool_access_config: optional(record),
  }),
});

async function createAuthConfig(call: Call): Promise<Response> {
  const { request, store } = call;
  const { toolkit, auth_config } = parse(authConfigBody, await readJson(request));
  const app = appOf(store, toolkit.slug);
  const isManaged = auth_config.type === "use_composio_managed_auth";
  if (!isManaged && !auth_config.authScheme) throw invalid([{ path: "auth_config.authScheme", message: "is required" }]);
  const scheme = app.schemes.find((scheme) => (isManaged ? scheme.isManaged : scheme.mode === auth_config.authScheme));
  if (!scheme) {
    const lack = isManaged ? "Composio-managed credentials" : String(auth_config.authScheme);
    throw new ApiError(400, `Toolkit ${app.key} has no ${lack}`, { code: 600 });
  }
  const path = "auth_config.credentials";
  const credentials = isManaged ? {} : readCredentials(auth_config.credentials ?? {}, path);
  const absent = isManaged ? [] : missing(scheme.developerFields, credentials);
  if (absent.length) throw invalid(absent.map(({ name }) => ({ path: `${path}.${name}`, message: "is required" })));
  const integration = store.addIntegration({ app, scheme, name: auth_config.name ?? `${app.key}-${store.now()}`, isManaged, credentials });
  return json(201, {
    toolkit: { slug: app.key },
    auth_config: {
      id: integration.id,
      auth_scheme: scheme.mode,
      is_composio_managed: isManaged,
      ...deprecated(call, { restrict_to_following_tools: [] }),
    },
  });
}

/** Credentials are texts; scopes may be a list. */
function readCredentials(given: Record<string, unknown>, path: string): Record<string, string> {
  const problems: Problem[] = [];
  const entries = Object.entries(given).map(([key, value]) => {
    const check = Array.isArray(value) ? listOf(text) : text;
    return [key, String(check(value, `${path}.${key}`, problems))];
  });
  if (problems.length) throw invalid(problems);
  return Object.fromEntries(entries) as Record<string, string>;
}

function appOf(store: Store, slug: string) {
  const app = store.app(slug);
  if (!app) throw new ApiError(404, `Toolkit with slug "${slug}" not found`);
  return app;
}
