// The parts of the platform's answers that pages see. Each view lists its members, so a member that the platform adds later stays hidden.
import type { AccountVal, ConnectedAccount } from "../platform/accounts.js";
import type { AuthConfig } from "../platform/auth-configs.js";
import { isObject, type JsonObject } from "../platform/json.js";
import type { Toolkit, ToolkitField, ToolkitMeta, ToolkitScheme } from "../platform/toolkits.js";
import type { GatewayCall } from "./operation.js";

const isPrimitive = (value: unknown): boolean => value !== undefined && (value === null || typeof value !== "object");

/** The named members of an object that hold a primitive value. Nested values would pass unchecked. */
export function pick<T>(from: unknown, names: readonly (keyof T & string)[]): JsonObject {
  const given = (from ?? {}) as JsonObject;
  const picked: JsonObject = {};
  for (const name of names) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (isPrimitive(value)) picked[name] = value;
  }
  return picked;
}

/** Key of the app that an account or an action is of. */
export function appOf({ toolkit }: JsonObject): string | undefined {
  const { slug } = pick<ConnectedAccount["toolkit"]>(toolkit, ["slug"]);
  return typeof slug === "string" ? slug : undefined;
}

/** The views of a list's objects; undefined for anything that is not a list. */
const viewEach = (list: unknown, view: (item: JsonObject) => JsonObject) => (Array.isArray(list) ? list.filter(isObject).map(view) : undefined);

/** The texts of a list; undefined for anything that is not a list. */
export const strings = (list: unknown) => (Array.isArray(list) ? list.filter((item) => typeof item === "string") : undefined);

/** An app, from the list or by itself. */
export function viewToolkit(toolkit: JsonObject): JsonObject {
  const { meta } = toolkit;
  return Object.assign(pick<Toolkit>(toolkit, ["slug", "name", "type", "enabled", "no_auth", "is_local_toolkit", "auth_guide_url"]), {
    auth_schemes: strings(toolkit.auth_schemes),
    composio_managed_auth_schemes: strings(toolkit.composio_managed_auth_schemes),
    auth_config_details: viewEach(toolkit.auth_config_details, viewScheme),
    ...(isObject(meta) && {
      meta: {
        ...pick<ToolkitMeta>(meta, ["description", "logo", "app_url", "version", "created_at", "updated_at"]),
        categories: viewEach(meta.categories, (category) => pick<ToolkitMeta["categories"][number]>(category, ["id", "slug", "name"])),
      },
    }),
  });
}

function viewScheme(scheme: JsonObject): JsonObject {
  const fields = isObject(scheme.fields) ? scheme.fields : {};
  return Object.assign(pick<ToolkitScheme>(scheme, ["mode", "auth_mode", "name", "auth_hint_url"]), {
    fields: {
      auth_config_creation: viewFields(fields.auth_config_creation),
      connected_account_initiation: viewFields(fields.connected_account_initiation),
    },
  });
}

function viewFields(fields: unknown): JsonObject | undefined {
  return isObject(fields) ? { required: viewEach(fields.required, viewField), optional: viewEach(fields.optional, viewField) } : undefined;
}

function viewField(field: JsonObject): JsonObject {
  const shown = pick<ToolkitField>(field, [
    "name", "displayName", "display_name", "type", "description", "required", "default", "is_secret", "isSecret", "user_visible", "userVisible",
    "expected_from_customer", "legacy_template_name", "format", "pattern", "example", "prefix", "suffix", "order",
  ]);
  // Added to what was picked. Spread into another object, each app, scheme and field would be copied once more.
  if (Array.isArray(field.enum)) shown.enum = field.enum.filter(isPrimitive);
  return shown;
}

/** An integration, from the list or by itself. */
export function viewAuthConfig(config: JsonObject): JsonObject {
  return {
    ...pick<AuthConfig>(config, ["id", "name", "type", "status", "auth_scheme", "is_composio_managed", "deleted", "created_at", "last_updated_at"]),
    toolkit: pick<AuthConfig["toolkit"]>(config.toolkit, ["slug", "logo"]),
    expected_input_fields: viewEach(config.expected_input_fields, viewField),
  };
}

/** An account of the session's user. It always has `user_id`, which the platform may leave out. */
export function viewAccount({ rules, entityId }: GatewayCall, account: JsonObject): JsonObject {
  const { toolkit, auth_config, state, experimental } = account;
  const { val, ...scheme } = isObject(state) ? state : {};
  return {
    ...pick<ConnectedAccount>(account, ["id", "status", "status_reason", "is_disabled", "word_id", "alias", "created_at", "updated_at"]),
    user_id: entityId,
    requested_scopes: strings(account.requested_scopes),
    // Without the access list, which names other users.
    ...(isObject(experimental) && { experimental: pick<NonNullable<ConnectedAccount["experimental"]>>(experimental, ["account_type"]) }),
    toolkit: pick<ConnectedAccount["toolkit"]>(toolkit, ["slug"]),
    auth_config: pick<ConnectedAccount["auth_config"]>(auth_config, ["id", "auth_scheme", "is_composio_managed", "is_disabled"]),
    state: {
      ...pick<ConnectedAccount["state"]>(scheme, ["authScheme"]),
      val: rules.exposeAuthParams ? flatValues(val) : pick<AccountVal>(val, ["status", "error", "error_description", "authScheme", "displayName"]),
    },
  };
}

/** Primitive values and lists of strings. Their names are the provider's, so they cannot be listed here. */
function flatValues(values: unknown): JsonObject {
  const all = isObject(values) ? Object.entries(values) : [];
  return Object.fromEntries(all.flatMap(([name, value]) => (isPrimitive(value) ? [[name, value]] : Array.isArray(value) ? [[name, strings(value)]] : [])));
}
