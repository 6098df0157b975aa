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
  globalThis.turns = 0;
  globalThis.setTimeout = (handler, ms, ...values) => {
    const { turns } = globalThis;
    return wait(() => turns === globalThis.turns && handler(...values), ms);
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

/** Runs in the page: once it has the focus back and the popup is gone, no timer that was set before goes off. */
function sleep() {
  addEventListener("focus", () => {
    const { states, opened } = globalThis;
    if (states.wasClosed) return;
    // In WebKit the focus is at times faster than the word that the window is gone.
    states.wasClosed = opened.closed;
    states.focus = performance.now();
    if (states.wasClosed) globalThis.turns += 1;
  }, true);
}

test("a closed popup is noticed with the focus, by a page whose timers sleep", async ({ provider, platform, browser }) => {
  const page = await openModulePage(browser, platform);
  try {
    await browser.execute(prepare);
    const window = await popup(browser, async () => (await browser.$("button")).click());
    await provider.asks();
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
