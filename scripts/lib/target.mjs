import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { inCache, inRoot, root } from "./paths.mjs";
import { run } from "./run.mjs";

/**
 * Runs `work(env)` with cargo's target directory for this compiler. All clones on this machine share it, so that a fresh clone finds the
 * dependencies compiled.
 */
export function withTarget(toolchain, work) {
  const directory = inCache("target", toolchain.id);
  return withLock(toolchain.id, async () => {
    mkdirSync(directory, { recursive: true });
    const env = { ...toolchain.env, CARGO_TARGET_DIR: directory };
    await forgetOtherClone(directory, env);
    return work(env);
  });
}

// cargo detects changed sources by their age. In another clone, older sources would count as unchanged, so our own crates are compiled again
// when the clone changes.
async function forgetOtherClone(directory, env) {
  const file = join(directory, "clone");
  if (read(file) === root) return;
  for (const profile of ["dev", "release"]) {
    for (const target of [[], ["--target", "wasm32-unknown-unknown"]]) {
      await run("cargo", ["clean", "--package", "connect-flow", "--profile", profile, ...target], { env });
    }
  }
  const app = ["--manifest-path", inRoot("examples", "yew", "Cargo.toml"), "--package", "connect-flow-yew"];
  await run("cargo", ["clean", ...app, "--target", "wasm32-unknown-unknown"], { env });
  writeFileSync(file, root);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
