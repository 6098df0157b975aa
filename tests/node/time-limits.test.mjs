// Time limits: `timeoutMs`, the retry budget, and a computer clock that is changed.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { createClient } from "connect-flow";
import { createSandbox } from "connect-flow/testing";
import { json, makeClient, memoryStorage } from "./client.mjs";

const startMs = Date.parse("2026-01-16T10:00:00.000Z");
const hourMs = 3_600_000;
const limitMs = 1_000;
const connectedAccountId = "ca_1";

let sandbox, clock, respond;
beforeEach(() => {
  sandbox = createSandbox({ now: () => startMs });
  respond = undefined;
});
afterEach(() => sandbox.dispose());

/** A client of the sandbox. If `respond` is set, that answers in place of the sandbox. */
async function openClient(options) {
  const installed = sandbox.install();
  ({ clock } = sandbox);
  return createClient({ ...installed, entityId: "Jessica", ...options, fetch: (request) => (respond ?? installed.fetch)(request) });
}

/** The value or error of a promise, and its duration by the monotonic clock. */
async function timed(promise) {
  const since = performance.now();
  const result = await clock.until(promise.then((value) => ({ value }), (error) => ({ error })));
  return { ...result, ms: Math.round(performance.now() - since) };
}

const never = () => new Promise(() => {});

/** A response whose body never ends: one byte every 100 ms. */
const slowBody = () => {
  const stream = new ReadableStream({
    pull: (controller) => new Promise((done) => setTimeout(() => (controller.enqueue(Uint8Array.of(32)), done()), 100)),
  });
  return Promise.resolve(new Response(stream, { headers: { "content-type": "application/json" } }));
};

const conditions = {
  "the platform hangs": { respond: never },
  "the platform hangs and ten retries are allowed": { respond: never, options: { retry: 10, timeoutMs: 300 } },
  "the platform answers 429 with a Retry-After of a minute": { respond: async () => json({}, 429, { "retry-after": "60" }) },
  "the platform answers 503 to ten retries": { respond: async () => json({}, 503), options: { retry: 10 } },
  "the body never ends": { respond: slowBody },
  "the headers function hangs": { respond: async () => json({}), options: { headers: never } },
  "each response takes 700 ms": {
    respond: ({ method }) => new Promise((done) => setTimeout(() => done(json(method === "GET" ? { items: [] } : {}, 401)), 700)),
    options: { headers: async () => ({ a: "b" }) },
  },
};

const calls = {
  completeConnection: (client, url) => client.completeConnection({ url, timeoutMs: limitMs }),
  "connectedAccounts.waitUntilActive": (client) => client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: limitMs }),
  getExpectedParamsForUser: (client) => client.getExpectedParamsForUser({ app: "shopify", timeoutMs: limitMs }),
  initiateConnection: (client) => client.initiateConnection({ app: "gmail", timeoutMs: limitMs }),
  "connectedAccounts.get": (client) => client.connectedAccounts.get({ connectedAccountId, timeoutMs: limitMs }),
  "connectedAccounts.refresh": (client) => client.connectedAccounts.refresh({ connectedAccountId, timeoutMs: limitMs }),
  "connectedAccounts.delete": (client) => client.connectedAccounts.delete({ connectedAccountId, timeoutMs: limitMs }),
  "entity.getConnection": (client) => client.entity("Jessica").getConnection({ app: "gmail", timeoutMs: limitMs }),
  executeAction: (client) => client.executeAction({ action: "GMAIL_SEND_EMAIL", connectedAccountId, timeoutMs: limitMs }),
  getAuthParams: (client) => client.getAuthParams({ connectedAccountId, timeoutMs: limitMs }),
  "apps.get": (client) => client.apps.get({ app: "gmail", timeoutMs: limitMs }),
};

suite("timeoutMs of a call", () => {
  for (const [name, platform] of Object.entries(conditions)) {
    test(`ends it in time if ${name}`, async () => {
      const client = await openClient(platform.options?.headers ? undefined : platform.options);
      const { flowId, connectedAccountId } = await client.initiateConnection({ app: "gmail" });
      const url = `https://app.test/?cf_flow=${flowId}&status=success&connected_account_id=${connectedAccountId}`;
      const tested = platform.options?.headers ? await openClient(platform.options) : client;
      for (const [call, start] of Object.entries(calls)) {
        respond = platform.respond;
        const { error, ms } = await timed(start(tested, url));
        assert.ok(error, `${call} succeeded`);
        assert.ok(ms <= limitMs + 250, `${call} took ${ms} ms: ${error}`);
        if (ms >= limitMs) assert.equal(error.code, "timeout", `${call}: ${error}`);
        assert.ok(error.retryable || error.code !== "timeout" || !/^(completeConnection|.*waitUntil)/.test(call), call);
        respond = undefined;
      }
    });
  }

  test("ends it with an error that names the account's status", async () => {
    const client = await openClient();
    const { connectedAccountId } = await client.initiateConnection({ app: "gmail" });
    const { error } = await timed(client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 10_000 }));
    assert.equal(error.code, "timeout");
    assert.match(error.message, /INITI/);
  });

  test("applies to one of two calls that complete the same callback", async () => {
    const client = await openClient();
    const { flowId } = await client.initiateConnection({ app: "gmail" });
    respond = never;
    const url = `https://app.test/?cf_flow=${flowId}&status=success`;
    const unlimited = client.completeConnection({ url });
    unlimited.catch(() => {});
    const { error, ms } = await timed(client.completeConnection({ url, timeoutMs: limitMs }));
    assert.deepEqual([error.code, ms], ["timeout", limitMs]);
    assert.equal((await timed(unlimited)).error.code, "timeout");
  });

  test("aborts pending requests", async () => {
    const client = await openClient();
    const signals = [];
    respond = ({ signal }) => (signals.push(signal), never());
    await timed(client.initiateConnection({ app: "gmail", timeoutMs: limitMs }));
    await timed(client.getExpectedParamsForUser({ app: "shopify", timeoutMs: limitMs }));
    assert.ok(signals.length >= 2 && signals.every(({ aborted }) => aborted));
  });

  test("must be an integer from 1 to 3,600,000", async () => {
    const client = await openClient();
    for (const timeoutMs of [0, -1, 0.5, 3_600_001, "1000", NaN, {}]) {
      for (const call of [client.connectedAccounts.get({ connectedAccountId, timeoutMs }), client.completeConnection({ timeoutMs }), client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs })]) {
        await assert.rejects(call, ({ code, message }) => code === "invalid_argument" && message.includes("timeoutMs"), `${timeoutMs}`);
      }
    }
  });
});

suite("a call without a timeoutMs", () => {
  test("limits each request by the client's timeoutMs", async () => {
    const client = await openClient({ timeoutMs: 2_000, retry: 0 });
    respond = never;
    const { error, ms } = await timed(client.connectedAccounts.get({ connectedAccountId }));
    assert.deepEqual([error.code, ms], ["timeout", 2_000]);
  });

  test("starts no retry later than 30 s after its start", async () => {
    for (const [platform, timeoutMs] of [[async () => json({}, 503), 15_000], [never, 4_000], [async () => json({}, 503, { "retry-after": "7" }), 15_000]]) {
      const client = await openClient({ retry: 10, timeoutMs });
      respond = platform;
      const { error, ms } = await timed(client.connectedAccounts.get({ connectedAccountId }));
      assert.ok(ms <= 30_000 + timeoutMs, `${ms} ms`);
      assert.ok(["server", "timeout"].includes(error.code), error.code);
      respond = undefined;
    }
  });

  test("fails at once if Retry-After exceeds the retry budget", async () => {
    const client = await openClient();
    respond = async () => json({}, 429, { "retry-after": "60" });
    const { error, ms } = await timed(client.connectedAccounts.get({ connectedAccountId }));
    assert.deepEqual([error.code, error.retryAfterMs, ms], ["rate_limited", 60_000, 0]);
  });

  test("spreads retries over the whole backoff", async () => {
    const waits = [];
    for (let run = 0; run < 40; run++) {
      const client = await openClient({ retry: 1 });
      respond = async () => json({}, 503);
      waits.push((await timed(client.connectedAccounts.get({ connectedAccountId }))).ms);
      respond = undefined;
    }
    assert.ok(Math.min(...waits) < 100 && Math.max(...waits) > 400 && Math.max(...waits) <= 500, waits.join(" "));
  });
});

/**
 * Fake timers, a monotonic clock, and a computer clock that the test can set. The sandbox's clock cannot do this: it refuses a `Date`
 * that was replaced.
 */
function useClocks(mock) {
  mock.timers.enable({ apis: ["setTimeout"] });
  let [nowMs, aheadMs] = [0, 0];
  mock.method(performance, "now", () => nowMs);
  mock.method(Date, "now", () => startMs + nowMs + aheadMs);
  const pass = async (ms) => {
    for (const endMs = nowMs + ms; nowMs < endMs; nowMs += 50, mock.timers.tick(50)) await turn();
    await turn();
  };
  const until = async (promise) => {
    const sinceMs = nowMs;
    let result;
    promise.then((value) => (result = { value }), (error) => (result = { error }));
    while (!result && nowMs < sinceMs + 2 * hourMs) await pass(50);
    return { ...result, ms: nowMs - sinceMs };
  };
  return { pass, until, set: (byMs) => (aheadMs = byMs) };
}

/** Waits until all promises, streams and requests have settled that do not depend on a timer. */
const turn = async () => {
  for (let turns = 0; turns < 4; turns++) await new Promise((done) => setImmediate(done));
};

for (const [what, byMs] of [["goes back an hour", -hourMs], ["goes forward an hour", hourMs]]) {
  suite(`a computer clock that ${what}`, () => {
    const account = (status) => async () => json({ id: connectedAccountId, status, toolkit: { slug: "gmail" }, user_id: "Jessica" });

    test("leaves the polling of a waiting flow as it was", async ({ mock }) => {
      const { pass, set } = useClocks(mock);
      let [checks, status] = [0, "INITIATED"];
      const client = await makeClient({
        entityId: "Jessica",
        storage: memoryStorage(),
        fetch: async ({ method }) => {
          checks += method === "GET";
          if (method === "GET" && checks === 1) return json({ id: "ac_1", toolkit: { slug: "gmail" }, auth_scheme: "OAUTH2", is_composio_managed: true, status: "ENABLED", expected_input_fields: [] });
          return method === "POST" ? json({ connected_account_id: connectedAccountId, redirect_url: "https://auth.test/" }, 201) : account(status)();
        },
      });
      await client.initiateConnection({ integrationId: "ac_1", redirectUrl: "https://app.test/done" });
      const flow = client.resume();
      await pass(10_000);
      assert.equal(flow.getSnapshot().state, "waiting");
      checks = 1;
      set(byMs);
      await pass(20_000);
      assert.ok(checks > 3, `${checks - 1} checks`);
      assert.equal(flow.getSnapshot().state, "waiting");
      status = "ACTIVE";
      await pass(6_000);
      assert.equal(flow.getSnapshot().state, "connected");
    });

    test("leaves the time limit of a call as it was", async ({ mock }) => {
      const { until, set } = useClocks(mock);
      const client = await makeClient({ entityId: "Jessica", retry: 3, fetch: async () => (set(byMs), json({}, 503)) });
      const { error, ms } = await until(client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 20_000 }));
      assert.deepEqual([error.code, ms], ["timeout", 20_000]);
    });

    test("leaves the retries of a call within their budget", async ({ mock }) => {
      const { until, set } = useClocks(mock);
      let requests = 0;
      const client = await makeClient({ entityId: "Jessica", retry: 10, fetch: async () => ((requests += 1), requests === 2 && set(byMs), json({}, 503)) });
      const { error, ms } = await until(client.connectedAccounts.get({ connectedAccountId }));
      assert.equal(error.code, "server");
      assert.ok(requests > 4 && ms <= 30_000, `${requests} requests in ${ms} ms`);
    });
  });
}
