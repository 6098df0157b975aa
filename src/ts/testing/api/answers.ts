import type { AuthConfig, ConnectedAccount, FieldsByNeed, Toolkit, ToolkitField, ToolkitScheme } from "../../platform/answers.js";
import type { JsonObject } from "../../platform/json.js";
import { isSecretName } from "../../platform/secret-names.js";
import { isOAuth, type App, type CatalogueField, type CatalogueScheme } from "../catalogue/apps.js";
import { iso, isWaiting, shownTokens, type Account, type Integration } from "../store.js";
import type { ApiCall } from "./call.js";

/** Members that the platform has deprecated; none with the option `omitDeprecated`. */
export const deprecated = <Members extends object>({ omitsDeprecated }: ApiCall, members: Members): Partial<Members> => (omitsDeprecated ? {} : members);

/** The id of an app's category. */
export const categoryId = (app: App) => app.category.replaceAll(" ", "-");
const logo = (app: App) => `https://logos.example/${app.key}.png`;
const managedSchemes = (app: App) => app.schemes.filter(({ isManaged }) => isManaged).map(({ mode }) => mode);
const times = { created_at: "2024-05-03T11:44:32.061Z", updated_at: "2025-07-28T06:44:29.642Z" };

/** An app in the list. */
export function toolkitListItem(app: App): Toolkit {
  return {
    name: app.name,
    slug: app.key,
    auth_schemes: app.isNoAuth ? ["NO_AUTH"] : app.schemes.map(({ mode }) => mode),
    composio_managed_auth_schemes: managedSchemes(app),
    is_local_toolkit: false,
    meta: { description: app.description, logo: logo(app), categories: [{ id: categoryId(app), name: app.category }], ...times },
    no_auth: app.isNoAuth,
  };
}

/** An app by itself. An app without credentials has the scheme NO_AUTH here, and `no_auth` in the list. */
export function toolkitAnswer(app: App, call: ApiCall): Toolkit {
  return {
    slug: app.key,
    name: app.name,
    enabled: true,
    composio_managed_auth_schemes: managedSchemes(app),
    is_local_toolkit: false,
    auth_config_details: app.isNoAuth ? [noAuth(app)] : app.schemes.map(schemeAnswer),
    // The list has `id` instead of `slug`.
    meta: { description: app.description, logo: logo(app), categories: [{ name: app.category, slug: categoryId(app) }], ...times },
    ...deprecated(call, { deprecated: {} }),
  };
}

function noAuth(app: App): ToolkitScheme {
  const none: FieldsByNeed = { required: [], optional: [] };
  return { mode: "NO_AUTH", name: `${app.key}_no_auth`, fields: { auth_config_creation: none, connected_account_initiation: none } };
}

function schemeAnswer(scheme: CatalogueScheme): ToolkitScheme {
  return {
    mode: scheme.mode,
    name: scheme.name,
    fields: {
      auth_config_creation: byNeed(scheme.developerFields),
      connected_account_initiation: byNeed(scheme.userFields),
    },
    proxy: { base_url: scheme.baseUrl },
  };
}

function byNeed(fields: CatalogueField[]): FieldsByNeed {
  return {
    required: fieldAnswers(fields.filter(({ required }) => required)),
    optional: fieldAnswers(fields.filter(({ required }) => !required)),
  };
}

/** Fields. The platform does not say here which are secret. */
export function fieldAnswers(fields: CatalogueField[]): ToolkitField[] {
  return fields.map(({ name, displayName, description, required, legacyName, isBare, isHidden, ...field }) => ({
    name,
    displayName,
    type: "string",
    description,
    required,
    ...(!isBare && { default: field.default ?? null }),
    ...(legacyName && { legacy_template_name: legacyName }),
    ...(isHidden && { user_visible: false }),
  }));
}

/** An auth config in the list, without its fields. */
export function authConfigAnswer(integration: Integration, call: ApiCall): AuthConfig {
  return {
    id: integration.id,
    name: integration.name,
    type: integration.isManaged ? "default" : "custom",
    status: integration.isEnabled ? "ENABLED" : "DISABLED",
    toolkit: { slug: integration.app.key, logo: logo(integration.app) },
    auth_scheme: integration.scheme.mode,
    is_composio_managed: integration.isManaged,
    credentials: Object.fromEntries(Object.entries(integration.credentials).map(([key, value]) => [key, mask(value, false)])),
    no_of_connections: call.store.connectionsOf(integration),
    created_by: "sandbox",
    created_at: iso(integration.createdAtMs),
    last_updated_at: iso(integration.createdAtMs),
    ...deprecated(call, { uuid: integration.uuid, tool_access_config: {}, deprecated_params: { default_connector_id: null } }),
  };
}

/** The status in answers. An ACTIVE account that is disabled is INACTIVE. */
export function answeredStatus({ status, isDisabled }: Account): string {
  return isDisabled && status === "ACTIVE" ? "INACTIVE" : status;
}

/** An account in the list. */
export function accountAnswer(account: Account, call: ApiCall): ConnectedAccount {
  const { integration } = account;
  const status = answeredStatus(account);
  const val = accountVal(account, call.origin);
  return {
    toolkit: { slug: integration.app.key },
    auth_config: {
      id: integration.id,
      ...deprecated(call, { auth_scheme: integration.scheme.mode }),
      is_composio_managed: integration.isManaged,
      is_disabled: !integration.isEnabled,
    },
    id: account.id,
    status,
    status_reason: status === "INACTIVE" ? "Connection status updated by user" : account.statusReason,
    created_at: iso(account.createdAtMs),
    updated_at: iso(account.updatedAtMs),
    state: { authScheme: integration.scheme.mode, val },
    is_disabled: account.isDisabled,
    ...deprecated(call, { user_id: account.entityId, data: val }),
  };
}

/** The values of an account by its status, with masked secrets. */
export function accountVal(account: Account, origin: string): JsonObject {
  const { status, failure } = account;
  // Finished accounts keep the URL, although it no longer works.
  const redirectUrl = isOAuth(account.integration.scheme) && (isWaiting(account) || status === "ACTIVE");
  return {
    status: answeredStatus(account),
    ...maskedParams(account),
    ...(redirectUrl && { redirectUrl: origin + account.path }),
    ...(isWaiting(account) && account.callbackUrl !== null && { callback_url: account.callbackUrl }),
    ...(failure && { error: failure.error }),
    ...(failure?.errorDescription !== undefined && { error_description: failure.errorDescription }),
    ...(status === "EXPIRED" && { expired_at: iso(account.expiresAtMs) }),
  };
}

/** The user's values and the tokens. Everything that may be a secret is masked. */
export function maskedParams(account: Account): JsonObject {
  const { scheme, isManaged } = account.integration;
  const isClear = (key: string) =>
    (scheme.userFields.some(({ name }) => name === key) || ["token_type", "expires_in", "scope"].includes(key)) &&
    (!isSecretName(key) || key === "token_type");
  const all = Object.entries({ ...account.data, ...shownTokens(account) });
  return Object.fromEntries(all.map(([key, value]) => [key, isClear(key) ? value : mask(value, isManaged)]));
}

/** Hides managed credentials completely, and shows at most four characters, and at most half, of others. */
function mask(value: unknown, isManaged: boolean): string {
  if (isManaged || typeof value !== "string") return "REDACTED";
  return `${value.slice(0, Math.min(4, Math.floor(value.length / 2)))}...`;
}
