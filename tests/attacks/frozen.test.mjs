// A page that defends itself against polluted prototypes by freezing them: nothing that they have can be assigned any more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

test("where all prototypes are frozen, calls are answered and errors are errors", { timeout: 10_000 }, async () => {
  const worker = new Worker(new URL("support/frozen-worker.mjs", import.meta.url));
  const came = await new Promise((resolve, reject) => {
    worker.on("message", resolve).on("error", reject).on("exit", () => reject(new Error("a call came to no end")));
  });
  await worker.terminate();
  const error = (code, name = "ConnectError") => [name, code, true, false];
  assert.deepEqual(came, {
    connectionStatus: "ACTIVE", state: "ready", isOurs: true, error: error("not_found"), unloaded: error("load_failed"), tooEarly: error("invalid_transition"),
    misuse: error("invalid_argument", "SandboxError"),
  });
});
