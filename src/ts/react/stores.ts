// What the hooks of react.ts subscribe to: a client and its flows, made when somebody listens. Knows nothing of React.
import { createClient } from "../index.js";
import type { ClientOptions, ConnectClient, ConnectError, ConnectFlow, FlowOptions, FlowSnapshot } from "../index.js";
import type { ConnectClientState, ConnectFlowActions, ConnectProviderProps } from "./types.js";

export const idle: FlowSnapshot = Object.freeze({ state: "idle", expectedInputFields: Object.freeze([]) });
const loading: FlowSnapshot = Object.freeze({ ...idle, state: "loading" });

/**
 * A state with listeners. `begin` is called for the first of them and `end` after the last: in another task, as StrictMode, HMR
 * and a tree that is hidden leave only to come back at once. `leaving` has what waits for that.
 */
function createStore<State>(first: State, begin: () => void, end: () => void, leaving = new Set<() => void>()) {
  const listeners = new Set<() => void>();
  let [state, isUsed] = [first, false];
  const set = (next: State) => {
    state = next;
    for (const listener of listeners) listener();
  };
  const leave = () => {
    leaving.delete(leave);
    if (listeners.size || !isUsed) return;
    [state, isUsed] = [first, false];
    end();
  };
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    if (!isUsed) begin();
    isUsed = true;
    return () => void (listeners.delete(listener), leaving.add(leave), setTimeout(leave));
  };
  return { set, subscribe, get: () => state, getFirst: () => first, isMounted: () => listeners.size > 0 };
}

/**
 * Options by value, their members in one order, and so the plain objects in them. Never throws, as it is called while rendering: bad options
 * become an error later.
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

/** With fields: where a page has frozen the prototypes, what an error has from them cannot be assigned. */
class Misuse extends Error {
  override name = "ConnectError";
  retryable = true;

  constructor(readonly code: "invalid_argument" | "invalid_transition", message: string) {
    super(message);
  }
}

function checked(client: ConnectClient): ConnectClient {
  if (typeof (Object(client) as ConnectClient).flow === "function") return client;
  throw new Misuse("invalid_argument", "ConnectProvider: `client` must be a client, or a promise of one, as `createClient` gives");
}

/** A provider's client, made when it is first asked for. */
export function createSource({ client: given, options: first }: ConnectProviderProps) {
  let asked: Promise<ConnectClient> | undefined;
  let options = first;
  const make = async () => {
    const mine = (asked = Promise.resolve(given ?? createClient(options as ClientOptions)).then(checked));
    const [client, error] = await mine.then((client) => [client, null] as const, (error) => [null, error as ConnectError] as const);
    if (mine !== asked) return;
    if (error) asked = undefined;
    store.set({ client, error, retry });
  };
  const isCrashed = () => {
    try {
      store.get().client?.parseCallback("");
      return false;
    } catch {
      return !given;
    }
  };
  const ask = () => {
    if (!asked || isCrashed()) void make();
  };
  // Not from an unmounted tree: nobody would dispose of the client.
  const retry = () => {
    if (store.isMounted()) ask();
  };
  const end = () => {
    if (!given) asked?.then((client) => client.dispose(), () => {});
    asked = undefined;
  };
  const store = createStore<ConnectClientState>({ client: given && !("then" in Object(given)) ? (given as ConnectClient) : null, error: null, retry }, () => {}, end);
  const load = () => (ask(), asked as Promise<ConnectClient>);
  return {
    ...store,
    /** The flows that nobody listens to any more. */
    leaving: new Set<() => void>(),
    load,
    watch: (listener: () => void) => (ask(), store.subscribe(listener)),
    /** What the next attempt to make a client takes. */
    use: (next: ClientOptions | undefined) => void (options = next),
  };
}

export type Source = ReturnType<typeof createSource>;

/** A flow, made and loaded while components listen. */
export function createFlow(source: Source, options: FlowOptions) {
  let flow: ConnectFlow | undefined;
  let life = 0;
  const start = async (): Promise<FlowSnapshot> => {
    const mine = ++life;
    store.set(loading);
    try {
      const client = await source.load();
      if (mine !== life) return loading;
      // In the same task a component may have taken the place of another, whose attempt goes on here.
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
  /** Nobody would dispose of what an action starts for a component that is not mounted, such as one called by its timer. */
  const act = async (begin: () => Promise<FlowSnapshot> | undefined): Promise<FlowSnapshot> => {
    const begun = store.isMounted() && begin();
    if (begun) return begun;
    throw new Misuse("invalid_transition", store.isMounted() ? "the flow has not loaded yet: wait for the state `ready`" : "the component of this flow is not mounted");
  };
  /** A flow that has crashed cannot go on: another one takes its place, of another client. */
  const living = () => ((store.get() as { error?: ConnectError }).error?.code === "crashed" ? undefined : flow);
  const actions: ConnectFlowActions = {
    load: () => act(() => living()?.load() ?? start()),
    submit: (data) => act(() => flow?.submit(data)),
    retry: () => act(() => living()?.retry() ?? start()),
    cancel: () => flow?.cancel(),
  };
  return { ...store, actions };
}
