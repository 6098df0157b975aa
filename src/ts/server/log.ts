import { kindOf } from "./kind-of.js";

const maxCauses = 5;

/**
 * The default `onError`: one text on the console. It is made of names, messages and stacks alone, since other members of an error
 * may hold the request and with it the key.
 */
export function consoleLog(apiKey: string, holdsKey: (text: string) => boolean): (error: unknown) => void {
  const [plain, encoded] = [apiKey, encodeURIComponent(apiKey)].map((form) => form.replace(/\W/g, "\\$&"));
  // As a whole word: a short key is a part of others, and what is left of these would tell it.
  const key = new RegExp(`(?<![\\w-])(${plain}|${encoded})(?![\\w-])`, "g");
  return (error) => {
    const text = textOf(error).replace(key, "[apiKey]");
    console.error(`connect-flow gateway: ${holdsKey(text) ? "an error whose text holds the key" : text}`);
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
