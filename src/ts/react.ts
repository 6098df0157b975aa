"use client";

import { createContext, createElement, useContext, useEffect, useState, useSyncExternalStore, type ReactElement } from "react";
import type { FlowOptions, FlowSnapshot } from "./index.js";
import { createAccounts } from "./react/accounts.js";
import { createFlow, createSource, keyOf, type Source, type Store } from "./react/stores.js";
import type { ConnectClientState, ConnectedAccountsOptions, ConnectedAccountsState, ConnectFlowActions, ConnectProviderProps } from "./react/types.js";

export type * from "./react/types.js";

const Context = createContext<Source | null>(null);

function useSource() {
  const source = useContext(Context);
  if (!source) throw new Error("this component needs a ConnectProvider");
  return source;
}

/** The state and the actions of the store that `create` makes of these options. Options with another value get another store. */
function useStore<Options, State, Actions>(create: (source: Source, options: Options) => Store<State> & { actions?: Actions }, options: Options) {
  const source = useSource();
  const key = keyOf(options);
  const make = () => ({ source, key, store: create(source, options) });
  // Unlike the value of `useMemo`, React never drops it, neither in HMR nor to free memory.
  let [kept, keep] = useState(make);
  if (kept.source !== source || kept.key !== key) keep((kept = make()));
  const { store } = kept;
  return { ...useSyncExternalStore(store.subscribe, store.get, store.getFirst), ...(store.actions as Actions) };
}

/**
 * Provides one client to the components below it. Options may be a new object at every render, because they are read once. If creating the client
 * has failed, options with another value are tried at once. To replace a working client, change the provider's `key`.
 */
export function ConnectProvider(props: ConnectProviderProps): ReactElement {
  const { client, options, children } = props;
  const make = () => ({ client, options, source: createSource(props) });
  const [made, replace] = useState(make);
  const { source } = made;
  const error = useSyncExternalStore(source.subscribe, () => source.get().error, () => null);
  useEffect(() => source.use(options));
  if (client !== made.client || (error && keyOf(options) !== keyOf(made.options))) replace(make);
  return createElement(Context.Provider, { value: source }, children);
}

/** Returns the provider's client. @throws `Error` without a `ConnectProvider` above the component. */
export function useConnectClient(): ConnectClientState {
  const source = useSource();
  return useSyncExternalStore(source.watch, source.get, source.getFirst);
}

/**
 * Returns the snapshot and the methods of one flow. The flow loads when the component mounts. On the page that the user returns to, it completes the
 * connection instead. Options with another value start another flow.
 *
 * If it creates the provider's client, the requests for its fields leave while the module loads. They wait for the module on a callback page, with
 * `integrationId` or `reconnect`, and with the client's options `api`, `fetch`, `headers` or `unsafeApiKey`.
 * @throws `Error` without a `ConnectProvider` above the component.
 * @example
 * const { state, expectedInputFields, submit } = useConnectFlow({ app: "shopify" });
 */
export function useConnectFlow(options: FlowOptions): FlowSnapshot & ConnectFlowActions {
  return useStore(createFlow, options);
}

/**
 * Returns the user's connected accounts. The list stays current: it is requested again when the user comes back to the page, when a flow ends, and
 * when a client of this browser changes an account, in this tab or in another one. Nothing is requested while the page is hidden. Shared accounts are
 * included. The user is the provider's `entityId`, or that of the session behind a gateway.
 * @throws `Error` without a `ConnectProvider` above the component.
 * @example
 * const { accounts, error, reload } = useConnectedAccounts({ app: "gmail" });
 */
export function useConnectedAccounts(options: ConnectedAccountsOptions = {}): ConnectedAccountsState {
  return useStore(createAccounts, options);
}
