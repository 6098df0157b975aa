import { html, page, redirect, type Markup } from "./answers.js";
import { isSecretName, missing, type Field } from "./apps.js";
import type { Call, Route } from "./router.js";
import { isCurrent, isTyped, isWaiting, type Account } from "./store.js";

const callbackPath = "/api/v3/toolkits/auth/callback";

/** The pages that users see on their way, and the address that authorization servers answer to. An app with a domain of its own may forward to either version. */
export const hostedRoutes: Route[] = [
  ["GET", "/api/v3/s/:code", visitShortLink],
  ["GET", "/link/:token", visitLink],
  ["POST", "/link/:token", submitLink],
  ["GET", callbackPath, receive],
  ["GET", "/api/v3.1/toolkits/auth/callback", receive],
];

function visitShortLink(call: Call): Response | Promise<Response> {
  const account = call.store.visited(call.url.pathname);
  return refusal(account) ?? authorize(call, account as Account);
}

function visitLink(call: Call): Response | Promise<Response> {
  const account = call.store.visited(call.url.pathname);
  const refused = refusal(account);
  if (refused || !account) return refused as Response;
  const isNeeded = isTyped(account) || missing(account.integration.scheme.userFields, account.data).length > 0;
  return isNeeded ? formPage(account) : authorize(call, account);
}

async function submitLink(call: Call): Promise<Response> {
  const account = call.store.visited(call.url.pathname);
  const refused = refusal(account);
  if (refused || !account) return refused as Response;
  const mediaType = call.request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/x-www-form-urlencoded") return page(400, "Not a form", html`<p>Use the form of this page.</p>`);
  const form = new URLSearchParams(await call.request.text());
  const asked = askedFields(account);
  const typed = Object.fromEntries(asked.map(({ name }) => [name, form.get(name)?.trim() ?? ""]).filter(([, value]) => value));
  const absent = missing(asked, typed);
  if (absent.length) return formPage(account, typed, absent);
  account.data = { ...account.data, ...typed };
  if (!isTyped(account)) return authorize(call, account);
  account.isVisited = true;
  call.store.activate(account);
  return goBack(account);
}

/** Why the user can go no further with this account; undefined if they can. */
function refusal(account: Account | undefined): Response | undefined {
  if (!account) return unknownLink();
  if (account.status === "EXPIRED") return gone("This link has expired");
  if (account.isVisited || !isWaiting(account)) return gone("This link was used already");
  return undefined;
}

function unknownLink(): Response {
  return page(404, "Unknown link", html`<p>This link does not exist. Start again from the app.</p>`);
}

function gone(title: string): Response {
  return page(410, title, html`<p>A link works once, for ten minutes. Start again from the app.</p>`);
}

/** Sends the user to the authorization server. */
async function authorize(call: Call, account: Account): Promise<Response> {
  const { app, scheme } = account.integration;
  const redirectUri = call.origin + callbackPath;
  const { path } = account;
  // Before the wait: of two visits at once only one may go on.
  account.isVisited = true;
  try {
    const { url, session } = await call.oauth.start({ app: app.key, redirectUri, scopes: scheme.scopes });
    const state = new URL(url).searchParams.get("state");
    if (!state) throw new TypeError("the OAuth port gave a URL without state");
    if (!isCurrent(account, path)) return unknownLink();
    account.request = { state, session, redirectUri };
    account.status = "INITIATED";
    return redirect(url);
  } catch {
    if (isCurrent(account, path)) account.isVisited = false;
    return page(502, "The app does not answer", html`<p>Its authorization server could not be reached. Try this link again later.</p>`);
  }
}

/** Takes the authorization response. */
async function receive(call: Call): Promise<Response> {
  const account = call.store.requested(call.url.searchParams.get("state") ?? "");
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
  return page(400, "Unknown authorization response", text);
}

/** Returns the user to the app, in the dialect of the call that began the connection. */
function goBack(account: Account): Response {
  const isActive = account.status === "ACTIVE";
  if (account.callbackUrl === null) {
    return isActive
      ? page(200, "Connected", html`<p>You may close this window and return to the app.</p>`)
      : page(200, "Not connected", html`<p>Nothing was connected. You may close this window and return to the app.</p>`);
  }
  const status = isActive ? "success" : "failed";
  const appName = account.integration.app.key;
  const params = {
    create: { status, connectedAccountId: account.id, appName },
    link: { status, connected_account_id: account.id },
  }[account.dialect];
  const url = new URL(account.callbackUrl);
  // Appended as text: parsing and printing the app's own query again would respell it.
  url.search = [url.search.slice(1), new URLSearchParams(params).toString()].filter(Boolean).join("&");
  return redirect(url.href);
}

function askedFields(account: Account): Field[] {
  return account.integration.scheme.userFields.filter((field) => !field.isHidden && !account.data[field.name]);
}

/** The form of a link, at first with defaults, then with what was typed, secrets left out. */
function formPage(account: Account, typed?: Record<string, string>, absent: Field[] = []): Response {
  const { name } = account.integration.app;
  const fields = askedFields(account);
  return page(absent.length ? 400 : 200, `Connect ${name.trim()}`, html`
${absent.length > 0 && html`<p class="bad" role="alert">Missing: ${absent.map(({ displayName }) => displayName).join(", ")}</p>`}
<form method="post" autocomplete="off">
${fields.map((field) => input(field, typed ? typed[field.name] : field.default))}
<button>Connect</button>
</form>`);
}

function input(field: Field, value: string | undefined): Markup {
  const isSecret = field.isSecret || isSecretName(field.name);
  return html`<label for="${field.name}">${field.displayName}${!field.required && " (optional)"}</label>
<small id="${field.name}-help">${field.description}</small>
<input id="${field.name}" name="${field.name}" type="${isSecret ? "password" : "text"}" value="${!isSecret && value}"
aria-describedby="${field.name}-help" autocapitalize="none" spellcheck="false"${field.required && html` required`}>
`;
}
