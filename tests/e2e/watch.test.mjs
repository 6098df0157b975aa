// The tests of the tests: that trouble is seen, and that windows come and go.
import assert from "node:assert/strict";
import { scenarios } from "./support/scenarios.mjs";
import { openTab, popup } from "./support/tabs.mjs";
import { traces } from "./support/traces.mjs";

const test = scenarios();

/** Opens a popup as a page may only when a user asks: in answer to a click. */
const openPopup = (browser, url) =>
  popup(browser, async () => {
    await browser.execute((address) => {
      const button = document.createElement("button");
      button.id = "open";
      button.textContent = "Open";
      button.style.cssText = "position: fixed; inset: 0; width: 9rem; height: 3rem; z-index: 9";
      button.onclick = () => {
        button.remove();
        globalThis.opened = open(address, "", "popup,width=500,height=600");
      };
      document.body.append(button);
    }, url);
    await browser.$("#open").click();
  });

/** Runs in the page: whatever a page should not do. */
function misbehave() {
  console.log("said only");
  console.warn("a warning", { of: "this" });
  console.error(new TypeError("an error that is logged"));
  console.assert(false, "an assertion");
  Promise.reject(new Error("a rejection that nobody catches"));
  fetch("/nothing-here");
  new Image().src = "http://elsewhere.example/";
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/no-style.css" }));
  throw new Error("an error that nobody catches");
}

const misdeeds = [
  /^console\.warn: a warning \{"of":"this"\}/,
  /^console\.error: TypeError: an error that is logged/,
  /^console\.assert: false an assertion/,
  /^uncaught: Error: a rejection that nobody catches/,
  /^status 404: GET .*\/nothing-here/,
  /^content security policy: img-src http:\/\/elsewhere\.example/,
  /^not loaded: .*\/no-style\.css/,
  /^uncaught: Error: an error that nobody catches/,
];

for (const where of ["the app", "the provider"]) {
  test(`trouble on a page of ${where} is seen`, async ({ app, provider, front, watch, expectTrouble }) => {
    // And what the browser says of the same.
    expectTrouble(...misdeeds, /elsewhere|404|a warning|an error|an assertion|a rejection|no-style|^console: error$/);
    await app.open();
    const undo = front.inPages(misbehave);
    try {
      if (where === "the app") {
        await app.open();
      } else {
        await app.choose("gmail");
        await provider.asks();
      }
      // Some of it takes a moment to happen.
      const isSeen = (pattern) => front.trouble().some((text) => pattern.test(text));
      await app.until("all of it is seen", () => misdeeds.every(isSeen));
      assert.ok(watch.said().includes("said only"));
    } finally {
      undo();
    }
  });
}

test("trouble in a popup is seen, and on a page that was left", async ({ app, browser, watch, expectTrouble }) => {
  expectTrouble(/in the popup/, /when leaving/);
  await app.open();
  const opened = await openPopup(browser, app.urlOf("/?other"));
  await app.ready();
  await browser.execute(() => console.error("in the popup"));
  await opened.close();
  await browser.execute(() => {
    addEventListener("pagehide", () => console.error("when leaving"));
  });
  await app.open("/?other");
  await app.until("it was noted", () => watch.said().includes("when leaving"));
});

test("what was typed is found wherever it stands", async ({ app, browser, watch }) => {
  await app.open();
  const find = () => traces({ browser, watch, of: "xyzzy" });
  assert.deepEqual(await find(), []);
  await browser.execute(() => {
    history.replaceState(null, "", "#xyzzy");
    history.replaceState(null, "", "/");
    console.debug("xyzzy");
    sessionStorage.setItem("it", btoa("xyzzy"));
  });
  assert.deepEqual(await find(), ["sessionStorage", "console", "addresses"]);
});

test("a popup closes itself, or is closed", async ({ app, browser }) => {
  await app.open();
  const first = await openPopup(browser, app.urlOf("/?other"));
  await app.ready();
  assert.equal((await app.read()).url, app.urlOf("/?other"));
  await first.leave();
  assert.equal((await app.read()).url, app.urlOf("/"));
  await browser.switchToWindow(first.handle);
  await browser.execute(() => void setTimeout(close));
  await first.closed();
  assert.equal((await app.read()).url, app.urlOf("/"));

  const second = await openPopup(browser, app.urlOf("/?other"));
  await second.close();
  assert.deepEqual(await browser.getWindowHandles(), [second.opener]);
  await app.until("the page knows", () => browser.execute(() => globalThis.opened.closed));
});

test("an empty browser has one window, no cookies and nothing stored", async ({ app, provider, browser, fresh, platform }) => {
  await app.open();
  await app.choose("gmail");
  await provider.signIn("Jessica");
  const tab = await openTab(browser, "window");
  await app.open();
  await app.until("the notice shows", ({ pending }) => pending.length === 1);
  await openPopup(browser, app.urlOf("/?other"));
  await app.ready();
  await openPopup(browser, app.urlOf("/?other"));
  await app.ready();
  // Whoever drives the browser is left in a window that is no more.
  await browser.execute(() => void setTimeout(close));
  await fresh();
  const handles = await browser.getWindowHandles();
  assert.equal(handles.length, 1);
  assert.notEqual(handles[0], tab.handle);
  assert.deepEqual((await app.open()).pending, []);
  await app.choose("gmail");
  // Who had signed in is asked again, and nobody is known there.
  await provider.agree("Melissa");
  await app.shows("ACTIVE");
  assert.equal(platform.accounts().length, 2);
});
