import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { accountRequests, integrations, openGateway } from "./support.mjs";

const accounts = "/api/v3.1/connected_accounts";
const values = { shop: "acme", admin_api_access_token: "shpat_1" };

/** Every place where a request can name a user: `(name) => [method, path, init]`. */
const places = (id, oauthId) => ({
  "the body of a link": (user_id) => ["POST", `${accounts}/link`, { body: { auth_config_id: integrations.shopify, user_id } }],
  "the connection of a new account": (user_id) => ["POST", accounts, { body: { auth_config: { id: integrations.shopify }, connection: { user_id, data: values } } }],
  "the body of a new account": (user_id) => ["POST", accounts, { body: { user_id, auth_config: { id: integrations.shopify }, connection: { data: values } } }],
  "the auth_config of a new account": (user_id) => ["POST", accounts, { body: { auth_config: { id: integrations.shopify, user_id }, connection: { data: values } } }],
  "the body of an action": (user_id) => ["POST", "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP", { body: { user_id, connected_account_id: id, arguments: {} } }],
  "the body of an action (as entity_id)": (entity_id) => ["POST", "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP", { body: { entity_id, connected_account_id: id, arguments: {} } }],
  "the body of a refresh": (user_id) => ["POST", `${accounts}/${oauthId}/refresh`, { body: { user_id } }],
  "the body of a status change": (user_id) => ["PATCH", `${accounts}/${id}/status`, { body: { enabled: true, user_id } }],
  "the body of a new integration": (user_id) => ["POST", "/api/v3.1/auth_configs", { body: { user_id, toolkit: { slug: "gmail" }, auth_config: { type: "use_composio_managed_auth" } } }],
  "the query of a list (as user_ids)": (user_id) => ["GET", accounts, { query: user_id === undefined ? "" : new URLSearchParams({ user_ids: user_id ?? "" }).toString() }],
  "the query of a list (as user_id)": (user_id) => ["GET", accounts, { query: user_id === undefined ? "" : new URLSearchParams({ user_id: user_id ?? "" }).toString() }],
  "the query of a list (as user_ids[])": (user_id) => ["GET", accounts, { query: user_id === undefined ? "" : new URLSearchParams({ "user_ids[]": user_id ?? "" }).toString() }],
  "the query of one account": (user_id) => ["GET", `${accounts}/${id}`, { query: user_id === undefined ? "" : new URLSearchParams({ user_ids: user_id ?? "" }).toString() }],
});

async function openWithAccount() {
  const opened = openGateway();
  const [id, oauthId] = [await opened.createAccount("Jessica"), await opened.createAccount("Jessica", "gmail")];
  opened.upstreamRequests.length = 0;
  return { ...opened, id, oauthId, sandbox: opened.sandbox };
}

suite("a request that names another user", () => {
  for (const name of Object.keys(places(""))) {
    test(`in ${name} is refused with 403 before the platform is asked`, async () => {
      for (const named of ["Melissa", "jessica", "Jessica ", "Jessica,Melissa", "Melissa,Jessica", "default"]) {
        const { as, id, oauthId, upstreamRequests, sandbox } = await openWithAccount();
        const before = JSON.stringify(sandbox.accounts());
        const { status, body } = await as("Jessica")(...places(id, oauthId)[name](named));
        assert.deepEqual([status, body.error.slug, upstreamRequests], [403, "Gateway_EntityMismatch", []], named);
        assert.match(body.error.message, /another user than the one who is signed in: leave entityId out/);
        assert.ok(!JSON.stringify(body).includes("Jessica") && !JSON.stringify(body).includes("Melissa"));
        assert.equal(JSON.stringify(sandbox.accounts()), before);
      }
    });

    test(`in ${name} is accepted with the signed-in user's id or none, and acts for that user`, async () => {
      for (const named of ["Jessica", undefined, null, ""]) {
        const { as, id, oauthId, sandbox, upstreamRequests } = await openWithAccount();
        const { status, text } = await as("Jessica")(...places(id, oauthId)[name](named));
        assert.ok(status < 300, `${named}: ${status} ${text}`);
        assert.ok(sandbox.accounts().every(({ entityId }) => entityId === "Jessica"));
        assert.ok(upstreamRequests.length > 0);
      }
    });
  }

  test("by a value that is not a string is refused", async () => {
    for (const named of [7, true, {}, { id: "Jessica" }, ["Melissa"], ["Jessica", "Melissa"], [["Jessica"]]]) {
      const { as, id, upstreamRequests } = await openWithAccount();
      const { status, body } = await as("Jessica")(...places(id)["the body of a link"](named));
      assert.deepEqual([status, body.error.slug, upstreamRequests], [403, "Gateway_EntityMismatch", []], JSON.stringify(named));
    }
  });

  test("among the arguments of an action is passed on", async () => {
    const { as, id, upstreamRequests } = await openWithAccount();
    const body = { connected_account_id: id, arguments: { user_id: "Melissa" } };
    assert.notEqual((await as("Jessica")("POST", "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP", { body })).status, 403);
    assert.deepEqual([upstreamRequests.at(-1).body.user_id, upstreamRequests.at(-1).body.arguments], ["Jessica", { user_id: "Melissa" }]);
  });
});

suite("an answer names the signed-in user", () => {
  const requests = {
    "a link": "the body of a link",
    "a new account": "the connection of a new account",
    "a list": "the query of a list (as user_ids)",
    "a refresh": "the body of a refresh",
    "one account": "the query of one account",
  };
  for (const [name, place] of Object.entries(requests)) {
    test(`for ${name}`, async () => {
      const { as, id, oauthId } = await openWithAccount();
      const { status, body } = await as("Jessica")(...places(id, oauthId)[place](undefined));
      assert.ok(status < 300);
      assert.equal(body.user_id, "Jessica");
    });
  }

  test("in each account of a list", async () => {
    const { as } = await openWithAccount();
    const { body } = await as("Jessica")("GET", accounts);
    assert.deepEqual(body.items.map(({ user_id }) => user_id), ["Jessica", "Jessica"]);
    assert.deepEqual((await as("Melissa")("GET", accounts)).body, { items: [], next_cursor: null, user_id: "Melissa" });
  });

  test("though the platform's answer names another", async () => {
    const opened = openGateway();
    opened.reply = (request) => Response.json(request.method === "GET"
      ? { id: "ac_1", toolkit: { slug: "gmail" } }
      : { id: "ca_1", connected_account_id: "ca_1", user_id: "Melissa", connectionData: { val: {} } }, { status: 201 });
    for (const [path, body] of [[`${accounts}/link`, { auth_config_id: "ac_1" }], [accounts, { auth_config: { id: "ac_1" }, connection: {} }]]) {
      assert.equal((await opened.as("Jessica")("POST", path, { body })).body.user_id, "Jessica");
    }
  });

  test("and another user's account is answered with 404 by every operation", async () => {
    const { as, id } = await openWithAccount();
    for (const { method, path, body, query } of accountRequests(id)) {
      assert.equal((await as("Melissa")(method, path, { body, query })).status, 404);
    }
  });
});
