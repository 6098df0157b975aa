import assert from "node:assert/strict";
import { checkEnd, checkFindable, checkRecords, createdAccounts, resultOf } from "./checks.mjs";
import { createFreshClient } from "./world.mjs";

const minuteMs = 60_000;
const noEffect = { read: "fine", create: "fine", change: "fine", status: "fine" };
const never = new Promise(() => {});

/**
 * What happens to the page or its environment during one request. `happens` is called before the request is sent. `results` has an
 * entry for each kind of request: `fine`, an error code, or
 *
 * - `restarted`: the next page starts over;
 * - `resumed`: the next page continues the attempt;
 * - `listed`: the account is connected and in the list of accounts.
 */
export const pageFaults = [
  { name: "the page's clock is set forward by 11 minutes", happens: ({ world }) => void (world.clock.skewMs = 11 * minuteMs), results: noEffect },
  { name: "the page's clock is set back by an hour", happens: ({ world }) => void (world.clock.skewMs = -60 * minuteMs), results: noEffect },
  {
    name: "offline for 20 s",
    happens({ world }) {
      const set = (isOnline) => {
        world.front.isOnline = isOnline;
        world.sandbox.setOnline(isOnline);
      };
      set(false);
      setTimeout(set, 20_000, true);
    },
    results: { read: "network", create: "network", change: "network", status: "fine" },
  },
  {
    name: "hidden for a minute",
    happens() {
      const set = (state) => {
        document.visibilityState = state;
        document.dispatchEvent(new Event("visibilitychange"));
      };
      set("hidden");
      setTimeout(set, minuteMs, "visible");
    },
    results: noEffect,
  },
  {
    name: "reloaded",
    happens: (scenario, sent) => leave(scenario, sent, true),
    results: { read: "restarted", create: "restarted", change: "restarted", status: "resumed" },
  },
  {
    name: "the tab is closed, another opened",
    happens: (scenario, sent) => leave(scenario, sent, false),
    results: { read: "restarted", create: "restarted", change: "restarted", status: "resumed" },
  },
  { name: "the storage is full", happens: ({ world }) => void (world.storage.isFull = true), results: noEffect, isOfStorage: true },
  { name: "two tabs", happens: inAnotherTab, results: noEffect, isOfTwo: true },
];

/** The expected result, as in `pageFaults`. */
export function expectedWithPageFault(fault, flow, request) {
  const isLeft = fault.results.status === "resumed";
  if (isLeft && flow.name === "key" && request.kind !== "read") return "listed";
  const isLost = fault.isOfStorage && flow.isByRedirect && request.kind !== "status";
  if (isLost) return "callback_unbound";
  return fault.results[request.kind];
}

/** The expected result as text, for docs/faults.md. */
export function describePageFault(fault, flow, request) {
  const result = expectedWithPageFault(fault, flow, request);
  if (fault.isOfTwo && flow.requests.some(({ kind }) => kind === "create")) {
    return request.kind === "status" && flow.name !== "key" ? "the same account in both" : "one account in each";
  }
  switch (result) {
    case "fine":
      return request.kind === "status" && fault.results.read === "network" ? "continues online" : "no effect";
    case "restarted":
      return `restarted${request.kind === "create" ? " ¹" : ""}`;
    case "resumed":
      return result;
    case "listed":
      return "listed ³";
    case "callback_unbound":
      return `\`${result}\` ⁴`;
    default:
      return request.kind === "read" ? `retried, then \`${result}\`` : `\`${result}\``;
  }
}

/** Runs one flow with one page fault at one request. */
export async function runWithPageFault(worlds, flow, request, fault) {
  // With a full storage, records stay in the module's memory. A fresh module keeps them from the next run.
  const isFresh = fault.isOfStorage && (flow.isByRedirect || flow.name === "refresh");
  const { world, tab } = await worlds.begin(flow, isFresh ? createFreshClient : undefined);
  try {
    const { front } = world;
    const scenario = { world, flow, tab, next: undefined };
    scenario.gone = new Promise((left) => (scenario.leave = left));
    let hasHappened = false;
    front.isFor = request.is;
    front.fault = {
      before: (sent) => {
        if (hasHappened) return;
        hasHappened = true;
        return fault.happens(scenario, sent);
      },
    };
    const run = flow.run(tab);
    const result = await resultOf(world, runAcrossPages(run, scenario), 3 * minuteMs);
    const expected = expectedWithPageFault(fault, flow, request);
    if (scenario.how) assert.equal(result, "fine");
    assert.equal(scenario.how ?? result, expected);
    if (expected === "network") {
      assert.equal(front.tries.length, request.kind === "read" ? 3 : 1);
      await world.clock.advance(20_000);
      assert.equal(await resultOf(world, flow.run(tab), minuteMs), "fine", "it connects when the network is back");
    }
    checkRecords(world);
    const createsAccount = flow.requests.some(({ kind }) => kind === "create");
    const isSecond = (fault.isOfTwo && !(request.kind === "status" && flow.name !== "key")) || (expected === "restarted" && request.kind === "create");
    assert.equal(createdAccounts(world).length, createsAccount ? (isSecond ? 2 : 1) : 0, "created accounts");
    const last = world.tabs.at(-1);
    if (createsAccount) assert.equal(createdAccounts(world).at(-1).status, "ACTIVE");
    const ids = last.client.pending().map(({ connectedAccountId }) => connectedAccountId);
    // A refresh leaves its account pending: its user is still at the provider.
    assert.deepEqual([...new Set(ids)], flow.name === "refresh" ? [world.sandbox.accounts()[0].id] : [], "pending attempts");
    await checkFindable(world, last, createdAccounts(world));
    await checkEnd(world);
  } finally {
    worlds.end();
  }
}

/** Settles with the run in the first page, or in the next if the first is left. */
function runAcrossPages(run, scenario) {
  return new Promise((done, fail) => {
    run.then((value) => scenario.isGone || done(value), (error) => scenario.isGone || fail(error));
    scenario.gone.then(() => scenario.next()).then(done, fail);
  });
}

/** The platform handles the request, and the page is gone before the answer. */
async function leave(scenario, sent, isReload) {
  const { world, flow, tab } = scenario;
  await world.sandbox.fetch(sent.clone());
  scenario.next = async () => {
    tab.dispose();
    const next = await world.open();
    if (isReload) next.isAtCallback = tab.isAtCallback;
    else history.replaceState(null, "", "https://app.test/");
    return openPage(scenario, flow, next);
  };
  scenario.isGone = true;
  scenario.leave();
  return never;
}

/** Acts as a newly opened page: completes, resumes or restarts. Sets `scenario.how`. */
async function openPage(scenario, flow, tab) {
  const { world } = scenario;
  if (tab.isAtCallback) {
    scenario.how = "resumed";
    return flow.run(tab);
  }
  if (tab.client.pending().length > 0 && flow.name !== "refresh") {
    scenario.how = "resumed";
    return resume(tab);
  }
  if (createdAccounts(world).some(({ status }) => status === "ACTIVE")) {
    scenario.how = "listed";
    return;
  }
  scenario.how = "restarted";
  return flow.run(tab);
}

async function inAnotherTab({ world, flow, tab }) {
  const other = await world.open();
  other.isAtCallback = tab.isAtCallback;
  if (!tab.isAtCallback && flow.name !== "refresh" && other.client.pending().length > 0) await resume(other);
  else await flow.run(other);
}

/** Resumes the pending attempt and waits for its end. */
async function resume(tab) {
  tab.flow = tab.client.resume();
  const end = await new Promise((done) => {
    const check = () => {
      const snapshot = tab.flow.getSnapshot();
      if (["connected", "failed", "cancelled"].includes(snapshot.state)) done(snapshot);
    };
    tab.flow.subscribe(check);
    check();
  });
  if (end.error) throw end.error;
  return end;
}
