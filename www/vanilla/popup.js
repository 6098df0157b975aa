import { accountCard } from "./accounts.js";
import { find, focus, h } from "./dom.js";
import { explain, showAlert } from "./errors.js";
import { createForm } from "./form.js";
import * as steps from "./steps.js";
import { popups, trail } from "./store.js";

const sign = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;
const ends = ["connected", "failed", "cancelled"];
/** What errors.js calls the state that a flow has failed in. */
const stages = { initiating: "initiate", verifying: "verify" };

/** The same five steps by `client.flow`: the page stays, and shows each snapshot. `page` is as in flow.js. */
export function createPopupFlow({ client, page }) {
  // The flow under way, and what of it is on the page: the form, names of what was typed, the last state.
  let flow, form, last;
  let given = [];

  function drop() {
    flow?.dispose();
    flow = form = last = undefined;
    given = [];
  }

  function follow(next) {
    flow = next;
    flow.subscribe(() => render(next));
    render(next);
  }

  const start = (app) =>
    page.work(async () => {
      const entityId = page.entity();
      page.select(app, entityId);
      steps.reset();
      follow(client.flow({ app, entityId, mode: "popup", returnTo: location.pathname }));
      await flow.load();
    });

  /** After a reload, the attempt that this tab was waiting for. */
  function resume() {
    const { flowId } = waited() ?? {};
    const attempt = client.pending().find((one) => one.flowId === flowId && one.entityId === page.entity());
    if (!attempt) return;
    page.work(async () => {
      page.select(attempt.app, attempt.entityId);
      steps.resume(trail.get().lines, 4);
      const next = client.resume({ flowId });
      const ended = new Promise((resolve) => next.subscribe(() => ends.includes(next.getSnapshot().state) && resolve()));
      follow(next);
      await ended;
    });
  }

  const waited = () => (trail.get()?.isPopup ? trail.get() : undefined);

  function render(next) {
    if (next !== flow) return;
    const snapshot = flow.getSnapshot();
    const before = last;
    last = snapshot.state;
    if (ends.includes(last)) {
      if (waited()) trail.set(null);
      steps.slot(4).replaceChildren();
    }
    show[last]?.(snapshot, before);
  }

  const nameOf = ({ app }) => page.nameOf(app);

  const show = {
    loading: ({ app }) => steps.begin(1, `flow({ app: "${app}", mode: "popup" }).load()`),

    ready(snapshot, before) {
      const { expectedInputFields: fields, authScheme, integrationId } = snapshot;
      if (before === "loading") {
        const asked = fields.length ? `${sign(fields.length, "field")} to ask for` : "nothing to ask for";
        steps.done(1, `${authScheme}, ${asked}. Integration ${integrationId}.`);
      }
      // What is wrong with the values, submit tells.
      if (before === "ready") return;
      steps.reset(before === "initiating" ? 3 : 2);
      if (!fields.length) offer();
      else if (form?.element.isConnected) reopen();
      else collect(snapshot);
    },

    initiating() {
      steps.reset(3);
      if (!form) steps.slot(2).replaceChildren();
      steps.done(2, form ? `${sign(given.length, "value")} given: ${given.join(", ") || "none"}.` : "Nothing to ask for.");
      const values = given.map((name) => `${name}: "…"`).join(", ");
      steps.begin(3, `submit(${values && `{ ${values} }`})`);
    },

    waiting(snapshot, before) {
      if (before === "initiating") {
        forget();
        steps.done(3, `INITIATED, account ${snapshot.connectedAccountId}.`);
      }
      steps.reset(before === "waiting" ? 5 : 4);
      const text = snapshot.isPopupOpen ? `Finish in the popup: sign in to ${nameOf(snapshot)}.` : "Finish in the other window.";
      if (before === "waiting") return steps.tell(4, text);
      remember(snapshot);
      steps.begin(4);
      steps.tell(4, text);
      const cancel = h("button", { type: "button", class: "plain", "data-testid": "cancel", onclick: () => flow.cancel() }, "Cancel");
      steps.slot(4).replaceChildren(h("div", { class: "actions" }, cancel));
      return focus(cancel);
    },

    verifying(snapshot, before) {
      if (before === "initiating") {
        forget();
        steps.done(3, `Account ${snapshot.connectedAccountId}.`);
        steps.unneeded(4);
      } else {
        steps.slot(4).replaceChildren();
        steps.done(4, "Something has happened there.");
      }
      steps.begin(5, `connectedAccounts.get({ connectedAccountId: "${snapshot.connectedAccountId}" })`, "asking the platform");
    },

    connected(snapshot, before) {
      const { account, app, entityId, authScheme } = snapshot;
      // A flow that was resumed, or seemed cancelled, is not asked for more than that.
      if (before !== "verifying") {
        steps.done(4, "Done in the other window.");
        steps.begin(5);
      }
      const isSaved = authScheme !== undefined && !/OAUTH|LINK|SAML/.test(authScheme);
      const card = accountCard({ account, name: nameOf(snapshot), entity: entityId, isSaved });
      steps.slot(5).replaceChildren(card);
      steps.done(5, isSaved ? "ACTIVE: saved." : "ACTIVE: connected.");
      find("alert").replaceChildren();
      page.connected(account, app ?? account.app);
      focus(card.querySelector("h4"));
    },

    failed(snapshot, before) {
      if (snapshot.error.code === "connection_not_needed") return notNeeded(snapshot);
      return ended(snapshot, `Failed: ${snapshot.error.code}`, stages[before]);
    },

    cancelled: (snapshot) => ended(snapshot, "Cancelled."),
  };

  function notNeeded(snapshot) {
    steps.done(1, `NO_AUTH: ${nameOf(snapshot)} needs no connection. Its actions can be used at once.`);
    for (const n of [2, 3, 4, 5]) steps.unneeded(n);
    focus(find("steps-title"));
  }

  function ended(snapshot, text, stage) {
    forget();
    steps.slot(2).replaceChildren();
    steps.fail(text);
    // Not every browser lets a page close its popup while that is at the provider.
    const others = snapshot.error.code === "cancelled" ? ["If the popup is still open, close it."] : [];
    showAlert(explain(snapshot.error, nameOf(snapshot), { stage }), { others, retry: () => submit(() => flow.retry()) });
  }

  /** What was typed has been sent, and is asked for again if need be. */
  function forget() {
    form?.forget();
    if (form) steps.slot(2).replaceChildren();
  }

  /** For early.js in the popup, and for this tab once it is reloaded. */
  function remember({ connectedAccountId }) {
    const attempt = client.pending().find((one) => one.connectedAccountId === connectedAccountId);
    if (!attempt) return;
    popups.add(attempt);
    trail.set({ ...attempt, lines: steps.lines(), isPopup: true });
  }

  // Step 2, with fields
  function collect({ expectedInputFields: fields, authScheme }) {
    steps.begin(2, undefined, "please fill in the form");
    form = createForm({
      fields,
      submitLabel: authScheme.includes("OAUTH") ? "Sign in with a popup" : "Connect",
      onsubmit: () => submit(send),
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
    steps.begin(2, undefined, "please fill in the form");
    form.element.hidden = false;
  }

  // Step 2, without
  function offer() {
    steps.begin(2, undefined, "ready when you are");
    steps.tell(2, "Nothing to ask for.");
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
    given = Object.keys(data);
    form.element.hidden = true;
    return flow.submit(data);
  }

  /** In the click, as a popup is allowed then only. */
  const submit = (call) =>
    page.work(async () => {
      const settled = call();
      // Without a step further nothing was sent.
      const isSent = last !== "ready";
      const { state, issues, app } = await settled;
      if (state !== "ready" || !issues.length) return;
      if (form) reopen();
      if (isSent) form?.forget();
      else form?.giveBack();
      const others = form?.complain(issues) ?? issues.map(({ message }) => message);
      const isMarked = others.length < issues.length;
      showAlert(explain({ name: "ConnectError", code: "fields_invalid" }, page.nameOf(app)), { others, hold: isMarked });
      if (isMarked) form.focus();
    });

  return { start, resume, drop, isWaitingFor: (id) => waited()?.connectedAccountId === id };
}
