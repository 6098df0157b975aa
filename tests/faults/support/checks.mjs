import assert from "node:assert/strict";
import { isConnectError } from "connect-flow";

/** How a run ended: `fine`, `ready`, or its error code. Fails after `limitMs` of the clock. */
export async function resultOf(world, run, limitMs) {
  try {
    const result = await world.clock.until(run, limitMs);
    return result?.state === "ready" ? "ready" : "fine";
  } catch (error) {
    if (!isConnectError(error)) throw error;
    assert.ok(!`${error.message} ${JSON.stringify(error)}`.includes("typed-secret"), "an error contains a typed value");
    return error.code;
  }
}

/** The accounts that the flow under test has created. */
export const createdAccounts = (world) => world.sandbox.accounts().slice(world.before);

/** Asserts that storage contains only well-formed records of existing accounts, without typed values. */
export function checkRecords(world) {
  const ids = world.sandbox.accounts().map(({ id }) => id);
  for (const [key, text] of world.storage.map) {
    assert.match(key, /^connect-flow:[0-9a-f]{32}$/);
    const record = JSON.parse(text);
    assert.equal(key, `connect-flow:${record.flowId}`);
    assert.ok(ids.includes(record.connectedAccountId), "a record of an account that the platform does not have");
    assert.ok(!text.includes("typed-secret"));
  }
}

/** Asserts that every created account is listed. */
export async function checkFindable(world, tab, accounts) {
  const listed = await world.clock.until(listAll(tab), 60_000);
  for (const account of accounts) assert.ok(listed.includes(account.id), `account ${account.status} is not in the list`);
}

async function listAll(tab) {
  const ids = [];
  for await (const { id } of tab.client.connectedAccounts.list()) ids.push(id);
  return ids;
}

/** Disposes of everything and asserts that no timer, unhandled rejection or server error remains. */
export async function checkEnd(world) {
  await world.clock.advance(60_000);
  for (const tab of world.tabs) tab.dispose();
  await world.clock.settle();
  assert.deepEqual(world.clock.waiting, [], "remaining timers");
  assert.deepEqual(world.unhandled, [], "unhandled rejections");
  assert.equal(world.front.trouble, undefined);
}
