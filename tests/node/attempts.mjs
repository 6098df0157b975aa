// A sandbox in a page, with an attempt under way: what the tests of attempts share.
import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { memoryStorage } from "./client.mjs";

export const home = "https://app.test/";
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

/** A client of one page. Whatever else a browser shares between pages, these share `storage`. */
export const open = (options) => sandbox.createClient({ entityId: "Jessica", storage, ...options });
export const states = (...flows) => flows.map((flow) => flow.getSnapshot().state);
export const statuses = () => sandbox.accounts().map(({ status }) => status);
export const settle = () => sandbox.clock.advance(0);
export const records = () => [...storage.map].filter(([key]) => key.startsWith("connect-flow:")).map(([key, text]) => [key, JSON.parse(text)]);
export const codeOf = (promise) => promise.then((value) => value?.connectionStatus ?? value?.error?.code ?? value?.state, ({ code }) => code);

/** Changes every stored record, as an older version, another clock or anybody else may have written it. */
export function rewrite(change) {
  for (const [key, record] of records()) {
    change(record);
    storage.setItem(key, JSON.stringify(record));
  }
}

/** An attempt by popup whose user stays at the provider. */
export async function wait(client, options) {
  sandbox.next({ outcome: "never" });
  const flow = client.flow({ app: "gmail", mode: "popup", ...options });
  await flow.load();
  const end = flow.submit();
  await settle();
  assert.deepEqual(states(flow), ["waiting"]);
  return { flow, end, popup: sandbox.popups.at(-1), ...flow.getSnapshot() };
}

/** The user finishes at the provider without a word to any page; gives the callback URL. */
export async function finish(url) {
  const before = location.href;
  sandbox.visit(url);
  await sandbox.clock.advance(1_000);
  history.replaceState(null, "", before);
  return sandbox.callbackUrl;
}

/** Runs in another tab, with what the browser keeps for that alone. */
export async function inTab(tab, act) {
  globalThis.sessionStorage = tab;
  return act();
}
