"use client";

import { createContext, createElement, useContext, useEffect, useState, useSyncExternalStore, type ReactElement } from "react";
import type { FlowOptions, FlowSnapshot } from "./index.js";
import { createFlow, createSource, idle, keyOf, type Source } from "./react/stores.js";
import type { ConnectClientState, ConnectFlowActions, ConnectProviderProps } from "./react/types.js";

export type * from "./react/types.js";

/** Like `useMemo`, but forgets nothing: neither in HMR nor when React wants memory. */
function useKept<T>(make: () => T, ...keys: unknown[]): T {
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
 * Gives the components below it one client. Options are read once, so they may be a new object at every render; when no client could be
 * made of them, options of another value are tried at once. For a client of others, give the provider another `key`.
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

/** The provider's client. */
export function useConnectClient(): ConnectClientState {
  const source = useSource();
  return useSyncExternalStore(source.watch, source.get, source.getFirst);
}

/**
 * One attempt to connect one account: its snapshot, to render from, and what can be done. Loads when it is mounted; on the page
 * that the user returns to, it completes the connection instead. Other options make another flow.
 */
export function useConnectFlow(options: FlowOptions): FlowSnapshot & ConnectFlowActions {
  const source = useSource();
  const flow = useKept(() => createFlow(source, options), source, keyOf(options));
  return { ...useSyncExternalStore(flow.subscribe, flow.get, () => idle), ...flow.actions };
}
