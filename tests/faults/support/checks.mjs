import assert from "node:assert/strict";
import { isConnectError } from "connect-flow";

/** How a run ended: `fine`, `ready`, or the code of its error. Waits no longer than `limitMs` of the clock. */
export async function wordOf(world, run, limitMs) {
  try {
    const result = await world.clock.until(run, limitMs);
    return result?.state === "ready" ? "ready" : "fine";
  } catch (error) {
    if (!isConnectError(error)) throw error;
    assert.ok(!`${error.message} ${JSON.stringify(error)}`.includes("typed-secret"), "an error holds what was typed");
    return error.code;
  }
}

/** The accounts that the cell has made. */
export const made = (world) => world.sandbox.accounts().slice(world.before);

/** Whatever is stored is a record of ours, of an account that there is, without what was typed. */
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

/** No account is lost: each that was made is remembered, or in the list. */
export async function checkFindable(world, tab, accounts) {
  const listed = await world.clock.until(listAll(tab), 60_000);
  for (const account of accounts) assert.ok(listed.includes(account.id), `account ${account.status} is nowhere to be found`);
}

async function listAll(tab) {
  const ids = [];
  for await (const { id } of tab.client.connectedAccounts.list()) ids.push(id);
  return ids;
}

/** Nothing is left behind. */
export async function checkEnd(world) {
  await world.clock.advance(60_000);
  for (const tab of world.tabs) tab.dispose();
  await world.clock.settle();
  assert.deepEqual(world.clock.waiting, [], "timers are left");
  assert.deepEqual(world.unhandled, [], "an unhandled rejection");
  assert.equal(world.front.trouble, undefined);
}
