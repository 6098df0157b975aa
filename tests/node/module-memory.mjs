// Import it before whatever loads the module.

/** What the JavaScript build keeps its memory in, and what it kept it in before it had to grow. */
const buffers = [];

const isWithoutWasm = (() => {
  try {
    return !new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  } catch {
    return true;
  }
})();

if (isWithoutWasm) {
  // That build shows its memory to nobody, but makes it in this way and gives it up in that.
  const { ArrayBuffer, structuredClone } = globalThis;
  const keep = (buffer) => (buffers.push(buffer), buffer);
  globalThis.ArrayBuffer = new Proxy(ArrayBuffer, { construct: (target, [bytes]) => keep(new target(bytes)) });
  globalThis.structuredClone = (value, options) => {
    const clone = structuredClone(value, options);
    return clone instanceof ArrayBuffer ? keep(clone) : clone;
  };
}

/** All that the module has, or had, for memory: views of it. */
export async function memory() {
  if (isWithoutWasm) return buffers.filter(({ byteLength }) => byteLength).map((buffer) => Buffer.from(buffer));
  const { default: init } = await import("../../dist/connect_flow.js");
  return [Buffer.from((await init()).memory.buffer)];
}
