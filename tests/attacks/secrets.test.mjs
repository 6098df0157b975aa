// A typed value leaves the page in the body of one request and appears nowhere else, whatever fails.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test as plain } from "node:test";
import { openModulePage } from "../e2e/support/module-page.mjs";
import { scenarios } from "../e2e/support/scenarios.mjs";
import { traces } from "../e2e/support/traces.mjs";

const test = scenarios();
const secret = "shpat_9f8e7d6c5b4a-typed/by+hand";
const encodings = [secret, encodeURIComponent(secret), btoa(secret), [...secret].reverse().join(""), JSON.stringify([...new TextEncoder().encode(secret)]).slice(1, -1)];
const assertNoSecret = (texts, where) => {
  for (const text of texts) for (const encoded of encodings) assert.ok(!text.includes(encoded), `${where}: ${text}`);
};

for (const api of ["v3.1", "v3"]) {
  test(`${api}: a typed secret is not in any URL, referrer, storage, history, message, log, error, cause, snapshot or trace`, async (context) => {
    const { browser, platform, front, watch, expectTrouble } = context;
    expectTrouble(/^status 400: POST/, /: .*\/api\/connect\//);
    const page = await openModulePage(browser, platform);
    try {
      await browser.execute(record);
      const submit = async () => JSON.parse(await browser.execute(connectShopify, { api }, { shop: "acme", admin_api_access_token: secret }));

      // The platform repeats the secret in every member of its error.
      const echo = `the token ${secret} is wrong`;
      const posts = `/api/${api}/*`;
      const body = { message: echo, error: { message: echo, slug: secret, errors: [echo] }, details: [{ property: secret, constraints: { x: echo } }] };
      platform.sandbox.fault({ kind: "status", status: 400, method: "POST", path: posts, body });
      const refused = await submit();
      assert.equal(refused.state, "failed");

      // The gateway cannot be reached, so that the error has a cause.
      const { url } = page;
      const reset = await browser.execute(prepare, { api });
      assert.ok(reset);
      const restore = front.cutOff(`${url}api/connect/`);
      const offline = await submit();
      restore();
      assert.deepEqual([offline.state, offline.code, offline.hasCause], ["failed", "network", true]);

      const done = await submit();
      assert.equal(done.state, "connected");
      assert.equal(platform.exchanges().filter(({ body }) => body.includes(secret)).length, 2, "the secret was sent once for each answer");

      for (const [what, { texts }] of Object.entries({ refused, offline, done })) assertNoSecret(texts, what);
      const recorded = JSON.parse(await browser.execute(() => JSON.stringify(globalThis.recorded)));
      assert.ok(recorded.some((text) => text.startsWith("console")), "the recorder works");
      assertNoSecret(recorded, "recorded calls");
      assertNoSecret(watch.requests().flatMap(({ url, referrer }) => [url, referrer]), "requests");
      assert.deepEqual(await traces({ browser, watch, of: secret }), []);
    } finally {
      await page.close();
    }
  });
}

/** Runs in the page: records the arguments of calls that reach another window, storage, history, the console, or a server without `fetch`. */
function record() {
  const recorded = (globalThis.recorded = []);
  const write = (value) => (value instanceof Error ? `${value} ${value.stack} ${value.cause}` : typeof value === "object" ? JSON.stringify(value) : String(value));
  const wrap = (target, name) => {
    const original = target[name];
    target[name] = function (...values) {
      recorded.push(`${name} ${values.map(write).join(" ")}`);
      return original.apply(this, values);
    };
  };
  for (const level of ["log", "info", "debug", "warn", "error", "trace"]) {
    const original = console[level];
    console[level] = (...values) => (recorded.push(`console ${values.map(write).join(" ")}`), original.apply(console, values));
  }
  wrap(BroadcastChannel.prototype, "postMessage");
  wrap(MessagePort.prototype, "postMessage");
  wrap(window, "postMessage");
  wrap(Storage.prototype, "setItem");
  wrap(History.prototype, "pushState");
  wrap(History.prototype, "replaceState");
  wrap(Navigator.prototype, "sendBeacon");
  wrap(XMLHttpRequest.prototype, "open");
  wrap(Document.prototype, "createElement");
  wrap(IDBFactory.prototype, "open");
  wrap(CacheStorage.prototype, "open");
  wrap(window, "open");
  wrap(window, "reportError");
  console.log("recording");
}

/** Runs in the page: creates a client, and a flow that has loaded its fields. */
async function prepare(options) {
  globalThis.client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica", retry: 0, ...options });
  globalThis.flow = globalThis.client.flow({ app: "shopify", mode: "popup" });
  await globalThis.flow.load();
  return true;
}

/** Runs in the page: submits the flow. Returns how it ended, with the text of everything that an app could log, show or send on. */
async function connectShopify(options, data) {
  if (!globalThis.flow) {
    globalThis.client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica", retry: 0, ...options });
    globalThis.flow = globalThis.client.flow({ app: "shopify", mode: "popup" });
    await globalThis.flow.load();
  }
  const { client, flow } = globalThis;
  const texts = [];
  const collect = (value, depth = 0) => {
    texts.push(String(value));
    if (typeof value !== "object" || value === null || depth > 6) return;
    for (const name of Reflect.ownKeys(value)) (texts.push(String(name)), collect(value[name], depth + 1));
    if (value instanceof Error) texts.push(value.message, value.stack ?? "");
  };
  flow.subscribe(() => collect(flow.getSnapshot()));
  const snapshot = await flow.submit(data);
  collect(snapshot);
  collect(client.trace());
  collect(client.pending());
  collect(client);
  if (snapshot.state !== "connected") globalThis.flow = undefined;
  const { error } = snapshot;
  return JSON.stringify({ state: snapshot.state, code: error?.code, hasCause: error?.cause !== undefined, texts });
}

plain("the module does not import the console, so that even a crash prints nothing", () => {
  const bytes = readFileSync(new URL("../../dist/connect_flow_bg.wasm", import.meta.url));
  const glue = readFileSync(new URL("../../dist/connect_flow.js", import.meta.url), "utf8");
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ name }) => name);
  assert.ok(imports.length > 10);
  assert.deepEqual(imports.filter((name) => /console|_(log|error|warn|debug)_|panic/.test(name)), []);
  // The glue itself only warns about how the module is loaded.
  const logged = glue.match(/console\.\w+\([^)]*/g) ?? [];
  assert.deepEqual(logged.filter((text) => !/instantiateStreaming|deprecated parameters/.test(text)), []);
});
