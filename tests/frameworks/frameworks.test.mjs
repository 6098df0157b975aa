// The code of each guide in its framework, with the packed package, against `npx connect-flow sandbox`.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { openBrowser } from "../e2e/support/browser.mjs";
import { startProgram } from "../e2e/support/program.mjs";
import { closeOthers, popup } from "../e2e/support/tabs.mjs";
import { until } from "../e2e/support/until.mjs";
import { startSandbox } from "../pack/support/command.mjs";
import { installTarball, root, run, tools } from "../pack/support/installed.mjs";
import { openApp, serveWithoutModule } from "./support.mjs";

let installed, platform, session, home;
/** The apps by framework, which all start at once. */
const starting = {};
before(async () => {
  [installed, session] = await Promise.all([installTarball(), openBrowser()]);
  home = await session.browser.getWindowHandle();
  platform = await startSandbox(installed.folder, ["--port", "0"]);
  for (const [framework, app] of Object.entries(frameworks)) {
    starting[framework] = openServed(app);
    // Its suite reports a failure.
    starting[framework].catch(() => {});
  }
});
after(async () => {
  for (const result of await Promise.allSettled(Object.values(starting))) await result.value?.close();
  await platform?.stop();
  await Promise.all([session?.close(), installed?.close()]);
});

/** Starts a development server on a free port. */
async function serve(cwd, script, args) {
  const env = { NO_COLOR: "1", FORCE_COLOR: "0" };
  const { found, stop } = await startProgram(process.execPath, [join(tools, "node_modules", script), ...args, "--port", "0"], { cwd, env, says: /Local:\s+(\S+)/, limitMs: 120_000 });
  return { url: found, stop };
}

const vite = (folder) => serve(folder, "vite/bin/vite.js", []);

/** Starts `server.mjs` of the guide and `ng serve` before it, on free ports. */
const ng = async (folder) => {
  const server = await startProgram(process.execPath, ["--env-file=.env", "server.mjs"], { cwd: folder, says: /port (\d+)/ });
  await writeFile(join(folder, "proxy.conf.json"), JSON.stringify({ "/api/connect": { target: `http://localhost:${server.found}` } }));
  try {
    const { url, stop } = await serve(folder, "@angular/cli/bin/ng.js", ["serve", "--proxy-config", "proxy.conf.json"]);
    return { url, stop: () => Promise.all([stop(), server.stop()]) };
  } catch (error) {
    await server.stop();
    throw error;
  }
};

const strictly = "--noEmit --strict --skipLibCheck --verbatimModuleSyntax --noUnusedLocals --noUnusedParameters --target es2023 --module esnext --moduleResolution bundler".split(" ");
/** The repository's own compiler, which takes a fifth of the time of the one that Angular needs. */
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
const kitRoute = "src/routes/api/connect/[...path]/+server.ts";
const nuxtRoute = "server/api/connect/[...path].js";
const startRoute = "src/routes/api/connect/[...path].ts";
// The tests use free ports.
const anyPort = (code) => code.replace(/redirectOrigins: .*/, 'redirectOrigins: (origin) => origin.startsWith("http://localhost:"),');
const onFreePort = (code) =>
  anyPort(code).replace(".listen(3000)", '.listen(0, function () { console.log(`port ${this.address().port}`); })');

const frameworks = {
  Vue: { name: "vue", start: vite, compiled: ["src/useConnectFlow.ts"] },
  Svelte: { name: "svelte", start: vite },
  Solid: { name: "solid", start: vite, compiled: ["src/App.tsx", "--jsx", "preserve", "--jsxImportSource", "solid-js"] },
  SvelteKit: {
    name: "sveltekit",
    guide: "svelte",
    files: (shown) => ({ "src/routes/+page.svelte": shown["src/App.svelte"], [kitRoute]: anyPort(shown[kitRoute]) }),
    start: vite,
    rendered: /One moment…/,
  },
  Nuxt: {
    name: "nuxt",
    guide: "vue",
    files: (shown) => ({ "app/Connect.vue": shown["src/App.vue"], "app/useConnectFlow.ts": shown["src/useConnectFlow.ts"], [nuxtRoute]: anyPort(shown[nuxtRoute]) }),
    start: (folder) => serve(folder, "nuxt/bin/nuxt.mjs", ["dev"]),
    rendered: /One moment…/,
  },
  SolidStart: {
    name: "solidstart",
    guide: "solid",
    files: (shown) => ({ "src/pages/App.tsx": shown["src/App.tsx"], [startRoute]: anyPort(shown[startRoute]) }),
    start: (folder) => serve(folder, "vinxi/bin/cli.mjs", ["dev"]),
    rendered: /One moment…/,
  },
  Angular: {
    name: "angular",
    files: (shown) => ({ ...shown, "server.mjs": onFreePort(shown["server.mjs"]) }),
    start: ng,
  },
};

/** Makes an app and starts its server. Returns `{ folder, url, close }`. */
async function openServed({ start, ...app }) {
  const { folder, close } = await openApp(installed, app);
  try {
    await writeFile(join(folder, ".env"), platform.output.match(/^ *COMPOSIO_\w+=\S+$/gm).map((line) => line.trim()).join("\n"));
    const { url, stop } = await start(folder);
    return { folder, url, close: () => stop().then(close) };
  } catch (error) {
    await close();
    throw error;
  }
}

for (const [framework, { rendered, compiled }] of Object.entries(frameworks)) {
  suite(`the code of the guide, in ${framework}`, () => {
    let folder, url, browser;
    before(async () => {
      ({ browser } = session);
      ({ folder, url } = await starting[framework]);
    });

    const shows = (text) => until(browser, `the page shows ${text}`, () => browser.execute(() => document.body.textContent), (found) => found.includes(text));
    const open = async () => {
      await closeOthers(browser, home);
      await browser.url(url);
      await shows("Connect Gmail");
    };
    const press = (selector) => browser.$(selector).click();

    if (compiled) {
      // Angular needs no check here: `ng serve` compiles all of its files.
      test("has no type error", () => run(process.execPath, [tsc, ...strictly, ...compiled], folder));
    }

    if (rendered) {
      test("is rendered on the server", async () => assert.match(await (await fetch(url)).text(), rendered));
    }

    test("connects by popup", async () => {
      await open();
      const { closed } = await popup(browser, () => press("button"));
      await press("button[value=allow]");
      await closed();
      await shows("Gmail is connected.");
      // Vite's development server may find a dependency while the page runs, and then serves Solid once more.
      const lines = (await session.log()).filter((line) => !line.includes("multiple instances of Solid"));
      assert.deepEqual(lines, []);
    });

    test("connects by redirect where popups are blocked", async () => {
      await open();
      await browser.execute(() => { window.open = () => null; });
      await press("button");
      await until(browser, "the page is the platform's", () => browser.getUrl(), (address) => address.startsWith(platform.url));
      await press("button[value=allow]");
      await shows("Gmail is connected.");
      assert.ok((await browser.getUrl()).startsWith(url));
      assert.deepEqual(await session.log(), []);
    });

    test("asks for a reload if the module cannot be loaded", async (t) => {
      const front = await serveWithoutModule(url);
      t.after(front.close);
      await closeOthers(browser, home);
      await browser.url(front.url);
      await shows("Please reload the page.");
      // The failed requests.
      await session.log();
    });

    test("disposes of its flow when the user leaves the page", async () => {
      await open();
      const opened = await popup(browser, () => press("button"));
      await opened.leave();
      await shows("Please sign in in the other window.");
      await browser.execute(() => globalThis.leave());
      await shows("left");
      await browser.execute(() => {
        const { fetch } = globalThis;
        globalThis.requests = 0;
        globalThis.fetch = (...args) => {
          const { url = String(args[0]) } = args[0];
          if (url.includes("/api/connect/")) globalThis.requests += 1;
          return fetch(...args);
        };
      });
      // A flow that still waited would ask for the account, and the popup would close itself.
      await browser.switchToWindow(opened.handle);
      await press("button[value=allow]");
      await shows("Gmail is connected.");
      await opened.leave();
      assert.equal(await browser.execute(() => globalThis.requests), 0);
    });
  });
}
