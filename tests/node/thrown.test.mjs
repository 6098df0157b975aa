// Whatever a page's own functions throw is passed on as it is: nothing of it is changed, and every client stays alive.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { runInNewContext } from "node:vm";
import { json, makeClient, memoryStorage } from "./client.mjs";

const account = { id: "ca_1", status: "ACTIVE", toolkit: { slug: "gmail" }, user_id: "Jessica" };

/** Values that a page may throw, each with the objects of the page that belong to it. */
const thrown = {
  "an error that holds bytes": () => held({ bytes: new Uint8Array(8), buffer: new ArrayBuffer(8), view: new DataView(new ArrayBuffer(8)) }),
  "an error that holds itself": () => {
    const request = { res: {} };
    request.res.req = request;
    return held({ request });
  },
  "an error that is its own cause": () => {
    const error = new Error("own");
    error.cause = error;
    return [error, error];
  },
  "an error with a getter that throws": () => [Object.defineProperty(new Error("getter"), "request", { enumerable: true, get() { throw new Error("get"); } })],
  "an error that holds a hostile proxy": () => [Object.assign(new Error("proxy"), { proxy: hostile() })],
  "a hostile proxy": () => [hostile()],
  "a revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return [proxy];
  },
  "a frozen error": () => [Object.freeze(new Error("frozen"))],
  "an error of another realm": () => [runInNewContext("Object.assign(new TypeError('other'), { list: [[]] })")],
  "a huge graph": () => held({ list: Array.from({ length: 20_000 }, (_, index) => ({ index })) }),
  "a deep graph": () => {
    let deep = {};
    for (let depth = 0; depth < 20_000; depth += 1) deep = { deep };
    return held({ deep });
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

function held(members) {
  const error = Object.assign(new Error("held"), members);
  return [error, error, ...Object.values(members)];
}

/** A proxy all of whose traps throw. */
function hostile() {
  const trap = () => { throw new Error("trap"); };
  return new Proxy({}, new Proxy({}, { get: () => trap }));
}

/** What a test has found out about the objects of the page. */
const isFrozen = (own) => own.map((object) => Object.isFrozen(object));

afterEach(() => {
  delete globalThis.reportError;
});

async function checkAlive(...clients) {
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
    test(`a page's fetch that ${way} ${name} leaves it untouched and every client alive`, async () => {
      const [cause, ...own] = make();
      const before = isFrozen(own);
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
      assert.deepEqual(isFrozen(own), before);
      await checkAlive(client);
    });
  }

  test(`headers, a body and a listener that throw ${name} leave it untouched and every client alive`, async () => {
    const [cause, ...own] = make();
    const before = isFrozen(own);
    const storage = memoryStorage();
    const fails = () => { throw cause; };

    const client = await makeClient({ headers: fails, retry: 0, entityId: "Jessica", fetch: async () => json(account), storage });
    const snapshot = await client.flow({ app: "gmail" }).load();
    assert.equal(snapshot.error.code, "unauthorized");
    assert.ok(Object.is(snapshot.error.cause, cause));

    const broken = await makeClient({ retry: 0, entityId: "Jessica", storage, fetch: async () => new Response(new ReadableStream({ pull: (stream) => stream.error(cause) })) });
    const cut = await broken.flow({ app: "gmail" }).load();
    assert.equal(cut.error.code, "network");
    assert.ok(Object.is(cut.error.cause, cause));

    const reported = [];
    globalThis.reportError = (error) => reported.push(error);
    const heard = broken.flow({ app: "gmail" });
    let calls = 0;
    heard.subscribe(fails);
    heard.subscribe(() => (calls += 1));
    await heard.load();
    assert.ok(reported.length > 0 && reported.length === calls);
    assert.ok(reported.every((error) => Object.is(error, cause)));

    const lost = await makeClient({ entityId: "Jessica", fetch: async () => json(account), storage: { getItem: fails, setItem: fails, removeItem: fails, key: fails, get length() { throw cause; } } });
    assert.deepEqual(isFrozen(own), before);
    await checkAlive(client, broken, lost);
  });
}

test("a stack trace that is made by the page is not frozen, and may ask for the snapshot", async () => {
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
      } catch { /* The page's own. */ }
    }
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  assert.ok(made.every((stack) => !Object.isFrozen(stack.own) && !Object.isFrozen(stack.own[0])));
  await checkAlive(client);
});

test("an error whose prototype has setters that throw is an error all the same", async () => {
  const client = await makeClient({ fetch: () => Promise.reject(new Error("no")), retry: 0, entityId: "Jessica", storage: memoryStorage() });
  for (const name of ["code", "retryable", "cause"]) {
    Object.defineProperty(Error.prototype, name, { configurable: true, set() { throw new Error("set"); } });
    try {
      await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), (error) => Object.hasOwn(error, "name"));
    } finally {
      delete Error.prototype[name];
    }
  }
  await checkAlive(client);
});
