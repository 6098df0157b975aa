import { rmSync } from "node:fs";
import { withLock } from "../lib/lock.mjs";
import { ensureChromium, ensureFirefox, ensureScreen, ensureWebkit } from "./browsers.mjs";
import { ensureCargoFuzz, ensureWasmBindgen, ensureWasmPack, toolTarget } from "./cargo-tools.mjs";
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

/**
 * Installs what is missing of these and returns what each one is: `ensure("npm", "wasm")`. They install concurrently: some wait for the
 * network while others compile.
 */
export async function ensure(...names) {
  requireNode();
  return withLock("setup", async () => {
    const unique = [...new Set(names)];
    const results = await Promise.all(unique.map((name) => ENSURE[name]()));
    rmSync(toolTarget, { recursive: true, force: true });
    return Object.fromEntries(unique.map((name, index) => [name, results[index]]));
  });
}
