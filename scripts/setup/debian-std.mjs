import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inCache } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";
import { run } from "../lib/run.mjs";
import { runAsRoot } from "./apt.mjs";
import { builtBy, WASM, wasmLib } from "./rust.mjs";

const MANIFEST = `[package]
name = "nothing"
version = "0.0.0"
edition = "2021"
[workspace]
`;

/** Compiles std for wasm from the toolchain's source and copies it into the toolchain. */
export function buildStd(toolchain) {
  return step("building Rust's standard library for wasm (once, about a minute)", async (note) => {
    const crate = inCache("std");
    rmSync(crate, { recursive: true, force: true });
    mkdirSync(join(crate, "src"), { recursive: true });
    writeFileSync(join(crate, "Cargo.toml"), MANIFEST);
    writeFileSync(join(crate, "src", "lib.rs"), "");
    const args = ["build", "--release", "--target", WASM, "-Z", "build-std=std,panic_abort,proc_macro,test"];
    const env = {
      ...toolchain.env,
      RUSTC_BOOTSTRAP: "1",
      // Link-time optimization of std needs bitcode.
      RUSTFLAGS: "-C embed-bitcode=yes",
      CARGO_TARGET_DIR: join(crate, "target"),
    };
    await run("cargo", args, { cwd: crate, env, note });
    await copy(join(crate, "target", WASM, "release", "deps"), toolchain);
    rmSync(crate, { recursive: true, force: true });
  });
}

async function copy(from, toolchain) {
  const to = wasmLib(toolchain);
  const isStd = (name) => name.endsWith(".rlib") && !name.startsWith("libnothing");
  const files = readdirSync(from).filter(isStd).map((name) => join(from, name));
  const stamp = join(from, "built-by");
  writeFileSync(stamp, toolchain.about);
  await runAsRoot("rm", ["-rf", to]);
  await runAsRoot("mkdir", ["-p", to]);
  await runAsRoot("cp", [...files, to]);
  // Last, so that an interrupted copy does not count as complete.
  await runAsRoot("cp", [stamp, builtBy(toolchain)]);
}
