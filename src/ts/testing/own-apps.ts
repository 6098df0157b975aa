import { apps, oauth2, typed, type App, type Field, type Seed } from "./apps.js";
import type { SandboxApp, SandboxField } from "./types.js";
import { anyText, flag, list, requireFit, requireMembers, text, type Check } from "./members.js";
import { misuse } from "./misuse.js";

/** What the user is asked for where nothing else is said, and what makes a request theirs. */
const schemes = {
  OAUTH2: { names: [] },
  API_KEY: { names: ["api_key"], header: "Bearer {{api_key}}" },
  BEARER_TOKEN: { names: ["token"], header: "Bearer {{token}}" },
  BASIC: { names: ["username", "password"], header: "Basic {{basic_encoded}}" },
} as const;

/** The apps that a sandbox has beside the catalogue, and one integration for each. */
export function ownApps(given: readonly SandboxApp[]): { apps: App[]; seeds: Seed[] } {
  const made = given.map(toApp);
  const keys = [...apps, ...made].map(({ key }) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw misuse("invalid_argument", `\`key\` of an app must be unique, got \`${twice}\` twice`);
  const seeds = made.map(({ key, schemes: [scheme] }, index): Seed => ({
    app: key, mode: scheme?.mode ?? "", id: `ac_Own${String(index).padStart(9, "0")}`, name: `${key}_1`,
    createdAt: "2025-01-01T08:00:00.000Z",
  }));
  return { apps: made, seeds };
}

const word: Check = ["letters, digits, `-` and `_`, such as `notion`", (value) => typeof value === "string" && /^[\w-]+$/.test(value)];
const scheme: Check = [`one of ${Object.keys(schemes).join(", ")}`, (value) => Object.hasOwn(schemes, String(value))];

function toApp(app: SandboxApp): App {
  requireMembers("an app", app, { key: word, name: text, authScheme: scheme, fields: list });
  const { key, name = key, authScheme = "OAUTH2", fields } = app;
  const known = schemes[authScheme];
  requireFit(word, "`key` of an app", key);
  const asked = (fields ?? known.names.map((name) => ({ name }))).map(toField);
  const made = "header" in known
    ? typed(key, authScheme, [{ name: "Authorization", in: "header", value: known.header }], asked)
    : oauth2(key, true, ["openid"], asked);
  return { key, name, description: `${name}, of this test.`, category: "tests", isNoAuth: false, schemes: [made] };
}

function toField(field: SandboxField): Field {
  requireMembers("a field of an app", field, { name: text, displayName: text, description: anyText, required: flag, default: anyText, isSecret: flag });
  requireFit(text, "`name` of a field of an app", field.name);
  const { name, displayName = name, description = "", required = true, ...rest } = field;
  return { ...rest, name, displayName, description, required };
}
