import { mediaTypeOf } from "../../platform/body.js";
import { matchPath } from "../../platform/routes.js";
import { isSecretName } from "../../platform/secret-names.js";
import type { SandboxCall } from "../api/call.js";
import { isRejected, missingFields, type CatalogueField } from "../catalogue/apps.js";
import { beginAttempt } from "../outcomes.js";
import { isTyped, isWaiting, type Account } from "../store.js";
import { authorize, callbackPath, endVisit, handleAuthorizationResponse, unknownLink } from "./authorization.js";
import { html, pageResponse, type Markup } from "./html.js";

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
  const refused = refusal(account);
  if (refused || !account) return refused as Response;
  arrive(call, account);
  return authorize(call, account);
}

function visitLink(call: SandboxCall): Response | Promise<Response> {
  const account = call.store.accountByPath(call.url.pathname);
  const refused = refusal(account);
  if (refused || !account) return refused as Response;
  arrive(call, account);
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
  if (missing.length) return formPage(account, typed, `Missing: ${missing.map(({ displayName }) => displayName).join(", ")}`);
  const data = { ...account.data, ...typed };
  if (isRejected(account.integration, data)) return formPage(account, typed, `${account.integration.app.name} rejected this`);
  account.data = data;
  if (!isTyped(account)) return authorize(call, account);
  account.isVisited = true;
  account.displayName = data.username ?? null;
  call.store.activate(account);
  return endVisit(call, account);
}

/** Begins the attempt of a user who is not a scripted one of `Users`. Reloading the page changes nothing. */
function arrive({ store }: SandboxCall, account: Account): void {
  const attempt = account.script ? undefined : store.attempts.shift();
  if (attempt) beginAttempt(store, account, attempt);
}

/** The page for a link that cannot be used; undefined for one that can. */
function refusal(account: Account | undefined): Response | undefined {
  if (!account) return unknownLink();
  if (account.status === "EXPIRED") return gone("This link has expired");
  if (account.isVisited || !isWaiting(account)) return gone("This link was used already");
  return undefined;
}

function gone(title: string): Response {
  return pageResponse(410, title, html`<p>A link works once, for ten minutes. Start again from the app.</p>`);
}

function askedFields(account: Account): CatalogueField[] {
  return account.integration.scheme.userFields.filter((field) => !field.isHidden && !account.data[field.name]);
}

/** The form of a link: at first with the defaults, later with what the user typed except for secrets. */
function formPage(account: Account, typed?: Record<string, string>, problem?: string): Response {
  const { name } = account.integration.app;
  const fields = askedFields(account);
  return pageResponse(problem === undefined ? 200 : 400, `Connect ${name.trim()}`, html`
${problem !== undefined && html`<p class="bad" role="alert">${problem}</p>`}
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
