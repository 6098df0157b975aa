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

/**
 * The environment for the crate's Yew app: a target directory of its own. For wasm, cargo names the crate's library without a hash, so that
 * the app's copy, with other features, would replace the one that the browser tests link.
 */
export const targetOfApp = (env) => ({ ...env, CARGO_TARGET_DIR: join(env.CARGO_TARGET_DIR, "yew") });

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
  const app = ["--manifest-path", inRoot("examples", "yew", "Cargo.toml"), "--package", "connect-flow-yew", "--package", "connect-flow"];
  await run("cargo", ["clean", ...app, "--target", "wasm32-unknown-unknown"], { env: targetOfApp(env) });
  writeFileSync(file, root);
}

function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
