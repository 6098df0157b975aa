// The built site, served as static files below a path, in Chromium.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { site } from "../../scripts/docs.mjs";
import { serveSite } from "../../scripts/docs/serve.mjs";
import { openBrowser } from "../e2e/support/browser.mjs";
import { popup } from "../e2e/support/tabs.mjs";
import { until } from "../e2e/support/until.mjs";

let server, session, browser;
before(async () => {
  server = await serveSite(site);
  session = await openBrowser();
  browser = session.browser;
  await showAs(1280);
});
after(() => Promise.all([session?.close(), server?.close()]));
beforeEach(() => session.fresh(`${server.url}favicon.svg`));
afterEach(async () => assert.deepEqual(await session.log(), []));

/** Sets the width of the page. */
const showAs = (width) => browser.sendCommandAndGetResult("Emulation.setDeviceMetricsOverride", { width, height: 900, deviceScaleFactor: 1, mobile: false });
const open = (path) => browser.url(server.url + path);
const byTestId = (testId) => browser.$(`[data-testid="${testId}"]`);
const textOf = (selector) => browser.execute((given) => document.querySelector(given)?.textContent.trim().replaceAll(/\s+/g, " ") ?? "", selector);

/** Opens the playground, chooses, and waits for a state of the flow. Leaves the browser in the app's frame. */
async function play(options, wanted = "ready") {
  await open("playground/");
  // Vue's hydration resets choices that were made before it.
  await until(browser, "the page is interactive", () => browser.execute(() => "__vue_app__" in document.querySelector("#app")), Boolean);
  for (const [testId, value] of Object.entries(options)) await byTestId(testId).selectByAttribute("value", value);
  await until(browser, `the flow is ${wanted}`, () => textOf('[aria-current="step"]'), (state) => state === wanted);
  await browser.switchFrame(await byTestId("frame"));
}

async function shows(account) {
  await browser.switchFrame(null);
  await until(browser, `the platform has ${account}`, () => textOf('[data-testid="accounts"]'), (text) => text.includes(account) && text.endsWith("ACTIVE"));
  await until(browser, "the flow is connected", () => textOf('[aria-current="step"]'), (state) => state === "connected");
}

const axe = readFileSync(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8");

/** What axe finds in an element, as `color-contrast: <p>…`. */
async function violations(selector) {
  await browser.execute(axe);
  return browser.execute(async (given) => {
    // Colours fade in. Half-way, their contrast is too low.
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    const found = await globalThis.axe.run(given, { iframes: false, resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  }, selector);
}

test("search finds an error code and opens its section", async () => {
  await open("");
  await browser.$("#local-search button").click();
  await browser.$("#localsearch-input").setValue("popup_closed");
  await until(browser, "a result", () => textOf("#localsearch-list"), (text) => text.includes("popup_closed"));
  await browser.keys("Enter");
  await until(browser, "the section", () => browser.getUrl(), (url) => url.endsWith("errors.html#popup_closed"));
});

test("dark mode applies to the playground's app, and stays on the next page", async () => {
  await open("playground/");
  const isDark = () => browser.execute(() => [document, document.querySelector("iframe")?.contentDocument].map((page) =>
    page && (page.documentElement.classList.contains("dark") || page.documentElement.style.colorScheme === "dark")));
  await until(browser, "the light app", isDark, ([page, app]) => page === false && app === false);
  await browser.$(".VPNavBarAppearance button").click();
  await until(browser, "the dark app", isDark, ([page, app]) => page && app);
  await open("guides/popup.html");
  assert.equal((await isDark())[0], true);
});

test("the playground connects an account by a key", async () => {
  await play({ app: "shopify" });
  await browser.$("button=Connect").click();
  await until(browser, "the problems", () => textOf("#fields"), (text) => text.includes("is required"));
  await browser.$("#field-shop").setValue("acme");
  await browser.$("#field-admin_api_access_token").setValue("shpat_1");
  await browser.$("button=Connect").click();
  await shows("shopify of Jessica");
  assert.match(await textOf('[data-testid="requests"]'), /POST \/api\/v3\.1\/connected_accounts 201/);
});

test("options that are chosen before the platform has loaded apply once it has", async () => {
  const loadWith = async (latency) => {
    await browser.sendCommandAndGetResult("Network.setCacheDisabled", { cacheDisabled: latency > 0 });
    await browser.sendCommandAndGetResult("Network.emulateNetworkConditions", { offline: false, latency, downloadThroughput: -1, uploadThroughput: -1 });
  };
  await browser.sendCommandAndGetResult("Network.enable", {});
  await loadWith(1000);
  try {
    await play({ app: "firecrawl", condition: "fails" });
  } finally {
    await loadWith(0);
  }
  await browser.$("#field-api_key").waitForDisplayed();
  await browser.switchFrame(null);
  assert.match(await textOf('[data-testid="requests"]'), /503/);
});

test("the playground connects an account in a popup", async () => {
  await play({ app: "gmail", mode: "popup", user: "Melissa" });
  const consent = await popup(browser, () => browser.$("button=Connect").click());
  await browser.$("button=Allow").click();
  await consent.closed();
  await shows("gmail of Melissa");
});

test("the playground connects an account by a redirect of the app", async () => {
  await play({ app: "gmail", mode: "redirect" });
  await browser.$("button=Connect").click();
  await browser.$("button=Allow").click();
  await shows("gmail of Jessica");
});

test("the playground shows the error of a user who denies access", async () => {
  await play({ app: "gmail", mode: "redirect" });
  await browser.$("button=Connect").click();
  await browser.$("button=Deny").click();
  await browser.switchFrame(null);
  await until(browser, "the error", () => textOf('[data-testid="snapshot"]'), (text) => text.includes('"code": "access_denied"'));
});

test("the playground shows the error of a broken platform, and goes on once it works", async () => {
  await play({ condition: "breaks", app: "zendesk" }, "failed");
  await browser.switchFrame(null);
  assert.match(await textOf('[data-testid="snapshot"]'), /"code": "network"/);
  await byTestId("condition").selectByAttribute("value", "works");
  await browser.switchFrame(await byTestId("frame"));
  await browser.$("button=Try again").click();
  await browser.$("#field-subdomain").waitForDisplayed();
});

for (const [path, name] of [["", "the home page"], ["guides/popup.html", "a guide"], ["api/connect-flow/interfaces/ConnectClient.html", "a reference"], ["playground/", "the playground"]]) {
  test(`${name} fits a window of 390 pixels`, async () => {
    await showAs(390);
    try {
      await open(path);
      const [content, window] = await browser.execute(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(window === 390 && content <= window, `${content} px in ${window} px`);
    } finally {
      await showAs(1280);
    }
  });
}

test("axe finds nothing in the playground and in its app, in light and dark", async () => {
  await play({ app: "posthog" });
  assert.deepEqual(await violations("main"), []);
  await browser.switchFrame(null);
  assert.deepEqual(await violations(".playground"), []);
  await browser.$(".VPNavBarAppearance button").click();
  assert.deepEqual(await violations(".playground"), []);
  await browser.switchFrame(await byTestId("frame"));
  assert.deepEqual(await violations("main"), []);
});

test("llms.txt lists pages, and each one is served as Markdown", async () => {
  const text = await (await fetch(`${server.url}llms.txt`)).text();
  const paths = [...text.matchAll(/\]\((.+?)\)/g)].map(([, path]) => path);
  assert.ok(paths.includes("guides/popup.md"), text);
  for (const path of paths) {
    const response = await fetch(server.url + path);
    assert.equal(response.status, 200, path);
    assert.match(await response.text(), /^# /, path);
  }
});
