import { apps, oauth2, typed, type App, type Field, type Seed } from "./apps.js";
import type { SandboxApp, SandboxField } from "./index.js";
import { requireKnown } from "./members.js";
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

function toApp(app: SandboxApp): App {
  requireKnown("an app", app, ["key", "name", "authScheme", "fields"]);
  const { key, name = key, authScheme = "OAUTH2", fields } = app;
  const known = Object.hasOwn(schemes, authScheme) ? schemes[authScheme] : undefined;
  if (!known) throw misuse("invalid_argument", `\`authScheme\` of an app must be one of the known schemes, got \`${authScheme}\`; there are: ${Object.keys(schemes).join(", ")}`);
  if (typeof key !== "string" || !/^[\w-]+$/.test(key)) throw misuse("invalid_argument", "`key` of an app must be letters, digits, `-` and `_`, such as `notion`");
  const asked = (fields ?? known.names.map((name) => ({ name }))).map(toField);
  const scheme = "header" in known
    ? typed(key, authScheme, [{ name: "Authorization", in: "header", value: known.header }], asked)
    : oauth2(key, true, ["openid"], asked);
  return { key, name, description: `${name}, of this test.`, category: "tests", isNoAuth: false, schemes: [scheme] };
}

function toField(field: SandboxField): Field {
  requireKnown("a field of an app", field, ["name", "displayName", "description", "required", "default", "isSecret"]);
  const { name, displayName = name, description = "", required = true, ...rest } = field;
  return { ...rest, name, displayName, description, required };
}
