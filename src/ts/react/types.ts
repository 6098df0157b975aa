import type { ReactNode } from "react";
import type { ClientOptions, ConnectClient, ConnectedAccount, ConnectError, ConnectFlow } from "../index.js";

/** Either a client, or the options to create one when it is first needed. */
export type ConnectProviderProps = {
  /** The components that use the client. */
  children?: ReactNode;
} & (
  | {
      /** A client of `createClient`, or a promise of one. The provider does not dispose of it. */
      client: ConnectClient | Promise<ConnectClient>;
      /** Must be absent beside `client`. */
      options?: undefined;
    }
  | {
      /** Options of `createClient`. They are read when the client is created, and again after that has failed. */
      options: ClientOptions;
      /** Must be absent beside `options`. */
      client?: undefined;
    }
);

/** The provider's client, or the reason why there is none. */
export type ConnectClientState = Readonly<{
  /** Null on the server, and until the client has loaded. */
  client: ConnectClient | null;
  /** `load_failed` or `invalid_argument`; null while there is no error. */
  error: ConnectError | null;
  /** Loads again after an error. */
  retry: () => void;
}>;

/**
 * The flow's methods, which are the same functions at every render. While the component is not mounted they reject with `invalid_transition`.
 * `submit` also rejects with it until the flow has loaded.
 */
export type ConnectFlowActions = Pick<ConnectFlow, "load" | "submit" | "retry" | "cancel">;

/** The user's accounts, and whether a newer list is on its way. */
export type ConnectedAccountsState = Readonly<{
  /**
   * In the platform's order. Undefined on the server, and until the first page of 50 has loaded. Pages of the first list are added while `isLoading`.
   * A later list replaces it when it is complete. An error keeps what has loaded.
   */
  accounts: readonly ConnectedAccount[] | undefined;
  /** Why the last request failed. Null after a request that succeeded. */
  error: ConnectError | null;
  /** Whether a list is being requested, or will be when the page is shown. */
  isLoading: boolean;
  /** Requests the list again, when the page is visible. Resolves afterwards, also after an error. The same function at every render. */
  reload: () => Promise<void>;
}>;

/** Options of `useConnectedAccounts`. */
export type ConnectedAccountsOptions = {
  /** Key of an app, to list only its accounts. */
  app?: string | undefined;
};
