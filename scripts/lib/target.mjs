import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { inCache, inRoot, root } from "./paths.mjs";
import { run } from "./run.mjs";

const WASM = ["--target", "wasm32-unknown-unknown"];
const OURS = ["--package", "connect-flow"];

/**
 * cargo's target directories, which programs can use at the same time. In each, `ours` are the arguments of `cargo clean` for the crates of
 * the repository.
 */
const PARTS = {
  // clippy, the tests and the reference.
  checks: { ours: [OURS, [...OURS, ...WASM]] },
  // The module, in both profiles.
  module: { ours: ["release", "quick"].map((profile) => [...OURS, "--profile", profile, ...WASM]) },
  fuzz: { ours: [] },
  // For wasm, cargo names the crate's library without a hash: the app's copy has other features than the one that the browser tests link.
  yew: { ours: [["--manifest-path", inRoot("examples", "yew", "Cargo.toml"), "--package", "connect-flow-yew", ...OURS, ...WASM]] },
};

/** Debug information is half of what a test program is made of. In CI nobody compiles a second time, which is what incremental compilation is for. */
const LESS_WORK = { CARGO_PROFILE_DEV_DEBUG: "0", ...(process.env.CI && { CARGO_INCREMENTAL: "0" }) };

/**
 * Runs `work(env)` with a target directory of cargo for this compiler. All clones on this machine share it, so that a fresh clone finds the
 * dependencies compiled.
 * @param part a name of `PARTS`.
 */
export function withTarget(toolchain, part, work) {
  const directory = inCache("target", toolchain.id, part);
  return withLock(`${toolchain.id}-${part}`, async () => {
    mkdirSync(directory, { recursive: true });
    const env = { ...LESS_WORK, ...toolchain.env, CARGO_TARGET_DIR: directory };
    await forgetOtherClone(directory, env, PARTS[part].ours);
    return work(env);
  });
}

// cargo detects changed sources by their age. In another clone, older sources would count as unchanged, so our own crates are compiled again
// when the clone changes.
async function forgetOtherClone(directory, env, ours) {
  const file = join(directory, "clone");
  if (read(file) === root) return;
  for (const args of ours) await run("cargo", ["clean", ...args], { env });
  writeFileSync(file, root);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
