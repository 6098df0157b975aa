import { requireMembers, requireRule, rules, type ArgumentRule } from "../arguments.js";
import { sandboxError } from "../sandbox-error.js";
import type { SandboxApp, SandboxField } from "../types.js";
import { profileAction, type Action } from "./actions.js";
import { apps, oauth2Scheme, typedScheme, type App, type CatalogueField, type Seed } from "./apps.js";

/** The default fields of each scheme, and the header that authenticates its requests. */
const defaults = {
  OAUTH2: { names: [] },
  API_KEY: { names: ["api_key"], header: "Bearer {{api_key}}" },
  BEARER_TOKEN: { names: ["token"], header: "Bearer {{token}}" },
  BASIC: { names: ["username", "password"], header: "Basic {{basic_encoded}}" },
} as const;

/** The apps that a test adds, with one integration and one action each. @throws `invalid_argument`. */
export function ownApps(given: readonly SandboxApp[]): { apps: App[]; seeds: Seed[]; actions: Action[] } {
  const made = given.map(toCatalogueApp);
  const keys = [...apps, ...made].map(({ key }) => key);
  const twice = keys.findIndex((key, index) => keys.indexOf(key) !== index);
  if (twice >= 0) throw sandboxError("invalid_argument", `\`key\` of ${pathOf(twice - apps.length)} must be unique, got \`${keys[twice]}\` twice`);
  made.forEach((app, index) => {
    const { name } = profileAction(app);
    const other = [...apps, ...made.slice(0, index)].find((earlier) => profileAction(earlier).name === name);
    if (other) throw sandboxError("invalid_argument", `\`key\` of ${pathOf(index)} must differ from \`${other.key}\` in more than \`-\` and \`_\`: the actions of both would be named \`${name}\``);
  });
  const seeds = made.map(({ key, schemes: [scheme] }, index): Seed => ({
    app: key, mode: scheme?.mode ?? "", id: `ac_Own${String(index).padStart(9, "0")}`, name: `${key}_1`,
    createdAt: "2025-01-01T08:00:00.000Z",
  }));
  return { apps: made, seeds, actions: made.map(profileAction) };
}

const appKey: ArgumentRule = ["lower case letters, digits, `-` and `_`, with a letter or digit first, such as `notion`", (value) => typeof value === "string" && /^[a-z\d][a-z\d_-]*$/.test(value)];
const authSchemeRule: ArgumentRule = [`one of ${Object.keys(defaults).join(", ")}`, (value) => typeof value === "string" && Object.hasOwn(defaults, value)];
const fieldName: ArgumentRule = ["a non-empty string other than `__proto__`", (value) => rules.text[1](value) && value !== "__proto__"];

/** The path of an app in the options, for messages. */
const pathOf = (index: number): string => `\`apps[${index}]\``;

function toCatalogueApp(app: SandboxApp, index: number): App {
  requireMembers(pathOf(index), app, { key: appKey, name: rules.text, authScheme: authSchemeRule, fields: rules.list, checksCredentials: rules.flag });
  const { key, name = key, authScheme = "OAUTH2", fields, checksCredentials } = app;
  const known = defaults[authScheme];
  requireRule(appKey, `\`key\` of ${pathOf(index)}`, key);
  const userFields = (fields ?? known.names.map((name) => ({ name }))).map((field, at) => toCatalogueField(field, `\`apps[${index}].fields[${at}]\``));
  const names = userFields.map((field) => field.name);
  const twice = names.findIndex((field, at) => names.indexOf(field) !== at);
  if (twice >= 0) throw sandboxError("invalid_argument", `\`name\` of \`apps[${index}].fields[${twice}]\` must be unique, got \`${names[twice]}\` twice`);
  const made = "header" in known
    ? typedScheme(key, authScheme, [{ name: "Authorization", in: "header", value: known.header }], userFields)
    : oauth2Scheme(key, true, ["openid"], userFields);
  return { key, name, description: `${name}, of this test.`, category: "tests", isNoAuth: false, checksCredentials, schemes: [made] };
}

function toCatalogueField(field: SandboxField, path: string): CatalogueField {
  requireMembers(path, field, { name: fieldName, displayName: rules.text, description: rules.anyText, required: rules.flag, default: rules.anyText, isSecret: rules.flag });
  requireRule(fieldName, `\`name\` of ${path}`, field.name);
  const { name, displayName = name, description = "", required = true, ...rest } = field;
  return { ...rest, name, displayName, description, required };
}
