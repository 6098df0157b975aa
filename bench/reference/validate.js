// src/core/fields.rs and validate.rs in plain JavaScript, for the fields of this benchmark.

const TYPES = { number: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, integer: /^[+-]?\d+$/, boolean: /^(true|false)$/ };
const FORMATS = {
  email: [/^[^\s@]+@[^\s@]+$/, "must be an email address"],
  uri: [/^[A-Za-z][A-Za-z0-9+.-]*:\S*[^\s/]\S*$/, "must be a complete URL"],
};

/** The fields in their order, without duplicate names. */
export function readFields(list) {
  const fields = new Map();
  for (const { name, displayName, type = "string", required = false, ...rest } of list) {
    if (!fields.has(name)) fields.set(name, { ...rest, name, displayName: displayName || name, type, required });
  }
  return [...fields.values()];
}

/** At most one issue for each field, in the order of the fields. */
export function validateParams(list, data) {
  const issues = [];
  for (const field of readFields(list)) {
    const value = data[field.name];
    const text = typeof value === "string" ? value.trim() : "";
    const found = text ? misfit(field, text) : field.required && !field.default && { code: "required", words: "is required" };
    if (found) issues.push(issue(field, found));
  }
  return issues;
}

function misfit({ type, enum: allowed, format, pattern }, text) {
  if (text.length > 65_536) return { code: "too_long", words: "is too long", params: { max: "65536" } };
  if (allowed && !allowed.includes(text)) {
    return { code: "enum", words: "must be one of the allowed values", params: { allowed: allowed.join(", ") } };
  }
  if (TYPES[type] && !TYPES[type].test(text)) return { code: "type", words: `must be a ${type}`, params: { type } };
  const [shape, words] = FORMATS[format] ?? [];
  if (shape && !shape.test(text)) return { code: "format", words, params: { format } };
  if (pattern && !new RegExp(pattern, "u").test(text)) {
    return { code: "pattern", words: "does not have the expected format", params: { pattern } };
  }
}

const issue = ({ name, displayName }, { code, words, params }) => ({
  code,
  field: name,
  message: `${displayName} ${words}`,
  params: { label: displayName, ...params },
});
