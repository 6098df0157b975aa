import assert from "node:assert/strict";
import { hasPackage, openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { closeWindow, openTab, popup } from "./support/tabs.mjs";
import { traces } from "./support/traces.mjs";

const test = scenarios();
const inOneEngine = scenarios({ inOneEngine: true });
const secret = "shpat_0123456789-very-secret";

/** The limit for noticing a closed popup: one second without a focus event, and 1.5 seconds for the status check. */
const CLOSED_LIMIT = { timeout: 4_000 };

const statuses = (platform) => platform.accounts().map(({ status }) => status);
const isAtSubmit = ({ isReady, steps }) => isReady && steps[1] === "active";

/** Brings the page to the button that opens the popup. */
async function openAtSubmit(app, { key = "gmail", values = {} } = {}) {
  await app.open();
  await app.chooseMode("popup");
  await app.choose(key);
  await app.until("the connect button is ready", isAtSubmit);
  await app.fill(values);
}

/** Opens the popup at the provider. */
async function openProviderPopup({ app, browser }, options) {
  await openAtSubmit(app, options);
  return popup(browser, () => app.press("submit"));
}

const untilPopupClosed = (app) =>
  app.until("the page reports the closed popup", ({ isReady, error }) => isReady && error?.code === "popup_closed", CLOSED_LIMIT);

test("a popup connects Gmail, from the click to ACTIVE", async (context) => {
  const { app, provider, platform, browser } = context;
  await app.open("/?tab=2&code=mine");
  await app.chooseMode("popup");
  assert.deepEqual(platform.calls(), []);
  await app.choose("gmail");
  const asked = await app.until("the connect button is ready", isAtSubmit);
  assert.deepEqual([asked.fields, asked.focused], [[], "submit"]);
  assert.deepEqual(platform.accounts(), []);

  const window = await popup(browser, () => app.press("submit"));
  await provider.asks();
  await window.leave();
  const waiting = await app.waits(/Finish in the popup/);
  assert.deepEqual([waiting.isReady, waiting.focused, waiting.card], [false, "cancel", undefined]);
  assert.deepEqual(statuses(platform), ["INITIATED"]);
  await browser.switchToWindow(window.handle);
  await provider.agree("Jessica");
  await window.closed();

  const seen = await app.shows("ACTIVE");
  const [account, ...others] = platform.accounts();
  assert.deepEqual(others, []);
  assert.deepEqual([account.app, account.status, account.entityId], ["gmail", "ACTIVE", "Jessica"]);
  assert.deepEqual([seen.card.id, seen.card.entity], [account.id, "Jessica"]);
  assert.deepEqual(seen.steps, Array(5).fill("done"));
  assert.equal(seen.url, `${platform.appUrl}/?tab=2&code=mine`);
  assert.deepEqual(seen.connected.map(({ id, status }) => [id, status]), [[account.id, "ACTIVE"]]);
  assert.deepEqual([seen.error, seen.pending], [undefined, []]);

  const again = await app.open();
  assert.deepEqual([again.mode, again.pending, again.steps[3]], ["popup", [], "waiting"]);
});

inOneEngine("an API key connects Shopify without a popup and leaves no trace", async ({ app, platform, browser, watch }) => {
  await openAtSubmit(app, { key: "shopify" });
  await browser.execute(() => {
    const { open } = window;
    window.opened = 0;
    window.open = (...values) => {
      window.opened += 1;
      return open(...values);
    };
  });
  await app.submit({ admin_api_access_token: secret });
  const marked = await app.fails("fields_invalid");
  assert.deepEqual(marked.fields.filter(({ isInvalid }) => isInvalid).map(({ name }) => name), ["shop"]);
  assert.equal(marked.fields.find(({ name }) => name === "admin_api_access_token").value, secret);
  assert.deepEqual(platform.calls("POST"), []);

  await app.submit({ shop: "acme" });
  const seen = await app.shows("ACTIVE");
  const [account, ...others] = platform.accounts();
  assert.deepEqual(others, []);
  assert.deepEqual([seen.card.id, account.data], [account.id, { admin_api_access_token: secret, shop: "acme" }]);
  assert.equal(await browser.execute(() => window.opened), 0);
  assert.deepEqual(await traces({ browser, watch, of: secret }), []);
});

test("closing a popup cancels, whether it is loading, at the sign-in or at the consent, and trying again connects", async (context) => {
  const { app, provider, platform, browser } = context;
  const tryAgain = () => popup(browser, () => app.press("retry"));
  const closeAndSee = async (window, expected) => {
    await window.close();
    const seen = await untilPopupClosed(app);
    assert.match(seen.error.text, /The popup was closed before Gmail was connected/);
    assert.deepEqual([seen.card, seen.connected, seen.error.canRetry], [undefined, [], true]);
    assert.match(seen.steps.join(" "), /^(done )+failed( waiting)+$/);
    assert.deepEqual(statuses(platform), expected);
  };
  await openAtSubmit(app);
  // The platform does not answer until the page has aborted its request.
  const aborted = new Promise((resolve) => {
    platform.when("POST", "/api/*", ({ signal }) => new Promise((go) => signal.addEventListener("abort", go)).then(resolve));
  });
  await closeAndSee(await popup(browser, () => app.press("submit")), []);

  const atSignIn = await tryAgain();
  await provider.asks();
  await closeAndSee(atSignIn, ["INITIATED"]);

  const atConsent = await tryAgain();
  await provider.signIn("Jessica");
  await provider.shows("Allow access?");
  await closeAndSee(atConsent, ["INITIATED", "INITIATED"]);

  const last = await tryAgain();
  await provider.agree("Jessica");
  await last.closed();
  const connected = await app.shows("ACTIVE");
  assert.deepEqual([connected.error, connected.pending], [undefined, []]);
  assert.deepEqual(statuses(platform), ["INITIATED", "INITIATED", "ACTIVE"]);
  await aborted;
});

test("a popup that closes during its return connects", async (context) => {
  const { app, provider, platform, front } = context;
  const window = await openProviderPopup(context);
  // The callback page loads, and closes before it can report anything.
  const undo = front.inPages(() => {
    if (!location.search.includes("cf_flow=")) return;
    globalThis.fetch = () => new Promise(() => {});
    addEventListener("load", () => globalThis.close());
  });
  try {
    await provider.agree("Jessica");
    await window.closed();
    const seen = await app.shows("ACTIVE");
    assert.equal(seen.error, undefined);
    assert.deepEqual(statuses(platform), ["ACTIVE"]);
  } finally {
    undo();
  }
});

inOneEngine("a blocked popup, a failed initiate, a denial and a cancelled attempt each show an error, and trying again connects", async (context) => {
  const { app, provider, platform, browser, expectTrouble } = context;
  const tryAgain = () => popup(browser, () => app.press("retry"));
  await openAtSubmit(app);
  await browser.execute(() => {
    const { open } = window;
    window.open = () => {
      window.open = open;
      return null;
    };
  });
  await app.press("submit");
  const blocked = await app.fails("popup_blocked");
  assert.ok(blocked.error.canRetry);
  assert.deepEqual(platform.calls("POST"), []);

  expectTrouble(/^status 500: POST/);
  platform.sandbox.fault({ kind: "status", status: 500, method: "POST", path: "/api/*" });
  await app.press("retry");
  const failed = await app.fails("server");
  assert.match(failed.error.text, /may have been created/);
  assert.equal(platform.calls("POST").length, 1);

  const denying = await tryAgain();
  await provider.signIn("Jessica");
  await provider.deny();
  await denying.closed();
  const denied = await app.fails("access_denied");
  assert.deepEqual([denied.card, denied.connected, denied.pending], [undefined, [], []]);
  assert.deepEqual(statuses(platform), ["FAILED"]);

  const cancelling = await tryAgain();
  await provider.asks();
  await cancelling.leave();
  await app.waits();
  await app.press("cancel");
  const cancelled = await app.fails("cancelled");
  assert.deepEqual([cancelled.card, cancelled.connected, cancelled.pending], [undefined, [], []]);

  const last = await tryAgain();
  await provider.agree("Jessica");
  await last.closed();
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["FAILED", "INITIATED", "ACTIVE"]);
});

test("the browser's popup blocker is detected, and the next click connects", async ({ app, provider, platform, browser }) => {
  await app.open();
  // A click by a script is not a user gesture.
  const click = (testId) => browser.execute((id) => void setTimeout(() => document.querySelector(`[data-testid="${id}"]`).click()), testId);
  await click("mode-popup");
  await click("app-gmail");
  await app.until("the connect button is ready", isAtSubmit);
  await click("submit");
  await app.fails("popup_blocked");
  assert.deepEqual(platform.calls("POST"), []);

  const window = await popup(browser, () => app.press("retry"));
  await provider.agree("Jessica");
  await window.closed();
  await app.shows("ACTIVE");
});

inOneEngine("mode auto redirects the page when popups are blocked", async ({ provider, platform, browser, watch }) => {
  const page = await openModulePage(browser, platform);
  try {
    await browser.execute(async () => {
      window.open = () => null;
      const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
      globalThis.flow = client.flow({ app: "gmail", mode: "auto" });
      await globalThis.flow.load();
      void globalThis.flow.submit();
    });
    await provider.agree("Jessica");
    await browser.waitUntil(async () => (await browser.getUrl()).startsWith(page.url));
    await hasPackage(browser);
    const { value } = await page.call({}, "completeConnection");
    assert.equal(value.connectionStatus, "ACTIVE");
    assert.deepEqual(statuses(platform), ["ACTIVE"]);
    assert.equal(await browser.getUrl(), page.url);
  } finally {
    await page.close();
  }
});

test("a page that is reloaded while the popup is open keeps waiting and connects", async (context) => {
  const { app, provider, platform, browser } = context;
  const window = await openProviderPopup(context);
  await provider.signIn("Jessica");
  // While the popup's page was being replaced, Firefox once answered commands for this page from the popup.
  await provider.shows("Allow access?");
  await window.leave();
  await app.waits();
  await browser.refresh();
  const waiting = await app.waits(/Finish in the other window/);
  assert.deepEqual([waiting.steps, waiting.pending], [["done", "done", "done", "active", "waiting"], []]);
  await browser.switchToWindow(window.handle);
  await provider.allow();
  await window.closed();
  const seen = await app.shows("ACTIVE");
  assert.deepEqual([seen.error, seen.pending, seen.steps], [undefined, [], Array(5).fill("done")]);
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
});

inOneEngine("cancelling after a reload makes the popup's callback invalid", async (context) => {
  const { app, provider, browser } = context;
  const window = await openProviderPopup(context);
  await provider.asks();
  await window.leave();
  await app.waits();
  await browser.refresh();
  await app.waits();
  await app.press("cancel");
  const cancelled = await app.fails("cancelled");
  assert.deepEqual([cancelled.connected, cancelled.pending], [[], []]);

  await browser.switchToWindow(window.handle);
  await provider.agree("Jessica");
  const seen = await app.fails("callback_replayed");
  assert.deepEqual([seen.card, seen.connected], [undefined, []]);
});

test("the popup shows the result when the page that opened it was closed", async (context) => {
  const { app, provider, platform, browser } = context;
  await openTab(browser, "window");
  const window = await openProviderPopup(context);
  await provider.asks();
  await window.leave();
  await app.waits();
  await closeWindow(browser, window.handle);
  await provider.agree("Jessica");
  const seen = await app.shows("ACTIVE");
  assert.deepEqual([seen.card.id, seen.url], [platform.accounts()[0].id, `${platform.appUrl}/`]);
  assert.deepEqual(seen.connected.map(({ id }) => id), [seen.card.id]);
  assert.deepEqual(seen.pending, []);
});

test("two tabs connect two apps at the same time, each in a popup", async (context) => {
  const { app, provider, platform, browser } = context;
  const gmail = await openProviderPopup(context);
  await provider.asks();
  await gmail.leave();
  await app.waits();
  await openTab(browser, "window");
  const zendesk = await openProviderPopup(context, { key: "zendesk", values: { subdomain: "acme" } });
  await provider.signIn("Jessica");
  await provider.allow();
  await zendesk.closed();
  const [gmailAccount, zendeskAccount] = platform.accounts();
  assert.equal((await app.shows("ACTIVE")).card.id, zendeskAccount.id);
  await gmail.leave();
  assert.equal((await app.waits()).card, undefined);

  // The provider asks for a password again, because this page was loaded before the other popup's sign-in.
  await browser.switchToWindow(gmail.handle);
  await provider.agree("Jessica");
  await gmail.closed();
  assert.equal((await app.shows("ACTIVE")).card.id, gmailAccount.id);
  assert.deepEqual(platform.accounts().map(({ app, status }) => [app, status]), [["gmail", "ACTIVE"], ["zendesk", "ACTIVE"]]);
  assert.deepEqual(platform.accounts()[1].data, { subdomain: "acme" });
});

const storages = {
  "is forbidden": () => {
    for (const name of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(globalThis, name, { get: () => { throw new DOMException("forbidden", "SecurityError"); } });
    }
  },
  "is full": () => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  },
};

for (const [state, breakStorage] of Object.entries(storages)) {
  // The client catches every storage error in one place, so one case in all engines is enough.
  const run = state === "is full" ? inOneEngine : test;
  run(`a popup connects when the storage ${state}`, async (context) => {
    const { app, provider, platform, front } = context;
    const undo = front.inPages(breakStorage);
    try {
      const window = await openProviderPopup(context);
      await provider.agree("Jessica");
      await window.closed();
      const seen = await app.shows("ACTIVE");
      assert.deepEqual([seen.error, seen.card.id], [undefined, platform.accounts()[0].id]);
      assert.deepEqual(statuses(platform), ["ACTIVE"]);
    } finally {
      undo();
    }
  });
}
