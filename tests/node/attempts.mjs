// The parts that tests of attempts share: a sandbox in a page, and an attempt whose user is at the provider.
import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { memoryStorage } from "./client.mjs";

export const pageUrl = "https://app.test/";
export const minutes = (count) => count * 60_000;

export let sandbox, storage;
beforeEach(() => {
  sandbox = createSandbox();
  storage = memoryStorage();
});
afterEach(() => {
  sandbox.dispose();
  delete globalThis.sessionStorage;
});

/** A client as a page has it. All clients of a test share `storage`, as pages of one browser do. */
export const openClient = (options) => sandbox.createClient({ entityId: "Jessica", storage, ...options });
export const statesOf = (...flows) => flows.map((flow) => flow.getSnapshot().state);
export const accountStatuses = () => sandbox.accounts().map(({ status }) => status);
/** Lets all work finish that waits for no timer. */
export const settle = () => sandbox.clock.advance(0);
export const records = () => [...storage.map].filter(([key]) => key.startsWith("connect-flow:")).map(([key, text]) => [key, JSON.parse(text)]);
/** The connection status, error code or flow state that a promise ends with. */
export const outcomeOf = (promise) => promise.then((value) => value?.connectionStatus ?? value?.error?.code ?? value?.state, ({ code }) => code);

/** Changes every stored record in place, as an older version or another clock would have written it. */
export function rewriteRecords(change) {
  for (const [key, record] of records()) {
    change(record);
    storage.setItem(key, JSON.stringify(record));
  }
}

/** Starts an attempt by popup whose user stays at the provider. */
export async function startAttempt(client, options) {
  sandbox.next({ outcome: "never" });
  const flow = client.flow({ app: "gmail", mode: "popup", ...options });
  await flow.load();
  const end = flow.submit();
  await settle();
  assert.deepEqual(statesOf(flow), ["waiting"]);
  return { flow, end, popup: sandbox.popups.at(-1), ...flow.getSnapshot() };
}

/** The user finishes at the provider, and no page hears of it. Returns the callback URL. */
export async function finishAtProvider(redirectUrl) {
  const before = location.href;
  sandbox.visit(redirectUrl);
  await sandbox.clock.advance(1_000);
  history.replaceState(null, "", before);
  return sandbox.callbackUrl;
}

/** Sends a callback URL to every page on the channel of its flow. */
export const announce = (flowId, callback) => new BroadcastChannel(`connect-flow:${flowId}`).postMessage({ callback });

/** Runs `act` in the tab whose `sessionStorage` is `tab`. */
export async function inTab(tab, act) {
  globalThis.sessionStorage = tab;
  return act();
}
