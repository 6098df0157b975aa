/** Names the kind of a value for an error message. The value itself may be a secret. */
export function kindOf(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value === null) return "null";
  if (typeof value === "string") return value === "" ? "an empty string" : "a string";
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
    // A proxy or a getter threw.
    return "object";
  }
}
