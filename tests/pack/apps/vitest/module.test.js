import { createSandbox } from "connect-flow/testing";
import { expect, test, vi } from "vitest";

// jsdom and happy-dom replace `Response` or parts of `Blob`. The package must load the real module nevertheless.
test("the sandbox's client uses the real WebAssembly module", async () => {
  const compiled = vi.spyOn(WebAssembly, "instantiateStreaming");
  const sandbox = createSandbox();
  await sandbox.createClient();
  sandbox.dispose();
  const results = await Promise.allSettled(compiled.mock.results.map(({ value }) => value));
  const isOwnResponse = process.env.ENVIRONMENT === "happy-dom";
  expect(results.map(({ status }) => status)).toEqual([isOwnResponse ? "rejected" : "fulfilled"]);
});
