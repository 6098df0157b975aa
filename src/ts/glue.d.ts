import type * as glue from "./connect_flow.js";

/** One instance of the module. */
export type Glue = Pick<
  typeof glue,
  "ConnectClient" | "ConnectFlow" | "validateParams" | "validateStandard" | "toJsonSchema" | "inputAttributes"
> & {
  /** Compiles and starts the module. Absent where it is JavaScript. */
  default?: (options: { module_or_path: unknown }) => Promise<unknown>;
};

/**
 * What wasm-bindgen makes around the module, as a function: put in by the build. `guarded` is given what the module exports, and
 * gives what is called in its place.
 */
export function make(guarded: (exports: object, compiled?: WebAssembly.Module) => object): Glue;
