// Tests of the end-to-end support: it must detect errors on every page, and open and close windows.
import assert from "node:assert/strict";
import { click } from "./support/hands.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { openTab, popup } from "./support/tabs.mjs";
import { traces } from "./support/traces.mjs";

const test = scenarios();

/** Opens a popup by a real click, which browsers require. */
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
    await click(browser, "#open");
  });

/** Runs in the page: causes every kind of error that the support must detect. */
function misbehave() {
  console.log("logged only");
  console.warn("a warning", { of: "this" });
  console.error(new TypeError("a logged error"));
  console.assert(false, "an assertion");
  Promise.reject(new Error("an unhandled rejection"));
  // Rejects if the test leaves the page before the answer.
  fetch("/nothing-here").catch(() => {});
  new Image().src = "http://elsewhere.example/";
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: "/no-style.css" }));
  throw new Error("an uncaught error");
}

const expectedTrouble = [
  /^console\.warn: a warning \{"of":"this"\}/,
  /^console\.error: TypeError: a logged error/,
  /^console\.assert: false an assertion/,
  /^uncaught: Error: an unhandled rejection/,
  /^status 404: GET .*\/nothing-here/,
  /^content security policy: img-src http:\/\/elsewhere\.example/,
  /^not loaded: .*\/no-style\.css/,
  /^uncaught: Error: an uncaught error/,
];

for (const where of ["the app", "the provider"]) {
  test(`every kind of error on a page of ${where} is detected`, async ({ app, provider, front, watch, expectTrouble }) => {
    // The last pattern matches the browser's own messages about them.
    expectTrouble(...expectedTrouble, /elsewhere|404|a warning|a logged error|an uncaught error|an assertion|an unhandled rejection|no-style|^console: error$/);
    await app.open();
    const undo = front.inPages(misbehave);
    try {
      if (where === "the app") {
        await app.open();
      } else {
        await app.choose("gmail");
        await provider.asks();
      }
      // Some errors are reported asynchronously.
      const isDetected = (pattern) => front.trouble().some((text) => pattern.test(text));
      await app.until("every error is detected", () => expectedTrouble.every(isDetected));
      assert.ok(watch.said().includes("logged only"));
    } finally {
      undo();
    }
  });
}

test("an error in a popup is detected, and one on a page that is being left", async ({ app, browser, watch, expectTrouble }) => {
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
  await app.until("the error is detected", () => watch.said().includes("when leaving"));
});

test("a typed text is found in storage, console and URLs, also encoded", async ({ app, browser, watch }) => {
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

test("the support follows a popup that closes itself or is closed", async ({ app, browser }) => {
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
  await app.until("the page sees the popup as closed", () => browser.execute(() => globalThis.opened.closed));
});

test("resetting the browser leaves one window, no cookies and an empty storage", async ({ app, provider, browser, fresh, platform }) => {
  await app.open();
  await app.choose("gmail");
  await provider.signIn("Jessica");
  const tab = await openTab(browser, "window");
  await app.open();
  await app.until("the pending notice is shown", ({ pending }) => pending.length === 1);
  await openPopup(browser, app.urlOf("/?other"));
  await app.ready();
  await openPopup(browser, app.urlOf("/?other"));
  await app.ready();
  // WebDriver is left in a closed window.
  await browser.execute(() => void setTimeout(close));
  await fresh();
  const handles = await browser.getWindowHandles();
  assert.equal(handles.length, 1);
  assert.notEqual(handles[0], tab.handle);
  assert.deepEqual((await app.open()).pending, []);
  await app.choose("gmail");
  // The provider has forgotten the earlier sign-in.
  await provider.agree("Melissa");
  await app.shows("ACTIVE");
  assert.equal(platform.accounts().length, 2);
});
