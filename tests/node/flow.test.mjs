import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { isConnectError } from "connect-flow";
import { createSandbox } from "connect-flow/testing";
import { makeClient, memoryStorage } from "./client.mjs";
import { Browser } from "./browser.mjs";

const home = "https://app.test";

/** As much of a page as a flow touches. `popups` are those that were opened; `isBlocking` refuses more. */
function openPage(href = `${home}/connect`) {
  const page = { popups: [], assigned: [], reported: [], isBlocking: false, isFocused: true };
  const location = { href, origin: home, assign: (url) => page.assigned.push(url) };
  const open = (url, target, features) => {
    if (page.isBlocking) return null;
    const popup = { url, target, features, opener: globalThis, closed: false, close: () => (popup.closed = true) };
    popup.location = { replace: (to) => (popup.url = to) };
    page.popups.push(popup);
    return popup;
  };
  const targets = { window: new EventTarget(), document: new EventTarget() };
  const document = Object.assign(targets.document, { visibilityState: "visible", hasFocus: () => page.isFocused });
  const given = {
    location, open, document, history: { state: null, replaceState: (_state, _unused, url) => (location.href = url) },
    addEventListener: targets.window.addEventListener.bind(targets.window),
    removeEventListener: targets.window.removeEventListener.bind(targets.window),
    reportError: (error) => page.reported.push(error),
  };
  Object.assign(globalThis, given);
  page.location = location;
  page.window = targets.window;
  page.close = () => Object.keys(given).forEach((name) => delete globalThis[name]);
  return page;
}

let page, sandbox, storage, flows;
beforeEach(() => {
  page = openPage();
  sandbox = createSandbox({ apiKey: "key" });
  storage = memoryStorage();
  flows = [];
});
afterEach(() => {
  for (const flow of flows) flow?.dispose();
  page.close();
});

/** A client whose flows end with the test: one that waits would keep the process. */
async function open(options) {
  const client = await makeClient({
    baseUrl: "https://sandbox.test", entityId: "Jessica", unsafeApiKey: "key", retry: 0, storage,
    fetch: (request) => sandbox.fetch(request), ...options,
  });
  for (const method of ["flow", "resume"]) {
    client[method] = (given) => {
      flows.push(Object.getPrototypeOf(client)[method].call(client, given));
      return flows.at(-1);
    };
  }
  return client;
}

/** Resolves with the first snapshot in one of these states. */
const reach = (flow, ...states) => new Promise((resolve) => {
  const look = () => states.includes(flow.getSnapshot().state) && (stop(), resolve(flow.getSnapshot()));
  const stop = flow.subscribe(look);
  look();
});

/** The user's way from the popup's address to the callback page; answers that page's address. */
async function visit(url, decision = "allow") {
  const browser = new Browser({ send: (request) => sandbox.fetch(request), stopAt: home });
  return (await browser.submit(await browser.visit(url), { decision })).url.href;
}

/** What the page in the popup does: it completes, as every page of the app that users return to. */
async function comeBack(href, options) {
  const client = await open(options);
  return client.completeConnection({ url: href });
}

const rejects = (promise, code) => assert.rejects(promise, (error) => isConnectError(error) && error.code === code);

suite("a flow from its start to its end", () => {
  test("by popup: reserved in the click, sent on, and connected once the platform says so", async () => {
    const client = await open();
    const flow = client.flow({ app: "gmail", mode: "popup", returnTo: "/settings" });
    assert.deepEqual(flow.getSnapshot(), { state: "idle", app: "gmail", entityId: "Jessica", expectedInputFields: [] });
    const ready = await flow.load();
    assert.deepEqual([ready.state, ready.issues, ready.authScheme], ["ready", [], "OAUTH2"]);
    const settled = flow.submit();
    assert.equal(page.popups.length, 1, "before anything is awaited");
    const [popup] = page.popups;
    assert.equal(popup.url, "about:blank");
    const waiting = await reach(flow, "waiting");
    assert.equal(waiting.isPopupOpen, true);
    assert.equal(popup.opener, null, "no page in it can reach this one");
    assert.ok(waiting.expiresAtMs > Date.now());
    assert.deepEqual(client.pending().map(({ flowId }) => flowId), [waiting.flowId]);
    assert.match(popup.url, /^https:\/\/sandbox\.test\//);
    await visit(popup.url);
    const connected = await settled;
    assert.equal(connected, flow.getSnapshot());
    assert.deepEqual([connected.state, connected.account.status, connected.returnTo], ["connected", "ACTIVE", "/settings"]);
    assert.equal(connected.connectedAccountId, connected.account.id);
    assert.equal(popup.closed, true);
    assert.deepEqual(sandbox.accounts().map(({ status }) => status), ["ACTIVE"]);
  });

  test("by redirect: the page leaves, and the page that the user returns to completes it by loading", async () => {
    const flow = (await open()).flow({ app: "gmail", mode: "redirect" });
    const settled = await flow.submit();
    assert.deepEqual([settled.state, page.assigned.length, page.popups.length], ["redirecting", 1, 0]);
    const callback = await visit(page.assigned[0]);

    page.location.href = callback;
    const other = (await open()).flow({ app: "zendesk" });
    assert.equal((await other.load()).state, "ready", "not its callback");
    assert.equal(page.location.href, callback);
    const returned = (await open()).flow({ app: "gmail" });
    const connected = await returned.load();
    assert.deepEqual([connected.state, connected.account?.status], ["connected", "ACTIVE"]);
    assert.equal(page.location.href, `${home}/connect`);
  });

  test("an API key is saved without a popup", async () => {
    const flow = (await open()).flow({ app: "shopify" });
    await flow.load();
    const refused = await flow.submit({ shop: "acme" });
    assert.deepEqual([refused.state, refused.issues[0].code, refused.issues[0].field], ["ready", "required", "admin_api_access_token"]);
    const connected = await flow.submit({ shop: "acme", admin_api_access_token: "shpat_1" });
    assert.deepEqual([connected.state, page.popups.length], ["connected", 0]);
  });

  test("what the user denies has failed", async () => {
    const flow = (await open()).flow({ app: "gmail", mode: "popup" });
    await flow.load();
    const settled = flow.submit();
    await reach(flow, "waiting");
    await visit(page.popups[0].url, "deny");
    const failed = await settled;
    assert.equal(failed.state, "failed");
    assert.ok(isConnectError(failed.error) && failed.error instanceof Error);
    assert.equal(failed.error.code, "access_denied");
  });
});
suite("a flow", () => {
  test("hears of the callback from the popup's page, which is told to close only by who opened it", async () => {
    const flow = (await open()).flow({ app: "gmail", mode: "popup" });
    await flow.load();
    const settled = flow.submit();
    await reach(flow, "waiting");
    const flowId = new URL(sandbox.accounts()[0].callbackUrl).searchParams.get("cf_flow");
    const line = new BroadcastChannel(`connect-flow:${flowId}`);
    const answer = new Promise((resolve) => (line.onmessage = ({ data }) => resolve(data)));
    line.postMessage({ callback: await visit(page.popups[0].url) });
    assert.equal((await answer).heard, "popup");
    assert.equal((await settled).state, "connected");
    line.close();
  });

  test("believes nothing that it hears", async () => {
    const flow = (await open()).flow({ app: "gmail", mode: "popup" });
    await flow.load();
    flow.submit();
    await reach(flow, "waiting");
    const [{ id, callbackUrl }] = sandbox.accounts();
    const flowId = new URL(callbackUrl).searchParams.get("cf_flow");
    const line = new BroadcastChannel(`connect-flow:${flowId}`);
    const heard = () => new Promise((resolve) => (line.onmessage = resolve));
    for (const message of [null, 1, "x", {}, { callback: 1 }, { callback: "https://app.test/" }, { callback: "%" }, { callback: "x".repeat(1e6) }]) {
      line.postMessage(message);
    }
    const answer = heard();
    line.postMessage({ callback: `${home}/?cf_flow=${flowId}&status=success&connected_account_id=${id}` });
    await answer;
    await reach(flow, "verifying");
    assert.equal(sandbox.accounts()[0].status, "INITIALIZING");
    flow.cancel();
    line.close();
  });

  test("gives the same frozen snapshot until something has changed, and the same fields for good", async () => {
    const flow = (await open()).flow({ app: "shopify" });
    const idle = flow.getSnapshot();
    assert.equal(flow.getSnapshot(), idle);
    const ready = await flow.load();
    assert.notEqual(ready, idle);
    const deep = (value) => Object.isFrozen(value) && Object.values(value).every((member) => typeof member !== "object" || deep(member));
    assert.ok(deep(ready));
    const again = await flow.submit({});
    assert.notEqual(again, ready);
    assert.equal(again.expectedInputFields, ready.expectedInputFields);
    assert.ok(deep(again));
  });

  test("tells every listener of every change, whatever one of them throws", async () => {
    const flow = (await open()).flow({ app: "shopify" });
    const seen = [];
    flow.subscribe(() => {
      throw new Error("mine");
    });
    const stop = flow.subscribe(() => {
      seen.push(flow.getSnapshot().state);
      if (seen.length === 1) unsubscribeOther();
    });
    const unsubscribeOther = flow.subscribe(() => seen.push("other"));
    await flow.load();
    assert.deepEqual(seen, ["loading", "other", "ready"]);
    assert.deepEqual(page.reported.map(({ message }) => message), ["mine", "mine"]);
    stop();
    stop();
    unsubscribeOther();
    await flow.submit({});
    assert.equal(seen.length, 3);
    assert.throws(() => flow.subscribe("x"), { code: "invalid_argument" });
  });

  test("refuses what its state does not allow, and stays as it is", async () => {
    const flow = (await open()).flow({ app: "shopify" });
    await rejects(flow.retry(), "invalid_transition");
    const loading = flow.load();
    await rejects(flow.load(), "invalid_transition");
    await rejects(flow.submit({}), "invalid_transition");
    assert.equal((await loading).state, "ready");
    flow.cancel();
    assert.deepEqual([flow.getSnapshot().state, flow.getSnapshot().error.code], ["cancelled", "cancelled"]);
    assert.throws(() => flow.cancel(), { code: "invalid_transition" });
    assert.equal((await flow.retry()).state, "ready");
  });

  test("a blocked popup stops it before anything is made, or sends the page", async () => {
    page.isBlocking = true;
    const client = await open();
    const flow = client.flow({ app: "gmail", mode: "popup" });
    await flow.load();
    const failed = await flow.submit();
    assert.deepEqual([failed.error.code, failed.error.retryable, sandbox.accounts()], ["popup_blocked", true, []]);
    page.isBlocking = false;
    const settled = flow.retry();
    assert.equal(page.popups.length, 1);
    await reach(flow, "waiting");
    await visit(page.popups[0].url);
    assert.equal((await settled).state, "connected");

    page.isBlocking = true;
    const auto = client.flow({ app: "gmail" });
    assert.equal((await auto.submit()).state, "redirecting");
    assert.equal(page.assigned.length, 1);
  });

  test("a popup closed by the user is a cancel once the platform was asked, within three seconds", async () => {
    const flow = (await open()).flow({ app: "gmail", mode: "popup" });
    await flow.load();
    const settled = flow.submit();
    await reach(flow, "waiting");
    page.isFocused = true;
    const closedAtMs = Date.now();
    page.popups[0].closed = true;
    page.window.dispatchEvent(new Event("focus"));
    const cancelled = await settled;
    assert.deepEqual([cancelled.state, cancelled.error.code], ["cancelled", "popup_closed"]);
    assert.ok(Date.now() - closedAtMs < 3_000);
    assert.ok(sandbox.requests.filter(({ path }) => path.includes("/connected_accounts/ca_")).length >= 2);
  });

  test("is ended for good by dispose, whenever", async () => {
    const client = await open();
    for (const start of [() => undefined, (flow) => flow.load(), (flow) => flow.submit({ shop: "acme" })]) {
      const flow = client.flow({ app: "shopify" });
      const seen = [];
      flow.subscribe(() => seen.push(flow.getSnapshot().state));
      const settled = start(flow);
      const before = seen.length;
      flow.dispose();
      flow.dispose();
      assert.equal((await settled ?? flow.getSnapshot()).state, "cancelled");
      assert.equal(seen.length, before, "its listeners are forgotten");
      await rejects(flow.load(), "invalid_transition");
    }
  });

  test("fails with what stands behind it", async () => {
    const cause = new TypeError("offline");
    const flow = (await open({ fetch: async () => { throw cause; } })).flow({ app: "gmail" });
    const { error } = await flow.load();
    assert.deepEqual([error.code, error.retryable], ["network", true]);
    assert.equal(error.cause, cause);
    assert.equal((await flow.retry()).error.code, "network");
  });

  test("ends within its time limit when what it was given never settles", async () => {
    const never = () => new Promise(() => {});
    for (const given of [{ fetch: never }, { headers: never }, { headers: () => { throw new Error("mine"); } }]) {
      const flow = (await open({ timeoutMs: 20, ...given })).flow({ app: "gmail" });
      assert.equal((await flow.load()).state, "failed", JSON.stringify(given));
    }
  });

  test("ends with its client", async () => {
    const client = await open();
    const flow = client.flow({ app: "gmail", mode: "popup" });
    await flow.load();
    const settled = flow.submit();
    await reach(flow, "waiting");
    client.dispose();
    assert.deepEqual([(await settled).state, flow.getSnapshot().error.code], ["failed", "cancelled"]);
  });

  test("takes no argument that it does not know, or of another type", async () => {
    const client = await open();
    const bad = [
      undefined, null, 1, "gmail", [], {}, { app: "" }, { app: 1 }, { app: "gmail", mode: "tab" }, { app: "gmail", onDone: 1 },
      { app: "gmail", returnTo: "https://evil.test" }, { app: "gmail", redirectUrl: "javascript:1" },
      { get app() { throw new Error("mine"); } }, { app: "gmail", __proto__: { mode: 1 }, ["__proto__"]: "x" },
      new Proxy({}, { ownKeys() { throw new Error("mine"); } }),
    ];
    for (const options of bad) assert.throws(() => client.flow(options), { name: "ConnectError", code: "invalid_argument" }, String(options));
    const nobody = await open({ entityId: undefined });
    assert.throws(() => nobody.flow({ app: "gmail" }), { code: "invalid_argument" });
    const flow = client.flow({ app: "shopify" });
    await flow.load();
    for (const data of [1, "x", [], { shop: 1 }, { shop: {} }, { get shop() { throw new Error("mine"); } }]) {
      await rejects(flow.submit(data), "invalid_argument");
      assert.equal(flow.getSnapshot().state, "ready");
    }
    const long = await flow.submit({ shop: "acme", admin_api_access_token: "x".repeat(1e6) });
    assert.deepEqual([long.state, long.issues[0].code], ["ready", "too_long"]);
    const odd = { shop: "\ud800".repeat(10), admin_api_access_token: "x".repeat(1e4), ["__proto__"]: "own" };
    assert.equal((await flow.submit(odd)).state, "connected");
  });
});

test("the trace tells a flow's states, requests, popup and record, and no name, id or value", async () => {
  const client = await open();
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  const settled = flow.submit();
  await reach(flow, "waiting");
  const [{ id, callbackUrl }] = sandbox.accounts();
  await visit(page.popups[0].url);
  await settled;
  const trace = client.trace();
  const words = trace.map((entry) => entry.state ?? entry.what ?? `${entry.method} ${entry.route}`);
  const once = words.filter((word, index) => word !== words[index - 1]);
  assert.deepEqual(once.slice(0, 4), ["loading", "GET /api/v3.1/auth_configs", "GET /api/v3.1/toolkits/{id}", "ready"]);
  for (const word of ["initiating", "reserved", "POST /api/v3.1/connected_accounts/link", "stored", "navigated", "waiting", "closed"]) assert.ok(once.includes(word), word);
  assert.deepEqual([once.at(-1), trace.at(-1).kind], ["connected", "state"]);
  const flowId = new URL(callbackUrl).searchParams.get("cf_flow");
  assert.equal(trace.at(-1).flow, flowId.slice(0, 6));
  for (const secret of [id, flowId, "Jessica", "sandbox.test", page.popups[0].url]) assert.ok(!JSON.stringify(trace).includes(secret), secret);
});

test("inside another app's browser nobody is sent to sign in, and whoever has a key still connects", async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 334.0.4.32.98";
  Object.defineProperty(globalThis, "navigator", { value: { userAgent }, configurable: true });
  try {
    const client = await open();
    const flow = client.flow({ app: "gmail" });
    assert.equal((await flow.load()).inAppBrowser, "instagram");
    const { error } = await flow.submit();
    assert.deepEqual([error.code, error.error, page.popups, page.assigned, sandbox.accounts()], ["in_app_browser", "instagram", [], [], []]);
    const saved = await client.flow({ app: "shopify" }).submit({ shop: "acme", admin_api_access_token: "shpat_1" });
    assert.equal(saved.state, "connected");
    // The page knows better.
    const trying = client.flow({ app: "gmail", mode: "redirect", allowInAppBrowser: true });
    assert.equal((await trying.load()).inAppBrowser, "instagram");
    assert.equal((await trying.submit()).state, "redirecting");
  } finally {
    delete globalThis.navigator;
    if (before) Object.defineProperty(globalThis, "navigator", before);
  }
});

suite("a resumed flow", () => {
  const start = async () => {
    const client = await open();
    const flow = client.flow({ app: "gmail", mode: "redirect" });
    await flow.submit();
    return client.pending()[0];
  };

  test("goes on waiting in another page, and connects", async () => {
    const { flowId, connectedAccountId } = await start();
    const client = await open();
    const flow = client.resume();
    assert.deepEqual([flow.getSnapshot().connectedAccountId, flow.getSnapshot().app], [connectedAccountId, "gmail"]);
    await reach(flow, "waiting");
    await visit(page.assigned[0]);
    assert.equal((await reach(flow, "connected", "failed")).state, "connected");
    assert.deepEqual(client.pending(), []);
    assert.equal(client.resume(), null);
    assert.equal((await reach(client.resume({ flowId }), "connected", "failed")).state, "connected");
  });

  test("is refused clearly when there is none, or it is too old", async () => {
    const client = await open();
    assert.equal(client.resume(), null);
    assert.throws(() => client.resume({ flowId: "0".repeat(32) }), { code: "flow_expired" });
    const { flowId } = await start();
    const [[key, text]] = storage.map;
    const record = JSON.parse(text);
    storage.map.set(key, JSON.stringify({ ...record, startedAtMs: record.startedAtMs - 3_600_000, expiresAtMs: record.expiresAtMs - 3_600_000 }));
    assert.throws(() => client.resume({ flowId }), { code: "flow_expired" });
    for (const options of [1, "x", { flow: 1 }, { flowId: 1 }]) assert.throws(() => client.resume(options), { code: "invalid_argument" });
  });

  test("is there in memory where the storage is full or forbidden", async () => {
    const fail = () => { throw new Error("quota"); };
    storage = { ...memoryStorage(), setItem: fail, getItem: fail, key: fail, get length() { return fail(); } };
    await start();
    const client = await open();
    assert.equal(client.pending().length, 1);
    const flow = client.resume();
    await visit(page.assigned[0]);
    assert.equal((await reach(flow, "connected", "failed")).state, "connected");
  });
});

for (const [how, go, come] of [
  ["nobody sees the page", () => (document.visibilityState = "hidden"), () => (document.visibilityState = "visible", document.dispatchEvent(new Event("visibilitychange")))],
  ["there is no network", () => setOnline(false), () => (setOnline(true), page.window.dispatchEvent(new Event("online")))],
]) {
  test(`waiting for an account pauses while ${how}, and looks at once afterwards`, async (context) => {
    const client = await open();
    const { connectedAccountId, redirectUrl } = await client.initiateConnection({ app: "gmail" });
    const looks = () => sandbox.requests.filter(({ method, path }) => method === "GET" && path.endsWith(connectedAccountId)).length;
    context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.now() });
    try {
      const waiting = client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 60_000 });
      await settle();
      assert.equal(looks(), 1);
      context.mock.timers.tick(1_000);
      await settle();
      assert.equal(looks(), 2, "somebody is there");
      go();
      for (let second = 0; second < 30; second++) {
        context.mock.timers.tick(1_000);
        await settle();
      }
      assert.equal(looks(), 2);
      await visit(redirectUrl);
      come();
      assert.equal((await waiting).status, "ACTIVE");
      assert.equal(looks(), 3);

      go();
      const late = client.connectedAccounts.waitUntilActive({ connectedAccountId: (await client.initiateConnection({ app: "gmail" })).connectedAccountId, timeoutMs: 5_000 });
      await settle();
      context.mock.timers.tick(5_000);
      await rejects(late, "timeout");
    } finally {
      come();
    }
  });
}

/** Lets everything happen that waits for no timer. */
async function settle() {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
}

function setOnline(onLine) {
  Object.defineProperty(globalThis, "navigator", { value: { onLine }, configurable: true });
}

test("the page in the popup completes the connection itself where nobody waits", async () => {
  const client = await open();
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  flow.submit();
  await reach(flow, "waiting");
  flow.dispose();
  const done = await comeBack(await visit(page.popups[0].url));
  assert.equal(done.connectionStatus, "ACTIVE");
});
