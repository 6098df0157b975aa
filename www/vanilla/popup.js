import { accountCard } from "./accounts.js";
import { find, focus, h } from "./dom.js";
import { clearAlert, explain, showAlert } from "./errors.js";
import { createForm } from "./form.js";
import * as steps from "./steps.js";
import { leftAttempt, popups } from "./store.js";

const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const finalStates = ["connected", "failed", "cancelled"];
/** Codes of flows whose user did not finish at the provider. */
const unfinished = ["access_denied", "popup_closed", "cancelled"];
/** The stages of errors.js, by the state in which a flow failed. */
const stages = { initiating: "initiate", verifying: "verify" };

/** The five steps with a popup: `client.flow` does the work, and this page renders each snapshot. `page` is as in flow.js. */
export function createPopupFlow({ client, page }) {
  // The current flow, its form, its last rendered state, whether the user was sent to the provider, and the names of the entered values.
  let flow, form, last;
  let hasSignIn = false;
  let entered = [];
  // With `start(app, { id, isActive })`: the account to reconnect.
  let replaced;

  function drop() {
    flow?.dispose();
    flow = form = last = undefined;
    hasSignIn = false;
    entered = [];
    replaced = undefined;
  }

  function follow(next) {
    flow = next;
    flow.subscribe(() => render(next));
    render(next);
  }

  const start = (app, old) =>
    page.work(async () => {
      const entityId = page.entity();
      drop();
      replaced = old;
      page.select(app, entityId);
      steps.reset();
      follow(client.flow({ app, entityId, reconnect: old?.id, mode: "popup", returnTo: location.pathname }));
      await flow.load();
    });

  /** After a reload, resumes the attempt that this tab was waiting for. */
  function resume() {
    const { flowId } = awaitedAttempt() ?? {};
    const attempt = client.pending().find((one) => one.flowId === flowId && one.entityId === page.entity());
    if (!attempt) return;
    page.work(async () => {
      page.select(attempt.app, attempt.entityId);
      steps.resume(leftAttempt.get().lines, 4);
      const next = client.resume({ flowId });
      const ended = new Promise((resolve) => next.subscribe(() => finalStates.includes(next.getSnapshot().state) && resolve()));
      follow(next);
      await ended;
    });
  }

  const awaitedAttempt = () => (leftAttempt.get()?.isPopup ? leftAttempt.get() : undefined);

  function render(next) {
    if (next !== flow) return;
    const snapshot = flow.getSnapshot();
    const before = last;
    last = snapshot.state;
    if (finalStates.includes(last)) {
      if (awaitedAttempt()) leftAttempt.set(null);
      steps.slot(4).replaceChildren();
    }
    show[last]?.(snapshot, before);
  }

  const nameOf = ({ app }) => page.nameOf(app);

  const show = {
    loading: ({ app }) => steps.begin(1, `flow({ app: "${app}", mode: "popup" }).load()`, `Loading what ${page.nameOf(app)} needs…`),

    ready(snapshot, before) {
      const { expectedInputFields: fields, authScheme, integrationId } = snapshot;
      if (before === "loading") {
        const summary = fields.length ? plural(fields.length, "field") : "no fields";
        steps.done(1, `${authScheme}, ${summary}. Integration ${integrationId}.`);
      }
      // After a rejected submit, `submit` below shows the issues.
      if (before === "ready") return;
      steps.reset(before === "initiating" ? 3 : 2);
      if (!fields.length) showButton();
      else if (form?.element.isConnected) reopen();
      else collect(snapshot);
    },

    initiating() {
      hasSignIn = false;
      steps.reset(3);
      if (!form) steps.slot(2).replaceChildren();
      steps.done(2, form ? `${plural(entered.length, "value")} entered: ${entered.join(", ") || "none"}.` : "No input needed.");
      const values = entered.map((name) => `${name}: "…"`).join(", ");
      steps.begin(3, `submit(${values && `{ ${values} }`})`, "Creating the connection…");
    },

    waiting(snapshot, before) {
      hasSignIn = true;
      if (before === "initiating") {
        forget();
        steps.done(3, `INITIATED, account ${snapshot.connectedAccountId}.`);
      }
      steps.reset(before === "waiting" ? 5 : 4);
      const text = snapshot.isPopupOpen ? `Finish in the popup: sign in to ${nameOf(snapshot)}.` : "Finish in the other window.";
      if (before === "waiting") return steps.wait(4, text);
      steps.begin(4, undefined, text);
      remember(snapshot);
      const cancel = h("button", { type: "button", class: "plain", "data-testid": "cancel", onclick: () => flow.cancel() }, "Cancel");
      steps.slot(4).replaceChildren(h("div", { class: "actions" }, cancel));
      return focus(cancel);
    },

    verifying(snapshot, before) {
      hasSignIn = before !== "initiating";
      if (!hasSignIn) {
        forget();
        steps.done(3, `Account ${snapshot.connectedAccountId}.`);
        steps.unneeded(4);
      } else {
        steps.slot(4).replaceChildren();
        steps.pause(4, "The popup has returned or was closed.");
      }
      steps.begin(5, `connectedAccounts.get({ connectedAccountId: "${snapshot.connectedAccountId}" })`);
    },

    completing: () => steps.wait(5, "Waiting until the server has completed the connection…"),

    connected(snapshot, before) {
      const { account, app, entityId, authScheme } = snapshot;
      // A flow without a sign-in has skipped step 4. A resumed or seemingly cancelled flow can connect without `verifying`.
      if (before !== "verifying" || hasSignIn) steps.done(4, "Done in the other window.");
      if (before !== "verifying") steps.begin(5);
      const isSaved = authScheme !== undefined && !/OAUTH|LINK|SAML/.test(authScheme);
      const card = accountCard({ account, name: nameOf(snapshot), entity: entityId, isSaved });
      steps.slot(5).replaceChildren(card);
      steps.done(5, isSaved ? "ACTIVE: saved." : "ACTIVE: connected.");
      clearAlert();
      page.connected(account, app ?? account.app, replaced?.id);
      focus(card.querySelector("h4"));
    },

    failed(snapshot, before) {
      if (snapshot.error.code === "connection_not_needed") return notNeeded(snapshot);
      return ended(snapshot, `Failed: ${snapshot.error.code}`, stages[before]);
    },

    cancelled: (snapshot) => ended(snapshot, "Cancelled."),
  };

  function notNeeded(snapshot) {
    steps.done(1, `NO_AUTH: ${nameOf(snapshot)} needs no connection. Its actions can be used right away.`);
    for (const n of [2, 3, 4, 5]) steps.unneeded(n);
    focus(find("steps-title"));
  }

  function ended(snapshot, text, stage) {
    forget();
    steps.slot(2).replaceChildren();
    steps.fail(text, hasSignIn && unfinished.includes(snapshot.error.code) ? 4 : undefined);
    // Some browsers do not let a page close its popup while it shows the provider.
    const others = snapshot.error.code === "cancelled" ? ["If the popup is still open, close it."] : [];
    showAlert(explain(snapshot.error, nameOf(snapshot), { stage }), { others, retry: () => submit(() => flow.retry()) });
  }

  /** Drops the form once its values have been sent. */
  function forget() {
    form?.forget();
    if (form) steps.slot(2).replaceChildren();
  }

  /** Stores the attempt, for early.js in the popup and for a reload of this tab. */
  function remember({ connectedAccountId }) {
    const attempt = client.pending().find((one) => one.connectedAccountId === connectedAccountId);
    if (!attempt) return;
    popups.add(attempt);
    leftAttempt.set({ ...attempt, lines: steps.lines(), isPopup: true });
  }

  // Step 2, with fields
  function collect({ expectedInputFields: fields, authScheme }) {
    steps.ask(2, replaced?.isActive ? "This account works. It uses the old values until you have saved new ones." : "Please fill in the form.");
    form = createForm({
      fields,
      submitLabel: authScheme.includes("OAUTH") ? "Sign in with a popup" : "Connect",
      onsubmit: () => submit(send),
      oncorrect: clearAlert,
      oncancel: () => {
        drop();
        page.select();
        steps.reset();
        focus(find("steps-title"));
      },
    });
    steps.slot(2).replaceChildren(form.element);
    form.focus();
  }

  function reopen() {
    steps.ask(2, "Please fill in the form.");
    form.element.hidden = false;
  }

  // Step 2, without fields
  function showButton() {
    steps.ask(2, replaced?.isActive ? "This account works. It stays usable until you have signed in again." : "Ready to connect.", "No input needed.");
    const button = h(
      "button",
      { type: "button", class: "primary", "data-testid": "submit", onclick: () => submit(() => flow.submit()) },
      "Sign in with a popup",
    );
    steps.slot(2).replaceChildren(h("div", { class: "actions" }, button));
    focus(button);
  }

  function send() {
    const data = form.take();
    entered = Object.keys(data);
    form.element.hidden = true;
    return flow.submit(data);
  }

  /** Runs in the click handler: browsers allow a popup only then. */
  const submit = (call) =>
    page.work(async () => {
      const settled = call();
      // If the flow is still `ready`, the client rejected the values without sending.
      const isSent = last !== "ready";
      const { state, issues, app } = await settled;
      if (state !== "ready" || !issues.length) return;
      if (form) reopen();
      if (isSent) form?.forget();
      else form?.restore();
      const others = form?.showIssues(issues) ?? issues.map(({ message }) => message);
      const isMarked = others.length < issues.length;
      showAlert(explain({ name: "ConnectError", code: "fields_invalid" }, page.nameOf(app)), { others, hold: isMarked });
      if (isMarked) form.focus();
    });

  return { start, resume, drop, isWaitingFor: (id) => awaitedAttempt()?.connectedAccountId === id };
}
