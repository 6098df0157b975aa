/** Hides managed credentials completely, and shows at most four characters, and at most half, of others. */
export function mask(value: unknown, isManaged: boolean): string {
  if (isManaged || typeof value !== "string") return "REDACTED";
  return `${value.slice(0, Math.min(4, Math.floor(value.length / 2)))}...`;
}
