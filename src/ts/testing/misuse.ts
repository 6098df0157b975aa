import type { SandboxError, SandboxErrorCode } from "./types.js";

/** With fields: where a page has frozen the prototypes, what an error has from them cannot be assigned. */
class Misuse extends Error implements SandboxError {
  override readonly name = "SandboxError";

  constructor(readonly code: SandboxErrorCode, message: string) {
    super(message);
  }
}

/** An error for whoever writes the test. */
export function misuse(code: SandboxErrorCode, message: string): SandboxError {
  return new Misuse(code, message);
}
