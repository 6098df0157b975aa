import { json } from "./answers.js";
import { isOAuth, type App, type Field, type Scheme } from "./apps.js";
import type { Query } from "./input.js";
import { iso, shownTokens, type Account, type Integration } from "./store.js";

/** The name of a field in v1. */
export const keyV1 = (field: Field) => field.v1Name ?? field.name;
/** The fields that the user is asked for. */
export const asked = (scheme: Scheme) => scheme.userFields.filter((field) => !field.isHidden);
const logo = (app: App) => `https://logos.example/${app.key}.png`;
/** v1 has no word for a link page that was not visited yet. */
export const statusV1 = (account: Account) => (account.status === "INITIALIZING" ? "INITIATED" : account.status);

/** A page of a list. Without `pageSize` it has everything. */
export function paged<T>(query: Query, items: T[], view: (item: T) => object): Response {
  const page = query.count("page", 1);
  const pageSize = query.count("pageSize", 99999999);
  return json(200, {
    items: items.slice((page - 1) * pageSize, page * pageSize).map(view),
    totalPages: Math.max(1, Math.ceil(items.length / pageSize)),
    page,
  });
}

/** The user's values under the names of v3. */
export function toV3(data: Record<string, string>, { userFields }: Scheme): Record<string, string> {
  return renameKeys(data, userFields, keyV1, (field) => field.name);
}

function renameKeys(
  data: Record<string, string>, fields: Field[], from: (field: Field) => string, to: (field: Field) => string,
): Record<string, string> {
  return Object.fromEntries(Object.entries(data).map(([key, value]) => {
    const field = fields.find((field) => from(field) === key);
    return [field ? to(field) : key, value];
  }));
}

function viewField(field: Field, isUsers: boolean): object {
  const { displayName, description, required } = field;
  const name = keyV1(field);
  if (field.isBare) return { name, expected_from_customer: isUsers, displayName, description, type: "string", required };
  return {
    name,
    type: "string",
    description,
    display_name: displayName,
    displayName,
    default: field.default ?? null,
    required,
    expected_from_customer: isUsers,
    is_secret: field.isSecret ?? false,
    get_current_user_endpoint: null,
  };
}

/** An app in full. */
export function viewApp(app: App) {
  const identity = { appId: app.id, key: app.key, name: app.name, description: app.description };
  const auth_schemes = app.schemes.map((scheme) => ({
    ...(app.isNoAuth ? { name: scheme.name } : { scheme_name: scheme.name, proxy: { base_url: scheme.baseUrl } }),
    ...Object.fromEntries(scheme.v1ModeKeys.map((key) => [key, scheme.mode])),
    ...(isOAuth(scheme) && { default_scopes: scheme.scopes }),
    fields: [
      ...scheme.developerFields.map((field) => viewField(field, false)),
      ...asked(scheme).map((field) => viewField(field, true)),
    ],
  }));
  // Apps without credentials come with the bare minimum.
  if (app.isNoAuth) return { ...identity, no_auth: true, auth_schemes };
  return {
    ...identity,
    logo: logo(app),
    categories: [app.category],
    no_auth: false,
    testConnectors: app.schemes.filter(({ isManaged }) => isManaged).map((scheme, index) => ({
      id: app.id.replace(/^a0/, `c${index}`),
      name: `${app.key}-default`,
      authScheme: scheme.mode,
    })),
    auth_schemes,
    meta: {},
  };
}

/** An integration as the list has it. */
export function viewIntegration({ uuid, name, scheme, app, isEnabled, isDeleted, createdAtMs }: Integration) {
  return {
    id: uuid,
    name,
    authScheme: scheme.mode,
    createdAt: iso(createdAtMs),
    updatedAt: iso(createdAtMs),
    enabled: isEnabled,
    deleted: isDeleted,
    appId: app.id,
    defaultConnectorId: null,
    appName: app.key,
    logo: logo(app),
  };
}

/** One integration. */
export function viewIntegrationWithFields(integration: Integration): object {
  return {
    ...viewIntegration(integration),
    authConfig: maskAll(integration.credentials),
    expectedInputFields: asked(integration.scheme).map((field) => viewField(field, true)),
    useComposioAuth: integration.isManaged,
  };
}

/** What a list and a single account have in common. */
function viewAccount(account: Account, origin: string) {
  return {
    id: account.uuid,
    integrationId: account.integration.uuid,
    appUniqueId: account.integration.app.key,
    appName: account.integration.app.key,
    clientUniqueUserId: account.entityId,
    status: statusV1(account),
    isDisabled: account.isDisabled,
    enabled: !account.isDisabled,
    createdAt: iso(account.createdAtMs),
    updatedAt: iso(account.updatedAtMs),
    connectionParams: viewParams(account, origin),
  };
}

/** One account. */
export function viewSingleAccount(account: Account, origin: string): object {
  return { ...viewAccount(account, origin), entityId: account.entityId, meta: { app: {} } };
}

/** An account as the list has it: wider, but without `entityId`. */
export function viewAccountItem(account: Account, origin: string): object {
  return {
    ...viewAccount(account, origin),
    invocationCount: "0",
    data: {},
    deleted: account.isDeleted,
    logo: logo(account.integration.app),
    authConfig: {},
    member: {},
    labels: account.labels,
  };
}

function maskAll(params: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(Object.keys(params).map((key) => [key, "********"]));
}

/** Whatever the user typed or the authorization server issued is masked; the address of the attempt stays in clear. */
function viewParams(account: Account, origin: string): object {
  const { scheme } = account.integration;
  const data = renameKeys(account.data, scheme.userFields, (field) => field.name, keyV1);
  return {
    ...maskAll({ ...data, ...shownTokens(account) }),
    ...(isOAuth(scheme) && { redirectUrl: origin + account.path }),
    base_url: scheme.baseUrl,
    headers: {},
    queryParams: {},
  };
}
