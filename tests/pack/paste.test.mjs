import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { listen } from "../../www/host/listen.mjs";
import { openBrowser } from "../e2e/support/browser.mjs";
import { startProgram } from "../e2e/support/program.mjs";
import { connectByPopup, startPlatform } from "./support/connect.mjs";
import { openFreshApps, paste } from "./support/fresh.mjs";
import { installTarball, run, tools } from "./support/installed.mjs";
import { waysOf } from "./support/page.mjs";

const readme = "README.md";

suite("code pasted from the documents connects an account, unedited, in a fresh app of", () => {
  let installed, apps, session, platform;
  before(async () => {
    [installed, session] = await Promise.all([installTarball(), openBrowser()]);
    [platform, apps] = await Promise.all([startPlatform(installed), openFreshApps(installed)]);
  });
  after(() => Promise.all([session?.close(), platform?.close(), apps?.close(), installed?.close()]));

  const program = (name, file) => join(tools, "node_modules", name, file);
  const node = (app, args, env) => run(process.execPath, args, app, env);

  /** Starts the app's server, runs `use` with its address, and stops the server. */
  async function withServer(app, args, { says, env }, use) {
    const { found, stop } = await startProgram(process.execPath, args, { says, env: { NO_COLOR: "1", FORCE_COLOR: "0", ...env }, cwd: app });
    try {
      await use(found.replace(/\/$/, ""));
    } finally {
      await stop();
    }
  }

  const connect = (url) => connectByPopup(session, platform, url);

  const viteAddress = /Local:\s+(\S+)/;
  const writeEnv = (app) => writeFile(join(app, ".env"), platform.env);

  /** Documents and files to paste, by template of Vite's starter, and the starter's own check of types. */
  const templates = {
    "vanilla-ts": { blocks: [[readme, "src/main.ts"], [readme, "vite.config.ts"]], tsc: [] },
    "react-ts": { blocks: [[readme, "src/App.tsx"], ["docs/guides/react.md", "vite.config.ts"]], tsc: ["-b"] },
  };
  for (const [template, { blocks, tsc }] of Object.entries(templates)) {
    test(`Vite, ${template}`, async () => {
      const app = await apps.vite(template, template);
      for (const [document, file] of blocks) await paste(app, document, file);
      await writeEnv(app);
      await withServer(app, [program("vite", "bin/vite.js"), "--port", "0"], { says: viteAddress }, connect);
      await node(app, [program("typescript", "bin/tsc"), ...tsc]);
      await node(app, [program("vite", "bin/vite.js"), "build"]);
    });
  }

  test("Next.js", async () => {
    const app = await apps.next("next");
    await paste(app, readme, "src/App.tsx", "app/page.tsx");
    await paste(app, "docs/guides/nextjs.md", "app/api/connect/[...path]/route.ts");
    const next = program("next", "dist/bin/next");
    const quiet = { NEXT_TELEMETRY_DISABLED: "1" };
    // Without .env: a build needs no key.
    await node(app, [next, "build"], quiet);
    await writeEnv(app);
    for (const command of ["start", "dev"]) {
      const port = await freePort();
      const env = { ...quiet, APP_ORIGIN: `http://localhost:${port}` };
      await withServer(app, [next, command, "--port", String(port)], { says: viteAddress, env }, async (url) => {
        await connect(url);
        assert.deepEqual(await waysOf(session.browser), ["file: 200"]);
        assert.match(await (await fetch(url)).text(), /<p>One moment…<\/p>/, "the page is rendered on the server");
      });
    }
  });

  test("Express, with a page that has a script tag", async () => {
    const app = await apps.empty("express");
    await paste(app, readme, "server.mjs");
    await paste(app, "docs/guides/script-tag.md", "public/index.html");
    await writeEnv(app);
    const port = await freePort();
    await withServer(app, ["--env-file=.env", "server.mjs"], { says: /(http:\S+)/, env: { PORT: String(port) } }, connect);
  });
});

async function freePort() {
  const { url, close } = await listen(0);
  await close();
  return Number(new URL(url).port);
}
