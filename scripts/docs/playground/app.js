// The app of the playground. Its page talks to the sandbox over a channel; a real app's `fetch` reaches a gateway.
import { createClient, inputAttributes } from "./package/index.js";
import { fetchPlatform, show } from "./platform.js";

const find = (id) => document.getElementById(id);
const options = new URLSearchParams(location.search);
const name = options.get("name");

const client = await createClient({ baseUrl: "/api/connect", entityId: options.get("user"), fetch: fetchPlatform });
const flow = client.flow({ app: options.get("app"), mode: options.get("mode") });
let inputs = [];

find("title").textContent = `Connect ${name}`;
find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const values = Object.fromEntries(inputs.map(({ field, input }) => [field.name, input.value]));
  // In the click, because it opens the popup.
  flow.submit(values).catch(console.error);
});
find("again").addEventListener("click", () => flow.retry().catch(console.error));
find("cancel").addEventListener("click", () => flow.cancel());

flow.subscribe(render);
render();
await flow.load();

function render() {
  const snapshot = flow.getSnapshot();
  const { state } = snapshot;
  show(snapshot);
  find("form").hidden = !["ready", "initiating"].includes(state);
  find("connect").disabled = state !== "ready";
  find("again").hidden = !["failed", "cancelled"].includes(state) || snapshot.error?.code === "connection_not_needed";
  find("cancel").hidden = state !== "waiting";
  find("status").textContent = textFor(snapshot);
  find("status").className = state;
  if (state === "ready") showFields(snapshot);
  // The form with the focus is gone.
  if (document.activeElement === document.body && state !== "idle" && state !== "loading") find("status").focus();
}

function showFields({ expectedInputFields, issues }) {
  if (inputs.length !== expectedInputFields.length) {
    inputs = expectedInputFields.map(createInput);
    find("fields").replaceChildren(...inputs.map(({ row }) => row));
  }
  for (const { field, input, problem } of inputs) {
    problem.textContent = issues.find((issue) => issue.field === field.name)?.message ?? "";
    input.ariaInvalid = String(problem.textContent !== "");
  }
  inputs.find(({ problem }) => problem.textContent)?.input.focus();
}

function createInput(field) {
  const [row, label, help, input, problem] = ["div", "label", "small", "input", "small"].map((tag) => document.createElement(tag));
  for (const [attribute, value] of Object.entries(inputAttributes(field))) input.setAttribute(attribute, String(value));
  input.id = `field-${field.name}`;
  input.value = field.default ?? "";
  input.setAttribute("aria-describedby", `${input.id}-help ${input.id}-problem`);
  label.htmlFor = input.id;
  label.textContent = field.displayName + (field.required ? "" : " (optional)");
  help.id = `${input.id}-help`;
  help.textContent = field.description ?? "";
  problem.id = `${input.id}-problem`;
  problem.className = "failed";
  row.append(label, help, input, problem);
  return { field, row, input, problem };
}

function textFor({ state, error, account, expectedInputFields }) {
  switch (state) {
    case "ready": return expectedInputFields.length ? "" : `${name} needs no values here. You sign in on its own page.`;
    case "waiting": return "Continue in the other window.";
    case "connected": return `${name} is connected: account ${account.id}.`;
    case "cancelled": return "Nothing was connected.";
    case "failed": return textForError(error);
    default: return "One moment …";
  }
}

function textForError({ code }) {
  switch (code) {
    case "access_denied": return `Nothing was connected, because you denied access.`;
    case "connection_not_needed": return `${name} needs no connection.`;
    case "popup_closed": return "The window was closed before you finished.";
    case "popup_blocked": return "Your browser blocked the window. Try again.";
    default: return `That did not work (${code}).`;
  }
}
