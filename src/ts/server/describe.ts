/** Names the kind of a value for an error message, and never the value itself. It may be a secret. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string") return value === "" ? "an empty text" : "a text";
  if (typeof value !== "object") return `a ${typeof value}`;
  return withArticle(classOf(value));
}

const withArticle = (name: string): string => `${/^[aeio]/i.test(name) ? "an" : "a"} ${name}`;

function classOf(value: object): string {
  try {
    if (Array.isArray(value)) return "array";
    const { constructor } = value;
    const name = typeof constructor === "function" ? constructor.name : "";
    return /^[A-Z]\w{0,40}$/.test(name) && name !== "Object" ? name : "object";
  } catch {
    // A proxy or a getter that throws.
    return "object";
  }
}

/** The valid name that a misspelt one is most likely meant to be; undefined when none is close. */
export function nearest(name: string, valid: readonly string[]): string | undefined {
  const [best] = valid
    .map((candidate) => ({ candidate, edits: editsBetween(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= Math.max(1, Math.floor(Math.min(name.length, candidate.length) / 3)))
    .sort((one, other) => one.edits - other.edits);
  return best?.candidate;
}

/** Levenshtein's distance, with two neighbours that are swapped as one edit. */
function editsBetween(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1];
      let edits = Math.min((last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, (last[column - 1] ?? 0) + (isSame ? 0 : 1));
      const isSwapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwapped) edits = Math.min(edits, (beforeLast[column - 2] ?? 0) + 1);
      current.push(edits);
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length] ?? 0;
}
