// Option `preload`: the requests of the form leave while the module is loading.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, afterEach, beforeEach, suite, test } from "node:test";
import { collectGarbage } from "../support/garbage.mjs";
import { freshPackage, removeCopies } from "./fresh.mjs";
import { openHeldServer } from "./held-server.mjs";

const form = ["GET /api/api/v3.1/auth_configs?toolkit_slug=shopify&limit=50", "GET /api/api/v3.1/toolkits/shopify"];
const accounts = "GET /api/api/v3.1/connected_accounts?limit=50&user_ids=Jessica&toolkit_slugs=shopify&statuses=ACTIVE";
const all = [...form, accounts].sort();

suite("preload", () => {
  let server;
  beforeEach(async () => void (server = await openHeldServer()));
  afterEach(() => server.close());
  after(removeCopies);

  const options = (more) => ({ baseUrl: `${server.url}/api`, wasmUrl: `${server.url}/held.wasm`, entityId: "Jessica", preload: "shopify", ...more });

  /** Loads a flow, also its list of accounts if it becomes ready. Returns the snapshot that `load` returned. */
  async function loadFlow(client, options = { app: "shopify" }) {
    const flow = client.flow(options);
    const listed = new Promise((resolve) => flow.subscribe(() => flow.getSnapshot().existing && resolve()));
    const snapshot = await flow.load();
    if (snapshot.state === "ready") await listed;
    return snapshot;
  }

  /** Loads a flow of a client of a fresh package. */
  async function load(more, flow) {
    const { createClient } = await freshPackage();
    const client = await createClient(options(more));
    const snapshot = await loadFlow(client, flow);
    client.dispose();
    return snapshot;
  }

  test("sends the requests of the form before the module has arrived, and none twice", async () => {
    server.hold(server.until(2));
    const { state, expectedInputFields } = await load();
    assert.deepEqual([state, expectedInputFields.length], ["ready", 2]);
    assert.deepEqual(server.lines(), all);
  });

  test("sends what the module itself sends", async () => {
    const sorted = () => server.asked.splice(0).sort((a, b) => a.line.localeCompare(b.line));
    for (const more of [{}, { credentials: "include" }, { entityId: "Melissa" }, { baseUrl: `${server.url}/api//` }, { headers: undefined }]) {
      const early = await load(more);
      const preloaded = sorted();
      assert.deepEqual(await load({ ...more, preload: undefined }), early);
      assert.deepEqual(sorted(), preloaded);
    }
  });

  test("serves the five steps, too", async () => {
    const { createClient } = await freshPackage();
    const client = await createClient(options());
    const { authScheme } = await client.getExpectedParamsForUser({ app: "shopify" });
    assert.deepEqual([authScheme, server.lines()], ["API_KEY", form]);
    client.dispose();
  });

  // `retry-after-ms` keeps retries short.
  const fail = (status, times = Infinity) => {
    let left = times;
    return (line, response) => line === form[1] && left-- > 0 && response.writeHead(status, { "retry-after-ms": "1", "content-type": "application/json" }).end('{"error":{"message":"no"}}');
  };
  const answer = (write) => () => (line, response) => line === form[1] && (write(response), true);
  const untried = { retry: 0, timeoutMs: 500 };
  const failures = [
    ["an unknown app", () => fail(404)],
    ["a missing session", () => fail(401)],
    ["a server that fails", () => fail(500)],
    ["a server that fails once", () => fail(500, 1)],
    ["an answer that is not JSON", answer((response) => response.end("<html>"))],
    ["an answer that is too large", answer((response) => response.end(`"${"x".repeat(1_100_000)}"`))],
    ["JSON that is cut off", answer((response) => response.end('{"slug":"shop'))],
    ["a redirect", answer((response) => response.writeHead(302, { location: "/login" }).end())],
    ["a connection that is reset in the body", answer((response) => response.writeHead(200, { "content-length": 1_000 }).write("{", () => response.destroy())), untried],
    ["a server that does not answer within `timeoutMs`", answer(() => {}), untried],
  ];
  for (const [name, answer, more] of failures) {
    test(`ends in the same state after as many requests, with ${name}`, async () => {
      const seen = [];
      for (const preload of ["shopify", undefined]) {
        server.answer = answer();
        const { state, error } = await load({ preload, ...more });
        seen.push({ state, code: error?.code, status: error?.status, retryable: error?.retryable, message: error?.message, lines: server.lines().filter((line) => line !== accounts) });
        server.asked.length = 0;
      }
      assert.deepEqual(seen[0], seen[1]);
      assert.equal(seen[0].state, name.endsWith("once") ? "ready" : "failed");
    });
  }

  test("sends a request again that got no response, and reports the same error", async () => {
    server.answer = (_, response) => response.destroy();
    const { state, error } = await load({ retry: 0 });
    assert.deepEqual([state, error.code], ["failed", "network"]);
    assert.equal(server.asked.filter(({ line }) => line === form[1]).length, 2);
  });

  for (const preload of ["shopify", undefined]) {
    test(`aborts a request when the flow is disposed of, ${preload ? "sent early" : "sent by the module"}`, async () => {
      const closed = [];
      server.answer = (line, response) => void closed.push(once(response, "close")) ?? true;
      const { createClient } = await freshPackage();
      const client = await createClient(options({ preload }));
      const loading = client.flow({ app: "shopify" }).load();
      await server.until(3);
      // In Node, a Request passes its signal on only as long as something holds it.
      await collectGarbage();
      client.dispose();
      assert.equal((await loading).state, "failed");
      await Promise.all(closed);
      assert.equal(closed.length, 3);
    });
  }

  test("drops answers that no flow takes within 10 s, and then asks anew", async () => {
    const { setTimeout } = globalThis;
    let drop;
    globalThis.setTimeout = (call, ms, ...values) => (ms === 10_000 ? { drop: (drop = call) } : setTimeout(call, ms, ...values));
    try {
      const closed = [];
      server.answer = (line, response) => closed.length < 2 && closed.push(once(response, "close"));
      const { createClient } = await freshPackage();
      const client = await createClient(options());
      await server.until(2);
      await collectGarbage();
      drop();
      await Promise.all(closed);
      assert.equal((await loadFlow(client)).state, "ready");
      assert.deepEqual(server.lines(), [...form, ...all].sort());
      client.dispose();
    } finally {
      globalThis.setTimeout = setTimeout;
    }
  });

  test("keeps the answers to the client that asked", async () => {
    const { createClient } = await freshPackage();
    const [first, second] = await Promise.all([createClient(options()), createClient(options({ preload: undefined }))]);
    await loadFlow(second);
    assert.equal((await loadFlow(first)).state, "ready");
    assert.deepEqual(server.lines(), [...all, ...all].sort());
    // The first flow took each early answer, so a second flow sends its own requests.
    await loadFlow(first);
    assert.equal(server.asked.length, 9);
    for (const client of [first, second]) client.dispose();
  });

  test("does not take answers about another app", async () => {
    assert.equal((await load({}, { app: "firecrawl" })).state, "ready");
    assert.equal(server.asked.length, 5);
  });

  let shared;
  /** The requests that leave before the module has arrived, and how `createClient` ends. With a `location`, the package is fresh. */
  async function early(given, location) {
    if (location) globalThis.location = { href: location };
    try {
      const { createClient } = location ? await freshPackage() : await (shared ??= freshPackage());
      let release;
      server.hold(new Promise((resolve) => (release = resolve)));
      const client = createClient(given).then((client) => client.dispose(), ({ name, code }) => ({ name, code }));
      // A round trip to the same server: earlier requests have arrived after it.
      await fetch(`${server.url}/api/later`);
      const lines = server.lines().filter((line) => !line.endsWith("/later"));
      release();
      return { lines, end: await client };
    } finally {
      delete globalThis.location;
      server.asked.length = 0;
    }
  }

  test("sends nothing early where an option changes the requests", async () => {
    for (const more of [
      { headers: { authorization: "Bearer token" } }, { headers: () => ({}) }, { headers: new Headers() }, { api: "v3" }, { unsafeApiKey: "key" },
      { fetch: () => assert.fail("sent") }, { preload: undefined }, { preload: null },
    ]) {
      assert.deepEqual(await early(options(more)), { lines: [], end: undefined }, Object.keys(more)[0]);
    }
    assert.deepEqual((await early(options({ api: undefined, fetch: undefined, headers: undefined, unsafeApiKey: undefined }))).lines, form);
  });

  test("sends nothing early on a callback page", async () => {
    for (const query of ["?cf_flow=1", "?a=b&connected_account_id=ca_1&status=success", "?status=success&connectedAccountId=ca_1", "?session_uri=x", "?sessionUri=x", "?connectionId=ca_1&status=success", "?status=failed&connection_id=ca_1"]) {
      assert.deepEqual((await early(options(), `https://app.test/done${query}`)).lines, [], query);
    }
  });

  test("sends the requests early whatever parameters the app's own address has", async () => {
    for (const path of [
      "connect?integration=shopify", "?connected=1", "?connected_accounts=2&my_cf_flow=1", "?connectGuide=1&connection_idle=2&connect_sidebar=3", "?api=1&fetch=2&headers=3&unsafe=4&reconnect=5", "?tags=a,api,fetch",
      "integrations/reconnect?status=open", "#cf_flow=1",
    ]) {
      assert.deepEqual((await early(options(), `https://app.test/${path}`)).lines, form, path);
    }
  });

  test("leaves wrong options to the module, which rejects them with their code", async () => {
    const boom = () => { throw new Error("boom"); };
    const wrong = { name: "ConnectError", code: "invalid_argument" };
    for (const more of [{ preload: 5 }, { preload: "" }, { preload: { toString: boom } }, { get preload() { return boom(); } }, { get other() { return boom(); } }, { baseUrl: 5 }, { baseUrl: undefined }]) {
      const given = Object.defineProperties(options(), Object.getOwnPropertyDescriptors(more));
      assert.deepEqual(await early(given), { lines: [], end: wrong }, Object.keys(more)[0]);
    }
    for (const given of [undefined, null, 5, "text", [], new Proxy({}, { ownKeys: boom })]) {
      const { createClient } = await (shared ??= freshPackage());
      await assert.rejects(createClient(given), wrong, String(typeof given));
    }
    for (const preload of ["../connected_accounts", "a/b", "a?b", "a b", "."]) assert.deepEqual(await early(options({ preload })), { lines: [], end: undefined }, preload);
    for (const fetch of [false, 0, ""]) assert.deepEqual((await early(options({ fetch }))).end, wrong, `fetch: ${fetch}`);
    let reads = 0;
    const changing = { ...options(), get entityId() { return reads++ > 1 ? boom() : "Jessica"; } };
    assert.deepEqual(await early(changing, "https://app.test/"), { lines: form, end: wrong });
  });

  test("takes no option from a polluted prototype", async () => {
    const members = { preload: "gmail", app: "gmail", baseUrl: "http://127.0.0.1:1", integrationId: "in_1", headers: {} };
    for (const [name, value] of Object.entries(members)) Object.defineProperty(Object.prototype, name, { value, configurable: true, enumerable: true, writable: true });
    try {
      assert.deepEqual((await early(options())).lines, form);
      const { preload, ...others } = options();
      assert.deepEqual((await early(others)).lines, []);
    } finally {
      for (const name of Object.keys(members)) delete Object.prototype[name];
    }
  });

  test("leaves no rejection unhandled if neither the module nor the platform can be reached", async () => {
    const { createClient } = await freshPackage({ without: ["connect_flow_inline.js", "connect_flow_js.js"] });
    await assert.rejects(createClient({ baseUrl: "http://127.0.0.1:1", wasmUrl: "http://127.0.0.1:1/", preload: "gmail" }), { code: "load_failed" });
  });
});
