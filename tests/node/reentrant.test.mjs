// A page's own functions may call back into the client that calls them: from a wrapped `open`, a storage, a listener, a `fetch`.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { makeClient, memoryStorage } from "./client.mjs";

const home = "https://app.test";
const channels = globalThis.BroadcastChannel;
let sandbox, escaped, popups;
const restores = [];

/** What an event loop would report as uncaught. */
const onEscape = (error) => escaped.push(error);

beforeEach(() => {
  sandbox = createSandbox({ apiKey: "key" });
  escaped = [];
  popups = [];
  process.on("uncaughtException", onEscape);
  process.on("unhandledRejection", onEscape);
});
afterEach(() => {
  process.off("uncaughtException", onEscape);
  process.off("unhandledRejection", onEscape);
  for (const restore of restores.splice(0).reverse()) restore();
  for (const name of ["open", "location", "history", "reportError", "addEventListener", "removeEventListener"]) delete globalThis[name];
  globalThis.BroadcastChannel = channels;
});

/** The places where a page's own code is run, each calling `meddle(place)` as it is reached. */
function openPage(meddle) {
  const storage = memoryStorage();
  const wrapped = {};
  for (const name of ["getItem", "setItem", "removeItem", "key"]) {
    wrapped[name] = (...args) => (meddle(name), storage[name](...args));
  }
  Object.defineProperty(wrapped, "length", { get: () => (meddle("length"), storage.length) });
  const window = new EventTarget();
  Object.assign(globalThis, {
    location: { href: `${home}/connect`, origin: home, assign: () => meddle("location.assign") },
    history: { state: null, replaceState: () => meddle("replaceState") },
    reportError: (error) => (escaped.push(error), meddle("reportError")),
    addEventListener: (...args) => (meddle("addEventListener"), window.addEventListener(...args)),
    removeEventListener: (...args) => (meddle("removeEventListener"), window.removeEventListener(...args)),
    open: (url) => {
      const popup = { url, isClosed: false, close: () => (meddle("popup.close"), (popup.isClosed = true)) };
      Object.defineProperty(popup, "closed", { get: () => (meddle("closed"), popup.isClosed) });
      Object.defineProperty(popup, "location", { get: () => (meddle("location"), { replace: (to) => ((popup.url = to), meddle("location.replace")) }) });
      Object.defineProperty(popup, "opener", { set: () => meddle("opener") });
      popups.push(popup);
      meddle("open");
      return popup;
    },
    BroadcastChannel: class extends channels {
      constructor(name) {
        super(name);
        meddle("BroadcastChannel");
      }

      set onmessage(listener) {
        super.onmessage = listener;
        this.unref();
        meddle("onmessage");
      }

      postMessage(message) {
        meddle("postMessage");
        super.postMessage(message);
      }

      close() {
        meddle("channel.close");
        super.close();
      }
    },
  });
  for (const name of clocks) {
    const [object, method] = name.includes(".") ? [globalThis[name.split(".")[0]], name.split(".")[1]] : [globalThis, name];
    const own = object[method];
    object[method] = (...args) => (meddle(name), own.apply(object, args));
    restores.push(() => void (object[method] = own));
  }
  return { storage: wrapped, window };
}

/** What a library of fake timers replaces. */
const clocks = ["Date.now", "performance.now", "Math.random", "setTimeout", "clearTimeout"];

const places = [
  ...clocks,
  "getItem", "setItem", "key", "length", "addEventListener", "removeEventListener", "open", "closed", "location",
  "location.replace", "opener", "popup.close", "BroadcastChannel", "onmessage", "channel.close", "fetch", "headers", "listener", "abort",
];

const calls = {
  getSnapshot: ({ flow }) => flow.getSnapshot(),
  load: ({ flow }) => flow.load(),
  submit: ({ flow }) => flow.submit(),
  retry: ({ flow }) => flow.retry(),
  cancel: ({ flow }) => flow.cancel(),
  dispose: ({ flow }) => flow.dispose(),
  subscribe: ({ flow }) => flow.subscribe(() => {})(),
  "client.pending": ({ client }) => client.pending(),
  "client.trace": ({ client }) => client.trace(),
  "client.dispose": ({ client }) => client.dispose(),
  "client.flow": ({ client }) => client.flow({ app: "zendesk" }).load(),
  "client.resume": ({ client }) => client.resume()?.dispose(),
  "client.get": ({ client }) => client.connectedAccounts.get({ connectedAccountId: "ca_none" }),
  "client.completeConnection": ({ client }) => client.completeConnection(),
};

const turns = async (count) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise(setImmediate);
};

/** A popup flow from `load` to its end; `call` is made at one place. */
async function run(at, call) {
  const reached = new Set();
  const context = {};
  let depth = 0;
  // A `fetch` whose every call starts another has no end.
  let left = clocks.includes(at) ? 30 : 5;
  const meddle = (place) => {
    reached.add(place);
    if (place !== at || depth > 0 || left === 0 || !context.flow) return;
    depth += 1;
    left -= 1;
    try {
      const result = call(context);
      if (result instanceof Promise) result.catch((error) => assert.equal(error.name, "ConnectError", String(error)));
    } catch (error) {
      assert.equal(error.name, "ConnectError", String(error?.stack ?? error));
    } finally {
      depth -= 1;
    }
  };
  const { storage, window } = openPage(meddle);
  const posts = [];
  context.client = await makeClient({
    baseUrl: "https://sandbox.test", entityId: "Jessica", unsafeApiKey: "key", retry: 0, storage,
    headers: () => (meddle("headers"), {}),
    fetch: (request) => {
      request.signal.addEventListener("abort", () => meddle("abort"));
      meddle("fetch");
      if (request.method === "POST") posts.push(request.url);
      if (request.url.endsWith("ca_slow")) return new Promise(() => {});
      return sandbox.fetch(request);
    },
  });
  const { client } = context;
  const flow = (context.flow = client.flow({ app: "gmail", mode: "popup" }));
  flow.subscribe(() => meddle("listener"));
  const settle = (method) => flow[method]().catch((error) => assert.equal(error.name, "ConnectError", String(error)));
  // Not awaited: a listener that submits as soon as it can leaves it unsettled.
  settle("load");
  await turns(10);
  settle("submit");
  await turns(20);
  const controller = new AbortController();
  const slow = assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_slow", signal: controller.signal }), { code: "cancelled" });
  await new Promise(setImmediate);
  controller.abort();
  await slow;
  client.pending();
  window.dispatchEvent(new Event("focus"));
  await turns(5);
  try {
    flow.cancel();
  } catch (error) {
    assert.equal(error.code, "invalid_transition");
  }
  // A flow that is disposed of is left alone.
  context.flow = undefined;
  flow.dispose();
  await turns(5);
  return { reached, client, flow, posts };
}

suite("a page's function that calls back", () => {
  test("the run without it reaches every place", async () => {
    const { reached } = await run("none", () => {});
    assert.deepEqual(places.filter((place) => !reached.has(place)), []);
    assert.deepEqual(escaped, []);
  });

  for (const at of places) {
    test(`${at}: leaves every client alive, whatever it calls`, async () => {
      for (const [name, call] of Object.entries(calls)) {
        const { client, flow } = await run(at, call);
        assert.deepEqual(escaped.splice(0), [], name);
        assert.ok(["connected", "failed", "cancelled"].includes(flow.getSnapshot().state), `${name}: ${flow.getSnapshot().state}`);
        assert.ok(Array.isArray(client.pending()) && Array.isArray(client.trace()), name);
      }
      const other = await makeClient({ baseUrl: "https://sandbox.test", entityId: "Jessica", unsafeApiKey: "key", fetch: (request) => sandbox.fetch(request), storage: memoryStorage() });
      assert.equal((await other.flow({ app: "gmail" }).load()).state, "ready");
    });
  }

  test("cancel in a wrapped window.open leaves no popup open and starts no connection", async () => {
    for (const call of [calls.cancel, calls.dispose]) {
      popups = [];
      const { posts, flow } = await run("open", call);
      assert.equal(flow.getSnapshot().state, "cancelled");
      assert.deepEqual(popups.map(({ isClosed }) => isClosed), [true]);
      assert.deepEqual(posts, []);
    }
  });

  test("a signal that was tampered with is refused, or aborts as it says", async () => {
    const client = await makeClient({ fetch: () => new Promise(() => {}), storage: memoryStorage() });
    const get = (signal) => client.connectedAccounts.get({ connectedAccountId: "ca_1", signal });
    const own = (getter) => Object.defineProperty(new AbortController().signal, "aborted", { get: getter });
    await assert.rejects(get(own(() => { throw new Error("no"); })), { code: "invalid_argument" });

    const bind = (target, name) => (typeof target[name] === "function" ? target[name].bind(target) : target[name]);
    for (const handler of [{}, { get: bind }]) {
      const controller = new AbortController();
      const call = get(new Proxy(controller.signal, handler));
      controller.abort();
      // A browser's own getters refuse a proxy.
      await assert.rejects(call, ({ code }) => code === "cancelled" || (handler.get === undefined && code === "invalid_argument"));
    }

    let isSpoilt = false;
    const other = get(own(() => { if (isSpoilt) throw new Error("no"); return false; }));
    isSpoilt = true;
    client.dispose();
    await assert.rejects(other, { code: "cancelled", message: /the client was disposed of/ });
    await assert.rejects(get(), { code: "cancelled", message: /the client was disposed of/ });
    assert.deepEqual(client.pending(), []);
  });
});
