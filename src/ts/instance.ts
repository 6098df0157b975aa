// Instances of the module. A crashed instance is never called again, and the next client gets a new one.
import type { ClientOptions, ConnectClient, FlowSnapshot } from "./connect_flow.js";
import { make, type Glue } from "./glue.js";

type AnyFunction = (...args: unknown[]) => unknown;

/** The synchronous methods. All others return promises. */
const isSynchronous = /^(?:redirect|parseCallback|pending|flow|resume|entity|getEntity|trace|list|subscribe|getSnapshot|cancel)$/;

/** Class fields define their members. Assignment fails in pages that have frozen the prototypes. */
class CrashError extends Error {
  constructor(cause: unknown) {
    super("the module stopped: call `createClient` again, which starts a fresh one", { cause });
  }

  override name = "ConnectError";
  code = "crashed";
  retryable = true;
}

/** A return value of the module that the glue reads as no error and no value. */
const noResult: unknown[] = [];

let compiled: WebAssembly.Module | undefined;

/** The answer to every request of a rehearsal: an integration without fields, and a link. */
const rehearsed = { id: "a", auth_scheme: "OAUTH2", is_composio_managed: true, expected_input_fields: [], redirect_url: "https://a" };

let isRehearsed = false;

class Instance {
  readonly glue: Glue;
  exports: object | undefined;
  #isOver = false;
  #cause: unknown;
  #error: CrashError | undefined;
  /** The number of nested calls into the module. */
  #depth = 0;
  readonly #rejects = new Set<(error: unknown) => void>();
  readonly #listeners = new Set<AnyFunction>();
  readonly #shown = new WeakMap<object, FlowSnapshot & { error?: unknown }>();

  constructor() {
    this.glue = make((exports) => {
      const guarded = Object.entries(exports).map(([name, value]) => [name, typeof value === "function" ? this.#guarded(value) : value]);
      return Object.fromEntries(guarded) as object;
    });
    for (const { prototype } of Object.values(this.glue)) {
      for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype ?? {}))) {
        // After a crash `free` and `dispose` do nothing.
        if (typeof value === "function" && !/^(?:constructor|free|dispose|_.*)$/.test(name)) prototype[name] = this.#method(name, value);
      }
    }
  }

  /** Wraps an export. An exception leaves the module in an unknown state, so the first one ends the instance. */
  #guarded(call: AnyFunction): AnyFunction {
    return (...args) => {
      if (this.#isOver) {
        // Calls in progress stop. Timers and events do nothing.
        if (this.#depth) throw this.#cause;
        return noResult;
      }
      this.#depth += 1;
      try {
        return call(...args);
      } catch (cause) {
        // No calls here: the stack may be exhausted.
        this.#cause = cause;
        this.#isOver = true;
      } finally {
        this.#depth -= 1;
      }
      if (this.#depth) throw this.#cause;
      queueMicrotask(() => this.error);
      return noResult;
    };
  }

  /** The error of a crashed instance. The first read rejects pending promises and notifies listeners. */
  get error(): CrashError | undefined {
    if (!this.#isOver || this.#error) return this.#error;
    this.#error = new CrashError(this.#cause);
    for (const reject of this.#rejects) reject(this.#error);
    for (const listener of this.#listeners) queueMicrotask(listener as () => void);
    return this.#error;
  }

  /** Calls a function of the instance. @throws the crash error if the instance has crashed, before or in this call. */
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

  #method(name: string, method: AnyFunction): AnyFunction {
    const instance = this;
    return function (this: object, ...args) {
      try {
        const answer = instance.call(() => method.apply(this, args));
        if (/flow|Exp|ensure/.test(name)) void instance.#rehearse(name[0] !== "g");
        if (name === "getSnapshot") instance.#shown.set(this, answer as FlowSnapshot);
        if (name === "subscribe") return instance.#subscribed(args[0] as AnyFunction, answer as AnyFunction);
        return answer instanceof Promise ? instance.#settledByCrash(answer) : answer;
      } catch (thrown) {
        if (thrown !== instance.#error) throw thrown;
        if (name === "getSnapshot") return instance.#failed(this);
        if (isSynchronous.test(name)) throw thrown;
        return Promise.reject(thrown);
      }
    };
  }

  /**
   * Starts a connection once while the page is idle, without a request or a visible effect. Browsers compile a function when it is first
   * called, and the user's click then need not wait for that. Only with idle callbacks: WebKit, which lacks them, interprets functions first.
   */
  async #rehearse(isFlow: boolean) {
    if (isRehearsed) return;
    isRehearsed = true;
    try {
      await new Promise((idle) => requestIdleCallback(idle));
      const fetch = async () => Response.json(rehearsed);
      const client = new this.glue.ConnectClient({ baseUrl: "/a", fetch, storage: {} as Storage }, undefined, true);
      const integrationId = "a";
      if (isFlow) {
        const flow = client.flow({ integrationId, mode: "redirect" });
        await flow.submit();
        flow.dispose();
      } else {
        await client.getExpectedParamsForUser({ integrationId });
        client.redirect(await client.initiateConnection({ integrationId, data: {} }));
      }
    } catch { /* No idle callbacks, or a page that forbids something. */ }
  }

  /** The same promise, which a crash rejects. */
  #settledByCrash(promise: Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#rejects.add(reject);
      const settled = (settle: AnyFunction) => (value: unknown) => (this.#rejects.delete(reject), settle(value));
      promise.then(settled(resolve as AnyFunction), settled(reject));
    });
  }

  #subscribed(listener: AnyFunction, unsubscribe: AnyFunction): AnyFunction {
    const own = () => listener();
    this.#listeners.add(own);
    return () => (this.#listeners.delete(own), void unsubscribe());
  }

  /** The snapshot of a flow after a crash. */
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

/** Replaces a crashed instance by a new one of the compiled module. */
async function reopen(): Promise<Instance> {
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

type ModuleSource = Response | ArrayBuffer | WebAssembly.Module;

/** Compiles the module where `file` is not compiled yet, and starts it. */
async function start(instance: Instance, file: unknown): Promise<object | undefined> {
  const { imports, start } = instance.glue;
  if (!imports || !start) return;
  let source = (await file) as ModuleSource;
  if (source instanceof WebAssembly.Module) return (instance.exports = start(await WebAssembly.instantiate(source, imports())));
  let result;
  if ("headers" in source) {
    if (!source.ok) throw new Error(`HTTP ${source.status}`);
    // Some servers send the file with another type. Compiling while it arrives requires this one.
    if (source.headers.get("content-type") === "application/wasm") result = await WebAssembly.instantiateStreaming(source, imports());
    else source = await source.arrayBuffer();
  }
  result ??= await WebAssembly.instantiate(source as ArrayBuffer, imports());
  compiled = result.module;
  return (instance.exports = start(result.instance));
}

/** Compiles and starts the module once. Resolves to its exports. */
export default async (file: unknown) => current.exports ?? start(current, file);

/** A request that was sent while the module was loading: its path, its response or error, and its `AbortController`. */
export type Early = [path: string, answer: Promise<unknown>, stop: AbortController];

/** How long early answers are kept for a flow, in milliseconds. */
const EARLY_MS = 10_000;

/** Options whose `fetch` takes each early answer once. If a request failed early, it is sent again. */
function withEarly(options: ClientOptions, early: Early[]): ClientOptions {
  const timer = setTimeout(() => {
    for (const [, , stop] of early.splice(0)) stop.abort();
  }, EARLY_MS) as unknown as { unref?: () => void };
  // Keeps no process of Node running.
  timer.unref?.();
  const take = async (request: Request) => {
    const one = early.find(([path]) => request.url.endsWith(path));
    if (one) {
      early.splice(early.indexOf(one), 1);
      const [, answer, stop] = one;
      request.signal.addEventListener("abort", () => stop.abort());
      const response = await answer;
      if (response instanceof Response) return response;
    }
    return fetch(request);
  };
  try {
    return { ...options, fetch: options.fetch ?? take };
  } catch {
    return options;
  }
}

/**
 * Creates a client, in a new instance after a crash.
 * @param entry the address that the page was opened at.
 * @param early requests whose answers the client takes instead of sending them again.
 * @throws `invalid_argument`.
 */
export function connect(options: ClientOptions, entry?: string, early?: Early[]): ConnectClient | Promise<ConnectClient> {
  const given = early ? withEarly(options, early) : options;
  const make = (instance: Instance) => instance.call(() => new instance.glue.ConnectClient(given, entry));
  return current.error ? (opening ??= reopen()).then(make) : make(current);
}

type FormFunction = "validateParams" | "validateStandard" | "toJsonSchema" | "inputAttributes";
const formFunction = <Name extends FormFunction>(name: Name) =>
  ((...args: unknown[]) => current.call(() => (current.glue[name] as AnyFunction)(...args))) as Glue[Name];

export const validateParams = formFunction("validateParams");
export const validateStandard = formFunction("validateStandard");
export const toJsonSchema = formFunction("toJsonSchema");
export const inputAttributes = formFunction("inputAttributes");
