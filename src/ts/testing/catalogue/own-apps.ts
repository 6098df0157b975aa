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
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw sandboxError("invalid_argument", `\`key\` of an app must be unique, got \`${twice}\` twice`);
  const seeds = made.map(({ key, schemes: [scheme] }, index): Seed => ({
    app: key, mode: scheme?.mode ?? "", id: `ac_Own${String(index).padStart(9, "0")}`, name: `${key}_1`,
    createdAt: "2025-01-01T08:00:00.000Z",
  }));
  return { apps: made, seeds, actions: made.map(profileAction) };
}

const appKey: ArgumentRule = ["letters, digits, `-` and `_`, such as `notion`", (value) => typeof value === "string" && /^[\w-]+$/.test(value)];
const authSchemeRule: ArgumentRule = [`one of ${Object.keys(defaults).join(", ")}`, (value) => Object.hasOwn(defaults, String(value))];

function toCatalogueApp(app: SandboxApp): App {
  requireMembers("an app", app, { key: appKey, name: rules.text, authScheme: authSchemeRule, fields: rules.list, checksCredentials: rules.flag });
  const { key, name = key, authScheme = "OAUTH2", fields, checksCredentials } = app;
  const known = defaults[authScheme];
  requireRule(appKey, "`key` of an app", key);
  const userFields = (fields ?? known.names.map((name) => ({ name }))).map(toCatalogueField);
  const made = "header" in known
    ? typedScheme(key, authScheme, [{ name: "Authorization", in: "header", value: known.header }], userFields)
    : oauth2Scheme(key, true, ["openid"], userFields);
  return { key, name, description: `${name}, of this test.`, category: "tests", isNoAuth: false, checksCredentials, schemes: [made] };
}

function toCatalogueField(field: SandboxField): CatalogueField {
  requireMembers("a field of an app", field, { name: rules.text, displayName: rules.text, description: rules.anyText, required: rules.flag, default: rules.anyText, isSecret: rules.flag });
  requireRule(rules.text, "`name` of a field of an app", field.name);
  const { name, displayName = name, description = "", required = true, ...rest } = field;
  return { ...rest, name, displayName, description, required };
}
