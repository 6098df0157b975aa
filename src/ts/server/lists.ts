import { openCursor, sealCursor } from "./cursor.js";
import type { Json } from "./input.js";
import { ok, requireApp, requireIntegration, type Call } from "./operation.js";
import { bad, itemsOf, nextCursorOf, type Answer } from "./platform.js";

/** The platform's own, where a request names none. */
const defaultLimit = 20;
const maxPages = 20;

interface Whole {
  path: string;
  /** The longest page that the platform gives. */
  limit: number;
  /** Filters, checked. */
  query: Record<string, string | undefined>;
  keyOf: (item: Json) => unknown;
  isKept: (item: Json) => boolean;
  view: (item: Json) => Json;
}

/**
 * A page of what is allowed of a list at the platform. The platform cannot filter by all that is not allowed, and its pages and totals
 * would tell about the rest: the list is read to its end, and cut into pages here.
 */
export async function pageOf(call: Call, { path, limit, query, keyOf, isKept, view }: Whole): Promise<Answer> {
  const start = Number((await openCursor(call)) ?? 0);
  const found = new Map<unknown, Json>();
  let cursor: string | undefined;
  for (let page = 0; call.rules.apps.size > 0; page += 1) {
    if (page === maxPages) throw bad(new Error(`The platform's list has more than ${maxPages} pages of ${limit}`));
    const answer = await call.platform.ask("GET", path, { query: { ...query, limit: String(limit), cursor } });
    // What is added meanwhile moves the rest to the next page, where it comes once more.
    for (const item of itemsOf(answer).filter(isKept)) found.set(keyOf(item), item);
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

/** The filter by apps, which are all that are allowed where the page names none. @throws {Refusal} about one that is not allowed. */
export function appFilter(call: Call, given: string | undefined): string {
  return filter(given, call.rules.apps, (slug) => requireApp(call, slug)) ?? "";
}

/** The same by integrations; undefined where any is allowed and the page names none. */
export function integrationFilter(call: Call, given: string | undefined): string | undefined {
  return filter(given, call.rules.integrations, (id) => requireIntegration(call, id));
}

function filter(given: string | undefined, allowed: ReadonlySet<string> | undefined, require: (name: string) => void): string | undefined {
  if (given === undefined || given === "") return allowed && [...allowed].join(",");
  given.split(",").forEach(require);
  return given;
}
