// What a flow still holds of its page after it has ended and before it is disposed of.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { makeClient, memoryStorage } from "../node/client.mjs";
import { Clock } from "./support/clock.mjs";
import { openCountedPage } from "./support/counted-page.mjs";
import { platform } from "./support/platform.mjs";

const openPopups = [];
const clock = new Clock();
clock.install();
const counts = openCountedPage({ openPopups });

let status, storage, client, idle;
beforeEach(async () => {
  openPopups.length = 0;
  clock.reset();
  status = "INITIATED";
  storage = memoryStorage();
  client = await makeClient({ entityId: "Jessica", fetch: platform(() => status), storage, redirectUrl: "https://app.test/done" });
  idle = { ...counts };
});
afterEach(() => client.dispose());

/** Starts a flow and brings its user into the popup. */
async function startFlow() {
  const flow = client.flow({ app: "gmail", mode: "popup" });
  void flow.submit();
  await until(flow, "waiting");
  return flow;
}

/** Advances the clock until the flow has reached the state. */
async function until(flow, state, limitMs = 10_000) {
  const hasState = () => flow.getSnapshot().state === state;
  for (let ms = 0; ms < limitMs && !hasState(); ms += 100) await clock.advance(100);
  assert.equal(flow.getSnapshot().state, state, JSON.stringify(flow.getSnapshot()));
}

/** What exists now beyond what existed before the flow. */
const held = () => Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count - idle[name]]));
const nothing = { listeners: 0, timers: 0, channels: 0, popups: 0 };
/** The channel that answers a returning popup, and the timer that closes it. */
const popupChannel = { ...nothing, timers: 1, channels: 1 };

const ends = {
  connected: async (flow) => {
    status = "ACTIVE";
    await until(flow, "connected");
  },
  failed: async (flow) => {
    status = "FAILED";
    await until(flow, "failed");
  },
  cancelled: async (flow) => {
    openPopups[0].close();
    await until(flow, "cancelled");
  },
};

for (const [state, end] of Object.entries(ends)) {
  test(`a flow that is ${state} while its popup is open keeps a channel until the attempt expires`, async () => {
    await end(await startFlow());
    assert.deepEqual(held(), popupChannel);
    await clock.advance(10 * 60_000 + 1);
    assert.deepEqual(held(), nothing);
  });
}

for (const state of ["connected", "failed"]) {
  test(`a flow that is ${state} releases everything when its popup returns`, async () => {
    const flow = await startFlow();
    await ends[state](flow);
    openPopups[0].allow();
    await clock.settle();
    assert.deepEqual(held(), nothing);
    assert.equal(flow.getSnapshot().state, state);
  });
}

test("a flow that is connected by its popup's callback, or cancelled, holds nothing", async () => {
  const connected = await startFlow();
  status = "ACTIVE";
  openPopups[0].allow();
  await until(connected, "connected");
  assert.deepEqual(held(), nothing);

  const cancelled = await startFlow();
  await cancelled.cancel();
  assert.deepEqual(held(), nothing);
});

for (const state of ["failed", "cancelled"]) {
  test(`a flow that was ${state} connects when it is retried, and then holds nothing`, async () => {
    const flow = await startFlow();
    await ends[state](flow);
    void flow.retry();
    await until(flow, "waiting");
    status = "ACTIVE";
    openPopups[1].allow();
    await until(flow, "connected");
    assert.equal(flow.getSnapshot().connectedAccountId, "ca_2");
    assert.deepEqual(held(), nothing);
  });
}

test("a popup that only looked closed connects its cancelled flow, which then holds nothing", async () => {
  const flow = await startFlow();
  await ends.cancelled(flow);
  status = "ACTIVE";
  openPopups[0].allow();
  await until(flow, "connected");
  assert.deepEqual(held(), nothing);
});

test("a callback that is opened again after the end gives the same answer", async () => {
  const flow = await startFlow();
  status = "ACTIVE";
  openPopups[0].allow();
  await until(flow, "connected");
  const { account } = flow.getSnapshot();
  const { flowId } = JSON.parse(storage.map.values().next().value);
  const done = await client.completeConnection({ url: `https://app.test/done?cf_flow=${flowId}&status=success&connected_account_id=ca_1` });
  assert.deepEqual([done.connectionStatus, done.account], ["ACTIVE", account]);
  assert.equal(flow.getSnapshot().state, "connected");
  assert.deepEqual(held(), nothing);
});

for (const httpStatus of [401, 403, 404]) {
  test(`a status check that fails with ${httpStatus} leaves the popup open, and a retry checks the same account`, async () => {
    const flow = await startFlow();
    status = httpStatus;
    await until(flow, "failed");
    assert.deepEqual(held(), { ...popupChannel, popups: 1 });
    status = "INITIATED";
    void flow.retry();
    await until(flow, "waiting");
    assert.equal(flow.getSnapshot().isPopupOpen, true);
    status = "ACTIVE";
    openPopups[0].allow();
    await until(flow, "connected");
    assert.deepEqual([flow.getSnapshot().connectedAccountId, openPopups.length], ["ca_1", 1]);
    assert.deepEqual(held(), nothing);
  });
}

test("a popup that returns after a failed status check connects the flow", async () => {
  const flow = await startFlow();
  status = 401;
  await until(flow, "failed");
  status = "ACTIVE";
  openPopups[0].allow();
  await until(flow, "connected");
  assert.equal(flow.getSnapshot().connectedAccountId, "ca_1");
  assert.deepEqual(held(), nothing);
});
