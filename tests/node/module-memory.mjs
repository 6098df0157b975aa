// Import this file before anything that loads the module.

/** Every buffer that the JavaScript build has had for its memory. */
const buffers = [];

const isWithoutWasm = (() => {
  try {
    return !new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    return true;
  }
})();

if (isWithoutWasm) {
  // The JavaScript build does not export its memory. It allocates with `ArrayBuffer`, and `structuredClone` detaches the old buffer.
  const { ArrayBuffer, structuredClone } = globalThis;
  const keep = (buffer) => (buffers.push(buffer), buffer);
  globalThis.ArrayBuffer = new Proxy(ArrayBuffer, { construct: (target, [bytes]) => keep(new target(bytes)) });
  globalThis.structuredClone = (value, options) => {
    const clone = structuredClone(value, options);
    return clone instanceof ArrayBuffer ? keep(clone) : clone;
  };
}

/** The module's memory as views, including buffers that it no longer uses. */
export async function moduleMemory() {
  if (isWithoutWasm) return buffers.filter(({ byteLength }) => byteLength).map((buffer) => Buffer.from(buffer));
  const { default: init } = await import("../../dist/connect_flow.js");
  return [Buffer.from((await init()).memory.buffer)];
}
