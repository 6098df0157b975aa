import { misuse } from "./misuse.js";

/** What a member must be, in words, and whether a value is. */
export type Check = readonly [expected: string, fits: (value: unknown) => boolean];

export const text: Check = ["text that is not empty", (value) => typeof value === "string" && value !== ""];
export const anyText: Check = ["text", (value) => typeof value === "string"];
export const flag: Check = ["true or false", (value) => typeof value === "boolean"];
export const aFunction: Check = ["a function", (value) => typeof value === "function"];
export const list: Check = ["an array", Array.isArray];
export const ms: Check = ["a number of milliseconds from 0 on", (value) => Number.isFinite(value) && Number(value) >= 0];

const shown = (value: unknown) => (typeof value === "number" ? String(value) : typeof value === "string" ? `\`${value}\`` : value === null ? "null" : Array.isArray(value) ? "an array" : typeof value);

/** Rejects a value that is not what it must be. */
export function requireFit([expected, fits]: Check, name: string, value: unknown): void {
  if (!fits(value)) throw misuse("invalid_argument", `${name} must be ${expected}, got ${shown(value)}`);
}

/** Rejects members that are not known, by name: a misspelt member must not pass as a missing one. */
export function requireKnown(what: string, given: object, known: readonly string[]): void {
  requireFit(["an object", (value) => typeof value === "object" && value !== null && !Array.isArray(value)], what, given);
  for (const name of Object.keys(given)) requireWord(`a member of ${what}`, name, known);
}

/** Rejects members that are not known, and values that are not what they must be; undefined is none. */
export function requireMembers(what: string, given: object, checks: Readonly<Record<string, Check>>): void {
  requireKnown(what, given, Object.keys(checks));
  for (const [name, value] of Object.entries(given)) if (value !== undefined) requireFit(checks[name] as Check, `\`${name}\` of ${what}`, value);
}

/** Rejects a word that is not one of those known, and names the nearest of them. */
export function requireWord(what: string, word: unknown, known: readonly string[]): void {
  if (known.includes(word as string)) return;
  const text = String(word);
  const [nearest] = [...known].sort((a, b) => distance(text, a) - distance(text, b));
  throw misuse("invalid_argument", `\`${text}\` is not ${what}; did you mean \`${nearest}\`? There are: ${known.join(", ")}`);
}

/** How many letters have to be added, removed or exchanged to make one word of the other, without regard to case. */
function distance(from: string, to: string): number {
  const [a, b] = [from.toLowerCase(), to.toLowerCase()];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const exchanged = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
