import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { closePage, openPage } from "./fake-page.mjs";
import { callbackUrl, fakePlatform, initiateOptions, json, makeClient } from "./client.mjs";

suite("a client in a page", () => {
  let page;
  beforeEach(() => {
    page = openPage("https://app.test/");
  });
  afterEach(closePage);

  test("redirects to an allowed redirectUrl only", async () => {
    const client = await makeClient(fakePlatform().options);
    const request = await client.initiateConnection(initiateOptions);
    client.redirect(request);
    client.redirect(JSON.parse(JSON.stringify(request)));
    client.redirect({ redirectUrl: "http://localhost:8787/link" });
    assert.deepEqual(page.assigned, ["https://auth.test/go?x=1", "https://auth.test/go?x=1", "http://localhost:8787/link"]);
    for (const redirectUrl of ["javascript:alert(1)", "http://evil.test/", "//evil.test/", "/path", "https://u:p@evil.test/", "data:,x", "", null, 42]) {
      assert.throws(() => client.redirect({ ...request, redirectUrl }), { name: "ConnectError", code: "redirect_refused" }, String(redirectUrl));
    }
    const narrow = await makeClient({ ...fakePlatform().options, providerOrigins: ["https://auth.test"] });
    narrow.redirect(request);
    assert.throws(() => narrow.redirect({ redirectUrl: "https://evil.test/" }), { code: "redirect_refused" });
    assert.equal(page.assigned.length, 4);
  });

  test("reports a page that refuses to navigate", async () => {
    const client = await makeClient(fakePlatform().options);
    globalThis.location.assign = () => {
      throw "sandboxed";
    };
    assert.throws(() => client.redirect({ redirectUrl: "https://auth.test/" }), { code: "redirect_refused", cause: "sandboxed" });
  });

  test("makes a flow id of 16 random bytes", async (t) => {
    const bytes = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];
    const random = t.mock.method(globalThis.crypto, "getRandomValues", (array) => array.fill(0));
    const client = await makeClient(fakePlatform().options);
    assert.equal((await client.initiateConnection(initiateOptions)).flowId, "0".repeat(32));
    random.mock.mockImplementation((array) => (array.set([...bytes, ...bytes]), array));
    assert.equal((await client.initiateConnection(initiateOptions)).flowId, "0123456789abcdef0123456789abcdef");
    random.mock.mockImplementation(() => { throw new Error("no entropy"); });
    await assert.rejects(client.initiateConnection(initiateOptions), { code: "invalid_argument" });
  });

  test("uses the address of the page as callback URL, without the parameters of an earlier callback", async () => {
    const { bodies, options } = fakePlatform();
    const client = await makeClient(options);
    page.location.href = "https://app.test/shop?a=1&cf_flow=0f&status=success&connectedAccountId=x#part";
    const { flowId } = await client.initiateConnection({ integrationId: "in_1" });
    assert.equal(bodies[0].connection.callback_url, `https://app.test/shop?a=1&cf_flow=${flowId}#part`);
  });

  test("completes a callback page and cleans its address", async () => {
    const { asked, options } = fakePlatform();
    const client = await makeClient(options);
    assert.equal(await client.completeConnection(), null);
    assert.equal(client.parseCallback(), null);
    const request = await client.initiateConnection({ ...initiateOptions, returnTo: "/orders" });
    assert.deepEqual(client.pending().map(({ flowId, entityId, returnTo }) => [flowId, entityId, returnTo]), [[request.flowId, "Jessica", "/orders"]]);
    page.location.href = `${callbackUrl(request)}&code=mine`;
    assert.deepEqual(client.parseCallback(), {
      flowId: request.flowId, connectedAccountId: "ca_1", outcome: "success",
    });
    assert.deepEqual(await client.completeConnection(), {
      connectionStatus: "ACTIVE",
      connectedAccountId: "ca_1",
      account: { id: "ca_1", status: "ACTIVE", app: "gmail", entityId: "Jessica", isDisabled: false },
      app: "gmail",
      returnTo: "/orders",
    });
    assert.deepEqual(page.replaced, [[{ router: 1 }, "https://app.test/done?code=mine"]]);
    assert.deepEqual(client.pending(), []);
    assert.deepEqual(asked, ["POST /api/v3.1/connected_accounts", "GET /api/v3.1/connected_accounts/ca_1"]);
  });

  test("checks the account once if two calls complete the same callback", async () => {
    const { asked, options } = fakePlatform();
    const client = await makeClient(options);
    const request = await client.initiateConnection(initiateOptions);
    page.location.href = callbackUrl(request);
    const answers = await Promise.all([client.completeConnection(), client.completeConnection(), client.client.completeConnection({})]);
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.equal(answers[0].connectedAccountId, "ca_1");
    assert.equal(asked.filter((line) => line.startsWith("GET")).length, 1);
    // A later call checks again, with the same result.
    assert.deepEqual(await client.completeConnection({ url: callbackUrl(request) }), answers[0]);
    assert.equal(asked.filter((line) => line.startsWith("GET")).length, 2);
  });

  test("shares a failure between two calls, and a later call may succeed", async () => {
    let checks = 0;
    const { options } = fakePlatform();
    const { fetch } = options;
    const client = await makeClient({
      ...options,
      fetch: (request) => (request.url.endsWith("/ca_1") && checks++ === 0 ? Promise.resolve(new Response("{}", { status: 403 })) : fetch(request)),
    });
    const url = callbackUrl(await client.initiateConnection(initiateOptions));
    const results = await Promise.allSettled([client.completeConnection({ url }), client.completeConnection({ url })]);
    assert.deepEqual(results.map(({ reason }) => [reason.code, reason.retryable]), [["forbidden", false], ["forbidden", false]]);
    assert.equal(checks, 1);
    assert.equal((await client.completeConnection({ url })).connectedAccountId, "ca_1");
  });

  test("disposing of one client does not end the same completion in another client", async () => {
    const { options } = fakePlatform();
    const [first, second] = [await makeClient(options), await makeClient(options)];
    const url = callbackUrl(await first.initiateConnection(initiateOptions));
    const abandoned = assert.rejects(first.completeConnection({ url }), { code: "cancelled" });
    first.dispose();
    assert.equal((await second.completeConnection({ url })).connectedAccountId, "ca_1");
    await abandoned;
  });

  test("completes a callback only with the client's own storage", async () => {
    const [one, other] = [fakePlatform(), fakePlatform()];
    const first = await makeClient(one.options);
    const url = callbackUrl(await first.initiateConnection(initiateOptions));
    const second = await makeClient(other.options);
    const [result, refusal] = await Promise.allSettled([first.completeConnection({ url }), second.completeConnection({ url })]);
    assert.equal(result.value.connectedAccountId, "ca_1");
    assert.equal(refusal.reason.code, "callback_unbound", "the other client has no such attempt");
  });

  test("a signal ends only one of two calls that complete the same callback", async () => {
    const controller = new AbortController();
    const { asked, options } = fakePlatform();
    const client = await makeClient(options);
    const url = callbackUrl(await client.initiateConnection(initiateOptions));
    const ended = assert.rejects(client.completeConnection({ url, signal: controller.signal }), { code: "cancelled", retryable: false });
    const done = client.completeConnection({ url });
    controller.abort("reason");
    await ended;
    assert.equal((await done).connectionStatus, "ACTIVE");
    assert.ok(asked.length <= 3);
  });

  test("takes a callback URL as text or as a URL object", async () => {
    const client = await makeClient(fakePlatform().options);
    const url = callbackUrl(await client.initiateConnection(initiateOptions));
    assert.deepEqual(client.parseCallback(new URL(url)), client.parseCallback(url));
    assert.throws(() => client.parseCallback(`${url}&status=failed`), { name: "ConnectError", code: "callback_invalid" });
    await assert.rejects(client.completeConnection({ url: `${url}&cf_flow=x` }), { code: "callback_invalid" });
    assert.equal((await client.completeConnection({ url })).connectedAccountId, "ca_1");
  });
});

suite("a disposed client", () => {
  test("rejects its calls, also if disposed of twice", async () => {
    const client = await makeClient({ ...fakePlatform().options, fetch: () => new Promise(() => {}) });
    const pending = [client.connectedAccounts.get({ connectedAccountId: "ca_1" }), client.getExpectedParamsForUser({ app: "gmail" })];
    client.client.dispose();
    client.dispose();
    for (const call of pending) await assert.rejects(call, { name: "ConnectError", code: "cancelled" });
    await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), { code: "cancelled" });
  });

  test("says so in the error of every call and flow", async () => {
    const client = await makeClient({ ...fakePlatform().options, fetch: () => new Promise(() => {}) });
    const disposed = { code: "cancelled", message: /^the client was disposed of/ };
    const pending = client.connectedAccounts.get({ connectedAccountId: "ca_1" });
    const flow = client.flow({ app: "gmail" });
    const loading = flow.load();
    client.dispose();
    await assert.rejects(pending, disposed);
    assert.match((await loading).error.message, disposed.message);
    await assert.rejects(client.executeAction({ action: "GMAIL_SEND", input: {} }), disposed);
    await assert.rejects(client.apps.list().next(), disposed);
    assert.match((await client.flow({ app: "gmail" }).load()).error.message, disposed.message);
    // The caller's signal has another message.
    const aborted = (await makeClient(fakePlatform().options)).connectedAccounts.get({ connectedAccountId: "ca_1", signal: AbortSignal.abort() });
    await assert.rejects(aborted, { code: "cancelled", message: "the call was cancelled" });
  });

});

suite("an answer of a client", () => {
  test("is plain data without absent members", async () => {
    const client = await makeClient({ ...fakePlatform().options, fetch: () => json({ id: "ca_1", status: "success", isDisabled: null }) });
    const account = await client.connectedAccounts.get({ connectedAccountId: "ca_1" });
    assert.deepEqual(account, { id: "ca_1", status: "ACTIVE", app: "", isDisabled: false });
    assert.equal(Object.getPrototypeOf(account), Object.prototype);
    assert.deepEqual(structuredClone(account), account);
  });

  test("a fetch that rejects after the time limit leaves no unhandled rejection", async () => {
    const unhandled = [];
    const listen = (reason) => unhandled.push(reason);
    process.on("unhandledRejection", listen);
    const late = () => new Promise((_, reject) => setTimeout(reject, 20, "late"));
    const client = await makeClient({ ...fakePlatform().options, timeoutMs: 5, fetch: late });
    await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), { code: "timeout" });
    await new Promise((resolve) => setTimeout(resolve, 40));
    process.off("unhandledRejection", listen);
    assert.deepEqual(unhandled, []);
  });
});
