/** The script of the sandbox's own page, which connects an account with the package itself. */
import { createClient, inputAttributes, type ConnectFlow, type ExpectedInputField, type FlowSnapshot } from "../index.js";

const find = <Kind extends Element>(selector: string): Kind => document.querySelector(selector) as Kind;
const form = find<HTMLFormElement>("form");
const app = find<HTMLSelectElement>("select");
const fields = find("#fields");
const button = find<HTMLButtonElement>("button");
const status = find("#status");

let flow: ConnectFlow | undefined;
/** What was connected last, shown until another app is chosen. */
let connection = "";
let inputs: [name: string, input: HTMLInputElement][] = [];

async function main(): Promise<void> {
  const client = await createClient({ baseUrl: location.origin, unsafeApiKey: form.dataset.key, entityId: "you" });
  const choose = async () => {
    flow?.dispose();
    flow = undefined;
    if (app.selectedOptions[0]?.hasAttribute("data-no-auth")) {
      ask([]);
      button.disabled = true;
      status.textContent = `${app.value} needs no authentication, so there is nothing to connect.`;
      return;
    }
    const made = (flow = client.flow({ app: app.value }));
    made.subscribe(() => show(made.getSnapshot()));
    const { expectedInputFields } = await made.load();
    if (made === flow) ask(expectedInputFields);
  };
  app.onchange = () => {
    connection = "";
    void choose();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const hasFailed = ["failed", "cancelled"].includes(flow?.getSnapshot().state ?? "");
    void (hasFailed ? flow?.retry() : flow?.submit(Object.fromEntries(inputs.map(([name, { value }]) => [name, value]))));
  };
  // In a popup this tells the page that waits, and closes the window.
  const done = await client.completeConnection();
  await choose();
  if (done) tell(done.account.app, done.connectedAccountId);
}

function ask(expected: readonly ExpectedInputField[]): void {
  inputs = expected.map((field) => {
    const input = document.createElement("input");
    for (const [name, value] of Object.entries(inputAttributes(field))) input.setAttribute(name, String(value));
    return [field.name, input];
  });
  fields.replaceChildren(...expected.map(({ displayName }, index) => {
    const label = document.createElement("label");
    label.append(displayName, inputs[index]?.[1] ?? "");
    return label;
  }));
}

function show(snapshot: FlowSnapshot): void {
  const { state } = snapshot;
  button.disabled = !["ready", "failed", "cancelled"].includes(state);
  if (state === "connected") tell(snapshot.account.app, snapshot.connectedAccountId);
  else if (state === "failed" || state === "cancelled") status.textContent = `${snapshot.error.code}: ${snapshot.error.message}`;
  else if (state === "ready") status.textContent = snapshot.issues.map(({ message }) => message).join(" ") || connection;
  else status.textContent = state === "waiting" ? "Sign in in the other window." : "One moment…";
}

const tell = (connected: string, id: string): void => {
  connection = status.textContent = `${connected} is connected: the account ${id} is ACTIVE.`;
};

main().catch((error: unknown) => {
  status.textContent = String(error);
});
