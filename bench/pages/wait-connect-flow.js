import { createClient } from "connect-flow";
import { pass } from "./clock.js";

const open = () => createClient({ baseUrl: "/api/connect", entityId: "Jessica" });

/** Starts to wait for an account without a flow, as the platform's SDKs do. Returns a function that moves the clock. */
globalThis.begin = async ({ connectedAccountId, ms, isHidden }) => {
  const client = await open();
  if (isHidden) hide();
  let ended;
  client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 2 * ms }).then(
    () => (ended = "the account is active"),
    (error) => (ended = String(error)),
  );
  return async (passMs) => ({ ...(await pass(passMs)), ended });
};

globalThis.watch = async (options) => (await globalThis.begin(options))(options.ms);

/** Creates a flow that opens a popup at the next click. */
globalThis.prepare = async () => {
  const client = await open();
  const flow = client.flow({ app: "gmail", mode: "popup" });
  flow.load().catch(() => {});
  await until(flow, "ready");
  document.querySelector("button").onclick = () => void flow.submit({}).catch(() => {});
  globalThis.flow = flow;
};

/** Waits while the user is in the popup. Sets the focus state, because without a screen every window reports having the focus. */
globalThis.watchFlow = async ({ ms, isHidden }) => {
  const { flow } = globalThis;
  await until(flow, "waiting");
  document.hasFocus = () => false;
  dispatchEvent(new Event("blur"));
  if (isHidden) hide();
  const counts = await pass(ms);
  const { state, isPopupOpen } = flow.getSnapshot();
  return { ...counts, state, isPopupOpen };
};

async function until(flow, state) {
  for (let tries = 0; flow.getSnapshot().state !== state; tries += 1) {
    if (tries > 200) throw new Error(`the flow is not ${state}: ${JSON.stringify(flow.getSnapshot())}`);
    await pass(20);
  }
}

function hide() {
  Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
  Object.defineProperty(document, "hidden", { value: true, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}
document.title = "Ready";
