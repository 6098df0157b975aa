import { errorIds } from "../../platform/errors.js";
import type { App } from "../catalogue/apps.js";
import { jsonResponse } from "../json-response.js";
import type { Store } from "../store.js";
import { categoryId, toolkitAnswer, toolkitListItem } from "./answers.js";
import type { ApiCall } from "./call.js";
import { ApiError } from "./errors.js";
import { listPage } from "./list-page.js";

export function listToolkits({ query, store }: ApiCall): Response {
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

export function getToolkit(call: ApiCall): Response {
  return jsonResponse(200, toolkitAnswer(requireToolkit(call.store, call.id), call));
}

/** The app with this slug. @throws {ApiError} where there is none. */
export function requireToolkit(store: Store, slug: string): App {
  const app = store.app(slug);
  if (!app) throw new ApiError(errorIds.toolkitNotFound, `Toolkit with slug "${slug}" not found`);
  return app;
}
