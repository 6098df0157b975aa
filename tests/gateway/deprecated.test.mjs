// The platform has deprecated some members of its answers, among them an account's `user_id`. These tests, and the suites imported
// here, run without those members.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import { suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { accountRequests, json, openGateway, sandboxOptions } from "./support.mjs";

sandboxOptions.omitDeprecated = true;
/** Suites that receive no deprecated member from the sandbox: here they would only repeat themselves. */
const unaffected = ["key", "node", "node-bodies", "readable", "shown", "gateway-key", "gateway-tools"].map((name) => `${name}.test.mjs`);
const own = basename(fileURLToPath(import.meta.url));
const suitesOf = (folder, prefix) => readdirSync(new URL(folder, import.meta.url))
  .filter((file) => file.startsWith(prefix) && file.endsWith(".test.mjs") && file !== own && !unaffected.includes(file))
  .map((file) => folder + file);
const suites = [...suitesOf("./", ""), ...suitesOf("../attacks/", "gateway-")];
for (const file of suites) await import(file);

const accounts = "/api/v3.1/connected_accounts";
const account = (id, more) => ({ id, toolkit: { slug: "shopify" }, status: "ACTIVE", ...more });

suite("an account that does not name its user", () => {
  test("is looked up in the list of the signed-in user's accounts", async () => {
    const opened = openGateway();
    const id = await opened.createAccount("Jessica");
    opened.upstreamRequests.length = 0;
    const { status, body } = await opened.as("Jessica")("GET", `${accounts}/${id}`);
    assert.deepEqual([status, body.id, body.user_id], [200, id, "Jessica"]);
    assert.deepEqual(opened.upstreamRequests.map(({ path, query }) => [path, query]), [
      [`${accounts}/${id}`, {}], [accounts, { user_ids: "Jessica", connected_account_ids: id, account_type: "ALL" }],
    ]);
  });

  test("is found if it is shared, which lists leave out by default", async () => {
    const opened = openGateway();
    const { id } = opened.sandbox.addAccount({ app: "shopify", entityId: "Jessica", accountType: "SHARED" });
    const { status, body } = await opened.as("Jessica")("GET", `${accounts}/${id}`);
    assert.deepEqual([status, body.experimental], [200, { account_type: "SHARED" }]);
    assert.equal((await opened.as("Melissa")("GET", `${accounts}/${id}`)).status, 404);
  });

  test("costs a second request; an account that names its user does not", async () => {
    sandboxOptions.omitDeprecated = false;
    try {
      const opened = openGateway();
      const id = await opened.createAccount("Jessica");
      opened.upstreamRequests.length = 0;
      assert.equal((await opened.as("Jessica")("GET", `${accounts}/${id}`)).status, 200);
      assert.equal(opened.upstreamRequests.length, 1);
    } finally {
      sandboxOptions.omitDeprecated = true;
    }
  });

  /** The platform's list for this user and this account id, and whether the account then counts as the user's. */
  const listed = {
    "nothing": [() => json({ items: [] }), false],
    "that account": [() => json({ items: [account("ca_1")] }), true],
    "that account with the same user": [() => json({ items: [account("ca_1", { user_id: "Jessica" })] }), true],
    "that account with another user": [() => json({ items: [account("ca_1", { user_id: "Melissa" })] }), false],
    "another account": [() => json({ items: [account("ca_2")] }), false],
    "other accounts too, because the platform ignores the filter": [() => json({ items: [account("ca_1"), account("ca_2")] }), false],
    "that account twice": [() => json({ items: [account("ca_1"), account("ca_1")] }), false],
    "an error about the filter": [() => json({ error: { message: "unknown parameter" } }, 400), false],
    "an error about the user": [() => json({ error: { message: "no such user" } }, 404), false],
  };
  for (const [name, [reply, isOwn]] of Object.entries(listed)) {
    test(`${isOwn ? "belongs" : "does not belong"} to the user when the list answers with ${name}`, async () => {
      for (const named of [{}, { user_id: null }]) {
        for (const { method, path, body, query } of accountRequests("ca_1")) {
          const opened = openGateway();
          opened.reply = (request) => {
            const { pathname } = new URL(request.url);
            if (request.method !== "GET") return json({ success: true, data: {} });
            return pathname.endsWith("/ca_1") ? json(account("ca_1", named)) : reply();
          };
          const { status } = await opened.as("Jessica")(method, path, { body, query });
          assert.equal(status, isOwn ? 200 : 404, `${method} ${path}`);
          if (!isOwn) assert.ok(opened.upstreamRequests.every(({ method }) => method === "GET"));
        }
      }
    });
  }

  test("is not touched when the list fails", async () => {
    for (const [reply, expected] of [[() => json({}, 503), 503], [() => json({ items: 7 }), 502], [() => json({ message: "slow down" }, 429), 429]]) {
      const opened = openGateway();
      opened.reply = (request) => (new URL(request.url).pathname.endsWith("/ca_1") ? json(account("ca_1")) : reply());
      assert.equal((await opened.as("Jessica")("DELETE", `${accounts}/ca_1`)).status, expected);
      assert.ok(opened.upstreamRequests.every(({ method }) => method === "GET"));
    }
  });

  test("does not belong to the user when its user_id is not a non-empty string", async () => {
    for (const user_id of [["Jessica"], { id: "Jessica" }, 7, true, ""]) {
      const opened = openGateway();
      opened.reply = (request) => json(new URL(request.url).search ? { items: [account("ca_1")] } : account("ca_1", { user_id }));
      assert.equal((await opened.as("Jessica")("GET", `${accounts}/ca_1`)).status, 404, JSON.stringify(user_id));
    }
  });

  test("is listed, unless another account of the list names a different user", async () => {
    for (const [items, expected] of [
      [[account("ca_1"), account("ca_2")], ["ca_1", "ca_2"]],
      [[account("ca_1"), account("ca_2", { user_id: "Jessica" })], ["ca_1", "ca_2"]],
      [[account("ca_1"), account("ca_2", { user_id: "Melissa" }), account("ca_3", { user_id: "Jessica" })], ["ca_3"]],
    ]) {
      const opened = openGateway();
      opened.reply = () => json({ items, next_cursor: null });
      const { body } = await opened.as("Jessica")("GET", accounts);
      assert.deepEqual(body.items.map(({ id, user_id }) => [id, user_id]), expected.map((id) => [id, "Jessica"]));
    }
  });
});
