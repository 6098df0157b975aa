import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isConnectError } from "connect-flow";
import { home, openClient, page, reach, rejects, sandbox, settle, visit } from "./flow-page.mjs";

suite("a connection by a flow", () => {
  test("by popup opens the window in the click, and is connected when the account is ACTIVE", async () => {
    const client = await openClient();
    const flow = client.flow({ app: "gmail", mode: "popup", returnTo: "/settings" });
    assert.deepEqual(flow.getSnapshot(), { state: "idle", app: "gmail", entityId: "Jessica", expectedInputFields: [] });
    const ready = await flow.load();
    assert.deepEqual([ready.state, ready.issues, ready.authScheme], ["ready", [], "OAUTH2"]);
    const settled = flow.submit();
    assert.equal(page.popups.length, 1, "opened synchronously");
    const [popup] = page.popups;
    assert.equal(popup.url, "about:blank");
    const waiting = await reach(flow, "waiting");
    assert.equal(waiting.isPopupOpen, true);
    assert.equal(popup.opener, null, "the popup has no opener");
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

  test("by redirect is completed by a flow that loads on the callback page", async () => {
    const flow = (await openClient()).flow({ app: "gmail", mode: "redirect" });
    const settled = await flow.submit();
    assert.deepEqual([settled.state, page.assigned.length, page.popups.length], ["redirecting", 1, 0]);
    const callback = await visit(page.assigned[0]);

    page.location.href = callback;
    const other = (await openClient()).flow({ app: "zendesk" });
    assert.equal((await other.load()).state, "ready", "a flow for another app ignores the callback");
    assert.equal(page.location.href, callback);
    const returned = (await openClient()).flow({ app: "gmail" });
    const connected = await returned.load();
    assert.deepEqual([connected.state, connected.account?.status], ["connected", "ACTIVE"]);
    assert.equal(page.location.href, `${home}/connect`);
  });

  test("by API key opens no popup", async () => {
    const flow = (await openClient()).flow({ app: "shopify" });
    await flow.load();
    const refused = await flow.submit({ shop: "acme" });
    assert.deepEqual([refused.state, refused.issues[0].code, refused.issues[0].field], ["ready", "required", "admin_api_access_token"]);
    const connected = await flow.submit({ shop: "acme", admin_api_access_token: "shpat_1" });
    assert.deepEqual([connected.state, page.popups.length], ["connected", 0]);
  });

  test("fails with access_denied if the user denies access", async () => {
    const flow = (await openClient()).flow({ app: "gmail", mode: "popup" });
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
  test("takes the callback from its channel, and answers that the window is its popup", async () => {
    const flow = (await openClient()).flow({ app: "gmail", mode: "popup" });
    await flow.load();
    const settled = flow.submit();
    await reach(flow, "waiting");
    const flowId = new URL(sandbox.accounts()[0].callbackUrl).searchParams.get("cf_flow");
    const channel = new BroadcastChannel(`connect-flow:${flowId}`);
    const answer = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve(data)));
    channel.postMessage({ callback: await visit(page.popups[0].url) });
    assert.equal((await answer).heard, "popup");
    assert.equal((await settled).state, "connected");
    channel.close();
  });

  test("trusts no message on its channel", async () => {
    const flow = (await openClient()).flow({ app: "gmail", mode: "popup" });
    await flow.load();
    flow.submit();
    await reach(flow, "waiting");
    const [{ id, callbackUrl }] = sandbox.accounts();
    const flowId = new URL(callbackUrl).searchParams.get("cf_flow");
    const channel = new BroadcastChannel(`connect-flow:${flowId}`);
    const nextMessage = () => new Promise((resolve) => (channel.onmessage = resolve));
    for (const message of [null, 1, "x", {}, { callback: 1 }, { callback: "https://app.test/" }, { callback: "%" }, { callback: "x".repeat(1e6) }]) {
      channel.postMessage(message);
    }
    const answer = nextMessage();
    channel.postMessage({ callback: `${home}/?cf_flow=${flowId}&status=success&connected_account_id=${id}` });
    await answer;
    await reach(flow, "verifying");
    assert.equal(sandbox.accounts()[0].status, "INITIALIZING");
    flow.cancel();
    channel.close();
  });

  test("returns one frozen snapshot until something changes, and always the same fields array", async () => {
    const flow = (await openClient()).flow({ app: "shopify" });
    const idle = flow.getSnapshot();
    assert.equal(flow.getSnapshot(), idle);
    const ready = await flow.load();
    assert.notEqual(ready, idle);
    const isDeepFrozen = (value) => Object.isFrozen(value) && Object.values(value).every((member) => typeof member !== "object" || isDeepFrozen(member));
    assert.ok(isDeepFrozen(ready));
    const again = await flow.submit({});
    assert.notEqual(again, ready);
    assert.equal(again.expectedInputFields, ready.expectedInputFields);
    assert.ok(isDeepFrozen(again));
  });

  test("notifies every listener of every change, even if one of them throws", async () => {
    const flow = (await openClient()).flow({ app: "shopify" });
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
    await settle();
    // The last change is `existing`.
    assert.deepEqual(seen, ["loading", "other", "ready", "ready"]);
    assert.deepEqual(page.reported.map(({ message }) => message), ["mine", "mine", "mine"]);
    stop();
    stop();
    unsubscribeOther();
    const heard = seen.length;
    await flow.submit({});
    assert.equal(seen.length, heard);
    assert.throws(() => flow.subscribe("x"), { code: "invalid_argument" });
  });

  test("refuses a call that its state does not allow, and keeps its state", async () => {
    const flow = (await openClient()).flow({ app: "shopify" });
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

  test("stops with popup_blocked before an account is created, and redirects in auto mode", async () => {
    page.isBlocking = true;
    const client = await openClient();
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

  test("ends with popup_closed within 3 s after the popup was closed, after a status check", async () => {
    const flow = (await openClient()).flow({ app: "gmail", mode: "popup" });
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

  test("is cancelled for good by dispose in any state", async () => {
    const client = await openClient();
    for (const start of [() => undefined, (flow) => flow.load(), (flow) => flow.submit({ shop: "acme" })]) {
      const flow = client.flow({ app: "shopify" });
      const seen = [];
      flow.subscribe(() => seen.push(flow.getSnapshot().state));
      const settled = start(flow);
      const before = seen.length;
      flow.dispose();
      flow.dispose();
      assert.equal((await settled ?? flow.getSnapshot()).state, "cancelled");
      assert.equal(seen.length, before, "no listener is notified");
      await rejects(flow.load(), "invalid_transition");
    }
  });

  test("fails with the thrown value as cause", async () => {
    const cause = new TypeError("offline");
    const flow = (await openClient({ fetch: async () => { throw cause; } })).flow({ app: "gmail" });
    const { error } = await flow.load();
    assert.deepEqual([error.code, error.retryable], ["network", true]);
    assert.equal(error.cause, cause);
    assert.equal((await flow.retry()).error.code, "network");
  });

  test("fails within its time limit if fetch or headers never settle", async () => {
    const never = () => new Promise(() => {});
    for (const given of [{ fetch: never }, { headers: never }, { headers: () => { throw new Error("mine"); } }]) {
      const flow = (await openClient({ timeoutMs: 20, ...given })).flow({ app: "gmail" });
      assert.equal((await flow.load()).state, "failed", JSON.stringify(given));
    }
  });

  test("fails when its client is disposed of", async () => {
    const client = await openClient();
    const flow = client.flow({ app: "gmail", mode: "popup" });
    await flow.load();
    const settled = flow.submit();
    await reach(flow, "waiting");
    client.dispose();
    assert.deepEqual([(await settled).state, flow.getSnapshot().error.code], ["failed", "cancelled"]);
  });

  test("refuses unknown arguments and wrong types", async () => {
    const client = await openClient();
    const invalid = [
      undefined, null, 1, "gmail", [], {}, { app: "" }, { app: 1 }, { app: "gmail", mode: "tab" }, { app: "gmail", onDone: 1 },
      { app: "gmail", returnTo: "https://evil.test" }, { app: "gmail", redirectUrl: "javascript:1" },
      { get app() { throw new Error("mine"); } }, { app: "gmail", __proto__: { mode: 1 }, ["__proto__"]: "x" },
      new Proxy({}, { ownKeys() { throw new Error("mine"); } }),
    ];
    for (const options of invalid) assert.throws(() => client.flow(options), { name: "ConnectError", code: "invalid_argument" }, String(options));
    const withoutEntity = await openClient({ entityId: undefined });
    assert.throws(() => withoutEntity.flow({ app: "gmail" }), { code: "invalid_argument" });
    const flow = client.flow({ app: "shopify" });
    await flow.load();
    for (const data of [1, "x", [], { shop: 1 }, { shop: {} }, { get shop() { throw new Error("mine"); } }]) {
      await rejects(flow.submit(data), "invalid_argument");
      assert.equal(flow.getSnapshot().state, "ready");
    }
    const long = await flow.submit({ shop: "acme", admin_api_access_token: "x".repeat(1e6) });
    assert.deepEqual([long.state, long.issues[0].code], ["ready", "too_long"]);
    const unusual = { shop: "\ud800".repeat(10), admin_api_access_token: "x".repeat(1e4), ["__proto__"]: "own" };
    assert.equal((await flow.submit(unusual)).state, "connected");
  });
});

test("the trace lists a flow's states, requests, popup and records, and no id, name or value", async () => {
  const client = await openClient();
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

test("in an in-app browser OAuth is refused before an account is created, and an API key still connects", async () => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const userAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 Instagram 334.0.4.32.98";
  Object.defineProperty(globalThis, "navigator", { value: { userAgent }, configurable: true });
  try {
    const client = await openClient();
    const flow = client.flow({ app: "gmail" });
    assert.equal((await flow.load()).inAppBrowser, "instagram");
    const { error } = await flow.submit();
    assert.deepEqual([error.code, error.inAppBrowser, page.popups, page.assigned, sandbox.accounts()], ["in_app_browser", "instagram", [], [], []]);
    const saved = await client.flow({ app: "shopify" }).submit({ shop: "acme", admin_api_access_token: "shpat_1" });
    assert.equal(saved.state, "connected");
    // The option overrides the check.
    const trying = client.flow({ app: "gmail", mode: "redirect", allowInAppBrowser: true });
    assert.equal((await trying.load()).inAppBrowser, "instagram");
    assert.equal((await trying.submit()).state, "redirecting");
  } finally {
    delete globalThis.navigator;
    if (before) Object.defineProperty(globalThis, "navigator", before);
  }
});
