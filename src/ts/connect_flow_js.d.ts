// The module as wasm2js compiles it. It needs no loading.
export * from "./connect_flow.js";
