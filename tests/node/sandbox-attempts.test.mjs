import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { answerConsent, browse, minuteMs, openSandbox, origin, seeded } from "./support.mjs";

const v1 = "/api/v1/connectedAccounts";
const v3 = "/api/v3/connected_accounts";
const home = "https://app.example";
const first = `${home}/first`;
const second = `${home}/second?tab=2`;

/** Ways to begin, each answering the address to visit. */
const begin = {
  v1: async ({ post }) => (await post(v1, { integrationId: seeded.gmail.uuid, entityId: "Jessica", data: {}, redirectUri: first })).body.redirectUrl,
  create: async ({ post }) =>
    (await post(v3, { auth_config: { id: seeded.ownCrm.id }, connection: { user_id: "Jessica", callback_url: first } })).body.redirect_url,
  link: async ({ post }) =>
    (await post(`${v3}/link`, { auth_config_id: seeded.gmail.id, user_id: "Jessica", callback_url: first })).body.redirect_url,
};

const reinitiate = async ({ post }, { uuid }, body = { data: {} }) => post(`${v1}/${uuid}/reinitiate`, body);
const refresh = async ({ post }, { id }, query = "", body = {}) => post(`${v3}/${id}/refresh${query}`, body);

/** name: [how it began, how it begins again, path of the new address, the answer, how the callback is spelt] */
const again = {
  "v1, of v1": ["v1", reinitiate, /^\/s\/\w{8}$/, ({ uuid }, url) => ({ connectionStatus: "INITIATED", connectedAccountId: uuid, redirectUrl: url }),
    ({ uuid }) => `connectedAccountId=${uuid}&appName=gmail`],
  "v1, of a link": ["link", reinitiate, /^\/s\/\w{8}$/, ({ uuid }, url) => ({ connectionStatus: "INITIATED", connectedAccountId: uuid, redirectUrl: url }),
    ({ uuid }) => `connectedAccountId=${uuid}&appName=gmail`],
  "v3, of a create": ["create", refresh, /^\/api\/v3\/s\/\w{8}$/, ({ id }, url) => ({ id, status: "INITIATED", redirect_url: url }),
    ({ id }) => `connectedAccountId=${id}&appName=own_crm`],
  "v3, of a link": ["link", refresh, /^\/link\/lk_\w{21}$/, ({ id }, url) => ({ id, status: "INITIALIZING", redirect_url: url }),
    ({ id }) => `connected_account_id=${id}`],
  "v3, of v1": ["v1", refresh, /^\/api\/v3\/s\/\w{8}$/, ({ id }, url) => ({ id, status: "INITIATED", redirect_url: url }),
    ({ id }) => `connectedAccountId=${id}&appName=gmail`],
};

for (const [label, [how, restart, path, answer, spelt]] of Object.entries(again)) {
  suite(`a new attempt at an OAuth account (${label})`, () => {
    const urlOf = ({ body }) => body.redirectUrl ?? body.redirect_url;
    const active = async () => {
      const platform = openSandbox();
      const oldUrl = await begin[how](platform);
      await answerConsent(platform, oldUrl);
      return { platform, oldUrl, old: platform.sandbox.accounts()[0] };
    };

    test("the user visits a new address, and the same account has new tokens", async () => {
      const { platform, oldUrl, old } = await active();
      assert.equal(old.status, "ACTIVE");
      const answered = await restart(platform, old);
      const url = urlOf(answered);
      assert.deepEqual([answered.status, answered.body], [200, answer(old, url)]);
      assert.match(new URL(url).pathname, path);
      assert.notEqual(url, oldUrl);
      const [waiting] = platform.sandbox.accounts();
      assert.deepEqual(waiting.tokens, old.tokens, "until the user has finished");
      const { state } = (await platform.get(`${v3}/${old.id}`)).body;
      assert.ok(!("access_token" in state.val), "what is of no use does not show");
      assert.ok(!("access_token" in (await platform.get(`${v1}/${old.uuid}`)).body.connectionParams));
      const end = await answerConsent(platform, url);
      assert.equal(end.url.href, `${first}?status=success&${spelt(old)}`);
      const [{ status, tokens }, ...others] = platform.sandbox.accounts();
      assert.deepEqual([status, others], ["ACTIVE", []]);
      assert.notEqual(tokens.access_token, old.tokens.access_token);
      assert.notEqual(tokens.refresh_token, old.tokens.refresh_token);
    });

    test("the attempt before it is over", async () => {
      const platform = openSandbox();
      const oldUrl = await begin[how](platform);
      const browser = browse(platform);
      const oldConsent = await browser.visit(oldUrl);
      const url = urlOf(await restart(platform, platform.sandbox.accounts()[0]));
      assert.equal((await browse(platform).visit(oldUrl)).status, 404);
      assert.equal((await browser.submit(oldConsent, { decision: "deny" })).status, 400);
      assert.match(platform.sandbox.accounts()[0].status, /^INITI/);
      assert.equal((await answerConsent(platform, url)).url.origin, home);
      assert.equal(platform.sandbox.accounts()[0].status, "ACTIVE");
    });

    test("it may fail and expire as the first did, and leaves no trace of what was before", async () => {
      const { platform, old } = await active();
      await answerConsent(platform, urlOf(await restart(platform, old)), "deny");
      const get = async () => (await platform.get(`${v3}/${old.id}`)).body;
      assert.deepEqual([(await get()).status, (await get()).state.val.error], ["FAILED", "access_denied"]);
      await restart(platform, old);
      assert.deepEqual([(await get()).status_reason, (await get()).state.val.error], [null, undefined]);
      platform.sandbox.advance(10 * minuteMs);
      assert.deepEqual([(await get()).status, (await get()).status_reason], ["EXPIRED", "Connection initiation did not complete within 10 minutes"]);
      await answerConsent(platform, urlOf(await restart(platform, old)));
      assert.deepEqual([(await get()).status, (await get()).status_reason, (await get()).state.val.expired_at], ["ACTIVE", null, undefined]);
    });
  });
}

suite("a new attempt", () => {
  /** name: [how it began, the request, where the user returns to] */
  const addresses = {
    "v1: the given one": ["v1", (platform, account) => reinitiate(platform, account, { data: {}, redirectUri: second }), second],
    "v1: null is the one before": ["v1", (platform, account) => reinitiate(platform, account, { data: {}, redirectUri: null }), first],
    "v3: in the query": ["link", (platform, account) => refresh(platform, account, `?redirect_url=${encodeURIComponent(second)}`), second],
    "v3: in the body": ["link", (platform, account) => refresh(platform, account, "", { redirect_url: second, validate_credentials: false }), second],
    "v3: the body wins": ["link", (platform, account) => refresh(platform, account, `?redirect_url=${first}`, { redirect_url: second }), second],
    "v3: no body at all": ["link", ({ send }, { id }) => send("POST", `${v3}/${id}/refresh`), first],
  };
  for (const [label, [how, restart, expected]] of Object.entries(addresses)) {
    test(`return address, ${label}`, async () => {
      const platform = openSandbox();
      await begin[how](platform);
      const answer = await restart(platform, platform.sandbox.accounts()[0]);
      assert.equal(answer.status, 200);
      assert.equal(platform.sandbox.accounts()[0].callbackUrl, expected);
    });
  }

  test("typed credentials are replaced in place, under the names of v1", async () => {
    const platform = openSandbox();
    await platform.post(v1, { integrationId: seeded.posthog.uuid, data: { subdomain: "us.i", apiKey: "old" } });
    const [account] = platform.sandbox.accounts();
    platform.sandbox.advance(1000);
    const { status, body } = await reinitiate(platform, account, { data: { apiKey: "new" } });
    assert.deepEqual([status, body], [200, { connectionStatus: "ACTIVE", connectedAccountId: account.uuid, redirectUrl: null }]);
    assert.deepEqual(platform.sandbox.accounts()[0].data, { subdomain: "us.i", generic_api_key: "new" });
    const again = await refresh(platform, account);
    assert.deepEqual([again.status, again.body], [200, { id: account.id, status: "ACTIVE", redirect_url: null }]);
    assert.equal((await platform.get(`${v3}/${account.id}`)).body.updated_at, "2026-01-16T10:00:01.000Z");
  });

  test("of an app with fields asks for those that are missing", async () => {
    const platform = openSandbox();
    await platform.post(`${v3}/link`, { auth_config_id: seeded.zendesk.id, user_id: "Jessica" });
    const [account] = platform.sandbox.accounts();
    const missing = await reinitiate(platform, account);
    assert.deepEqual([missing.status, missing.body.message], [400, "data.subdomain is required"]);
    const { body } = await reinitiate(platform, account, { data: { subdomain: "acme" } });
    assert.equal(body.connectionStatus, "INITIATED");
    assert.deepEqual(platform.sandbox.accounts()[0].data, { subdomain: "acme" });
  });

  test("is refused where nothing was typed yet", async () => {
    const platform = openSandbox();
    await platform.post(`${v3}/link`, { auth_config_id: seeded.shopify.id, user_id: "Jessica" });
    const { status, body } = await refresh(platform, platform.sandbox.accounts()[0]);
    assert.deepEqual([status, body.error.code], [400, 600]);
    assert.equal(platform.sandbox.accounts()[0].status, "INITIALIZING");
  });

  const held = () => {
    const port = { refresh: undefined };
    const asked = new Promise((resolve) => { port.asked = resolve; });
    const go = new Promise((resolve) => { port.go = resolve; });
    const wait = async (answer) => { port.asked(); await go; return answer; };
    return { asked, go: () => port.go(), wait };
  };

  for (const [label, interrupt, statuses] of [
    ["another attempt", reinitiate, [400, "INITIATED", false]],
    ["a deletion", ({ delete: remove }, { uuid }) => remove(`${v1}/${uuid}`), [400, "INITIATED", true]],
  ]) {
    test(`${label} while the code is exchanged: the exchange is for nothing`, async () => {
      const { asked, go, wait } = held();
      const platform = openSandbox({ oauth: {
        start: async () => ({ url: "https://as.example/?state=s1", session: null }),
        finish: () => wait({ ok: true, tokens: { access_token: "at" } }),
      } });
      await browse(platform, "https://as.example").visit(await begin.v1(platform));
      const end = browse(platform).visit(`${origin}/api/v1/auth-apps/add?code=c&state=s1`);
      await asked;
      await interrupt(platform, platform.sandbox.accounts()[0]);
      go();
      const [{ status, isDeleted, tokens }] = platform.sandbox.accounts();
      assert.deepEqual([(await end).status, status, isDeleted], statuses);
      assert.deepEqual(tokens, {});
    });

    test(`${label} while the authorization server is asked for its address: that is not visited`, async () => {
      const { asked, go, wait } = held();
      const platform = openSandbox({ oauth: { start: () => wait({ url: "https://as.example/?state=s1", session: null }), finish: async () => ({ ok: true, tokens: {} }) } });
      const page = browse(platform).visit(await begin.v1(platform));
      await asked;
      await interrupt(platform, platform.sandbox.accounts()[0]);
      go();
      assert.equal((await page).status, 404);
      assert.equal((await browse(platform).visit(`${origin}/api/v1/auth-apps/add?code=c&state=s1`)).status, 400);
    });
  }
});
