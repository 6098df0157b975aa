// Imported before a test file, this removes WebAssembly as a page's policy does, so that the package loads its JavaScript build.
// Node's own `fetch` keeps working: it uses WebAssembly without the `Module` constructor.
const { WebAssembly } = globalThis;

class Module {
  constructor() {
    throw new WebAssembly.CompileError("Refused to compile or instantiate a WebAssembly module");
  }
}

globalThis.WebAssembly = Object.create(WebAssembly, { Module: { value: Module } });
