// Reads as much of WebAssembly's binary format as the size of each function takes.
// https://webassembly.github.io/spec/core/binary/modules.html and, for names, appendix/custom.html
import { list, Reader, readImport } from "../build/wasm-format.mjs";

const SECTION = { 0: "custom", 2: "import", 10: "code" };
const FUNCTION_NAMES = 1;

function importedFunctions(reader) {
  return list(reader, () => readImport(reader).kind).filter((kind) => kind === 0).length;
}

const bodies = (reader) =>
  list(reader, () => {
    const start = reader.at;
    reader.part(reader.number());
    return reader.bytes.subarray(start, reader.at);
  });

function functionNames(reader) {
  const names = new Map();
  while (!reader.done) {
    const kind = reader.byte();
    const part = reader.part(reader.number());
    if (kind === FUNCTION_NAMES) list(part, () => names.set(part.number(), part.text()));
  }
  return names;
}

/** The functions of a module, with their code and its size in bytes, and the size of everything else. */
export function readWasm(bytes) {
  const reader = new Reader(bytes, 8);
  let imported = 0;
  let code = [];
  let names = new Map();
  let rest = 8;
  while (!reader.done) {
    const start = reader.at;
    const kind = SECTION[reader.byte()];
    const section = reader.part(reader.number());
    const size = reader.at - start;
    if (kind === "import") imported = importedFunctions(new Reader(bytes, section.at, section.end));
    if (kind === "code") code = bodies(section);
    else if (kind !== "custom") rest += size;
    else if (section.text() === "name") names = functionNames(section);
    else rest += size;
  }
  const nameOf = (index) => names.get(imported + index) ?? `function ${imported + index}`;
  return { functions: code.map((body, index) => ({ name: nameOf(index), size: body.length, body })), rest };
}
