import { misuse } from "./misuse.js";

/** Rejects members that are not known, by name: a misspelt member must not pass as a missing one. */
export function requireKnown(what: string, given: object, known: readonly string[]): void {
  if (typeof given !== "object" || given === null) throw misuse("invalid_argument", `${what} must be an object, got ${given === null ? "null" : typeof given}`);
  for (const name of Object.keys(given)) requireWord(`a member of ${what}`, name, known);
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

/** Rejects what is no number of milliseconds; undefined is none. */
export function requireMs(name: string, value: unknown): void {
  if (value === undefined || (typeof value === "number" && value >= 0)) return;
  throw misuse("invalid_argument", `\`${name}\` must be a number of milliseconds from 0 on, got ${typeof value === "number" ? value : typeof value}`);
}
