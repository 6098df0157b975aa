// How long calls take: `timeoutMs`, the retry budget, and clocks that somebody sets.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { createClient } from "connect-flow";
import { createSandbox } from "connect-flow/testing";
import { json, makeClient, memoryStorage } from "./client.mjs";

const startMs = Date.parse("2026-01-16T10:00:00.000Z");
const hourMs = 3_600_000;
const limitMs = 1_000;
const connectedAccountId = "ca_1";

let sandbox, clock, answer;
beforeEach(() => {
  sandbox = createSandbox({ now: () => startMs });
  answer = undefined;
});
afterEach(() => sandbox.dispose());

/** A client of the sandbox, until `answer` answers in its place. */
async function open(options) {
  const installed = sandbox.install();
  ({ clock } = sandbox);
  return createClient({ ...installed, entityId: "Jessica", ...options, fetch: (request) => (answer ?? installed.fetch)(request) });
}

/** What became of a promise, and how long it took by the monotonic clock. */
async function timed(promise) {
  const since = performance.now();
  const result = await clock.until(promise.then((value) => ({ value }), (error) => ({ error })));
  return { ...result, ms: Math.round(performance.now() - since) };
}

const never = () => new Promise(() => {});

/** A body that never ends, a byte every 100 ms. */
const slowBody = () => {
  const stream = new ReadableStream({
    pull: (controller) => new Promise((done) => setTimeout(() => (controller.enqueue(Uint8Array.of(32)), done()), 100)),
  });
  return Promise.resolve(new Response(stream, { headers: { "content-type": "application/json" } }));
};

const platforms = {
  "the platform hangs": { answer: never },
  "the platform hangs and may be asked ten times": { answer: never, options: { retry: 10, timeoutMs: 300 } },
  "the platform wants another try in a minute": { answer: async () => json({}, 429, { "retry-after": "60" }), isRefused: true },
  "the platform fails each of ten tries": { answer: async () => json({}, 503), options: { retry: 10 } },
  "the body never ends": { answer: slowBody },
  "the headers function hangs": { answer: async () => json({}), options: { headers: never } },
  "each answer takes 700 ms": {
    answer: ({ method }) => new Promise((done) => setTimeout(() => done(json(method === "GET" ? { items: [] } : {}, 401)), 700)),
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

suite("a call never takes longer than its timeoutMs", () => {
  for (const [name, platform] of Object.entries(platforms)) {
    test(`where ${name}`, async () => {
      const client = await open(platform.options?.headers ? undefined : platform.options);
      const { flowId, connectedAccountId } = await client.initiateConnection({ app: "gmail" });
      const url = `https://app.test/?cf_flow=${flowId}&status=success&connected_account_id=${connectedAccountId}`;
      const tested = platform.options?.headers ? await open(platform.options) : client;
      for (const [call, start] of Object.entries(calls)) {
        answer = platform.answer;
        const { error, ms } = await timed(start(tested, url));
        assert.ok(error, `${call} ended well`);
        assert.ok(ms <= limitMs + 250, `${call} took ${ms} ms: ${error}`);
        if (ms >= limitMs) assert.equal(error.code, "timeout", `${call}: ${error}`);
        assert.ok(error.retryable || error.code !== "timeout" || !/^(completeConnection|.*waitUntil)/.test(call), call);
        answer = undefined;
      }
    });
  }

  test("and says what it was waiting for", async () => {
    const client = await open();
    const { connectedAccountId } = await client.initiateConnection({ app: "gmail" });
    const { error } = await timed(client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 10_000 }));
    assert.equal(error.code, "timeout");
    assert.match(error.message, /INITI/);
  });

  test("also beside another call for the same callback with more time", async () => {
    const client = await open();
    const { flowId } = await client.initiateConnection({ app: "gmail" });
    answer = never;
    const url = `https://app.test/?cf_flow=${flowId}&status=success`;
    const patient = client.completeConnection({ url });
    patient.catch(() => {});
    const { error, ms } = await timed(client.completeConnection({ url, timeoutMs: limitMs }));
    assert.deepEqual([error.code, ms], ["timeout", limitMs]);
    assert.equal((await timed(patient)).error.code, "timeout");
  });

  test("and ends the requests that are under way", async () => {
    const client = await open();
    const signals = [];
    answer = ({ signal }) => (signals.push(signal), never());
    await timed(client.initiateConnection({ app: "gmail", timeoutMs: limitMs }));
    await timed(client.getExpectedParamsForUser({ app: "shopify", timeoutMs: limitMs }));
    assert.ok(signals.length >= 2 && signals.every(({ aborted }) => aborted));
  });

  test("and refuses a limit that is none", async () => {
    const client = await open();
    for (const timeoutMs of [0, -1, 0.5, 3_600_001, "1000", NaN, {}]) {
      for (const call of [client.connectedAccounts.get({ connectedAccountId, timeoutMs }), client.completeConnection({ timeoutMs }), client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs })]) {
        await assert.rejects(call, ({ code, message }) => code === "invalid_argument" && message.includes("timeoutMs"), `${timeoutMs}`);
      }
    }
  });
});

suite("a call without a timeoutMs", () => {
  test("limits each request by the client's", async () => {
    const client = await open({ timeoutMs: 2_000, retry: 0 });
    answer = never;
    const { error, ms } = await timed(client.connectedAccounts.get({ connectedAccountId }));
    assert.deepEqual([error.code, ms], ["timeout", 2_000]);
  });

  test("starts no retry later than 30 s after its beginning, however many are allowed", async () => {
    for (const [platform, timeoutMs] of [[async () => json({}, 503), 15_000], [never, 4_000], [async () => json({}, 503, { "retry-after": "7" }), 15_000]]) {
      const client = await open({ retry: 10, timeoutMs });
      answer = platform;
      const { error, ms } = await timed(client.connectedAccounts.get({ connectedAccountId }));
      assert.ok(ms <= 30_000 + timeoutMs, `${ms} ms`);
      assert.ok(["server", "timeout"].includes(error.code), error.code);
      answer = undefined;
    }
  });

  test("tells at once of a Retry-After that it has no time for", async () => {
    const client = await open();
    answer = async () => json({}, 429, { "retry-after": "60" });
    const { error, ms } = await timed(client.connectedAccounts.get({ connectedAccountId }));
    assert.deepEqual([error.code, error.retryAfterMs, ms], ["rate_limited", 60_000, 0]);
  });

  test("spreads its retries over their whole backoff", async () => {
    const waits = [];
    for (let run = 0; run < 40; run++) {
      const client = await open({ retry: 1 });
      answer = async () => json({}, 503);
      waits.push((await timed(client.connectedAccounts.get({ connectedAccountId }))).ms);
      answer = undefined;
    }
    assert.ok(Math.min(...waits) < 100 && Math.max(...waits) > 400 && Math.max(...waits) <= 500, waits.join(" "));
  });
});

/**
 * Timers and two clocks: one that runs, and the computer's, which the test may set. Not the sandbox's, which refuses a `Date` that
 * somebody has set.
 */
function clocks(mock) {
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

/** Until promises, streams and requests have done what waits for no timer. */
const turn = async () => {
  for (let turns = 0; turns < 4; turns++) await new Promise((done) => setImmediate(done));
};

for (const [what, byMs] of [["goes back an hour", -hourMs], ["goes forward an hour", hourMs]]) {
  suite(`where the computer's clock ${what}`, () => {
    const account = (status) => async () => json({ id: connectedAccountId, status, toolkit: { slug: "gmail" }, user_id: "Jessica" });

    test("a waiting flow checks the account as often as before", async ({ mock }) => {
      const { pass, set } = clocks(mock);
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

    test("a call still ends at its time limit", async ({ mock }) => {
      const { until, set } = clocks(mock);
      const client = await makeClient({ entityId: "Jessica", retry: 3, fetch: async () => (set(byMs), json({}, 503)) });
      const { error, ms } = await until(client.connectedAccounts.waitUntilActive({ connectedAccountId, timeoutMs: 20_000 }));
      assert.deepEqual([error.code, ms], ["timeout", 20_000]);
    });

    test("a retry comes when it is due, and none after the budget", async ({ mock }) => {
      const { until, set } = clocks(mock);
      let asked = 0;
      const client = await makeClient({ entityId: "Jessica", retry: 10, fetch: async () => ((asked += 1), asked === 2 && set(byMs), json({}, 503)) });
      const { error, ms } = await until(client.connectedAccounts.get({ connectedAccountId }));
      assert.equal(error.code, "server");
      assert.ok(asked > 4 && ms <= 30_000, `${asked} requests in ${ms} ms`);
    });
  });
}
