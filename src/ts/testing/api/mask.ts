/** Hides managed credentials and short secrets completely, and shows four characters of others, as the platform does. */
export function mask(value: unknown, isManaged: boolean): string {
  if (isManaged || typeof value !== "string" || value.length < 4) return "REDACTED";
  return `${value.slice(0, 4)}...`;
}
