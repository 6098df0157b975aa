import { pass } from "./clock.js";

/** Gives the page what a measurement of a peer's `wait` asks for: `watch`, once its title is `Ready`. */
export function watchPeer(wait) {
  globalThis.watch = async ({ connectedAccountId, ms }) => {
    let over;
    wait({ baseUrl: new URL("/api/connect", location).href, connectedAccountId, ms: 2 * ms }).then(
      () => (over = "it has an end"),
      (error) => (over = String(error)),
    );
    return { ...(await pass(ms)), over };
  };
  document.title = "Ready";
}
