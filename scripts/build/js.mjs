import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { inRoot } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { earlyPaths } from "./early.mjs";
import { aroundGlue, bundleGlue, minifiedGlue, startable } from "./glue.mjs";
import { ordered } from "./order.mjs";
import { manglable, renamed, withShortModule } from "./short-names.mjs";

const GLUE = "connect_flow.js";
const WASM = "connect_flow_bg.wasm";
const TYPES = "connect_flow.d.ts";
// The fallbacks, loaded when the module cannot be.
const INLINE = "connect_flow_inline.js";
const WITHOUT_WASM = "connect_flow_js.js";

/** What package.json exports from dist/, with its source: `testing`, `src/ts/testing.ts`. */
export function entries() {
  const { exports } = JSON.parse(readFileSync(inRoot("package.json"), "utf8"));
  return Object.values(exports)
    .map((target) => target.default)
    .filter(Boolean)
    .map((file) => basename(file, ".js"))
    .map((name) => ({ name, source: `src/ts/${name}.ts` }))
    .filter(({ source }) => existsSync(inRoot(source)));
}

/** The command, and the script of the page that it serves: built like an entry, without types. */
const COMMAND = [{ name: "command", source: "src/ts/command.ts" }, { name: "command-page", source: "src/ts/command/page.ts" }];

// They run on servers and in tests, where an error prints its line: minified, that is the whole file.
const READABLE = ["server", "testing", "command"];

// Loaded on demand, and shared with the page: the glue and its fallbacks, and React.
const EXTERNALS = [GLUE, INLINE, WITHOUT_WASM].map((file) => `./${file}`).concat("react", "node:*");

/** Leaves imports of another entry, at any depth, to its file in dist/: a second copy of the client would load a second module. */
const otherEntries = (found) => ({
  name: "other entries",
  setup: (build) => build.onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, resolveDir }) => {
    const entry = found.find(({ name }) => join(resolveDir, path) === inRoot("src", "ts", `${name}.js`));
    return entry && { path: `./${entry.name}.js`, external: true };
  }),
});

/** Makes dist/ from pkg/, src/ts/ and the text of the JavaScript build. A quick build has no types, and is not compressed well. */
export async function buildJs(withoutWasm, { quick = false } = {}) {
  const { build } = await import("esbuild");
  const found = entries();
  rmSync(inRoot("dist"), { recursive: true, force: true });
  mkdirSync(inRoot("dist"));
  const options = {
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "silent",
    absWorkingDir: inRoot(),
  };
  // wasm-bindgen's names contain hashes, which do not compress: module and glue get short names.
  const long = readFileSync(inRoot("pkg", WASM));
  const names = { mangleProps: manglable(long), mangleCache: {} };
  const { text, mangleCache } = await bundleGlue({ folder: inRoot("pkg"), file: GLUE, options: { ...names, plugins: [startable(long)] } });
  // instance.ts guards every call of the module's exports.
  const assignment = /\bwasm = instance\.exports\b/;
  if (!assignment.test(text)) throw new Error("wasm-bindgen keeps the exports in another way than before");
  const glue = await aroundGlue(withShortModule(text.replace(assignment, "wasm = guarded(instance.exports)")));
  writeFileSync(inRoot("dist", GLUE), quick ? glue : await minifiedGlue(glue));
  const short = renamed(long, mangleCache);
  const wasm = quick ? short : ordered(short);
  writeFileSync(inRoot("dist", WASM), wasm);
  const plugins = [otherEntries(found), earlyPaths(inRoot("dist", GLUE), wasm)];
  for (const { name, source } of [...found, ...COMMAND]) {
    const minify = !READABLE.includes(name);
    await build({ ...options, minify, entryPoints: { [name]: source }, outdir: "dist", external: EXTERNALS, plugins });
  }
  const deflated = quick ? deflateRawSync(wasm) : await deflate(wasm);
  const define = { DEFLATED: JSON.stringify(Buffer.from(deflated).toString("base64")) };
  await build({ ...options, entryPoints: ["src/ts/connect_flow_inline.ts"], outfile: `dist/${INLINE}`, external: EXTERNALS, define });
  writeFileSync(inRoot("dist", WITHOUT_WASM), withoutWasm);
  if (quick) return;
  writeFileSync(inRoot("dist", TYPES), publicTypes(readFileSync(inRoot("pkg", TYPES), "utf8")));
  if (found.length) await declarations(found);
}

/** 5,500 bytes smaller than zlib makes it. */
async function deflate(bytes) {
  const { default: zopfli } = await import("@gfx/zopfli");
  return zopfli.deflateAsync(bytes, { numiterations: 5 });
}

/**
 * wasm-bindgen's declarations without the module's raw exports, which nobody can import and which contain `any`. The reference provides
 * `Symbol.dispose` to apps whose `lib` lacks it.
 */
function publicTypes(text) {
  const end = text.indexOf("export type InitInput");
  if (end < 0) throw new Error("wasm-bindgen declares the raw exports in another way than before");
  return `/// <reference lib="esnext.disposable" />\n${text.slice(0, end).trimEnd()}\n`;
}

/**
 * Each entry publishes one file: the types that its folder shares with the entry, and then the entry's own. The folder's types stand in
 * types.ts, and in files next to it whose names end in `-types.ts`.
 */
async function declarations(found) {
  await tsc(["--project", "scripts/build/tsconfig.json"]);
  for (const { name } of found) {
    const folder = inRoot("dist", name);
    if (!existsSync(folder)) continue;
    const parts = readdirSync(folder).filter((file) => file.endsWith("-types.d.ts"));
    const isBetweenParts = (line) => parts.some((file) => line.endsWith(` from "./${file.replace(".d.ts", ".js")}";`));
    const types = [...parts, "types.d.ts"].map((file) => readFileSync(join(folder, file), "utf8")).join("")
      .split("\n").filter((line) => !isBetweenParts(line)).join("\n").replaceAll('from "../index.js"', 'from "./index.js"');
    const entry = readFileSync(`${folder}.d.ts`, "utf8").split("\n").filter((line) => !line.endsWith(` from "./${name}/types.js";`)).join("\n");
    if (/from "\.(?!\/index\.js)|import\("\./.test(types + entry)) throw new Error(`the public types of ${name} must stand in src/ts/${name}/types.ts`);
    writeFileSync(`${folder}.d.ts`, `${types}${entry}`);
    rmSync(folder, { recursive: true });
  }
  for (const folder of ["platform", "shared"]) rmSync(inRoot("dist", folder), { recursive: true, force: true });
}

export const tsc = (args, options) =>
  run(process.execPath, [inRoot("node_modules", "typescript", "bin", "tsc"), ...args], options);
