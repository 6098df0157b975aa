import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { createGateway } from "connect-flow/server";
import { makeSandboxClient, memoryStorage } from "./client.mjs";
import { home, openClient, page, reach, rejects, sandbox, visit } from "./flow-page.mjs";

const verify = { action: "SHOPIFY_GET_SHOP" };
const gmail = { action: "GMAIL_GET_PROFILE" };
const shop = (admin_api_access_token) => ({ shop: "acme", admin_api_access_token });
/** The accounts that are not deleted. */
const kept = (box = sandbox) => box.accounts().filter(({ isDeleted }) => !isDeleted);
const requestsOf = (box) => box.requests.filter(({ method }) => method !== "GET").map(({ method, path }) => `${method} ${path.split("/")[3]}`);

/** The app rejects every account that the platform makes from now on. */
function rejectNewAccounts(box, rejects, fetch = (request) => box.fetch(request)) {
  return async (request) => {
    const response = await fetch(request);
    if (request.method === "POST" && new URL(request.url).pathname.endsWith("/connected_accounts")) {
      box.changeAccount(box.accounts()[0].id, { rejects });
    }
    return response;
  };
}

/** 26 apps whose users enter a key: all schemes and several names of fields. */
const keyApps = Array.from({ length: 26 }, (_, index) => {
  const key = `key_app_${index}`;
  const schemes = [
    { authScheme: "API_KEY" },
    { authScheme: "BEARER_TOKEN" },
    { authScheme: "BASIC" },
    { authScheme: "API_KEY", fields: [{ name: "subdomain" }, { name: "generic_api_key", isSecret: true }] },
    { authScheme: "BASIC", fields: [{ name: "username" }, { name: "password", isSecret: true }, { name: "region", required: false }] },
  ];
  return { key, ...schemes[index % schemes.length] };
});

suite("verify with 26 apps whose users enter a key", () => {
  for (const kind of ["good", "garbage", "revoked"]) {
    test(`${kind}: no false connected, no account left over, one more request`, async () => {
      const outcomes = { connected: 0, rejected: 0 };
      for (const app of keyApps) {
        const box = createSandbox({ apps: [app] });
        const fetch = kind === "revoked" ? rejectNewAccounts(box, "credentials") : undefined;
        const client = await makeSandboxClient(box, { ...(fetch && { fetch }), retry: 0 });
        const flow = client.flow({ app: app.key, verify: { action: `${app.key.toUpperCase()}_GET_PROFILE` } });
        const { expectedInputFields } = await flow.load();
        const secret = kind === "garbage" ? "bad" : "good";
        const enter = (value) => flow.submit(Object.fromEntries(expectedInputFields.map(({ name }) => [name, value])));
        const { state, error } = await enter(secret);
        const isGood = kind === "good";
        assert.deepEqual([state, error?.code], isGood ? ["connected", undefined] : ["failed", "credentials_rejected"], app.key);
        assert.deepEqual(requestsOf(box), ["POST connected_accounts", "POST tools", ...(isGood ? [] : ["DELETE connected_accounts"])]);
        assert.equal(kept(box).length, Number(isGood), app.key);
        outcomes[isGood ? "connected" : "rejected"] += 1;
        flow.dispose();
      }
      assert.deepEqual(outcomes, kind === "good" ? { connected: 26, rejected: 0 } : { connected: 0, rejected: 26 });
    });
  }
});

suite("verify", () => {
  test("lets the user correct rejected values", async () => {
    const client = await openClient();
    const flow = client.flow({ app: "shopify", verify });
    await flow.load();
    const failed = await flow.submit(shop("bad"));
    assert.deepEqual([failed.state, failed.error.code, kept().length], ["failed", "credentials_rejected", 0]);
    const ready = await flow.retry();
    assert.deepEqual([ready.state, ready.expectedInputFields.length], ["ready", 2]);
    assert.equal((await flow.submit(shop("shpat_1"))).state, "connected");
  });

  test("keeps the state verifying while the action runs, also in a popup", async () => {
    let run;
    const ran = new Promise((resolve) => (run = resolve));
    const client = await openClient({
      fetch: async (request) => {
        if (request.url.includes("/tools/execute/")) await ran;
        return sandbox.fetch(request);
      },
    });
    const flow = client.flow({ app: "gmail", mode: "popup", verify: gmail });
    await flow.load();
    const settled = flow.submit();
    await reach(flow, "waiting");
    const flowId = new URL(sandbox.accounts()[0].callbackUrl).searchParams.get("cf_flow");
    const channel = new BroadcastChannel(`connect-flow:${flowId}`);
    channel.postMessage({ callback: await visit(page.popups[0].url) });
    assert.equal((await reach(flow, "verifying")).state, "verifying");
    run();
    assert.equal((await settled).state, "connected");
    assert.equal(sandbox.requests.filter(({ path }) => path.includes("/tools/execute/")).length, 1);
    channel.close();
  });

  for (const [rejected, code] of [["credentials", "credentials_rejected"], ["scopes", "scopes_missing"]]) {
    test(`fails with ${code} after a redirect, deletes the account, and refuses the callback from then on`, async () => {
      const storage = memoryStorage();
      const start = (await openClient({ storage })).flow({ app: "gmail", mode: "redirect", verify: gmail });
      await start.submit();
      const callback = await visit(page.assigned[0]);
      sandbox.changeAccount(sandbox.accounts()[0].id, { rejects: rejected });
      page.location.href = callback;
      const flow = (await openClient({ storage })).flow({ app: "gmail", mode: "redirect", verify: gmail });
      const { state, error } = await flow.load();
      assert.deepEqual([state, error.code, kept().length], ["failed", code, 0]);
      await rejects((await openClient({ storage })).completeConnection({ url: callback }), "callback_replayed");
    });
  }

  test("is remembered by resume and by completeConnection without an input", async () => {
    for (const complete of ["resume", "completeConnection"]) {
      const storage = memoryStorage();
      await (await openClient({ storage })).flow({ app: "gmail", mode: "redirect", verify: gmail }).submit();
      const callback = await visit(page.assigned.at(-1));
      sandbox.changeAccount(kept()[0].id, { rejects: "credentials" });
      const client = await openClient({ storage });
      if (complete === "resume") {
        const flow = client.resume();
        assert.equal((await reach(flow, "failed")).error.code, "credentials_rejected");
      } else {
        await rejects(client.completeConnection({ url: callback }), "credentials_rejected");
      }
      assert.equal(kept().length, 0, complete);
    }
  });

  test("with an input, which is not stored, is required again and leaves the account until then", async () => {
    const storage = memoryStorage();
    const withInput = { ...gmail, input: { user_id: "jessica@mail.test" } };
    await (await openClient({ storage })).flow({ app: "gmail", mode: "redirect", verify: withInput }).submit();
    assert.ok(![...storage.map.values()].join().includes("jessica@mail.test"));
    const url = await visit(page.assigned[0]);
    const client = await openClient({ storage });
    await rejects(client.completeConnection({ url }), "invalid_argument");
    assert.equal(sandbox.accounts()[0].status, "ACTIVE");
    const { account } = await client.completeConnection({ url, verify: withInput });
    assert.equal(account.status, "ACTIVE");
  });

  test("keeps an account if the action fails for another reason, and verifies it again on retry", async () => {
    let status = 500;
    const client = await openClient({
      fetch: (request) => (status && request.url.includes("/tools/execute/") ? new Response("{}", { status }) : sandbox.fetch(request)),
    });
    const flow = client.flow({ app: "shopify", verify });
    await flow.load();
    const failed = await flow.submit(shop("shpat_1"));
    assert.deepEqual([failed.state, failed.error.code], ["failed", "server"]);
    assert.equal(failed.error.connectedAccountId, sandbox.accounts()[0].id);
    status = 0;
    assert.equal((await flow.retry()).state, "connected");
    assert.equal(kept().length, 1);
  });

  test("with an action that the gateway does not allow is invalid_argument, and keeps the account", async () => {
    const gateway = createGateway({
      apiKey: "sandbox-key", upstream: "https://sandbox.test", fetch: (request) => sandbox.fetch(request), authenticate: () => "Jessica",
      allow: { operations: ["connect", "executeAction"], apps: ["shopify"], actions: ["GMAIL_GET_PROFILE"] }, redirectOrigins: [home], onError: () => {},
    });
    const client = await openClient({ baseUrl: `${home}/api/connect`, unsafeApiKey: undefined, entityId: undefined, fetch: (request) => gateway(request) });
    const flow = client.flow({ app: "shopify", verify });
    await flow.load();
    const { state, error } = await flow.submit(shop("shpat_1"));
    assert.deepEqual([state, error.code, error.issues[0].field], ["failed", "invalid_argument", "verify"]);
    assert.match(error.message, /allow\.actions/);
    assert.equal(sandbox.accounts()[0].status, "ACTIVE");
  });

  test("with an action that does not exist is invalid_argument, and the account to reconnect stays usable", async () => {
    const client = await openClient();
    const old = sandbox.addAccount({ app: "firecrawl", entityId: "Jessica", alias: "work", data: { api_key: "fc-old" } });
    const flow = client.flow({ reconnect: old.id, verify: { action: "FIRECRAWL_NO_SUCH_ACTION" } });
    await flow.load();
    const { state, error } = await flow.submit({ api_key: "fc-new" });
    assert.deepEqual([state, error.code, error.issues[0].field], ["failed", "invalid_argument", "verify"]);
    const { id, alias, status, data } = sandbox.accounts()[0];
    assert.deepEqual([id, alias, status, data.api_key], [old.id, "work", "ACTIVE", "fc-old"]);
  });

  test("with reuse takes the newest account that the app accepts, and keeps the others", async () => {
    const client = await openClient();
    const good = sandbox.addAccount({ app: "shopify", entityId: "Jessica" });
    const revoked = sandbox.addAccount({ app: "shopify", entityId: "Jessica" });
    sandbox.changeAccount(revoked.id, { rejects: "credentials" });
    const { account } = await client.ensureConnected({ app: "shopify", verify });
    assert.equal(account.id, good.id);
    sandbox.changeAccount(good.id, { rejects: "credentials" });
    const { flow } = await client.ensureConnected({ app: "shopify", verify });
    assert.deepEqual([flow.getSnapshot().state, kept().length], ["ready", 2]);
    flow.dispose();
  });

  test("comes before reconnect removes the old account, which stays if the app rejects the new one", async () => {
    const client = await openClient();
    const old = sandbox.addAccount({ app: "gmail", entityId: "Jessica" });
    const flow = client.flow({ reconnect: old.id, mode: "redirect", verify: gmail });
    await flow.load();
    await flow.submit();
    page.location.href = await visit(page.assigned[0]);
    sandbox.changeAccount(kept().find(({ id }) => id !== old.id).id, { rejects: "credentials" });
    const failed = await client.flow({ reconnect: old.id, mode: "redirect", verify: gmail }).load();
    assert.deepEqual([failed.state, failed.error.code], ["failed", "credentials_rejected"]);
    assert.deepEqual(kept().map(({ id, status }) => [id, status]), [[old.id, "ACTIVE"]]);
  });

  test("keeps reconnect from replacing a key that works by one that the app rejects", async () => {
    const client = await openClient();
    const old = sandbox.addAccount({ app: "firecrawl", entityId: "Jessica", data: { api_key: "fc-old" } });
    const flow = client.flow({ reconnect: old.id, verify: { action: "FIRECRAWL_SCRAPE", input: { url: "https://app.test" } } });
    await flow.load();
    const enter = (api_key) => flow.submit({ api_key });
    assert.equal((await enter("bad")).error.code, "credentials_rejected");
    assert.deepEqual(kept().map(({ id, data }) => [id, data.api_key]), [[old.id, "fc-old"]]);
    assert.equal((await flow.retry()).state, "ready");
    const { state, account } = await enter("good");
    assert.deepEqual([state, kept().map(({ id }) => id)], ["connected", [account.id]]);
  });

  test("is refused with an error that names the path of the member", async () => {
    const client = await openClient();
    const bad = (verify, field) => assert.throws(() => client.flow({ app: "gmail", verify }), (error) => error.code === "invalid_argument" && error.issues[0].field === field);
    bad("X", "verify");
    bad({}, "verify.action");
    bad({ action: "X", input: "y" }, "verify.input");
    bad({ action: "X", other: 1 }, "verify.other");
  });
});
