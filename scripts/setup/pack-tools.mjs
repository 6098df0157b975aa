import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inCache, inRoot } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";
import { run } from "../lib/run.mjs";

const FILES = ["package.json", "package-lock.json"];

/**
 * What the published package is checked and bundled with, in a folder of the cache: bundlers are heavy, and one that finds
 * them above the repository would find the repository's packages as well. `PACK_TOOLS` names the folder for the tests.
 */
export async function ensurePackTools() {
  const sources = FILES.map((name) => inRoot("tests", "pack", "apps", name));
  const hash = createHash("sha256");
  for (const file of sources) hash.update(readFileSync(file));
  const folder = inCache("pack-tools", hash.digest("hex").slice(0, 12));
  const done = join(folder, "node_modules", ".done");
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true });
    sources.forEach((file, index) => copyFileSync(file, join(folder, FILES[index])));
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    await step("npm ci, for the tests of the package", (note) => run("npm", args, { cwd: folder, note }));
    writeFileSync(done, "");
  }
  return { PACK_TOOLS: folder };
}
