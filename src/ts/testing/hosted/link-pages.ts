import { mediaTypeOf } from "../../platform/body.js";
import { matchPath } from "../../platform/routes.js";
import { isSecretName } from "../../platform/secret-names.js";
import type { SandboxCall } from "../api/call.js";
import { missingFields, type CatalogueField } from "../catalogue/apps.js";
import { isCurrent, isTyped, isWaiting, type Account } from "../store.js";
import { html, pageResponse, redirectResponse, type Markup } from "./html.js";

const callbackPath = "/api/v3/toolkits/auth/callback";

type PageHandler = (call: SandboxCall) => Response | Promise<Response>;

/** The pages that users see, and the `redirect_uri` for authorization servers, which exists in both versions. */
const pages: [method: string, path: string, handle: PageHandler][] = [
  ["GET", "/api/v3/s/:id", visitShortLink],
  ["GET", "/link/:id", visitLink],
  ["POST", "/link/:id", submitLink],
  ["GET", callbackPath, handleAuthorizationResponse],
  ["GET", "/api/v3.1/toolkits/auth/callback", handleAuthorizationResponse],
];

/** The handler of a hosted page; undefined for other paths. */
export function findPage(method: string, path: string): PageHandler | undefined {
  return pages.find(([pageMethod, pattern]) => pageMethod === method && matchPath(pattern, path))?.[2];
}

function visitShortLink(call: SandboxCall): Response | Promise<Response> {
  const account = call.store.accountByPath(call.url.pathname);
  return refusal(account) ?? authorize(call, account as Account);
}

function visitLink(call: SandboxCall): Response | Promise<Response> {
  const account = call.store.accountByPath(call.url.pathname);
  const refused = refusal(account);
  if (refused || !account) return refused as Response;
  const isNeeded = isTyped(account) || missingFields(account.integration.scheme.userFields, account.data).length > 0;
  return isNeeded ? formPage(account) : authorize(call, account);
}

async function submitLink(call: SandboxCall): Promise<Response> {
  const account = call.store.accountByPath(call.url.pathname);
  const refused = refusal(account);
  if (refused || !account) return refused as Response;
  if (mediaTypeOf(call.request.headers) !== "application/x-www-form-urlencoded") return pageResponse(400, "Not a form", html`<p>Use the form of this page.</p>`);
  const form = new URLSearchParams(await call.request.text());
  const asked = askedFields(account);
  const typed = Object.fromEntries(asked.map(({ name }) => [name, form.get(name)?.trim() ?? ""]).filter(([, value]) => value));
  const missing = missingFields(asked, typed);
  if (missing.length) return formPage(account, typed, missing);
  account.data = { ...account.data, ...typed };
  if (!isTyped(account)) return authorize(call, account);
  account.isVisited = true;
  call.store.activate(account);
  return goBack(account);
}

/** The page for a link that cannot be used; undefined for one that can. */
function refusal(account: Account | undefined): Response | undefined {
  if (!account) return unknownLink();
  if (account.status === "EXPIRED") return gone("This link has expired");
  if (account.isVisited || !isWaiting(account)) return gone("This link was used already");
  return undefined;
}

function unknownLink(): Response {
  return pageResponse(404, "Unknown link", html`<p>This link does not exist. Start again from the app.</p>`);
}

function gone(title: string): Response {
  return pageResponse(410, title, html`<p>A link works once, for ten minutes. Start again from the app.</p>`);
}

/** Sends the user to the authorization server. */
async function authorize(call: SandboxCall, account: Account): Promise<Response> {
  const { app, scheme } = account.integration;
  const redirectUri = call.origin + callbackPath;
  const { path } = account;
  // Before the `await`, so that only one of two concurrent visits goes on.
  account.isVisited = true;
  try {
    const { url, session } = await call.oauth.start({ app: app.key, redirectUri, scopes: scheme.scopes });
    const state = new URL(url).searchParams.get("state");
    if (!state) throw new TypeError("the OAuth port gave a URL without state");
    if (!isCurrent(account, path)) return unknownLink();
    account.request = { state, session, redirectUri };
    account.status = "INITIATED";
    return redirectResponse(url);
  } catch {
    if (isCurrent(account, path)) account.isVisited = false;
    return pageResponse(502, "The app does not answer", html`<p>Its authorization server could not be reached. Try this link again later.</p>`);
  }
}

async function handleAuthorizationResponse(call: SandboxCall): Promise<Response> {
  const account = call.store.accountByState(call.url.searchParams.get("state") ?? "");
  const request = account?.request;
  if (!account || !request) return unknownResponse();
  const { path } = account;
  account.request = null;
  if (!isWaiting(account)) return goBack(account);
  const callbackUrl = new URL(call.url.pathname + call.url.search, call.origin);
  const result = await call.oauth.finish({ callbackUrl, session: request.session, redirectUri: request.redirectUri })
    .catch(() => ({ ok: false as const, error: "server_error" }));
  if (!isCurrent(account, path)) return unknownResponse();
  if (result.ok) call.store.activate(account, result.tokens);
  else {
    const { ok: _, ...failure } = result;
    const isDenied = failure.error === "access_denied";
    call.store.fail(account, failure, isDenied ? "Access denied by the user" : "OAuth callback failed during token exchange");
  }
  return goBack(account);
}

function unknownResponse(): Response {
  const text = html`<p>It was used already, or it belongs to no connection. Start again from the app.</p>`;
  return pageResponse(400, "Unknown authorization response", text);
}

/** Returns the user to the app, with the parameters of the call that began the attempt. */
function goBack(account: Account): Response {
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
  const url = new URL(account.callbackUrl);
  // Appended as text, because parsing and writing the app's own query could change it.
  url.search = [url.search.slice(1), new URLSearchParams(params).toString()].filter(Boolean).join("&");
  return redirectResponse(url.href);
}

function askedFields(account: Account): CatalogueField[] {
  return account.integration.scheme.userFields.filter((field) => !field.isHidden && !account.data[field.name]);
}

/** The form of a link: at first with the defaults, later with what the user typed except for secrets. */
function formPage(account: Account, typed?: Record<string, string>, missing: CatalogueField[] = []): Response {
  const { name } = account.integration.app;
  const fields = askedFields(account);
  return pageResponse(missing.length ? 400 : 200, `Connect ${name.trim()}`, html`
${missing.length > 0 && html`<p class="bad" role="alert">Missing: ${missing.map(({ displayName }) => displayName).join(", ")}</p>`}
<form method="post" autocomplete="off">
${fields.map((field) => inputElement(field, typed ? typed[field.name] : field.default))}
<button>Connect</button>
</form>`);
}

function inputElement(field: CatalogueField, value: string | undefined): Markup {
  const isSecret = field.isSecret || isSecretName(field.name);
  return html`<label for="${field.name}">${field.displayName}${!field.required && " (optional)"}</label>
<small id="${field.name}-help">${field.description}</small>
<input id="${field.name}" name="${field.name}" type="${isSecret ? "password" : "text"}" value="${!isSecret && value}"
aria-describedby="${field.name}-help" autocapitalize="none" spellcheck="false"${field.required && html` required`}>
`;
}
