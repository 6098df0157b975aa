import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { aroundGlue, bundleGlue } from "./glue.mjs";
import { orderedText } from "./order.mjs";
import { binaryen, remembered } from "./remembered.mjs";
import { GLUE } from "./short-names.mjs";

const LOWERED = ["nontrapping-float-to-int", "bulk-memory", "bulk-memory-opt", "sign-ext", "reference-types", "multivalue"];
const OLDEST = ["--mvp-features", "--enable-mutable-globals", "--enable-bulk-memory"];
// As in Cargo.toml, without the options that make the JavaScript bigger, such as unaligned loads.
const SMALL = ["--flatten", "--rereloop", "-Oz", "-Oz", "-ocimfs", "20", "--converge", "--low-memory-unused", "--skip-pass=local-cse"];

// The first free place in wasm-bindgen's list of JavaScript values, after a stack of 1024 and four constants.
const INTRINSICS = "export const __wbindgen_externref_statics_end = () => 1028;";

/**
 * The module and its glue as JavaScript, for hosts without WebAssembly: wasm2js of what rustc compiled. wasm2js supports WebAssembly's
 * first version and `memory.copy`, so newer instructions are lowered, and JavaScript values live in an array in place of a table.
 * @param compiled the file that rustc made, before wasm-bindgen.
 */
export async function buildWithoutWasm(compiled) {
  const folder = mkdtempSync(join(tmpdir(), "connect-flow-js-"));
  const file = (name) => join(folder, name);
  const wasm = file("connect_flow_bg.wasm");
  try {
    const lower = ["--signext-lowering", "--llvm-nontrapping-fptoint-lowering"];
    const known = LOWERED.map((feature) => `--enable-${feature}`);
    await run("wasm-opt", [compiled, ...known, "--enable-mutable-globals", ...lower, "--strip-target-features", "-o", file("lowered.wasm")]);
    // wasm-bindgen reads from this list of features that it cannot use tables of values.
    await run("wasm-opt", [file("lowered.wasm"), ...OLDEST, "--emit-target-features", "-o", file("connect_flow.wasm")]);
    await run("wasm-bindgen", [file("connect_flow.wasm"), "--target", "bundler", "--out-dir", folder]);
    const renamed = shortNames(readFileSync(wasm));
    const optimize = [...OLDEST, "--enable-sign-ext", ...SMALL, "--signext-lowering", "--strip-target-features"];
    const sources = ["order", "without-wasm"].map((name) => readFileSync(inRoot("scripts", "build", `${name}.mjs`)));
    await remembered("wasm2js", [readFileSync(wasm), binaryen(), ...sources], file("module.js"), async () => {
      await run("wasm-opt", [wasm, ...optimize, "-o", wasm]);
      await run("wasm2js", [wasm, "--enable-bulk-memory", "-Oz", "-o", file("module.js")]);
      const text = readFileSync(file("module.js"), "utf8");
      writeFileSync(file("module.js"), orderedText(dataAsText(detachOnGrowth(text))));
    });
    const rewrite = (name, change) => writeFileSync(file(name), change(readFileSync(file(name), "utf8")));
    rewrite("module.js", (text) => linked(renamed(text)));
    rewrite("connect_flow_bg.js", renamed);
    return await bundle(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Returns a function that shortens the names between module and glue in a text, as short-names.mjs does for the module. Names without `_`
 * stay, because they are members of classes, too.
 */
function shortNames(wasm) {
  const module = new WebAssembly.Module(wasm);
  const imports = WebAssembly.Module.imports(module).filter((one) => one.module === GLUE);
  const names = [...imports, ...WebAssembly.Module.exports(module)].map(({ name }) => name).filter((name) => name.includes("_"));
  const short = new Map(names.map((name, index) => [name, `$${index.toString(36)}`]));
  return (text) => text.replaceAll(new RegExp(`\\b(?:${names.join("|")})\\b`, "g"), (name) => short.get(name));
}

/** Lets the text of wasm2js import each function by itself and export one object, so that esbuild makes no objects of getters. */
function linked(text) {
  const members = {};
  const add = (_, variable, from, name) => ((members[from] ??= []).push(`${name} as ${variable}`), "");
  const body = text.replaceAll(/^ var (fimport\$\d+) = (\$\w+)\.(\S+);\n/gm, add);
  if (!Object.keys(members).length) throw new Error("wasm2js imports functions in another way than before");
  return body
    .replaceAll(/^ var \$\w+ = imports\[.*\n/gm, "")
    .replaceAll(/^import \* as (\$\w+) from/gm, (_, from) => `import { ${members[from].join(", ")} } from`)
    .replace(/asmFunc\(\{[^}]*\}\)/, "asmFunc()")
    .replaceAll(/^export var .*\n/gm, "")
    .concat("\nexport default retasmFunc;\n");
}

/**
 * Detaches the old buffer when the memory grows, as WebAssembly does. The glue recognises growth by that, and typed values stay only in
 * memory that can be overwritten.
 */
function detachOnGrowth(text) {
  const assignment = /^(\s*)buffer = newBuffer;$/m;
  if (!assignment.test(text)) throw new Error("wasm2js grows its memory in another way than before");
  return text.replace(assignment, "$1new Int8Array(buffer).fill(0);\n$1structuredClone(buffer, { transfer: [buffer] });\n$&");
}

/** Writes wasm2js's data as text in place of base64, whose letters cannot be compressed. Saves 2,700 bytes of brotli. */
function dataAsText(text) {
  const decoder = /^ *var base64ReverseLookup[^]*?(?=^function initActiveSegments)/m;
  const segment = /base64DecodeToExistingUint8Array\(bufferView, (\d+), "([^"]*)"\)/g;
  if (!decoder.test(text)) throw new Error("wasm2js writes data in another way than before");
  const write = "const write = (at, text) => bufferView.set(Array.from(text, (one) => one.charCodeAt()), at);\n";
  const literal = (base64) => JSON.stringify(Buffer.from(base64, "base64").toString("latin1"));
  return text.replace(decoder, write).replaceAll(segment, (_, at, base64) => `write(${at}, ${literal(base64)})`);
}

async function bundle(folder) {
  // wasm-bindgen's own entry would call it.
  if (/__wbindgen_start/.test(readFileSync(join(folder, "connect_flow.js"), "utf8"))) throw new Error("the module has to be started");
  const replaced = { name: "replaced", setup };
  const start = `
    import wasm from "./connect_flow_bg.wasm";
    import { __wbg_set_wasm } from "./connect_flow_bg.js";
    __wbg_set_wasm(guarded(wasm));`;
  const { text } = await bundleGlue({ folder, file: "connect_flow_bg.js", start, options: { plugins: [replaced] } });
  return aroundGlue(text);

  function setup(build) {
    build.onResolve({ filter: /\.wasm$/ }, () => ({ path: join(folder, "module.js") }));
    build.onResolve({ filter: /^__wbindgen_externref_xform__$/ }, ({ path }) => ({ path, namespace: "intrinsics" }));
    build.onLoad({ filter: /./, namespace: "intrinsics" }, () => ({ contents: INTRINSICS }));
  }
}
