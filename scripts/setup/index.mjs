import { rmSync } from "node:fs";
import { withLock } from "../lib/lock.mjs";
import { ensureChromium, ensureFirefox, ensureScreen, ensureWebkit } from "./browsers.mjs";
import { ensureBindgen, ensureCargoFuzz, ensureWasmBindgen, ensureWasmPack, toolTarget } from "./cargo-tools.mjs";
import { requireNode } from "./node.mjs";
import { ensureNpm } from "./npm.mjs";
import { ensureBenchTools, ensureClients, ensureDocsTools, ensureFrameworks, ensureJest, ensurePackTools, ensureRouters, ensureRuntimes } from "./packages.mjs";
import { requireRust } from "./rust.mjs";
import { ensureWasmToolchain } from "./wasm-toolchain.mjs";

const ENSURE = {
  npm: ensureNpm,
  rust: async () => requireRust(),
  wasm: () => ensureWasmToolchain(),
  // With clippy and rustfmt.
  lint: () => ensureWasmToolchain({ lint: true }),
  "wasm-pack": ensureWasmPack,
  "wasm-bindgen": ensureWasmBindgen,
  // For a quick build.
  bindgen: ensureBindgen,
  "cargo-fuzz": ensureCargoFuzz,
  "pack-tools": ensurePackTools,
  jest: ensureJest,
  frameworks: ensureFrameworks,
  runtimes: ensureRuntimes,
  routers: ensureRouters,
  clients: ensureClients,
  "bench-tools": ensureBenchTools,
  "docs-tools": ensureDocsTools,
  chromium: ensureChromium,
  firefox: ensureFirefox,
  webkit: ensureWebkit,
  screen: ensureScreen,
};

/** What this process has begun to install, by name. */
const begun = new Map();

/**
 * Installs what is missing of these and returns what each one is: `ensure("npm", "wasm")`. They install concurrently: some wait for the
 * network while others compile.
 */
export async function ensure(...names) {
  const found = installing(...names);
  const results = await Promise.all(Object.entries(found).map(async ([name, result]) => [name, await result]));
  return Object.fromEntries(results);
}

/** As `ensure`, with a promise for each: what needs one of them need not wait for the others. */
export function installing(...names) {
  requireNode();
  // A toolchain with the linters is also one without.
  if (names.includes("lint") && !begun.has("wasm")) begin("lint", "wasm");
  for (const name of names) if (!begun.has(name)) begin(name);
  return Object.fromEntries(names.map((name) => [name, begun.get(name)]));
}

function begin(name, ...aliases) {
  const result = whileLocked(ENSURE[name]);
  // A stage that needs the tool awaits the result later. Node would end the process if it failed before that.
  result.catch(() => {});
  for (const key of [name, ...aliases]) begun.set(key, result);
}

let lock;

/** Runs `work` under the lock of all installations on this machine, which those of this process share. */
async function whileLocked(work) {
  lock ??= enter();
  const own = lock;
  own.works += 1;
  try {
    await own.entered;
    return await work();
  } finally {
    own.works -= 1;
    if (own.works === 0) {
      lock = undefined;
      own.leave();
    }
  }
}

function enter() {
  let leave;
  const left = new Promise((resolve) => (leave = resolve));
  const entered = new Promise((resolve, reject) => {
    withLock("setup", async () => {
      resolve();
      await left;
      rmSync(toolTarget, { recursive: true, force: true });
    }).catch(reject);
  });
  return { entered, leave, works: 0 };
}
