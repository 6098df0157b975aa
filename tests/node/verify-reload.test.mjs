// A page that is left before the account of the user's key is verified.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openClient, reach, sandbox, settle, storage } from "./flow-page.mjs";

const verify = { action: "SHOPIFY_GET_SHOP" };
const withInput = { ...verify, input: {} };
const kept = () => sandbox.accounts().filter(({ isDeleted }) => !isDeleted);
const executions = () => sandbox.requests.filter(({ path }) => path.includes("/tools/execute/")).length;
const isExecution = ({ url }) => url.includes("/tools/execute/");

/** The user enters a key, and the page is closed while the action runs. Nothing that the old page does afterwards counts. */
async function leave(key, options) {
  const client = await openClient({ fetch: (request) => (isExecution(request) ? new Promise(() => {}) : sandbox.fetch(request)) });
  const flow = client.flow({ app: "shopify", verify, ...options });
  await flow.load();
  void flow.submit({ shop: "acme", admin_api_access_token: key });
  await reach(flow, "verifying");
  await settle();
}

/** No action has this name. */
const typo = { action: "SHOPIFY_GETSHOP" };

suite("after a reload while a key is verified", () => {
  test("the attempt is stored without the values", async () => {
    await leave("shpat_secret");
    const client = await openClient();
    assert.deepEqual(client.pending().map(({ app, connectedAccountId }) => [app, connectedAccountId]), [["shopify", sandbox.accounts()[0].id]]);
    const stored = [...storage.map.values()].join();
    assert.ok(!stored.includes("shpat_secret") && !stored.includes("acme"), stored);
  });

  for (const options of [{ verify }, { verify: withInput }]) {
    const name = options.verify.input ? "with an input" : "without an input";
    test(`a flow with the same options ends connected with that account, ${name}`, async () => {
      await leave("good", options);
      const client = await openClient();
      const states = [];
      const flow = client.flow({ app: "shopify", ...options });
      flow.subscribe(() => states.push(flow.getSnapshot().state));
      const { state, account } = await flow.load();
      assert.deepEqual([state, kept().map(({ id }) => id), executions()], ["connected", [account.id], 1]);
      assert.deepEqual(states, ["verifying", "connected"]);
      assert.deepEqual(client.pending(), []);
      assert.equal((await client.flow({ app: "shopify", ...options }).load()).state, "ready", "the next flow connects another account");
    });
  }

  test("a flow with the same options deletes an account that the app rejects, and asks again", async () => {
    await leave("bad");
    const client = await openClient();
    const flow = client.flow({ app: "shopify", verify });
    const { state, error } = await flow.load();
    assert.deepEqual([state, error.code, kept().length, client.pending().length], ["failed", "credentials_rejected", 0, 0]);
    assert.equal((await flow.retry()).state, "ready");
  });

  test("resume verifies", async () => {
    await leave("bad");
    const flow = (await openClient()).resume();
    assert.equal((await reach(flow, "failed")).error.code, "credentials_rejected");
    assert.equal(kept().length, 0);
  });

  test("an action that failed for another reason is run again with the same account", async () => {
    let isDown = true;
    const options = { fetch: (request) => (isDown && isExecution(request) ? new Response("{}", { status: 503 }) : sandbox.fetch(request)) };
    const failed = (await openClient(options)).flow({ app: "shopify", verify });
    await failed.load();
    assert.equal((await failed.submit({ shop: "acme", admin_api_access_token: "good" })).error.code, "server");
    assert.equal((await (await openClient(options)).flow({ app: "shopify", verify }).load()).error.code, "server");
    isDown = false;
    assert.equal((await (await openClient(options)).flow({ app: "shopify", verify }).load()).state, "connected");
    assert.equal(kept().length, 1);
  });

  for (const [what, options] of Object.entries({ app: { app: "firecrawl" }, integration: { integrationId: "ac_Other" }, user: { entityId: "Melissa" }, alias: { alias: "else" } })) {
    test(`a flow of another ${what} does not go on with the attempt`, async () => {
      await leave("good", { alias: "shop" });
      const { state } = await (await openClient()).flow({ app: "shopify", verify, ...options }).load();
      assert.notEqual(state, "connected");
      assert.equal(executions(), 0);
    });
  }
});

suite("an account that is not verified", () => {
  test("is continued only by a flow with a verification", async () => {
    const client = await openClient();
    const data = { shop: "acme", admin_api_access_token: "good" };
    const wrong = client.flow({ app: "shopify", verify: typo });
    await wrong.load();
    assert.equal((await wrong.submit(data)).error.code, "invalid_argument");
    wrong.dispose();
    const plain = client.flow({ app: "shopify" });
    assert.equal((await plain.load()).state, "ready");
    plain.dispose();
    const right = client.flow({ app: "shopify", verify });
    assert.equal((await right.load()).state, "connected");
    assert.equal(kept().length, 1);
  });

  for (const [when, state] of [["while its key is sent", "initiating"], ["while the action runs", "verifying"]]) {
    test(`is deleted by cancel ${when}`, async () => {
      let go;
      const held = new Promise((resolve) => (go = resolve));
      const isHeld = (request) => (state === "verifying" ? isExecution(request) : request.method === "POST");
      const client = await openClient({ fetch: async (request) => (isHeld(request) && (await held), sandbox.fetch(request)) });
      const flow = client.flow({ app: "shopify", verify });
      await flow.load();
      void flow.submit({ shop: "acme", admin_api_access_token: "good" });
      await reach(flow, state);
      await settle();
      flow.cancel();
      go();
      await settle();
      assert.deepEqual([flow.getSnapshot().state, sandbox.accounts().length, kept().length, client.pending().length], ["cancelled", 1, 0, 0]);
    });
  }

  test("is deleted if the user starts over without a verification", async () => {
    const client = await openClient();
    const data = { shop: "acme", admin_api_access_token: "good" };
    const wrong = client.flow({ app: "shopify", verify: typo });
    await wrong.load();
    await wrong.submit(data);
    wrong.dispose();
    const plain = client.flow({ app: "shopify" });
    await plain.load();
    const { account } = await plain.submit(data);
    await settle();
    assert.deepEqual(kept().map(({ id }) => id), [account.id]);
  });

  test("that another tab has verified stays when this tab cancels", async () => {
    const tabs = [];
    const open = async () => {
      let go;
      const held = new Promise((resolve) => (go = resolve));
      tabs.push(() => go());
      return openClient({ fetch: async (request) => (isExecution(request) && (await held), sandbox.fetch(request)) });
    };
    const first = (await open()).flow({ app: "shopify", verify });
    await first.load();
    void first.submit({ shop: "acme", admin_api_access_token: "good" });
    await reach(first, "verifying");
    const second = (await open()).flow({ app: "shopify", verify });
    const loaded = second.load();
    await settle();
    tabs[1]();
    assert.equal((await loaded).state, "connected");
    first.cancel();
    await settle();
    assert.equal(kept().length, 1);
  });
});
