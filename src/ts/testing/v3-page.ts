import { json } from "./answers.js";
import { invalid } from "./errors.js";
import type { Query } from "./input.js";

/** A page and the cursor of the next one, which is the text `page-limit` in base64. */
export function paged<T>(query: Query, items: T[], most: number, view: (item: T) => object): Response {
  const cursor = readCursor(query.text("cursor"));
  const limit = query.count("limit", cursor?.limit ?? 20, most);
  const page = cursor?.page ?? 1;
  const pages = Math.ceil(items.length / limit);
  return json(200, {
    items: items.slice((page - 1) * limit, page * limit).map(view),
    next_cursor: page < pages ? btoa(`${page + 1}-${limit}`) : null,
    total_pages: pages,
    current_page: page,
    total_items: items.length,
  });
}

function readCursor(cursor: string | undefined): { page: number; limit: number } | undefined {
  if (cursor === undefined) return undefined;
  let parts: RegExpMatchArray | null = null;
  try {
    parts = atob(cursor).match(/^([1-9]\d{0,8})-([1-9]\d{0,8})$/);
  } catch {
    // Not base64: refused below.
  }
  if (!parts) throw invalid([{ path: "cursor", message: "is not a cursor" }]);
  return { page: Number(parts[1]), limit: Number(parts[2]) };
}
