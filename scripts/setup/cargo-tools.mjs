import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { addToPath, inCache, inRoot, which } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";
import { ask, run } from "../lib/run.mjs";
import { Stop } from "../lib/stop.mjs";
import { requireRust } from "./rust.mjs";

export const ensureWasmPack = () => ensureTool({ crate: "wasm-pack", version: "0.15.1" });

export const ensureGeckodriver = () => ensureTool({ crate: "geckodriver", version: "0.37.1" });

export const ensureCargoFuzz = () => ensureTool({ crate: "cargo-fuzz", version: "0.13.1" });

/** wasm-bindgen's program and library share a private format, so their versions must be equal. */
export function ensureWasmBindgen() {
  const lock = readFileSync(inRoot("Cargo.lock"), "utf8");
  const version = lock.match(/name = "wasm-bindgen"\nversion = "([^"]+)"/)?.[1];
  if (!version) throw new Stop("Cargo.lock names no wasm-bindgen.");
  const programs = ["wasm-bindgen", "wasm-bindgen-test-runner"];
  // What reads and writes modules: unoptimized, it would take longer to run than to compile. Without TLS: it drives browsers on this machine.
  const optimized = ["walrus", "wasmparser", "wasm-bindgen-cli-support"];
  return ensureTool({ crate: "wasm-bindgen-cli", version, programs, optimized, flags: ["--no-default-features"] });
}

/** The target directory of the tools; setup removes it. */
export const toolTarget = inCache("target", "tools");

// Tools compile one after the other: they share dependencies, and a small machine has few cores.
let last = Promise.resolve();

async function ensureTool({ crate, version, programs = [crate], ...options }) {
  const home = inCache("tools", `${crate}-${version}`);
  const inHome = programs.map((program) => join(home, "bin", program));
  if (!inHome.every(existsSync)) {
    const installed = which(programs[0]);
    const isRight = installed && ask(installed, ["--version"])?.split(/\s/).includes(version);
    if (isRight && programs.every((program) => existsSync(join(dirname(installed), program)))) return installed;
    await (last = last.catch(() => {}).then(() => install({ crate, version, programs, home, ...options })));
  }
  addToPath(join(home, "bin"));
  return inHome[0];
}

async function install({ crate, version, programs, home, optimized = [], flags = [] }) {
  requireRust();
  mkdirSync(inCache(), { recursive: true });
  // Not --locked: a registry mirror may lag behind the versions in a tool's own lock file.
  const args = [
    "install", crate, "--version", version, "--root", home, "--force", ...flags, ...programs.flatMap((program) => ["--bin", program]),
    ...optimized.flatMap((name) => ["--config", `profile.release.package.${name}.opt-level=1`]),
  ];
  const env = {
    CARGO_TARGET_DIR: toolTarget,
    // These programs run for a second or two: a short compilation matters more than their speed. All in the same way, so that they share what
    // they depend on.
    CARGO_PROFILE_RELEASE_OPT_LEVEL: "0",
    CARGO_PROFILE_RELEASE_LTO: "off",
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
  };
  const title = `cargo install ${crate} ${version} (once, some minutes)`;
  await step(title, (note) => run("cargo", args, { note, env, cwd: inCache() }));
}
