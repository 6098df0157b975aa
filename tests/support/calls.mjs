// Every call of the client that takes options, and every request that pages can be allowed to make: one row each, for all tests that are about
// every one. A row has:
// - `options`: valid options. Missing if only other calls send the request.
// - `request`: the request of the call, if pages can be allowed to make it: `[method, path, body, query]`. Its account is `ca_1`.
// - `answer`: what the platform answers with, a name in `complete` of tests/gateway/shown.test.mjs.
// - `sameRequest`: the call with the same request.
// - `isList`: whether the call returns a list.
// - `isForOAuth`: whether the platform refuses it for the account of a key.
// - `isNew`: whether v3 has no such request.

export const redirectUrl = "https://app.test/done";
const account = { connectedAccountId: "ca_1" };
const initiation = { integrationId: "in_1", redirectUrl };
/** The sandbox's integration of Gmail. */
const gmail = "ac_Gmail0000001";
const accountPath = "/api/v3.1/connected_accounts/ca_1";

export const calls = {
  getExpectedParamsForUser: { options: { app: "gmail" } },
  initiateConnection: { options: initiation },
  completeConnection: { options: { url: "https://app.test/" } },
  "connectedAccounts.waitUntilActive": { options: { ...account, timeoutMs: 40 } },
  "entity.tools": { options: { app: "gmail", actions: ["GMAIL_GET_PROFILE"] } },
  "entity.execute": { options: { action: "GMAIL_GET_PROFILE", version: "20250905_00" } },
  "entity.getConnection": { options: { app: "gmail" } },
  "entity.initiateConnection": { options: initiation },
  // Those that the gateway knows, in the order of its error message.
  "apps.get": { options: { app: "gmail" }, request: ["GET", "/api/v3.1/toolkits/gmail"], answer: "app" },
  "integrations.list": { options: { app: "gmail" }, isList: true, request: ["GET", "/api/v3.1/auth_configs"], answer: "configs" },
  "integrations.get": { options: { integrationId: "in_1" }, request: ["GET", `/api/v3.1/auth_configs/${gmail}`], answer: "config" },
  "connectedAccounts.initiate": { options: initiation, request: ["POST", "/api/v3.1/connected_accounts/link", { auth_config_id: gmail }], answer: "link" },
  "connectedAccounts.get": { options: account, request: ["GET", accountPath], answer: "account" },
  // Of `completeConnection` and flows.
  completeAuth: { isNew: true, request: ["POST", "/api/v3.1/connected_accounts/complete_auth", { session_uri: "session_1" }], answer: "completed" },
  "connectedAccounts.list": {
    options: { entityId: "Jessica", app: "gmail", integrationId: "in_1", statuses: ["ACTIVE"], accountType: "ALL" }, isList: true,
    request: ["GET", "/api/v3.1/connected_accounts"], answer: "accounts",
  },
  "connectedAccounts.update": { options: { ...account, alias: "work" }, request: ["PATCH", accountPath, { alias: "work" }], answer: "done" },
  "connectedAccounts.refresh": {
    options: { ...account, redirectUrl }, isForOAuth: true, request: ["POST", `${accountPath}/refresh`, {}, `redirect_url=${encodeURIComponent(redirectUrl)}`], answer: "refreshed",
  },
  "connectedAccounts.disable": { options: account, request: ["PATCH", `${accountPath}/status`, { enabled: false }], answer: "done" },
  "connectedAccounts.enable": { options: account, request: ["PATCH", `${accountPath}/status`, { enabled: true }], answer: "done" },
  "connectedAccounts.revoke": { options: account, isForOAuth: true, isNew: true, request: ["POST", `${accountPath}/revoke`], answer: "revoked" },
  "connectedAccounts.delete": { options: account, request: ["DELETE", accountPath], answer: "done" },
  "apps.list": { options: { search: "mail", category: "crm" }, isList: true, request: ["GET", "/api/v3.1/toolkits"], answer: "apps" },
  "integrations.create": {
    options: { app: "gmail", authScheme: "OAUTH2" },
    request: ["POST", "/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_composio_managed_auth" } }], answer: "created",
  },
  getAuthParams: { options: account, request: ["GET", accountPath], sameRequest: "connectedAccounts.get" },
  executeAction: {
    options: { action: "SHOPIFY_GET_SHOP", connectedAccountId: "ca_1" },
    request: ["POST", "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP", { connected_account_id: "ca_1", arguments: {} }], answer: "ran",
  },
};

/** Makes a call by its name. */
export function makeCall(client, name, options) {
  const [method, group] = name.split(".").reverse();
  const owner = group === "entity" ? client.entity("Jessica") : group === undefined ? client : client[group];
  return owner[method](options);
}

/** Every call that pages can be allowed to make, by name: `{ method, path, body, query }`. */
export const gatewayRequests = Object.fromEntries(
  Object.entries(calls).filter(([, { request }]) => request).map(([name, { request: [method, path, body, query] }]) => [name, { method, path, body, query }]),
);

/**
 * Every request of v3 about one account, the deletion last. `app` is one whose new account accepts it.
 * @param id of an account with a key. `oauthId` is the account for what the platform refuses with a key.
 */
export const accountRequests = (id, oauthId = id) => Object.entries(gatewayRequests)
  .filter(([name, request]) => !calls[name].sameRequest && !calls[name].isNew && JSON.stringify(request).includes("ca_1"))
  .map(([name, request]) => ({ name, app: calls[name].isForOAuth ? "gmail" : "shopify", ...JSON.parse(JSON.stringify(request).replaceAll("ca_1", calls[name].isForOAuth ? oauthId : id)) }))
  .toSorted((one, other) => Number(one.method === "DELETE") - Number(other.method === "DELETE"));
