import { pass } from "./clock.js";
import { wait } from "../entries/composio-sdk.js";

globalThis.watch = async ({ connectedAccountId, ms }) => {
  let over;
  wait({ baseUrl: new URL("/api/connect", location).href, connectedAccountId, ms: 2 * ms }).then(
    () => (over = "it has an end"),
    (error) => (over = String(error)),
  );
  return { ...(await pass(ms)), over };
};
document.title = "Ready";
