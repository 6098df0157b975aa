import { accountCard } from "./accounts.js";
import { find, focus, h } from "./dom.js";
import { explain, explainAccount, showAlert } from "./errors.js";
import { createForm } from "./form.js";
import * as steps from "./steps.js";
import { trail } from "./store.js";

const isWaiting = (status) => ["INITIATED", "INITIALIZING", "PENDING"].includes(status);
const sign = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

/**
 * The five steps. `page` is what they need of it: `entity()`, `showEntity(name)`, `nameOf(app)`, `select(app, entity)`,
 * `work(job)`, `leave()`, `uncover()` and `connected(account, app)`.
 */
export function createFlow({ client, page }) {
  // The attempt under way: app, entity, params, form. One at a time.
  let attempt;

  function begin(app, entity) {
    attempt = { app, entity, name: page.nameOf(app) };
    page.select(app, entity);
    steps.reset();
  }

  /** Back to the beginning, nothing chosen. */
  function reset() {
    attempt = undefined;
    page.select();
    steps.reset();
  }

  function fail(thrown, { retry, stage = attempt?.stage } = {}) {
    const explained = explain(thrown, attempt?.name, { stage });
    steps.fail(`Failed: ${explained.error.code}`);
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
    steps.begin(1, `getExpectedParamsForUser({ app: "${app}" })`);
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
    const asked = fields.length ? `${sign(fields.length, "field")} to ask for` : "nothing to ask for";
    steps.done(1, `${params.authScheme}, ${asked}. Integration ${params.integrationId}.`);
    if (fields.length) return collect();
    steps.done(2, "Nothing to ask for.");
    return initiate({});
  }

  function notNeeded() {
    steps.done(1, `NO_AUTH: ${attempt.name} needs no connection. Its actions can be used at once.`);
    for (const n of [2, 3, 4, 5]) steps.unneeded(n);
    focus(find("steps-title"));
  }

  // Step 2
  function collect() {
    const { params } = attempt;
    steps.begin(2, undefined, "please fill in the form");
    attempt.form = createForm({
      fields: params.expectedInputFields,
      submitLabel: params.authScheme.includes("OAUTH") ? "Continue to sign in" : "Connect",
      onsubmit: submit,
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
    steps.begin(2, undefined, "please fill in the form");
    attempt.form.element.hidden = false;
  }

  const submit = () =>
    page.work(async () => {
      const { form } = attempt;
      const data = form.take();
      form.element.hidden = true;
      steps.done(2, `${sign(Object.keys(data).length, "value")} given: ${Object.keys(data).join(", ") || "none"}.`);
      try {
        await initiate(data);
      } catch (thrown) {
        refuse(thrown, form);
      }
    });

  function refuse(thrown, form) {
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
    // Without a status no server has answered: the values never left.
    if (thrown.status === undefined) form.giveBack();
    else form.forget();
    const issues = thrown.issues ?? [];
    const others = form.complain(issues);
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
    return request.redirectUrl ? sendOn(request) : stay(request);
  }

  // Step 4
  function sendOn(request) {
    const { app, entity } = attempt;
    steps.begin(4, "redirect(request)", `to ${new URL(request.redirectUrl).host}`);
    steps.tell(4, `To ${new URL(request.redirectUrl).host}, and back to this page.`);
    trail.set({
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
    steps.done(4, "Nothing to do at a provider.");
    return verify(request.connectedAccountId);
  }

  // Step 5, where the user never left
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
    } else if (isWaiting(account.status)) {
      steps.tell(5, `${account.status}: the platform is not done yet.`);
      card.append(h("button", { type: "button", class: "plain", onclick: () => page.work(() => verify(account.id)) }, "Check again"));
      focus(card.querySelector("h4"));
    } else {
      steps.fail(`${account.status}.`);
      showAlert(explainAccount(account, name), { retry: () => start(app) });
    }
  }

  // Step 5, when the user is back
  async function complete(url) {
    const said = [...new URL(url).searchParams.values()];
    const isThis = (one) => one && (said.includes(one.flowId) || said.includes(one.connectedAccountId));
    // `pending()` forgets what has run out, of which `completeConnection` can tell more.
    const left = [trail.get()].find(isThis) ?? client.pending().find(isThis);
    const resume = (app, entity) => {
      page.showEntity(entity);
      begin(app, entity);
      steps.resume(left?.lines);
      steps.begin(5, "completeConnection()");
    };
    if (left?.app) resume(left.app, left.entityId);
    try {
      // Once the address bar is tidied up, a second try needs the address as it was.
      const shown = page.uncover();
      const done = await client.completeConnection(url === location.href ? undefined : { url }).finally(() => shown);
      if (!done) return steps.reset();
      if (!left?.app) resume(done.app ?? done.account.app, done.account.entityId ?? page.entity());
      return conclude(done.account, { isSaved: false });
    } catch (thrown) {
      if (!left?.app) steps.begin(5, "completeConnection()");
      const app = left?.app;
      const again = thrown?.retryable ? () => page.work(() => complete(url)) : app && (() => start(app));
      return fail(thrown, { stage: "verify", retry: again });
    }
  }

  // "Check again" of an attempt that never came back
  async function check(pending, tell) {
    const { connectedAccountId, app } = pending;
    try {
      const account = await client.connectedAccounts.get({ connectedAccountId });
      if (isWaiting(account.status)) {
        tell(`Still ${account.status}: the platform waits for you to sign in. Do so where you left off, or start over.`);
        return false;
      }
      begin(app ?? account.app, pending.entityId);
      steps.resume();
      steps.begin(5, `connectedAccounts.get({ connectedAccountId: "${connectedAccountId}" })`);
      conclude(account, { isSaved: false });
      return true;
    } catch (thrown) {
      showAlert(explain(thrown, app && page.nameOf(app)), { retry: () => page.check(pending, tell) });
      return false;
    }
  }

  return { start, complete, check, reset };
}
