// What a click must not wait for.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { fakePlatform, initiateOptions, makeClient } from "./client.mjs";
import { closePage, openPage } from "./fake-page.mjs";

const { BroadcastChannel } = globalThis;

/** Opened channels and assigned addresses, in order. */
const page = { log: [] };
let accounts, told, address;

before(() => {
  Object.assign(globalThis, {
    BroadcastChannel: class extends BroadcastChannel {
      constructor(name) {
        super(name);
        page.log.push(`channel ${name.replace(/[\da-f]{32}/, "{flow}")}`);
      }
    },
  });
  accounts = new BroadcastChannel("connect-flow:accounts");
  accounts.onmessage = () => (told += 1);
  address = openPage("https://app.test/");
});
after(() => {
  accounts.close();
  closePage();
  Object.assign(globalThis, { BroadcastChannel });
});
beforeEach(() => {
  told = 0;
  for (const list of Object.values(page)) list.length = 0;
});

test("a redirect leaves the page before other tabs are told of the new account, once", async () => {
  const { options } = fakePlatform();
  const client = await makeClient(options);
  const { assign } = address.location;
  address.location.assign = () => page.log.push("assign");
  client.redirect(await client.initiateConnection(initiateOptions));
  address.location.assign = assign;
  while (!told) await turn();
  await turns();
  assert.deepEqual(page.log, ["assign", "channel connect-flow:accounts"]);
  assert.equal(told, 1);
});

async function turns() {
  for (let count = 0; count < 20; count += 1) await turn();
}
