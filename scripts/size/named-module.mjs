import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compile } from "../build/wasm.mjs";
import { inRoot } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { withTarget } from "../lib/target.mjs";

/** wasm-pack's options for wasm-opt, from Cargo.toml. */
function wasmOptArgs() {
  const manifest = readFileSync(inRoot("Cargo.toml"), "utf8");
  const section = manifest.split("[package.metadata.wasm-pack.profile.release]")[1] ?? "";
  return JSON.parse(section.match(/wasm-opt\s*=\s*(\[[^\]]*\])/)?.[1].replace(/,\s*\]/, "]") ?? '["-O"]');
}

/**
 * The published module with the names of its functions, and its glue with wasm-bindgen's names. cargo has compiled it already, so this
 * takes seconds.
 * @returns `{ wasm, glue }`: the module's bytes and the glue's text.
 */
export async function namedModule(toolchain) {
  const directory = mkdtempSync(join(tmpdir(), "connect-flow-size-"));
  try {
    await withTarget(toolchain, "module", async (target) => {
      const compiled = await compile(toolchain, target);
      await run("wasm-bindgen", [compiled, "--target", "web", "--out-dir", directory]);
    });
    const module = join(directory, "connect_flow_bg.wasm");
    await run("wasm-opt", [module, "-o", module, ...wasmOptArgs(), "--debuginfo"]);
    // One file, with the scripts that the glue imports.
    const { build } = await import("esbuild");
    const options = { bundle: true, format: "esm", target: "es2022", write: false, logLevel: "silent" };
    const { outputFiles: [glue] } = await build({ ...options, entryPoints: [join(directory, "connect_flow.js")] });
    return { wasm: readFileSync(module), glue: glue.text };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
