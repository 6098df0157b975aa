import type * as glue from "./connect_flow.js";

/** One instance of the module. */
export type Glue = Pick<
  typeof glue,
  "ConnectClient" | "ConnectFlow" | "validateParams" | "validateStandard" | "toJsonSchema" | "inputAttributes"
> & {
  /** What the module imports. Absent where it is JavaScript, which has started already. */
  imports?: () => WebAssembly.Imports;
  /** Starts what was made of the module and its imports. Returns what it exports. */
  start?: (instance: WebAssembly.Instance) => object;
};

/**
 * What wasm-bindgen makes around the module, as a function: put in by the build. `guarded` is given what the module exports, and
 * gives what is called in its place.
 */
export function make(guarded: (exports: object) => object): Glue;
