// Whatever interrupts a reconnection, at every moment at least one account is usable. In the end there is one, and no unfinished one.
import assert from "node:assert/strict";
import { click } from "./support/hands.mjs";
import { hasPackage, openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab, popup } from "./support/tabs.mjs";
import { until } from "./support/until.mjs";

const inEveryEngine = scenarios();
// These test what the client does next, which no engine changes. Other files test how each engine reloads, closes and blocks.
const inOneEngine = scenarios({ inOneEngine: true });
const minute = 60_000;

const keyData = { shop: "acme", admin_api_access_token: "shpat_new" };
const isPresent = ({ isDeleted }) => !isDeleted;
const isUsable = ({ isDeleted, isDisabled, status }) => !isDeleted && !isDisabled && status === "ACTIVE";

/** A test of one interruption: `interrupt` gets the page, the old account, and what a user can do. */
function test(name, app, interrupt, scenario = inOneEngine) {
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
async function loadInPage({ timeoutMs, ...options }, data) {
  globalThis.client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica", retry: 0, ...(timeoutMs && { timeoutMs }) });
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
}, inEveryEngine);

test("a closed popup", "gmail", async ({ load, press, ends, browser, provider }) => {
  await load();
  const window = await popup(browser, press);
  await provider.asks();
  await window.close();
  await ends("cancelled", "popup_closed");
});

test("access that is denied", "gmail", async ({ load, press, ends, browser, provider }) => {
  await load({ mode: "redirect" });
  await press();
  await provider.signIn("Jessica");
  await provider.deny();
  await hasPackage(browser);
  assert.equal(await load(), "failed");
  await ends("failed", "access_denied");
});

test("a link that expires", "gmail", async ({ load, press, ends, browser, provider, platform }) => {
  await load();
  const window = await popup(browser, press);
  await provider.asks();
  platform.sandbox.advance(11 * minute);
  await window.leave();
  await ends("failed", "account_expired");
});

test("cancel while the user signs in", "gmail", async ({ load, press, ends, browser, provider }) => {
  await load();
  const window = await popup(browser, press);
  await provider.asks();
  await window.leave();
  await browser.execute(() => globalThis.flow.cancel());
  await ends("cancelled", "cancelled");
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
}, inEveryEngine);

for (const [app, sign] of [["gmail", (provider) => provider.agree("Jessica")], ["shopify", () => {}]]) {
  const kind = app === "gmail" ? "an account that signs in" : "an account with a key";
  /** Runs a flow to the hand-over, in the page itself. */
  const reachHandOver = async ({ load, press, browser, provider }) => {
    await load({ mode: "redirect" });
    await press();
    if (app === "shopify") return;
    await sign(provider);
    await hasPackage(browser);
    await browser.execute(loadWithoutWaiting);
  };

  test(`a crash between the steps that replace ${kind}`, app, async (context) => {
    const { load, reload, ends, browser, platform, old } = context;
    platform.sandbox.fault({ kind: "hang", method: "DELETE", path: new RegExp(`${old.id}$`) });
    await reachHandOver(context);
    await asked(browser, platform, "DELETE", old.id);
    assert.equal(platform.accounts().filter(isUsable).length, 2);
    await reload();
    assert.equal(await load(), "connected");
    await ends("connected");
  }, inEveryEngine);

  test(`a step that fails when ${kind} is replaced`, app, async (context) => {
    const { ends, platform, old, expectTrouble } = context;
    // The deletion was carried out, so the old account is missing when the flow repeats its steps.
    expectTrouble(/^status 503: PATCH/, /^status 503: DELETE/, /^status 404: GET/);
    platform.sandbox.fault({ kind: "status", status: 503, method: "PATCH", path: new RegExp(`/ca_(?!${old.id.slice(3)})\\w+$`) });
    platform.sandbox.fault({ kind: "status", status: 503, method: "DELETE", path: new RegExp(`${old.id}$`), handled: true });
    await reachHandOver(context);
    await ends("connected");
  });
}

/** Runs in the page that the user returns to. */
async function loadWithoutWaiting() {
  globalThis.client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica", retry: 0 });
  globalThis.flow = globalThis.client.resume();
  globalThis.flow.subscribe(() => {});
}

/** The first check of the new account. Late and not missing: WebKit sends no request to an address while another page waits for its answer. */
const lateAnswer = ({ id }) => ({ kind: "delay", ms: 4_000, method: "GET", path: new RegExp(`/ca_(?!${id.slice(3)})\\w+$`) });

test("a reload before the new key's account is checked", "shopify", async ({ load, press, reload, ends, browser, platform, old }) => {
  await load();
  platform.sandbox.fault(lateAnswer(old));
  await press();
  await until(browser, "the account is there", () => platform.accounts().length, (count) => count === 2);
  await until(browser, "the attempt is stored", () => browser.execute(() => globalThis.client.pending().length), (count) => count === 1);
  await reload();
  assert.equal(await load(), "connected");
  await ends("connected");
});

test("a closed tab before the new key's account is checked", "shopify", async ({ load, press, ends, browser, platform, page, old }) => {
  const tab = await openTab(browser);
  await browser.url(page.url);
  await hasPackage(browser);
  await load();
  platform.sandbox.fault(lateAnswer(old));
  await press();
  await until(browser, "the attempt is stored", () => browser.execute(() => globalThis.client.pending().length), (count) => count === 1);
  await tab.close();
  assert.equal(await load(), "connected");
  await ends("connected");
});

test("a key that the app rejects", "shopify", async ({ load, press, ends, platform, expectTrouble }) => {
  expectTrouble(/^status 400: POST/);
  const error = { message: "rejected", code: 600, slug: "ConnectedAccount_CredentialValidationRejected", status: 400 };
  platform.sandbox.fault({ kind: "status", status: 400, method: "POST", body: { error } });
  await load();
  await press();
  await ends("failed", "credentials_rejected");
});

test("a time limit that passes before the platform has a new key", "shopify", async ({ load, press, ends, platform }) => {
  await load({ timeoutMs: 1_500 });
  platform.sandbox.fault({ kind: "hang", method: "POST" });
  await press();
  await ends("failed", "timeout");
});

test("cancel while the platform stores a new key", "shopify", async ({ load, press, ends, browser, platform }) => {
  await load();
  platform.sandbox.fault({ kind: "delay", ms: 1_000, method: "POST" });
  await press();
  await asked(browser, platform, "POST", "connected_accounts");
  await browser.execute(() => globalThis.flow.cancel());
  await ends("cancelled", "cancelled");
  await until(browser, "the account is there", () => platform.accounts().length, (count) => count === 2);
});

test("a second tab whose form still shows the old key", "shopify", async ({ load, press, ends, browser, page, expectTrouble }) => {
  expectTrouble(/^status 404: GET/);
  await load();
  const tab = await openTab(browser);
  await browser.url(page.url);
  await hasPackage(browser);
  await load();
  await press();
  await ends("connected");
  await tab.leave();
  await press();
  await ends("failed", "not_found");
});
