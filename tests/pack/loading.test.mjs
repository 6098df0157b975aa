import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, suite, test } from "node:test";
import { openBrowser } from "../e2e/support/browser.mjs";
import { engine } from "../e2e/support/engines.mjs";
import { openApps } from "./support/apps.mjs";
import { installTarball } from "./support/installed.mjs";
import { resultOf, runPage } from "./support/page.mjs";
import { serve, strict } from "./support/server.mjs";

const connected = { connectionStatus: "ACTIVE", status: "ACTIVE" };
const wasm = /\.wasm$/;
const file = (path) => path.split("/").at(-1);

suite("a page without a bundler", () => {
  let installed, apps, session, server;
  before(async () => {
    [installed, session] = await Promise.all([installTarball(), openBrowser()]);
    apps = await openApps(installed);
    folder = await apps.open("plain");
  });
  after(() => Promise.all([session?.close(), apps?.close(), installed?.close()]));
  afterEach(async () => {
    // Clears the log, so that one page's errors do not fail the next test.
    await Promise.all([server.close(), session.log()]);
  });
  let folder;

  /** Serves the page with these options and runs its flow. Returns the result and the requested files of the package. */
  async function open(options, query = "") {
    server = await serve({ folder, ...options });
    const page = await runPage(session.browser, `${server.url}/${query}`);
    return { result: page.result, requested: requestedFiles() };
  }
  const requestedFiles = () => server.paths.filter((path) => path.includes("connect-flow")).map(file);

  const defaultFiles = ["index.js", "connect_flow.js", "connect_flow_bg.wasm"];

  test("loads the .wasm file under a strict policy", async () => {
    const { result, requested } = await open({ headers: { "content-security-policy": strict } });
    assert.deepEqual(result, connected);
    assert.deepEqual(requested.sort(), defaultFiles.sort());
    assert.deepEqual(await session.log(), []);
  });

  test("loads a .wasm file with another content type", async () => {
    const { result, requested } = await open({ answer: (path) => wasm.test(path) && { type: "application/octet-stream" } });
    assert.deepEqual(result, connected);
    assert.deepEqual(requested.sort(), defaultFiles.sort());
    assert.deepEqual(await session.log(), []);
  });

  test("requests the .wasm file and its glue in parallel", async () => {
    const requested = new Set();
    let release;
    const both = new Promise((resolve) => (release = resolve));
    // Neither is answered before both are requested.
    const answer = async (path) => {
      if (!path.includes("connect_flow")) return;
      if (requested.add(path).size === 2) release();
      await both;
    };
    assert.deepEqual((await open({ answer })).result, connected);
  });

  for (const [problem, answer] of [
    ["is not served", () => ({ status: 404, body: "Not found" })],
    ["is an HTML page", () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>All of it</title>" })],
    ["is an HTML page with the type of WebAssembly", () => ({ status: 200, headers: { "content-type": "application/wasm" }, body: "<!doctype html>" })],
  ]) {
    test(`loads the inline module when the .wasm file ${problem}`, async () => {
      const { result, requested } = await open({ headers: { "content-security-policy": strict }, answer: (path) => wasm.test(path) && answer() });
      assert.deepEqual(result, connected);
      assert.deepEqual(requested.sort(), [...defaultFiles, "connect_flow_inline.js"].sort());
    });
  }

  test("loads only the JavaScript build when WebAssembly is forbidden", async () => {
    const { result, requested } = await open({
      headers: { "content-security-policy": strict.replace("'wasm-unsafe-eval'", "") },
    });
    assert.deepEqual(result, connected);
    assert.deepEqual(requested, ["index.js", "connect_flow_js.js"]);
  });

  test("gets an error that lists every attempt when nothing can be loaded", async () => {
    const { result } = await open({ answer: (path) => /bg\.wasm|inline|flow_js/.test(path) && { status: 503, body: "" } });
    assert.match(result.error, /^load_failed: the module could not be loaded; file: Error: HTTP 503; inline: TypeError: .*; js: TypeError: /);
  });

  test("gets load_failed without a network, and connects once it is back", async () => {
    server = await serve({ folder });
    const { browser } = session;
    await browser.url(`${server.url}/?later`);
    await browser.waitUntil(() => browser.execute(() => "connect" in globalThis), { interval: 40 });
    const connect = () => browser.execute(() => globalThis.connect());
    // A closed server stands for the lost network.
    await server.close();
    await connect();
    assert.match((await resultOf(browser)).error, /^load_failed: .*file: TypeError.*inline: TypeError.*js: TypeError/);
    server = await serve({ folder, port: new URL(server.url).port });
    if (engine.name === "firefox") {
      // Firefox remembers a failed import until the page is reloaded.
      await connect();
      assert.match((await resultOf(browser)).error, /^load_failed: .*js: TypeError/);
      await browser.refresh();
    }
    await connect();
    assert.deepEqual(await resultOf(browser), connected);
  });

  test("connects in a worker", async () => {
    // With Trusted Types, an app needs a policy of its own to start a worker.
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
    const worker = await apps.open("worker");
    const script = readFileSync(join(worker, "worker.js"), "utf8").replace('"connect-flow"', '"./node_modules/connect-flow/dist/index.js"');
    writeFileSync(join(worker, "worker.js"), script);
    server = await serve({ folder: worker, headers: { "content-security-policy": policy } });
    const { result } = await runPage(session.browser, `${server.url}/`);
    assert.deepEqual(result, connected);
    assert.deepEqual(requestedFiles().sort(), defaultFiles.sort());
  });
});
