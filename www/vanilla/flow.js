import { accountCard } from "./accounts.js";
import { find, focus, h } from "./dom.js";
import { clearAlert, explain, explainAccount, showAlert } from "./errors.js";
import { createForm } from "./form.js";
import * as steps from "./steps.js";
import { leftAttempt } from "./store.js";

const isPending = (status) => ["INITIATED", "INITIALIZING", "PENDING"].includes(status);
const plural = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/**
 * The five steps with a redirect. `page` provides `entity()`, `showEntity(name)`, `nameOf(app)`, `select(app, entity)`, `work(job)`,
 * `leave()`, `uncover()` and `connected(account, app)`.
 */
export function createFlow({ client, page }) {
  // The current attempt: app, entity, params, form.
  let attempt;

  function begin(app, entity) {
    attempt = { app, entity, name: page.nameOf(app) };
    page.select(app, entity);
    steps.reset();
  }

  /** Clears the selection and the steps. */
  function reset() {
    attempt = undefined;
    page.select();
    steps.reset();
  }

  function fail(thrown, { retry, stage = attempt?.stage } = {}) {
    const explained = explain(thrown, attempt?.name, { stage });
    steps.fail(`Failed: ${explained.error.code}`, explained.error.code === "access_denied" ? 4 : undefined);
    showAlert(explained, { retry });
  }

  const start = (app) =>
    page.work(async () => {
      begin(app, page.entity());
      try {
        await fetchParams();
      } catch (thrown) {
        fail(thrown, { retry: () => start(app) });
      }
    });

  // Step 1
  async function fetchParams() {
    const { app } = attempt;
    steps.begin(1, `getExpectedParamsForUser({ app: "${app}" })`, `Loading what ${attempt.name} needs…`);
    let params;
    try {
      params = await client.getExpectedParamsForUser({ app });
    } catch (thrown) {
      if (thrown?.code === "connection_not_needed") return notNeeded();
      throw thrown;
    }
    if (params.authScheme === "NO_AUTH") return notNeeded();
    attempt.params = params;
    const fields = params.expectedInputFields;
    const summary = fields.length ? plural(fields.length, "field") : "no fields";
    steps.done(1, `${params.authScheme}, ${summary}. Integration ${params.integrationId}.`);
    if (fields.length) return collect();
    steps.done(2, "No input needed.");
    return initiate({});
  }

  function notNeeded() {
    steps.done(1, `NO_AUTH: ${attempt.name} needs no connection. Its actions can be used right away.`);
    for (const n of [2, 3, 4, 5]) steps.unneeded(n);
    focus(find("steps-title"));
  }

  // Step 2
  function collect() {
    const { params } = attempt;
    steps.ask(2, "Please fill in the form.");
    attempt.form = createForm({
      fields: params.expectedInputFields,
      submitLabel: params.authScheme.includes("OAUTH") ? "Continue to sign in" : "Connect",
      onsubmit: submit,
      oncorrect: clearAlert,
      oncancel: () => {
        reset();
        focus(find("steps-title"));
      },
    });
    steps.slot(2).replaceChildren(attempt.form.element);
    attempt.form.focus();
  }

  function openForm() {
    steps.reset(3);
    steps.ask(2, "Please fill in the form.");
    attempt.form.element.hidden = false;
  }

  const submit = () =>
    page.work(async () => {
      const { form } = attempt;
      const data = form.take();
      form.element.hidden = true;
      steps.done(2, `${plural(Object.keys(data).length, "value")} entered: ${Object.keys(data).join(", ") || "none"}.`);
      try {
        await initiate(data);
      } catch (thrown) {
        handleRejected(thrown, form);
      }
    });

  function handleRejected(thrown, form) {
    const { app, name } = attempt;
    if (attempt.form !== form) return fail(thrown, { retry: () => start(app) });
    if (thrown?.code !== "fields_invalid") {
      form.forget();
      return fail(thrown, {
        stage: "initiate",
        retry: () =>
          page.work(async () => {
            openForm();
            form.focus();
          }),
      });
    }
    openForm();
    // Without a status, the client rejected the values before it sent anything.
    if (thrown.status === undefined) form.restore();
    else form.forget();
    const issues = thrown.issues ?? [];
    const others = form.showIssues(issues);
    const isMarked = others.length < issues.length;
    showAlert(explain(thrown, name), { others, hold: isMarked });
    return isMarked && form.focus();
  }

  // Step 3
  async function initiate(data) {
    const { entity, params } = attempt;
    const values = Object.keys(data).map((name) => `${name}: "…"`).join(", ");
    steps.begin(
      3,
      `initiateConnection({ entityId: "${entity}", integrationId: "${params.integrationId}", data: ${values ? `{ ${values} }` : "{}"} })`,
      "Creating the connection…",
    );
    attempt.stage = "initiate";
    const request = await client.initiateConnection({
      entityId: entity,
      integrationId: params.integrationId,
      data,
      returnTo: location.pathname,
    });
    attempt.form?.forget();
    steps.slot(2).replaceChildren();
    attempt.form = undefined;
    steps.done(3, `${request.connectionStatus}, account ${request.connectedAccountId}.`);
    return request.redirectUrl ? redirect(request) : stay(request);
  }

  // Step 4
  function redirect(request) {
    const { app, entity } = attempt;
    steps.begin(4, "redirect(request)", `To ${new URL(request.redirectUrl).host}, and back to this page.`);
    leftAttempt.set({
      flowId: request.flowId,
      connectedAccountId: request.connectedAccountId,
      app,
      entityId: entity,
      lines: steps.lines(),
    });
    client.redirect(request);
    return page.leave();
  }

  function stay(request) {
    steps.done(4, "No sign-in at a provider needed.");
    return verify(request.connectedAccountId);
  }

  // Step 5, if the user did not leave the page
  async function verify(connectedAccountId) {
    steps.begin(5, `connectedAccounts.get({ connectedAccountId: "${connectedAccountId}" })`);
    try {
      const account = await client.connectedAccounts.get({ connectedAccountId });
      conclude(account, { isSaved: true });
    } catch (thrown) {
      fail(thrown, { stage: "verify", retry: () => page.work(() => verify(connectedAccountId)) });
    }
  }

  function conclude(account, { isSaved }) {
    const { app, entity, name } = attempt;
    const card = accountCard({ account, name, entity, isSaved });
    steps.slot(5).replaceChildren(card);
    if (account.status === "ACTIVE") {
      steps.done(5, isSaved ? "ACTIVE: saved." : "ACTIVE: connected.");
      page.connected(account, app);
      focus(card.querySelector("h4"));
    } else if (isPending(account.status)) {
      steps.report(5, `${account.status}: the platform is still working on it.`);
      card.append(h("button", { type: "button", class: "plain", onclick: () => page.work(() => verify(account.id)) }, "Check again"));
      focus(card.querySelector("h4"));
    } else {
      steps.fail(`${account.status}.`);
      showAlert(explainAccount(account, name), { retry: () => start(app) });
    }
  }

  // Step 5, when the user has returned
  async function complete(url) {
    const parameters = [...new URL(url).searchParams.values()];
    const isOfCallback = (one) => one && (parameters.includes(one.flowId) || parameters.includes(one.connectedAccountId));
    // `pending()` omits expired attempts, which `completeConnection` still recognizes. So the page looks at its own record first.
    const left = [leftAttempt.get()].find(isOfCallback) ?? client.pending().find(isOfCallback);
    const resume = (app, entity) => {
      page.showEntity(entity);
      begin(app, entity);
      steps.resume(left?.lines);
      steps.begin(5, "completeConnection()");
    };
    if (left?.app) resume(left.app, left.entityId);
    try {
      // The first call removes the callback's parameters from the address bar. A second call needs the original URL.
      const uncovered = page.uncover();
      const done = await client.completeConnection(url === location.href ? undefined : { url }).finally(() => uncovered);
      if (!done) return steps.reset();
      if (!left?.app) resume(done.app ?? done.account.app, done.account.entityId ?? page.entity());
      return conclude(done.account, { isSaved: false });
    } catch (thrown) {
      if (!left?.app) steps.begin(5, "completeConnection()");
      const app = left?.app;
      const retry = thrown?.retryable ? () => page.work(() => complete(url)) : app && (() => start(app));
      return fail(thrown, { stage: "verify", retry });
    }
  }

  // "Check again" for an attempt whose user did not return
  async function check(pending, report) {
    const { connectedAccountId, app } = pending;
    try {
      const account = await client.connectedAccounts.get({ connectedAccountId });
      if (isPending(account.status)) {
        report(`Still ${account.status}: the platform is waiting for you to sign in. Continue where you left off, or start over.`);
        return false;
      }
      begin(app ?? account.app, pending.entityId);
      steps.resume();
      steps.begin(5, `connectedAccounts.get({ connectedAccountId: "${connectedAccountId}" })`);
      conclude(account, { isSaved: false });
      return true;
    } catch (thrown) {
      showAlert(explain(thrown, app && page.nameOf(app)), { retry: () => page.check(pending, report) });
      return false;
    }
  }

  return { start, complete, check, reset };
}
