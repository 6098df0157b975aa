// A chat with a scripted agent, which has no model behind it. Its one action needs Gmail: the chat connects it in place, then runs the action once.
import { createClient } from "connect-flow";
import { find, focus, h } from "./dom.js";
import { explain } from "./errors.js";
import { popups } from "./store.js";
import { hold, remember, take, waiting } from "../react/parts/waiting-calls.ts";

const entityId = "Jessica";
const names = { gmail: "Gmail" };
/** Where the tab keeps the id of its waiting call. */
const storageKey = "demo:waiting-call";
let client, entity;

function say(who, ...content) {
  const line = h("li", { class: `line ${who}`, "data-testid": `line-${who}`, tabindex: "-1" }, ...content);
  find("lines").append(line);
  return line;
}

function setBusy(isBusy) {
  find("ask").disabled = isBusy;
  document.body.dataset.ready = String(!isBusy);
}

/** The agent's turn: it reads its tools, and calls one of them. */
async function answer(question) {
  say("user", question);
  const [tool] = await entity.tools({ actions: ["GMAIL_GET_PROFILE"] });
  await run({ id: crypto.randomUUID(), action: tool.name, input: "{}" });
}

/** Runs a call of a tool. If it needs a connection, nothing has run: the call waits for it. */
async function run(call) {
  say("tool", "Runs ", h("code", {}, call.action));
  try {
    const { data } = await entity.execute({ action: call.action, input: call.input });
    say("agent", "The mailbox belongs to ", h("bdi", {}, data.email), ".");
  } catch (thrown) {
    if (thrown?.code !== "connection_required") return say("problem", explain(thrown).text);
    await remember({ ...call, app: thrown.app });
    sessionStorage.setItem(storageKey, call.id);
    await proceed(call.id);
  }
}

/** Connects the app that a call waits for, then runs the call. One window at a time does that, and only one runs the call. */
async function proceed(id) {
  const held = new AbortController();
  let note;
  await hold(id, held.signal, () => {
    note = say("connect", h("p", {}, "This question is open in another window. Continue there."));
  });
  note?.remove();
  await connect(id);
  sessionStorage.removeItem(storageKey);
  const call = await take(id);
  held.abort();
  if (call) await run(call);
  else say("agent", "Another window has answered.");
}

/** Connects the app that a call waits for. `problem` is the text of an attempt that failed. */
async function connect(id, problem) {
  const call = await waiting(id);
  if (!call) return;
  const name = names[call.app] ?? call.app;
  const card = say("connect", h("p", {}, problem ?? `To answer, I need access to your ${name} account.`));
  const again = (text) => {
    card.remove();
    return connect(id, text);
  };
  // After a reload, the user may still be at the provider, in the popup of an attempt. After a failure, a new attempt begins.
  let flow = problem === undefined ? client.resume({ app: call.app }) : null;
  if (!flow) {
    try {
      const ensured = await client.ensureConnected({ app: call.app, entityId });
      if (ensured.account) return connected(card);
      flow = ensured.flow;
    } catch (thrown) {
      const asked = new Promise((resolve) => card.replaceChildren(h("p", {}, explain(thrown, name).text), actions(button("Try again", resolve))));
      return asked.then(() => again());
    }
  }
  const end = await new Promise((resolve) => {
    const draw = () => {
      const snapshot = flow.getSnapshot();
      if (["connected", "failed", "cancelled"].includes(snapshot.state)) resolve(snapshot);
      else show(card, flow, snapshot, name);
    };
    flow.subscribe(draw);
    draw();
  });
  if (end.state === "connected") return connected(card);
  return again(explain(end.error, name).text);
}

const button = (label, onclick, kind = "primary") => h("button", { type: "button", class: kind, "data-testid": "connect", onclick }, label);
const actions = (...buttons) => h("div", { class: "actions" }, ...buttons);

/** Shows the state of a flow in its card. */
function show(card, flow, snapshot, name) {
  if (card.dataset.state === snapshot.state) return;
  card.dataset.state = snapshot.state;
  const text = card.querySelector("p");
  card.querySelector(".actions")?.remove();
  if (snapshot.state === "ready") card.append(actions(button(`Connect ${name}`, () => void flow.submit().catch(() => {}))));
  if (snapshot.state !== "waiting") return;
  // The popup comes back to this page: see early.js.
  const attempt = client.pending().find(({ connectedAccountId }) => connectedAccountId === snapshot.connectedAccountId);
  if (attempt) popups.add(attempt);
  text.textContent = `Sign in to ${name} in the other window. I continue when you are back.`;
  const cancel = h("button", { type: "button", class: "plain", "data-testid": "cancel", onclick: () => void flow.cancel() }, "Cancel");
  card.append(actions(cancel));
}

function connected(card) {
  card.replaceChildren(h("p", {}, "Connected."));
  card.classList.add("done");
}

async function begin() {
  setBusy(true);
  try {
    client = await createClient({ baseUrl: "/api/connect", entityId });
    entity = client.entity(entityId);
    // In a popup, this tells the window that opened it, which then closes it. If the sign-in failed, the card says so.
    await client.completeConnection().catch(() => {});
    const id = sessionStorage.getItem(storageKey);
    setBusy(false);
    if (id) await proceed(id);
  } catch (thrown) {
    say("problem", explain(thrown).text);
  }
}

find("ask").addEventListener("click", async () => {
  setBusy(true);
  try {
    const turn = answer(find("ask").textContent);
    setBusy(false);
    await turn;
    focus(find("lines").lastElementChild);
  } catch (thrown) {
    say("problem", explain(thrown).text);
  }
});

begin();
