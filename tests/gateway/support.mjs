import { createGateway } from "connect-flow/server";
import { createSandbox } from "connect-flow/testing";

export const apiKey = "platform-key-0123456789";
export const platformUrl = "https://platform.test";
export const site = "https://app.test";
export const redirectUrl = `${site}/done`;
const user = "x-test-user";

/** Ids of the sandbox's integrations. */
export const integrations = { gmail: "ac_Gmail0000001", shopify: "ac_Shopify00002", zendesk: "ac_Zendesk00003" };

/** What every sandbox here is made with; a test file may change it before it imports the others. */
export const sandboxOptions = {};

/** Every call there is, for two apps and one action. */
export const everything = {
  operations: ["connect", "manage", "apps.list", "integrations.create", "getAuthParams", "executeAction"],
  apps: ["gmail", "shopify"],
  actions: ["GMAIL_GET_PROFILE", "SHOPIFY_GET_SHOP"],
};

/** Options of a gateway whose users say in a header who they are. */
export const optionsOf = (options) => ({
  apiKey,
  authenticate: (request) => request.headers.get(user),
  allow: everything,
  redirectOrigins: [site],
  upstream: platformUrl,
  ...options,
});

/**
 * A gateway in front of a sandbox, or of `reply`, which may be changed.
 * @returns `{ sandbox, gateway, seen, errors, ask, as, make }`: `seen` are the requests that reached the platform; `ask(method, path, init)`
 * asks as nobody and `as(entity)` as a user, both with `{ status, headers, text, body }`; `make(entity, app)` makes an account and gives its id.
 */
export function openGateway(options) {
  const sandbox = createSandbox({ apiKey, ...sandboxOptions });
  const open = { sandbox, seen: [], errors: [], reply: (request) => sandbox.fetch(request) };
  const gateway = createGateway(optionsOf({
    fetch: async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const text = await request.clone().text();
      open.seen.push({
        method: request.method, url: request.url, path: pathname, query: Object.fromEntries(searchParams),
        headers: Object.fromEntries(request.headers), cache: request.cache, redirect: request.redirect, text, body: text && JSON.parse(text),
      });
      return open.reply(request);
    },
    onError: (error) => open.errors.push(error),
    ...options,
  }));
  const ask = async (method, path, { headers, body, query = "", ...init } = {}) => {
    const isJson = body !== undefined && typeof body !== "string" && !(body instanceof Uint8Array) && !(body instanceof ReadableStream);
    const request = new Request(`${site}/api/connect${path}${query && `?${query}`}`, {
      ...init, method, headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : body, duplex: "half" }),
    });
    const response = await gateway(request);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: text && JSON.parse(text) };
  };
  const as = (entity) => (method, path, init = {}) => ask(method, path, { ...init, headers: { ...init.headers, [user]: entity } });
  /** Made at the platform itself. */
  const make = async (entity, app = "shopify") => {
    const values = app === "zendesk" ? { subdomain: "acme" } : { shop: "acme", admin_api_access_token: `shpat_${entity}_secret` };
    await sandbox.fetch(new Request(`${platformUrl}/api/v3/connected_accounts${app === "shopify" ? "" : "/link"}`, {
      method: "POST",
      headers: { "x-api-key": apiKey, "content-type": "application/json" },
      body: JSON.stringify(app === "shopify"
        ? { auth_config: { id: integrations[app] }, connection: { user_id: entity, data: values } }
        : { auth_config_id: integrations[app], user_id: entity, callback_url: redirectUrl }),
    }));
    return sandbox.accounts().at(-1).id;
  };
  return Object.assign(open, { gateway, ask, as, make });
}

export const json = (body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });

/**
 * Each operation on one account, as the client asks for it: `{ name, method, path, body, query, changes }`; `changes` tells whether it
 * would be sent to the platform as it is, after the look at the account.
 */
export const accountOperations = (id) => [
  { name: "get", method: "GET", path: `/api/v3.1/connected_accounts/${id}` },
  { name: "refresh", method: "POST", path: `/api/v3.1/connected_accounts/${id}/refresh`, body: {}, query: `redirect_url=${encodeURIComponent(redirectUrl)}`, changes: true },
  { name: "disable", method: "PATCH", path: `/api/v3.1/connected_accounts/${id}/status`, body: { enabled: false }, changes: true },
  { name: "enable", method: "PATCH", path: `/api/v3.1/connected_accounts/${id}/status`, body: { enabled: true }, changes: true },
  { name: "execute", method: "POST", path: "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP", body: { connected_account_id: id, arguments: {} }, changes: true },
  { name: "delete", method: "DELETE", path: `/api/v3.1/connected_accounts/${id}`, changes: true },
];
