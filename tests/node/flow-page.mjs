// The parts that tests of flows share: a page with popups, a sandbox, and clients whose flows end with the test.
import assert from "node:assert/strict";
import { afterEach, beforeEach } from "node:test";
import { isConnectError } from "connect-flow";
import { createSandbox } from "connect-flow/testing";
import { callbackAfterConsent } from "./browser.mjs";
import { makeSandboxClient, memoryStorage } from "./client.mjs";

export const home = "https://app.test";

/** The parts of a page that a flow uses, as globals. Set `isBlocking` to block popups. */
function openPageWithPopups(href = `${home}/connect`) {
  const page = { popups: [], assigned: [], reported: [], isBlocking: false, isFocused: true };
  const location = { href, origin: home, assign: (url) => page.assigned.push(url) };
  const open = (url, target, features) => {
    if (page.isBlocking) return null;
    const popup = { url, target, features, opener: globalThis, closed: false, close: () => (popup.closed = true) };
    popup.location = { replace: (to) => (popup.url = to) };
    page.popups.push(popup);
    return popup;
  };
  const targets = { window: new EventTarget(), document: new EventTarget() };
  const document = Object.assign(targets.document, { visibilityState: "visible", hasFocus: () => page.isFocused });
  const given = {
    location, open, document, history: { state: null, replaceState: (_state, _unused, url) => (location.href = url) },
    addEventListener: targets.window.addEventListener.bind(targets.window),
    removeEventListener: targets.window.removeEventListener.bind(targets.window),
    reportError: (error) => page.reported.push(error),
  };
  Object.assign(globalThis, given);
  page.location = location;
  page.window = targets.window;
  page.close = () => Object.keys(given).forEach((name) => delete globalThis[name]);
  return page;
}

export let page, sandbox, storage;
let flows;
beforeEach(() => {
  page = openPageWithPopups();
  sandbox = createSandbox();
  storage = memoryStorage();
  flows = [];
});
afterEach(() => {
  for (const flow of flows) flow?.dispose();
  page.close();
});

/** A client whose flows are disposed of after the test: a waiting flow would keep the process alive. */
export async function openClient(options) {
  const client = await makeSandboxClient(sandbox, { redirectUrl: undefined, retry: 0, storage, ...options });
  for (const method of ["flow", "resume"]) {
    client[method] = (given) => {
      flows.push(Object.getPrototypeOf(client)[method].call(client, given));
      return flows.at(-1);
    };
  }
  return client;
}

/** Resolves with the first snapshot in one of these states. */
export const reach = (flow, ...states) => new Promise((resolve) => {
  const check = () => states.includes(flow.getSnapshot().state) && (stop(), resolve(flow.getSnapshot()));
  const stop = flow.subscribe(check);
  check();
});

/** The user answers the consent page. Returns the callback URL. */
export const visit = (url, decision) => callbackAfterConsent(sandbox, url, decision);

export const rejects = (promise, code) => assert.rejects(promise, (error) => isConnectError(error) && error.code === code);

/** Lets all work finish that waits for no timer. */
export async function settle() {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
}
