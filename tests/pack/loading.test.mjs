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

suite("in a page, without a bundler", () => {
  let installed, apps, session, server;
  before(async () => {
    [installed, session] = await Promise.all([installTarball(), openBrowser()]);
    apps = await openApps(installed);
    folder = await apps.open("plain");
  });
  after(() => Promise.all([session?.close(), apps?.close(), installed?.close()]));
  afterEach(async () => {
    // What one page provokes is not the next one's.
    await Promise.all([server.close(), session.log()]);
  });
  let folder;

  /** Runs the flow of a page that is served so; gives what came of it and which of our files were asked for. */
  async function open(options, query = "") {
    server = await serve({ folder, ...options });
    const page = await runPage(session.browser, `${server.url}/${query}`);
    return { result: page.result, asked: asked() };
  }
  const asked = () => server.paths.filter((path) => path.includes("connect-flow")).map(file);

  const usual = ["index.js", "connect_flow.js", "connect_flow_bg.wasm"];

  test("the file is loaded, under a strict policy as well", async () => {
    const { result, asked } = await open({ headers: { "content-security-policy": strict } });
    assert.deepEqual(result, connected);
    assert.deepEqual(asked.sort(), usual.sort());
    assert.deepEqual(await session.log(), []);
  });

  test("a file of another type is loaded as well", async () => {
    const { result, asked } = await open({ answer: (path) => wasm.test(path) && { type: "application/octet-stream" } });
    assert.deepEqual(result, connected);
    assert.deepEqual(asked.sort(), usual.sort());
    assert.deepEqual(await session.log(), []);
  });

  test("the file and the glue around it are asked for side by side", async () => {
    const seen = new Set();
    let release;
    const both = new Promise((resolve) => (release = resolve));
    // Neither is answered before both were asked for.
    const answer = async (path) => {
      if (!path.includes("connect_flow")) return;
      if (seen.add(path).size === 2) release();
      await both;
    };
    assert.deepEqual((await open({ answer })).result, connected);
  });

  for (const [what, answer] of [
    ["is not served", () => ({ status: 404, body: "Not found" })],
    ["is a page", () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><title>All of it</title>" })],
    ["is said to be the file, and is a page", () => ({ status: 200, headers: { "content-type": "application/wasm" }, body: "<!doctype html>" })],
  ]) {
    test(`where the file ${what}, the script with the same in it is loaded`, async () => {
      const { result, asked } = await open({ headers: { "content-security-policy": strict }, answer: (path) => wasm.test(path) && answer() });
      assert.deepEqual(result, connected);
      assert.deepEqual(asked.sort(), [...usual, "connect_flow_inline.js"].sort());
    });
  }

  test("where WebAssembly is forbidden, the JavaScript is loaded and nothing else", async () => {
    const { result, asked } = await open({
      headers: { "content-security-policy": strict.replace("'wasm-unsafe-eval'", "") },
    });
    assert.deepEqual(result, connected);
    assert.deepEqual(asked, ["index.js", "connect_flow_js.js"]);
  });

  test("where no way is left, the error says which were tried", async () => {
    const { result } = await open({ answer: (path) => /bg\.wasm|inline|flow_js/.test(path) && { status: 503, body: "" } });
    assert.match(result.error, /^load_failed: the module could not be loaded; file: Error: HTTP 503; inline: TypeError: .*; js: TypeError: /);
  });

  test("without a network it is a coded error, and works once that is back", async () => {
    server = await serve({ folder });
    const { browser } = session;
    await browser.url(`${server.url}/?later`);
    await browser.waitUntil(() => browser.execute(() => "connect" in globalThis), { interval: 40 });
    const connect = () => browser.execute(() => globalThis.connect());
    // Nobody answers at all, which every engine takes for what it is.
    await server.close();
    await connect();
    assert.match((await resultOf(browser)).error, /^load_failed: .*file: TypeError.*inline: TypeError.*js: TypeError/);
    server = await serve({ folder, port: new URL(server.url).port });
    if (engine.name === "firefox") {
      // It remembers that it could not load a script, for as long as the page is open.
      await connect();
      assert.match((await resultOf(browser)).error, /^load_failed: .*js: TypeError/);
      await browser.refresh();
    }
    await connect();
    assert.deepEqual(await resultOf(browser), connected);
  });

  test("in a worker", async () => {
    // To start one with Trusted Types is the app's own affair.
    const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
    const worker = await apps.open("worker");
    const script = readFileSync(join(worker, "worker.js"), "utf8").replace('"connect-flow"', '"./node_modules/connect-flow/dist/index.js"');
    writeFileSync(join(worker, "worker.js"), script);
    server = await serve({ folder: worker, headers: { "content-security-policy": policy } });
    const { result } = await runPage(session.browser, `${server.url}/`);
    assert.deepEqual(result, connected);
    assert.deepEqual(asked().sort(), usual.sort());
  });
});
