// What a user types goes into the body of one request, and comes out nowhere else, whatever goes wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test as plain } from "node:test";
import { openModulePage } from "../e2e/support/module-page.mjs";
import { scenarios } from "../e2e/support/scenarios.mjs";
import { traces } from "../e2e/support/traces.mjs";

const test = scenarios();
const secret = "shpat_9f8e7d6c5b4a-typed/by+hand";
const spellings = [secret, encodeURIComponent(secret), btoa(secret), [...secret].reverse().join(""), JSON.stringify([...new TextEncoder().encode(secret)]).slice(1, -1)];
const assertIsNowhere = (texts, where) => {
  for (const text of texts) for (const spelling of spellings) assert.ok(!text.includes(spelling), `${where}: ${text}`);
};

for (const api of ["v3.1", "v3"]) {
  test(`${api}: a typed secret is in no address, referrer, storage, history, message, log, error, cause, snapshot or trace`, async (context) => {
    const { browser, platform, front, watch, expectTrouble } = context;
    expectTrouble(/^status 400: POST/, /: .*\/api\/connect\//);
    const page = await openModulePage(browser, platform);
    try {
      await browser.execute(listen);
      const submit = async () => JSON.parse(await browser.execute(connectShopify, { api }, { shop: "acme", admin_api_access_token: secret }));

      // The platform repeats it in every way that it has to say something.
      const echo = `the token ${secret} is wrong`;
      const posts = `/api/${api}/*`;
      const body = { message: echo, error: { message: echo, slug: secret, errors: [echo] }, details: [{ property: secret, constraints: { x: echo } }] };
      platform.sandbox.fault({ kind: "status", status: 400, method: "POST", path: posts, body });
      const refused = await submit();
      assert.equal(refused.state, "failed");

      // It cannot be reached, so that the error has a cause.
      const { url } = page;
      const reset = await browser.execute(prepare, { api });
      assert.ok(reset);
      const restore = front.cutOff(`${url}api/connect/`);
      const offline = await submit();
      restore();
      assert.deepEqual([offline.state, offline.code, offline.hasCause], ["failed", "network", true]);

      const done = await submit();
      assert.equal(done.state, "connected");
      assert.equal(platform.exchanges().filter(({ body }) => body.includes(secret)).length, 2, "it was sent where it belongs, once for each answer");

      for (const [what, { texts }] of Object.entries({ refused, offline, done })) assertIsNowhere(texts, what);
      const heard = JSON.parse(await browser.execute(() => JSON.stringify(globalThis.heard)));
      assert.ok(heard.some((text) => text.startsWith("console")), "what is said is heard");
      assertIsNowhere(heard, "heard");
      assertIsNowhere(watch.requests().flatMap(({ url, referrer }) => [url, referrer]), "requests");
      assert.deepEqual(await traces({ browser, watch, of: secret }), []);
    } finally {
      await page.close();
    }
  });
}

/** Runs in the page: hears whatever is handed to another window, to storage, to history, to the console or to a server without `fetch`. */
function listen() {
  const heard = (globalThis.heard = []);
  const write = (value) => (value instanceof Error ? `${value} ${value.stack} ${value.cause}` : typeof value === "object" ? JSON.stringify(value) : String(value));
  const hear = (of, name) => {
    const own = of[name];
    of[name] = function (...values) {
      heard.push(`${name} ${values.map(write).join(" ")}`);
      return own.apply(this, values);
    };
  };
  for (const level of ["log", "info", "debug", "warn", "error", "trace"]) {
    const own = console[level];
    console[level] = (...values) => (heard.push(`console ${values.map(write).join(" ")}`), own.apply(console, values));
  }
  hear(BroadcastChannel.prototype, "postMessage");
  hear(MessagePort.prototype, "postMessage");
  hear(window, "postMessage");
  hear(Storage.prototype, "setItem");
  hear(History.prototype, "pushState");
  hear(History.prototype, "replaceState");
  hear(Navigator.prototype, "sendBeacon");
  hear(XMLHttpRequest.prototype, "open");
  hear(Document.prototype, "createElement");
  hear(IDBFactory.prototype, "open");
  hear(CacheStorage.prototype, "open");
  hear(window, "open");
  hear(window, "reportError");
  console.log("heard");
}

/** Runs in the page: a client and a flow that knows its fields. */
async function prepare(options) {
  globalThis.client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica", retry: 0, ...options });
  globalThis.flow = globalThis.client.flow({ app: "shopify", mode: "popup" });
  await globalThis.flow.load();
  return true;
}

/** Runs in the page. Gives how it ended, and everything that an app could log, show or send on, as text. */
async function connectShopify(options, data) {
  if (!globalThis.flow) {
    globalThis.client = await globalThis.connectFlow.createClient({ baseUrl: "/api/connect", entityId: "Jessica", retry: 0, ...options });
    globalThis.flow = globalThis.client.flow({ app: "shopify", mode: "popup" });
    await globalThis.flow.load();
  }
  const { client, flow } = globalThis;
  const texts = [];
  const tell = (value, depth = 0) => {
    texts.push(String(value));
    if (typeof value !== "object" || value === null || depth > 6) return;
    for (const name of Reflect.ownKeys(value)) (texts.push(String(name)), tell(value[name], depth + 1));
    if (value instanceof Error) texts.push(value.message, value.stack ?? "");
  };
  flow.subscribe(() => tell(flow.getSnapshot()));
  const snapshot = await flow.submit(data);
  tell(snapshot);
  tell(client.trace());
  tell(client.pending());
  tell(client);
  if (snapshot.state !== "connected") globalThis.flow = undefined;
  const { error } = snapshot;
  return JSON.stringify({ state: snapshot.state, code: error?.code, hasCause: error?.cause !== undefined, texts });
}

plain("the module has no way to the console, so that not even its crash says anything there", () => {
  const bytes = readFileSync(new URL("../../dist/connect_flow_bg.wasm", import.meta.url));
  const glue = readFileSync(new URL("../../dist/connect_flow.js", import.meta.url), "utf8");
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).map(({ name }) => name);
  assert.ok(imports.length > 10);
  assert.deepEqual(imports.filter((name) => /console|_(log|error|warn|debug)_|panic/.test(name)), []);
  // What the glue itself says is of how the module is loaded.
  const said = glue.match(/console\.\w+\([^)]*/g) ?? [];
  assert.deepEqual(said.filter((text) => !/instantiateStreaming|deprecated parameters/.test(text)), []);
});
