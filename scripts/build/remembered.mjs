import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { inCache, inRoot } from "../lib/paths.mjs";

const MOST = 8;

/** The version of wasm-opt and wasm2js. */
export const binaryen = () => JSON.parse(readFileSync(inRoot("node_modules", "binaryen", "package.json"), "utf8")).version;

/**
 * Calls `make`, which makes the file or folder `path`. If any clone on this machine has made it of the same inputs, copies that instead: the
 * optimization of the module takes most of a build's time, and most changes leave the module as it is.
 * @param kind a folder of the cache, which keeps the last eight.
 * @param inputs texts and bytes that determine the result.
 */
export async function remembered(kind, inputs, path, make) {
  const hash = createHash("sha256");
  for (const input of inputs) hash.update(`${input.length}\0`).update(input);
  const folder = inCache("made", kind);
  const entry = join(folder, hash.digest("hex").slice(0, 24));
  if (existsSync(entry)) {
    utimesSync(entry, new Date(), new Date());
    rmSync(path, { recursive: true, force: true });
    cpSync(entry, path, { recursive: true });
    return;
  }
  await make();
  mkdirSync(folder, { recursive: true });
  const age = (name) => Date.now() - statSync(join(folder, name)).mtimeMs;
  const byAge = readdirSync(folder).sort((one, other) => age(one) - age(other));
  for (const name of byAge.slice(MOST - 1)) rmSync(join(folder, name), { recursive: true, force: true });
  // An interrupted copy must not count as complete.
  const part = `${entry}.${process.pid}`;
  cpSync(path, part, { recursive: true });
  renameSync(part, entry);
}
