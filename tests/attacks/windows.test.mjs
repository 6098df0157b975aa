// Other windows and other sites. What is defended here is for the browser to keep, so that these run in every engine.
import assert from "node:assert/strict";
import { engine } from "../e2e/support/engines.mjs";
import { openModulePage } from "../e2e/support/module-page.mjs";
import { scenarios } from "../e2e/support/scenarios.mjs";
import { popup } from "../e2e/support/tabs.mjs";
import { until } from "../e2e/support/until.mjs";
import { openEvilSite } from "./support/evil-site.mjs";

const scenario = scenarios();

/** A test with a site of somebody else, `evil`. */
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

/** Gets the user into the popup, at the provider. */
async function begin({ app, browser, provider, isOpen = false }, name = "") {
  if (!isOpen) await app.open();
  await browser.execute((value) => void (window.name = value), name);
  await app.chooseMode("popup");
  await app.choose("gmail");
  await app.until("it is up to the user", isAtSubmit);
  const window = await popup(browser, () => app.press("submit"));
  await provider.asks();
  return window;
}

/** The user agrees in the popup after all, and the page that waits shows it. */
async function finish({ app, browser, provider, platform }, window) {
  await browser.switchToWindow(window.handle);
  await provider.agree("Jessica");
  await window.closed();
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
}

test("a provider's page reaches the page that opened it neither as its opener nor by its name", async (context) => {
  const { app, browser, platform, evil } = context;
  const window = await begin(context, "the-app");
  const reached = await browser.execute(tryToSteer, evil.url);
  assert.equal(reached, "nothing");
  await window.leave();
  assert.equal((await app.waits()).url, `${platform.appUrl}/`);
  assert.deepEqual(evil.visits, []);
  await finish(context, window);
});

/** Runs in the provider's page. */
function tryToSteer(evilUrl) {
  const reached = [];
  for (const [name, other] of Object.entries({ opener: window.opener, parent: window.parent, top: window.top })) {
    if (!other || other === window) continue;
    reached.push(name);
    other.location = evilUrl;
  }
  // Without a click a browser opens no new window for it, but it would find one that has this name and is its business.
  const found = window.open("", "the-app");
  if (found && !found.closed) {
    try {
      // A new window is blank and its own.
      if (found.document) found.close();
    } catch {
      reached.push("name");
      found.location = evilUrl;
    }
  }
  return reached.join() || "nothing";
}

test("a provider's page that sends the popup to the app with parameters of its own changes nothing for the page that waits", async (context) => {
  const { app, browser, platform } = context;
  const window = await begin(context);
  const [account] = platform.accounts();
  const before = await browser.getUrl();
  for (const [parameters, code] of [
    [{ cf_flow: "0".repeat(32), status: "success", connected_account_id: account.id }, "callback_unbound"],
    [{ cf_flow: "0".repeat(32), error: "access_denied", connected_account_id: account.id }, "callback_unbound"],
    [{ session_uri: "https://evil.test/session", connected_account_id: account.id, status: "success" }, "callback_unbound"],
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
  await finish(context, window);
});

test("a page of another site that has opened the app and knows the flow is not heard, in any way there is", async (context) => {
  const { app, browser, platform, provider, evil } = context;
  // The app is opened by somebody else, who keeps hold of it.
  await browser.url(`${evil.url}#${platform.appUrl}/`);
  const appWindow = await popup(browser, () => browser.$("#open").click());
  await app.ready();
  const hasOpener = await browser.execute(() => window.opener !== null);
  assert.ok(hasOpener, "the evil page has a hold on the app");
  const window = await begin({ ...context, isOpen: true });
  const flowId = flowIdOf(platform.accounts()[0]);
  const lie = `${platform.appUrl}/?cf_flow=${flowId}&error=access_denied`;

  await browser.switchToWindow(appWindow.opener);
  await browser.execute(speak, flowId, lie);
  await browser.switchToWindow(appWindow.handle);
  const waiting = await app.waits();
  assert.deepEqual([waiting.error, waiting.card], [undefined, undefined]);
  await browser.switchToWindow(window.handle);
  await provider.agree("Jessica");
  // The popup's own page is heard, in the same words.
  await window.closed();
  await app.shows("ACTIVE");
  assert.deepEqual(statuses(platform), ["ACTIVE"]);
  // By its opener, as Chromium's driver at times ends when it is told to close such a window.
  await browser.switchToWindow(appWindow.opener);
  await browser.execute(() => window.app.close());
  await until(browser, "the app is closed", () => browser.getWindowHandles(), ({ length }) => length === 1);
}, `<button id="open" onclick="app = window.open(location.hash.slice(1), '', 'popup,width=900,height=900')">Open</button>`);

/** Runs in a page that wants to be taken for the popup that is back. */
function speak(flowId, url) {
  const words = [{ callback: url }, { heard: "popup" }];
  for (const other of [window.app, window.opener].filter(Boolean)) {
    for (const word of words) other.postMessage(word, "*");
  }
  for (const word of words) new BroadcastChannel(`connect-flow:${flowId}`).postMessage(word);
  localStorage.setItem(`connect-flow:${flowId}`, JSON.stringify({ outcome: "failed" }));
}

test("a page of another site cannot frame the demo", async ({ browser, platform, front, evil, expectTrouble }) => {
  if (engine.name !== "webkit") expectTrouble(/frame-ancestors|X-Frame|framing|refused to connect|NS_ERROR_CSP_FRAME_ANCESTOR_VIOLATION/i);
  await browser.url(evil.url);
  const isOver = await browser.executeAsync((url, done) => {
    const frame = document.createElement("iframe");
    // Whatever the frame shows in the end.
    frame.onload = () => setTimeout(done, 300, true);
    frame.src = url;
    document.body.append(frame);
    setTimeout(done, 3_000, false);
  }, `${platform.appUrl}/`);
  const asked = front.requests().map(({ url }) => url.replace(platform.appUrl, ""));
  assert.ok(asked.includes("/"), `the frame was asked for: ${isOver}`);
  assert.deepEqual(asked.filter((path) => path !== "/" && path !== "/favicon.ico"), []);
});

scenario("what stands on a polluted prototype adds nothing to a request", async ({ browser, platform }) => {
  const page = await openModulePage(browser, platform);
  try {
    const { answers, requests } = JSON.parse(await browser.execute(askPolluted));
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

/** Runs in a page with the package alone. */
async function askPolluted() {
  const [answers, requests] = [[], []];
  const polluted = Object.entries({
    body: '{"redirect_url":"https://evil.test/"}', mode: "no-cors", referrerPolicy: "unsafe-url", referrer: location.href, integrity: "sha256-AAAA",
    credentials: "include", redirect: "follow", method: "PUT",
  });
  const clean = () => polluted.forEach(([key]) => delete Object.prototype[key]);
  const fetch = async (request) => {
    // What browsers do with an answer is in JavaScript in some of them, and trips over these.
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
