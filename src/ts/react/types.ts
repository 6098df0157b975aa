import type { ReactNode } from "react";
import type { ClientOptions, ConnectClient, ConnectError, ConnectFlow } from "../index.js";

/** Either a client, which stays yours to dispose of, or the options to make one with when it is first needed. */
export type ConnectProviderProps = {
  /** Those that use the client. */
  children?: ReactNode;
} & (
  | {
      /** Yours: made by `createClient`, and never disposed of by the provider. */
      client: ConnectClient | Promise<ConnectClient>;
      /** Not beside `client`. */
      options?: undefined;
    }
  | {
      /** Of `createClient`. Read when the client is made, and again when that has failed. */
      options: ClientOptions;
      /** Not beside `options`. */
      client?: undefined;
    }
);

/** The provider's client, or why there is none. */
export type ConnectClientState = Readonly<{
  /** Null on the server, and until it has loaded. */
  client: ConnectClient | null;
  /** `load_failed` or `invalid_argument`. Null until it fails. */
  error: ConnectError | null;
  /** Loads again after an error. */
  retry: () => void;
}>;

/**
 * The flow's methods, the same functions at every render. They reject with `invalid_transition` and start nothing while the component is
 * not mounted; `submit` also while there is no flow yet.
 */
export type ConnectFlowActions = Pick<ConnectFlow, "load" | "submit" | "retry" | "cancel">;
