import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { answerConsent, openBrowser } from "./browser.mjs";
import { defer } from "./defer.mjs";
import { minuteMs, openSandbox, platformOrigin, seeded } from "./sandbox.mjs";

const accounts = "/api/v3.1/connected_accounts";
const home = "https://app.test";
const first = `${home}/first`;
const second = `${home}/second?tab=2`;

/** Two ways to initiate. Each returns the redirect URL. */
const initiate = {
  create: async ({ post }) =>
    (await post(accounts, { auth_config: { id: seeded.ownCrm.id }, connection: { user_id: "Jessica", callback_url: first } })).body.redirect_url,
  link: async ({ post }) =>
    (await post(`${accounts}/link`, { auth_config_id: seeded.gmail.id, user_id: "Jessica", callback_url: first })).body.redirect_url,
};

const refresh = async ({ post }, { id }, query = "", body = {}) => post(`${accounts}/${id}/refresh${query}`, body);

/** name: [path of the new redirect URL, status, parameters of the callback] */
const variants = {
  create: [/^\/api\/v3\/s\/\w{8}$/, "INITIATED", ({ id }) => `connectedAccountId=${id}&appName=own_crm`],
  link: [/^\/link\/lk_\w{21}$/, "INITIALIZING", ({ id }) => `connected_account_id=${id}`],
};

for (const [how, [path, status, parametersOf]] of Object.entries(variants)) {
  suite(`refreshing an OAuth account that was initiated by ${how}`, () => {
    const urlOf = ({ body }) => body.redirect_url;
    const active = async () => {
      const platform = openSandbox();
      const oldUrl = await initiate[how](platform);
      await answerConsent(platform.sandbox, oldUrl);
      return { platform, oldUrl, old: platform.sandbox.accounts()[0] };
    };

    test("gives a new redirect URL, and after consent new tokens for the same account", async () => {
      const { platform, oldUrl, old } = await active();
      assert.equal(old.status, "ACTIVE");
      const answered = await refresh(platform, old);
      const url = urlOf(answered);
      assert.deepEqual([answered.status, answered.body], [200, { id: old.id, status, redirect_url: url }]);
      assert.match(new URL(url).pathname, path);
      assert.notEqual(url, oldUrl);
      const [waiting] = platform.sandbox.accounts();
      assert.deepEqual(waiting.tokens, old.tokens, "the old tokens stay until the user has finished");
      const { state } = (await platform.get(`${accounts}/${old.id}`)).body;
      assert.ok(!("access_token" in state.val), "no token is shown meanwhile");
      const end = await answerConsent(platform.sandbox, url);
      assert.equal(end.url.href, `${first}?status=success&${parametersOf(old)}`);
      const [{ status: last, tokens }, ...others] = platform.sandbox.accounts();
      assert.deepEqual([last, others], ["ACTIVE", []]);
      assert.notEqual(tokens.access_token, old.tokens.access_token);
      assert.notEqual(tokens.refresh_token, old.tokens.refresh_token);
    });

    test("ends the attempt before it", async () => {
      const platform = openSandbox();
      const oldUrl = await initiate[how](platform);
      const browser = openBrowser(platform.sandbox);
      const oldConsent = await browser.visit(oldUrl);
      const url = urlOf(await refresh(platform, platform.sandbox.accounts()[0]));
      assert.equal((await openBrowser(platform.sandbox).visit(oldUrl)).status, 404);
      assert.equal((await browser.submit(oldConsent, { decision: "deny" })).status, 400);
      assert.match(platform.sandbox.accounts()[0].status, /^INITI/);
      assert.equal((await answerConsent(platform.sandbox, url)).url.origin, home);
      assert.equal(platform.sandbox.accounts()[0].status, "ACTIVE");
    });

    test("may fail or expire, and clears the error of the attempt before", async () => {
      const { platform, old } = await active();
      await answerConsent(platform.sandbox, urlOf(await refresh(platform, old)), "deny");
      const get = async () => (await platform.get(`${accounts}/${old.id}`)).body;
      assert.deepEqual([(await get()).status, (await get()).state.val.error], ["FAILED", "access_denied"]);
      await refresh(platform, old);
      assert.deepEqual([(await get()).status_reason, (await get()).state.val.error], [null, undefined]);
      platform.sandbox.advance(10 * minuteMs);
      assert.deepEqual([(await get()).status, (await get()).status_reason], ["EXPIRED", "Connection initiation did not complete within 10 minutes"]);
      await answerConsent(platform.sandbox, urlOf(await refresh(platform, old)));
      assert.deepEqual([(await get()).status, (await get()).status_reason, (await get()).state.val.expired_at], ["ACTIVE", null, undefined]);
    });
  });
}

suite("refreshing an account", () => {
  /** name: [request, expected callback URL] */
  const callbackUrls = {
    "from the query": [(platform, account) => refresh(platform, account, `?redirect_url=${encodeURIComponent(second)}`), second],
    "from the body": [(platform, account) => refresh(platform, account, "", { redirect_url: second, validate_credentials: false }), second],
    "from the body rather than the query": [(platform, account) => refresh(platform, account, `?redirect_url=${first}`, { redirect_url: second }), second],
    "of the first attempt, without a body": [({ send }, { id }) => send("POST", `${accounts}/${id}/refresh`), first],
  };
  for (const [label, [restart, expected]] of Object.entries(callbackUrls)) {
    test(`takes redirect_url ${label}`, async () => {
      const platform = openSandbox();
      await initiate.link(platform);
      const answer = await restart(platform, platform.sandbox.accounts()[0]);
      assert.equal(answer.status, 200);
      assert.equal(platform.sandbox.accounts()[0].callbackUrl, expected);
    });
  }

  for (const [how, begin] of [
    ["create", (platform) => platform.post(accounts, { auth_config: { id: seeded.firecrawl.id }, connection: { data: { api_key: "k" } } })],
    ["link", (platform) => platform.post(`${accounts}/link`, { auth_config_id: seeded.shopify.id, user_id: "Jessica" })],
  ]) {
    test(`with a key that was initiated by ${how} is refused and stays as it is`, async () => {
      const platform = openSandbox();
      await begin(platform);
      const [before] = platform.sandbox.accounts();
      const { status, body } = await refresh(platform, before);
      assert.deepEqual([status, body.error.message], [409, `Connected account "${before.id}" cannot be refreshed: its scheme is API_KEY`]);
      assert.deepEqual(platform.sandbox.accounts(), [before]);
    });
  }

  /** An answer of the authorization server that is held back until `release`. `asked` resolves when it is requested. */
  const holdAnswer = () => {
    const [asked, released] = [defer(), defer()];
    const wait = async (answer) => {
      asked.resolve();
      await released.promise;
      return answer;
    };
    return { asked: asked.promise, release: released.resolve, wait };
  };

  for (const [label, interrupt, statuses] of [
    ["another attempt", refresh, [400, "INITIALIZING", false]],
    ["a deletion", ({ delete: remove }, { id }) => remove(`${accounts}/${id}`), [400, "INITIATED", true]],
  ]) {
    test(`${label} during the code exchange discards its tokens`, async () => {
      const { asked, release, wait } = holdAnswer();
      const platform = openSandbox({ oauth: {
        start: async () => ({ url: "https://as.example/?state=s1", session: null }),
        finish: () => wait({ ok: true, tokens: { access_token: "at" } }),
      } });
      await openBrowser(platform.sandbox, "https://as.example").visit(await initiate.link(platform));
      const end = openBrowser(platform.sandbox).visit(`${platformOrigin}/api/v3/toolkits/auth/callback?code=c&state=s1`);
      await asked;
      await interrupt(platform, platform.sandbox.accounts()[0]);
      release();
      const [{ status, isDeleted, tokens }] = platform.sandbox.accounts();
      assert.deepEqual([(await end).status, status, isDeleted], statuses);
      assert.deepEqual(tokens, {});
    });

    test(`${label} while the authorization URL is requested ends the attempt with 404`, async () => {
      const { asked, release, wait } = holdAnswer();
      const platform = openSandbox({ oauth: { start: () => wait({ url: "https://as.example/?state=s1", session: null }), finish: async () => ({ ok: true, tokens: {} }) } });
      const page = openBrowser(platform.sandbox).visit(await initiate.link(platform));
      await asked;
      await interrupt(platform, platform.sandbox.accounts()[0]);
      release();
      assert.equal((await page).status, 404);
      assert.equal((await openBrowser(platform.sandbox).visit(`${platformOrigin}/api/v3/toolkits/auth/callback?code=c&state=s1`)).status, 400);
    });
  }
});
