import type * as types from "./types.js";

/** Class fields define their members. Assignment fails in pages that have frozen the prototypes. */
class SandboxError extends Error implements types.SandboxError {
  override readonly name = "SandboxError";

  constructor(readonly code: types.SandboxErrorCode, message: string) {
    super(message);
  }
}

/** An error about the test itself. */
export function sandboxError(code: types.SandboxErrorCode, message: string): types.SandboxError {
  return new SandboxError(code, message);
}
