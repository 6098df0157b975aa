import { join } from "node:path";
import { compile } from "../build/wasm.mjs";
import { inCache, inRoot } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { withTarget } from "../lib/target.mjs";
import { WASM } from "../setup/rust.mjs";

/** Compiles the Yew app that depends on the crate, with its glue, into its `dist/`. */
export async function buildCrateApp({ lint: toolchain, note }) {
  const app = inRoot("examples", "yew");
  await withTarget(toolchain, "yew", async (target) => {
    const args = ["build", "--locked", "--manifest-path", join(app, "Cargo.toml"), "--target", WASM];
    await run("cargo", args, { note, env: target });
    const compiled = join(target.CARGO_TARGET_DIR, WASM, "debug", "connect-flow-yew.wasm");
    const out = ["--target", "web", "--no-typescript", "--out-dir", join(app, "dist"), "--out-name", "connect_flow_yew"];
    await run("wasm-bindgen", [compiled, ...out], { note });
  });
}

/**
 * Makes wasm-pack's output for bundlers, its default target, from what the build has compiled: this takes a second. It is not minimized.
 * `PKG_BUNDLER` names the folder for the tests.
 */
export async function buildForBundlers({ lint: toolchain, note }) {
  const folder = inCache("pkg-bundler");
  await withTarget(toolchain, "module", async (target) => {
    const compiled = await compile(toolchain, target, note);
    await run("wasm-bindgen", [compiled, "--target", "bundler", "--out-dir", folder], { note });
  });
  return { PKG_BUNDLER: folder };
}
