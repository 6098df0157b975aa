import { createGateway } from "connect-flow/server";
import { createSandbox } from "connect-flow/testing";
import { redirectUrl } from "../support/calls.mjs";

export { accountRequests, redirectUrl } from "../support/calls.mjs";

export const apiKey = "platform-key-0123456789";
export const platformUrl = "https://platform.test";
export const site = "https://app.test";
const userHeader = "x-test-user";

/** Ids of the sandbox's integrations. */
export const integrations = { gmail: "ac_Gmail0000001", shopify: "ac_Shopify00002", zendesk: "ac_Zendesk00003" };

/** Options of every sandbox that `openGateway` creates. A test file may change them before it imports the others. */
export const sandboxOptions = {};

/** Allows every operation, for two apps with an action each. */
export const allowEverything = {
  operations: ["connect", "manage", "apps.list", "integrations.create", "getAuthParams", "executeAction"],
  apps: ["gmail", "shopify"],
  actions: ["GMAIL_GET_PROFILE", "SHOPIFY_GET_SHOP"],
};

/** Options of a gateway that takes the signed-in user from a header. `options` override the defaults. */
export const gatewayOptions = (options) => ({
  apiKey,
  authenticate: (request) => request.headers.get(userHeader),
  allow: allowEverything,
  redirectOrigins: [site],
  upstream: platformUrl,
  ...options,
});

/**
 * Opens a gateway whose upstream is a sandbox. A test may assign `reply` to answer in the sandbox's place.
 * @returns `{ sandbox, gateway, reply, upstreamRequests, errors, ask, as, createAccount }`.
 *   `ask(method, path, init)` sends a request without a user, `as(entity)(method, path, init)` one of a signed-in user. Both return
 *   `{ status, headers, text, body }`. `errors` are those that `onError` received. `createAccount(entity, app)` returns the id of a new account.
 */
export function openGateway(options, ownSandboxOptions) {
  const sandbox = createSandbox({ apiKey, ...sandboxOptions, ...ownSandboxOptions });
  const opened = { sandbox, upstreamRequests: [], errors: [], reply: (request) => sandbox.fetch(request) };
  const gateway = createGateway(gatewayOptions({
    fetch: async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const text = await request.clone().text();
      opened.upstreamRequests.push({
        method: request.method, url: request.url, path: pathname, query: Object.fromEntries(searchParams),
        headers: Object.fromEntries(request.headers), cache: request.cache, redirect: request.redirect, text, body: text && JSON.parse(text),
      });
      return opened.reply(request);
    },
    onError: (error) => opened.errors.push(error),
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
  const as = (entity) => (method, path, init = {}) => ask(method, path, { ...init, headers: { ...init.headers, [userHeader]: entity } });
  /** Asks the platform directly, past the gateway. */
  const createAccount = async (entity, app = "shopify") => {
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
  return Object.assign(opened, { gateway, ask, as, createAccount });
}

export const json = (body, status = 200, headers = {}) =>
  new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
