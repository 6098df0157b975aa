import { existsSync, readFileSync } from "node:fs";
import { inRoot } from "../lib/paths.mjs";
import { step } from "../lib/progress.mjs";
import { run } from "../lib/run.mjs";

/** Installs the packages of package-lock.json, unless they are there already. */
export async function ensureNpm() {
  if (isInStep()) return;
  // Without install scripts: these packages contain their programs, and some scripts would download browsers.
  const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
  await step("npm ci", (note) => run("npm", args, { note }));
}

// Compares npm's own list in node_modules with the lock file: milliseconds in place of the seconds of `npm ci`.
function isInStep() {
  const installedFile = inRoot("node_modules", ".package-lock.json");
  if (!existsSync(installedFile)) return false;
  const wanted = readPackages(inRoot("package-lock.json"));
  const installed = readPackages(installedFile);
  const paths = Object.keys(wanted).filter((path) => path !== "");
  const isThere = (path) =>
    installed[path]
      ? installed[path].version === wanted[path].version && installed[path].integrity === wanted[path].integrity
      : Boolean(wanted[path].optional);
  return paths.every(isThere) && Object.keys(installed).every((path) => path in wanted);
}

const readPackages = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
