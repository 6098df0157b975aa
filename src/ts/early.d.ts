/**
 * The requests that a flow sends for the fields of an app, as paths with queries. The build inserts this function: it records what the module requests.
 */
export function pathsOf(app: string): string[];
