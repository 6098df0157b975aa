import type { AuthConfig, CreateAuthConfigRequest, CreatedAuthConfig } from "../platform/auth-configs.js";
import type { JsonObject } from "../platform/json.js";
import type { Toolkit } from "../platform/toolkits.js";
import { appFilter, listAllowed } from "./lists.js";
import { isAllowedApp, isAllowedIntegration, membersOf, ok, requireApp, requireIntegration, type GatewayCall, type Operations } from "./operation.js";
import { invalid } from "./refusal.js";
import { objectOf, type UpstreamAnswer } from "./upstream.js";
import { pick, viewAuthConfig, viewToolkit } from "./views.js";

/** Apps and integrations, which the platform calls toolkits and auth configs. */
export const appOperations: Operations = {
  listToolkits: { calls: ["apps.list"], query: ["search", "category", "sort_by", "limit", "cursor"], handle: listToolkits },
  getToolkit: { calls: ["apps.get"], handle: getToolkit },
  listAuthConfigs: {
    calls: ["integrations.list"],
    query: ["toolkit_slug", "is_composio_managed", "show_disabled", "search", "limit", "cursor"],
    handle: listAuthConfigs,
  },
  createAuthConfig: { calls: ["integrations.create"], handle: createAuthConfig },
  getAuthConfig: { calls: ["integrations.get"], handle: getAuthConfig },
};

const slugOf = ({ toolkit }: JsonObject) => pick<Toolkit>(toolkit, ["slug"]).slug;

async function listToolkits(call: GatewayCall): Promise<UpstreamAnswer> {
  const { search, category, sort_by } = call.query;
  return listAllowed(call, "listToolkits", {
    maxLimit: 1000,
    query: { search, category, sort_by },
    keyOf: ({ slug }) => slug,
    isAllowed: ({ slug }) => isAllowedApp(call, slug),
    view: viewToolkit,
  });
}

async function getToolkit(call: GatewayCall): Promise<UpstreamAnswer> {
  requireApp(call, call.id);
  const toolkit = await call.upstream.find("app", "getToolkit", call.id);
  requireApp(call, toolkit.slug);
  return ok(viewToolkit(toolkit));
}

async function listAuthConfigs(call: GatewayCall): Promise<UpstreamAnswer> {
  const { is_composio_managed, show_disabled, search } = call.query;
  const toolkit_slug = appFilter(call, call.query.toolkit_slug);
  return listAllowed(call, "listAuthConfigs", {
    maxLimit: 50,
    query: { toolkit_slug, is_composio_managed, show_disabled, search },
    keyOf: ({ id }) => id,
    isAllowed: (config) => isAllowedApp(call, slugOf(config)) && isAllowedIntegration(call, config.id),
    view: viewAuthConfig,
  });
}

async function getAuthConfig(call: GatewayCall): Promise<UpstreamAnswer> {
  return ok(viewAuthConfig(await findAuthConfig(call, call.id)));
}

/** The auth config with this id. @throws {Refusal} unless it and its app are allowed. */
export async function findAuthConfig(call: GatewayCall, id: string): Promise<JsonObject> {
  requireIntegration(call, id);
  const config = await call.upstream.find("integration", "getAuthConfig", id);
  if (config.id !== id) throw call.upstream.missing("integration");
  requireApp(call, slugOf(config), "integration");
  return config;
}

/** Creates an auth config without credentials: those of the developer never come from a page. */
async function createAuthConfig(call: GatewayCall): Promise<UpstreamAnswer> {
  const body = membersOf<CreateAuthConfigRequest>(call, ["toolkit", "auth_config"]);
  const slug = membersOf<CreateAuthConfigRequest["toolkit"]>(call, ["slug"], body.object("toolkit") ?? {}, "toolkit").requiredText("slug");
  const given = body.object("auth_config") ?? {};
  const config = membersOf<NonNullable<CreateAuthConfigRequest["auth_config"]>>(call, ["type", "authScheme", "credentials", "name"], given, "auth_config");
  if (Object.keys(config.object("credentials") ?? {}).length) throw invalid("credentials", "must be empty");
  const type = config.requiredText("type");
  if (!["use_composio_managed_auth", "use_custom_auth"].includes(type)) throw invalid("type", "must be use_composio_managed_auth or use_custom_auth");
  requireApp(call, slug);
  const custom = type === "use_custom_auth" && { authScheme: config.requiredText("authScheme"), credentials: {} };
  const answer = await call.upstream.ask("createAuthConfig", {
    body: { toolkit: { slug }, auth_config: { type, name: config.text("name"), ...custom } },
  });
  const { toolkit, auth_config } = objectOf(answer);
  return {
    status: answer.status,
    body: {
      toolkit: pick<CreatedAuthConfig["toolkit"]>(toolkit, ["slug"]),
      auth_config: pick<AuthConfig>(auth_config, ["id", "auth_scheme", "is_composio_managed"]),
    },
  };
}
