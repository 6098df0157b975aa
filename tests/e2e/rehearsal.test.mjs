// The rehearsal of a first click: what a page and its user notice of it.
import assert from "node:assert/strict";
import { engine } from "./support/engines.mjs";
import { openModulePage } from "./support/module-page.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { until } from "./support/until.mjs";

const test = scenarios();
const hasIdleCallbacks = engine.name !== "webkit";

for (const [way, use] of [["flow", useFlow], ["call for the fields", useCall]]) {
  test(`after the first ${way}, an idle page prepares the click without a request, a stored entry or a message`, async ({ browser, platform, front, watch }) => {
    const undo = front.inPages(record);
    const page = await openModulePage(browser, platform);
    try {
      const own = () => watch.requests().filter(({ url }) => url.includes("/api/")).length;
      await browser.execute(use);
      const requested = own();
      const read = async () => JSON.parse(await browser.execute(() => JSON.stringify(globalThis.e2eRecord)));
      const links = hasIdleCallbacks ? ["POST /a/api/v3.1/connected_accounts/link"] : [];
      await until(browser, "the rehearsal builds its last request", read, ({ built }) => built.filter(isLink).length === links.length);
      await browser.execute(turns);
      const { built, stored, told, listeners } = await read();
      assert.deepEqual(built.filter(isLink), links);
      assert.deepEqual([stored, told, listeners], [[], 0, 0]);
      assert.equal(own(), requested);
      assert.equal(await browser.getUrl(), page.url);
      assert.deepEqual([platform.calls("POST"), platform.accounts()], [[], []]);
    } finally {
      undo();
      await page.close();
    }
  });
}

const isLink = (request) => request.startsWith("POST /a/");

/** Runs in the page, before its scripts: records requests that are built, entries that are stored, messages and listeners. */
function record() {
  const seen = { built: [], stored: [], told: 0, listeners: 0 };
  Object.defineProperty(globalThis, "e2eRecord", { value: seen });
  const { Request } = globalThis;
  globalThis.Request = class extends Request {
    constructor(...values) {
      super(...values);
      seen.built.push(`${this.method} ${new URL(this.url).pathname}`);
    }
  };
  const { setItem } = Storage.prototype;
  Storage.prototype.setItem = function (key, value) {
    seen.stored.push(key);
    return setItem.call(this, key, value);
  };
  new BroadcastChannel("connect-flow:accounts").onmessage = () => (seen.told += 1);
  for (const [name, step] of [["addEventListener", 1], ["removeEventListener", -1]]) {
    const method = globalThis[name];
    globalThis[name] = function (type, ...rest) {
      if (type === "pageshow") seen.listeners += step;
      return method.call(globalThis, type, ...rest);
    };
  }
}

async function useFlow() {
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect" });
  globalThis.e2eFlow = client.flow({ app: "gmail" });
  await globalThis.e2eFlow.load();
}

async function useCall() {
  const client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect" });
  await client.getExpectedParamsForUser({ app: "gmail" });
}

/** Lets the page do what is due. */
async function turns() {
  const { port1, port2 } = new MessageChannel();
  for (let count = 0; count < 50; count += 1) {
    port2.postMessage(0);
    await new Promise((done) => (port1.onmessage = done));
  }
}
