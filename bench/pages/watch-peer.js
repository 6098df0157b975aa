import { pass } from "./clock.js";

/** Provides `watch`, which counts what a peer's `wait` does. */
export function watchPeer(wait) {
  globalThis.watch = async ({ connectedAccountId, ms }) => {
    let ended;
    wait({ baseUrl: new URL("/api/connect", location).href, connectedAccountId, ms: 2 * ms }).then(
      () => (ended = "the account is active"),
      (error) => (ended = String(error)),
    );
    return { ...(await pass(ms)), ended };
  };
  document.title = "Ready";
}
