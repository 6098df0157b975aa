// What the hooks of react.ts subscribe to: a client and its flows, made when somebody listens. Knows nothing of React.
import { createClient } from "./index.js";
import type { ClientOptions, ConnectClient, ConnectError, ConnectFlow, FlowOptions, FlowSnapshot } from "./index.js";
import type { ConnectClientState, ConnectFlowActions, ConnectProviderProps } from "./react.js";

export const idle: FlowSnapshot = Object.freeze({ state: "idle", expectedInputFields: Object.freeze([]) });
const loading: FlowSnapshot = Object.freeze({ ...idle, state: "loading" });

/**
 * A state with listeners. `begin` is called for the first of them and `end` after the last: in another task, as StrictMode, HMR
 * and a tree that is hidden leave only to come back at once.
 */
function createStore<State>(first: State, begin: () => void, end: () => void) {
  const listeners = new Set<() => void>();
  let [state, isUsed] = [first, false];
  const set = (next: State) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const leave = () => {
    if (listeners.size || !isUsed) return;
    [state, isUsed] = [first, false];
    end();
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    if (!isUsed) begin();
    isUsed = true;
    return () => void (listeners.delete(listener), setTimeout(leave));
  };
  return { set, subscribe, get: () => state, getFirst: () => first };
}

/** A provider's client, made when it is first asked for. */
export function createSource({ client: given, options }: ConnectProviderProps) {
  let asked: Promise<ConnectClient> | undefined;
  const make = async () => {
    const mine = (asked = Promise.resolve(given ?? createClient(options as ClientOptions)));
    const [client, error] = await mine.then((client) => [client, null] as const, (error) => [null, error as ConnectError] as const);
    if (mine !== asked) return;
    if (error) asked = undefined;
    store.set({ client, error, retry });
  };
  const retry = () => {
    if (!asked) void make();
  };
  const end = () => {
    if (!given) asked?.then((client) => client.dispose(), () => {});
    asked = undefined;
  };
  const store = createStore<ConnectClientState>({ client: given && !("then" in given) ? given : null, error: null, retry }, () => {}, end);
  const load = () => (retry(), asked as Promise<ConnectClient>);
  return { ...store, load, watch: (listener: () => void) => (retry(), store.subscribe(listener)) };
}

export type Source = ReturnType<typeof createSource>;

/** With fields: where a page has frozen the prototypes, what an error has from them cannot be assigned. */
class TooEarly extends Error {
  override name = "ConnectError";
  code = "invalid_transition";
  retryable = true;
}

/** A flow, made and loaded while components listen. */
export function createFlow(source: Source, options: FlowOptions) {
  let flow: ConnectFlow | undefined;
  let life = 0;
  const start = async (): Promise<FlowSnapshot> => {
    const mine = ++life;
    store.set(loading);
    try {
      const made = (await source.load()).flow(options);
      if (mine !== life) return loading;
      flow = made;
      made.subscribe(() => store.set(made.getSnapshot()));
      return await made.load();
    } catch (error) {
      const failed: FlowSnapshot = Object.freeze({ ...idle, state: "failed", error: error as ConnectError });
      if (mine === life) store.set(failed);
      return failed;
    }
  };
  const store = createStore(loading, start, () => {
    life += 1;
    flow?.dispose();
    flow = undefined;
  });
  const actions: ConnectFlowActions = {
    load: () => flow?.load() ?? start(),
    submit: (data) => flow?.submit(data) ?? Promise.reject(new TooEarly("the flow has not loaded yet")),
    retry: () => flow?.retry() ?? start(),
    cancel: () => flow?.cancel(),
  };
  return { ...store, actions };
}
