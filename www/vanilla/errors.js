import { isConnectError } from "connect-flow";
import { find, focus, h } from "./dom.js";

/** The user's message for each error code. `app` is the app's name, or "the app". */
const sentences = {
  load_failed: () => "A part of this page could not be loaded.",
  invalid_argument: (app, { message }) => `This page has a bug: ${message}.`,
  fields_invalid: () => "Some values are missing or invalid. They are marked in the form.",
  connection_not_needed: (app) => `${app} needs no connection. Its actions can be used right away.`,
  app_not_connectable: (app) => `${app} needs credentials from its developer, which this project does not have.`,
  integration_not_found: (app) => `${app} is not set up in this project. Its developer can add it on the platform.`,
  auth_scheme_mismatch: (app) => `${app} is set up with a different sign-in method than the requested one.`,
  callback_invalid: () => "This page was opened with parameters that contradict each other. They were ignored, and nothing was connected.",
  callback_unbound: () => "You can close this window and continue where you started.",
  callback_replayed: () => "This attempt has already failed and cannot be used again.",
  completion_required: () => "The platform requires this site’s server to complete the connection, which it is not set up to do.",
  flow_expired: (app) => `You started to connect ${app} more than 10 minutes ago, and the attempt has expired.`,
  access_denied: (app) => `You said no to ${app}, so nothing was connected.`,
  account_failed: (app) => `${app} could not be connected.`,
  account_expired: (app) => `The connection to ${app} has expired: the sign-in was not finished in time, or the access has ended.`,
  account_revoked: (app) => `Access to ${app} was revoked.`,
  account_inactive: (app) => `The connection to ${app} is disabled on the platform.`,
  account_mismatch: () => "The answer was about a different account than the one that you started to connect, so it was ignored.",
  credentials_rejected: (app) => `${app} rejected these credentials.`,
  scopes_missing: (app) => `These credentials of ${app} lack a permission that is needed.`,
  connection_required: (app) => `${app} is not connected.`,
  popup_blocked: () =>
    "Your browser blocked the popup. Try again. If it is blocked again, allow popups for this page, or choose the mode redirect.",
  popup_closed: (app) => `The popup was closed before ${app} was connected.`,
  in_app_browser: (app) => `${app} does not allow signing in inside another app. Open this page in your browser.`,
  redirect_refused: () => "The platform tried to send you to an address that this page does not trust. You were not sent there.",
  network: () => "The platform could not be reached. Are you online?",
  timeout: () => "The platform did not answer in time.",
  cancelled: () => "Cancelled. Nothing more was sent.",
  unauthorized: () => "The platform does not accept this site’s key or session.",
  forbidden: () => "This site is not allowed to do that on the platform.",
  not_found: () => "The platform could not find what this page requested.",
  gone: () => "What this page requested no longer exists on the platform.",
  conflict: () => "The platform is already processing this, or it already exists.",
  invalid_request: () => "The platform refused the request.",
  endpoint_retired: () => "The platform no longer supports this request.",
  rate_limited: (app, { retryAfterMs }) =>
    `Too many requests. Try again ${retryAfterMs ? `in ${Math.ceil(retryAfterMs / 1000)} s` : "in a moment"}.`,
  server: () => "The platform is having trouble. Try again in a moment.",
  response_invalid: () => "The platform’s answer could not be understood.",
};

/** After these errors, it is unknown whether the platform performed the request. */
const ambiguous = ["network", "timeout", "server", "response_invalid"];

/** Errors after which a new attempt can succeed, although the same call would fail again. */
const newAttempt = [
  "load_failed", "flow_expired", "access_denied", "account_failed", "account_expired", "account_revoked",
  "callback_replayed", "credentials_rejected", "scopes_missing", "invalid_request", "response_invalid", "cancelled", "popup_closed",
];

/** Turns a thrown value into a text for the user. */
export function explain(thrown, appName, { stage } = {}) {
  const error = isConnectError(thrown) ? thrown : { code: "unexpected", message: String(thrown?.message ?? thrown) };
  let text = sentences[error.code]?.(appName ?? "the app", error) ?? error.message;
  text = text.charAt(0).toUpperCase() + text.slice(1);
  if (stage === "verify" && error.code === "timeout") text = "The platform has not confirmed the connection yet.";
  const isAmbiguous = stage === "initiate" && ambiguous.includes(error.code);
  if (isAmbiguous) text += " The account may have been created nevertheless.";
  return { error, text, canRetry: error.retryable === true || isAmbiguous || newAttempt.includes(error.code) };
}

const byStatus = { EXPIRED: "account_expired", REVOKED: "account_revoked", INACTIVE: "account_inactive" };

/** The same for an account that needs a new attempt to become ACTIVE. */
export function explainAccount(account, appName) {
  const code = byStatus[account.status] ?? "account_failed";
  return { error: { code, errorDescription: account.statusReason }, text: sentences[code](appName), canRetry: true };
}

/** Shows the alert. `retry` is called by "Try again", which is shown only if that can help. `hold` keeps the focus where it is. */
export function showAlert({ error, text, canRetry }, { retry, others = [], hold = false } = {}) {
  const details = [error.code, error.requestId && `request ${error.requestId}`].filter(Boolean).join(" · ");
  const card = h(
    "div",
    { class: "alert", "data-testid": "error", "data-code": error.code, tabindex: "-1" },
    h("p", { class: "alert-text" }, text),
    ...others.map((message) => h("p", {}, message)),
    error.errorDescription && h("p", { class: "muted" }, "The platform says: ", h("q", {}, error.errorDescription)),
    h("p", { class: "fine" }, details),
    // An alert about invalid fields needs no buttons: submitting the form again replaces it.
    !hold && h(
      "div",
      { class: "actions" },
      canRetry && retry && h("button", { type: "button", class: "primary", "data-testid": "retry", onclick: retry }, "Try again"),
      h("button", { type: "button", class: "plain", onclick: dismiss }, "Dismiss"),
    ),
  );
  find("alert").replaceChildren(card);
  if (!hold) focus(card);
}

export function clearAlert() {
  find("alert").replaceChildren();
}

function dismiss() {
  clearAlert();
  focus(find("steps-title"));
}
