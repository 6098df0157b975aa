// Loading outside of a browser, such as in a DOM in Node, gives a client or `load_failed`, and never an unhandled rejection.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = fileURLToPath(new URL(".", import.meta.resolve("connect-flow")));
const globals = [
  "fetch", "TextDecoder", "TextEncoder", "WebAssembly", "DecompressionStream", "crypto", "Response", "Request", "Headers", "atob",
  "AbortController", "AbortSignal", "URL", "FinalizationRegistry", "structuredClone",
];
const fetches = {
  "no fetch of its own": "",
  "a fetch that throws": "globalThis.fetch = () => { throw new TypeError('no network') };",
  "a fetch that returns undefined": "globalThis.fetch = () => undefined;",
  "a fetch that rejects": "globalThis.fetch = () => Promise.reject(new TypeError('no network'));",
};
const script = `
  const escaped = [];
  for (const name of ["unhandledRejection", "uncaughtException"]) process.on(name, (error) => escaped.push(String(error)));
  const [absent, setUp, ...urls] = process.argv.slice(1);
  // Each has a module of its own.
  const packages = await Promise.all(urls.map((url) => import(url)));
  const { setTimeout } = globalThis;
  if (absent) delete globalThis[absent];
  eval(setUp);
  const results = [];
  for (const { createClient } of packages) {
    const outcomes = [];
    for (let times = 0; times < 2; times += 1) {
      try {
        const client = await createClient({ baseUrl: "https://platform.test" });
        client.dispose();
        outcomes.push("client");
      } catch (error) {
        outcomes.push(error.code ?? String(error));
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    results.push({ outcomes, escaped: escaped.splice(0) });
  }
  process.stdout.write(JSON.stringify(results), () => process.exit());
`;

/** Calls `createClient` twice from the package in each folder, all in one process. Returns `{ outcomes, escaped }` for each. */
async function run(folders, absent, code) {
  const urls = folders.map((folder) => pathToFileURL(join(folder, "index.js")).href);
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, absent, code, ...urls], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const part of child.stdout) text += part;
  return JSON.parse(text);
}

suite("createClient gives a client or load_failed, and no unhandled rejection", () => {
  const packages = { complete: [], "without the module": ["connect_flow_bg.wasm", "connect_flow_inline.js", "connect_flow_js.js"], "without its scripts": ["connect_flow.js", "connect_flow_inline.js", "connect_flow_js.js"] };
  const folders = {};
  before(() => {
    for (const [name, without] of Object.entries(packages)) {
      folders[name] = mkdtempSync(join(tmpdir(), "connect-flow-absent-"));
      cpSync(dist, folders[name], { recursive: true, filter: (path) => !without.includes(basename(path)) });
      writeFileSync(join(folders[name], "package.json"), '{ "type": "module" }');
    }
  });
  after(() => Object.values(folders).forEach((folder) => rmSync(folder, { recursive: true })));

  async function runEach(absent, code) {
    const results = await run(Object.values(folders), absent, code);
    return Object.keys(folders).map((name, index) => [name, results[index]]);
  }

  for (const absent of globals) {
    test(`without ${absent}`, async () => {
      for (const [name, { outcomes, escaped }] of await runEach(absent, "")) {
        assert.deepEqual(escaped, [], name);
        assert.ok(outcomes.every((outcome) => outcome === "load_failed" || (outcome === "client" && name === "complete")), `${name}: ${outcomes}`);
      }
    });
  }

  for (const [what, code] of Object.entries(fetches)) {
    test(`with ${what}`, async () => {
      for (const [name, { outcomes, escaped }] of await runEach("", code)) {
        assert.deepEqual(escaped, [], name);
        assert.deepEqual(outcomes, name === "complete" ? ["client", "client"] : ["load_failed", "load_failed"], name);
      }
    });
  }
});
