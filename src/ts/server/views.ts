import { isObject, type Json } from "./input.js";
import type { Call } from "./operation.js";

const isPlain = (value: unknown): boolean => value !== undefined && (value === null || typeof value !== "object");

/** Some members of an object, as far as they are plain values: what is inside of others nobody has looked at. */
export function pick(from: unknown, names: string): Json {
  const given = (from ?? {}) as Json;
  return Object.fromEntries(names.split(" ").flatMap((name) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    return isPlain(value) ? [[name, value]] : [];
  }));
}

/** What is shown of the objects of a list; undefined for what is no list. */
const each = (list: unknown, view: (item: Json) => Json) => (Array.isArray(list) ? list.filter(isObject).map(view) : undefined);

const texts = (list: unknown) => (Array.isArray(list) ? list.filter((item) => typeof item === "string") : undefined);

/** An app, of a list or alone. */
export function viewApp(app: Json): Json {
  const { meta } = app;
  return {
    ...pick(app, "slug name type enabled no_auth is_local_toolkit auth_guide_url"),
    auth_schemes: texts(app.auth_schemes),
    composio_managed_auth_schemes: texts(app.composio_managed_auth_schemes),
    auth_config_details: each(app.auth_config_details, viewScheme),
    ...(isObject(meta) && {
      meta: {
        ...pick(meta, "description logo app_url version created_at updated_at"),
        categories: each(meta.categories, (category) => pick(category, "id slug name")),
      },
    }),
  };
}

function viewScheme(scheme: Json): Json {
  const fields = isObject(scheme.fields) ? scheme.fields : {};
  return {
    ...pick(scheme, "mode auth_mode name auth_hint_url"),
    fields: {
      auth_config_creation: viewFields(fields.auth_config_creation),
      connected_account_initiation: viewFields(fields.connected_account_initiation),
    },
  };
}

function viewFields(fields: unknown): Json | undefined {
  return isObject(fields) ? { required: each(fields.required, viewField), optional: each(fields.optional, viewField) } : undefined;
}

function viewField(field: Json): Json {
  const names = "name displayName display_name type description required default is_secret isSecret user_visible userVisible " +
    "expected_from_customer legacy_template_name format pattern example prefix suffix order";
  return { ...pick(field, names), enum: Array.isArray(field.enum) ? field.enum.filter(isPlain) : undefined };
}

/** An integration, of a list or alone. */
export function viewConfig(config: Json): Json {
  return {
    ...pick(config, "id name type status auth_scheme is_composio_managed deleted created_at last_updated_at"),
    toolkit: pick(config.toolkit, "slug logo"),
    expected_input_fields: each(config.expected_input_fields, viewField),
  };
}

/** An account of the session's user, whom the platform need not name. */
export function viewAccount({ rules, entityId }: Call, account: Json): Json {
  const { toolkit, auth_config, state } = account;
  const { val, ...scheme } = isObject(state) ? state : {};
  return {
    ...pick(account, "id status status_reason is_disabled word_id alias created_at updated_at"),
    user_id: entityId,
    toolkit: pick(toolkit, "slug"),
    auth_config: pick(auth_config, "id auth_scheme is_composio_managed is_disabled"),
    state: { ...pick(scheme, "authScheme"), val: rules.exposeAuthParams ? plainValues(val) : pick(val, "status error error_description authScheme") },
  };
}

/** A provider's values have names of its own. */
function plainValues(values: unknown): Json {
  const all = isObject(values) ? Object.entries(values) : [];
  return Object.fromEntries(all.flatMap(([name, value]) => (isPlain(value) ? [[name, value]] : Array.isArray(value) ? [[name, texts(value)]] : [])));
}
