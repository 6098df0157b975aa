import { isConnectError } from "connect-flow";
import { find, focus, h } from "./dom.js";

/** One sentence for the user, by code. `app`: the name of the app, or "the app". */
const sentences = {
  load_failed: () => "A part of this page could not be loaded.",
  invalid_argument: (app, { message }) => `This page made a mistake: ${message}.`,
  fields_invalid: () => "Some values are missing or do not fit. They are marked in the form.",
  app_not_connectable: (app) => `${app} asks for credentials of the developer’s own, which this project does not have.`,
  integration_not_found: (app) => `${app} is not set up in this project. Its developer adds it on the platform.`,
  auth_scheme_mismatch: (app) => `${app} is set up with another way to sign in than the one asked for.`,
  callback_invalid: () => "The address that you came back with contradicts itself, so it was not believed. Nothing was connected.",
  callback_unbound: () =>
    "The address that you came with belongs to no connection that was started in this browser, so it was not believed. If you did start one, start it here again.",
  callback_replayed: () => "This attempt has failed before and cannot be used again.",
  completion_required: () => "The platform wants this site’s server to finish the connection, which this demo does not do.",
  flow_expired: (app) => `You started connecting ${app} more than 10 minutes ago, and the attempt has run out.`,
  access_denied: (app) => `You said no to ${app}, so nothing was connected.`,
  account_failed: (app) => `${app} could not be connected.`,
  account_expired: (app) => `The connection to ${app} has expired: it was not finished in time, or access has run out.`,
  account_revoked: (app) => `Access to ${app} was taken back.`,
  account_inactive: (app) => `The connection to ${app} is switched off on the platform.`,
  account_mismatch: () => "The answer was about another account than the one that you started, so it was not believed.",
  popup_blocked: () =>
    "Your browser blocked the popup. Try again; if that is blocked as well, allow popups for this page, or choose to sign in on this page.",
  popup_closed: (app) => `The popup was closed before ${app} was connected.`,
  in_app_browser: (app) => `${app} does not let anybody sign in inside of another app. Open this page in your browser.`,
  redirect_refused: () => "The platform wanted to send you to an address that this page does not trust. You were not sent there.",
  network: () => "The platform could not be reached. Are you online?",
  timeout: () => "The platform did not answer in time.",
  cancelled: () => "Stopped. Nothing more was sent.",
  unauthorized: () => "The platform does not accept this site’s key or session.",
  forbidden: () => "This site is not allowed to do that on the platform.",
  not_found: () => "The platform does not know what this page asked for.",
  gone: () => "What this page asked for is no longer on the platform.",
  conflict: () => "The platform is busy with the same thing already, or has it already.",
  invalid_request: () => "The platform refused the request.",
  endpoint_retired: () => "The platform has retired what this page uses.",
  rate_limited: (app, { retryAfterMs }) =>
    `Too many requests for now. Try again ${retryAfterMs ? `in ${Math.ceil(retryAfterMs / 1000)} s` : "in a moment"}.`,
  server: () => "The platform has trouble of its own. It may be over in a moment.",
  response_invalid: () => "The platform’s answer makes no sense to this page.",
};

/** After these, nobody knows whether the platform did what was asked. */
const undecided = ["network", "timeout", "server", "response_invalid"];

/** Codes after which a new attempt is the way on, though the same call would fail again. */
const newAttempt = [
  "load_failed", "flow_expired", "access_denied", "account_failed", "account_expired", "account_revoked",
  "callback_replayed", "invalid_request", "response_invalid", "cancelled", "popup_closed",
];

/** Turns whatever was thrown into what can be shown. */
export function explain(thrown, appName, { stage } = {}) {
  const error = isConnectError(thrown) ? thrown : { code: "unexpected", message: String(thrown?.message ?? thrown) };
  let text = sentences[error.code]?.(appName ?? "the app", error) ?? error.message;
  text = text.charAt(0).toUpperCase() + text.slice(1);
  if (stage === "verify" && error.code === "timeout") text = "The platform has not confirmed the connection yet.";
  const isUndecided = stage === "initiate" && undecided.includes(error.code);
  if (isUndecided) text += " The account may have been made all the same.";
  return { error, text, canRetry: error.retryable === true || isUndecided || newAttempt.includes(error.code) };
}

const byStatus = { EXPIRED: "account_expired", REVOKED: "account_revoked", INACTIVE: "account_inactive" };

/** The same for an account that is not active, and will not be without a new attempt. */
export function explainAccount(account, appName) {
  const code = byStatus[account.status] ?? "account_failed";
  return { error: { code, errorDescription: account.statusReason }, text: sentences[code](appName), canRetry: true };
}

/** Shows the alert. `retry`: what "Try again" does, where that makes sense. `hold`: leave the keyboard where it is. */
export function showAlert({ error, text, canRetry }, { retry, others = [], hold = false } = {}) {
  const fine = [error.code, error.requestId && `request ${error.requestId}`].filter(Boolean).join(" · ");
  const card = h(
    "div",
    { class: "alert", "data-testid": "error", "data-code": error.code, tabindex: "-1" },
    h("p", { class: "alert-text" }, text),
    ...others.map((message) => h("p", {}, message)),
    error.errorDescription && h("p", { class: "muted" }, "The platform says: ", h("q", {}, error.errorDescription)),
    h("p", { class: "fine" }, fine),
    // What is marked in the form goes away when the form is sent again.
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
