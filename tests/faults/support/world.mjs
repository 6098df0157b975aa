import { readFileSync } from "node:fs";
import { createClient } from "connect-flow";
import { createSandbox } from "connect-flow/testing";
import { Clock } from "./clock.mjs";
import { openFront } from "./front.mjs";

const entityId = "Jessica";

/** A platform behind a real server, a clock, and the tabs of one browser. `begin` resets all of them. */
export async function openWorld() {
  const clock = new Clock();
  const front = await openFront(clock);
  clock.install();
  const unhandled = [];
  const note = (reason) => void unhandled.push(reason);
  process.on("unhandledRejection", note);
  let world;

  async function begin(flow, make) {
    clock.reset();
    front.reset();
    unhandled.length = 0;
    const storage = memoryStorage();
    const sandbox = createSandbox({ origin: front.url, advanceTimers() {}, now: () => clock.trueMs });
    front.sandbox = sandbox;
    const options = { ...sandbox.install({ entityId, storage }), baseUrl: front.url, fetch: front.fetch };
    const base = { options, storage, sandbox, clock };
    world = { clock, front, storage, sandbox, unhandled, tabs: [], flow, before: 0 };
    world.open = async (make = createClient) => {
      const tab = new Tab(base, await make(options), make);
      world.tabs.push(tab);
      return tab;
    };
    // The user finishes before the first status check.
    for (let attempt = 0; attempt < 4; attempt += 1) sandbox.next({ outcome: "connected", afterMs: 500 });
    const tab = await world.open(make);
    if (flow.hasAccount) {
      const popup = tab.client.flow({ app: "gmail", mode: "popup" });
      await clock.until(popup.submit(), 60_000);
      popup.dispose();
      world.before = 1;
    }
    front.requests.length = 0;
    return { world, tab };
  }

  function end() {
    for (const tab of world.tabs) tab.dispose();
    world.sandbox.dispose();
  }

  return {
    begin,
    end,
    close: () => {
      process.off("unhandledRejection", note);
      clock.restore();
      return front.close();
    },
  };
}

/** A tab with the app's page. */
class Tab {
  flow;
  params;
  isAtCallback = false;
  isTryingAgain = false;

  constructor(base, client, make) {
    Object.assign(this, base, { client, make });
  }

  /** Acts as a redirect to the provider and back: a new page with the same storage. */
  async comeBack() {
    await new Promise((done) => setTimeout(done, 1_500));
    this.dispose();
    this.clock.busy += 1;
    this.client = await this.make(this.options);
    this.clock.busy -= 1;
    this.isAtCallback = true;
  }

  accountId() {
    return this.sandbox.accounts()[0].id;
  }

  dispose() {
    this.flow?.dispose();
    this.client.dispose();
    this.flow = undefined;
  }
}

const wasm = readFileSync(new URL("../../../dist/connect_flow_bg.wasm", import.meta.url));
let instances = 0;

/** Creates a client of a new module instance, whose memory is empty as after a page load. */
export async function createFreshClient(options) {
  const module = await import(`../../../dist/connect_flow.js?instance=${++instances}`);
  await module.default(wasm);
  return module.connect(options);
}

function memoryStorage() {
  const map = new Map();
  return {
    map,
    isFull: false,
    getItem: (key) => map.get(key) ?? null,
    setItem(key, value) {
      if (this.isFull) throw new DOMException("The quota has been exceeded", "QuotaExceededError");
      map.set(key, value);
    },
    removeItem: (key) => void map.delete(key),
    key: (index) => [...map.keys()][index] ?? null,
    get length() {
      return map.size;
    },
  };
}
