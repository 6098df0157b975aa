// Whatever interrupts a reconnection, at every moment at least one account is usable. In the end there is one, and no unfinished one.
// tests/node/reconnect-interrupted.test.mjs has the interruptions that no engine changes.
import assert from "node:assert/strict";
import { click } from "./support/hands.mjs";
import { hasPackage, openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab, popup } from "./support/tabs.mjs";
import { until } from "./support/until.mjs";

const scenario = scenarios();

const keyData = { shop: "acme", admin_api_access_token: "shpat_new" };
const isPresent = ({ isDeleted }) => !isDeleted;
const isUsable = ({ isDeleted, isDisabled, status }) => !isDeleted && !isDisabled && status === "ACTIVE";

/** A test of one interruption: `interrupt` gets the page, the old account, and what a user can do. */
function test(name, app, interrupt) {
  scenario(name, async (context) => {
    const { browser, platform } = context;
    const page = await openModulePage(browser, platform);
    const { sandbox } = platform;
    const answer = sandbox.fetch;
    let fewest = Infinity;
    sandbox.fetch = async (request) => {
      const response = await answer(request);
      fewest = Math.min(fewest, platform.accounts().filter(isUsable).length);
      return response;
    };
    try {
      const old = sandbox.addAccount({ app, entityId: "Jessica", alias: "work" });
      await interrupt({ ...context, page, old, ...user(browser, old) });
      const left = () => platform.accounts().filter(isPresent).map(({ status, alias }) => [status, alias]);
      await until(browser, "one account is left", left, (accounts) => JSON.stringify(accounts) === '[["ACTIVE","work"]]');
      assert.ok(fewest >= 1, `${fewest} usable accounts`);
    } finally {
      sandbox.fetch = answer;
      await page.close();
    }
  });
}

/** What the user does in the page. */
function user(browser, { id, app }) {
  const data = app === "shopify" ? keyData : {};
  return {
    /** Loads a flow that reconnects the account, behind a button. Returns its state. */
    load: (options = {}) => browser.execute(loadInPage, { reconnect: id, mode: "popup", ...options }, data),
    press: () => click(browser, "button"),
    /** The page is empty after a reload. */
    reload: async () => {
      await browser.refresh();
      await hasPackage(browser);
    },
    ends: (state, code) => until(browser, `it is ${state}`, () => browser.execute(() => {
      const { state, error } = globalThis.flow.getSnapshot();
      return [state, error?.code ?? null];
    }), ([is, why]) => is === state && why === (code ?? null)),
  };
}

/** Runs in the page. */
async function loadInPage(options, data) {
  globalThis.client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica", retry: 0 });
  globalThis.flow = globalThis.client.flow(options);
  const { state } = await globalThis.flow.load();
  const button = document.createElement("button");
  button.textContent = "Reconnect";
  button.onclick = () => void globalThis.flow.submit(data);
  document.body.replaceChildren(button);
  return state;
}

/** Waits until the platform was asked this. */
const asked = (browser, platform, method, part) =>
  until(browser, `${method} ${part} was sent`, () => platform.calls(method).map(({ path }) => path), (paths) => paths.some((path) => path.includes(part)));

test("a reload while the user signs in", "gmail", async ({ load, press, reload, ends, browser, provider }) => {
  await load();
  const window = await popup(browser, press);
  await provider.asks();
  await window.leave();
  await reload();
  await browser.switchToWindow(window.handle);
  await provider.agree("Jessica");
  await until(browser, "the user is back", () => browser.getUrl(), (url) => url.includes("cf_flow"));
  await window.leave();
  assert.equal(await load(), "connected");
  await ends("connected");
});

test("a second tab that reconnects the same account", "gmail", async ({ load, press, ends, browser, provider, page }) => {
  await load();
  const first = await popup(browser, press);
  await provider.asks();
  await first.leave();
  const tab = await openTab(browser, "window");
  await browser.url(page.url);
  await hasPackage(browser);
  assert.equal(await load(), "ready");
  const second = await popup(browser, press);
  await provider.agree("Jessica");
  await second.leave();
  await ends("connected");
  await tab.leave();
  await ends("cancelled", "cancelled");
});

for (const [app, kind] of [["gmail", "an account that signs in"], ["shopify", "an account with a key"]]) {
  test(`a crash between the steps that replace ${kind}`, app, async ({ load, press, reload, ends, browser, provider, platform, old }) => {
    platform.sandbox.fault({ kind: "hang", method: "DELETE", path: new RegExp(`${old.id}$`) });
    await load({ mode: "redirect" });
    await press();
    if (app === "gmail") {
      await provider.agree("Jessica");
      await hasPackage(browser);
      await browser.execute(loadWithoutWaiting);
    }
    await asked(browser, platform, "DELETE", old.id);
    assert.equal(platform.accounts().filter(isUsable).length, 2);
    await reload();
    assert.equal(await load(), "connected");
    await ends("connected");
  });
}

/** Runs in the page that the user returns to. */
async function loadWithoutWaiting() {
  globalThis.client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica", retry: 0 });
  globalThis.flow = globalThis.client.resume();
  globalThis.flow.subscribe(() => {});
}
