// Where the module is loaded in something that is no browser, such as a DOM in Node: `load_failed` or a client, and nothing beside it.
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
const given = {
  "nothing else": "",
  "a fetch that throws": "globalThis.fetch = () => { throw new TypeError('no network') };",
  "a fetch that answers nothing": "globalThis.fetch = () => undefined;",
  "a fetch that rejects": "globalThis.fetch = () => Promise.reject(new TypeError('no network'));",
};
const script = `
  const escaped = [];
  for (const name of ["unhandledRejection", "uncaughtException"]) process.on(name, (error) => escaped.push(String(error)));
  const [url, absent, given] = process.argv.slice(1);
  const { createClient } = await import(url);
  const { setTimeout } = globalThis;
  if (absent) delete globalThis[absent];
  eval(given);
  const told = [];
  for (let times = 0; times < 2; times += 1) {
    try {
      const client = await createClient({ baseUrl: "https://platform.test" });
      client.dispose();
      told.push("client");
    } catch (error) {
      told.push(error.code ?? String(error));
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.stdout.write(JSON.stringify({ told, escaped }), () => process.exit());
`;

async function run(folder, absent, code) {
  const url = pathToFileURL(join(folder, "index.js")).href;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, url, absent, code], { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  for await (const part of child.stdout) text += part;
  return JSON.parse(text);
}

suite("where the module is loaded", () => {
  const ways = { whole: [], "without the module": ["connect_flow_bg.wasm", "connect_flow_inline.js", "connect_flow_js.js"], "without its scripts": ["connect_flow.js", "connect_flow_inline.js", "connect_flow_js.js"] };
  const folders = {};
  before(() => {
    for (const [name, without] of Object.entries(ways)) {
      folders[name] = mkdtempSync(join(tmpdir(), "connect-flow-absent-"));
      cpSync(dist, folders[name], { recursive: true, filter: (path) => !without.includes(basename(path)) });
      writeFileSync(join(folders[name], "package.json"), '{ "type": "module" }');
    }
  });
  after(() => Object.values(folders).forEach((folder) => rmSync(folder, { recursive: true })));

  for (const absent of globals) {
    test(`there is no ${absent}: load_failed or a client, and no rejection beside it`, async () => {
      await Promise.all(Object.keys(ways).map(async (name) => {
        const { told, escaped } = await run(folders[name], absent, "");
        assert.deepEqual(escaped, [], name);
        assert.ok(told.every((word) => word === "load_failed" || (word === "client" && name === "whole")), `${name}: ${told}`);
      }));
    });
  }

  for (const [what, code] of Object.entries(given)) {
    test(`there is ${what}: load_failed or a client, and no rejection beside it`, async () => {
      await Promise.all(Object.keys(ways).map(async (name) => {
        const { told, escaped } = await run(folders[name], "", code);
        assert.deepEqual(escaped, [], name);
        assert.deepEqual(told, name === "whole" ? ["client", "client"] : ["load_failed", "load_failed"], name);
      }));
    });
  }
});
