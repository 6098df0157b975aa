import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const inRoot = (...parts) => join(root, ...parts);

// Outside the tree, so that a fresh clone finds the tools and the compiled dependencies of the last one.
export const cacheDir = join(
  process.env.CONNECT_FLOW_CACHE || process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
  "connect-flow",
);
export const inCache = (...parts) => join(cacheDir, ...parts);

const cargoBin = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "bin");
const npmPrograms = inRoot("node_modules", ".bin");
const tools = [];

/** Adds a tool's directory to the PATH of all later child processes. */
export function addToPath(directory) {
  if (!tools.includes(directory)) tools.push(directory);
}

// Node's and rustup's directories come last: a shell may have started before they were installed.
const systemPath = () => [...(process.env.PATH ?? "").split(delimiter), dirname(process.execPath), cargoBin];

/** The directories in which child processes look for programs; `preferred` goes before the system's. */
export const searchPath = (preferred) => [npmPrograms, ...tools, preferred, ...systemPath()].filter(Boolean);

/**
 * The full path of the first of these programs that is installed on this machine, or undefined. npm packages do not count: some have a
 * program that downloads the one it is named after.
 */
export function which(...names) {
  const suffix = process.platform === "win32" ? ".exe" : "";
  // `npm test` adds node_modules/.bin to this process's PATH.
  const directories = [...tools, ...systemPath()].filter((directory) => directory && directory !== npmPrograms);
  for (const name of names) {
    for (const directory of directories) {
      const file = join(directory, name + suffix);
      if (existsSync(file)) return file;
    }
  }
}
