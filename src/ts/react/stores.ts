// The stores that the hooks subscribe to: a client and its flows, created for the first listener. Independent of React.
import { createClient } from "../index.js";
import type { ClientOptions, ConnectClient, ConnectError, ConnectFlow, FlowOptions, FlowSnapshot } from "../index.js";
import type { ConnectClientState, ConnectFlowActions, ConnectProviderProps } from "./types.js";

export const idle: FlowSnapshot = Object.freeze({ state: "idle", expectedInputFields: Object.freeze([]) });
const loading: FlowSnapshot = Object.freeze({ ...idle, state: "loading" });

/**
 * A state with listeners. The first listener calls `begin`. The last one calls `end` in a later task, because StrictMode, HMR and hidden trees
 * unsubscribe and subscribe again at once. `leaving` holds the calls of `end` that wait for that task.
 */
export function createStore<State>(first: State, begin: () => void, end: () => void, leaving = new Set<() => void>()) {
  const listeners = new Set<() => void>();
  let state = first, isUsed = false;
  const set = (next: State) => {
    if (!isUsed) return;
    state = next;
    for (const listener of listeners) listener();
  };
  const leave = () => {
    leaving.delete(leave);
    if (listeners.size || !isUsed) return;
    state = first;
    isUsed = false;
    end();
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    if (!isUsed) {
      isUsed = true;
      begin();
    }
    return () => void (listeners.delete(listener), leaving.add(leave), setTimeout(leave));
  };
  return { set, subscribe, get: () => state, getFirst: () => first, isMounted: () => listeners.size, isUsed: () => isUsed };
}

export type Store<State> = ReturnType<typeof createStore<State>>;

/**
 * A key of options with the same values, also in plain objects and in any order. Never throws, because it runs while rendering. Bad options cause an
 * error later.
 */
export function keyOf(options: unknown, depth = 2): string {
  try {
    const members = Object.entries(Object(options) as object).filter(([, value]) => value !== undefined);
    const text = (value: unknown) => (depth && String(value) === "[object Object]" ? keyOf(value, depth - 1) : String(value));
    return JSON.stringify(members.map(([name, value]) => [name, typeof value, text(value)]).sort());
  } catch {
    return "";
  }
}

/** Class fields define their members. Assignment fails in pages that have frozen the prototypes. */
const hookError = (code: "invalid_argument" | "invalid_transition", message: string): Error =>
  new (class extends Error {
    override name = "ConnectError";
    retryable = true;
    code = code;
  })(message);

function requireClient(client: ConnectClient): ConnectClient {
  if ((Object(client) as Partial<ConnectClient>).flow) return client;
  throw hookError("invalid_argument", "ConnectProvider: `client` must be a client, or its promise");
}

/** With the options of the first flow, whose requests leave while the module is loading. */
type Create = (options: ClientOptions, flow?: FlowOptions) => Promise<ConnectClient>;

/** A provider's client, created when it is first needed. */
export function createSource({ client: given, options: first }: ConnectProviderProps) {
  let asked: Promise<ConnectClient> | undefined;
  let options = first;
  const make = async (flow?: FlowOptions) => {
    const mine = (asked = Promise.resolve(given ?? (createClient as Create)(options as ClientOptions, flow)).then(requireClient));
    let client = null, error = null;
    try {
      client = await mine;
    } catch (reason) {
      error = reason as ConnectError;
    }
    if (mine !== asked) return;
    if (error) asked = undefined;
    store.set({ client, error, retry });
  };
  const isCrashed = () => {
    try {
      store.get().client?.parseCallback("");
    } catch {
      return !given;
    }
    return;
  };
  const ask = (flow?: FlowOptions) => {
    if (!asked || isCrashed()) void make(flow);
  };
  // An unmounted tree would never dispose of the client.
  const retry = () => void (store.isUsed() && ask());
  const end = () => {
    if (!given) asked?.then((client) => client.dispose(), () => {});
    asked = undefined;
  };
  const store = createStore<ConnectClientState>({ client: given && !("then" in Object(given)) ? (given as ConnectClient) : null, error: null, retry }, () => {}, end);
  const load = (flow?: FlowOptions) => (ask(flow), asked as Promise<ConnectClient>);
  return {
    /** The `end` calls of flows without listeners. */
    leaving: new Set<() => void>(),
    ...store,
    load,
    watch: (listener: () => void) => (ask(), store.subscribe(listener)),
    /** Sets the options of the next attempt to create a client. */
    use: (next: ClientOptions | undefined) => void (options = next),
  };
}

export type Source = ReturnType<typeof createSource>;

/** A flow that exists while components listen. */
export function createFlow(source: Source, options: FlowOptions) {
  let flow: ConnectFlow | undefined;
  let life = 0;
  const start = async (): Promise<FlowSnapshot> => {
    const mine = ++life;
    store.set(loading);
    try {
      const client = await source.load(options);
      if (mine !== life) return loading;
      // A component that another one replaces in the same task must end first. Its attempt continues here.
      for (const leave of source.leaving) leave();
      const made = (flow = client.flow(options));
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
  }, source.leaving);
  /** Rejects for a component that is not mounted, such as in its timer, because nothing would dispose of the flow. */
  const act = async (begin: () => Promise<FlowSnapshot> | undefined): Promise<FlowSnapshot> => {
    const begun = store.isMounted() && begin();
    if (begun) return begun;
    throw hookError("invalid_transition", "the flow has not loaded, or its component is not mounted");
  };
  /** The flow, unless it has crashed. A new flow of a new client then replaces it. */
  const usableFlow = () => ((store.get() as { error?: ConnectError }).error?.code === "crashed" ? undefined : flow);
  const actions: ConnectFlowActions = {
    load: () => act(() => usableFlow()?.load() ?? start()),
    submit: (data) => act(() => flow?.submit(data)),
    retry: () => act(() => usableFlow()?.retry() ?? start()),
    cancel: () => flow?.cancel(),
  };
  // Servers render `idle`, because nothing loads there.
  return { ...store, getFirst: () => idle, actions };
}
