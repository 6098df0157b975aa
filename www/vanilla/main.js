// The demo page without a framework: a client, the five steps, and the accounts that were connected with them.
import { createClient } from "connect-flow";
import { createAccounts } from "./accounts.js";
import { describe } from "./demo.js";
import { find, focus, h, tile } from "./dom.js";
import { clearAlert, explain, showAlert } from "./errors.js";
import { createFlow } from "./flow.js";
import { createPending } from "./pending.js";
import { createPopupFlow } from "./popup.js";
import * as store from "./store.js";

/** How long after a redirect the page waits to be left, in milliseconds. */
const LEAVE_MS = 10_000;

/** How long a returned popup waits to be closed before it shows the whole page, in milliseconds. */
const CLOSE_MS = 700;

const radios = [...document.querySelectorAll('input[name="entity"]')];
const modes = [...document.querySelectorAll('input[name="mode"]')];
let apps = [];
let isBusy = true;
let leaving;
let flow, popups, accounts, pending;

const entity = () => radios.find((radio) => radio.checked).value;
const mode = () => modes.find((radio) => radio.checked).value;
const nameOf = (key) => apps.find((app) => app.key === key)?.name ?? key;

function setBusy(value) {
  isBusy = value;
  for (const control of document.querySelectorAll("button, .switch input")) control.disabled = value;
  find("main").setAttribute("aria-busy", String(value));
  document.body.dataset.ready = String(!value);
}

/** Runs one job at a time, with all controls disabled. */
async function work(job) {
  if (isBusy) return;
  const focused = document.activeElement;
  clearAlert();
  setBusy(true);
  try {
    await job();
  } finally {
    if (!leaving) setBusy(false);
    // Disabling the focused button has removed the focus.
    if (document.activeElement === document.body && focused.isConnected) focused.focus();
  }
}

function leave() {
  leaving = setTimeout(stayed, LEAVE_MS);
}

/** The redirect did not leave the page, or the page was restored from the back/forward cache. */
function stayed() {
  clearTimeout(leaving);
  leaving = undefined;
  reset();
  setBusy(false);
}

/** Clears the selection and ends whatever is running. */
function reset() {
  clearAlert();
  popups?.drop();
  flow?.reset();
  pending?.show(entity());
}

function start(key) {
  popups.drop();
  return mode() === "popup" ? popups.start(key) : flow.start(key);
}

/** If the module could not be loaded, loads it again first. */
async function choose(key) {
  if (!flow) await work(boot);
  if (flow) await start(key);
}

/** In a popup that its opener is about to close, waits before it shows the whole page. See early.js. */
async function uncover() {
  const root = document.documentElement;
  if (root.dataset.returning === undefined) return;
  await new Promise((resolve) => setTimeout(resolve, CLOSE_MS));
  delete root.dataset.returning;
}

/** Shows which app is being connected, and for whom. */
function select(key, entityId) {
  find("steps-lead").textContent = key ? `${nameOf(key)} for ${entityId}` : "Choose an app to start.";
  for (const button of find("apps").querySelectorAll("button")) {
    if (button.dataset.app === key) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

function showEntity(name) {
  const radio = radios.find(({ value }) => value === name);
  if (!radio || radio.checked) return;
  radio.checked = true;
  store.entity.set(name);
  accounts.show(name);
  pending.show(name);
}

function connected(account, app, replaced) {
  if (replaced && replaced !== account.id) accounts.remove(replaced);
  accounts.add(account, app);
  if (mode() === "popup") pending.settle({ app, entityId: entity() });
  pending.show(entity());
}

/** Reconnects an account by a popup, or by a form for another key. */
function reconnect({ id, app, isActive }) {
  if (isBusy) return;
  popups.start(app, { id, isActive });
  find("steps-title").scrollIntoView({ block: "start" });
}

const check = (attempt, report) =>
  work(async () => {
    if (await flow.check(attempt, report)) {
      pending.settle(attempt);
      pending.show(entity());
    }
  });

function startOver(attempt) {
  if (isBusy) return;
  pending.settle(attempt);
  pending.show(entity());
  if (attempt.app) start(attempt.app);
  else focus(find("apps-title"));
}

function showApps() {
  const card = ({ key, name, description }) =>
    h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "app", "data-testid": `app-${key}`, "data-app": key, disabled: true, onclick: () => choose(key) },
        tile(key, name ?? key),
        h("span", { class: "app-text" }, h("span", { class: "app-name" }, name ?? key), h("span", { class: "app-about" }, description)),
      ),
    );
  find("apps").replaceChildren(...apps.map(card));
}

function showSandbox(users) {
  if (!users.length) return;
  const credentials = users.flatMap(({ name, password }, index) => [
    index ? " or " : "",
    h("strong", {}, name),
    " with ",
    h("code", {}, password),
  ]);
  find("sandbox").replaceChildren(h("p", {}, h("strong", {}, "Sandbox."), " To sign in: ", ...credentials, ". Any API key is accepted, except “bad”."));
  find("sandbox").hidden = false;
}

async function load() {
  const client = await createClient({ baseUrl: "/api/connect", entityId: entity(), fetch: asUser });
  const page = { entity, showEntity, nameOf, select, work, leave, uncover, connected, check, reconnect };
  accounts = createAccounts({ client, nameOf, page });
  flow = createFlow({ client, page });
  popups = createPopupFlow({ client, page });
  pending = createPending({ client, nameOf, isKnown: (id) => accounts.has(id) || popups.isWaitingFor(id), check, startOver });
  accounts.show(entity());
  await flow.complete(location.href);
  pending.show(entity());
}

/** A real app has one user, whom its server knows from the session. The demo's server takes the user from this header. */
function asUser(request) {
  request.headers.set("demo-user", entity());
  return fetch(request);
}

async function boot() {
  find("accounts-lead").textContent = "Loading…";
  try {
    await load();
  } catch (thrown) {
    find("accounts-lead").textContent = "Not loaded.";
    showAlert(explain(thrown), { retry: () => work(boot) });
  }
}

const remembered = radios.find(({ value }) => value === store.entity.get());
if (remembered) remembered.checked = true;
const preferred = modes.find(({ value }) => value === store.mode.get());
if (preferred) preferred.checked = true;
find("entities").addEventListener("change", () => {
  store.entity.set(entity());
  reset();
  accounts?.show(entity());
});
find("modes").addEventListener("change", () => {
  store.mode.set(mode());
  reset();
});
addEventListener("pagehide", () => clearTimeout(leaving));
addEventListener("pageshow", (event) => {
  if (event.persisted && flow) stayed();
});

// Not a top-level await: in WebKit, closing a window during one hangs that window and its opener.
async function begin() {
  setBusy(true);
  const { users, apps: known } = await describe();
  apps = known;
  showApps();
  showSandbox(users);
  await boot();
  setBusy(false);
  popups?.resume();
}

begin();
