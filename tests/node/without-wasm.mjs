// Imported before a test, it takes WebAssembly away, as a page's policy does: the package then loads its JavaScript build.
// Node's own `fetch` is made with WebAssembly, but does not ask for a module in this way.
const { WebAssembly } = globalThis;

class Module {
  constructor() {
    throw new WebAssembly.CompileError("Refused to compile or instantiate a WebAssembly module");
  }
}

globalThis.WebAssembly = Object.create(WebAssembly, { Module: { value: Module } });
