import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { startHost } from "../../www/host/server.mjs";
import { Browser } from "./browser.mjs";
import { minuteMs, seeded } from "./sandbox.mjs";

const anyPorts = { appPort: 0, platformPort: 0, authorizationPort: 0 };
let pages;
let host;

before(async () => {
  pages = await mkdtemp(join(tmpdir(), "connect-flow-"));
  await writeFile(join(pages, "index.html"), "<!doctype html><title>App</title>");
  host = await startHost({ ...anyPorts, pages });
});
after(async () => {
  await host?.close();
  await rm(pages, { recursive: true, force: true });
});

/** Sends a request to the platform through the app's gateway, as its page does. */
async function requestThroughApp(user, path, body) {
  const response = await fetch(`${host.appUrl}/api/connect${path}`, {
    headers: { "demo-user": user, ...(body && { "content-type": "application/json" }) },
    ...(body && { method: "POST", body: JSON.stringify(body) }),
  });
  return response.json();
}

const returnTo = () => `${host.appUrl}/?cf_flow=abc`;

/** Two ways to initiate. Each returns `{ id, url, get, callback }`: `get` reads the status, `callback` gives the expected parameters. */
const initiate = {
  create: async (user) => {
    const { id, redirect_url: url, connectionData } = await requestThroughApp(user, "/api/v3/connected_accounts", {
      auth_config: { id: seeded.ownCrm.id }, connection: { callback_url: returnTo(), state: { authScheme: "OAUTH2", val: { status: "INITIALIZING" } } },
    });
    assert.equal(connectionData.val.status, "INITIATED");
    const callback = (status) => ({ cf_flow: "abc", status, connectedAccountId: id, appName: "own_crm" });
    return { id, url, callback, get: async () => (await requestThroughApp(user, `/api/v3/connected_accounts/${id}`)).status };
  },
  link: async (user) => {
    const { connected_account_id: id, redirect_url: url } = await requestThroughApp(user, "/api/v3/connected_accounts/link", {
      auth_config_id: seeded.zendesk.id, callback_url: returnTo(), connection_data: { subdomain: "acme" },
    });
    const callback = (status) => ({ cf_flow: "abc", status, connected_account_id: id });
    return { id, url, callback, get: async () => (await requestThroughApp(user, `/api/v3/connected_accounts/${id}`)).status };
  },
};

/** Signs in as one of the demo's users. Returns the consent page. */
async function signIn(browser, url, user) {
  const login = await browser.visit(url);
  assert.equal(login.url.origin, host.authorizationUrl);
  assert.match(login.text, /<h1>Sign in<\/h1>/);
  const consent = await browser.submit(login, { username: user, password: `${user.toLowerCase()}-password`, decision: "login" });
  assert.match(consent.text, new RegExp(`<h1>Allow access\\?</h1>[^]*the account of <b>${user}</b>`));
  return consent;
}

for (const [label, start] of Object.entries(initiate)) {
  suite(`a connection initiated by ${label}`, () => {
    test("is ACTIVE after a wrong password, the right one, and consent", async () => {
      const connection = await start("Jessica");
      const browser = new Browser();
      const login = await browser.visit(connection.url);
      assert.match(login.text, /<b>Jessica<\/b> with <code>jessica-password<\/code>/);
      const again = await browser.submit(login, { username: "jessica", password: "wrong<", decision: "login" });
      assert.match(again.text, /role="alert">The user name or the password is wrong/);
      assert.match(again.text, /name="username" value="jessica"/);
      assert.ok(!again.text.includes("wrong&lt;"), "the page does not repeat the password");
      assert.notEqual(await connection.get(), "ACTIVE");
      const consent = await browser.submit(again, { username: "jessica", password: "jessica-password", decision: "login" });
      const end = await browser.submit(consent, { decision: "allow" });
      assert.equal(end.status, 200);
      assert.equal(end.url.origin + end.url.pathname, `${host.appUrl}/`);
      assert.deepEqual(Object.fromEntries(end.url.searchParams), connection.callback("success"));
      assert.equal(await connection.get(), "ACTIVE");
      const { tokens } = host.sandbox.accounts().find(({ id }) => id === connection.id);
      assert.deepEqual([typeof tokens.access_token, typeof tokens.refresh_token, tokens.token_type], ["string", "string", "bearer"]);
      assert.ok(!browser.hops.some(({ url }) => url.href.includes(tokens.access_token)));
      const request = browser.hops.find(({ url }) => url.origin === host.authorizationUrl && url.pathname === "/auth").url.searchParams;
      assert.deepEqual([request.get("code_challenge_method"), request.get("response_type")], ["S256", "code"]);
      const answer = browser.hops.at(-1).url;
      assert.equal(answer.searchParams.get("state"), request.get("state"));
      assert.equal(answer.searchParams.get("iss"), host.authorizationUrl);
      assert.equal(answer.origin + answer.pathname, request.get("redirect_uri"));
    });

    test("is FAILED if the user denies consent", async () => {
      const connection = await start("Melissa");
      const browser = new Browser();
      const end = await browser.submit(await signIn(browser, connection.url, "Melissa"), { decision: "deny" });
      assert.deepEqual(Object.fromEntries(end.url.searchParams), connection.callback("failed"));
      assert.equal(await connection.get(), "FAILED");
    });
  });
}

suite("the demo's authorization server", () => {
  test("cancelling at the login denies access, and the account has the reason", async () => {
    const { id, url } = await initiate.link("Jessica");
    const browser = new Browser();
    await browser.submit(await browser.visit(url), { decision: "deny" });
    const { state } = await requestThroughApp("Jessica", `/api/v3/connected_accounts/${id}`);
    assert.deepEqual(state.val, { status: "FAILED", error: "access_denied", error_description: "The user denied the request" });
  });

  test("one browser can connect accounts of different users", async () => {
    const browser = new Browser();
    for (const user of ["Jessica", "Melissa"]) {
      const connection = await initiate.link(user);
      await browser.submit(await signIn(browser, connection.url, user), { decision: "allow" });
      assert.equal(await connection.get(), "ACTIVE");
    }
  });

  test("two tabs of one browser can connect at the same time", async () => {
    const browser = new Browser();
    const attempts = [await initiate.create("Jessica"), await initiate.link("Jessica")];
    const answer = { username: "Jessica", password: "jessica-password", decision: "login" };
    const logins = [await browser.visit(attempts[0].url), await browser.visit(attempts[1].url)];
    const consents = [await browser.submit(logins[0], answer), await browser.submit(logins[1], answer)];
    for (const consent of consents) await browser.submit(consent, { decision: "allow" });
    for (const { get } of attempts) assert.equal(await get(), "ACTIVE");
  });

  test("PKCE rejects the code of another attempt", async () => {
    const [attempt, other] = [await initiate.link("Jessica"), await initiate.link("Melissa")];
    const redirectUri = `${host.platformUrl}/api/v3/toolkits/auth/callback`;
    // Follows the redirects up to the platform's callback, without the request to it.
    const codeOf = async ({ url }, user) => {
      let answer;
      const browser = new Browser({
        send: (request) => {
          if (!request.url.startsWith(`${redirectUri}?`)) return fetch(request, { redirect: "manual" });
          answer = new URL(request.url);
          return Promise.resolve(new Response());
        },
      });
      await browser.submit(await signIn(browser, url, user), { decision: "allow" });
      return answer;
    };
    const [response, otherResponse] = [await codeOf(attempt, "Jessica"), await codeOf(other, "Melissa")];
    response.searchParams.set("code", otherResponse.searchParams.get("code"));
    await new Browser().visit(response);
    assert.equal(await attempt.get(), "FAILED");
  });

  test("an authorization response from another issuer is refused", async () => {
    const { url, get } = await initiate.link("Jessica");
    const browser = new Browser({ send: (request) => {
      const address = new URL(request.url);
      if (address.searchParams.has("iss")) address.searchParams.set("iss", "https://evil.example");
      return fetch(new Request(address, request), { redirect: "manual" });
    } });
    await browser.submit(await signIn(browser, url, "Jessica"), { decision: "allow" });
    assert.equal(await get(), "FAILED");
  });

  test("a request without PKCE or with an unregistered redirect_uri is refused", async () => {
    const parameters = { client_id: "sandbox-platform", response_type: "code", scope: "openid", state: "s" };
    const authorize = (more) => new Browser({ stopAt: host.platformUrl }).visit(`${host.authorizationUrl}/auth?${new URLSearchParams({ ...parameters, ...more })}`);
    const plain = await authorize({ redirect_uri: `${host.platformUrl}/api/v3/toolkits/auth/callback` });
    assert.equal(plain.url.searchParams.get("error"), "invalid_request");
    const foreign = await authorize({ redirect_uri: "https://evil.example/" });
    assert.equal(foreign.status, 400);
    assert.match(foreign.text, /<h1>This does not work<\/h1>/);
  });

  test("an expired sign-in page says so", async () => {
    const page = await new Browser().visit(`${host.authorizationUrl}/interaction/nope`);
    assert.equal(page.status, 400);
    assert.match(page.text, /This sign-in is over/);
  });

  test("its pages have a strict policy and load nothing from other origins", async () => {
    const { url } = await initiate.link("Jessica");
    const browser = new Browser();
    const login = await browser.visit(url);
    const consent = await browser.submit(login, { username: "Jessica", password: "jessica-password", decision: "login" });
    for (const page of [login, consent]) {
      assert.match(page.headers.get("content-security-policy"), /^default-src 'none'; style-src 'nonce-[^']+'; img-src data:; base-uri 'none'; frame-ancestors 'none'$/);
      assert.equal(page.headers.get("referrer-policy"), "no-referrer");
      assert.equal(page.headers.get("cross-origin-opener-policy"), null);
      assert.deepEqual(page.text.match(/(?:src|href)="(?!data:)[^"]*"/g), null);
      assert.match(page.text, /<meta name="viewport"/);
    }
  });
});

suite("a scripted fault on the wire", () => {
  const toolkit = "/api/v3/toolkits/gmail";

  test("a dropped connection is a network error, and a 502 behind the gateway", async () => {
    const removeFault = host.sandbox.fault({ kind: "drop", times: Infinity });
    await assert.rejects(fetch(host.platformUrl + toolkit), { name: "TypeError" });
    assert.equal((await fetch(`${host.appUrl}/api/connect${toolkit}`)).status, 502);
    removeFault();
  });

  test("a truncated body arrives truncated and a huge one complete; behind the gateway a truncated one is a 502", async () => {
    host.sandbox.fault({ kind: "truncated" });
    await assert.rejects((await fetch(host.platformUrl + toolkit)).json(), SyntaxError);
    host.sandbox.fault({ kind: "hugeBody", bytes: 2_000_000 });
    assert.ok((await (await fetch(host.platformUrl + toolkit)).text()).length >= 2_000_000);
    host.sandbox.fault({ kind: "truncated" });
    assert.equal((await fetch(`${host.appUrl}/api/connect${toolkit}`)).status, 502);
  });

  test("a request that hangs can be aborted", async () => {
    host.sandbox.fault({ kind: "hang" });
    await assert.rejects(fetch(`${host.appUrl}/api/connect${toolkit}`, { signal: AbortSignal.timeout(50) }), { name: "TimeoutError" });
    assert.equal((await fetch(`${host.appUrl}/api/connect${toolkit}`)).status, 200);
  });
});

suite("options of startHost", () => {
  test("coop adds the COOP header, and clock sets the sandbox's time", async () => {
    let nowMs = Date.parse("2026-01-16T10:00:00.000Z");
    const other = await startHost({ ...anyPorts, pages, coop: true, clock: () => nowMs });
    try {
      const response = await fetch(`${other.authorizationUrl}/interaction/nope`);
      assert.equal(response.headers.get("cross-origin-opener-policy"), "same-origin");
      const link = await (await fetch(`${other.appUrl}/api/connect/api/v3/connected_accounts/link`, {
        method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ auth_config_id: seeded.gmail.id, user_id: "Jessica" }),
      })).json();
      assert.equal(link.expires_at, "2026-01-16T10:10:00.000Z");
      nowMs += 10 * minuteMs;
      assert.equal((await fetch(link.redirect_url, { redirect: "manual" })).status, 410);
    } finally {
      await other.close();
    }
  });

  test("a taken port rejects with EADDRINUSE", async () => {
    const taken = Number(new URL(host.appUrl).port);
    await assert.rejects(startHost({ ...anyPorts, pages, platformPort: taken }), { code: "EADDRINUSE" });
  });
});
