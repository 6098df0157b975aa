import { createClient } from "connect-flow";
import { show } from "./form-fields.js";

/** From the app's script to the fields on screen. Returns the milliseconds. */
globalThis.open = async (options) => {
  const start = performance.now();
  const client = await createClient({ baseUrl: "/api/connect", ...options });
  const { expectedInputFields } = await client.flow({ app: "shopify" }).load();
  show(expectedInputFields.map(({ name }) => name));
  return performance.now() - start;
};
