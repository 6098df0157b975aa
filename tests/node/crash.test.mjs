// A crash of the module rejects every call with one coded error; the next client gets a new instance of the module.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { isConnectError, validateParams } from "connect-flow";
import { createSandbox } from "connect-flow/testing";
import { json, makeClient, makeSandboxClient, memoryStorage } from "./client.mjs";

const account = { id: "ca_1", status: "ACTIVE", toolkit: { slug: "gmail" }, user_id: "Jessica" };
const escaped = [];
const onEscape = (error) => escaped.push(error);
beforeEach(() => {
  process.on("uncaughtException", onEscape);
  process.on("unhandledRejection", onEscape);
});
afterEach(async () => {
  await new Promise(setImmediate);
  process.off("uncaughtException", onEscape);
  process.off("unhandledRejection", onEscape);
  assert.deepEqual(escaped.splice(0), []);
});

const isCrash = (error) => {
  assert.ok(error instanceof Error && isConnectError(error), String(error?.stack ?? error));
  assert.deepEqual([error.name, error.code, error.retryable], ["ConnectError", "crashed", true]);
  assert.match(error.message, /`createClient`/);
  assert.ok(error.cause instanceof Error);
  return true;
};

/** Ways to crash the module. */
const crashes = {
  "stack overflow": (client) => {
    const dive = () => {
      try {
        dive();
      } catch {
        // Unwinding frees stack frame by frame, until it suffices to enter the module but not to return from it.
        client.flow({ app: "gmail", entityId: "Jessica" });
      }
    };
    try {
      dive();
    } catch { /* The stack ran out before the call. */ }
  },
  "an imported function that throws": (client) => {
    const { now } = Date;
    Date.now = () => { throw new Error("no clock"); };
    try {
      client.pending();
    } catch { /* Checked below. */ } finally {
      Date.now = now;
    }
  },
};

const openClient = (options) => makeClient({ entityId: "Jessica", fetch: async () => json(account), retry: 0, storage: memoryStorage(), ...options });
const get = (client) => client.connectedAccounts.get({ connectedAccountId: "ca_1" });

for (const [way, crash] of Object.entries(crashes)) {
  suite(`a crash by ${way}`, () => {
    test("rejects pending and later calls with `crashed` and ends flows as failed", async () => {
      let answer;
      const client = await openClient({ fetch: () => new Promise((resolve) => (answer = resolve)) });
      const flow = client.flow({ app: "gmail" });
      let notifications = 0;
      const unsubscribe = flow.subscribe(() => (notifications += 1));
      const waiting = [get(client), flow.load(), client.apps.list().next()].map((call) => assert.rejects(call, isCrash));
      const loading = flow.getSnapshot();
      assert.equal(loading.state, "loading");
      // Until the requests are sent.
      await new Promise(setImmediate);
      const before = notifications;
      crash(client);
      await Promise.all(waiting);
      await new Promise(setImmediate);
      answer(json(account));

      assert.equal(notifications, before + 1);
      const snapshot = flow.getSnapshot();
      assert.deepEqual({ ...snapshot, error: undefined }, { ...loading, state: "failed", error: undefined });
      assert.ok(isCrash(snapshot.error) && Object.isFrozen(snapshot));
      assert.equal(flow.getSnapshot(), snapshot);

      for (const call of [() => get(client), () => flow.load(), () => flow.submit({}), () => flow.retry(), () => client.completeConnection(), () => client.executeAction({ action: "A_B" })]) {
        const promise = call();
        assert.ok(promise instanceof Promise);
        await assert.rejects(promise, isCrash);
      }
      for (const call of [() => client.pending(), () => client.trace(), () => client.flow({ app: "gmail" }), () => client.resume(), () => client.redirect({}), () => client.parseCallback(), () => flow.cancel(), () => flow.subscribe(() => {}), () => client.apps.list(), () => client.entity("a")]) {
        assert.throws(call, isCrash);
      }
      assert.throws(() => validateParams([], {}), isCrash);
      // Cleaning up never throws.
      unsubscribe();
      flow.dispose();
      client.dispose();
      client.free();
      await openClient();
    });

    test("leaves the next client a new instance, which continues pending attempts", async () => {
      const storage = memoryStorage();
      const sandbox = createSandbox();
      const openWith = (options) => makeSandboxClient(sandbox, { retry: 0, ...options });
      let client = await openWith({ storage });
      const { flowId, connectedAccountId } = await client.initiateConnection({ app: "gmail" });
      for (let times = 0; times < 3; times += 1) {
        crash(client);
        assert.throws(() => client.pending(), isCrash);
        const [next, other] = await Promise.all([openWith({ storage }), openWith()]);
        assert.throws(() => client.pending(), isCrash);
        assert.deepEqual(next.pending().map((one) => one.flowId), [flowId]);
        assert.deepEqual(other.pending(), []);
        const flow = next.resume({ flowId });
        assert.ok(["waiting", "verifying"].includes(flow.getSnapshot().state));
        flow.dispose();
        assert.equal((await next.connectedAccounts.get({ connectedAccountId })).id, connectedAccountId);
        assert.deepEqual(validateParams([], {}), []);
        client = next;
      }
    });
  });
}

test("an invalid argument does not crash the module", async () => {
  const client = await openClient();
  assert.throws(() => client.flow({ app: "gmail", mode: "window" }), { code: "invalid_argument" });
  await assert.rejects(client.initiateConnection(), { code: "invalid_argument" });
  assert.throws(() => client.redirect({ redirectUrl: "javascript:1" }), { code: "redirect_refused" });
  assert.throws(() => validateParams("no", {}), { code: "invalid_argument" });
  await assert.rejects(openClient({ timeoutMs: 0 }), { code: "invalid_argument" });
  assert.deepEqual(client.pending(), []);
});
