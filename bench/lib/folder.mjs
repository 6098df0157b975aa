import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Makes a temporary folder.
 * @returns `{ path, remove }`. The folder is also removed when this process exits.
 */
export function makeFolder() {
  const path = mkdtempSync(join(tmpdir(), "connect-flow-bench-"));
  const remove = () => {
    process.off("exit", remove);
    rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  };
  process.on("exit", remove);
  return { path, remove };
}
