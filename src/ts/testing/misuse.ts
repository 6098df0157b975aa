import type { SandboxError, SandboxErrorCode } from "./index.js";

/** An error for whoever writes the test. */
export function misuse(code: SandboxErrorCode, message: string): SandboxError {
  return Object.assign(new Error(message), { name: "SandboxError" as const, code });
}
