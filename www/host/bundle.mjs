import { existsSync } from "node:fs";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
const wasm = join(root, "dist", "connect_flow_bg.wasm");

/**
 * Bundles the `main.js` of a folder of pages, split into chunks, and puts the `.wasm` file beside them, where
 * `new URL("./connect_flow_bg.wasm", import.meta.url)` of any chunk finds it.
 */
export async function bundle(pages, into) {
  const { outputFiles } = await build({
    entryPoints: [join(pages, "main.js")],
    bundle: true,
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

/** Another host may be serving the same file: it must see the old one or the new one, never half of one. */
async function replace(file, contents) {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, contents);
  await rename(draft, file);
}
