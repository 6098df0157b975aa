import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inRoot } from "../lib/paths.mjs";

const INPUTS = [
  "src",
  "Cargo.toml",
  "Cargo.lock",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "scripts/build.mjs",
  "scripts/build",
];
const OUTPUTS = ["pkg", "dist"];
const stampFile = inRoot("dist", ".build.json");

/** Every file under these paths, relative to the repository, in a fixed order. */
function filesUnder(paths) {
  return paths.filter((path) => existsSync(inRoot(path))).flatMap(function walk(path) {
    if (statSync(inRoot(path)).isFile()) return [path];
    return readdirSync(inRoot(path)).sort().flatMap((name) => walk(join(path, name)));
  });
}

function hashInputs() {
  const hash = createHash("sha256");
  for (const path of filesUnder(INPUTS)) hash.update(`${path}\0`).update(readFileSync(inRoot(path))).update("\0");
  return hash.digest("hex");
}

const sizes = () =>
  Object.fromEntries(
    filesUnder(OUTPUTS)
      .filter((path) => inRoot(path) !== stampFile)
      .map((path) => [path, statSync(inRoot(path)).size]),
  );

let hashAtStart;

/** Whether pkg/ and dist/ are the last build's outputs, from these inputs. A quick build counts only if `quick` is enough. */
export function isBuilt({ quick = false } = {}) {
  hashAtStart = hashInputs();
  if (!existsSync(stampFile)) return false;
  const stamp = JSON.parse(readFileSync(stampFile, "utf8"));
  if (stamp.quick && !quick) return false;
  const now = sizes();
  return stamp.inputs === hashAtStart && Object.entries(stamp.outputs).every(([path, size]) => now[path] === size);
}

/** Records the inputs as they were before the build, so that an edit during the build causes another. */
export function markBuilt({ quick = false } = {}) {
  writeFileSync(stampFile, JSON.stringify({ inputs: hashAtStart, outputs: sizes(), quick }));
}
