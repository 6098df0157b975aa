import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openBrowser } from "./browser.mjs";
import { minuteMs, openSandbox, platformOrigin, seeded } from "./sandbox.mjs";

const home = "https://app.test";
const callback = `${home}/done?tab=a%20b&state=mine#top`;
const ownQuery = "tab=a%20b&state=mine";

/** Two ways to initiate. Each returns the account and the redirect URL. */
const initiate = {
  create: async ({ sandbox, post }, more) => {
    const { body } = await post("/api/v3.1/connected_accounts", { auth_config: { id: seeded.ownCrm.id }, connection: { user_id: "Jessica", callback_url: callback, ...more } });
    return { url: body.redirect_url, account: sandbox.accounts().at(-1) };
  },
  link: async ({ sandbox, post }, more) => {
    const { body } = await post("/api/v3.1/connected_accounts/link", { auth_config_id: seeded.gmail.id, user_id: "Jessica", callback_url: callback, ...more });
    return { url: body.redirect_url, account: sandbox.accounts().at(-1) };
  },
};

const parametersOf = {
  create: ({ id, app }, status) => `status=${status}&connectedAccountId=${id}&appName=${app}`,
  link: ({ id }, status) => `status=${status}&connected_account_id=${id}`,
};

const stateOf = (page) => page.url.searchParams.get("state");

for (const way of Object.keys(initiate)) {
  suite(`a connection initiated by ${way}`, () => {
    test("is ACTIVE after consent, and the callback keeps the app's query", async () => {
      const platform = openSandbox();
      const { url, account } = await initiate[way](platform);
      const browser = openBrowser(platform.sandbox);
      const consent = await browser.visit(url);
      assert.equal(consent.url.pathname, "/oauth/authorize");
      assert.equal(platform.sandbox.accounts()[0].status, "INITIATED");
      const end = await browser.submit(consent, { decision: "allow" });
      assert.equal(end.url.href, `${home}/done?${ownQuery}&${parametersOf[way](account, "success")}#top`);
      const [{ status, statusReason, tokens }] = platform.sandbox.accounts();
      assert.deepEqual([status, statusReason], ["ACTIVE", null]);
      assert.equal(tokens.scope.split(" ")[0], "openid");
      for (const hop of browser.hops) {
        assert.deepEqual(
          [hop.status, hop.headers.get("cache-control"), hop.headers.get("referrer-policy")],
          [302, "no-store", "no-referrer"],
        );
      }
    });

    test("is FAILED with the authorization server's error if the user denies access", async () => {
      const platform = openSandbox();
      const { url, account } = await initiate[way](platform);
      const browser = openBrowser(platform.sandbox);
      const end = await browser.submit(await browser.visit(url), { decision: "deny" });
      assert.equal(end.url.href, `${home}/done?${ownQuery}&${parametersOf[way](account, "failed")}#top`);
      const v3 = (await platform.get(`/api/v3.1/connected_accounts/${account.id}`)).body;
      assert.equal(v3.status, "FAILED");
      assert.equal(v3.status_reason, "Access denied by the user");
      assert.deepEqual(v3.state.val, { status: "FAILED", error: "access_denied", error_description: "The user denied the request" });
    });

    test("has a link that works once", async () => {
      const platform = openSandbox();
      const { url } = await initiate[way](platform);
      await openBrowser(platform.sandbox).visit(url);
      const again = await openBrowser(platform.sandbox).visit(url);
      assert.equal(again.status, 410);
      assert.match(again.text, /used already/);
      assert.match(again.headers.get("content-type"), /^text\/html/);
      assert.equal(platform.sandbox.accounts()[0].status, "INITIATED", "the first visitor can still finish");
    });

    test("expires after ten minutes, with its link", async () => {
      const platform = openSandbox();
      const { url, account } = await initiate[way](platform);
      platform.sandbox.advance(10 * minuteMs - 1);
      assert.notEqual(platform.sandbox.accounts()[0].status, "EXPIRED");
      platform.sandbox.advance(1);
      const late = await openBrowser(platform.sandbox).visit(url);
      assert.equal(late.status, 410);
      assert.match(late.text, /expired/);
      const v3 = (await platform.get(`/api/v3.1/connected_accounts/${account.id}`)).body;
      assert.deepEqual([v3.status, v3.status_reason], ["EXPIRED", "Connection initiation did not complete within 10 minutes"]);
      assert.deepEqual(v3.state.val, { status: "EXPIRED", expired_at: "2026-01-16T10:10:00.000Z" });
      assert.equal(v3.updated_at, "2026-01-16T10:10:00.000Z");
    });

    test("stays EXPIRED if the user consents too late", async () => {
      const platform = openSandbox();
      const { url, account } = await initiate[way](platform);
      const browser = openBrowser(platform.sandbox);
      const consent = await browser.visit(url);
      platform.sandbox.advance(10 * minuteMs);
      const end = await browser.submit(consent, { decision: "allow" });
      assert.equal(end.url.search.slice(1), `${ownQuery}&${parametersOf[way](account, "failed")}`);
      assert.equal(platform.sandbox.accounts()[0].status, "EXPIRED");
    });

    test("without a callback_url ends on a page of the platform", async () => {
      const platform = openSandbox();
      const { url } = await initiate[way](platform, { callback_url: undefined });
      const browser = openBrowser(platform.sandbox);
      const end = await browser.submit(await browser.visit(url), { decision: "allow" });
      assert.equal(end.status, 200);
      assert.match(end.text, /You may close this window/);
    });
  });
}

suite("after the authorization response", () => {
  test("the API masks the tokens of an ACTIVE account", async () => {
    for (const way of Object.keys(initiate)) {
      const platform = openSandbox();
      const { url, account } = await initiate[way](platform);
      const browser = openBrowser(platform.sandbox);
      await browser.submit(await browser.visit(url), { decision: "allow" });
      const { tokens } = platform.sandbox.accounts()[0];
      for (const path of [`/api/v3.1/connected_accounts/${account.id}`, "/api/v3.1/connected_accounts"]) {
        const text = JSON.stringify((await platform.get(path)).body);
        for (const secret of ["access_token", "refresh_token"]) {
          assert.ok(text.includes(`"${secret}":"`), `${path} has ${secret}`);
          assert.ok(!text.includes(tokens[secret]), `${path} hides ${secret}`);
        }
      }
      const val = (await platform.get(`/api/v3.1/connected_accounts/${account.id}`)).body.state.val;
      assert.equal(val.access_token, way === "create" ? `${tokens.access_token.slice(0, 4)}...` : "REDACTED");
      assert.deepEqual([val.token_type, val.expires_in, val.redirectUrl], ["Bearer", 3600, url], "the used redirect URL stays in the account");
    }
  });

  test("the same response a second time is refused", async () => {
    const platform = openSandbox();
    const { url } = await initiate.link(platform);
    const browser = openBrowser(platform.sandbox);
    await browser.submit(await browser.visit(url), { decision: "allow" });
    const responseUrl = browser.hops.at(-1).url;
    const again = await openBrowser(platform.sandbox).visit(responseUrl);
    assert.equal(again.status, 400);
    assert.equal(platform.sandbox.accounts()[0].status, "ACTIVE");
  });

  test("a response without a known state is refused", async () => {
    const platform = openSandbox();
    const { url } = await initiate.link(platform);
    await openBrowser(platform.sandbox).visit(url);
    for (const query of ["", "?state=&code=c", "?state=guess&code=c"]) {
      assert.equal((await openBrowser(platform.sandbox).visit(`${platformOrigin}/api/v3/toolkits/auth/callback${query}`)).status, 400, query);
    }
    assert.equal(platform.sandbox.accounts()[0].status, "INITIATED");
  });

  test("a response with an unknown code fails the account", async () => {
    const platform = openSandbox();
    const { url } = await initiate.link(platform);
    const consent = await openBrowser(platform.sandbox).visit(url);
    await openBrowser(platform.sandbox).visit(`${platformOrigin}/api/v3/toolkits/auth/callback?code=guess&state=${stateOf(consent)}`);
    const [{ status, statusReason }] = platform.sandbox.accounts();
    assert.deepEqual([status, statusReason], ["FAILED", "OAuth callback failed during token exchange"]);
    const { items: [{ state }] } = (await platform.get("/api/v3.1/connected_accounts")).body;
    assert.equal(state.val.error, "invalid_grant");
  });
});

suite("the hosted form", () => {
  const linkTo = async (platform, app, connection_data) =>
    initiate.link(platform, { auth_config_id: seeded[app].id, ...(connection_data && { connection_data }) });

  test("asks for values that were not prefilled, then continues to consent", async () => {
    const platform = openSandbox();
    const { url, account } = await linkTo(platform, "zendesk");
    const browser = openBrowser(platform.sandbox);
    const form = await browser.visit(url);
    assert.equal(form.status, 200);
    assert.match(form.text, /<label for="subdomain">Zendesk Subdomain<\/label>/);
    const consent = await browser.submit(form, { subdomain: " acme " });
    assert.equal(consent.url.pathname, "/oauth/authorize");
    const end = await browser.submit(consent, { decision: "allow" });
    assert.equal(end.url.search.slice(1), `${ownQuery}&${parametersOf.link(account, "success")}`);
    assert.deepEqual(platform.sandbox.accounts()[0].data, { subdomain: "acme" });
  });

  test("is skipped if every value was prefilled", async () => {
    const platform = openSandbox();
    const { url } = await linkTo(platform, "zendesk", { subdomain: "acme" });
    assert.equal((await openBrowser(platform.sandbox).visit(url)).url.pathname, "/oauth/authorize");
  });

  test("takes secrets in password inputs, and connects at once", async () => {
    const platform = openSandbox();
    const { url, account } = await linkTo(platform, "shopify", { shop: "acme" });
    const browser = openBrowser(platform.sandbox);
    const form = await browser.visit(url);
    assert.match(form.text, /name="admin_api_access_token" type="password"/);
    assert.ok(!form.text.includes('name="shop"'));
    const end = await browser.submit(form, { admin_api_access_token: "shpat_1", shop: "other" });
    assert.equal(end.url.search.slice(1), `${ownQuery}&${parametersOf.link(account, "success")}`);
    const [{ status, data }] = platform.sandbox.accounts();
    assert.deepEqual([status, data], ["ACTIVE", { shop: "acme", admin_api_access_token: "shpat_1" }]);
    assert.equal((await openBrowser(platform.sandbox).visit(url)).status, 410);
  });

  test("names missing values and keeps the others, except secrets", async () => {
    const platform = openSandbox();
    const { url } = await linkTo(platform, "acmeTickets");
    const browser = openBrowser(platform.sandbox);
    const form = await browser.visit(url);
    assert.ok(!form.text.includes("internal_region"), "hidden fields are not asked for");
    const again = await browser.submit(form, { username: `"><i>Jess`, password: "hunter2", subdomain: "" });
    assert.equal(again.status, 400);
    assert.match(again.text, /Missing: Subdomain/);
    assert.ok(again.text.includes('value="&quot;&gt;&lt;i&gt;Jess"'), "escaped");
    assert.ok(!again.text.includes("hunter2"));
    assert.equal(platform.sandbox.accounts()[0].status, "INITIALIZING");
  });

  test("shows defaults", async () => {
    const platform = openSandbox();
    const { url } = await linkTo(platform, "posthog");
    assert.match((await openBrowser(platform.sandbox).visit(url)).text, /name="subdomain" type="text" value="us\.i"/);
  });

  test("refuses JSON, expired links and unknown links", async () => {
    const platform = openSandbox();
    const { url } = await linkTo(platform, "shopify");
    const json = await openBrowser(platform.sandbox).visit(url, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
    assert.equal(json.status, 400);
    platform.sandbox.advance(10 * minuteMs);
    const late = await openBrowser(platform.sandbox).submit({ url: new URL(url), text: "" }, { admin_api_access_token: "t", shop: "s" });
    assert.equal(late.status, 410);
    for (const path of ["/link/lk_nope", "/api/v3/s/nope", "/nothing"]) {
      assert.equal((await openBrowser(platform.sandbox).visit(platformOrigin + path)).status, 404, path);
    }
  });

  test("has a strict policy, a viewport, and no script or resource of another origin", async () => {
    const platform = openSandbox();
    const { url } = await linkTo(platform, "shopify");
    const browser = openBrowser(platform.sandbox);
    for (const address of [url, `${platformOrigin}/link/lk_nope`, (await initiate.link(platform)).url]) {
      const page = await browser.visit(address);
      const policy = page.headers.get("content-security-policy");
      assert.match(policy, /^default-src 'none'; style-src 'nonce-[^']+'; img-src data:; base-uri 'none'; frame-ancestors 'none'$/);
      assert.ok(page.text.includes(`<style nonce="${policy.match(/nonce-([^']+)/)[1]}">`));
      assert.match(page.text, /<meta name="viewport" content="width=device-width, initial-scale=1">/);
      assert.deepEqual(page.text.match(/(?:src|href)="(?!data:)[^"]*"/g), null);
      assert.ok(!page.text.includes("<script"));
      assert.equal(page.headers.get("cache-control"), "no-store");
    }
  });

  test("escapes descriptions", async () => {
    const platform = openSandbox();
    const { url } = await linkTo(platform, "shopify");
    assert.ok((await openBrowser(platform.sandbox).visit(url)).text.includes("/store/&lt;store-name&gt;/settings"));
  });
});

suite("an authorization server of the test", () => {
  const authorizationServer = (more) => ({
    start: async ({ app, redirectUri, scopes }) => ({
      url: `https://as.example/authorize?app=${app}&scope=${scopes.join("+")}&redirect_uri=${encodeURIComponent(redirectUri)}&state=s1`, session: { pkce: 1 },
    }),
    finish: async () => ({ ok: true, tokens: { access_token: "at" } }),
    ...more,
  });

  test("gets the request parameters at start, and its session and the full response at finish", async () => {
    const seen = [];
    const platform = openSandbox({ origin: "https://public.example", oauth: authorizationServer({ finish: async (input) => { seen.push(input); return { ok: true, tokens: {} }; } }) });
    const { post, sandbox } = platform;
    const { body } = await post("/api/v3.1/connected_accounts/link", { auth_config_id: seeded.gmail.id, user_id: "Jessica", callback_url: callback });
    assert.match(body.redirect_url, /^https:\/\/public\.example\/link\//);
    const away = await openBrowser(platform.sandbox, "https://as.example").visit(body.redirect_url);
    assert.deepEqual(Object.fromEntries(away.url.searchParams), {
      app: "gmail", scope: "openid email mail.read mail.send", redirect_uri: "https://public.example/api/v3/toolkits/auth/callback", state: "s1",
    });
    await openBrowser(platform.sandbox, home).visit(`${platformOrigin}/api/v3/toolkits/auth/callback?code=c&state=s1&iss=x`);
    assert.deepEqual(seen, [{
      callbackUrl: new URL("https://public.example/api/v3/toolkits/auth/callback?code=c&state=s1&iss=x"),
      session: { pkce: 1 }, redirectUri: "https://public.example/api/v3/toolkits/auth/callback",
    }]);
    assert.equal(sandbox.accounts()[0].status, "ACTIVE");
    assert.equal((await openBrowser(platform.sandbox).visit(`${platformOrigin}/oauth/authorize?state=s1`)).status, 404, "no built-in page");
  });

  test("finishes once if the same response arrives twice at once", async () => {
    let finishes = 0;
    const platform = openSandbox({ oauth: authorizationServer({ finish: async () => { finishes += 1; return { ok: true, tokens: {} }; } }) });
    await openBrowser(platform.sandbox, "https://as.example").visit((await initiate.link(platform)).url);
    const responseUrl = `${platformOrigin}/api/v3/toolkits/auth/callback?code=c&state=s1`;
    const ends = await Promise.all([openBrowser(platform.sandbox).visit(responseUrl), openBrowser(platform.sandbox).visit(responseUrl)]);
    assert.deepEqual([ends[0].url.origin, ends[1].status, finishes], [home, 400, 1]);
  });

  for (const [label, start] of [
    ["cannot be reached", async () => { throw new TypeError("fetch failed"); }],
    ["returns a URL without state", async () => ({ url: "https://as.example/authorize", session: null })],
  ]) {
    test(`that ${label} gives an error page, and the link still works`, async () => {
      const working = authorizationServer();
      const broken = { ...working, start };
      const platform = openSandbox({ oauth: broken });
      const { url } = await initiate.link(platform);
      assert.equal((await openBrowser(platform.sandbox).visit(url)).status, 502);
      broken.start = working.start;
      assert.equal((await openBrowser(platform.sandbox, "https://as.example").visit(url)).url.origin, "https://as.example");
    });
  }

  test("that fails to exchange the code leaves the account FAILED", async () => {
    const platform = openSandbox({ oauth: authorizationServer({ finish: async () => { throw new Error("no route"); } }) });
    const { url, account } = await initiate.link(platform);
    await openBrowser(platform.sandbox, "https://as.example").visit(url);
    const end = await openBrowser(platform.sandbox).visit(`${platformOrigin}/api/v3/toolkits/auth/callback?code=c&state=s1`);
    assert.equal(end.url.search.slice(1), `${ownQuery}&${parametersOf.link(account, "failed")}`);
    const { body } = await platform.get(`/api/v3.1/connected_accounts/${account.id}`);
    assert.deepEqual(body.state.val, { status: "FAILED", error: "server_error" });
    assert.ok(!JSON.stringify(body).includes("no route"));
  });
});

suite("a person at the pages of a sandbox that is not installed", () => {
  /** Allows access once, and returns the callback's query and the account. */
  const allow = async (platform) => {
    const { url } = await initiate.link(platform);
    const browser = openBrowser(platform.sandbox);
    const { url: end } = await browser.submit(await browser.visit(url), { decision: "allow" });
    return { end, account: platform.sandbox.accounts().at(-1) };
  };

  for (const [outcome, status, expected] of [
    [{ outcome: "connected" }, "success", "ACTIVE"],
    [{ outcome: "failed" }, "failed", "FAILED"],
    [{ outcome: "slow" }, "success", "INITIATED"],
    [{ outcome: "expired", afterMs: 0 }, "failed", "EXPIRED"],
    [{ outcome: "revoked" }, "success", "REVOKED"],
    [{ outcome: "other_browser" }, "failed", "INITIATED"],
  ]) {
    test(`gets the outcome ${outcome.outcome} of next, and is connected the next time`, async () => {
      const platform = openSandbox();
      platform.sandbox.next(outcome);
      const { end, account } = await allow(platform);
      assert.deepEqual([end.searchParams.get("status"), account.status], [status, expected]);
      assert.equal((await allow(platform)).account.status, "ACTIVE");
    });
  }

  for (const outcome of ["credentials_rejected", "scopes_missing"]) {
    test(`gets an ACTIVE account whose actions fail with the outcome ${outcome}`, async () => {
      const platform = openSandbox();
      platform.sandbox.next({ outcome });
      const { account } = await allow(platform);
      const { body } = await platform.post("/api/v3.1/tools/execute/GMAIL_GET_PROFILE", { connected_account_id: account.id, user_id: "Jessica", arguments: {} });
      assert.deepEqual([account.status, body.successful], ["ACTIVE", false]);
    });
  }

  test("is sent to the verifier's URL with the session alone by the outcome session, and completed once", async () => {
    const platform = openSandbox();
    platform.sandbox.next({ outcome: "session", verifierUrl: `${home}/verify` });
    const { end } = await allow(platform);
    assert.deepEqual([end.origin + end.pathname, [...end.searchParams.keys()]], [`${home}/verify`, ["session_uri"]]);
    const { status } = await platform.post("/api/v3.1/connected_accounts/complete_auth", { session_uri: end.searchParams.get("session_uri"), user_id: "Jessica" });
    assert.deepEqual([status, platform.sandbox.accounts()[0].status], [200, "ACTIVE"]);
  });

  test("uses up one outcome with two visits of the same link", async () => {
    const platform = openSandbox();
    platform.sandbox.next({ outcome: "connected" });
    platform.sandbox.next({ outcome: "revoked" });
    const { body } = await platform.post("/api/v3.1/connected_accounts/link", { auth_config_id: seeded.firecrawl.id, user_id: "Jessica", callback_url: callback });
    const browser = openBrowser(platform.sandbox);
    await browser.visit(body.redirect_url);
    await browser.submit(await browser.visit(body.redirect_url), { api_key: "fc-1" });
    const { account } = await allow(platform);
    assert.deepEqual(platform.sandbox.accounts().map(({ status }) => status), ["ACTIVE", "REVOKED"]);
    assert.equal(account.statusReason, "Revoked via admin tool");
  });
});
