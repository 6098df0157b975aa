import { createClient } from "connect-flow";

/** An app whose script holds the eager part; gives the milliseconds until there is a client. */
globalThis.open = async () => {
  const start = performance.now();
  globalThis.client = await createClient({ baseUrl: "/api/connect", entityId: "Jessica" });
  return performance.now() - start;
};
