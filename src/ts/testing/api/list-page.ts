import type { ListAnswer } from "../../platform/list-answer.js";
import { jsonResponse } from "../json-response.js";
import { invalidRequest } from "./errors.js";
import type { Query } from "./request.js";

/** One page of a list. The cursor of the next page is `page-limit` in base64, as on the platform. */
export function listPage<Item, Answer>(query: Query, items: Item[], maxLimit: number, answerOf: (item: Item) => Answer): Response {
  const cursor = parseCursor(query.text("cursor"));
  const limit = query.count("limit", cursor?.limit ?? 20, maxLimit);
  const page = cursor?.page ?? 1;
  const pages = Math.ceil(items.length / limit);
  const body: ListAnswer<Answer> = {
    items: items.slice((page - 1) * limit, page * limit).map(answerOf),
    next_cursor: page < pages ? btoa(`${page + 1}-${limit}`) : null,
    total_pages: pages,
    current_page: page,
    total_items: items.length,
  };
  return jsonResponse(200, body);
}

function parseCursor(cursor: string | undefined): { page: number; limit: number } | undefined {
  if (cursor === undefined) return undefined;
  let parts: RegExpMatchArray | null = null;
  try {
    parts = atob(cursor).match(/^([1-9]\d{0,8})-([1-9]\d{0,8})$/);
  } catch {
    // Not base64: refused below.
  }
  if (!parts) throw invalidRequest([{ path: "cursor", message: "is not a cursor" }]);
  return { page: Number(parts[1]), limit: Number(parts[2]) };
}
