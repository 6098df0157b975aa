import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../lib/run.mjs";
import { aroundGlue, bundleGlue } from "./glue.mjs";

const LOWERED = ["nontrapping-float-to-int", "bulk-memory", "bulk-memory-opt", "sign-ext", "reference-types", "multivalue"];
const OLDEST = ["--mvp-features", "--enable-mutable-globals"];
// As in Cargo.toml, but for what would make JavaScript of it bigger: unaligned loads are several.
const SMALL = ["--flatten", "--rereloop", "-Oz", "-Oz", "-ocimfs", "20", "--converge", "--low-memory-unused", "--skip-pass=local-cse"];

// Where wasm-bindgen's list of JavaScript values has its first free place: 1024 are a stack, four are constants.
const INTRINSICS = "export const __wbindgen_externref_statics_end = () => 1028;";

/**
 * The module as JavaScript, glue included, for where there is no WebAssembly: wasm2js of what rustc compiled. It knows only
 * the instructions of 2017, so newer ones are taken apart, and JavaScript's values live in an array, not in a table.
 * @param compiled the file that rustc made, before wasm-bindgen.
 */
export async function buildWithoutWasm(compiled) {
  const folder = mkdtempSync(join(tmpdir(), "connect-flow-js-"));
  const file = (name) => join(folder, name);
  const wasm = file("connect_flow_bg.wasm");
  try {
    const lower = ["--signext-lowering", "--llvm-memory-copy-fill-lowering", "--llvm-nontrapping-fptoint-lowering"];
    const known = LOWERED.map((feature) => `--enable-${feature}`);
    await run("wasm-opt", [compiled, ...known, "--enable-mutable-globals", ...lower, "--strip-target-features", "-o", file("lowered.wasm")]);
    // A list of features without reference-types: from it wasm-bindgen learns that there are no tables of values.
    await run("wasm-opt", [file("lowered.wasm"), ...OLDEST, "--emit-target-features", "-o", file("connect_flow.wasm")]);
    await run("wasm-bindgen", [file("connect_flow.wasm"), "--target", "bundler", "--out-dir", folder]);
    await run("wasm-opt", [wasm, ...OLDEST, "--enable-sign-ext", ...SMALL, "--signext-lowering", "--strip-target-features", "-o", wasm]);
    await run("wasm2js", [wasm, "-Oz", "-o", file("module.js")]);
    writeFileSync(file("module.js"), detachOnGrowth(readFileSync(file("module.js"), "utf8")));
    return await bundle(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A memory that grows leaves its old buffer empty: the glue tells by that when to look for the new one. And what a user has typed
 * is in memory that can still be overwritten, or in none.
 */
function detachOnGrowth(text) {
  const assignment = /^(\s*)buffer = newBuffer;$/m;
  if (!assignment.test(text)) throw new Error("wasm2js grows its memory in another way than before");
  return text.replace(assignment, "$1new Int8Array(buffer).fill(0);\n$1structuredClone(buffer, { transfer: [buffer] });\n$&");
}

async function bundle(folder) {
  // What wasm-bindgen's own entry does beyond this.
  if (/__wbindgen_start/.test(readFileSync(join(folder, "connect_flow.js"), "utf8"))) throw new Error("the module has to be started");
  const replaced = { name: "replaced", setup };
  const start = `
    import * as wasm from "./connect_flow_bg.wasm";
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
