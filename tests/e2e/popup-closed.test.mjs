// A user who closes a popup returns to the page. The page's focus event reveals the closing, even where timers are throttled.
import assert from "node:assert/strict";
import { engine } from "./support/engines.mjs";
import { openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { popup } from "./support/tabs.mjs";
import { until } from "./support/until.mjs";

const test = scenarios({ hasFocus: true });

/** Runs in the page: a button that starts a popup flow. Notes when each state was first reached, and makes timers suspendable. */
async function prepare() {
  const wait = globalThis.setTimeout;
  const timers = (globalThis.timers = { isSuspended: false, generation: 0 });
  globalThis.setTimeout = (handler, ms, ...values) => {
    const { generation } = timers;
    // Decided when the timer is due, because the focus event that ends the suspension may also set it.
    return wait(() => !timers.isSuspended && generation === timers.generation && handler(...values), ms);
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

/** Runs in the page: drops all timers, and new ones too until the page has the focus. */
function suspendTimers() {
  const { states, opened, timers } = globalThis;
  const suspend = () => Object.assign(timers, { isSuspended: true, generation: timers.generation + 1 });
  suspend();
  // The flow reads the focus again at any event of the page. Its suspended timer would have done so within a second.
  dispatchEvent(new Event("online"));
  addEventListener("blur", () => states.wasClosed || suspend());
  addEventListener("focus", () => {
    timers.isSuspended = false;
    if (states.wasClosed) return;
    // In WebKit the focus event may come before `closed` is true.
    states.wasClosed = opened.closed;
    states.focus = performance.now();
  }, true);
}

test("a page with suspended timers notices a closed popup by its focus event", async ({ provider, platform, browser }) => {
  const page = await openModulePage(browser, platform);
  try {
    await browser.execute(prepare);
    const window = await popup(browser, async () => (await browser.$("button")).click());
    await provider.asks();
    // The window manager focuses the popup with a delay. Without the popup's focus, the page would get no focus event.
    await until(browser, "the popup has the focus", () => browser.execute(() => document.hasFocus()), Boolean);
    await window.leave();
    await browser.execute(suspendTimers);
    await browser.switchToWindow(window.handle);
    await window.close();
    // The window manager sometimes gives the focus to no window. The user then clicks the page, until it has the focus.
    const seen = async () => {
      await engine.toFront?.(browser);
      return browser.execute(() => JSON.stringify(globalThis.states));
    };
    const { focus, wasClosed, verifying } = JSON.parse(await until(browser, "it is cancelled", seen, (text) => text.includes('"cancelled"')));
    const delayMs = verifying - focus;
    assert.ok(delayMs < (wasClosed ? 250 : 900), `checked ${delayMs} ms after the focus event, when the popup was ${wasClosed ? "" : "not yet "}closed`);
  } finally {
    await page.close();
  }
});
