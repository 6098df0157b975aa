// What the build makes with wasm2js: the module without a step to load it.
export * from "./connect_flow.js";
