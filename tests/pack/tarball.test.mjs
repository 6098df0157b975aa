import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { installTarball, root, run, tool } from "./support/installed.mjs";

const entries = ["connect-flow", "connect-flow/react", "connect-flow/server", "connect-flow/testing"];

suite("the tarball", () => {
  let installed;
  before(async () => { installed = await installTarball(); });
  after(() => installed?.close());

  /** Runs a module in the folder where the package is installed. Returns its output. */
  async function runInstalled(name, code) {
    writeFileSync(join(installed.folder, name), code);
    return (await run(process.execPath, [name], installed.folder)).stdout.trim();
  }

  test("contains these files and no others", () => {
    assert.deepEqual(installed.files, [
      "LICENSE",
      "README.md",
      "dist/command-page.js",
      "dist/command.js",
      "dist/connect_flow.d.ts",
      "dist/connect_flow.js",
      "dist/connect_flow_bg.wasm",
      "dist/connect_flow_inline.js",
      "dist/connect_flow_js.js",
      "dist/index.d.ts",
      "dist/index.js",
      "dist/react.d.ts",
      "dist/react.js",
      "dist/server.d.ts",
      "dist/server.js",
      "dist/testing.d.ts",
      "dist/testing.js",
      "package.json",
    ]);
  });

  test("exports its entries, with the types first", () => {
    const { exports, sideEffects, type, publishConfig, homepage, bugs, repository } = JSON.parse(readFileSync(join(installed.folder, "node_modules/connect-flow/package.json"), "utf8"));
    assert.deepEqual(Object.keys(exports), [".", "./react", "./server", "./testing", "./connect_flow_bg.wasm", "./package.json"]);
    for (const target of Object.values(exports)) if (typeof target === "object") assert.deepEqual(Object.keys(target), ["types", "default"]);
    assert.deepEqual([sideEffects, type], [false, "module"]);
    assert.deepEqual(publishConfig, { access: "public", provenance: true });
    for (const url of [homepage, bugs, repository.url]) assert.match(url, /^(?:git\+)?https:\/\//);
  });

  test("contains the module's URL once, as a literal for bundlers, and no path of this machine", () => {
    const texts = installed.files.filter((file) => /\.(js|ts|json)$/.test(file)).map((file) => readFileSync(join(installed.folder, "node_modules/connect-flow", file), "utf8"));
    assert.equal(texts.join("").split("import.meta.url").length, 2);
    assert.ok(texts.some((text) => text.includes('new URL("./connect_flow_bg.wasm",import.meta.url)')));
    for (const text of texts) assert.ok(!text.includes(root) && !/\/(?:home|Users|root)\//.test(text));
    const wasm = readFileSync(join(installed.folder, "node_modules/connect-flow/dist/connect_flow_bg.wasm"), "latin1");
    assert.ok(!wasm.includes(root) && !/\.cargo\/|\/rustc\//.test(wasm));
  });

  test("passes publint", async () => {
    const { output } = await tool("publint", ["run", installed.tarball, "--strict"], installed.folder);
    assert.match(output, /All good/);
  });

  test("passes attw, which finds the types of every entry", async () => {
    // The .wasm file has no types. CommonJS can `require` modules since Node 20.19.
    const args = [installed.tarball, "--profile", "esm-only", "--exclude-entrypoints", "./connect_flow_bg.wasm", "--format", "json"];
    const { analysis, problems } = JSON.parse((await tool("attw", args, installed.folder)).stdout);
    assert.deepEqual(Object.keys(analysis.entrypoints), [".", "./react", "./server", "./testing", "./package.json"]);
    for (const { resolutions } of Object.values(analysis.entrypoints)) {
      for (const way of ["node10", "node16-esm", "bundler"]) assert.ok(resolutions[way].resolution, `${way}: ${JSON.stringify(resolutions[way])}`);
    }
    const found = Object.values(problems ?? {}).flat().filter(({ resolutionKind }) => resolutionKind !== "node16-cjs");
    assert.deepEqual(found, []);
  });

  test("can be published without warnings", async () => {
    const { output } = await run("npm", ["publish", "--dry-run"], root);
    const warnings = output.split("\n").filter((line) => /npm warn/i.test(line) && !/requires you to be logged in/.test(line));
    assert.deepEqual(warnings, []);
    assert.match(output, /\+ connect-flow@\d/);
  });

  // A module is evaluated once per process, so each test runs this code in a new one.
  const importing = `
    const accesses = [];
    const names = ["fetch", "window", "document", "location", "history", "localStorage", "sessionStorage", "navigator", "indexedDB",
      "WebAssembly", "BroadcastChannel", "XMLHttpRequest", "WebSocket", "EventSource", "setTimeout", "setInterval"];
    const before = Object.getOwnPropertyNames(globalThis);
    const own = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name), globalThis[name]]);
    for (const [name, , value] of own) {
      // Node itself accesses them during an import.
      const get = () => (/node_modules.connect-flow/.test(new Error().stack) && accesses.push(name), value);
      Object.defineProperty(globalThis, name, { configurable: true, get, set() { accesses.push("set " + name); } });
    }
    const exported = {};
    for (const entry of ${JSON.stringify(entries)}) exported[entry] = Object.keys(await import(entry)).sort();
    const added = Object.getOwnPropertyNames(globalThis).filter((name) => !before.includes(name) && !names.includes(name));
    for (const [name, property] of own) property ? Object.defineProperty(globalThis, name, property) : delete globalThis[name];
    const found = { accesses, added, exported };
  `;
  const expected = {
    // The page's URL, before a router rewrites it.
    accesses: ["location"],
    added: [],
    exported: {
      "connect-flow": ["createClient", "inputAttributes", "isConnectError", "toJsonSchema", "toStandardSchema", "validateParams"],
      "connect-flow/react": ["ConnectProvider", "useConnectClient", "useConnectFlow", "useConnectedAccounts"],
      "connect-flow/server": ["createGateway", "toNodeHandler"],
      "connect-flow/testing": ["createSandbox"],
    },
  };

  test("reads only `location` when it is imported in Node", async () => {
    const found = await runInstalled("imports.mjs", `${importing} console.log(JSON.stringify(found));`);
    assert.deepEqual(JSON.parse(found), expected);
  });

  test("reads only `location` when it is imported in a worker", async () => {
    writeFileSync(join(installed.folder, "worker.mjs"), `import { parentPort } from "node:worker_threads"; ${importing} parentPort.postMessage(found);`);
    const found = await runInstalled("starts.mjs", `
      import { Worker } from "node:worker_threads";
      const worker = new Worker(new URL("./worker.mjs", import.meta.url));
      worker.on("message", (found) => console.log(JSON.stringify(found)));
      worker.on("error", (error) => { throw error; });
    `);
    assert.deepEqual(JSON.parse(found), expected);
  });

  test("reads only `location` when it is rendered on a server", async () => {
    const found = await runInstalled("renders.mjs", `
      import { createElement } from "react";
      import { renderToString } from "react-dom/server";
      ${importing}
      const { ConnectProvider, useConnectFlow } = await import("connect-flow/react");
      for (const name of ["fetch", "window", "document", "location", "WebAssembly"]) {
        Object.defineProperty(globalThis, name, { get: () => void accesses.push(name), configurable: true });
      }
      const Flow = () => useConnectFlow({ app: "gmail" }).state;
      const html = renderToString(createElement(ConnectProvider, { options: { baseUrl: "/api/connect" } }, createElement(Flow)));
      console.log(JSON.stringify({ html, accesses }));
    `);
    assert.deepEqual(JSON.parse(found), { html: "idle", accesses: ["location"] });
  });
});
