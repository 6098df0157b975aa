// What a page's own functions throw becomes the `cause` of an error, unchanged, and every client keeps working.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { runInNewContext } from "node:vm";
import { json, makeClient, memoryStorage } from "./client.mjs";

const account = { id: "ca_1", status: "ACTIVE", toolkit: { slug: "gmail" }, user_id: "Jessica" };

/** Values that a page may throw: `[value, ...objects of the page that it refers to]`. */
const thrown = {
  "an error with typed arrays": () => errorWith({ bytes: new Uint8Array(8), buffer: new ArrayBuffer(8), view: new DataView(new ArrayBuffer(8)) }),
  "an error with a cycle": () => {
    const request = { res: {} };
    request.res.req = request;
    return errorWith({ request });
  },
  "an error that is its own cause": () => {
    const error = new Error("own");
    error.cause = error;
    return [error, error];
  },
  "an error with a getter that throws": () => [Object.defineProperty(new Error("getter"), "request", { enumerable: true, get() { throw new Error("get"); } })],
  "an error with a hostile proxy": () => [Object.assign(new Error("proxy"), { proxy: hostile() })],
  "a hostile proxy": () => [hostile()],
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return [proxy];
  },
  "a frozen error": () => [Object.freeze(new Error("frozen"))],
  "an error of another realm": () => [runInNewContext("Object.assign(new TypeError('other'), { list: [[]] })")],
  "an error with 20,000 objects": () => errorWith({ list: Array.from({ length: 20_000 }, (_, index) => ({ index })) }),
  "an error that is nested 20,000 deep": () => {
    let deep = {};
    for (let depth = 0; depth < 20_000; depth += 1) deep = { deep };
    return errorWith({ deep });
  },
  "a Map": () => [new Map([[{}, {}]])],
  "a function": () => { const own = () => {}; return [own, own]; },
  "a thenable": () => { const own = { then() { throw new Error("then"); } }; return [own, own]; },
  "a promise": () => { const own = Promise.resolve(1); return [own, own]; },
  "an object without a prototype": () => { const own = Object.create(null); return [own, own]; },
  "a text": () => ["text"],
  "a number": () => [NaN],
  "a bigint": () => [10n],
  "a symbol": () => [Symbol("own")],
  "null": () => [null],
  "undefined": () => [undefined],
};

function errorWith(members) {
  const error = Object.assign(new Error("with members"), members);
  return [error, error, ...Object.values(members)];
}

/** A proxy whose traps all throw. */
function hostile() {
  const trap = () => { throw new Error("trap"); };
  return new Proxy({}, new Proxy({}, { get: () => trap }));
}

const frozenFlags = (own) => own.map((object) => Object.isFrozen(object));

afterEach(() => {
  delete globalThis.reportError;
});

async function checkClientsWork(...clients) {
  for (const client of clients) {
    assert.deepEqual(client.pending(), []);
    assert.ok(Array.isArray(client.trace()));
    assert.equal(client.flow({ app: "gmail", entityId: "Jessica" }).getSnapshot().state, "idle");
  }
  const other = await makeClient({ fetch: async () => json(account), storage: memoryStorage() });
  assert.equal((await other.connectedAccounts.get({ connectedAccountId: "ca_1" })).status, "ACTIVE");
}

for (const [name, make] of Object.entries(thrown)) {
  for (const way of ["rejects with", "throws"]) {
    test(`a fetch that ${way} ${name} leaves it unchanged and every client working`, async () => {
      const [cause, ...own] = make();
      const before = frozenFlags(own);
      const fetch = way === "throws" ? () => { throw cause; } : () => Promise.reject(cause);
      const client = await makeClient({ fetch, retry: 0, entityId: "Jessica", storage: memoryStorage() });
      const flow = client.flow({ app: "gmail" });
      for (const settle of ["load", "retry"]) {
        const snapshot = await flow[settle]();
        assert.deepEqual([snapshot.state, snapshot.error.code], ["failed", "network"]);
        assert.ok(Object.is(snapshot.error.cause, cause));
        assert.equal(flow.getSnapshot(), snapshot);
        assert.ok(Object.isFrozen(snapshot) && Object.isFrozen(snapshot.error));
      }
      await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), (error) => error.code === "network" && Object.is(error.cause, cause));
      assert.deepEqual(frozenFlags(own), before);
      await checkClientsWork(client);
    });
  }

  test(`headers, a body and a listener that throw ${name} leave it unchanged and every client working`, async () => {
    const [cause, ...own] = make();
    const before = frozenFlags(own);
    const storage = memoryStorage();
    const fails = () => { throw cause; };

    const client = await makeClient({ headers: fails, retry: 0, entityId: "Jessica", fetch: async () => json(account), storage });
    const snapshot = await client.flow({ app: "gmail" }).load();
    assert.equal(snapshot.error.code, "unauthorized");
    assert.ok(Object.is(snapshot.error.cause, cause));

    const broken = await makeClient({ retry: 0, entityId: "Jessica", storage, fetch: async () => new Response(new ReadableStream({ pull: (stream) => stream.error(cause) })) });
    const brokenBody = await broken.flow({ app: "gmail" }).load();
    assert.equal(brokenBody.error.code, "network");
    assert.ok(Object.is(brokenBody.error.cause, cause));

    const reported = [];
    globalThis.reportError = (error) => reported.push(error);
    const observed = broken.flow({ app: "gmail" });
    let calls = 0;
    observed.subscribe(fails);
    observed.subscribe(() => (calls += 1));
    await observed.load();
    assert.ok(reported.length > 0 && reported.length === calls);
    assert.ok(reported.every((error) => Object.is(error, cause)));

    const withoutStorage = await makeClient({ entityId: "Jessica", fetch: async () => json(account), storage: { getItem: fails, setItem: fails, removeItem: fails, key: fails, get length() { throw cause; } } });
    assert.deepEqual(frozenFlags(own), before);
    await checkClientsWork(client, broken, withoutStorage);
  });
}

test("a stack trace from the page's Error.prepareStackTrace is not frozen, and that function may call getSnapshot", async () => {
  const client = await makeClient({ fetch: () => Promise.reject(new Error("no")), retry: 0, entityId: "Jessica", storage: memoryStorage() });
  const made = [];
  const { prepareStackTrace } = Error;
  try {
    for (const prepare of [
      (_error, sites) => { flow?.getSnapshot(); const stack = { sites, own: [{}] }; made.push(stack); return stack; },
      () => { throw new Error("prepare"); },
    ]) {
      Error.prepareStackTrace = prepare;
      var flow = client.flow({ app: "gmail" });
      const snapshot = await flow.load();
      assert.equal(snapshot.error.code, "network");
      try {
        void snapshot.error.stack;
      } catch { /* Thrown by the page's function. */ }
    }
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  assert.ok(made.every((stack) => !Object.isFrozen(stack.own) && !Object.isFrozen(stack.own[0])));
  await checkClientsWork(client);
});

test("setters on Error.prototype that throw do not prevent an error", async () => {
  const client = await makeClient({ fetch: () => Promise.reject(new Error("no")), retry: 0, entityId: "Jessica", storage: memoryStorage() });
  for (const name of ["code", "retryable", "cause"]) {
    Object.defineProperty(Error.prototype, name, { configurable: true, set() { throw new Error("set"); } });
    try {
      await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), (error) => Object.hasOwn(error, "name"));
    } finally {
      delete Error.prototype[name];
    }
  }
  await checkClientsWork(client);
});
