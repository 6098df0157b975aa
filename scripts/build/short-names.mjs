// Shortens the names between module and glue. Saves 2,200 bytes of brotli in the module and 4,400 in the glue.
import { encodeNumber, encodeSized, encodeText, list, Reader, readImport } from "./wasm-format.mjs";

const IMPORTS = 2;
const EXPORTS = 7;
// For tools and tests that read the module's memory.
const KEPT = "memory";

/** wasm-bindgen's name of the module of the imports. */
export const GLUE = "./connect_flow_bg.js";
// The name in dist/. Each import repeats it, so it is empty.
const SHORT_GLUE = "";

/** The module's imports from other modules than its glue: `{ module, name }`. */
export const directImports = (wasm) => WebAssembly.Module.imports(new WebAssembly.Module(wasm)).filter(({ module }) => module !== GLUE);

/** The glue's name of such a function: its own could be the name of an unrelated member. */
export const directName = (name) => `__direct_${name}`;

/** Matches the names that esbuild may shorten: those between module and glue, and the glue's own. */
export function manglable(wasm) {
  const module = new WebAssembly.Module(wasm);
  const imports = WebAssembly.Module.imports(module).map((one) => (one.module === GLUE ? one.name : directName(one.name)));
  const names = [...imports, ...WebAssembly.Module.exports(module).map(({ name }) => name)];
  return new RegExp(`^(?:${names.filter((name) => name !== KEPT).join("|")}|__wrap|__wbg_ptr)$`);
}

/** Renames the module of the imports in the text of the glue. */
export function withShortModule(glue) {
  const quoted = JSON.stringify(GLUE);
  if (glue.split(quoted).length !== 2) throw new Error("wasm-bindgen names the module of the imports in another way than before");
  return glue.replace(quoted, JSON.stringify(SHORT_GLUE));
}

/**
 * Renames imports and exports of the module: `names` is `{ before: after }`, as esbuild chose them for the glue. Leaves out exports that
 * the glue does not use.
 */
export function renamed(wasm, names) {
  const reader = new Reader(wasm, 8);
  const parts = [wasm.subarray(0, 8)];
  const newName = (name) => encodeText(names[name] ?? name);
  const entries = {
    [IMPORTS]: (section) => {
      const { module, name, kind, type } = readImport(section);
      return [encodeText(SHORT_GLUE), newName(module === GLUE ? name : directName(name)), Buffer.of(kind), type];
    },
    [EXPORTS]: (section) => {
      const [name, kind, index] = [section.text(), section.byte(), section.number()];
      return name in names || name === KEPT ? [newName(name), Buffer.of(kind), encodeNumber(index)] : [];
    },
  };
  while (!reader.done) {
    const start = reader.at;
    const id = reader.byte();
    const section = reader.part(reader.number());
    if (entries[id]) {
      const rewritten = list(section, () => Buffer.concat(entries[id](section))).filter(({ length }) => length);
      parts.push(Buffer.of(id), encodeSized(Buffer.concat([encodeNumber(rewritten.length), ...rewritten])));
    } else {
      parts.push(wasm.subarray(start, reader.at));
    }
  }
  return Buffer.concat(parts);
}
