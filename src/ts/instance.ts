// Instances of the module. One that has crashed is not called any more, and the next client gets a fresh one.
import type { ClientOptions, ConnectClient, FlowSnapshot } from "./connect_flow.js";
import { make, type Glue } from "./glue.js";

type Call = (...args: unknown[]) => unknown;

/** Methods that answer at once. All others answer with a promise. */
const answersAtOnce = /^(?:redirect|parseCallback|pending|flow|resume|entity|getEntity|trace|list|subscribe|getSnapshot|cancel)$/;

/** Fields, not assigned: where a page has frozen the prototypes, what an error has from them cannot be assigned. */
class CrashError extends Error {
  constructor(cause: unknown) {
    super("the module stopped: call `createClient` again, which starts a fresh one", { cause });
  }

  override name = "ConnectError";
  code = "crashed";
  retryable = true;
}

/** An answer of the module in which the glue finds no error, nor anything else. */
const nothing: unknown[] = [];

let compiled: WebAssembly.Module | undefined;

class Instance {
  readonly glue: Glue;
  exports: object | undefined;
  #isOver = false;
  #cause: unknown;
  #error: CrashError | undefined;
  /** How many calls into the module are under way, one inside the other. */
  #depth = 0;
  readonly #rejects = new Set<(error: unknown) => void>();
  readonly #listeners = new Set<Call>();
  readonly #shown = new WeakMap<object, FlowSnapshot & { error?: unknown }>();

  constructor() {
    this.glue = make((exports) => {
      const guarded = Object.entries(exports).map(([name, value]) => [name, typeof value === "function" ? this.#guarded(value) : value]);
      return Object.fromEntries(guarded) as object;
    });
    for (const { prototype } of Object.values(this.glue)) {
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype ?? {}))) {
        // Where it has crashed, `free` and `dispose` do nothing.
        if (typeof value === "function" && !/^(?:constructor|free|dispose|_.*)$/.test(name)) prototype[name] = this.#method(name, value);
      }
    }
  }

  /** Whatever comes out of the module as an exception has left it in a state that nobody knows. */
  #guarded(call: Call): Call {
    return (...args) => {
      if (this.#isOver) {
        // What is still under way goes no further. A timer or an event comes to nothing.
        if (this.#depth) throw this.#cause;
        return nothing;
      }
      this.#depth += 1;
      try {
        return call(...args);
      } catch (cause) {
        // Nothing is called yet: there may be no stack left.
        this.#cause = cause;
        this.#isOver = true;
      } finally {
        this.#depth -= 1;
      }
      if (this.#depth) throw this.#cause;
      queueMicrotask(() => this.error);
      return nothing;
    };
  }

  /** Why it is over, if it is. Whoever waits is told the first time. */
  get error(): CrashError | undefined {
    if (!this.#isOver || this.#error) return this.#error;
    this.#error = new CrashError(this.#cause);
    for (const reject of this.#rejects) reject(this.#error);
    for (const listener of this.#listeners) queueMicrotask(listener as () => void);
    return this.#error;
  }

  /** Calls, and throws the one error if it is over or has come to its end by that. */
  call<T>(call: () => T): T {
    let answer;
    try {
      if (!this.#isOver) answer = call();
    } catch (thrown) {
      if (!this.#isOver) throw thrown;
    }
    if (this.error) throw this.error;
    return answer as T;
  }

  #method(name: string, method: Call): Call {
    const instance = this;
    return function (this: object, ...args) {
      try {
        const answer = instance.call(() => method.apply(this, args));
        if (name === "getSnapshot") instance.#shown.set(this, answer as FlowSnapshot);
        if (name === "subscribe") return instance.#subscribed(args[0] as Call, answer as Call);
        return answer instanceof Promise ? instance.#watched(answer) : answer;
      } catch (thrown) {
        if (thrown !== instance.#error) throw thrown;
        if (name === "getSnapshot") return instance.#failed(this);
        if (answersAtOnce.test(name)) throw thrown;
        return Promise.reject(thrown);
      }
    };
  }

  /** The same promise, but rejected where there is nobody any more to settle it. */
  #watched(promise: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject);
      const settled = (settle: Call) => (value: unknown) => (this.#rejects.delete(reject), settle(value));
      promise.then(settled(resolve as Call), settled(reject));
    });
  }

  #subscribed(listener: Call, unsubscribe: Call): Call {
    const own = () => listener();
    this.#listeners.add(own);
    return () => (this.#listeners.delete(own), void unsubscribe());
  }

  /** What a flow shows when it cannot be asked any more. */
  #failed(flow: object): FlowSnapshot {
    const shown = this.#shown.get(flow);
    if (shown && shown.error === this.#error) return shown;
    const failed = Object.freeze({ expectedInputFields: [], ...shown, state: "failed", error: this.#error }) as unknown as FlowSnapshot;
    this.#shown.set(flow, failed);
    return failed;
  }
}

let current = new Instance();
let opening: Promise<Instance> | undefined;

/** An instance of the module that was compiled before. */
async function open(): Promise<Instance> {
  try {
    const instance = new Instance();
    await start(instance, compiled);
    return (current = instance);
  } catch (cause) {
    throw new CrashError(cause);
  } finally {
    opening = undefined;
  }
}

type Source = Response | ArrayBuffer | WebAssembly.Module;

/** Starts the module, and compiles it before where it is the file. */
async function start(instance: Instance, file: unknown): Promise<object | undefined> {
  const { imports, start } = instance.glue;
  if (!imports || !start) return;
  const source = (await file) as Source;
  if (source instanceof WebAssembly.Module) return (instance.exports = start(await WebAssembly.instantiate(source, imports())));
  const made = await ("body" in source ? WebAssembly.instantiateStreaming(source, imports()) : WebAssembly.instantiate(source, imports()));
  compiled = made.module;
  return (instance.exports = start(made.instance));
}

/** Compiles and starts the module, unless it is started. Resolves to its exports. */
export default async (options: { module_or_path: unknown }) => current.exports ?? start(current, options.module_or_path);

/**
 * A client, of a fresh instance where the last has crashed. What is wrong with its options is thrown.
 * @param entry the address that the page was opened at.
 */
export function connect(options: ClientOptions, entry?: string): ConnectClient | Promise<ConnectClient> {
  const make = (instance: Instance) => instance.call(() => new instance.glue.ConnectClient(options, entry));
  return current.error ? (opening ??= open()).then(make) : make(current);
}

type Forms = "validateParams" | "validateStandard" | "toJsonSchema" | "inputAttributes";
const form = <Name extends Forms>(name: Name) =>
  ((...args: unknown[]) => current.call(() => (current.glue[name] as Call)(...args))) as Glue[Name];

export const validateParams = form("validateParams");
export const validateStandard = form("validateStandard");
export const toJsonSchema = form("toJsonSchema");
export const inputAttributes = form("inputAttributes");
