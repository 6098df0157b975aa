/** The request line of one operation. */
export interface Route {
  method: "GET" | "POST" | "PATCH" | "DELETE";
  /** The path after `/api/v3.1`. `:id` stands for one segment. */
  path: string;
  /** The parameters that the query may have. Default: none. */
  query?: readonly string[];
  /** The version that has it first. Default: both have it. */
  since?: "v3.1";
}

/** Routes by the names of their operations. */
export type Routes = Readonly<Record<string, Route>>;
