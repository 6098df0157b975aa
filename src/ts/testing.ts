/**
 * The sandbox: a strict, in-memory platform with the Composio HTTP API, v3.1 and v3, for tests, demos and work without an account. It turns a
 * `Request` into a `Response` without a server, in Node and in browsers. Installed in a page, it also controls that page's users and clock.
 */
import { buildSandbox } from "./testing/sandbox.js";
import type { Sandbox, SandboxOptions } from "./testing/types.js";

export type * from "./testing/types.js";

/**
 * Creates a sandbox with apps and integrations, and without accounts.
 *
 * @throws `invalid_argument` for an unknown or wrong option.
 * @example
 * const sandbox = createSandbox();
 * const client = await sandbox.createClient();
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  return buildSandbox(options);
}
