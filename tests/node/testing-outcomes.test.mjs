import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { createClient, isConnectError } from "connect-flow";
import { createSandbox } from "connect-flow/testing";
import { collectGarbage } from "../support/garbage.mjs";

// Written as an app's own tests: without a network, a DOM or real time.
let sandbox;
beforeEach(() => {
  sandbox = createSandbox();
});
afterEach(() => sandbox.dispose());

/** Runs one attempt by popup. Returns its last snapshot, the states on the way, and its duration. */
async function attempt(options, outcome) {
  const client = await sandbox.createClient({ entityId: "Jessica", ...options });
  sandbox.next(outcome);
  const flow = client.flow({ app: "gmail", mode: "popup" });
  const seen = [];
  flow.subscribe(() => {
    const { state, isPopupOpen } = flow.getSnapshot();
    const shown = isPopupOpen === false ? `${state}, popup not reachable` : state;
    // A snapshot also changes within a state.
    if (seen.at(-1) !== shown) seen.push(shown);
  });
  await flow.load();
  const startMs = sandbox.clock.now();
  const end = await sandbox.clock.until(flow.submit());
  return { end, seen, ms: sandbox.clock.now() - startMs, client };
}

const outcomes = [
  [{ outcome: "connected", afterMs: 30_000 }, "connected", 30_000],
  [{ outcome: "denied" }, "access_denied", 1_000],
  [{ outcome: "failed" }, "account_failed", 1_000],
  [{ outcome: "revoked" }, "account_revoked", 1_000],
  [{ outcome: "credentials_rejected" }, "connected", 1_000],
  [{ outcome: "scopes_missing" }, "connected", 1_000],
  [{ outcome: "popup_blocked" }, "popup_blocked", 0],
  [{ outcome: "popup_cut_off", afterMs: 60_000 }, "connected", 60_000],
  [{ outcome: "offline", forMs: 20_000, afterMs: 0 }, "connected", 20_000],
];

suite("the scripted outcome", () => {
  for (const [given, wanted, wantedMs] of outcomes) {
    test(`${given.outcome} ends in ${wanted} after ${wantedMs} ms`, async () => {
      const { end, ms } = await attempt({}, given);
      assert.equal(end.error?.code ?? end.state, wanted);
      assert.equal(ms, wantedMs);
      if (end.error) assert.ok(isConnectError(end.error));
    });
  }

  test("popup_closed cancels the flow within 3 s", async () => {
    const { end, ms } = await attempt({}, { outcome: "popup_closed", afterMs: 10_000 });
    assert.deepEqual([end.state, end.error.code], ["cancelled", "popup_closed"]);
    assert.ok(ms > 10_000 && ms < 13_000, `${ms}`);
    assert.equal(sandbox.popups[0].isClosed, true);
  });

  test("slow returns the user before the account is ACTIVE, and the flow still connects", async () => {
    const { end, ms, seen } = await attempt({}, { outcome: "slow", afterMs: 1_000, activeAfterMs: 8_000 });
    assert.equal(end.state, "connected");
    assert.ok(ms >= 9_000 && ms <= 14_000, `${ms}`);
    assert.equal(seen.at(-2), "verifying");
  });

  test("slow beyond the time limit fails with a retryable timeout", async () => {
    const { end } = await attempt({}, { outcome: "slow", activeAfterMs: 120_000 });
    assert.deepEqual([end.error.code, end.error.retryable], ["timeout", true]);
  });

  for (const [given, code, leastMs] of [
    [{ outcome: "expired", afterMs: 60_000 }, "account_expired", 60_000],
    [{ outcome: "expired" }, "account_expired", 590_000],
    [{ outcome: "never" }, "flow_expired", 590_000],
  ]) {
    test(`${given.outcome} ends in ${code} after ${leastMs} ms`, async () => {
      const { end, ms } = await attempt({}, given);
      assert.deepEqual([end.state, end.error.code], ["failed", code]);
      assert.ok(ms >= leastMs && ms <= leastMs + 15_000, `${ms}`);
    });
  }
});

for (const [outcome, statusCode] of [["credentials_rejected", 401], ["scopes_missing", 403]]) {
  test(`after ${outcome} the account is ACTIVE, and the app refuses actions with ${statusCode}`, async () => {
    const { client } = await attempt({}, { outcome });
    const [{ status, tokens, requestedScopes }] = sandbox.accounts();
    assert.equal(status, "ACTIVE");
    assert.equal(tokens.scope === requestedScopes.join(" "), outcome === "credentials_rejected");
    const { body } = await post("/api/v3.1/tools/execute/GMAIL_GET_PROFILE", { user_id: "Jessica", arguments: {} });
    assert.deepEqual([body.successful, body.data.status_code], [false, statusCode]);
    client.dispose();
  });
}

/** Asks the platform directly. */
async function post(path, body) {
  const response = await sandbox.fetch(new Request(`https://platform.sandbox.test${path}`, { method: "POST", headers: { "x-api-key": "sandbox-key", "content-type": "application/json" }, body: JSON.stringify(body) }));
  return { status: response.status, body: await response.json() };
}

test("session sends the user to the app's server with session_uri alone, and the account waits for that server", async () => {
  for (const [given, expected] of [[{}, "https://app.test/"], [{ verifierUrl: "https://app.test/verify" }, "https://app.test/verify"]]) {
    sandbox.reset();
    const client = await sandbox.createClient({ entityId: "Jessica" });
    sandbox.next({ outcome: "session", ...given });
    client.redirect(await client.initiateConnection({ app: "gmail" }));
    await sandbox.clock.advance(1_000);
    const url = new URL(sandbox.callbackUrl);
    assert.deepEqual([url.origin + url.pathname, [...url.searchParams.keys()]], [expected, ["session_uri"]]);
    assert.equal(sandbox.accounts()[0].status, "INITIATED");
    await post("/api/v3.1/connected_accounts/complete_auth", { session_uri: url.searchParams.get("session_uri"), user_id: "Jessica" });
    assert.equal(sandbox.accounts()[0].status, "ACTIVE");
  }
});

test("other_browser returns the user with a failure, and the account stays INITIATED", async () => {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  sandbox.next({ outcome: "other_browser" });
  const request = await client.initiateConnection({ app: "gmail" });
  client.redirect(request);
  await sandbox.clock.advance(1_000);
  const params = Object.fromEntries(new URL(sandbox.callbackUrl).searchParams);
  assert.deepEqual(
    [params.status, params.connected_account_id, params.error],
    ["failed", request.connectedAccountId, "This connection was started from a different browser or device"],
  );
  assert.equal(sandbox.accounts()[0].status, "INITIATED");
  await sandbox.clock.advance(600_000);
  assert.equal(sandbox.accounts()[0].status, "EXPIRED");
});

suite("an account that a test adds", () => {
  test("may have any status, and counts as the entity's", async () => {
    const client = await sandbox.createClient({ entityId: "Jessica" });
    for (const status of ["ACTIVE", "INACTIVE", "FAILED", "EXPIRED", "REVOKED"]) {
      const { id } = sandbox.addAccount({ app: "gmail", entityId: "Jessica", status });
      assert.equal((await client.connectedAccounts.get({ connectedAccountId: id })).status, status);
    }
    assert.deepEqual(sandbox.requests.filter(({ method }) => method !== "GET"), []);
  });

  test("has the alias, the owner and the type that the test gives it", () => {
    const given = { app: "posthog", entityId: "Jessica", alias: "work", displayName: "jessica@mail.test", accountType: "SHARED" };
    const { alias, displayName, accountType, data } = sandbox.addAccount(given);
    assert.deepEqual([alias, displayName, accountType, data], ["work", "jessica@mail.test", "SHARED", { subdomain: "us.i", generic_api_key: "sandbox" }]);
    assert.throws(() => sandbox.addAccount(given), { code: "invalid_argument", message: /`alias` of an account must be unique/ });
  });

  test("can be changed while a page uses it", async () => {
    const { id } = sandbox.addAccount({ app: "gmail", entityId: "Jessica" });
    const run = async () => (await post("/api/v3.1/tools/execute/GMAIL_GET_PROFILE", { user_id: "Jessica", connected_account_id: id, arguments: {} }));
    assert.equal((await run()).body.successful, true);
    sandbox.changeAccount(id, { rejects: "credentials" });
    assert.deepEqual([(await run()).status, (await run()).body.error], [200, "Invalid API key or access token"]);
    sandbox.changeAccount(id, { status: "EXPIRED", rejects: null });
    assert.equal((await run()).status, 422);
    assert.equal(sandbox.changeAccount(id, { alias: "home" }).alias, "home");
  });
});

test("a flow goes on waiting for a popup that only looks closed", async () => {
  const { seen } = await attempt({}, { outcome: "popup_cut_off", afterMs: 20_000 });
  assert.deepEqual(seen, ["loading", "ready", "initiating", "waiting", "verifying", "waiting, popup not reachable", "verifying", "connected"]);
  assert.equal(sandbox.popups[0].isClosed, true, "the popup closes itself on the callback page");
});

test("outcomes apply in the order of next, and the default is connected", async () => {
  sandbox.next({ outcome: "denied" });
  const first = await attempt({}, { outcome: "popup_closed" });
  const second = await attempt({}, { outcome: "never" });
  assert.deepEqual([first.end.error.code, second.end.error.code], ["access_denied", "popup_closed"]);
  sandbox.reset();
  const { end } = await attempt({}, { outcome: "connected" });
  assert.equal(end.account.app, "gmail");
  assert.deepEqual(sandbox.accounts().map(({ status }) => status), ["ACTIVE"]);
});

test("in redirect mode the page is at the callback URL after the attempt", async () => {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  const flow = client.flow({ app: "gmail", mode: "redirect", returnTo: "/settings" });
  assert.equal((await flow.submit()).state, "redirecting");
  assert.equal(sandbox.callbackUrl, null);
  await sandbox.clock.advance(1_000);
  assert.equal(location.href, sandbox.callbackUrl);
  flow.dispose();

  const again = await sandbox.createClient({ entityId: "Jessica" });
  const done = await again.completeConnection();
  assert.deepEqual([done.connectionStatus, done.app, done.returnTo], ["ACTIVE", "gmail", "/settings"]);
  assert.equal(location.href, "https://app.test/");
});

test("auto mode redirects the page if the popup is blocked", async () => {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  sandbox.next({ outcome: "popup_blocked" });
  sandbox.next({ outcome: "denied" });
  const flow = client.flow({ app: "gmail" });
  assert.equal((await flow.submit()).state, "redirecting");
  await sandbox.clock.advance(1_000);
  await assert.rejects((await sandbox.createClient()).completeConnection(), { code: "access_denied" });
});

test("visit follows a redirect URL, as a click on a link does", async () => {
  const client = await sandbox.createClient({ entityId: "Jessica", redirectUrl: "https://app.test/done" });
  const { redirectUrl } = await client.initiateConnection({ app: "zendesk", data: { subdomain: "acme" } });
  sandbox.visit(redirectUrl);
  await sandbox.clock.advance(1_000);
  assert.match(sandbox.callbackUrl, /^https:\/\/app\.test\/done\?/);
  assert.equal((await client.completeConnection({ url: sandbox.callbackUrl })).account.app, "zendesk");
});

test("a test can close the popup as the user does", async () => {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  sandbox.next({ outcome: "never" });
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  const done = flow.submit();
  await sandbox.clock.advance(5_000);
  assert.equal(flow.getSnapshot().state, "waiting");
  assert.ok(sandbox.popups[0].url.startsWith("https://platform.sandbox.test/link/"));
  sandbox.popups[0].close();
  assert.equal((await sandbox.clock.until(done)).error.code, "popup_closed");
});

test("a cancelled attempt is never completed later", async () => {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  const done = flow.submit();
  await sandbox.clock.advance(500);
  flow.cancel();
  await sandbox.clock.advance(60_000);
  assert.equal((await done).error.code, "cancelled");
  assert.deepEqual(sandbox.accounts().map(({ status }) => status), ["INITIALIZING"]);
});

test("the page cannot close a popup that was cut off, and its user can still finish", async () => {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  sandbox.next({ outcome: "popup_cut_off", afterMs: 60_000 });
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  const done = flow.submit();
  await sandbox.clock.advance(10_000);
  flow.cancel();
  assert.equal((await done).error.code, "cancelled");
  assert.equal(sandbox.popups[0].isClosed, false);
  await sandbox.clock.advance(60_000);
  assert.equal(sandbox.accounts()[0].status, "ACTIVE");
});

test("a flow waits for a user who is offline", async () => {
  const client = await sandbox.createClient({ entityId: "Jessica", retry: 0 });
  sandbox.next({ outcome: "offline", forMs: 30_000, afterMs: 1_000 });
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  const done = flow.submit();
  await sandbox.clock.advance(29_000);
  assert.deepEqual([flow.getSnapshot().state, navigator.onLine], ["waiting", false]);
  await assert.rejects(client.apps.get({ app: "gmail" }), { code: "network" });
  await sandbox.clock.advance(1_500);
  assert.equal((await client.apps.get({ app: "gmail" })).key, "gmail");
  assert.equal((await sandbox.clock.until(done)).state, "connected");
});

test("setOnline fails requests and dispatches offline and online events", async () => {
  const client = await sandbox.createClient({ entityId: "Jessica", retry: 0 });
  const events = [];
  for (const name of ["offline", "online"]) addEventListener(name, () => events.push([name, navigator.onLine]));
  sandbox.setOnline(false);
  const { error } = await client.flow({ app: "gmail" }).load();
  assert.deepEqual([error.code, error.retryable], ["network", true]);
  sandbox.setOnline(true);
  assert.equal((await client.flow({ app: "gmail" }).load()).state, "ready");
  assert.deepEqual(events, [["offline", false], ["online", true]]);
});

test("delays and hangs of scripted faults follow the sandbox's clock", async () => {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  sandbox.fault({ kind: "delay", ms: 9_000 });
  const loading = client.flow({ app: "gmail" }).load();
  await sandbox.clock.advance(8_999);
  assert.equal(await Promise.race([loading, "still"]), "still");
  await sandbox.clock.advance(1);
  assert.equal((await loading).state, "ready");

  sandbox.fault({ kind: "hang", path: /auth_configs$/, times: 3 });
  const startMs = sandbox.clock.now();
  assert.equal((await sandbox.clock.until(client.flow({ app: "gmail" }).load())).error.code, "timeout");
  assert.ok(sandbox.clock.now() - startMs >= 30_000);
});

test("a page can pass the options of install to createClient", async () => {
  const options = sandbox.install({ api: "v3", entityId: "Melissa" });
  const client = await createClient(options);
  const flow = client.flow({ app: "firecrawl" });
  await flow.load();
  assert.equal((await flow.submit({ api_key: "k" })).state, "connected");
  assert.deepEqual(sandbox.accounts().map(({ entityId, data }) => [entityId, data]), [["Melissa", { api_key: "k" }]]);
  assert.ok(sandbox.requests.every(({ path }) => path.startsWith("/api/v3/")));
});

test("the option `gateway` answers requests to its path, and other requests reach the real fetch", async (context) => {
  const realRequests = [];
  context.mock.method(globalThis, "fetch", async (url) => (realRequests.push(url), new Response("elsewhere")));
  const real = { fetch, Request };
  const own = createSandbox({ gateway: "/api/connect/", pageUrl: "https://shop.example/settings" });
  own.install();
  try {
    const client = await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
    const flow = client.flow({ app: "gmail", mode: "popup" });
    await flow.load();
    const { account } = await own.clock.until(flow.submit());
    assert.deepEqual([account.app, own.accounts().length], ["gmail", 1]);
    const { pathname } = new URL(own.accounts()[0].callbackUrl);
    assert.equal(pathname, "/settings");
    await assert.rejects(client.apps.get({ app: "nothing" }), { code: "not_found" });
    assert.equal(await (await fetch("/other")).text(), "elsewhere");
    assert.deepEqual(realRequests.at(-1), "/other");
    assert.ok(new Request("/x") instanceof real.Request);
  } finally {
    own.dispose();
  }
  assert.deepEqual({ fetch, Request }, real);
});

test("a hanging request to the option `gateway` ends when the page aborts it", async () => {
  const own = createSandbox({ gateway: "/api/connect" });
  own.install();
  try {
    own.fault({ kind: "hang", path: /toolkits/ });
    const controller = new AbortController();
    const asked = fetch("/api/connect/api/v3.1/toolkits/gmail", { signal: controller.signal });
    await collectGarbage();
    controller.abort();
    await assert.rejects(asked, { name: "AbortError" });
  } finally {
    own.dispose();
  }
});
