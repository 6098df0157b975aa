import assert from "node:assert/strict";
import { checkEnd, checkFindable, checkRecords, createdAccounts, resultOf } from "./checks.mjs";

const timeoutMs = 15_000;
/** The number of tries. A request that runs into its time limit leaves no time for a third. */
const triesOf = ({ read }) => (read.result === "timeout" ? 2 : 3);

/** The expected result of a fault at a request: `{ result, isRetried }`. */
export function expected(fault, flow, request) {
  const { result, isRetried } = fault.read;
  // A well-formed app key can only be wrong in one way: there is no such app (docs/protocol.md).
  if (fault.name === "400" && request.name === "fields") return { result: "not_found", isRetried };
  // An action's answer may be larger than other answers.
  if (fault.name === "422" && request.name === "execute") return { result: "connection_required", isRetried: false };
  if (fault.name === "more than 1 MB" && request.name === "execute") return { result: "fine", isRetried: false };
  const keepsPolling = isRetried && request.kind === "status";
  // `completeConnection` polls until its own time limit.
  if (keepsPolling && flow.name === "calls") return { result: "timeout", isRetried };
  return { result, isRetried: isRetried && (request.kind === "read" || keepsPolling) };
}

/** After a 404 to a status check, a retried flow checks the same account once more. */
const checksOnceMore = (fault, flow, request) => fault.name === "404" && request.kind === "status" && flow.name !== "calls";

/** The expected result as text, for docs/faults.md. */
export function describeExpected(fault, flow, request) {
  const { result, isRetried } = expected(fault, flow, request);
  if (result === "fine") return "no effect";
  if (isRetried) return `${request.kind === "status" ? "polled" : "retried"}, then \`${result}\``;
  if (checksOnceMore(fault, flow, request)) return `\`${result}\` ²`;
  return `\`${result}\`${request.kind === "create" && fault.isHandled ? " ¹" : ""}`;
}

/** The time limit for the flow to end. */
function limitMs(fault, request) {
  const once = 2_000 + timeoutMs;
  if (request.kind === "create" || request.kind === "change") return once;
  const retried = once + (triesOf(fault) - 1) * (timeoutMs + (fault.waitMs ?? 1_000));
  return request.kind === "status" ? 30_000 + 5_000 + retried : retried;
}

/**
 * Runs one flow with one fault at one request. The fault lasts until the flow has ended. Then the user tries again. A request that is
 * retried automatically meets the fault once more.
 */
export async function runWithFault(worlds, flow, request, fault) {
  const { result, isRetried } = expected(fault, flow, request);
  const { world, tab } = await worlds.begin(flow);
  try {
    const { front } = world;
    front.fault = fault;
    front.isFor = request.is;
    assert.equal(await resultOf(world, flow.run(tab), limitMs(fault, request)), result);

    const isCreate = request.kind === "create";
    const isStatusCheck = request.kind === "status";
    const sent = front.tries.length;
    // While the user is away, the account is polled without any fault.
    if (isStatusCheck && result === "fine") assert.ok(sent >= 1);
    else if (!isRetried) assert.equal(sent, 1, "it is sent once");
    else if (isStatusCheck) assert.ok(sent >= triesOf(fault), `it is sent ${sent} times`);
    else assert.equal(sent, triesOf(fault), "it is retried within the time limit");
    checkWaits(front.tries, fault.waitMs ?? 0);
    const isCreated = result === "fine" || isStatusCheck || (isCreate && fault.isHandled);
    const createsAccount = flow.requests.some(({ kind }) => kind === "create");
    assert.equal(createdAccounts(world).length, createsAccount && isCreated ? 1 : 0, "created accounts");
    checkRecords(world);
    const isRemembered = isStatusCheck && result !== "fine" && request.isRemembered;
    assert.deepEqual(
      tab.client.pending().map(({ connectedAccountId }) => connectedAccountId),
      isRemembered ? createdAccounts(world).map(({ id }) => id) : pendingOf(world, flow, result),
    );
    if (result !== "fine") await tryAgain(world, flow, request, fault, isRetried);
    await checkFindable(world, tab, createdAccounts(world));
    await checkEnd(world);
  } finally {
    worlds.end();
  }
}

/** A refresh leaves its account pending: its user is still at the provider. */
const pendingOf = (world, flow, result) => (flow.name === "refresh" && result === "fine" ? [world.sandbox.accounts()[0].id] : []);

async function tryAgain(world, flow, request, fault, isRetried) {
  const { front } = world;
  const [tab] = world.tabs;
  const before = front.tries.length;
  const { isFor } = front;
  front.isFor = (method, path) => isRetried && front.tries.length === before && isFor(method, path);
  tab.isTryingAgain = true;
  assert.equal(await resultOf(world, flow.run(tab), 120_000), "fine", "trying again succeeds");
  assert.equal(front.tries.length - before, isRetried ? 1 : 0);
  checkRecords(world);
  const createsAccount = flow.requests.some(({ kind }) => kind === "create");
  const isLost = request.kind === "create" && fault.isHandled;
  assert.equal(createdAccounts(world).length, createsAccount ? (isLost ? 2 : 1) : 0, "created accounts in total");
  if (createsAccount) assert.equal(createdAccounts(world).at(-1).status, "ACTIVE");
  assert.deepEqual(tab.client.pending().map(({ connectedAccountId }) => connectedAccountId), pendingOf(world, flow, "fine"));
}

function checkWaits(all, waitMs) {
  for (let index = 1; index < all.length; index += 1) {
    const waited = all[index].atMs - all[index - 1].atMs;
    assert.ok(waited >= waitMs, `it is retried after ${waited} ms, not ${waitMs}`);
  }
}
