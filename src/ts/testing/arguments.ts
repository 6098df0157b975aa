// Checks of what a test passes to the sandbox. Their messages name the argument as the caller wrote it.
import { nearest } from "../shared/nearest.js";
import { sandboxError } from "./sandbox-error.js";

/** What a value must be, in words, and the test of it. */
export type ArgumentRule = readonly [expected: string, fits: (value: unknown) => boolean];

/** Rules that several arguments share. */
export const rules = {
  text: ["a non-empty string", (value) => typeof value === "string" && value !== ""],
  anyText: ["a string", (value) => typeof value === "string"],
  flag: ["true or false", (value) => typeof value === "boolean"],
  function: ["a function", (value) => typeof value === "function"],
  url: ["a complete URL, such as `https://app.test/`", (value) => typeof value === "string" && /^https?:/.test(value) && URL.canParse(value)],
  list: ["an array", Array.isArray],
  object: ["an object", (value) => typeof value === "object" && value !== null && !Array.isArray(value)],
  ms: ["a number of milliseconds, at least 0", (value) => Number.isFinite(value) && Number(value) >= 0],
} satisfies Record<string, ArgumentRule>;

function shown(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return `\`${value}\``;
  if (value === null) return "null";
  return Array.isArray(value) ? "an array" : typeof value;
}

/** @throws `invalid_argument` unless the value follows the rule. */
export function requireRule([expected, fits]: ArgumentRule, name: string, value: unknown): void {
  if (!fits(value)) throw sandboxError("invalid_argument", `${name} must be ${expected}, got ${shown(value)}`);
}

/** @throws `invalid_argument` unless `given` is an object, its members are known, and those that are not undefined follow their rules. */
export function requireMembers(what: string, given: object, members: Readonly<Record<string, ArgumentRule>>): void {
  requireRule(rules.object, what, given);
  for (const name of Object.keys(given)) requireOneOf(`a member of ${what}`, name, Object.keys(members));
  for (const [name, value] of Object.entries(given)) if (value !== undefined) requireRule(members[name] as ArgumentRule, `\`${name}\` of ${what}`, value);
}

/** @throws `invalid_argument`, which names the nearest valid word, unless the word is valid. */
export function requireOneOf(what: string, word: unknown, valid: readonly string[]): void {
  if (valid.includes(word as string)) return;
  const text = String(word);
  throw sandboxError("invalid_argument", `\`${text}\` is not ${what}: did you mean \`${nearest(text, valid, () => Infinity)}\`? Valid: ${valid.join(", ")}`);
}
