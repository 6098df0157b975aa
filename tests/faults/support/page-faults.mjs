import assert from "node:assert/strict";
import { checkEnd, checkFindable, checkRecords, made, wordOf } from "./checks.mjs";
import { createFreshClient } from "./world.mjs";

const minuteMs = 60_000;
const fine = { read: "fine", make: "fine", change: "fine", look: "fine" };
const never = new Promise(() => {});

/**
 * What happens to the page, or around it, while one request is on its way. `happens` is called when the request is about to leave;
 * the words are those of faults.mjs, and:
 *
 * - `again`: the page begins anew;
 * - `resumed`: what was going on is known to the next page, and goes on;
 * - `listed`: it is there already, and in the list of accounts;
 */
export const pageFaults = [
  { name: "the page's clock goes 11 minutes forward", happens: ({ world }) => void (world.clock.skewMs = 11 * minuteMs), words: fine },
  { name: "the page's clock goes an hour back", happens: ({ world }) => void (world.clock.skewMs = -60 * minuteMs), words: fine },
  {
    name: "offline, and back after 20 s",
    happens({ world }) {
      const set = (isOnline) => {
        world.front.isOnline = isOnline;
        world.sandbox.setOnline(isOnline);
      };
      set(false);
      setTimeout(set, 20_000, true);
    },
    words: { read: "network", make: "network", change: "network", look: "fine" },
  },
  {
    name: "hidden, and seen again after a minute",
    happens() {
      const set = (state) => {
        document.visibilityState = state;
        document.dispatchEvent(new Event("visibilitychange"));
      };
      set("hidden");
      setTimeout(set, minuteMs, "visible");
    },
    words: fine,
  },
  {
    name: "reloaded",
    happens: (cell, sent) => leave(cell, sent, true),
    words: { read: "again", make: "again", change: "again", look: "resumed" },
  },
  {
    name: "the tab is killed, another opened",
    happens: (cell, sent) => leave(cell, sent, false),
    words: { read: "again", make: "again", change: "again", look: "resumed" },
  },
  { name: "the storage is full", happens: ({ world }) => void (world.storage.isFull = true), words: fine, isOfStorage: true },
  { name: "two tabs", happens: inAnotherTab, words: fine, isOfTwo: true },
];

/** What is to come of it, see `pageFaults`. */
export function expectedOfPage(fault, flow, request) {
  const isLeft = fault.words.look === "resumed";
  if (isLeft && flow.name === "key" && request.kind !== "read") return "listed";
  const isLost = fault.isOfStorage && flow.isByRedirect && request.kind !== "look";
  if (isLost) return "callback_unbound";
  return fault.words[request.kind];
}

/** The same in a few words. */
export function pageInWords(fault, flow, request) {
  const word = expectedOfPage(fault, flow, request);
  if (fault.isOfTwo && flow.requests.some(({ kind }) => kind === "make")) {
    return request.kind === "look" && flow.name !== "key" ? "the same in both" : "each its own";
  }
  switch (word) {
    case "fine":
      return request.kind === "look" && fault.words.read === "network" ? "waits for it" : "as if nothing was";
    case "again":
      return `begins anew${request.kind === "make" ? " ¹" : ""}`;
    case "resumed":
      return word;
    case "listed":
      return "is in the list ³";
    case "callback_unbound":
      return `\`${word}\` ⁴`;
    default:
      return request.kind === "read" ? `repeated, then \`${word}\`` : `\`${word}\``;
  }
}

/** One of them at one request of one flow. */
export async function runPageCell(worlds, flow, request, fault) {
  // What the storage does not take stays in the module's memory, and would be there in the next cell.
  const isFresh = fault.isOfStorage && (flow.isByRedirect || flow.name === "refresh");
  const { world, tab } = await worlds.begin(flow, isFresh ? createFreshClient : undefined);
  try {
    const { front } = world;
    const cell = { world, flow, tab, next: undefined };
    cell.gone = new Promise((left) => (cell.leave = left));
    let has = false;
    front.isFor = request.is;
    front.fault = {
      before: (sent) => {
        if (has) return;
        has = true;
        return fault.happens(cell, sent);
      },
    };
    const run = flow.run(tab);
    const word = await wordOf(world, whole(run, cell), 3 * minuteMs);
    const wanted = expectedOfPage(fault, flow, request);
    if (cell.how) assert.equal(word, "fine");
    assert.equal(cell.how ?? word, wanted);
    if (wanted === "network") {
      assert.equal(front.tries.length, request.kind === "read" ? 3 : 1);
      await world.clock.advance(20_000);
      assert.equal(await wordOf(world, flow.run(tab), minuteMs), "fine", "back in the network it connects");
    }
    checkRecords(world);
    const makes = flow.requests.some(({ kind }) => kind === "make");
    const isSecond = (fault.isOfTwo && !(request.kind === "look" && flow.name !== "key")) || (wanted === "again" && request.kind === "make");
    assert.equal(made(world).length, makes ? (isSecond ? 2 : 1) : 0, "accounts made");
    const last = world.tabs.at(-1);
    if (makes) assert.equal(made(world).at(-1).status, "ACTIVE");
    const ids = last.client.pending().map(({ connectedAccountId }) => connectedAccountId);
    // Whoever refreshes an account is sent on, and still there.
    assert.deepEqual([...new Set(ids)], flow.name === "refresh" ? [world.sandbox.accounts()[0].id] : [], "what is pending");
    await checkFindable(world, last, made(world));
    await checkEnd(world);
  } finally {
    worlds.end();
  }
}

/** How it goes, in the page that it began in or in the next. */
function whole(run, cell) {
  return new Promise((done, fail) => {
    run.then((value) => cell.isGone || done(value), (error) => cell.isGone || fail(error));
    cell.gone.then(() => cell.next()).then(done, fail);
  });
}

/** The platform hears the request, and the page is gone before the answer. */
async function leave(cell, sent, isReload) {
  const { world, flow, tab } = cell;
  await world.sandbox.fetch(sent.clone());
  cell.next = async () => {
    tab.dispose();
    const next = await world.open();
    if (isReload) next.isAtCallback = tab.isAtCallback;
    else history.replaceState(null, "", "https://app.test/");
    return open(cell, flow, next);
  };
  cell.isGone = true;
  cell.leave();
  return never;
}

/** What a page does when it is opened. */
async function open(cell, flow, tab) {
  const { world } = cell;
  if (tab.isAtCallback) {
    cell.how = "resumed";
    return flow.run(tab);
  }
  if (tab.client.pending().length > 0 && flow.name !== "refresh") {
    cell.how = "resumed";
    return goOn(tab);
  }
  if (made(world).some(({ status }) => status === "ACTIVE")) {
    cell.how = "listed";
    return;
  }
  cell.how = "again";
  return flow.run(tab);
}

async function inAnotherTab({ world, flow, tab }) {
  const other = await world.open();
  other.isAtCallback = tab.isAtCallback;
  if (!tab.isAtCallback && flow.name !== "refresh" && other.client.pending().length > 0) await goOn(other);
  else await flow.run(other);
}

/** Resumes what is pending, to its end. */
async function goOn(tab) {
  tab.flow = tab.client.resume();
  const end = await new Promise((done) => {
    const look = () => {
      const snapshot = tab.flow.getSnapshot();
      if (["connected", "failed", "cancelled"].includes(snapshot.state)) done(snapshot);
    };
    tab.flow.subscribe(look);
    look();
  });
  if (end.error) throw end.error;
  return end;
}
