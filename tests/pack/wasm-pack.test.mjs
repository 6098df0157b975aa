import assert from "node:assert/strict";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { openBrowser } from "../e2e/support/browser.mjs";
import { openApps } from "./support/apps.mjs";
import { root, tool } from "./support/installed.mjs";
import { runPage } from "./support/page.mjs";
import { serve, strict } from "./support/server.mjs";

// For users who build the crate with wasm-pack, without the npm package.
suite("the output of wasm-pack connects", () => {
  let apps, session;
  before(async () => {
    [apps, session] = await Promise.all([openApps(), openBrowser()]);
  });
  after(() => Promise.all([session?.close(), apps?.close()]));

  async function assertConnects(folder) {
    const server = await serve({ folder, headers: { "content-security-policy": strict } });
    try {
      const { result, ways } = await runPage(session.browser, `${server.url}/`);
      assert.deepEqual({ result, ways }, { result: { connectionStatus: "ACTIVE", status: "ACTIVE" }, ways: ["file: 200"] });
      assert.deepEqual([await session.log(), server.violations], [[], []]);
    } finally {
      await server.close();
    }
  }

  test("in a page, with target web", async () => {
    const app = await apps.open("wasm-pack-web");
    await cp(join(root, "pkg"), join(app, "pkg"), { recursive: true });
    await assertConnects(app);
  });

  test("with webpack, with target bundler", async () => {
    const app = await apps.open("wasm-pack-bundler");
    await cp(process.env.PKG_BUNDLER, join(app, "pkg"), { recursive: true });
    const options = ["--mode", "production", "--output-path", "out", "--output-trusted-types", "--experiments-async-web-assembly"];
    await tool("webpack", ["./main.js", ...options], app);
    await writeFile(join(app, "out", "index.html"), await readFile(join(app, "index.html"), "utf8"));
    await assertConnects(join(app, "out"));
  });
});
