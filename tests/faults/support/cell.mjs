import assert from "node:assert/strict";
import { checkEnd, checkFindable, checkRecords, made, wordOf } from "./checks.mjs";

const timeoutMs = 15_000;
/** A request that hangs until its limit leaves no time for a third. */
const triesOf = ({ read }) => (read.word === "timeout" ? 2 : 3);

/** What is to come of a fault at a request, as `{ word, isRepeated }`. */
export function expected(fault, flow, request) {
  const { word, isRepeated } = fault.read;
  // docs/protocol.md: a look-up of an app by a well-formed key has nothing else to be wrong with.
  if (fault.name === "400" && request.name === "fields") return { word: "not_found", isRepeated };
  // An action may answer with more than the other operations.
  if (fault.name === "more than 1 MB" && request.name === "execute") return { word: "fine", isRepeated: false };
  const isAskedOn = isRepeated && request.kind === "look";
  // `completeConnection` goes on until its own time is over.
  if (isAskedOn && flow.name === "calls") return { word: "timeout", isRepeated };
  return { word, isRepeated: isRepeated && (request.kind === "read" || isAskedOn) };
}

/** Where the platform says that there is no such account, a flow looks once more when the user tries again. */
const looksOnce = (fault, flow, request) => fault.name === "404" && request.kind === "look" && flow.name !== "calls";

/** The same in a few words. */
export function inWords(fault, flow, request) {
  const { word, isRepeated } = expected(fault, flow, request);
  if (word === "fine") return "as if nothing was";
  if (isRepeated) return `${request.kind === "look" ? "asked on" : "repeated"}, then \`${word}\``;
  if (looksOnce(fault, flow, request)) return `\`${word}\` ²`;
  return `\`${word}\`${request.kind === "make" && fault.isHeard ? " ¹" : ""}`;
}

/** How long the flow may take until it says how it ended. */
function limitMs(fault, request) {
  const once = 2_000 + timeoutMs;
  if (request.kind === "make" || request.kind === "change") return once;
  const repeated = once + (triesOf(fault) - 1) * (timeoutMs + (fault.waitMs ?? 1_000));
  return request.kind === "look" ? 30_000 + 5_000 + repeated : repeated;
}

/**
 * One fault at one request of one flow: it lasts until the flow has said how it ended. Then the user tries again; where the request
 * is one that is repeated by itself, the fault is there once more.
 */
export async function runCell(worlds, flow, request, fault) {
  const { word, isRepeated } = expected(fault, flow, request);
  const { world, tab } = await worlds.begin(flow);
  try {
    const { front } = world;
    front.fault = fault;
    front.isFor = request.is;
    assert.equal(await wordOf(world, flow.run(tab), limitMs(fault, request)), word);

    const isMake = request.kind === "make";
    const isLook = request.kind === "look";
    const asked = front.tries.length;
    // While the user is away, the account is looked at more than once even when all is well.
    if (isLook && word === "fine") assert.ok(asked >= 1);
    else if (!isRepeated) assert.equal(asked, 1, "it is sent once");
    else if (isLook) assert.ok(asked >= triesOf(fault), `it is sent ${asked} times`);
    else assert.equal(asked, triesOf(fault), "it is repeated while there is time");
    checkWaits(front.tries, fault.waitMs ?? 0);
    const isMade = word === "fine" || isLook || (isMake && fault.isHeard);
    const makes = flow.requests.some(({ kind }) => kind === "make");
    assert.equal(made(world).length, makes && isMade ? 1 : 0, "accounts made");
    checkRecords(world);
    const isRemembered = isLook && word !== "fine" && request.isRemembered;
    assert.deepEqual(
      tab.client.pending().map(({ connectedAccountId }) => connectedAccountId),
      isRemembered ? made(world).map(({ id }) => id) : pendingOf(world, flow, word),
    );
    if (word !== "fine") await tryAgain(world, flow, request, fault, isRepeated);
    await checkFindable(world, tab, made(world));
    await checkEnd(world);
  } finally {
    worlds.end();
  }
}

/** A refresh sends the user on, who is still there when all is well. */
const pendingOf = (world, flow, word) => (flow.name === "refresh" && word === "fine" ? [world.sandbox.accounts()[0].id] : []);

async function tryAgain(world, flow, request, fault, isRepeated) {
  const { front } = world;
  const [tab] = world.tabs;
  const before = front.tries.length;
  const { isFor } = front;
  front.isFor = (method, path) => isRepeated && front.tries.length === before && isFor(method, path);
  tab.isTryingAgain = true;
  assert.equal(await wordOf(world, flow.run(tab), 120_000), "fine", "trying again connects");
  assert.equal(front.tries.length - before, isRepeated ? 1 : 0);
  checkRecords(world);
  const makes = flow.requests.some(({ kind }) => kind === "make");
  const isLost = request.kind === "make" && fault.isHeard;
  assert.equal(made(world).length, makes ? (isLost ? 2 : 1) : 0, "accounts made in all");
  if (makes) assert.equal(made(world).at(-1).status, "ACTIVE");
  assert.deepEqual(tab.client.pending().map(({ connectedAccountId }) => connectedAccountId), pendingOf(world, flow, "fine"));
}

function checkWaits(all, waitMs) {
  for (let index = 1; index < all.length; index += 1) {
    const waited = all[index].atMs - all[index - 1].atMs;
    assert.ok(waited >= waitMs, `it is repeated after ${waited} ms, not ${waitMs}`);
  }
}
