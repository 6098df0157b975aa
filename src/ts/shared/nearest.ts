/**
 * The valid name that is closest to a misspelt one; undefined if none is close. Case does not matter.
 * @param maxEdits how many letters may be added, removed, replaced or swapped. Default: a third of the shorter name, and at least one.
 */
export function nearest(name: string, valid: readonly string[], maxEdits = (candidate: string) => Math.max(1, Math.floor(Math.min(name.length, candidate.length) / 3))): string | undefined {
  const [best] = valid
    .map((candidate) => ({ candidate, edits: editsBetween(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, edits }) => edits <= maxEdits(candidate))
    .sort((one, other) => one.edits - other.edits);
  return best?.candidate;
}

/** The Damerau-Levenshtein distance, in which a swap of two neighbours is one edit. fastest-levenshtein (3 KB, twice) counts it as two. */
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
