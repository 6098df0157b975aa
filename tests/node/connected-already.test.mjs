import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { home, openClient, page, reach, rejects, sandbox, settle, visit } from "./flow-page.mjs";

const shop = { shop: "acme", admin_api_access_token: "shpat_1" };

/** Connects Shopify with a key. Returns the account's id. */
async function connectShopify(client, options) {
  const flow = client.flow({ app: "shopify", ...options });
  await flow.load();
  return (await flow.submit(shop)).connectedAccountId;
}

const requests = () => sandbox.requests.map(({ method, path }) => `${method} ${path.replace("/api/v3.1/", "")}`);
const isList = (request) => request === "GET connected_accounts";

suite("existing", () => {
  test("lists the user's usable accounts of the app, newest first", async () => {
    const client = await openClient();
    const [first, second, disabled] = [await connectShopify(client), await connectShopify(client), await connectShopify(client)];
    await client.connectedAccounts.disable({ connectedAccountId: disabled });
    await connectShopify(client, { entityId: "Melissa" });
    const flow = client.flow({ app: "shopify" });
    await flow.load();
    await settle();
    const { state, existing } = flow.getSnapshot();
    assert.deepEqual([state, existing.map(({ id }) => id)], ["ready", [second, first]]);
    assert.ok(Object.isFrozen(existing) && Object.isFrozen(existing[0]));
  });

  test("leaves out shared accounts, which a call has to name", async () => {
    const client = await openClient();
    sandbox.addAccount({ app: "shopify", entityId: "Jessica", accountType: "SHARED" });
    const flow = client.flow({ app: "shopify" });
    await flow.load();
    await settle();
    assert.deepEqual(flow.getSnapshot().existing, []);
  });

  test("is requested once by load beside the fields, and by no click", async () => {
    const client = await openClient();
    const loaded = client.flow({ app: "gmail", mode: "redirect" });
    await loaded.load();
    await settle();
    assert.deepEqual(requests(), ["GET auth_configs", "GET toolkits/gmail", "GET connected_accounts"]);
    sandbox.requests.length = 0;
    await loaded.submit();
    assert.deepEqual(requests(), ["POST connected_accounts/link"]);
    sandbox.requests.length = 0;
    await client.flow({ app: "gmail", mode: "redirect" }).submit();
    assert.equal(requests().filter(isList).length, 0);
  });

  test("is aborted by a click and by dispose, and nobody waits for it", async () => {
    const signals = [];
    const client = await openClient({
      fetch: (request) => {
        if (!new URL(request.url).pathname.endsWith("/connected_accounts") || request.method !== "GET") return sandbox.fetch(request);
        signals.push(request.signal);
        return new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason)));
      },
    });
    const flow = client.flow({ app: "gmail", mode: "redirect" });
    assert.equal((await flow.load()).state, "ready");
    assert.equal((await flow.submit()).state, "redirecting");
    const other = client.flow({ app: "shopify" });
    await other.load();
    other.dispose();
    await settle();
    assert.deepEqual(signals.map(({ aborted }) => aborted), [true, true]);
  });

  test("stays absent if the server does not allow it, and is then requested once for all flows", async () => {
    let asked = 0;
    const client = await openClient({
      fetch: (request) => {
        if (!request.url.includes("/connected_accounts?")) return sandbox.fetch(request);
        asked += 1;
        return new Response("{}", { status: 403 });
      },
    });
    for (let times = 0; times < 3; times += 1) {
      const flow = client.flow({ app: "shopify" });
      assert.equal((await flow.load()).state, "ready");
      await settle();
      assert.equal(flow.getSnapshot().existing, undefined);
    }
    assert.equal(asked, 1);
    const reusing = client.flow({ app: "shopify", whenConnected: "reuse" });
    const { state, error } = await reusing.load();
    assert.deepEqual([state, error.code, asked], ["failed", "forbidden", 2]);
  });
});

suite('whenConnected: "reuse"', () => {
  test("ends in connected with the newest account, without an attempt", async () => {
    const client = await openClient();
    await connectShopify(client);
    const newest = await connectShopify(client);
    const flow = client.flow({ app: "shopify", whenConnected: "reuse", returnTo: "/settings" });
    const { state, account, returnTo } = await flow.load();
    assert.deepEqual([state, account.id, returnTo], ["connected", newest, "/settings"]);
    assert.equal(sandbox.accounts().length, 2);
  });

  test("goes on to ready without an account, and its click connects one", async () => {
    const client = await openClient();
    const flow = client.flow({ app: "shopify", whenConnected: "reuse" });
    const ready = await flow.load();
    assert.deepEqual([ready.state, ready.existing], ["ready", []]);
    assert.equal((await flow.submit(shop)).state, "connected");
  });

  test("closes the popup of a click before load if there is an account", async () => {
    const client = await openClient();
    const first = client.flow({ app: "gmail", mode: "popup" });
    const settled = first.submit();
    await reach(first, "waiting");
    await visit(page.popups[0].url);
    const { connectedAccountId } = await settled;
    const again = client.flow({ app: "gmail", mode: "popup", whenConnected: "reuse" });
    const connected = await again.submit();
    assert.deepEqual([connected.state, connected.connectedAccountId], ["connected", connectedAccountId]);
    assert.deepEqual(page.popups.map(({ closed }) => closed), [true, true]);
    assert.equal(sandbox.accounts().length, 1);
  });

  test("refuses any other word", async () => {
    const client = await openClient();
    assert.throws(() => client.flow({ app: "gmail", whenConnected: "never" }), { code: "invalid_argument" });
  });
});

suite("ensureConnected", () => {
  test("returns the user's newest account, and no flow", async () => {
    const client = await openClient();
    const id = await connectShopify(client);
    const { account, flow } = await client.ensureConnected({ app: "shopify" });
    assert.deepEqual([account.id, flow], [id, undefined]);
  });

  test("returns a flow whose popup opens at once in the click", async () => {
    const client = await openClient();
    const { account, flow } = await client.ensureConnected({ app: "gmail", mode: "popup" });
    assert.deepEqual([account, flow.getSnapshot().state], [undefined, "ready"]);
    const settled = flow.submit();
    assert.equal(page.popups.length, 1, "opened synchronously");
    await reach(flow, "waiting");
    await visit(page.popups[0].url);
    assert.equal((await settled).state, "connected");
    flow.dispose();
  });

  test("continues from a connection_required error in one line", async () => {
    const client = await openClient();
    const error = await client.entity("Jessica").execute({ action: "SHOPIFY_GET_SHOP" }).catch((thrown) => thrown);
    assert.equal(error.code, "connection_required");
    const { flow } = await client.ensureConnected({ app: error.app, entityId: error.entityId });
    assert.equal((await flow.submit(shop)).state, "connected");
    const { data } = await client.executeAction({ action: "SHOPIFY_GET_SHOP" });
    assert.equal(data.shop.name, "acme");
    flow.dispose();
  });

  test("completes the connection on the callback page of the app", async () => {
    const client = await openClient();
    await client.flow({ app: "gmail", mode: "redirect" }).submit();
    page.location.href = await visit(page.assigned[0]);
    const { account } = await client.ensureConnected({ app: "gmail" });
    assert.deepEqual([account.status, page.location.href], ["ACTIVE", `${home}/connect`]);
  });

  test("of an entity asks for its accounts, and refuses the id of another", async () => {
    const client = await openClient();
    const id = await connectShopify(client, { entityId: "Melissa" });
    const { account } = await client.entity("Melissa").ensureConnected({ app: "shopify" });
    assert.equal(account.id, id);
    const { flow } = await client.entity("Jessica").ensureConnected({ app: "shopify" });
    assert.equal(flow.getSnapshot().entityId, "Jessica");
    flow.dispose();
    await rejects(client.entity("Jessica").ensureConnected({ app: "shopify", entityId: "Melissa" }), "invalid_argument");
  });

  test("rejects with the error of the flow, and with invalid_argument", async () => {
    const client = await openClient();
    await rejects(client.ensureConnected({ app: "nothing" }), "not_found");
    await rejects(client.ensureConnected({ app: "hackernews" }), "connection_not_needed");
    await rejects(client.ensureConnected({}), "invalid_argument");
    await rejects(client.ensureConnected({ app: "gmail", timeoutMs: 1 }), "invalid_argument");
  });
});
