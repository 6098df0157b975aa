import { kindOf } from "./kind-of.js";

const maxCauses = 5;

/**
 * The default `onError`, which prints one string to the console. The string contains only names, messages, stacks and codes, because other members of
 * an error may contain the request, and with it the key.
 */
export function consoleLog(apiKey: string, holdsKey: (text: string) => boolean): (error: unknown) => void {
  const [plain, encoded] = [apiKey, encodeURIComponent(apiKey)].map((form) => form.replace(/\W/g, "\\$&"));
  // As a whole word. Removed from inside longer words, a short key could be guessed from the rest.
  const key = new RegExp(`(?<![\\w-])(${plain}|${encoded})(?![\\w-])`, "g");
  return (error) => {
    const text = textOf(error).replace(key, "[apiKey]");
    console.error(`connect-flow gateway: ${holdsKey(text) ? "an error whose text contains the key" : text}`);
  };
}

function textOf(error: unknown, depth = 0): string {
  if (typeof error === "string") return error;
  if (!(error instanceof Error)) return `thrown: ${kindOf(error)}`;
  const { name, message, stack, cause } = error;
  const { code } = error as { code?: unknown };
  const own = `${stack?.includes(message) ? stack : `${name}: ${message}`}${typeof code === "string" ? ` (${code})` : ""}`;
  return cause === undefined || depth === maxCauses ? own : `${own}\ncaused by ${textOf(cause, depth + 1)}`;
}
