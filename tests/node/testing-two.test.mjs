import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createClient } from "connect-flow";
import { createSandbox } from "connect-flow/testing";

/** Starts an attempt whose user stays at the provider. */
async function leavePending(sandbox) {
  const client = await sandbox.createClient({ entityId: "Jessica" });
  sandbox.next({ outcome: "never" });
  const flow = client.flow({ app: "gmail", mode: "popup" });
  await flow.load();
  void flow.submit();
  await sandbox.clock.advance(0);
  assert.equal(flow.getSnapshot().state, "waiting");
  assert.equal(client.pending().length, 1);
  return flow.getSnapshot().flowId;
}

suite("a second sandbox in a test file", () => {
  test("sees no attempt, account or request of the first", async () => {
    const first = createSandbox();
    const flowId = await leavePending(first);
    first.dispose();
    const second = createSandbox();
    try {
      const options = second.install({ entityId: "Jessica" });
      for (const client of [await second.createClient({ entityId: "Jessica" }), await createClient(options)]) {
        assert.deepEqual(client.pending(), []);
        assert.equal(client.resume(), null);
        assert.throws(() => client.resume({ flowId }), { code: "flow_expired" });
        client.dispose();
      }
      assert.deepEqual([second.accounts(), second.requests.length, second.popups.length, second.callbackUrl], [[], 0, 0, null]);
    } finally {
      second.dispose();
    }
  });

  test("refuses a callback of the first", async () => {
    const first = createSandbox();
    const client = await first.createClient({ entityId: "Jessica" });
    client.redirect(await client.initiateConnection({ app: "gmail" }));
    await first.clock.advance(1_000);
    const url = first.callbackUrl;
    assert.ok(url);
    first.dispose();
    const second = createSandbox();
    try {
      const page = await second.createClient({ entityId: "Jessica" });
      await assert.rejects(second.clock.until(page.completeConnection({ url })), { name: "ConnectError", code: "callback_unbound" });
    } finally {
      second.dispose();
    }
  });

  test("a disposed sandbox that is installed again has no pending attempt", async () => {
    const sandbox = createSandbox();
    await leavePending(sandbox);
    sandbox.dispose();
    try {
      const client = await sandbox.createClient({ entityId: "Jessica" });
      assert.deepEqual(client.pending(), []);
    } finally {
      sandbox.dispose();
    }
  });
});
