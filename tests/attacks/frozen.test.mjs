// A page may freeze all prototypes against pollution. Assigning an inherited member then throws.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

test("with all prototypes frozen, calls succeed and errors keep their members", { timeout: 10_000 }, async () => {
  const worker = new Worker(new URL("support/frozen-worker.mjs", import.meta.url));
  const results = await new Promise((resolve, reject) => {
    worker.on("message", resolve).on("error", reject).on("exit", () => reject(new Error("the worker ended without its results")));
  });
  await worker.terminate();
  const error = (code, name = "ConnectError") => [name, code, true, false];
  assert.deepEqual(results, {
    connectionStatus: "ACTIVE", state: "ready", isOurs: true, error: error("not_found"), unloaded: error("load_failed"), tooEarly: error("invalid_transition"),
    misuse: error("invalid_argument", "SandboxError"),
  });
});
