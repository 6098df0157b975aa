import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = fileURLToPath(new URL(".", import.meta.resolve("connect-flow")));
const copies = [];

/** Imports a copy of the package, as it is before anything is loaded, without some of its files. */
export async function freshPackage({ without = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "connect-flow-fresh-"));
  copies.push(folder);
  cpSync(dist, folder, { recursive: true, filter: (path) => !without.includes(basename(path)) });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return import(pathToFileURL(join(folder, "index.js")));
}

/** Removes all copies. */
export function removeCopies() {
  for (const folder of copies.splice(0)) rmSync(folder, { recursive: true });
}
