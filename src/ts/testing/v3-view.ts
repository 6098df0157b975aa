import { isOAuth, isSecretName, type App, type Field, type Scheme } from "./apps.js";
import type { Call } from "./router.js";
import { iso, isWaiting, shownTokens, type Account, type Integration } from "./store.js";

/** Members that the platform marks as deprecated, unless the sandbox leaves them out. */
export const deprecated = ({ omitsDeprecated }: Call, members: object): object => (omitsDeprecated ? {} : members);

/** Id of an app's category. */
export const categoryId = (app: App) => app.category.replaceAll(" ", "-");
const logo = (app: App) => `https://logos.example/${app.key}.png`;
const managed = (app: App) => app.schemes.filter(({ isManaged }) => isManaged).map(({ mode }) => mode);
const times = { created_at: "2024-05-03T11:44:32.061Z", updated_at: "2025-07-28T06:44:29.642Z" };

/** An app as the list of toolkits has it. */
export function viewToolkitItem(app: App): object {
  return {
    name: app.name,
    slug: app.key,
    auth_schemes: app.isNoAuth ? ["NO_AUTH"] : app.schemes.map(({ mode }) => mode),
    composio_managed_auth_schemes: managed(app),
    is_local_toolkit: false,
    meta: { description: app.description, logo: logo(app), categories: [{ id: categoryId(app), name: app.category }], ...times },
    no_auth: app.isNoAuth,
  };
}

/** An app in full. Only the list says `no_auth`; here it is a scheme. */
export function viewToolkit(app: App, call: Call): object {
  return {
    slug: app.key,
    name: app.name,
    enabled: true,
    composio_managed_auth_schemes: managed(app),
    is_local_toolkit: false,
    auth_config_details: app.isNoAuth ? [noAuth(app)] : app.schemes.map(viewScheme),
    // Categories are spelt otherwise than in the list.
    meta: { description: app.description, logo: logo(app), categories: [{ name: app.category, slug: categoryId(app) }], ...times },
    ...deprecated(call, { deprecated: {} }),
  };
}

function noAuth(app: App): object {
  const none = { required: [], optional: [] };
  return { mode: "NO_AUTH", name: `${app.key}_no_auth`, fields: { auth_config_creation: none, connected_account_initiation: none } };
}

function viewScheme(scheme: Scheme): object {
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

function byNeed(fields: Field[]): object {
  return {
    required: viewFields(fields.filter(({ required }) => required)),
    optional: viewFields(fields.filter(({ required }) => !required)),
  };
}

/** Fields, without a word about secrecy. */
export function viewFields(fields: Field[]) {
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

/** An auth config as the list has it: the fields come only with the single one. */
export function viewAuthConfig(integration: Integration, call: Call) {
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

/** The status that answers give: an account that is ACTIVE and disabled is INACTIVE. */
export function statusV3({ status, isDisabled }: Account): string {
  return isDisabled && status === "ACTIVE" ? "INACTIVE" : status;
}

/** An account as the list has it. */
export function viewAccount(account: Account, call: Call) {
  const { integration } = account;
  const status = statusV3(account);
  const val = viewVal(account, call.origin);
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

/** The values of an account by its status, secrets masked. */
export function viewVal(account: Account, origin: string): Record<string, unknown> {
  const { status, failure } = account;
  // The address stays in the values of finished accounts, where it must not be followed.
  const redirectUrl = isOAuth(account.integration.scheme) && (isWaiting(account) || status === "ACTIVE");
  return {
    status: statusV3(account),
    ...viewParams(account),
    ...(redirectUrl && { redirectUrl: origin + account.path }),
    ...(isWaiting(account) && account.callbackUrl !== null && { callback_url: account.callbackUrl }),
    ...(failure && { error: failure.error }),
    ...(failure?.errorDescription !== undefined && { error_description: failure.errorDescription }),
    ...(status === "EXPIRED" && { expired_at: iso(account.expiresAtMs) }),
  };
}

/** What the user typed and what the authorization server issued; only plainly harmless values stay in clear. */
export function viewParams(account: Account): Record<string, unknown> {
  const { scheme, isManaged } = account.integration;
  const isClear = (key: string) =>
    (scheme.userFields.some(({ name }) => name === key) || ["token_type", "expires_in", "scope"].includes(key)) &&
    (!isSecretName(key) || key === "token_type");
  const all = Object.entries({ ...account.data, ...shownTokens(account) });
  return Object.fromEntries(all.map(([key, value]) => [key, isClear(key) ? value : mask(value, isManaged)]));
}

/** Managed credentials never show; others show four characters at most, and less than half of themselves. */
function mask(value: unknown, isManaged: boolean): string {
  if (isManaged || typeof value !== "string") return "REDACTED";
  return `${value.slice(0, Math.min(4, Math.floor(value.length / 2)))}...`;
}
