// Real routers, which rewrite the callback's URL before the module has loaded.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { build } from "esbuild";
import { openBrowser } from "../e2e/support/browser.mjs";
import { until } from "../e2e/support/until.mjs";

/** Each router redirects every path to its `/home`. */
const routers = {
  react: `
    import { createElement as h } from "react";
    import { createRoot } from "react-dom/client";
    import { BrowserRouter, Navigate, Route, Routes } from "react-router";
    const routes = h(Routes, null, h(Route, { path: "/home", element: "home" }), h(Route, { path: "*", element: h(Navigate, { to: "/home", replace: true }) }));
    createRoot(document.getElementById("app")).render(h(BrowserRouter, { basename: "/react" }, routes));`,
  vue: `
    import { createApp, h } from "vue";
    import { createRouter, createWebHistory, RouterView } from "vue-router";
    const routes = [{ path: "/home", component: { render: () => h("p", "home") } }, { path: "/:rest(.*)*", redirect: () => ({ path: "/home", query: {} }) }];
    createApp({ render: () => h(RouterView) }).use(createRouter({ history: createWebHistory("/vue"), routes })).mount("#app");`,
  tanstack: `
    import { createElement as h } from "react";
    import { createRoot } from "react-dom/client";
    import { createRootRoute, createRoute, createRouter, redirect, RouterProvider } from "@tanstack/react-router";
    const root = createRootRoute();
    const home = createRoute({ getParentRoute: () => root, path: "/home", component: () => "home" });
    const rest = createRoute({ getParentRoute: () => root, path: "$", beforeLoad: () => { throw redirect({ to: "/home", replace: true }); } });
    const router = createRouter({ routeTree: root.addChildren([home, rest]), basepath: "/tanstack" });
    createRoot(document.getElementById("app")).render(h(RouterProvider, { router }));`,
};

/** The app around a router. It creates its client after the router has redirected to `/home`, and completes the connection there. */
const app = (name) => `
  import { createClient } from "connect-flow";
  ${routers[name]}
  const client = async () => createClient({ baseUrl: location.origin, unsafeApiKey: "sandbox-key", entityId: "Jessica" });
  globalThis.connect = async () => (await client()).redirect(await (await client()).initiateConnection({ app: "gmail", redirectUrl: "/${name}/callback" }));
  const poll = setInterval(async () => {
    if (location.pathname !== "/${name}/home") return;
    clearInterval(poll);
    const completing = await client();
    const results = [await completing.completeConnection(), await completing.completeConnection()];
    document.title = results.map((done) => done?.connectionStatus ?? "none").join(" ");
  }, 10);`;

let server, sandbox, session;
const origin = () => `http://localhost:${server.address().port}`;
const scripts = {};

before(async () => {
  for (const name of Object.keys(routers)) scripts[name] = await bundle(app(name));
  server = createServer((request, response) => void answer(request, response));
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  sandbox = createSandbox({ origin: origin() });
  session = await openBrowser();
});
after(async () => {
  await session?.close();
  server?.close();
});

async function bundle(contents) {
  const external = { name: "connect-flow", setup: ({ onResolve }) => onResolve({ filter: /^connect-flow$/ }, () => ({ path: "/dist/index.js", external: true })) };
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: process.env.ROUTERS },
    bundle: true, write: false, format: "esm", minify: true, plugins: [external],
    define: { "process.env.NODE_ENV": '"production"', __VUE_OPTIONS_API__: "true", __VUE_PROD_DEVTOOLS__: "false", __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false" },
  });
  return outputFiles[0].text;
}

async function answer(request, response) {
  const { pathname } = new URL(request.url, origin());
  const [, first] = pathname.split("/");
  const send = (type, body) => response.writeHead(200, { "content-type": type }).end(body);
  if (pathname.endsWith(".bundle.js")) return send("text/javascript", scripts[first]);
  if (first in routers) return send("text/html", `<!doctype html><title></title><link rel="icon" href="data:,"><div id="app"></div><script type="module" src="/${first}/app.bundle.js"></script>`);
  if (first === "dist") return send(pathname.endsWith(".wasm") ? "application/wasm" : "text/javascript", await readFile(new URL(`../..${pathname}`, import.meta.url)));
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, headers } = request;
  const answered = await sandbox.fetch(new Request(origin() + request.url, { method, headers, body: chunks.length ? Buffer.concat(chunks) : null }));
  response.writeHead(answered.status, Object.fromEntries(answered.headers)).end(Buffer.from(await answered.arrayBuffer()));
}

for (const name of Object.keys(routers)) {
  test(`${name}: a callback whose URL the router has rewritten connects once, and the router's URL stays`, { timeout: 60_000 }, async () => {
    const { browser } = session;
    await browser.url(`${origin()}/${name}/home`);
    await until(browser, "a page without a callback completes nothing", () => browser.execute(() => document.title), (title) => title === "none none");
    await browser.execute(() => void globalThis.connect());
    await browser.$("button[value=allow]").click();
    await until(browser, "the callback is completed", () => browser.execute(() => document.title), (title) => title.includes("ACTIVE"));
    assert.deepEqual(await browser.execute(() => [document.title, location.pathname + location.search]), ["ACTIVE none", `/${name}/home`]);
    assert.equal(sandbox.accounts().at(-1).status, "ACTIVE");
  });
}
