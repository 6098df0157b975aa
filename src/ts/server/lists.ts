import type { JsonObject } from "../platform/json.js";
import type { OperationName, QueryName } from "../platform/routes.js";
import { openCursor, sealCursor } from "./cursor.js";
import { ok, requireAction, requireApp, requireIntegration, type GatewayCall } from "./operation.js";
import { badAnswer } from "./refusal.js";
import { itemsOf, nextCursorOf, type UpstreamAnswer } from "./upstream.js";

/** The platform's own default. */
const defaultLimit = 20;
const maxPages = 20;

interface AllowedList<Name extends OperationName> {
  /** The longest page that the platform gives. */
  maxLimit: number;
  /** Filters, already checked. */
  query: { [Parameter in QueryName<Name>]?: string | undefined };
  keyOf: (item: JsonObject) => unknown;
  isAllowed: (item: JsonObject) => boolean;
  view: (item: JsonObject) => JsonObject;
}

/**
 * One page of the allowed items of a list. The platform cannot filter by everything that is allowed, and its pages and totals would reveal the
 * rest. So the gateway reads the whole list and cuts its own pages.
 */
export async function listAllowed<Name extends "listToolkits" | "listAuthConfigs">(
  call: GatewayCall, name: Name, { maxLimit, query, keyOf, isAllowed, view }: AllowedList<Name>,
): Promise<UpstreamAnswer> {
  const start = Number((await openCursor(call)) ?? 0);
  const found = new Map<unknown, JsonObject>();
  let cursor: string | undefined;
  for (let page = 0; call.rules.apps.size > 0; page += 1) {
    if (page === maxPages) throw badAnswer(new Error(`The platform's list has more than ${maxPages} pages of ${maxLimit}`));
    const answer = await call.upstream.ask(name, { query: { ...query, limit: String(maxLimit), cursor } });
    // An item that is added meanwhile moves another to the next page, which then repeats it.
    for (const item of itemsOf(answer).filter(isAllowed)) found.set(keyOf(item), item);
    const next = nextCursorOf(answer);
    if (next === undefined || next === cursor) break;
    cursor = next;
  }
  const items = [...found.values()];
  const size = Number(call.query.limit ?? defaultLimit);
  const end = start + size;
  return ok({
    items: items.slice(start, end).map(view),
    next_cursor: end < items.length ? await sealCursor(call, String(end)) : null,
    total_pages: Math.ceil(items.length / size),
    current_page: Math.floor(start / size) + 1,
    total_items: items.length,
  });
}

/** The filter by apps: those that the page names, or all that are allowed. @throws {Refusal} for an app that is not allowed. */
export function appFilter(call: GatewayCall, given: string | undefined): string {
  return filterOf(given, call.rules.apps, (slug) => requireApp(call, slug)) ?? "";
}

/** The filter by integrations; undefined where every integration is allowed and the page names none. */
export function integrationFilter(call: GatewayCall, given: string | undefined): string | undefined {
  return filterOf(given, call.rules.integrations, (id) => requireIntegration(call, id));
}

/** The allowed actions: those that the page names, or all. @throws {Refusal} for an action that is not allowed. */
export function actionFilter(call: GatewayCall, given: string | undefined): string[] {
  const names = filterOf(given, call.rules.actions, (name) => requireAction(call, name)) ?? "";
  return [...new Set(names.split(","))];
}

function filterOf(given: string | undefined, allowed: ReadonlySet<string> | undefined, require: (name: string) => void): string | undefined {
  if (given === undefined || given === "") return allowed && [...allowed].join(",");
  given.split(",").forEach(require);
  return given;
}
