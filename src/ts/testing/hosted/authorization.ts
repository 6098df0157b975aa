import type { SandboxCall } from "../api/call.js";
import type { OAuthPort } from "../oauth-types.js";
import { endAttempt, verifierUrlOf } from "../outcomes.js";
import { profile } from "../profile.js";
import { isCurrent, isWaiting, nano, scopesOf, type Account, type AuthSession } from "../store.js";
import { html, pageResponse, redirectResponse } from "./html.js";

/** The `redirect_uri` for authorization servers. */
export const callbackPath = "/api/v3/toolkits/auth/callback";

const sessionMs = 10 * 60 * 1000;

/** Sends the user to the authorization server. */
export async function authorize(call: SandboxCall, account: Account): Promise<Response> {
  const redirectUri = call.origin + callbackPath;
  const { path, integration } = account;
  // Before the `await`, so that only one of two concurrent visits goes on.
  account.isVisited = true;
  try {
    const scopes = scopesOf(integration);
    const { url, session } = await call.oauth.start({ app: integration.app.key, redirectUri, scopes });
    const state = new URL(url).searchParams.get("state");
    if (!state) throw new TypeError("the OAuth port gave a URL without state");
    if (!isCurrent(account, path)) return unknownLink();
    account.request = { state, session, redirectUri };
    account.requestedScopes = scopes;
    account.status = "INITIATED";
    return redirectResponse(url);
  } catch {
    if (isCurrent(account, path)) account.isVisited = false;
    return pageResponse(502, "The app does not answer", html`<p>Its authorization server could not be reached. Try this link again later.</p>`);
  }
}

export function unknownLink(): Response {
  return pageResponse(404, "Unknown link", html`<p>This link does not exist. Start again from the app.</p>`);
}

export async function handleAuthorizationResponse(call: SandboxCall): Promise<Response> {
  const account = call.store.accountByState(call.url.searchParams.get("state") ?? "");
  const request = account?.request;
  if (!account || !request) return unknownResponse();
  account.request = null;
  if (!isWaiting(account)) return goBack(account);
  // The attempt stays INITIATED and cannot be continued.
  if (account.script?.outcome === "other_browser") return goBack(account, "This connection was started from a different browser or device");
  const callbackUrl = new URL(call.url.pathname + call.url.search, call.origin);
  const verifierUrl = verifierUrlOf(account, call.verifierUrl);
  if (verifierUrl !== undefined && !callbackUrl.searchParams.has("error")) {
    const uri = `session_${nano(32)}`;
    call.store.update(account, { session: { uri, callbackUrl, request, expiresAtMs: call.store.now() + sessionMs } });
    return redirectResponse(withParams(verifierUrl, { session_uri: uri }));
  }
  const isRedeemed = await redeem(call, account, { callbackUrl, request });
  return isRedeemed ? endVisit(call, account) : unknownResponse();
}

/**
 * Exchanges the code of an authorization response. The account is ACTIVE or FAILED then.
 * @returns false if another attempt has replaced this one meanwhile, or the account was deleted.
 */
export async function redeem(call: SandboxCall, account: Account, { callbackUrl, request }: Pick<AuthSession, "callbackUrl" | "request">): Promise<boolean> {
  const { path } = account;
  const result = await exchange(call, account, { callbackUrl, request });
  const displayName = result.ok ? await identityOf(call, result.tokens) : null;
  if (!isCurrent(account, path)) return false;
  if (result.ok) {
    call.store.activate(account, result.tokens);
    account.displayName = displayName;
  } else {
    const { ok: _, ...failure } = result;
    const isDenied = failure.error === "access_denied";
    call.store.fail(account, failure, isDenied ? "Access denied by the user" : "OAuth callback failed during token exchange");
  }
  return true;
}

/** Exchanges the code for tokens. The outcome `failed` is a code that was never issued. */
async function exchange({ oauth }: SandboxCall, { script }: Account, { callbackUrl, request }: Pick<AuthSession, "callbackUrl" | "request">): ReturnType<OAuthPort["finish"]> {
  const url = new URL(callbackUrl);
  if (script?.outcome === "failed" && url.searchParams.has("code")) url.searchParams.set("code", "refused");
  return oauth.finish({ callbackUrl: url, session: request.session, redirectUri: request.redirectUri }).catch(() => ({ ok: false, error: "server_error" }));
}

/** The user that the authorization server issued tokens for; null if it does not say. */
async function identityOf({ oauth }: SandboxCall, tokens: Record<string, unknown>): Promise<string | null> {
  if (!oauth.userinfo) return profile.email;
  const answer = await oauth.userinfo({ tokens }).catch(() => undefined);
  const claims = answer?.ok ? answer.claims : {};
  const name = [claims.email, claims.name, claims.sub].find((claim) => typeof claim === "string");
  return (name as string | undefined) ?? null;
}

function unknownResponse(): Response {
  const text = html`<p>It was used already, or it belongs to no connection. Start again from the app.</p>`;
  return pageResponse(400, "Unknown authorization response", text);
}

/** Returns the user, who has finished, to the app. Then changes the account as the outcome of its attempt says. */
export function endVisit({ store }: SandboxCall, account: Account): Response {
  const response = goBack(account);
  endAttempt(store, account);
  return response;
}

/** Returns the user to the app, with the parameters of the call that began the attempt. */
export function goBack(account: Account, error?: string): Response {
  const isActive = account.status === "ACTIVE";
  if (account.callbackUrl === null) {
    return isActive
      ? pageResponse(200, "Connected", html`<p>You may close this window and return to the app.</p>`)
      : pageResponse(200, "Not connected", html`<p>Nothing was connected. You may close this window and return to the app.</p>`);
  }
  const status = isActive ? "success" : "failed";
  const appName = account.integration.app.key;
  const params = {
    create: { status, connectedAccountId: account.id, appName },
    link: { status, connected_account_id: account.id },
  }[account.begunBy];
  return redirectResponse(withParams(account.callbackUrl, { ...params, ...(error !== undefined && { error }) }));
}

/** Appended as text, because parsing and writing the app's own query could change it. */
function withParams(address: string, params: Record<string, string>): string {
  const url = new URL(address);
  url.search = [url.search.slice(1), new URLSearchParams(params).toString()].filter(Boolean).join("&");
  return url.href;
}
