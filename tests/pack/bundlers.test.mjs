import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { openBrowser } from "../e2e/support/browser.mjs";
import { startProgram } from "../e2e/support/program.mjs";
import { openApps } from "./support/apps.mjs";
import { installTarball, tool, tools } from "./support/installed.mjs";
import { runPage } from "./support/page.mjs";
import { serve, strict } from "./support/server.mjs";

const connected = { connectionStatus: "ACTIVE", status: "ACTIVE" };
const theFile = ["file: 200"];
// Rollup and esbuild leave `new URL` as it is and copy nothing.
const theScript = ["file: 404", "inline"];

// Each as it comes, with no configuration of its own but where the output goes, and that webpack should keep to the policy.
suite("an app that is bundled by", () => {
  let installed, apps, session, platform;
  before(async () => {
    [installed, session, platform] = await Promise.all([installTarball(), openBrowser(), serve()]);
    apps = await openApps(installed);
  });
  after(() => Promise.all([session?.close(), platform?.close(), apps?.close(), installed?.close()]));

  /** Builds the app and runs its page from a static server, under a strict policy that nothing may violate. */
  async function built(name, build, { source = "bundled", policy = strict } = {}) {
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

  // To start one with Trusted Types is the app's own affair.
  const worker = { source: "worker", policy: strict.replace("require-trusted-types-for 'script';", "") };

  /** Runs the page from the bundler's own server; the platform is elsewhere. */
  async function served(url) {
    const page = await runPage(session.browser, `${url}?api=${encodeURIComponent(platform.api)}`);
    await session.log();
    return page;
  }

  const start = (name, args, says, env) =>
    startProgram(process.execPath, [join(tools, "node_modules", name), ...args], { says, env: { NO_COLOR: "1", FORCE_COLOR: "0", ...env } });

  /** The page of a bundler that makes scripts only. */
  const pageFor = async (app) =>
    writeFile(join(app, "out", "index.html"), await readFile(join(app, "index.html"), "utf8"));

  test("Vite", async () => {
    const page = await built("vite", (app) => tool("vite", ["build", "--outDir", "out"], app));
    assert.deepEqual(page, { result: connected, ways: theFile });
  });

  test("Vite, in a worker", async () => {
    const page = await built("vite-worker", (app) => tool("vite", ["build", "--outDir", "out"], app), worker);
    assert.deepEqual(page.result, connected);
  });

  test("Vite, its development server", async () => {
    const app = await apps.open("bundled", "vite-dev");
    const { found, stop } = await start("vite/bin/vite.js", [app, "--port", "0"], /Local:\s+(\S+)/);
    try {
      const page = await served(found);
      assert.deepEqual(page, { result: connected, ways: theFile });
    } finally {
      await stop();
    }
  });

  // Its chunks are loaded by setting the address of a script, for which it makes a trusted type when told to.
  const webpack = async (app) => {
    await tool("webpack", ["./main.js", "--mode", "production", "--output-path", "out", "--output-trusted-types"], app);
    await pageFor(app);
  };

  test("webpack", async () => {
    const page = await built("webpack", webpack);
    assert.deepEqual(page, { result: connected, ways: theFile });
  });

  test("webpack, in a worker", async () => {
    const page = await built("webpack-worker", webpack, worker);
    assert.deepEqual(page.result, connected);
  });

  test("Rollup", async () => {
    const page = await built("rollup", async (app) => {
      await tool("rollup", ["main.js", "--dir", "out", "--format", "es", "--plugin", "node-resolve"], app);
      await pageFor(app);
    });
    assert.deepEqual(page, { result: connected, ways: theScript });
  });

  const esbuild = (name, ...flags) =>
    built(name, async (app) => {
      await tool("esbuild", ["main.js", "--bundle", "--format=esm", "--outdir=out", ...flags], app);
      await pageFor(app);
    });

  test("esbuild", async () => {
    assert.deepEqual(await esbuild("esbuild", "--splitting"), { result: connected, ways: theScript });
  });

  test("esbuild, in one file", async () => {
    assert.deepEqual(await esbuild("esbuild-one"), { result: connected, ways: ["file: 404"] });
  });

  // It writes scripts of its own into the page, which a strict policy forbids.
  test("Parcel", async () => {
    const page = await built("parcel", (app) => tool("parcel", ["build", "index.html", "--dist-dir", "out", "--no-cache"], app), { policy: "" });
    assert.deepEqual(page, { result: connected, ways: theFile });
  });

  suite("Next.js", () => {
    const env = { NEXT_TELEMETRY_DISABLED: "1" };
    const address = /Local:\s+(\S+)/;
    const byHook = { state: "connected", status: "ACTIVE" };
    const rendered = async (url) => assert.match(await (await fetch(url)).text(), /Rendered on the server.*waiting/);

    test("built", async () => {
      const app = await apps.open("next", "next-build");
      await tool("next", ["build"], app);
      const { found, stop } = await start("next/dist/bin/next", ["start", app, "--port", "0"], address, env);
      try {
        await rendered(found);
        assert.deepEqual(await served(found), { result: byHook, ways: theFile });
      } finally {
        await stop();
      }
    });

    test("its development server", async () => {
      const app = await apps.open("next", "next-dev");
      const { found, stop } = await start("next/dist/bin/next", ["dev", app, "--port", "0"], address, env);
      try {
        await rendered(found);
        assert.deepEqual(await served(found), { result: byHook, ways: theFile });
      } finally {
        await stop();
      }
    });
  });
});
