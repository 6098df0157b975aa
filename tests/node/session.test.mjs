import assert from "node:assert/strict";
import { afterEach, suite, test } from "node:test";
import { json, openGateway } from "../gateway/support.mjs";
import { callbackAfterConsent } from "./browser.mjs";
import { makeClient, memoryStorage, rejectsWith } from "./client.mjs";
import { closePage, openPage } from "./fake-page.mjs";

const redirectUrl = "https://app.test/done";
const verifierUrl = "https://app.test/verify?tab=1";
const completePath = "/api/v3.1/connected_accounts/complete_auth";
const opened = [];
afterEach(() => {
  closePage();
  for (const client of opened.splice(0)) client.dispose();
});

/**
 * A gateway of a project that verifies identities, and a browser whose user, Jessica, has returned with a session alone. `intercept` may answer
 * the page's requests in the gateway's place.
 * @returns `{ sandbox, storage, url, session, request, page, isSent, sent, intercept }`. `page()` opens the address in a new tab: `{ client, location }`.
 */
async function openSession({ options, api, decide = "allow" } = {}) {
  const gateway = openGateway(options, { verifierUrl });
  const { sandbox, upstreamRequests } = gateway;
  const browser = { ...gateway, user: "Jessica", storage: memoryStorage(), intercept: () => undefined, asked: [] };
  const send = async (request) => {
    browser.asked.push(`${request.method} ${new URL(request.url).pathname.replace("/api/connect", "")}`);
    return (await browser.intercept(request)) ?? gateway.gateway(request);
  };
  browser.client = async (more) => {
    const client = await makeClient({ baseUrl: "https://app.test/api/connect", api, redirectUrl, storage: browser.storage, headers: () => ({ "x-test-user": browser.user }), fetch: send, ...more });
    opened.push(client);
    return client;
  };
  browser.begin = async (app = "gmail") => {
    const request = await (await browser.client()).initiateConnection({ app });
    return { request, url: await callbackAfterConsent(sandbox, request.redirectUrl, decide) };
  };
  Object.assign(browser, await browser.begin());
  browser.session = new URL(browser.url).searchParams.get("session_uri");
  browser.page = async (more, url = browser.url) => {
    const { location } = openPage(url);
    return { client: await browser.client(more), location };
  };
  browser.sent = () => upstreamRequests.filter(({ path }) => path === completePath).map(({ body }) => body);
  browser.asked.length = upstreamRequests.length = 0;
  return browser;
}

/** Waits until a flow is in one of these states. */
const until = (flow, ...states) => new Promise((resolve) => {
  const look = () => states.includes(flow.getSnapshot().state) && resolve(flow.getSnapshot());
  flow.subscribe(look);
  look();
});

/** Loads a flow. Returns its states, and the members of its last snapshot. */
async function load(client) {
  const flow = client.flow({ app: "gmail" });
  const states = new Set();
  flow.subscribe(() => states.add(flow.getSnapshot().state));
  await flow.load();
  return { flow, states: [...states], ...flow.getSnapshot() };
}

const clean = "https://app.test/verify?tab=1";

suite("a page with a session alone", () => {
  test("completes the connection for the signed-in user, and leaves its address clean", async () => {
    const { sandbox, request, session, page, sent } = await openSession();
    const { client, location } = await page();
    const { connectionStatus, connectedAccountId, account } = await client.completeConnection();
    assert.deepEqual([connectionStatus, connectedAccountId, account.entityId], ["ACTIVE", request.connectedAccountId, "Jessica"]);
    assert.deepEqual([sent(), location.href], [[{ session_uri: session, user_id: "Jessica" }], clean]);
    assert.equal(sandbox.accounts()[0].status, "ACTIVE");
    assert.equal(await client.completeConnection(), null);
  });

  test("is completed by a flow that loads, which never shows the session", async () => {
    const { request, page, sent } = await openSession();
    const { client, location } = await page();
    const { states, account, returnTo } = await load(client);
    assert.deepEqual([states, account.id, returnTo], [["verifying", "connected"], request.connectedAccountId, undefined]);
    assert.deepEqual([sent().length, location.href], [1, clean]);
  });

  test("is verified by the action and the input of the flow that loads", async () => {
    const allow = { operations: ["connect", "executeAction"], apps: ["gmail"], actions: ["GMAIL_GET_PROFILE"] };
    const { page, upstreamRequests } = await openSession({ options: { allow } });
    const { client } = await page();
    const flow = client.flow({ app: "gmail", verify: { action: "GMAIL_GET_PROFILE", input: { user_id: "me" } } });
    assert.equal((await flow.load()).state, "connected");
    const executed = upstreamRequests.filter(({ path }) => path.includes("/tools/execute/"));
    assert.deepEqual(executed.map(({ body }) => body.arguments), [{ user_id: "me" }]);
  });

  test("is completed by a flow that `resume` returns", async () => {
    const { request, page, sent } = await openSession();
    const { client, location } = await page();
    const flow = client.resume();
    const { state, account } = await until(flow, "connected", "failed");
    assert.deepEqual([state, account.id, sent().length, location.href], ["connected", request.connectedAccountId, 1, clean]);
  });

  test("is completed from the URL that a router passes", async () => {
    const { request, url, page, sent } = await openSession();
    const { client, location } = await page({}, "https://app.test/verify");
    const { connectedAccountId } = await client.completeConnection({ url });
    assert.deepEqual([connectedAccountId, sent().length, location.href], [request.connectedAccountId, 1, "https://app.test/verify"]);
  });

  test("sends the session once, whatever asks for it at the same time and afterwards", async () => {
    const { request, url, page, sent } = await openSession();
    const tabs = [await page(), await page()];
    const calls = tabs.flatMap(({ client }) => [client.completeConnection({ url }), client.completeConnection({ url, timeoutMs: 20_000 })]);
    const flow = await load(tabs[0].client);
    for (const { connectedAccountId } of await Promise.all(calls)) assert.equal(connectedAccountId, request.connectedAccountId);
    assert.equal(flow.state, "connected");
    // A copy of the address, an hour later at most.
    const late = await page();
    assert.equal((await late.client.completeConnection()).connectedAccountId, request.connectedAccountId);
    assert.deepEqual([sent().length, late.location.href], [1, clean]);
  });

  test("checks the account after a reload during the request", async () => {
    const browser = await openSession();
    let answer;
    const isAsked = new Promise((resolve) => {
      browser.intercept = (request) => (request.url.includes("complete_auth") ? new Promise((settle) => {
        answer = () => settle(browser.gateway(request));
        resolve();
      }) : undefined);
    });
    const first = await browser.page();
    const flow = first.client.flow({ app: "gmail" });
    void flow.load();
    await isAsked;
    flow.dispose();
    const second = await browser.page();
    const reloaded = second.client.completeConnection();
    answer();
    assert.equal((await reloaded).connectedAccountId, browser.request.connectedAccountId);
    assert.deepEqual([browser.sent().length, second.location.href], [1, clean]);
  });

  test("without a pending attempt in this browser, is refused and sends nothing", async () => {
    for (const end of [(browser) => browser.storage.map.clear(), async ({ client, request }) => (await client()).resume({ flowId: request.flowId }).cancel()]) {
      const browser = await openSession();
      await end(browser);
      browser.asked.length = 0;
      const { client, location } = await browser.page();
      await rejectsWith(client.completeConnection(), "callback_unbound");
      const { state, error } = await load(client);
      assert.deepEqual([state, error.code, client.resume()], ["failed", "callback_unbound", null]);
      assert.deepEqual([browser.asked, browser.sandbox.accounts()[0].status], [[], "INITIATED"]);
      assert.equal(location.href, browser.url, "the app may know the session");
    }
  });

  test("that also names an account is refused and sends nothing", async () => {
    const browser = await openSession();
    const { client } = await browser.page({}, `${browser.url}&connected_account_id=${browser.request.connectedAccountId}&status=success`);
    await rejectsWith(client.completeConnection(), "callback_unbound");
    assert.deepEqual(browser.asked, []);
  });

  test("keeps the app's own parameters, though they have the platform's names", async () => {
    const browser = await openSession();
    const { client, location } = await browser.page({}, `${browser.url}&status=failed&error=access_denied#top`);
    assert.equal((await client.completeConnection()).connectionStatus, "ACTIVE");
    assert.equal(location.href, `${clean}&status=failed&error=access_denied#top`);
  });
});

suite("a session", () => {
  test("of another attempt of this browser completes that attempt", async () => {
    const browser = await openSession();
    await browser.begin();
    const { client } = await browser.page();
    assert.equal((await client.completeConnection()).connectedAccountId, browser.request.connectedAccountId);
    const again = await openSession();
    await again.begin();
    const { state, account } = await load((await again.page()).client);
    assert.deepEqual([state, account.id], ["connected", again.request.connectedAccountId]);
  });

  test("of an account that this browser did not initiate is account_mismatch, and nothing continues", async () => {
    for (const complete of [(client) => client.completeConnection(), async (client) => { throw (await load(client)).error; }]) {
      const browser = await openSession();
      browser.storage.map.clear();
      const { request } = await browser.begin();
      const { client, location } = await browser.page();
      const error = await rejectsWith(complete(client), "account_mismatch");
      assert.deepEqual([error.connectedAccountId, location.href], [request.connectedAccountId, clean]);
      assert.deepEqual([browser.sent().length, browser.sandbox.accounts().map(({ status }) => status)], [1, ["ACTIVE", "INITIATED"]]);
    }
  });

  test("is not sent on for another user than the one who started, and is entity_mismatch", async () => {
    const browser = await openSession();
    browser.user = "Melissa";
    const { client, location } = await browser.page();
    await rejectsWith(client.completeConnection(), "entity_mismatch");
    assert.deepEqual([browser.sent(), browser.sandbox.accounts()[0].status, location.href], [[], "INITIATED", clean]);
  });

  test("of another user is entity_mismatch, and never connects this browser's attempt", async () => {
    const browser = await openSession();
    const attacker = await openGatewayUser(browser, "Mallory");
    const { client } = await browser.page({}, attacker);
    await rejectsWith(client.completeConnection(), "entity_mismatch");
    assert.deepEqual(browser.sandbox.accounts().map(({ entityId, status }) => [entityId, status]), [["Jessica", "INITIATED"], ["Mallory", "FAILED"]]);
    // The user's own session is still good.
    const { client: own } = await browser.page();
    assert.equal((await own.completeConnection()).connectionStatus, "ACTIVE");
  });

  for (const [name, spoil] of [
    ["was used", async ({ as, session }) => void await as("Melissa")("POST", completePath, { body: { session_uri: session } })],
    ["is older than 10 minutes", async ({ sandbox }) => sandbox.advance(10 * 60_000)],
  ]) {
    test(`that ${name} is callback_replayed, says what to do, and is never sent again`, async () => {
      const browser = await openSession();
      await spoil(browser);
      const before = browser.sent().length;
      const { client, location } = await browser.page();
      const error = await rejectsWith(client.completeConnection(), "callback_replayed");
      assert.match(error.message, /start again$/);
      assert.deepEqual([error.retryable, error.connectedAccountId, location.href], [false, browser.request.connectedAccountId, clean]);
      const copy = await browser.page();
      await rejectsWith(copy.client.completeConnection({ timeoutMs: 40 }), name === "was used" ? "account_failed" : "account_expired");
      assert.equal(browser.sent().length, before + 1);
    });
  }

  test("that the app's server has completed already is connected", async () => {
    const browser = await openSession();
    await browser.as("Jessica")("POST", completePath, { body: { session_uri: browser.session } });
    const { client } = await browser.page();
    assert.equal((await client.completeConnection()).connectedAccountId, browser.request.connectedAccountId);
  });

  for (const [code, answer, retryable] of [
    ["server", () => json({ error: { message: "failed", slug: "Gateway_PlatformFailed", status: 500 } }, 500), false],
    ["network", () => Promise.reject(new TypeError("offline")), false],
    ["response_invalid", () => json({}), false],
    ["invalid_request", () => json({ error: { message: "no", code: 600, status: 400 } }, 400), false],
  ]) {
    test(`whose completion fails with ${code} is not sent again, and one status check decides`, async () => {
      for (const isDone of [false, true]) {
        const browser = await openSession();
        browser.intercept = async (request) => {
          if (!request.url.includes("complete_auth")) return undefined;
          if (isDone) await browser.gateway(request);
          return answer();
        };
        const { client, location } = await browser.page();
        const call = client.completeConnection();
        if (isDone) assert.equal((await call).connectionStatus, "ACTIVE");
        else assert.equal((await rejectsWith(call, code)).retryable, retryable);
        assert.deepEqual(browser.asked.map((line) => line.split("/").at(-1)), ["complete_auth", browser.request.connectedAccountId]);
        assert.ok(!location.href.includes("session"), location.href);
        // A reload checks the account.
        const { client: reloaded } = await browser.page({}, location.href);
        if (!isDone) await rejectsWith(reloaded.completeConnection({ timeoutMs: 40 }), "timeout");
        assert.equal(browser.asked.filter((line) => line.endsWith("complete_auth")).length, 1);
      }
    });
  }

  for (const [code, status] of [["unauthorized", 401], ["rate_limited", 429]]) {
    test(`that the server did not look at stays valid: ${code}`, async () => {
      const browser = await openSession();
      browser.intercept = async (request) => (request.url.includes("complete_auth") ? json({ message: "later" }, status) : undefined);
      const { client, location } = await browser.page();
      await rejectsWith(client.completeConnection(), code);
      const { flow, state, error } = await load(client);
      assert.deepEqual([state, error.code, location.href], ["failed", code, browser.url]);
      browser.intercept = () => undefined;
      await flow.retry();
      assert.deepEqual([flow.getSnapshot().state, location.href], ["connected", clean]);
    });
  }

  test("appears in no trace, error, stored value or address", async () => {
    const spied = [];
    for (const answer of [undefined, () => json({ error: { message: "boom" } }, 500), (session) => json({ error: { message: `no ${session}`, errors: [session] } }, 400)]) {
      const browser = await openSession();
      browser.intercept = async (request) => (request.url.includes("complete_auth") ? answer?.(browser.session) : undefined);
      const storage = { ...browser.storage, setItem: (key, text) => { spied.push(key, text); browser.storage.setItem(key, text); } };
      const { client, location } = await browser.page({ storage });
      const { error } = await load(client);
      spied.push(location.href, JSON.stringify(client.trace()), JSON.stringify({ ...error, message: error?.message }));
      assert.ok(client.trace().some(({ operation, route }) => operation === "completeAuth" && route === completePath));
      assert.ok(spied.length > 4 && spied.every((text) => !text.includes(browser.session)), spied.join("\n"));
    }
  });
});

/** The address at which another user of the same project returns with a session. */
async function openGatewayUser({ gateway, sandbox }, user) {
  const client = await makeClient({ baseUrl: "https://app.test/api/connect", redirectUrl, storage: memoryStorage(), headers: { "x-test-user": user }, fetch: (request) => gateway(request) });
  opened.push(client);
  return callbackAfterConsent(sandbox, (await client.initiateConnection({ app: "gmail" })).redirectUrl);
}

suite("behind a server that cannot complete sessions", () => {
  const connect = ["apps.get", "integrations.list", "integrations.get", "connectedAccounts.initiate", "connectedAccounts.get"];
  for (const [name, more] of [
    ["a gateway that does not allow it", { options: { allow: { operations: connect, apps: ["gmail"] } } }],
    ["the API v3", { api: "v3" }],
    ["an older gateway", { intercepted: () => json({ error: { message: "no", slug: "Gateway_NotFound", status: 404 } }, 404) }],
    ["a server of its own", { intercepted: () => new Response("<h1>Not found</h1>", { status: 404 }) }],
  ]) {
    test(`a flow is \`completing\` with the session, and continues when the app's server has completed it: ${name}`, async () => {
      const browser = await openSession(more);
      browser.intercept = async (request) => (request.url.includes("complete_auth") ? more.intercepted?.() : undefined);
      const { client, location } = await browser.page();
      const error = await rejectsWith(client.completeConnection(), "completion_required");
      assert.match(error.message, /allow `completeAuth` in the gateway, or let your server complete the connection with the callback's `sessionUri`$/);
      assert.equal(client.parseCallback().sessionUri, browser.session);
      const flow = client.flow({ app: "gmail" });
      const loaded = flow.load();
      const { sessionUri } = await until(flow, "completing", "failed");
      assert.deepEqual([sessionUri, location.href, browser.sent()], [browser.session, browser.url, []]);
      await browser.sandbox.fetch(new Request(`https://platform.test${completePath}`, {
        method: "POST", headers: { "x-api-key": "platform-key-0123456789", "content-type": "application/json" }, body: JSON.stringify({ session_uri: browser.session, user_id: "Jessica" }),
      }));
      await loaded;
      assert.deepEqual([flow.getSnapshot().state, location.href], ["connected", clean]);
    });
  }
});
