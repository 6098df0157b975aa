// A module that stops: one coded error for whoever waits or calls, and a fresh module for the next client.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { isConnectError, validateParams } from "connect-flow";
import { createSandbox } from "connect-flow/testing";
import { json, makeClient, memoryStorage } from "./client.mjs";

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

/** Ways to stop the module that no code of its own can foresee. */
const ways = {
  "the stack runs out": (client) => {
    const dive = () => {
      try {
        dive();
      } catch {
        // Each frame leaves a little more room, until there is enough to enter the module, and not enough to leave it.
        client.flow({ app: "gmail", entityId: "Jessica" });
      }
    };
    try {
      dive();
    } catch { /* What a call comes to without any stack. */ }
  },
  "what it calls is taken away": (client) => {
    const { now } = Date;
    Date.now = () => { throw new Error("no clock"); };
    try {
      client.pending();
    } catch { /* Told below. */ } finally {
      Date.now = now;
    }
  },
};

const open = (options) => makeClient({ entityId: "Jessica", fetch: async () => json(account), retry: 0, storage: memoryStorage(), ...options });
const get = (client) => client.connectedAccounts.get({ connectedAccountId: "ca_1" });

for (const [way, crash] of Object.entries(ways)) {
  suite(`where ${way}`, () => {
    test("whoever waits is told, every later call as well, and a flow has failed", async () => {
      let answer;
      const client = await open({ fetch: () => new Promise((resolve) => (answer = resolve)) });
      const flow = client.flow({ app: "gmail" });
      let told = 0;
      const unsubscribe = flow.subscribe(() => (told += 1));
      const waiting = [get(client), flow.load(), client.apps.list().next()].map((call) => assert.rejects(call, isCrash));
      const loading = flow.getSnapshot();
      assert.equal(loading.state, "loading");
      // The requests are out.
      await new Promise(setImmediate);
      const before = told;
      crash(client);
      await Promise.all(waiting);
      await new Promise(setImmediate);
      answer(json(account));

      assert.equal(told, before + 1);
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
      // What a page does to clean up is no occasion for errors.
      unsubscribe();
      flow.dispose();
      client.dispose();
      client.free();
      await open();
    });

    test("the next client is one of a fresh module, as often as it takes, and continues what is pending", async () => {
      const storage = memoryStorage();
      const sandbox = createSandbox({ apiKey: "key" });
      const fetch = (request) => sandbox.fetch(request);
      const options = { baseUrl: "https://sandbox.test", unsafeApiKey: "key", fetch };
      let client = await open({ storage, ...options });
      const { flowId, connectedAccountId } = await client.initiateConnection({ app: "gmail", redirectUrl: "https://app.test/done" });
      for (let times = 0; times < 3; times += 1) {
        crash(client);
        assert.throws(() => client.pending(), isCrash);
        const [next, other] = await Promise.all([open({ storage, ...options }), open(options)]);
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

test("a call that is answered wrongly, or throws, is no crash", async () => {
  const client = await open();
  assert.throws(() => client.flow({ app: "gmail", mode: "window" }), { code: "invalid_argument" });
  await assert.rejects(client.initiateConnection(), { code: "invalid_argument" });
  assert.throws(() => client.redirect({ redirectUrl: "javascript:1" }), { code: "redirect_refused" });
  assert.throws(() => validateParams("no", {}), { code: "invalid_argument" });
  await assert.rejects(open({ timeoutMs: 0 }), { code: "invalid_argument" });
  assert.deepEqual(client.pending(), []);
});
