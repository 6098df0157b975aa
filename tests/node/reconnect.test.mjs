// Reconnecting an account: the old one stays usable until its successor is ACTIVE, and nothing else is left behind.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { rejectsWith } from "./client.mjs";

let sandbox, client;
beforeEach(async () => {
  sandbox = createSandbox({ pageUrl: "https://app.test/" });
  client = await sandbox.createClient({ entityId: "Jessica", retry: 0 });
});
afterEach(() => sandbox.dispose());

const identity = "user@sandbox.example";
const add = (more) => sandbox.addAccount({ app: "gmail", entityId: "Jessica", alias: "work", displayName: identity, ...more });

/** The accounts that are not deleted, without those of other apps. */
const left = () => sandbox.accounts().filter(({ isDeleted }) => !isDeleted).map(({ id, alias, status }) => ({ id, alias, status }));

/** Runs a flow to its end. */
async function run(flow, data) {
  const ended = new Promise((resolve) => {
    flow.subscribe(() => ["connected", "failed", "cancelled"].includes(flow.getSnapshot().state) && resolve(flow.getSnapshot()));
  });
  await sandbox.clock.until(flow.load());
  void flow.submit(data);
  return sandbox.clock.until(ended);
}

/** The changes that the page asked for, without those of attempts. */
const changes = () => sandbox.requests.filter(({ method, path }) => method !== "GET" && path.startsWith("/api/")).map(({ method, path }) => `${method} ${path.split("/").slice(4).join("/")}`);

suite("an account that signs in", () => {
  for (const mode of ["popup", "redirect"]) {
    test(`is replaced by ${mode}, and its alias moves`, async () => {
      const old = add();
      const flow = client.flow({ reconnect: old.id, mode });
      assert.equal(flow.getSnapshot().app, undefined);
      if (mode === "popup") {
        const { state, account, app } = await run(flow);
        assert.deepEqual([state, account.alias, app], ["connected", "work", "gmail"]);
      } else {
        await sandbox.clock.until(flow.submit());
        await sandbox.clock.advance(2_000);
        const back = client.flow({ app: "gmail" });
        const { state, account } = await sandbox.clock.until(back.load());
        assert.deepEqual([state, account.alias], ["connected", "work"]);
      }
      const successor = sandbox.accounts().at(-1);
      assert.deepEqual(left(), [{ id: successor.id, alias: "work", status: "ACTIVE" }]);
      assert.deepEqual(changes(), [
        "POST link", `PATCH ${old.id}`, `PATCH ${successor.id}`, `DELETE ${old.id}`,
      ]);
      assert.deepEqual(client.pending(), []);
    });
  }

  test("is replaced by completeConnection on the page that the user returns to", async () => {
    const old = add();
    await sandbox.clock.until(client.flow({ reconnect: old.id, mode: "redirect" }).submit());
    assert.equal(client.pending()[0].replaces, old.id);
    await sandbox.clock.advance(2_000);
    const { account } = await sandbox.clock.until(client.completeConnection());
    assert.equal(account.alias, "work");
    assert.deepEqual(left().map(({ alias, status }) => [alias, status]), [["work", "ACTIVE"]]);
  });

  for (const status of ["INACTIVE", "FAILED", "EXPIRED", "REVOKED"]) {
    test(`is replaced although it is ${status}`, async () => {
      const old = add({ status });
      assert.equal((await run(client.flow({ reconnect: old.id }))).state, "connected");
      assert.deepEqual(left().map(({ alias, status }) => [alias, status]), [["work", "ACTIVE"]]);
    });
  }

  test("gets another alias at once, and keeps its own until then", async () => {
    const old = add();
    const flow = client.flow({ reconnect: old.id, alias: "private" });
    assert.equal((await run(flow)).account.alias, "private");
    assert.deepEqual(changes(), ["POST link", `DELETE ${old.id}`]);
  });

  test("stays if its new alias is taken", async () => {
    const old = add();
    const other = add({ alias: "private" });
    const { error } = await run(client.flow({ reconnect: old.id, alias: "private" }));
    assert.equal(error.code, "conflict");
    assert.deepEqual(left().map(({ id }) => id), [old.id, other.id]);
  });

  test("stays if the user signs in as somebody else, and the other account is deleted", async () => {
    const old = add({ displayName: "other@sandbox.example" });
    const { state, error } = await run(client.flow({ reconnect: old.id }));
    assert.deepEqual([state, error.code, error.retryable], ["failed", "account_mismatch", false]);
    assert.deepEqual(left(), [{ id: old.id, alias: "work", status: "ACTIVE" }]);
  });

  test("is deleted without a revocation, which could end its successor too", async () => {
    const old = add();
    await run(client.flow({ reconnect: old.id }));
    assert.deepEqual(sandbox.accounts()[0].isDeleted, true);
    assert.ok(!sandbox.requests.some(({ path }) => path.endsWith("/revoke")));
  });
});

suite("an account with a key", () => {
  test("gets its new values in place", async () => {
    const old = add({ app: "firecrawl", data: { api_key: "old-key" } });
    const { state, account } = await run(client.flow({ reconnect: old.id }), { api_key: "new-key" });
    assert.deepEqual([state, account.id], ["connected", old.id]);
    assert.deepEqual(sandbox.accounts().map(({ data, alias }) => [data.api_key, alias]), [["new-key", "work"]]);
    assert.deepEqual(changes(), [`PATCH ${old.id}`]);
  });

  test("gets its new values and a new alias in one request", async () => {
    const old = add({ app: "firecrawl" });
    const { account } = await run(client.flow({ reconnect: old.id, alias: "private" }), { api_key: "new-key" });
    assert.equal(account.alias, "private");
    assert.deepEqual(changes(), [`PATCH ${old.id}`]);
  });

  for (const [what, app, more, data] of [
    ["the platform cannot change these values", "shopify", {}, { shop: "acme", admin_api_access_token: "shpat_1" }],
    ["it is INACTIVE", "firecrawl", { status: "INACTIVE" }, { api_key: "new-key" }],
  ]) {
    test(`is replaced if ${what}`, async () => {
      const old = add({ app, displayName: undefined, ...more });
      const { state, account } = await run(client.flow({ reconnect: old.id }), data);
      assert.deepEqual([state, account.alias], ["connected", "work"]);
      assert.notEqual(account.id, old.id);
      assert.deepEqual(left(), [{ id: account.id, alias: "work", status: "ACTIVE" }]);
    });
  }

  test("stays if the app rejects the new key", async () => {
    const old = add({ app: "firecrawl", status: "EXPIRED" });
    const { error } = await run(client.flow({ reconnect: old.id }), { api_key: "bad" });
    assert.equal(error.code, "credentials_rejected");
    assert.deepEqual(left(), [{ id: old.id, alias: "work", status: "EXPIRED" }]);
  });
});

suite("an account that cannot be reconnected stays untouched", () => {
  const refused = async (options, code, field) => {
    const before = left();
    const flow = client.flow(options);
    const { error } = await sandbox.clock.until(flow.load());
    assert.deepEqual([error.code, error.issues?.[0].field], [code, field]);
    assert.deepEqual(left(), before);
    assert.deepEqual(changes(), []);
  };

  test("one that does not exist is not_found", () => refused({ reconnect: "ca_unknown" }, "not_found"));
  test("one of another user is entity_mismatch", () => refused({ reconnect: add({ entityId: "Melissa" }).id }, "entity_mismatch"));
  test("one of another app is invalid_argument", () => refused({ reconnect: add().id, app: "shopify" }, "invalid_argument", "app"));
  test("one of another integration's app is invalid_argument", () => refused({ reconnect: add().id, integrationId: "ac_Shopify00002" }, "invalid_argument", "integrationId"));
  test("one of another scheme is auth_scheme_mismatch", () => refused({ reconnect: add().id, authScheme: "API_KEY" }, "auth_scheme_mismatch"));
  test("a shared one is invalid_argument", () => refused({ reconnect: add({ accountType: "SHARED" }).id }, "invalid_argument", "reconnect"));
  test("without an id it is invalid_argument", () => rejectsWith(() => client.flow({ reconnect: "" }), "invalid_argument", "reconnect"));
});

suite("an attempt that waits for its verification", () => {
  const verify = { action: "FIRECRAWL_SCRAPE", input: { url: "https://app.test" } };

  /** An attempt to reconnect whose action answers 503. From then on it works. */
  async function interrupted() {
    const old = add({ app: "firecrawl", displayName: undefined, data: { api_key: "old" } });
    const off = sandbox.fault({ kind: "status", status: 503, path: "/api/v3.1/tools/execute/*" });
    const flow = client.flow({ reconnect: old.id, verify });
    const { state, error } = await run(flow, { api_key: "new" });
    assert.deepEqual([state, error.code], ["failed", "server"]);
    flow.dispose();
    off();
    return old;
  }
  const keys = () => sandbox.accounts().filter(({ isDeleted }) => !isDeleted).map(({ data }) => data.api_key);

  test("is finished by a flow with the same options", async () => {
    const old = await interrupted();
    const { state, account } = await sandbox.clock.until(client.flow({ reconnect: old.id, verify }).load());
    assert.deepEqual([state, account.alias, keys()], ["connected", "work", ["new"]]);
  });

  for (const [options, code] of [
    [{ app: "shopify" }, "invalid_argument"], [{ integrationId: "ac_Shopify00002" }, "invalid_argument"],
    [{ authScheme: "OAUTH2" }, "auth_scheme_mismatch"], [{ entityId: "Melissa" }, "entity_mismatch"],
  ]) {
    test(`is not finished by a flow with ${JSON.stringify(options)}, which fails as without the attempt`, async () => {
      const old = await interrupted();
      const { state, error } = await sandbox.clock.until(client.flow({ reconnect: old.id, verify, ...options }).load());
      assert.deepEqual([state, error.code, keys()], ["failed", code, ["old", "new"]]);
    });
  }

  for (const options of [{ alias: "else", verify }, {}]) {
    test(`is given up when a flow with ${options.verify ? "another alias" : "no verification"} starts`, async () => {
      const old = await interrupted();
      const flow = client.flow({ reconnect: old.id, ...options });
      assert.equal((await sandbox.clock.until(flow.load())).state, "ready");
      assert.deepEqual(keys(), ["old", "new"]);
      void flow.submit({ api_key: "newer" });
      await sandbox.clock.advance(2_000);
      assert.equal(flow.getSnapshot().state, "connected");
      assert.deepEqual([keys(), left().map(({ alias }) => alias), client.pending()], [["newer"], [options.alias ?? "work"], []]);
    });
  }
});

suite("a value that has a default", () => {
  test("is required, so that it never replaces the account's own by itself", async () => {
    const old = add({ app: "posthog", displayName: undefined, data: { subdomain: "eu.i", generic_api_key: "old" } });
    const flow = client.flow({ reconnect: old.id });
    const { expectedInputFields } = await sandbox.clock.until(flow.load());
    const field = expectedInputFields.find(({ name }) => name === "subdomain");
    assert.deepEqual([field.required, field.default, field.example], [true, undefined, "us.i"]);
    const { state, issues } = await flow.submit({ generic_api_key: "new" });
    assert.deepEqual([state, issues.map(({ code, field }) => [code, field])], ["ready", [["required", "subdomain"]]]);
    void flow.submit({ subdomain: "eu.i", generic_api_key: "new" });
    await sandbox.clock.advance(2_000);
    const [{ data }] = sandbox.accounts().filter(({ isDeleted }) => !isDeleted);
    assert.deepEqual([flow.getSnapshot().state, data.subdomain, data.generic_api_key], ["connected", "eu.i", "new"]);
  });
});
