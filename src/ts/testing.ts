/**
 * A strict, in-memory platform that speaks the Composio HTTP API, v3.1 and v3: for tests, demos and work without an account.
 * Plain `Request` in, `Response` out, no server needed; runs in Node and in browsers. Installed in a page, it is also the
 * users of that page, and its clock.
 */
import { buildSandbox } from "./testing/sandbox.js";
import type { Sandbox, SandboxOptions } from "./testing/types.js";

export type * from "./testing/types.js";

/**
 * Creates a sandbox with its apps and integrations, and no account.
 *
 * @throws `invalid_argument` for an option that there is none of, and for `apps`.
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  return buildSandbox(options);
}
