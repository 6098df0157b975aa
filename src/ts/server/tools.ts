import type { JsonObject } from "../platform/json.js";
import { isObject } from "../platform/json.js";
import type { Tool } from "../platform/tools.js";
import { openCursor, sealCursor } from "./cursor.js";
import { actionFilter } from "./lists.js";
import { isAllowedApp, ok, requireApp, type GatewayCall, type Operations } from "./operation.js";
import { itemsOf, type UpstreamAnswer } from "./upstream.js";
import { appOf, pick } from "./views.js";

/** What agents may run. Everybody who may run an action may also list it. */
export const toolOperations: Operations = {
  listTools: { calls: ["executeAction"], query: ["toolkit_slug", "tool_slugs", "toolkit_versions", "limit", "cursor"], handle: listTools },
};

/** Names of actions are up to 200 characters long, and all of a page stand in one URL. */
const maxPage = 50;

/** Lists the allowed actions. The gateway cuts its own pages of their names, so the platform's pages and totals reveal nothing else. */
async function listTools(call: GatewayCall): Promise<UpstreamAnswer> {
  const { toolkit_slug = "", tool_slugs, toolkit_versions, limit } = call.query;
  if (toolkit_slug !== "") requireApp(call, toolkit_slug);
  const names = actionFilter(call, tool_slugs);
  const start = Number((await openCursor(call)) ?? 0);
  const end = start + Math.min(Number(limit ?? maxPage), maxPage);
  const page = names.slice(start, end);
  // With an empty filter, the platform would list everything.
  if (!page.length) return ok({ items: [], next_cursor: null });
  const answer = await call.upstream.ask("listTools", { query: { tool_slugs: page.join(","), toolkit_versions, limit: String(page.length) } });
  const isShown = (tool: JsonObject) => {
    const app = appOf(tool);
    return page.includes(String(tool.slug)) && isAllowedApp(call, app) && (toolkit_slug === "" || app?.toLowerCase() === toolkit_slug.toLowerCase());
  };
  return ok({
    items: itemsOf(answer).filter(isShown).map(viewTool),
    next_cursor: end < names.length ? await sealCursor(call, String(end)) : null,
  });
}

/** The schema of the input passes as it is: it describes an action that the page may run. */
function viewTool(tool: JsonObject): JsonObject {
  const { input_parameters } = tool;
  return {
    ...pick<Tool>(tool, ["slug", "name", "description", "no_auth", "version"]),
    toolkit: pick<Tool["toolkit"]>(tool.toolkit, ["slug"]),
    input_parameters: isObject(input_parameters) ? input_parameters : undefined,
  };
}
