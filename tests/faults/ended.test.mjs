// A flow that has ended and was not disposed of: what it still holds of the page.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { makeClient, memoryStorage } from "../node/client.mjs";
import { Clock } from "./support/clock.mjs";
import { openCountedPage } from "./support/counted-page.mjs";
import { platform } from "./support/platform.mjs";

const out = [];
const clock = new Clock();
clock.install();
const counts = openCountedPage({ out });

let status, storage, client, idle;
beforeEach(async () => {
  out.length = 0;
  clock.reset();
  status = "INITIATED";
  storage = memoryStorage();
  client = await makeClient({ entityId: "Jessica", fetch: platform(() => status), storage, redirectUrl: "https://app.test/done" });
  idle = { ...counts };
});
afterEach(() => client.dispose());

/** Gets the user of a new flow into a popup. */
async function begin() {
  const flow = client.flow({ app: "gmail", mode: "popup" });
  void flow.submit();
  await until(flow, "waiting");
  return flow;
}

/** Lets at most this much time pass until the flow is there. */
async function until(flow, state, limitMs = 10_000) {
  const isThere = () => flow.getSnapshot().state === state;
  for (let ms = 0; ms < limitMs && !isThere(); ms += 100) await clock.advance(100);
  assert.equal(flow.getSnapshot().state, state, JSON.stringify(flow.getSnapshot()));
}

/** What there is more than before the flow. */
const held = () => Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count - idle[name]]));
const nothing = { listeners: 0, timers: 0, channels: 0, popups: 0 };
/** What its popup asks when it is back, and the timer that ends that. */
const forThePopup = { ...nothing, timers: 1, channels: 1 };

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
    out[0].close();
    await until(flow, "cancelled");
  },
};

for (const [state, end] of Object.entries(ends)) {
  test(`${state} while its popup is out, a flow hears that, and no longer than the attempt lives`, async () => {
    await end(await begin());
    assert.deepEqual(held(), forThePopup);
    await clock.advance(10 * 60_000 + 1);
    assert.deepEqual(held(), nothing);
  });
}

for (const state of ["connected", "failed"]) {
  test(`${state}, a flow lets go as soon as its popup is back`, async () => {
    const flow = await begin();
    await ends[state](flow);
    out[0].allow();
    await clock.settle();
    assert.deepEqual(held(), nothing);
    assert.equal(flow.getSnapshot().state, state);
  });
}

test("a flow that is connected by its callback, or is given up, holds nothing", async () => {
  const connected = await begin();
  status = "ACTIVE";
  out[0].allow();
  await until(connected, "connected");
  assert.deepEqual(held(), nothing);

  const cancelled = await begin();
  await cancelled.cancel();
  assert.deepEqual(held(), nothing);
});

for (const state of ["failed", "cancelled"]) {
  test(`${state}, a flow that is tried again listens again, and is connected`, async () => {
    const flow = await begin();
    await ends[state](flow);
    void flow.retry();
    await until(flow, "waiting");
    status = "ACTIVE";
    out[1].allow();
    await until(flow, "connected");
    assert.equal(flow.getSnapshot().connectedAccountId, "ca_2");
    assert.deepEqual(held(), nothing);
  });
}

test("a popup that only looked closed is connected after all, and nothing is left", async () => {
  const flow = await begin();
  await ends.cancelled(flow);
  status = "ACTIVE";
  out[0].allow();
  await until(flow, "connected");
  assert.deepEqual(held(), nothing);
});

test("a callback that is opened in another tab too, after the end, gives the same answer there", async () => {
  const flow = await begin();
  status = "ACTIVE";
  out[0].allow();
  await until(flow, "connected");
  const { account } = flow.getSnapshot();
  const { flowId } = JSON.parse(storage.map.values().next().value);
  const done = await client.completeConnection({ url: `https://app.test/done?cf_flow=${flowId}&status=success&connected_account_id=ca_1` });
  assert.deepEqual([done.connectionStatus, done.account], ["ACTIVE", account]);
  assert.equal(flow.getSnapshot().state, "connected");
  assert.deepEqual(held(), nothing);
});

for (const refusal of [401, 403, 404]) {
  test(`a look that is refused (${refusal}) leaves the popup alone, and the next is at the same account`, async () => {
    const flow = await begin();
    status = refusal;
    await until(flow, "failed");
    assert.deepEqual(held(), { ...forThePopup, popups: 1 });
    status = "INITIATED";
    void flow.retry();
    await until(flow, "waiting");
    assert.equal(flow.getSnapshot().isPopupOpen, true);
    status = "ACTIVE";
    out[0].allow();
    await until(flow, "connected");
    assert.deepEqual([flow.getSnapshot().connectedAccountId, out.length], ["ca_1", 1]);
    assert.deepEqual(held(), nothing);
  });
}

test("who finishes in the popup after a look was refused is connected", async () => {
  const flow = await begin();
  status = 401;
  await until(flow, "failed");
  status = "ACTIVE";
  out[0].allow();
  await until(flow, "connected");
  assert.equal(flow.getSnapshot().connectedAccountId, "ca_1");
  assert.deepEqual(held(), nothing);
});
