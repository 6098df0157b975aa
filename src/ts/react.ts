"use client";

import { createContext, createElement, useContext, useEffect, useState, useSyncExternalStore, type ReactElement } from "react";
import type { FlowOptions, FlowSnapshot } from "./index.js";
import { createFlow, createSource, idle, keyOf, type Source } from "./react/stores.js";
import type { ConnectClientState, ConnectFlowActions, ConnectProviderProps } from "./react/types.js";

export type * from "./react/types.js";

/** Like `useMemo`, but React never drops the value, neither in HMR nor to free memory. */
function useStable<T>(make: () => T, ...keys: unknown[]): T {
  const [kept, keep] = useState(() => ({ keys, value: make() }));
  if (kept.keys.every((key, index) => key === keys[index])) return kept.value;
  const next = { keys, value: make() };
  keep(next);
  return next.value;
}

const Context = createContext<Source | null>(null);

function useSource() {
  const source = useContext(Context);
  if (!source) throw new Error("this component needs a ConnectProvider above it");
  return source;
}

/**
 * Provides one client to the components below it. Options may be a new object at every render, because they are read once. If creating the client
 * has failed, options with another value are tried at once. To replace a working client, change the provider's `key`.
 */
export function ConnectProvider(props: ConnectProviderProps): ReactElement {
  const { client, options, children } = props;
  const [made, make] = useState(() => ({ client, options, source: createSource(props) }));
  const { source } = made;
  const error = useSyncExternalStore(source.subscribe, () => source.get().error, () => null);
  useEffect(() => source.use(options));
  const isCorrected = error && options !== made.options && keyOf(options) !== keyOf(made.options);
  if (client !== made.client || isCorrected) make({ client, options, source: createSource(props) });
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
 * @throws `Error` without a `ConnectProvider` above the component.
 * @example
 * const { state, expectedInputFields, submit } = useConnectFlow({ app: "shopify" });
 */
export function useConnectFlow(options: FlowOptions): FlowSnapshot & ConnectFlowActions {
  const source = useSource();
  const flow = useStable(() => createFlow(source, options), source, keyOf(options));
  return { ...useSyncExternalStore(flow.subscribe, flow.get, () => idle), ...flow.actions };
}
