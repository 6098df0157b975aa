// Attacks from other windows and other sites. The defences rely on the browser, so these tests run in every engine.
import assert from "node:assert/strict";
import { engine } from "../e2e/support/engines.mjs";
import { openModulePage } from "../e2e/support/module-page.mjs";
import { scenarios } from "../e2e/support/scenarios.mjs";
import { popup } from "../e2e/support/tabs.mjs";
import { until } from "../e2e/support/until.mjs";
import { openEvilSite } from "./support/evil-site.mjs";

const scenario = scenarios();

/** A test with an attacker's site, `evil`. */
const test = (name, body, html) =>
  scenario(name, async (context) => {
    const evil = await openEvilSite(html);
    try {
      await body({ ...context, evil });
    } finally {
      await evil.close();
    }
  });

const isAtSubmit = ({ isReady, steps }) => isReady && steps[1] === "active";
const statuses = (platform) => platform.accounts().map(({ status }) => status);
const flowIdOf = ({ callbackUrl }) => new URL(callbackUrl).searchParams.get("cf_flow");

/** Opens the popup at the provider. `name` is the window name of the app's page. */
async function openPopupAtProvider({ app, browser, provider, isOpen = false }, name = "") {
  if (!isOpen) await app.open();
  await browser.execute((value) => void (window.name = value), name);
  await app.chooseMode("popup");
  await app.choose("gmail");
  await app.until("the connect button is ready", isAtSubmit);
  const window = await popup(browser, () => app.press("submit"));
  await provider.asks();
  return window;
}

/** The user consents in the popup, and the waiting page shows the account. */
async function consent({ app, browser, provider, platform }, window) {
  await browser.switchToWindow(window.handle);
  await provider.agree("Jessica");
  await window.closed();
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
}

test("a provider's page cannot reach the page that opened it, as its opener or by its name", async (context) => {
  const { app, browser, platform, evil } = context;
  const window = await openPopupAtProvider(context, "the-app");
  const reached = await browser.execute(navigateOthers, evil.url);
  assert.equal(reached, "nothing");
  await window.leave();
  assert.equal((await app.waits()).url, `${platform.appUrl}/`);
  assert.deepEqual(evil.visits, []);
  await consent(context, window);
});

/** Runs in the provider's page: navigates every window that it can reach. Returns how it reached them. */
function navigateOthers(evilUrl) {
  const reached = [];
  for (const [name, other] of Object.entries({ opener: window.opener, parent: window.parent, top: window.top })) {
    if (!other || other === window) continue;
    reached.push(name);
    other.location = evilUrl;
  }
  // Without a click, `open` only returns an existing window of that name in the same browsing context group.
  const found = window.open("", "the-app");
  if (found && !found.closed) {
    try {
      // A readable document means a new, blank window.
      if (found.document) found.close();
    } catch {
      reached.push("name");
      found.location = evilUrl;
    }
  }
  return reached.join() || "nothing";
}

test("a popup that the provider sends to the app with forged parameters changes nothing for the waiting page", async (context) => {
  const { app, browser, platform, expectTrouble } = context;
  // The gateway refuses the session.
  expectTrouble(/status 404: POST .*complete_auth/);
  const window = await openPopupAtProvider(context);
  const [account] = platform.accounts();
  const before = await browser.getUrl();
  for (const [parameters, code] of [
    [{ cf_flow: "0".repeat(32), status: "success", connected_account_id: account.id }, "callback_unbound"],
    [{ cf_flow: "0".repeat(32), error: "access_denied", connected_account_id: account.id }, "callback_unbound"],
    [{ session_uri: "https://evil.test/session", connected_account_id: account.id, status: "success" }, "callback_unbound"],
    [{ session_uri: "session_of_somebody_else" }, "callback_replayed"],
  ]) {
    await browser.execute((url) => void (location.href = url), `${platform.appUrl}/?${new URLSearchParams(parameters)}`);
    const seen = await app.fails(code);
    assert.deepEqual([seen.card, seen.connected], [undefined, []]);
    await browser.switchToWindow(window.opener);
    const waiting = await app.waits();
    assert.deepEqual([waiting.card, waiting.connected, waiting.error], [undefined, [], undefined]);
    await browser.switchToWindow(window.handle);
    await browser.url(before);
  }
  await consent(context, window);
});

test("messages, channels and storage of another site are ignored, though it opened the app and knows the flow's id", async (context) => {
  const { app, browser, platform, provider, evil } = context;
  // The attacker's page opens the app and keeps a reference to its window.
  await browser.url(`${evil.url}#${platform.appUrl}/`);
  const appWindow = await popup(browser, () => browser.$("#open").click());
  await app.ready();
  const hasOpener = await browser.execute(() => window.opener !== null);
  assert.ok(hasOpener, "the attacker's page is the app's opener");
  const window = await openPopupAtProvider({ ...context, isOpen: true });
  const flowId = flowIdOf(platform.accounts()[0]);
  const forgedCallback = `${platform.appUrl}/?cf_flow=${flowId}&error=access_denied`;

  await browser.switchToWindow(appWindow.opener);
  await browser.execute(imitatePopup, flowId, forgedCallback);
  await browser.switchToWindow(appWindow.handle);
  const waiting = await app.waits();
  assert.deepEqual([waiting.error, waiting.card], [undefined, undefined]);
  await browser.switchToWindow(window.handle);
  await provider.agree("Jessica");
  // The real popup sends the same kind of message, which is accepted.
  await window.closed();
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
  // The opener closes the app: Chromium's driver may crash when it closes such a window itself.
  await browser.switchToWindow(appWindow.opener);
  await browser.execute(() => window.app.close());
  await until(browser, "the app is closed", () => browser.getWindowHandles(), ({ length }) => length === 1);
}, `<button id="open" onclick="app = window.open(location.hash.slice(1), '', 'popup,width=900,height=900')">Open</button>`);

/** Runs in the attacker's page: sends what a returning popup sends, in every way that a page can. */
function imitatePopup(flowId, url) {
  const messages = [{ callback: url }, { heard: "popup" }];
  for (const other of [window.app, window.opener].filter(Boolean)) {
    for (const message of messages) other.postMessage(message, "*");
  }
  for (const message of messages) new BroadcastChannel(`connect-flow:${flowId}`).postMessage(message);
  localStorage.setItem(`connect-flow:${flowId}`, JSON.stringify({ outcome: "failed" }));
}

test("a page of another site cannot frame the demo", async ({ browser, platform, front, evil, expectTrouble }) => {
  if (engine.name !== "webkit") expectTrouble(/frame-ancestors|X-Frame|framing|refused to connect|NS_ERROR_CSP_FRAME_ANCESTOR_VIOLATION/i);
  await browser.url(evil.url);
  const isOver = await browser.executeAsync((url, done) => {
    const frame = document.createElement("iframe");
    // Also fires for the browser's error page.
    frame.onload = () => setTimeout(done, 300, true);
    frame.src = url;
    document.body.append(frame);
    setTimeout(done, 3_000, false);
  }, `${platform.appUrl}/`);
  const asked = front.requests().map(({ url }) => url.replace(platform.appUrl, ""));
  assert.ok(asked.includes("/"), `the frame was asked for: ${isOver}`);
  assert.deepEqual(asked.filter((path) => path !== "/" && path !== "/favicon.ico"), []);
});

scenario("a polluted prototype adds nothing to a request", async ({ browser, platform }) => {
  const page = await openModulePage(browser, platform);
  try {
    const { answers, requests } = JSON.parse(await browser.execute(requestWithPollution));
    assert.deepEqual(answers, ["ok", "ok", "ok"]);
    assert.deepEqual(requests.map(({ method }) => method), ["PATCH", "DELETE", "GET"]);
    for (const { method, ...request } of requests) {
      assert.deepEqual(request, {
        text: method === "PATCH" ? '{"enabled":true}' : "", mode: "cors", referrerPolicy: "", referrer: "about:client", integrity: "", credentials: "same-origin", redirect: "manual",
      }, method);
    }
  } finally {
    await page.close();
  }
});

/** Runs in a page with only the package: pollutes Object.prototype while requests are created. */
async function requestWithPollution() {
  const [answers, requests] = [[], []];
  const polluted = Object.entries({
    body: '{"redirect_url":"https://evil.test/"}', mode: "no-cors", referrerPolicy: "unsafe-url", referrer: location.href, integrity: "sha256-AAAA",
    credentials: "include", redirect: "follow", method: "PUT",
  });
  const clean = () => polluted.forEach(([key]) => delete Object.prototype[key]);
  const fetch = async (request) => {
    // Some browsers read a response in JavaScript of their own, which these members would break.
    clean();
    const { method, mode, referrerPolicy, referrer, integrity, credentials, redirect } = request;
    requests.push({ method, mode, referrerPolicy, referrer, integrity, credentials, redirect, text: await request.text() });
    return new Response('{"id":"ca_1","status":"ACTIVE","success":true}');
  };
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", redirectUrl: "https://app.test/", retry: 0, fetch });
  const ask = async (name) => {
    const answer = client.connectedAccounts[name]({ connectedAccountId: "ca_1" });
    for (const [key, value] of polluted) Object.defineProperty(Object.prototype, key, { value, configurable: true, enumerable: true, writable: true });
    try {
      answers.push(await answer.then(() => "ok", (error) => error.message));
    } finally {
      clean();
    }
  };
  for (const name of ["enable", "delete", "get"]) await ask(name);
  return JSON.stringify({ answers, requests });
}
