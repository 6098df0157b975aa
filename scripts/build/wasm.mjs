import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { say, step } from "../lib/progress.mjs";
import { ask, run } from "../lib/run.mjs";
import { withTarget } from "../lib/target.mjs";
import { hasStdSource, WASM } from "../setup/rust.mjs";
import { binaryen, remembered } from "./remembered.mjs";
import { buildWithoutWasm } from "./without-wasm.mjs";

// Turns off optimizations that make code faster and bigger.
const LLVM = [
  "-inline-threshold=10", "-enable-pre=false", "-enable-load-pre=false", "-disable-lsr", "-disable-machine-licm", "-disable-machine-cse",
  "-opt-disable=licm,indvars",
  // `memory.copy` and `memory.fill` take the place of several loads and stores.
  "-max-store-memcpy=1", "-max-store-memset=1",
];
const SMALL_FLAGS = [
  "-Zunstable-options", "-Cpanic=immediate-abort", "-Zlocation-detail=none", "-Zfmt-debug=none",
  ...LLVM.map((option) => `-Cllvm-args=${option}`),
  // wasm-bindgen then keeps JavaScript values in an array of the glue. A table of the module needs a wrapper around each import and export.
  "-Ctarget-feature=-reference-types",
  // The stack lies before the data. With 64 KB less than the default, the address of a constant takes 3 bytes in place of 4.
  "-Clink-arg=-zstack-size=983040",
];
const SMALL_STD = ["-Z", "build-std=std,panic_abort", "-Z", "build-std-features=optimize_for_size"];
// Stable compilers accept unstable flags only with this.
const BOOTSTRAP = { RUSTC_BOOTSTRAP: "1" };

/**
 * The options of a small build: std is compiled with the crate, without panic messages and `Debug` formatting. Without std's source, or
 * with a compiler that does not know the flags, it is a plain release build, which is 50 % bigger.
 */
export function releaseBuild(toolchain) {
  const probe = () => ask("rustc", [...SMALL_FLAGS, "--print", "cfg"], { ...toolchain.env, ...BOOTSTRAP });
  if (hasStdSource(toolchain) && probe() !== undefined) {
    return { isSmall: true, env: { ...BOOTSTRAP, RUSTFLAGS: SMALL_FLAGS.join(" ") }, cargoArgs: SMALL_STD };
  }
  return { isSmall: false, env: { RUSTFLAGS: "" }, cargoArgs: [] };
}

/**
 * Writes a manifest of the same crate that makes the module only, and returns its folder. Cargo.toml also asks for a Rust library, and for
 * both together cargo skips link-time optimization.
 */
function moduleCrate() {
  const folder = inRoot("target", "module");
  const both = 'crate-type = ["cdylib", "rlib"]';
  const manifest = readFileSync(inRoot("Cargo.toml"), "utf8");
  if (!manifest.includes(both)) throw new Error("Cargo.toml has another crate-type than before");
  mkdirSync(folder, { recursive: true });
  const withoutTests = manifest.replaceAll(/^\[\[test\]\]\n(?:.+\n)+/gm, "");
  writeFileSync(join(folder, "Cargo.toml"), withoutTests.replace(both, 'crate-type = ["cdylib"]\npath = "../../src/lib.rs"'));
  // wasm-bindgen looks for JavaScript snippets beside the manifest. A new modification time would make cargo recompile everything.
  const options = { recursive: true, preserveTimestamps: true, filter: (from) => !from.endsWith(".rs") };
  cpSync(inRoot("src", "browser"), join(folder, "src", "browser"), options);
  writeFileSync(join(folder, "Cargo.lock"), readFileSync(inRoot("Cargo.lock")));
  return folder;
}

/** Compiles src/ and returns the path of the module, before wasm-bindgen. `target` is the environment with the target directory. */
export const compile = (toolchain, target, note) => compileIn("release", releaseBuild(toolchain), target, note);

async function compileIn(profile, { env, cargoArgs }, target, note) {
  const args = ["build", "--lib", "--profile", profile, "--target", WASM, ...cargoArgs];
  await run("cargo", args, { cwd: moduleCrate(), env: { ...target, ...env }, note });
  return join(target.CARGO_TARGET_DIR, WASM, profile, "connect_flow.wasm");
}

/**
 * Makes pkg/ from src/ in seconds: a module that does the same and is several times as big.
 * @param tools a promise for `bindgen`. Otherwise as `buildWasm`.
 */
export const buildQuickWasm = (toolchain, tools) =>
  withTarget(toolchain, "module", async (target) => {
    const compiled = await step("cargo build", (note) => compileIn("quick", { env: { RUSTFLAGS: "" }, cargoArgs: [] }, target, note));
    const { bindgen } = await tools;
    rmSync(inRoot("pkg"), { recursive: true, force: true });
    await bindgen(compiled, inRoot("pkg"));
    return 'throw new Error("npm start makes no JavaScript build; npm run build makes one");\n';
  });

/**
 * Makes pkg/ from src/ with wasm-pack, and at the same time the JavaScript build. Returns the text of the latter.
 * @param tools a promise for wasm-pack, wasm-bindgen and wasm-opt, which the compiler need not wait for.
 */
export async function buildWasm(toolchain, tools) {
  const { isSmall, env, cargoArgs } = releaseBuild(toolchain);
  if (!isSmall) {
    say("warning: this Rust cannot compile its standard library (rust-src is missing, or it is too old).");
    say("         The module will work, but be too big to publish.");
  }
  const options = ["--release", "--target", "web", "--out-dir", inRoot("pkg"), "--no-pack", "--mode", "no-install"];
  const args = ["build", moduleCrate(), ...options, "--", ...cargoArgs];
  return withTarget(toolchain, "module", async (target) => {
    const compiled = await step("cargo build", (note) => compile(toolchain, target, note));
    await tools;
    const [, withoutWasm] = await Promise.all([
      step("wasm-pack build", (note) => {
        const inputs = [readFileSync(compiled), ...["Cargo.toml", "Cargo.lock"].map((name) => readFileSync(inRoot(name))), binaryen()];
        return remembered("pkg", inputs, inRoot("pkg"), () => run("wasm-pack", args, { env: { ...target, ...env }, note }));
      }),
      step("wasm2js", () => buildWithoutWasm(compiled)),
    ]);
    return withoutWasm;
  });
}
