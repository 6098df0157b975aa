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

/** An app, of a list or alone. */
export const viewApp = (app: Json): Json => app;

/** An integration, of a list or alone. */
export function viewConfig(config: Json): Json {
  return {
    ...pick(config, "id name type status auth_scheme is_composio_managed deleted created_at last_updated_at"),
    toolkit: pick(config.toolkit, "slug logo"),
    ...(Array.isArray(config.expected_input_fields) && { expected_input_fields: config.expected_input_fields }),
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
    state: { ...pick(scheme, "authScheme"), val: rules.exposeAuthParams ? val : pick(val, "status error error_description authScheme") },
  };
}
