// Who closes a popup is back at the page. With the focus comes the word, whatever the page's timers do.
import assert from "node:assert/strict";
import { openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { popup } from "./support/tabs.mjs";
import { until } from "./support/until.mjs";

const test = scenarios({ hasFocus: true });

/** Runs in the page: a flow by popup, and when it was in which state. */
async function prepare() {
  const wait = globalThis.setTimeout;
  const sleeps = (globalThis.sleeps = { isAsleep: false, count: 0 });
  globalThis.setTimeout = (handler, ms, ...values) => {
    const { isAsleep, count } = sleeps;
    return wait(() => !isAsleep && count === sleeps.count && handler(...values), ms);
  };
  const { open } = window;
  window.open = (...values) => (globalThis.opened = open.apply(window, values));
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  globalThis.states = {};
  flow.subscribe(() => (globalThis.states[flow.getSnapshot().state] ??= performance.now()));
  const button = document.createElement("button");
  button.onclick = () => void flow.submit({});
  button.textContent = "Connect";
  document.body.append(button);
}

/** Runs in the page: from now on until it has the focus back no timer is set, and none that was set goes off any more. */
function sleep() {
  const { states, opened, sleeps } = globalThis;
  const fallAsleep = () => Object.assign(sleeps, { isAsleep: true, count: sleeps.count + 1 });
  fallAsleep();
  addEventListener("blur", () => states.wasClosed || fallAsleep());
  addEventListener("focus", () => {
    sleeps.isAsleep = false;
    if (states.wasClosed) return;
    // In WebKit the focus is at times faster than the word that the window is gone.
    states.wasClosed = opened.closed;
    states.focus = performance.now();
  }, true);
}

test("a closed popup is noticed with the focus, by a page whose timers sleep", async ({ provider, platform, browser }) => {
  const page = await openModulePage(browser, platform);
  try {
    await browser.execute(prepare);
    const window = await popup(browser, async () => (await browser.$("button")).click());
    await provider.asks();
    // The window manager gives it the focus some time after it is there, and only whoever has it can give it back.
    await until(browser, "the popup has the focus", () => browser.execute(() => document.hasFocus()), Boolean);
    await window.leave();
    await browser.execute(sleep);
    await browser.switchToWindow(window.handle);
    await window.close();
    const seen = () => browser.execute(() => JSON.stringify(globalThis.states));
    const { focus, wasClosed, verifying } = JSON.parse(await until(browser, "it is cancelled", seen, (text) => text.includes('"cancelled"')));
    const late = verifying - focus;
    assert.ok(late < (wasClosed ? 250 : 900), `looked at ${late} ms after, ${wasClosed ? "it was" : "it was not"} closed`);
  } finally {
    await page.close();
  }
});
