import assert from "node:assert/strict";
import { copyFile, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { openBrowser } from "../e2e/support/browser.mjs";
import { startProgram } from "../e2e/support/program.mjs";
import { openApps } from "./support/apps.mjs";
import { installTarball, tool, tools } from "./support/installed.mjs";
import { runPage } from "./support/page.mjs";
import { serve, strict } from "./support/server.mjs";

const connected = { connectionStatus: "ACTIVE", status: "ACTIVE" };
// Two rounds of requests: the app's script, and then the glue and the file together.
const wasmFile = { ways: ["file: 200"], rounds: 2 };
// Rollup and esbuild keep `new URL` and copy no file, so the loader falls back to the inline module.
const inlineModule = { ways: ["file: 404", "inline"], rounds: 3 };

// Every bundler runs with its defaults, apart from the output folder and webpack's option for Trusted Types.
suite("an app connects when it is bundled by", () => {
  let installed, apps, session, platform;
  before(async () => {
    [installed, session, platform] = await Promise.all([installTarball(), openBrowser(), serve()]);
    apps = await openApps(installed);
  });
  after(() => Promise.all([session?.close(), platform?.close(), apps?.close(), installed?.close()]));

  /** Builds the app and runs its page from a static server under a strict policy. Fails on any violation. */
  async function runBuilt(name, build, { source = "bundled", policy = strict } = {}) {
    const app = await apps.open(source, name);
    await build(app);
    const server = await serve({ folder: join(app, "out"), headers: policy && { "content-security-policy": policy } });
    try {
      const page = await runPage(session.browser, `${server.url}/`);
      assert.deepEqual([await session.log(), server.violations], [[], []]);
      return page;
    } finally {
      await server.close();
    }
  }

  // With Trusted Types, an app needs a policy of its own to start a worker.
  const worker = { source: "worker", policy: strict.replace("require-trusted-types-for 'script';", "") };

  /** Runs the page from the bundler's own server, with the platform at another origin. */
  async function runServed(url) {
    const page = await runPage(session.browser, `${url}?api=${encodeURIComponent(platform.api)}`);
    await session.log();
    return page;
  }

  const start = (name, args, says, env) =>
    startProgram(process.execPath, [join(tools, "node_modules", name), ...args], { says, env: { NO_COLOR: "1", FORCE_COLOR: "0", ...env } });

  /** Copies index.html for a bundler that only writes scripts. */
  const copyPage = async (app) =>
    writeFile(join(app, "out", "index.html"), await readFile(join(app, "index.html"), "utf8"));

  test("Vite", async () => {
    const page = await runBuilt("vite", (app) => tool("vite", ["build", "--outDir", "out"], app));
    assert.deepEqual(page, { result: connected, ...wasmFile });
  });

  test("Vite, in a worker", async () => {
    const page = await runBuilt("vite-worker", (app) => tool("vite", ["build", "--outDir", "out"], app), worker);
    assert.deepEqual(page.result, connected);
  });

  test("Vite's development server", async () => {
    const app = await apps.open("bundled", "vite-dev");
    const { found, stop } = await start("vite/bin/vite.js", [app, "--port", "0"], /Local:\s+(\S+)/);
    try {
      const { result, ways } = await runServed(found);
      assert.deepEqual({ result, ways }, { result: connected, ways: wasmFile.ways });
    } finally {
      await stop();
    }
  });

  // webpack loads chunks by a script's `src`, which needs --output-trusted-types.
  const webpack = (...options) => async (app) => {
    await tool("webpack", ["./main.js", "--mode", "production", "--output-path", "out", "--output-trusted-types", ...options], app);
    await copyPage(app);
  };

  test("webpack", async () => {
    const page = await runBuilt("webpack", async (app) => {
      // The page does not load the JavaScript build, and Terser takes six times as long for it as for all the rest.
      await writeFile(join(app, "node_modules", "connect-flow", "dist", "connect_flow_js.js"), "export {};\n");
      await webpack()(app);
    });
    assert.deepEqual(page, { result: connected, ...wasmFile });
  });

  test("webpack, in a worker", async () => {
    // Bundles the JavaScript build as well. The test above minimizes the other files.
    const page = await runBuilt("webpack-worker", webpack("--no-optimization-minimize"), worker);
    assert.deepEqual(page.result, connected);
  });

  test("Rollup", async () => {
    const page = await runBuilt("rollup", async (app) => {
      await tool("rollup", ["main.js", "--dir", "out", "--format", "es", "--plugin", "node-resolve"], app);
      await copyPage(app);
    });
    assert.deepEqual(page, { result: connected, ...inlineModule });
  });

  const esbuild = (name, ...flags) =>
    runBuilt(name, async (app) => {
      await tool("esbuild", ["main.js", "--bundle", "--format=esm", "--outdir=out", ...flags], app);
      await copyPage(app);
    });

  test("esbuild", async () => {
    assert.deepEqual(await esbuild("esbuild", "--splitting"), { result: connected, ...inlineModule });
  });

  test("esbuild, into one file", async () => {
    assert.deepEqual(await esbuild("esbuild-one"), { result: connected, ways: ["file: 404"], rounds: 2 });
  });

  test("esbuild, into one file, without the fallbacks that few users need", async () => {
    let size;
    const page = await runBuilt("esbuild-small", async (app) => {
      const fallbacks = ["--external:*/connect_flow_inline.js", "--external:*/connect_flow_js.js"];
      await tool("esbuild", ["main.js", "--bundle", "--minify", "--format=esm", "--outdir=out", ...fallbacks], app);
      await copyFile(join(app, "node_modules/connect-flow/dist/connect_flow_bg.wasm"), join(app, "out/connect_flow_bg.wasm"));
      await copyPage(app);
      ({ size } = await stat(join(app, "out/main.js")));
    });
    assert.deepEqual(page, { result: connected, ...wasmFile });
    assert.ok(size < 40_000, `the script has ${size} bytes`);
  });

  // Parcel writes inline scripts into the page, which a strict policy forbids.
  test("Parcel", async () => {
    const page = await runBuilt("parcel", (app) => tool("parcel", ["build", "index.html", "--dist-dir", "out", "--no-cache"], app), { policy: "" });
    assert.deepEqual(page, { result: connected, ...wasmFile });
  });

  // Next.js: paste.test.mjs.
});
