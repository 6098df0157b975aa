import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
const wasm = join(root, "dist", "connect_flow_bg.wasm");

/** The entry script of a folder of pages, or undefined. */
export const entryOf = (pages) => ["main.js", "main.jsx"].map((name) => join(pages, name)).find(existsSync);

/**
 * Bundles the entry script of a folder of pages into chunks. Copies the `.wasm` file beside them, where
 * `new URL("./connect_flow_bg.wasm", import.meta.url)` of any chunk finds it.
 * @param mode `production`, or `development` for React's warnings and the double effects of StrictMode.
 */
export async function bundle(pages, into, mode = "production") {
  const chat = join(pages, "chat.js");
  const { outputFiles } = await build({
    entryPoints: { main: entryOf(pages), ...(existsSync(chat) && { chat }) },
    bundle: true,
    jsx: "automatic",
    define: { "process.env.NODE_ENV": JSON.stringify(mode) },
    splitting: true,
    format: "esm",
    target: "es2022",
    outdir: into,
    absWorkingDir: root,
    logLevel: "silent",
    write: false,
  });
  await mkdir(into, { recursive: true });
  const files = outputFiles.map(({ path, contents }) => [basename(path), contents]);
  if (existsSync(wasm)) files.push([basename(wasm), await readFile(wasm)]);
  await Promise.all(files.map(([name, contents]) => replace(join(into, name), contents)));
}

/** Replaces a file atomically, because another host may be serving it. */
async function replace(file, contents) {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, contents);
  await rename(draft, file);
}
