import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inCache, inRoot } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";
import { run } from "../lib/run.mjs";

const FILES = ["package.json", "package-lock.json"];

/**
 * Installs the packages of a folder of the repository into the cache, once for each content of its lock file. In the repository, bundlers
 * would also find the repository's own packages.
 * @param name the cache's folder for it; `source` the folder's path in the repository; `purpose` as in `npm ci, for …`.
 * @returns the folder in the cache.
 */
export async function installFolder({ name, source, purpose }) {
  const sources = FILES.map((file) => inRoot(source, file));
  const hash = createHash("sha256");
  for (const file of sources) hash.update(readFileSync(file));
  const folder = inCache(name, hash.digest("hex").slice(0, 12));
  const done = join(folder, "node_modules", ".done");
  if (!existsSync(done)) {
    mkdirSync(folder, { recursive: true });
    sources.forEach((file, index) => copyFileSync(file, join(folder, FILES[index])));
    const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    await step(`npm ci, for ${purpose}`, (note) => run("npm", args, { cwd: folder, note }));
    writeFileSync(done, "");
  }
  return folder;
}
