import { createClient } from "connect-flow";

/** Creates a client in an app whose script contains the eager part. Returns the milliseconds it took. */
globalThis.open = async () => {
  const start = performance.now();
  globalThis.client = await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  return performance.now() - start;
};
