import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { addToPath, inCache, inRoot, which } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";
import { ask, run } from "../lib/run.mjs";
import { Stop } from "../lib/stop.mjs";
import { requireRust } from "./rust.mjs";

export const ensureWasmPack = () => ensureTool({ crate: "wasm-pack", version: "0.15.1" });

export const ensureGeckodriver = () => ensureTool({ crate: "geckodriver", version: "0.37.1" });

export const ensureCargoFuzz = () => ensureTool({ crate: "cargo-fuzz", version: "0.13.1" });

// What reads and writes modules: unoptimized, it would take longer to run than to compile.
const OPTIMIZED = ["walrus", "wasmparser", "wasm-bindgen-cli-support"];

/** wasm-bindgen's program and library share a private format, so their versions must be equal. */
function wasmBindgen() {
  const version = readFileSync(inRoot("Cargo.lock"), "utf8").match(/name = "wasm-bindgen"\nversion = "([^"]+)"/)?.[1];
  if (!version) throw new Stop("Cargo.lock names no wasm-bindgen.");
  // Without TLS: it drives browsers on this machine.
  return { crate: "wasm-bindgen-cli", version, programs: ["wasm-bindgen", "wasm-bindgen-test-runner"], optimized: OPTIMIZED, flags: ["--no-default-features"] };
}

export const ensureWasmBindgen = () => ensureTool(wasmBindgen());

/**
 * Returns a function that runs wasm-bindgen for browsers, `(file, folder) => Promise`. If wasm-bindgen is not installed, it compiles only its
 * library with `bindgen/main.rs`. The other programs of wasm-bindgen have four times as many dependencies.
 */
export async function ensureBindgen() {
  const full = wasmBindgen();
  const installed = installedTool(full);
  if (installed) return (file, folder) => run(installed, [file, "--target", "web", "--out-dir", folder]);
  const { version } = full;
  const program = await ensureTool({ crate: "bindgen", version, optimized: OPTIMIZED, source: () => bindgenCrate(version) });
  return (file, folder) => run(program, [file, folder]);
}

/** Writes the crate of `bindgen/main.rs` and returns its folder. Its manifest follows the version in Cargo.lock. */
function bindgenCrate(version) {
  const folder = inCache("tools", `bindgen-${version}`, "crate");
  mkdirSync(join(folder, "src"), { recursive: true });
  cpSync(new URL("bindgen/main.rs", import.meta.url), join(folder, "src", "main.rs"));
  const manifest = ["[package]", 'name = "bindgen"', `version = "${version}"`, 'edition = "2024"', "[dependencies]", `wasm-bindgen-cli-support = "=${version}"`, "[workspace]", ""];
  writeFileSync(join(folder, "Cargo.toml"), manifest.join("\n"));
  return folder;
}

/** The target directory of the tools; setup removes it. */
export const toolTarget = inCache("target", "tools");

// Tools compile one after the other: they share dependencies, and a small machine has few cores.
let last = Promise.resolve();

const homeOf = ({ crate, version }) => inCache("tools", `${crate}-${version}`);

/** The path of a tool's first program if all of its programs are there in this version: in the cache, or on the `PATH`. */
function installedTool({ crate, version, programs = [crate] }) {
  const inHome = programs.map((program) => join(homeOf({ crate, version }), "bin", program));
  if (inHome.every(existsSync)) return inHome[0];
  const installed = which(programs[0]);
  const isRight = installed && ask(installed, ["--version"])?.split(/\s/).includes(version);
  if (isRight && programs.every((program) => existsSync(join(dirname(installed), program)))) return installed;
}

async function ensureTool({ crate, version, programs = [crate], ...options }) {
  const installed = installedTool({ crate, version, programs });
  const home = homeOf({ crate, version });
  if (installed && !installed.startsWith(home)) return installed;
  if (!installed) await (last = last.catch(() => {}).then(() => install({ crate, version, programs, home, ...options })));
  addToPath(join(home, "bin"));
  return join(home, "bin", programs[0]);
}

/** @param source writes the crate and returns its folder; the registry has it by default. */
async function install({ crate, version, programs, home, source, optimized = [], flags = [] }) {
  requireRust();
  mkdirSync(inCache(), { recursive: true });
  // Not --locked: a registry mirror may lag behind the versions in a tool's own lock file.
  const args = [
    "install", ...(source ? ["--path", source()] : [crate, "--version", version]), "--root", home, "--force", ...flags, ...programs.flatMap((program) => ["--bin", program]),
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
