"use client";

import { createContext, createElement, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { ReactElement, ReactNode } from "react";
import { createClient, type ClientOptions, type ConnectClient, type ConnectError } from "./index.js";

/** Either a client, which stays yours to dispose of, or the options to make one with when it is first needed. */
export type ConnectProviderProps = { children?: ReactNode } & (
  | { client: ConnectClient | Promise<ConnectClient>; options?: never }
  | { options: ClientOptions; client?: never }
);

/** What {@link useConnectClient} gives; the same object until something changed. */
export interface ConnectClientState {
  /** Null on the server, and until it has loaded. */
  readonly client: ConnectClient | null;
  /** Why there is no client. */
  readonly error: ConnectError | null;
  /** Loads again after an error. */
  readonly retry: () => void;
}

/**
 * Listeners, and a life that begins with the first and ends after the last. StrictMode, HMR and a hidden tree stop listening
 * only to begin again at once, so the end waits for the next task.
 */
function createLife(begin: () => void, end: () => void) {
  const listeners = new Set<() => void>();
  let isAlive = false;
  const emit = () => listeners.forEach((listener) => listener());
  const subscribe = (changed: () => void) => {
    // One of its own, as the same function may listen twice.
    const listener = () => changed();
    listeners.add(listener);
    if (!isAlive) {
      isAlive = true;
      begin();
    }
    return () => {
      listeners.delete(listener);
      setTimeout(() => {
        if (listeners.size || !isAlive) return;
        isAlive = false;
        end();
      });
    };
  };
  return { emit, subscribe };
}

const nothing = () => {};

/** The client of a provider, made when it is first asked for. */
function createSource({ client: given, options }: ConnectProviderProps) {
  let asked: Promise<ConnectClient> | undefined;
  const get = () => {
    if (asked) return asked;
    const mine = (asked = Promise.resolve(given ?? createClient(options as ClientOptions)));
    const isMine = () => mine === asked;
    mine.then((client) => isMine() && set({ client, error: null, retry }), (error) => {
      if (!isMine()) return;
      asked = undefined;
      set({ client: null, error, retry });
    });
    return mine;
  };
  const retry = () => void get();
  const { emit, subscribe } = createLife(nothing, () => {
    if (!given) asked?.then((client) => client.dispose(), nothing);
    asked = undefined;
    state = empty;
  });
  const empty: ConnectClientState = { client: given && !("then" in given) ? given : null, error: null, retry };
  let state = empty;
  const set = (next: ConnectClientState) => {
    state = next;
    emit();
  };
  const watch = (listener: () => void) => (retry(), subscribe(listener));
  return { get, subscribe, watch, getState: () => state, getServerState: () => empty };
}

/** Like `useMemo`, but forgets nothing: neither in HMR nor when React wants memory. */
function useKept<T>(make: () => T, ...keys: unknown[]): T {
  const [kept, keep] = useState(() => ({ keys, value: make() }));
  if (kept.keys.every((key, index) => key === keys[index])) return kept.value;
  const next = { keys, value: make() };
  keep(next);
  return next.value;
}

const Context = createContext<ReturnType<typeof createSource> | null>(null);

function useSource() {
  const source = useContext(Context);
  if (!source) throw new Error("there is no ConnectProvider above this component");
  return source;
}

/**
 * Gives the components below it one client. Options are read once, so they may be a new object at every render; for a client of
 * others, give the provider another `key`.
 */
export function ConnectProvider(props: ConnectProviderProps): ReactElement {
  const source = useKept(() => createSource(props), props.client);
  useEffect(() => source.subscribe(nothing), [source]);
  return createElement(Context.Provider, { value: source }, props.children);
}

/** The provider's client, once it has loaded. */
export function useConnectClient(): ConnectClientState {
  const source = useSource();
  return useSyncExternalStore(source.watch, source.getState, source.getServerState);
}
