// A page of a browser extension connects an account in a popup, through a gateway that reads a session cookie.
import assert from "node:assert/strict";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath } from "node:url";
import { createGateway, toNodeHandler } from "connect-flow/server";
import { createSandbox } from "connect-flow/testing";
import { openBrowser } from "./support/browser.mjs";
import { engine } from "./support/engines.mjs";
import { popup } from "./support/tabs.mjs";
import { until } from "./support/until.mjs";
import { withoutWasm } from "./support/without-wasm.mjs";

const dist = fileURLToPath(new URL("../../dist", import.meta.url));

let server, sandbox, gateway, allowed, session;
const siteUrl = () => `http://localhost:${server.address().port}`;

/** The app's server: a page that signs the user in, the gateway, and the platform with its provider. */
async function answer(request, response) {
  if (request.url.startsWith("/api/connect/")) return gateway(request, response);
  if (request.url === "/login") return response.writeHead(200, { "set-cookie": "user=Jessica; SameSite=Lax; HttpOnly" }).end();
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, headers, url } = request;
  const answered = await sandbox.fetch(new Request(siteUrl() + url, { method, headers, body: chunks.length ? Buffer.concat(chunks) : null, redirect: "manual" }));
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  response.end(Buffer.from(await answered.arrayBuffer()));
}

/** Runs in the extension's page. */
async function page(siteUrl) {
  const { createClient } = await import("./dist/index.js");
  try {
    new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    document.title = "WebAssembly";
  } catch {
    document.title = "JavaScript";
  }
  const client = await createClient({ baseUrl: `${siteUrl}/api/connect`, redirectUrl: `${siteUrl}/connected`, credentials: "include" });
  const flow = client.flow({ app: "gmail", mode: "popup" });
  const state = document.getElementById("state");
  flow.subscribe(() => {
    const { state: word, error, account } = flow.getSnapshot();
    state.textContent = `${word} ${error?.code ?? account?.entityId ?? ""}`;
  });
  document.getElementById("connect").onclick = () => (flow.getSnapshot().state === "ready" ? flow.submit() : flow.retry());
  await flow.load();
}

/** The extensions by name, and what their manifests add. */
const manifests = {
  WebAssembly: { content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'" } },
  JavaScript: {},
};

/** Writes an extension into a folder. */
async function writeExtension(folder, name) {
  await cp(dist, join(folder, "dist"), { recursive: true });
  await writeFile(join(folder, "manifest.json"), JSON.stringify({ manifest_version: 3, name, version: "1", host_permissions: ["http://localhost/*"], ...manifests[name] }));
  await writeFile(join(folder, "page.html"), '<!doctype html><title>Test</title><button id="connect">Connect</button><p id="state"></p><script type="module" src="page.js"></script>');
  await writeFile(join(folder, "page.js"), `(${page})(${JSON.stringify(siteUrl())})`);
}

/** Opens one Chromium with all extensions, as each has an origin of its own. `ids` are theirs, by name. */
async function openWithExtensions() {
  const root = await mkdtemp(join(tmpdir(), "connect-flow-extension-"));
  const folders = Object.keys(manifests).map((name) => join(root, name));
  for (const [index, name] of Object.keys(manifests).entries()) await writeExtension(folders[index], name);
  const session = await openBrowser({ extension: folders.join() });
  const { browser } = session;
  await browser.url(`${siteUrl()}/login`);
  await browser.url("chrome://extensions");
  const ids = await browser.execute(() => {
    const list = document.querySelector("extensions-manager").shadowRoot.querySelector("extensions-item-list");
    const items = [...list.shadowRoot.querySelectorAll("extensions-item")];
    return Object.fromEntries(items.map((item) => [item.shadowRoot.querySelector("#name").textContent.trim(), item.id]));
  });
  return { browser, ids, close: () => session.close().finally(() => rm(root, { recursive: true, force: true })) };
}

if (engine.name === "chromium" && !withoutWasm) {
  suite("a page of a Chromium extension", () => {
    before(async () => {
      server = createServer((request, response) => void answer(request, response));
      await new Promise((done) => server.listen(0, "127.0.0.1", done));
      sandbox = createSandbox({ origin: siteUrl() });
      gateway = toNodeHandler(createGateway({
        apiKey: "sandbox-key",
        authenticate: (request) => request.headers.get("cookie")?.match(/user=(\w+)/)?.[1],
        allow: { operations: ["connect"], apps: ["gmail"] },
        redirectOrigins: [siteUrl()],
        upstream: siteUrl(),
        fetch: (request) => sandbox.fetch(request),
        origins: (origin) => origin === allowed,
      }));
      session = await openWithExtensions();
    });
    after(async () => {
      await session?.close();
      server?.close();
      server?.closeAllConnections();
    });

    for (const build of Object.keys(manifests)) {
      test(`connects in a popup, by ${build}, once the gateway's \`origins\` allows the extension`, async () => {
        sandbox.reset();
        const { browser, ids } = session;
        const origin = `chrome-extension://${ids[build]}`;
        const state = () => browser.$("#state").getText();
        await browser.url(`${origin}/page.html`);
        await until(browser, "the flow is ready", state, (text) => text.startsWith("ready"));
        assert.equal(await browser.getTitle(), build);
        allowed = "chrome-extension://other";
        await browser.$("#connect").click();
        await until(browser, "the flow has failed", state, (text) => text === "failed forbidden");
        assert.deepEqual(sandbox.accounts(), []);
        allowed = origin;
        const window = await popup(browser, () => browser.$("#connect").click());
        await browser.$("button[value=allow]").click();
        await window.leave();
        await until(browser, "the page is connected", state, (text) => text === "connected Jessica");
        assert.deepEqual(sandbox.accounts().map(({ entityId, status }) => [entityId, status]), [["Jessica", "ACTIVE"]]);
      });
    }
  });
}
