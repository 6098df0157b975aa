import type { SandboxError, SandboxErrorCode } from "./types.js";

/** Class fields define their members. Assignment fails in pages that have frozen the prototypes. */
class SandboxErrorClass extends Error implements SandboxError {
  override readonly name = "SandboxError";

  constructor(readonly code: SandboxErrorCode, message: string) {
    super(message);
  }
}

/** An error about the test itself. */
export function sandboxError(code: SandboxErrorCode, message: string): SandboxError {
  return new SandboxErrorClass(code, message);
}
