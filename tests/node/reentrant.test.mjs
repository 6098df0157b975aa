// Functions of the page, such as a wrapped `open` or `fetch`, a storage or a listener, may call the client that called them.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { makeClient, makeSandboxClient, memoryStorage } from "./client.mjs";

const home = "https://app.test";
const RealBroadcastChannel = globalThis.BroadcastChannel;
let sandbox, escaped, popups;
const restores = [];

const onEscape = (error) => escaped.push(error);

beforeEach(() => {
  sandbox = createSandbox();
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
  globalThis.BroadcastChannel = RealBroadcastChannel;
});

/** A page in which each function that the client calls first calls `visit(place)`. */
function openObservedPage(visit) {
  const storage = memoryStorage();
  const wrapped = {};
  for (const name of ["getItem", "setItem", "removeItem", "key"]) {
    wrapped[name] = (...args) => (visit(name), storage[name](...args));
  }
  Object.defineProperty(wrapped, "length", { get: () => (visit("length"), storage.length) });
  const window = new EventTarget();
  Object.assign(globalThis, {
    location: { href: `${home}/connect`, origin: home, assign: () => visit("location.assign") },
    history: { state: null, replaceState: () => visit("replaceState") },
    reportError: (error) => (escaped.push(error), visit("reportError")),
    addEventListener: (...args) => (visit("addEventListener"), window.addEventListener(...args)),
    removeEventListener: (...args) => (visit("removeEventListener"), window.removeEventListener(...args)),
    open: (url) => {
      const popup = { url, isClosed: false, close: () => (visit("popup.close"), (popup.isClosed = true)) };
      Object.defineProperty(popup, "closed", { get: () => (visit("closed"), popup.isClosed) });
      Object.defineProperty(popup, "location", { get: () => (visit("location"), { replace: (to) => ((popup.url = to), visit("location.replace")) }) });
      Object.defineProperty(popup, "opener", { set: () => visit("opener") });
      popups.push(popup);
      visit("open");
      return popup;
    },
    BroadcastChannel: class extends RealBroadcastChannel {
      constructor(name) {
        super(name);
        visit("BroadcastChannel");
      }

      set onmessage(listener) {
        super.onmessage = listener;
        this.unref();
        visit("onmessage");
      }

      postMessage(message) {
        visit("postMessage");
        super.postMessage(message);
      }

      close() {
        visit("channel.close");
        super.close();
      }
    },
  });
  for (const name of clocks) {
    const [object, method] = name.includes(".") ? [globalThis[name.split(".")[0]], name.split(".")[1]] : [globalThis, name];
    const own = object[method];
    object[method] = (...args) => (visit(name), own.apply(object, args));
    restores.push(() => void (object[method] = own));
  }
  return { storage: wrapped, window };
}

/** Functions that libraries of fake timers replace. */
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

/** Runs a popup flow from `load` to its end, and calls `call` at the place `at`. */
async function run(at, call) {
  const reached = new Set();
  const context = {};
  let depth = 0;
  // Bounded: a `fetch` that starts another request each time would never end.
  let left = clocks.includes(at) ? 30 : 5;
  const visit = (place) => {
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
  const { storage, window } = openObservedPage(visit);
  const posts = [];
  context.client = await makeSandboxClient(sandbox, {
    redirectUrl: undefined, retry: 0, storage,
    headers: () => (visit("headers"), {}),
    fetch: (request) => {
      request.signal.addEventListener("abort", () => visit("abort"));
      visit("fetch");
      if (request.method === "POST") posts.push(request.url);
      if (request.url.endsWith("ca_slow")) return new Promise(() => {});
      return sandbox.fetch(request);
    },
  });
  const { client } = context;
  const flow = (context.flow = client.flow({ app: "gmail", mode: "popup" }));
  flow.subscribe(() => visit("listener"));
  const settle = (method) => flow[method]().catch((error) => assert.equal(error.name, "ConnectError", String(error)));
  // Not awaited: a listener that submits at once leaves this promise pending.
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
  // No calls to a disposed flow.
  context.flow = undefined;
  flow.dispose();
  await turns(5);
  return { reached, client, flow, posts };
}

suite("a reentrant call from a function of the page", () => {
  test("can come from every place in this list", async () => {
    const { reached } = await run("none", () => {});
    assert.deepEqual(places.filter((place) => !reached.has(place)), []);
    assert.deepEqual(escaped, []);
  });

  for (const at of places) {
    test(`in ${at}: every client keeps working, whichever method is called`, async () => {
      for (const [name, call] of Object.entries(calls)) {
        const { client, flow } = await run(at, call);
        assert.deepEqual(escaped.splice(0), [], name);
        assert.ok(["connected", "failed", "cancelled"].includes(flow.getSnapshot().state), `${name}: ${flow.getSnapshot().state}`);
        assert.ok(Array.isArray(client.pending()) && Array.isArray(client.trace()), name);
      }
      const other = await makeSandboxClient(sandbox);
      assert.equal((await other.flow({ app: "gmail" }).load()).state, "ready");
    });
  }

  test("that cancels in window.open closes the popup and starts no connection", async () => {
    for (const call of [calls.cancel, calls.dispose]) {
      popups = [];
      const { posts, flow } = await run("open", call);
      assert.equal(flow.getSnapshot().state, "cancelled");
      assert.deepEqual(popups.map(({ isClosed }) => isClosed), [true]);
      assert.deepEqual(posts, []);
    }
  });

  test("a signal with overridden members is refused or aborts the call", async () => {
    const client = await makeClient({ fetch: () => new Promise(() => {}), storage: memoryStorage() });
    const get = (signal) => client.connectedAccounts.get({ connectedAccountId: "ca_1", signal });
    const own = (getter) => Object.defineProperty(new AbortController().signal, "aborted", { get: getter });
    await assert.rejects(get(own(() => { throw new Error("no"); })), { code: "invalid_argument" });

    const bind = (target, name) => (typeof target[name] === "function" ? target[name].bind(target) : target[name]);
    for (const handler of [{}, { get: bind }]) {
      const controller = new AbortController();
      const call = get(new Proxy(controller.signal, handler));
      controller.abort();
      // The getters of AbortSignal refuse a proxy as receiver.
      await assert.rejects(call, ({ code }) => code === "cancelled" || (handler.get === undefined && code === "invalid_argument"));
    }

    let isThrowing = false;
    const other = get(own(() => { if (isThrowing) throw new Error("no"); return false; }));
    isThrowing = true;
    client.dispose();
    await assert.rejects(other, { code: "cancelled", message: /the client was disposed of/ });
    await assert.rejects(get(), { code: "cancelled", message: /the client was disposed of/ });
    assert.deepEqual(client.pending(), []);
  });
});
