/** One page of a list. */
export interface ListAnswer<Item> {
  items: Item[];
  next_cursor: string | null;
  total_pages?: number;
  current_page?: number;
  total_items?: number;
}
