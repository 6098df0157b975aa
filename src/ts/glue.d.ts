import type * as glue from "./connect_flow.js";

/** One instance of the module. */
export type Glue = Pick<
  typeof glue,
  "ConnectClient" | "ConnectFlow" | "validateParams" | "validateStandard" | "toJsonSchema" | "inputAttributes"
> & {
  /** What the module imports. Absent in the JavaScript build, which has already started. */
  imports?: () => WebAssembly.Imports;
  /** Starts an instance and returns its exports. */
  start?: (instance: WebAssembly.Instance) => object;
};

/**
 * The glue of wasm-bindgen as a function, which the build inserts. `guarded` wraps the module's exports.
 */
export function make(guarded: (exports: object) => object): Glue;
