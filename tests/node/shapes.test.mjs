// The bindings add members to some answers of the core. tests/native/shapes.rs assumes these members and compares them with the types.
import assert from "node:assert/strict";
import { test } from "node:test";
import { toStandardSchema } from "connect-flow";
import { json, makeClient, memoryStorage } from "./client.mjs";

/** A client whose requests are all answered alike. */
const clientOf = (body, status) => makeClient({ fetch: async () => json(body, status), entityId: "Jessica", storage: memoryStorage(), retry: 0 });

test("an execution has `successful`, `data` and, if the platform returns it, `logId`", async () => {
  const execute = async (body) => (await clientOf(body)).executeAction({ action: "GMAIL_SEND" });
  assert.deepEqual(await execute({ successful: true, data: { id: 1 }, log_id: "log_1" }), { successful: true, data: { id: 1 }, logId: "log_1" });
  assert.deepEqual(await execute({ successful: true }), { successful: true, data: null });
});

test("a snapshot has `expectedInputFields`, and `error` if the flow failed", async () => {
  const client = await clientOf({}, 403);
  const flow = client.flow({ app: "gmail" });
  const basics = { app: "gmail", entityId: "Jessica", expectedInputFields: [] };
  assert.deepEqual(flow.getSnapshot(), { ...basics, state: "idle" });
  const { error, ...failed } = await flow.load();
  assert.deepEqual(failed, { ...basics, state: "failed" });
  assert.deepEqual([error.name, error.code], ["ConnectError", "forbidden"]);
  client.dispose();
});

test("an error has `name`, `message` and the members that the core serialises", async () => {
  const client = await clientOf({}, 403);
  const error = await client.apps.get({ app: "gmail" }).catch((error) => error);
  const members = Object.getOwnPropertyNames(error).filter((name) => name !== "stack");
  assert.deepEqual(members.sort(), ["code", "message", "name", "retryable", "status"]);
});

test("a Standard Schema adds `path` to each issue", async () => {
  await clientOf({});
  const field = { name: "shop", displayName: "Shop", type: "string", required: true, secret: false };
  const { issues: [{ message, ...issue }], ...rest } = toStandardSchema([field])["~standard"].validate({});
  assert.deepEqual(issue, { code: "required", field: "shop", params: { label: "Shop" }, path: ["shop"] });
  assert.equal(typeof message, "string");
  assert.deepEqual(rest, {});
});
