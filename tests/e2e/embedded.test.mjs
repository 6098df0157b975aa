// The app in a cross-site frame. A redirect is refused there, and a popup connects although the browser partitions the frame's storage.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { engine } from "./support/engines.mjs";
import { scenarios } from "./support/scenarios.mjs";
import { closeOthers, popup } from "./support/tabs.mjs";
import { until } from "./support/until.mjs";

const test = scenarios();

let app, site, sandbox, coop;
const listen = (server) => new Promise((done) => server.listen(0, "127.0.0.1", done));
const appUrl = () => `http://localhost:${app.address().port}`;
const siteUrl = () => `http://127.0.0.1:${site.address().port}`;

before(async () => {
  app = createServer((request, response) => void answer(request, response));
  await listen(app);
  site = createServer(({ url }, response) => {
    const allowed = new URL(url, appUrl()).searchParams.get("sandbox");
    html(response, `<iframe src="${appUrl()}/app" ${allowed === null ? "" : `sandbox="${allowed}"`} width="600" height="300"></iframe>`);
  });
  await listen(site);
  sandbox = createSandbox({ origin: appUrl() });
});
after(() => {
  for (const server of [app, site]) server?.close();
});

function html(response, body, headers) {
  response.writeHead(200, { "content-type": "text/html", ...headers });
  response.end(`<!doctype html><title>Test</title><link rel="icon" href="data:,">${body}`);
}

/** Serves the app, the package, and the platform with its provider. The latter's pages set COOP and forbid framing. */
async function answer(request, response) {
  const { pathname } = new URL(request.url, appUrl());
  if (pathname === "/app") return html(response, `<button id="redirect">redirect</button><button id="popup">popup</button><p id="state"></p><script type="module">(${page})()</script>`);
  if (pathname.startsWith("/dist/")) {
    const type = pathname.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    response.writeHead(200, { "content-type": type });
    return response.end(await readFile(new URL(`../..${pathname}`, import.meta.url)));
  }
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, headers } = request;
  const answered = await sandbox.fetch(new Request(appUrl() + request.url, { method, headers, body: chunks.length ? Buffer.concat(chunks) : null, redirect: "manual" }));
  const own = Object.fromEntries(answered.headers);
  response.writeHead(answered.status, { ...own, "cross-origin-opener-policy": coop, "x-frame-options": "DENY" });
  response.end(Buffer.from(await answered.arrayBuffer()));
}

/** Runs in the app's page, in the frame and at the redirect URL. */
async function page() {
  const { createClient } = await import("/dist/index.js");
  const client = await createClient({ baseUrl: location.origin, unsafeApiKey: "sandbox-key", entityId: "Jessica" });
  const state = document.getElementById("state");
  const show = ({ state: word, error }) => (state.textContent = `${word} ${error?.code ?? ""} ${error?.message ?? ""}`);
  const completed = await client.completeConnection().then((done) => done && "completed", (error) => `${error.code} ${error.message}`);
  document.title = String(completed);
  let flow;
  const start = (mode) => {
    flow = client.flow({ app: "gmail", mode });
    flow.subscribe(() => show(flow.getSnapshot()));
    return flow.load();
  };
  show(await start("popup"));
  for (const mode of ["redirect", "popup"]) {
    document.getElementById(mode).onclick = () => {
      if (mode === "popup") return flow.submit();
      const leaving = client.flow({ app: "gmail", mode });
      leaving.submit().then(show);
    };
  }
}

test("in a cross-site frame, a redirect is refused, and a popup connects and asks to be closed", async ({ browser }) => {
  coop = "same-origin";
  sandbox.reset();
  const state = () => browser.$("#state").getText();
  await browser.url(siteUrl());
  await browser.switchFrame(await browser.$("iframe"));
  await until(browser, "the flow is ready", state, (text) => text.startsWith("ready"));

  await browser.$("#redirect").click();
  await until(browser, "the redirect is refused", state, (text) => text.startsWith("failed embedded"));
  assert.deepEqual(sandbox.accounts(), []);

  const window = await popup(browser, () => browser.$("#popup").click());
  await browser.$("button[value=allow]").click();
  await until(browser, "the popup asks to be closed", state, (text) => /^failed callback_unbound .*close this window/.test(text));
  assert.match(await browser.getTitle(), /^callback_unbound .*close this window/);
  await window.close();
  await browser.switchFrame(await browser.$("iframe"));
  await until(browser, "the frame is connected", state, (text) => text.startsWith("connected"));
  assert.deepEqual(sandbox.accounts().map(({ status }) => status), ["ACTIVE"]);
});

test("in a sandboxed cross-site frame, a popup connects, and the provider cannot reach the page", async ({ browser, expectTrouble }) => {
  // Chromium warns about such a sandbox.
  if (engine.name === "chromium") expectTrouble(/both allow-scripts and allow-same-origin/);
  // Browsers refuse to show a page with COOP in a sandboxed popup.
  coop = "unsafe-none";
  const home = await browser.getWindowHandle();
  const state = () => browser.$("#state").getText();
  for (const allowed of ["allow-popups", "allow-popups allow-popups-to-escape-sandbox"]) {
    sandbox.reset();
    await browser.url(`${siteUrl()}/?sandbox=${encodeURIComponent(`allow-scripts allow-same-origin allow-forms ${allowed}`)}`);
    await browser.switchFrame(await browser.$("iframe"));
    await until(browser, "the flow is ready", state, (text) => text.startsWith("ready"));
    await popup(browser, () => browser.$("#popup").click());
    await browser.$("button[value=allow]").waitForExist();
    assert.equal(await browser.execute(() => globalThis.opener), null);
    await browser.$("button[value=allow]").click();
    await browser.switchToWindow(home);
    await until(browser, "the platform has the account", async () => sandbox.accounts().at(-1)?.status, (status) => status === "ACTIVE");
    await closeOthers(browser, home);
    await browser.switchFrame(await browser.$("iframe"));
    await until(browser, "the frame is connected", state, (text) => text.startsWith("connected"));
    await browser.switchFrame(null);
  }
});
