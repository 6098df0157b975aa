import assert from "node:assert/strict";
import { openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab, popup } from "./support/tabs.mjs";
import { traces } from "./support/traces.mjs";

const test = scenarios();
const inOneEngine = scenarios({ inOneEngine: true });
const secret = "shpat_0123456789-very-secret";

/** How soon the page has to say that the popup was closed: a second where no focus tells it, and the platform's 1.5. */
const SOON = { timeout: 4_000 };

const statuses = (platform) => platform.accounts().map(({ status }) => status);
const isAtSubmit = ({ isReady, steps }) => isReady && steps[1] === "active";

/** Gets the page to the button that opens the popup. */
async function prepare(app, { key = "gmail", values = {} } = {}) {
  await app.open();
  await app.chooseMode("popup");
  await app.choose(key);
  await app.until("it is up to the user", isAtSubmit);
  await app.fill(values);
}

/** Gets the user into the popup. */
async function begin({ app, browser }, options) {
  await prepare(app, options);
  return popup(browser, () => app.press("submit"));
}

const closedPopup = (app) =>
  app.until("the page says that the popup was closed", ({ isReady, error }) => isReady && error?.code === "popup_closed", SOON);

test("Gmail by popup, from the click to ACTIVE", async (context) => {
  const { app, provider, platform, browser } = context;
  await app.open("/?tab=2&code=mine");
  await app.chooseMode("popup");
  assert.deepEqual(platform.calls(), []);
  await app.choose("gmail");
  const asked = await app.until("it is up to the user", isAtSubmit);
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

inOneEngine("Zendesk by popup, after one question", async (context) => {
  const { app, provider, platform } = context;
  const window = await begin(context, { key: "zendesk", values: { subdomain: "acme" } });
  await provider.agree("Jessica");
  await window.closed();
  const seen = await app.shows("ACTIVE");
  const [account, ...others] = platform.accounts();
  assert.deepEqual(others, []);
  assert.deepEqual([account.app, account.status, account.data], ["zendesk", "ACTIVE", { subdomain: "acme" }]);
  assert.deepEqual([seen.card.id, seen.fields], [account.id, []]);
});

test("a denied consent closes the popup and says so", async (context) => {
  const { app, provider, platform, browser } = context;
  const window = await begin(context);
  await provider.signIn("Jessica");
  await provider.deny();
  await window.closed();
  const seen = await app.fails("access_denied");
  assert.deepEqual([seen.card, seen.connected, seen.pending], [undefined, [], []]);
  assert.deepEqual(statuses(platform), ["FAILED"]);

  const second = await popup(browser, () => app.press("retry"));
  await provider.agree("Jessica");
  await second.closed();
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["FAILED", "ACTIVE"]);
});

inOneEngine("Shopify opens no popup, and its key leaves no trace", async ({ app, platform, browser, watch }) => {
  await prepare(app, { key: "shopify" });
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

/** Closes the popup where the user is, and tries again to the end. `made`: the accounts that the first try has left. */
async function closeAndRetry({ app, provider, platform, browser }, window, { made }) {
  await window.close();
  const seen = await closedPopup(app);
  assert.match(seen.error.text, /The popup was closed before Gmail was connected/);
  assert.deepEqual([seen.card, seen.connected, seen.error.canRetry], [undefined, [], true]);

  const second = await popup(browser, () => app.press("retry"));
  await provider.asks();
  assert.deepEqual(statuses(platform), [...made, "INITIATED"]);
  await provider.agree("Jessica");
  await second.closed();
  const connected = await app.shows("ACTIVE");
  assert.deepEqual([connected.error, connected.pending], [undefined, []]);
  assert.deepEqual(statuses(platform), [...made, "ACTIVE"]);
}

test("a popup that is closed before there is anything in it is a cancel, and can be tried again", async (context) => {
  const { app, platform, browser } = context;
  await prepare(app);
  // The platform takes its time until the page has hung up.
  const hangUp = new Promise((resolve) => {
    platform.when("POST", "/api/*", ({ signal }) => new Promise((go) => signal.addEventListener("abort", go)).then(resolve));
  });
  const window = await popup(browser, () => app.press("submit"));
  await closeAndRetry(context, window, { made: [] });
  await hangUp;
});

test("a popup that is closed at the sign-in is a cancel, and can be tried again", async (context) => {
  const window = await begin(context);
  await context.provider.asks();
  await closeAndRetry(context, window, { made: ["INITIATED"] });
});

inOneEngine("a popup that is closed at the consent is a cancel, and can be tried again", async (context) => {
  const window = await begin(context);
  await context.provider.signIn("Jessica");
  await context.provider.shows("Allow access?");
  await closeAndRetry(context, window, { made: ["INITIATED"] });
});

test("a popup that is closed on its way back is no cancel", async (context) => {
  const { app, provider, platform, front } = context;
  const window = await begin(context);
  // The page that it comes back to is there, and has said nothing yet.
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

inOneEngine("a blocked popup starts nothing, and the next click goes on", async ({ app, provider, platform, browser }) => {
  await prepare(app);
  await browser.execute(() => {
    const { open } = window;
    window.open = () => {
      window.open = open;
      return null;
    };
  });
  await app.press("submit");
  const seen = await app.fails("popup_blocked");
  assert.ok(seen.error.canRetry);
  assert.deepEqual(platform.calls("POST"), []);

  const window = await popup(browser, () => app.press("retry"));
  await provider.agree("Jessica");
  await window.closed();
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
});

inOneEngine("an initiate that fails may have made an account, and can be tried again", async (context) => {
  const { app, provider, platform, expectTrouble } = context;
  expectTrouble(/^status 500: POST/);
  platform.sandbox.fault({ kind: "status", status: 500, method: "POST", path: "/api/*" });
  await prepare(app);
  await app.press("submit");
  const seen = await app.fails("server");
  assert.match(seen.error.text, /may have been made/);
  assert.equal(platform.calls("POST").length, 1);

  const window = await popup(context.browser, () => app.press("retry"));
  await provider.agree("Jessica");
  await window.closed();
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
});

test("the browser's own blocker is noticed, and the next click goes on", async ({ app, provider, platform, browser }) => {
  await app.open();
  // Whatever is clicked by a script is no click of the user's.
  const click = (testId) => browser.execute((id) => void setTimeout(() => document.querySelector(`[data-testid="${id}"]`).click()), testId);
  await click("mode-popup");
  await click("app-gmail");
  await app.until("it is up to the user", isAtSubmit);
  await click("submit");
  await app.fails("popup_blocked");
  assert.deepEqual(platform.calls("POST"), []);

  const window = await popup(browser, () => app.press("retry"));
  await provider.agree("Jessica");
  await window.closed();
  await app.shows("ACTIVE");
});

inOneEngine("with mode auto the page itself leaves where popups are blocked", async ({ provider, platform, browser, watch }) => {
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
    await browser.waitUntil(() => browser.execute(() => "connectFlow" in globalThis));
    const { value } = await page.call({}, "completeConnection");
    assert.equal(value.connectionStatus, "ACTIVE");
    assert.deepEqual(statuses(platform), ["ACTIVE"]);
    assert.equal(await browser.getUrl(), page.url);
  } finally {
    await page.close();
  }
});

test("a page that is reloaded meanwhile waits on, and is connected", async (context) => {
  const { app, provider, platform, browser } = context;
  const window = await begin(context);
  await provider.signIn("Jessica");
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

inOneEngine("a page that was reloaded can give up, and the popup's user connects nothing", async (context) => {
  const { app, provider, browser } = context;
  const window = await begin(context);
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

test("where the page is gone, the popup shows the result itself", async (context) => {
  const { app, provider, platform, browser } = context;
  await openTab(browser, "window");
  const window = await begin(context);
  await provider.asks();
  await window.leave();
  await app.waits();
  await browser.closeWindow();
  await browser.switchToWindow(window.handle);
  await provider.agree("Jessica");
  const seen = await app.shows("ACTIVE");
  assert.deepEqual([seen.card.id, seen.url], [platform.accounts()[0].id, `${platform.appUrl}/`]);
  assert.deepEqual(seen.connected.map(({ id }) => id), [seen.card.id]);
  assert.deepEqual(seen.pending, []);
});

test("two tabs with a popup each connect two apps, each its own", async (context) => {
  const { app, provider, platform, browser } = context;
  const gmail = await begin(context);
  await provider.asks();
  await gmail.leave();
  await app.waits();
  await openTab(browser, "window");
  const zendesk = await begin(context, { key: "zendesk", values: { subdomain: "acme" } });
  await provider.signIn("Jessica");
  await provider.allow();
  await zendesk.closed();
  const [gmailAccount, zendeskAccount] = platform.accounts();
  assert.equal((await app.shows("ACTIVE")).card.id, zendeskAccount.id);
  await gmail.leave();
  assert.equal((await app.waits()).card, undefined);

  // Who is signed in already is asked again: the provider's page was there before that.
  await browser.switchToWindow(gmail.handle);
  await provider.agree("Jessica");
  await gmail.closed();
  assert.equal((await app.shows("ACTIVE")).card.id, gmailAccount.id);
  assert.deepEqual(platform.accounts().map(({ app, status }) => [app, status]), [["gmail", "ACTIVE"], ["zendesk", "ACTIVE"]]);
});

inOneEngine("who gives up is not waited for, and can begin again", async (context) => {
  const { app, provider, platform, browser } = context;
  const window = await begin(context);
  await provider.asks();
  await window.leave();
  await app.waits();
  await app.press("cancel");
  const seen = await app.fails("cancelled");
  assert.deepEqual([seen.card, seen.connected, seen.pending], [undefined, [], []]);

  const second = await popup(browser, () => app.press("retry"));
  await provider.agree("Jessica");
  await second.closed();
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["INITIATED", "ACTIVE"]);
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

for (const [what, breakIt] of Object.entries(storages)) {
  // Whatever storage throws is caught in one place.
  const run = what === "is full" ? inOneEngine : test;
  run(`a popup connects where the storage ${what}`, async (context) => {
    const { app, provider, platform, front } = context;
    const undo = front.inPages(breakIt);
    try {
      const window = await begin(context);
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
