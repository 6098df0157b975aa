// What a click must not wait for. tests/e2e/rehearsal.test.mjs has the rehearsal in browsers.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { fakePlatform, initiateOptions, makeClient } from "./client.mjs";
import { closePage, openPage } from "./fake-page.mjs";

const { BroadcastChannel, Request, fetch } = globalThis;

/** What happened in the page: `idle` callbacks, `built` requests, opened channels, and requests of the page's own `fetch`. */
const page = { idle: [], built: [], log: [], fetched: [] };
let accounts, told, address;

before(() => {
  Object.assign(globalThis, {
    requestIdleCallback: (call) => page.idle.push(call),
    Request: class extends Request {
      constructor(url, init) {
        super(new URL(url, "https://app.test/"), init);
        page.built.push(`${this.method} ${new URL(this.url).pathname}`);
      }
    },
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
  Object.assign(globalThis, { BroadcastChannel, Request, fetch });
  delete globalThis.requestIdleCallback;
});
beforeEach(() => {
  told = 0;
  for (const list of Object.values(page)) list.length = 0;
});

test("the first flow starts a connection when the page is idle, which sends nothing and leaves nothing behind", async () => {
  const { asked, options } = fakePlatform();
  const client = await makeClient(options);
  globalThis.fetch = async (request) => page.fetched.push(request.url);
  const flow = client.flow({ integrationId: "in_1", mode: "redirect" });
  await flow.load();
  const [before, trace] = [flow.getSnapshot(), client.trace()];
  const sent = [...asked];
  assert.equal(page.idle.length, 1);
  page.built.length = 0;
  page.idle[0]();
  await rehearsed();

  assert.deepEqual(page.built.slice(-1), ["POST /a/api/v3.1/connected_accounts/link"]);
  assert.deepEqual([asked, page.fetched, told], [sent, [], 0]);
  assert.equal(flow.getSnapshot(), before);
  assert.deepEqual(client.trace(), trace);
  assert.deepEqual([address.assigned, address.location.href], [[], "https://app.test/"]);
  assert.deepEqual([options.storage.length, client.pending()], [0, []]);

  client.flow({ integrationId: "in_1" });
  await (await makeClient(options)).getExpectedParamsForUser({ integrationId: "in_1" });
  assert.equal(page.idle.length, 1, "later flows and clients need no rehearsal");
  globalThis.fetch = fetch;
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

/** Waits until the rehearsal has built its last request, and for what follows. */
async function rehearsed() {
  while (!page.built.some((request) => request.startsWith("POST"))) await turn();
  await turns();
}

async function turns() {
  for (let count = 0; count < 20; count += 1) await turn();
}
