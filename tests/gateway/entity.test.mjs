import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { accountOperations, integrations, openGateway } from "./support.mjs";

const accounts = "/api/v3.1/connected_accounts";
const values = { shop: "acme", admin_api_access_token: "shpat_1" };

/** Each place where a request can name its user: `(name) => [method, path, init]`. */
const places = (id) => ({
  "a link": (user_id) => ["POST", `${accounts}/link`, { body: { auth_config_id: integrations.shopify, user_id } }],
  "a connection": (user_id) => ["POST", accounts, { body: { auth_config: { id: integrations.shopify }, connection: { user_id, data: values } } }],
  "beside a connection": (user_id) => ["POST", accounts, { body: { user_id, auth_config: { id: integrations.shopify }, connection: { data: values } } }],
  "an auth config's id": (user_id) => ["POST", accounts, { body: { auth_config: { id: integrations.shopify, user_id }, connection: { data: values } } }],
  "an action": (user_id) => ["POST", "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP", { body: { user_id, connected_account_id: id, arguments: {} } }],
  "an action, by the older name": (entity_id) => ["POST", "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP", { body: { entity_id, connected_account_id: id, arguments: {} } }],
  "a refresh": (user_id) => ["POST", `${accounts}/${id}/refresh`, { body: { user_id } }],
  "a status": (user_id) => ["PATCH", `${accounts}/${id}/status`, { body: { enabled: true, user_id } }],
  "a new integration": (user_id) => ["POST", "/api/v3.1/auth_configs", { body: { user_id, toolkit: { slug: "gmail" }, auth_config: { type: "use_composio_managed_auth" } } }],
  "a list": (user_id) => ["GET", accounts, { query: user_id === undefined ? "" : new URLSearchParams({ user_ids: user_id ?? "" }).toString() }],
  "a list, by one name": (user_id) => ["GET", accounts, { query: user_id === undefined ? "" : new URLSearchParams({ user_id: user_id ?? "" }).toString() }],
  "a list of lists": (user_id) => ["GET", accounts, { query: user_id === undefined ? "" : new URLSearchParams({ "user_ids[]": user_id ?? "" }).toString() }],
  "the look at an account": (user_id) => ["GET", `${accounts}/${id}`, { query: user_id === undefined ? "" : new URLSearchParams({ user_ids: user_id ?? "" }).toString() }],
});

async function open() {
  const opened = openGateway();
  const id = await opened.make("Jessica");
  opened.seen.length = 0;
  return { ...opened, id, sandbox: opened.sandbox };
}

suite("a request that names another user", () => {
  for (const name of Object.keys(places(""))) {
    test(`in ${name}: refused before the platform is asked anything`, async () => {
      for (const named of ["Melissa", "jessica", "Jessica ", "Jessica,Melissa", "Melissa,Jessica", "default"]) {
        const { as, id, seen, sandbox } = await open();
        const before = JSON.stringify(sandbox.accounts());
        const { status, body } = await as("Jessica")(...places(id)[name](named));
        assert.deepEqual([status, body.error.slug, seen], [403, "Gateway_EntityMismatch", []], named);
        assert.match(body.error.message, /another user than the one who is signed in: leave entityId out/);
        assert.ok(!JSON.stringify(body).includes("Jessica") && !JSON.stringify(body).includes("Melissa"));
        assert.equal(JSON.stringify(sandbox.accounts()), before);
      }
    });

    test(`in ${name}: the session's own name and none are accepted, and it is done for the session's`, async () => {
      for (const named of ["Jessica", undefined, null, ""]) {
        const { as, id, sandbox, seen } = await open();
        const { status, text } = await as("Jessica")(...places(id)[name](named));
        assert.ok(status < 300, `${named}: ${status} ${text}`);
        assert.ok(sandbox.accounts().every(({ entityId }) => entityId === "Jessica"));
        assert.ok(seen.length > 0);
      }
    });
  }

  test("as anything but a text", async () => {
    for (const named of [7, true, {}, { id: "Jessica" }, ["Melissa"], ["Jessica", "Melissa"], [["Jessica"]]]) {
      const { as, id, seen } = await open();
      const { status, body } = await as("Jessica")(...places(id)["a link"](named));
      assert.deepEqual([status, body.error.slug, seen], [403, "Gateway_EntityMismatch", []], JSON.stringify(named));
    }
  });

  test("among the arguments of an action is the action's business", async () => {
    const { as, id, seen } = await open();
    const body = { connected_account_id: id, arguments: { user_id: "Melissa" } };
    assert.notEqual((await as("Jessica")("POST", "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP", { body })).status, 403);
    assert.deepEqual([seen.at(-1).body.user_id, seen.at(-1).body.arguments], ["Jessica", { user_id: "Melissa" }]);
  });
});

suite("answers say whose they are", () => {
  for (const name of ["a link", "a connection", "a list", "a refresh", "the look at an account"]) {
    test(name, async () => {
      const { as, id } = await open();
      const { status, body } = await as("Jessica")(...places(id)[name](undefined));
      assert.ok(status < 300);
      assert.equal(body.user_id, "Jessica");
    });
  }

  test("each account of a list", async () => {
    const { as, make } = await open();
    await make("Jessica");
    const { body } = await as("Jessica")("GET", accounts);
    assert.deepEqual(body.items.map(({ user_id }) => user_id), ["Jessica", "Jessica"]);
    assert.deepEqual((await as("Melissa")("GET", accounts)).body, { items: [], next_cursor: null, user_id: "Melissa" });
  });

  test("whatever the platform says beside it", async () => {
    const opened = openGateway();
    opened.reply = (request) => Response.json(request.method === "GET"
      ? { id: "ac_1", toolkit: { slug: "gmail" } }
      : { id: "ca_1", connected_account_id: "ca_1", user_id: "Melissa", connectionData: { val: {} } }, { status: 201 });
    for (const [path, body] of [[`${accounts}/link`, { auth_config_id: "ac_1" }], [accounts, { auth_config: { id: "ac_1" }, connection: {} }]]) {
      assert.equal((await opened.as("Jessica")("POST", path, { body })).body.user_id, "Jessica");
    }
  });

  test("accounts are those of the session, for the operations on one, too", async () => {
    const { as, id } = await open();
    for (const { method, path, body, query } of accountOperations(id)) {
      assert.equal((await as("Melissa")(method, path, { body, query })).status, 404);
    }
  });
});
