import { createSandbox } from "connect-flow/testing";
import { expect, test, vi } from "vitest";

// A DOM in Node has its own `Response` or none of `Blob`'s streams: the module must be the real one all the same.
test("what is tested is the module", async () => {
  const compiled = vi.spyOn(WebAssembly, "instantiateStreaming");
  const sandbox = createSandbox();
  await sandbox.createClient();
  sandbox.dispose();
  const results = await Promise.allSettled(compiled.mock.results.map(({ value }) => value));
  const isOwnResponse = process.env.ENVIRONMENT === "happy-dom";
  expect(results.map(({ status }) => status)).toEqual([isOwnResponse ? "rejected" : "fulfilled"]);
});
