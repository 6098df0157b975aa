import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createSandbox } from "connect-flow/testing";
import { createAuthorizationServer } from "../../www/host/authorization-server.mjs";
import { listen } from "../../www/host/listen.mjs";
import { createOAuthPort } from "../../www/host/oauth-client.mjs";
import { startHost } from "../../www/host/server.mjs";
import { Browser } from "./browser.mjs";
import { minuteMs, seeded } from "./sandbox.mjs";

const jsonHeaders = { "content-type": "application/json" };

/** Signs in and allows access. Returns the page that follows. */
async function signInAndAllow(url, user = "Jessica") {
  const browser = new Browser();
  const consent = await browser.submit(await browser.visit(url), { username: user, password: `${user.toLowerCase()}-password`, decision: "login" });
  return browser.submit(consent, { decision: "allow" });
}

suite("the demo's authorization server", () => {
  let servers;
  let issuer;
  let sandbox;
  let origin;
  let skewMs = 0;
  const client = { id: "platform", secret: "client-secret", name: "Platform" };
  const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString("base64")}`;

  before(async () => {
    const [platform, authorization] = servers = [await listen(0), await listen(0)];
    ({ url: issuer } = authorization);
    ({ url: origin } = platform);
    const redirectUris = [`${origin}/api/v3/toolkits/auth/callback`];
    authorization.serve(await createAuthorizationServer({ issuer, client: { ...client, redirectUris }, accessTokenTtlSeconds: 3 }));
    sandbox = createSandbox({ origin, oauth: createOAuthPort({ issuer, client }), now: () => Date.now() + skewMs });
    platform.serve(async (request, response) => {
      const answer = await sandbox.fetch(new Request(origin + request.url, { headers: request.headers }));
      response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
    });
  });
  after(() => Promise.all(servers.map(({ close }) => close())));

  const send = async (method, path, body) => {
    const init = { method, body: body && JSON.stringify(body), headers: { "x-api-key": "sandbox-key", ...(body && jsonHeaders) } };
    return (await sandbox.fetch(new Request(origin + path, init))).json();
  };
  const token = (path, parameters) => fetch(`${issuer}/token${path}`, { method: "POST", body: new URLSearchParams(parameters), headers: { authorization: basic } });
  const refreshWith = ({ refresh_token }) => token("", { grant_type: "refresh_token", refresh_token });

  async function connectAccountOf(user) {
    const { redirect_url, connected_account_id } = await send("POST", "/api/v3/connected_accounts/link", { auth_config_id: seeded.gmail.id, user_id: user });
    await signInAndAllow(redirect_url, user);
    const current = () => sandbox.accounts().find(({ id }) => id === connected_account_id);
    const getProfile = () => send("POST", "/api/v3/tools/execute/GMAIL_GET_PROFILE", { connected_account_id, user_id: user, arguments: {} });
    return { current, getProfile };
  }

  test("accepts no token of an account that was revoked", async () => {
    const { current } = await connectAccountOf("Melissa");
    const { id, tokens, displayName } = current();
    assert.equal(displayName, "melissa@demo.example");
    const { revoked_tokens } = await send("POST", `/api/v3.1/connected_accounts/${id}/revoke`);
    assert.deepEqual(revoked_tokens, ["access_token", "refresh_token"]);
    assert.deepEqual([current().status, current().tokens], ["REVOKED", {}]);
    assert.equal((await refreshWith(tokens)).status, 400);
    assert.equal((await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status, 401);
  });

  test("returns the user's profile, and renews an expired access token", async () => {
    const { current, getProfile } = await connectAccountOf("Melissa");
    const old = current();
    assert.equal(old.tokens.expires_in, 3, "as accessTokenTtlSeconds sets it");
    skewMs += minuteMs;
    assert.deepEqual(await getProfile().then(({ data, successful }) => [successful, data]), [true, { sub: "user-melissa", email: "melissa@demo.example" }]);
    const { tokens, status } = current();
    assert.equal(status, "ACTIVE");
    assert.notEqual(tokens.access_token, old.tokens.access_token);
    assert.notEqual(tokens.refresh_token, old.tokens.refresh_token, "a refresh token works once");
    assert.deepEqual([tokens.scope, tokens.token_type], [old.tokens.scope, "bearer"]);
  });

  test("expires an access token by its own clock, and the sandbox then renews it", async () => {
    const { current, getProfile } = await connectAccountOf("Jessica");
    const { tokens } = current();
    skewMs -= 10 * minuteMs;
    const isExpired = async () => (await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${tokens.access_token}` } })).status === 401;
    while (!(await isExpired())) await pause(100);
    const { data, successful } = await getProfile();
    assert.deepEqual([successful, data.email], [true, "jessica@demo.example"]);
    assert.notEqual(current().tokens.access_token, tokens.access_token);
  });

  test("revokes the grant if a refresh token is used twice, and the account is EXPIRED", async () => {
    const { current, getProfile } = await connectAccountOf("Jessica");
    const old = current();
    skewMs += minuteMs;
    assert.equal((await getProfile()).successful, true);
    assert.equal((await (await refreshWith(old.tokens)).json()).error, "invalid_grant");
    skewMs += minuteMs;
    const { error, successful } = await getProfile();
    assert.deepEqual([successful, error], [false, "Token has been expired or revoked."]);
    assert.deepEqual([current().status, current().statusReason], ["EXPIRED", "Permanent auth error during token refresh"]);
  });

  test("revokes a refresh token; the account is EXPIRED until the user connects it again", async () => {
    const { current, getProfile } = await connectAccountOf("Melissa");
    assert.equal((await token("/revocation", { token: current().tokens.refresh_token })).status, 200);
    skewMs += minuteMs;
    assert.equal((await getProfile()).successful, false);
    const { status, id } = current();
    assert.equal(status, "EXPIRED");
    const { redirect_url } = await send("POST", `/api/v3/connected_accounts/${id}/refresh`);
    await signInAndAllow(redirect_url, "Melissa");
    assert.equal(current().status, "ACTIVE");
    assert.equal((await getProfile()).data.sub, "user-melissa");
  });

  test("an action with an unknown bearer token answers 200 and successful: false", async () => {
    const { auth_config } = await send("POST", "/api/v3/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_custom_auth", authScheme: "BEARER_TOKEN" } });
    await send("POST", "/api/v3/connected_accounts", { auth_config: { id: auth_config.id }, connection: { user_id: "Guest", data: { token: "guess" } } });
    const { successful, data } = await send("POST", "/api/v3/tools/execute/GMAIL_GET_PROFILE", { user_id: "Guest", arguments: {} });
    assert.deepEqual([successful, data.status_code], [false, 401]);
  });

  test("refuses a refresh with a wrong client secret", async () => {
    const port = createOAuthPort({ issuer, client: { ...client, secret: "wrong" } });
    const { current } = await connectAccountOf("Jessica");
    await assert.rejects(port.refresh({ tokens: current().tokens }));
    const unreachable = createOAuthPort({ issuer: "http://localhost:1", client });
    await assert.rejects(unreachable.refresh({ tokens: current().tokens }));
    await assert.rejects(unreachable.userinfo({ tokens: current().tokens }));
  });
});

suite("the demo", () => {
  let pages;
  let host;
  before(async () => {
    pages = await mkdtemp(join(tmpdir(), "connect-flow-"));
    await writeFile(join(pages, "index.html"), "<!doctype html><title>App</title>");
    host = await startHost({ appPort: 0, platformPort: 0, authorizationPort: 0, pages, accessTokenTtlSeconds: 90 });
  });
  after(async () => {
    await host?.close();
    await rm(pages, { recursive: true, force: true });
  });

  test("connects, refreshes, disables, reconnects and deletes an account through the app", async () => {
    const requestThroughApp = async (method, path, body) => {
      const response = await fetch(`${host.appUrl}/api/connect${path}`, { method, ...(body && { body: JSON.stringify(body), headers: jsonHeaders }) });
      return { status: response.status, body: await response.json() };
    };
    const accounts = "/api/v3/connected_accounts";
    const { body: { redirect_url, connected_account_id: id } } = await requestThroughApp("POST", `${accounts}/link`, { auth_config_id: seeded.gmail.id, user_id: "Jessica" });
    await signInAndAllow(redirect_url);
    const profile = async () => (await requestThroughApp("POST", "/api/v3/tools/execute/GMAIL_GET_PROFILE", { connected_account_id: id, user_id: "Jessica", arguments: {} })).body;
    assert.equal((await profile()).data.email, "jessica@demo.example");
    const [{ tokens }] = host.sandbox.accounts();
    assert.equal(tokens.expires_in, 90);
    host.sandbox.advance(2 * minuteMs);
    assert.equal((await profile()).successful, true);
    const renewed = host.sandbox.accounts()[0].tokens;
    assert.notEqual(renewed.refresh_token, tokens.refresh_token);
    assert.ok(!JSON.stringify(await requestThroughApp("GET", `${accounts}/${id}`)).includes(renewed.access_token));
    assert.deepEqual((await requestThroughApp("PATCH", `${accounts}/${id}/status`, { enabled: false })).body, { success: true });
    assert.equal((await profile()).error.message, `Connected account ${id} is in an invalid state: INACTIVE`);
    assert.deepEqual((await requestThroughApp("PATCH", `${accounts}/${id}/status`, { enabled: true })).body, { success: true });
    const { body: again } = await requestThroughApp("POST", `${accounts}/${id}/refresh?redirect_url=${encodeURIComponent(`${host.appUrl}/?again=1`)}`, {});
    const end = await signInAndAllow(again.redirect_url);
    assert.deepEqual(Object.fromEntries(end.url.searchParams), { again: "1", status: "success", connected_account_id: id });
    assert.equal((await profile()).successful, true);
    assert.deepEqual(await requestThroughApp("DELETE", `${accounts}/${id}`), { status: 200, body: { success: true } });
    assert.equal((await requestThroughApp("DELETE", `${accounts}/${id}`)).status, 404);
    assert.deepEqual((await requestThroughApp("GET", accounts)).body.items, []);
  });
});
