import { type Json } from "./input.js";
import { appFilter, pageOf } from "./lists.js";
import { isAllowedApp, isAllowedIntegration, membersOf, ok, requireApp, requireIntegration, type Call, type Operation } from "./operation.js";
import { objectOf, type Answer } from "./platform.js";
import { invalid } from "./refusal.js";
import { pick, viewApp, viewConfig } from "./views.js";

const toolkits = "/toolkits";
const configs = "/auth_configs";

/** Apps and integrations: toolkits and auth configs, as the platform calls them. */
export const appOperations: Operation[] = [
  { method: "GET", path: toolkits, calls: ["apps.list"], query: "search category sort_by limit cursor", handle: listToolkits },
  { method: "GET", path: `${toolkits}/:id`, calls: ["apps.get"], handle: async (call) => ok(viewApp(await toolkitOf(call, call.id))) },
  { method: "GET", path: configs, calls: ["integrations.list"], query: "toolkit_slug is_composio_managed show_disabled search limit cursor", handle: listConfigs },
  { method: "POST", path: configs, calls: ["integrations.create"], handle: createConfig },
  { method: "GET", path: `${configs}/:id`, calls: ["integrations.get"], handle: async (call) => ok(viewConfig(await configOf(call, call.id))) },
];

const slugOf = ({ toolkit }: Json) => pick(toolkit, "slug").slug;

async function listToolkits(call: Call): Promise<Answer> {
  const { search, category, sort_by } = call.query;
  return pageOf(call, {
    path: toolkits, limit: 1000, query: { search, category, sort_by }, keyOf: (app) => app.slug, view: viewApp,
    isKept: (app) => isAllowedApp(call, app.slug),
  });
}

async function toolkitOf(call: Call, slug: string): Promise<Json> {
  requireApp(call, slug);
  const found = await call.platform.look("app", toolkits, slug);
  requireApp(call, found.slug);
  return found;
}

async function listConfigs(call: Call): Promise<Answer> {
  const { is_composio_managed, show_disabled, search } = call.query;
  const toolkit_slug = appFilter(call, call.query.toolkit_slug);
  return pageOf(call, {
    path: configs, limit: 50, query: { toolkit_slug, is_composio_managed, show_disabled, search }, keyOf: (config) => config.id, view: viewConfig,
    isKept: (config) => isAllowedApp(call, slugOf(config)) && isAllowedIntegration(call, config.id),
  });
}

/** The integration with this id, if it is allowed and of an app that is. */
export async function configOf(call: Call, id: string): Promise<Json> {
  requireIntegration(call, id);
  const found = await call.platform.look("integration", configs, id);
  if (found.id !== id) throw call.platform.missing("integration");
  requireApp(call, slugOf(found), "integration");
  return found;
}

/** Developers' credentials do not come from pages. */
async function createConfig(call: Call): Promise<Answer> {
  const body = membersOf(call, ["toolkit", "auth_config"]);
  const slug = membersOf(call, ["slug"], body.object("toolkit") ?? {}, "toolkit").requiredText("slug");
  const config = membersOf(call, ["type", "authScheme", "credentials", "name"], body.object("auth_config") ?? {}, "auth_config");
  if (Object.keys(config.object("credentials") ?? {}).length) throw invalid("credentials", "must be empty");
  const type = config.requiredText("type");
  if (!["use_composio_managed_auth", "use_custom_auth"].includes(type)) throw invalid("type", "must be use_composio_managed_auth or use_custom_auth");
  requireApp(call, slug);
  const custom = type === "use_custom_auth" && { authScheme: config.requiredText("authScheme"), credentials: {} };
  const answer = await call.platform.ask("POST", configs, {
    body: { toolkit: { slug }, auth_config: { type, name: config.text("name"), ...custom } },
  });
  const { toolkit, auth_config } = objectOf(answer);
  return {
    status: answer.status,
    body: { toolkit: pick(toolkit, "slug"), auth_config: pick(auth_config, "id auth_scheme is_composio_managed") },
  };
}
