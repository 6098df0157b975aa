/** Kilobytes of 1,000 bytes, with one decimal. */
export const kb = (bytes) => (bytes / 1000).toFixed(1);

/** A ratio: `5.5 ×`, `0.031 ×`. */
export function times(ratio) {
  if (ratio === 0) return "0 ×";
  return `${ratio >= 9.95 ? Math.round(ratio).toLocaleString("en-US") : ratio.toPrecision(2)} ×`;
}

/** Milliseconds with three significant digits. */
export const ms = (value) => (value >= 99.5 ? String(Math.round(value)) : value >= 9.95 ? value.toFixed(1) : value.toFixed(2));

const ascending = (values) => [...values].sort((a, b) => a - b);

/** A quantile by linear interpolation. `part` is between 0 and 1. */
export function quantile(values, part) {
  const sorted = ascending(values);
  const place = (sorted.length - 1) * part;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
}

export const median = (values) => quantile(values, 0.5);
