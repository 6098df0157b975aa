import type {
  ClientOptions, ConnectClient, ConnectError, ExpectedInputField, FieldsJsonSchema, FlowOptions, InputAttributes, Issue, StandardSchemaV1,
} from "./connect_flow.js";
import { pathsOf } from "./early.js";
import type { Early } from "./instance.js";

export type {
  AccountStatus, Api, App, AppCategory, AppOptions, Apps, AuthParameter, AuthParams, AuthScheme, ClientOptions,
  CompleteConnectionOptions, CompletedConnection, ConnectClient, ConnectedAccount, ConnectedAccountOptions,
  ConnectedAccounts, ConnectError, ConnectErrorCode, ConnectFlow, ConnectionCallback, ConnectionRequest,
  ConnectionStatus, CreateIntegrationOptions, DeleteConnectedAccountOptions, EnsuredConnection, Entity, ExecuteActionOptions, Execution, ExpectedInputField,
  ExpectedParams, ExpectedParamsOptions, FieldJsonSchema, FieldsJsonSchema, FlowAttempt, FlowBasics, FlowMode,
  FlowOptions, FlowSnapshot, GetConnectionOptions, InitiateConnectionOptions, InputAttributes, Integration,
  IntegrationOptions, Integrations, Issue, IssueCode, ListAppsOptions, ListConnectedAccountsOptions,
  ListIntegrationsOptions, PendingConnection, RefreshOptions, ResumeOptions, Revocation, StandardIssue, StandardResult,
  StandardSchemaV1, Tool, ToolInputSchema, ToolsOptions, TraceEntry, UpdateConnectedAccountOptions, Verification, WaitUntilActiveOptions,
  WhenConnected,
} from "./connect_flow.js";

// dist/connect_flow.js is src/ts/instance.ts around the module.
type Module = typeof import("./instance.js");

/** The address that the page was opened at, before a router can change it. The first client uses it. */
let entry = globalThis.location?.href as string | undefined;

let loading: Promise<Module> | undefined;
let loaded: Module | undefined;

/** Own members only: a polluted prototype must not choose the code that runs here, nor what is requested. */
const own = <Options extends object, More>(options: Options, more?: More) => ({ __proto__: null, ...options, ...more }) as unknown as Options & Partial<More>;

// Bundlers must find the paths, so they are literals, and the file is in a `new URL`.
const glue = () => import("./connect_flow.js") as unknown as Promise<Module>;

/**
 * Starts the module from its file, which is compiled while it arrives. No other script imports the glue: bundlers would move it into a script that
 * both share, which the browser requests only after this one.
 */
async function start(file: Response | Promise<Response>): Promise<Module> {
  const [response, module] = await Promise.all([file, glue()]);
  await module.default(response);
  return module;
}

/** Loads the file beside this one, or at `wasmUrl`. Where `fetch` is missing, it throws before the glue is requested. */
const file = (options: ClientOptions) => start(fetch(own(options).wasmUrl ?? new URL("./connect_flow_bg.wasm", import.meta.url)));

/** Loads the module from a script, if the server does not serve the file. */
const inline = async () => start((await import("./connect_flow_inline.js")).file());

/** Loads the module compiled to JavaScript, where WebAssembly is missing or forbidden. */
const js = () => import("./connect_flow_js.js") as unknown as Promise<Module>;

async function load(options: ClientOptions): Promise<Module> {
  const errors: unknown[] = [];
  let tried = "the module could not be loaded";
  const attempt = async (name: string, way: (options: ClientOptions) => unknown) => {
    try {
      return await way(options);
    } catch (error) {
      errors.push(error);
      // Browsers put the URL of a failed import into the message. Our errors contain no URL.
      tried += `; ${name}: ${String(error).replace(/\w+:\/\/\S+/g, "…")}`;
    }
  };
  // The smallest module shows whether WebAssembly is allowed, before anything is downloaded. Under a policy that forbids it, WebKit still compiles and
  // rejects only the instance.
  const isAllowed = await attempt("WebAssembly", () => new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))));
  const module = (isAllowed && ((await attempt("file", file)) || (await attempt("inline", inline)))) || (await attempt("js", js));
  if (module) return (loaded = module as Module);
  loading = undefined;
  throw fail(tried, true, { cause: new AggregateError(errors) });
}

/** Class fields define their members. Assignment fails in pages that have frozen the prototypes. */
class LoadError extends Error {
  override name = "ConnectError";
  code = "load_failed";
}

const fail = (message: string, retryable: boolean, options?: ErrorOptions) => Object.assign(new LoadError(message, options), { retryable });

/** The loaded module. Fields come from a client, so it is loaded in correct code. */
function ready(): Module {
  if (!loaded) throw fail("the module is not loaded: await createClient first", false);
  return loaded;
}

/**
 * Sends the requests for the fields of an app while the module loads. Sends nothing on a callback page, or if an option may change a request. Leaves
 * wrong options to the module.
 */
function sendEarly(options: ClientOptions, flow?: FlowOptions): Early[] | undefined {
  try {
    const all = own(options, flow);
    const isOther = all.api || all.headers || all.fetch || all.integrationId || all.reconnect || all.unsafeApiKey
      || /[?&](connect\w*id|session_?uri|cf_flow)=/i.test(entry!);
    // No match throws.
    const [app] = (isOther ? "" : all.app ?? all.preload)!.match(/^[\w-]+$/)!;
    return pathsOf(app).map((path) => {
      const stop = new AbortController();
      const init = own({ cache: "no-store", redirect: "manual", headers: { accept: "application/json" }, signal: stop.signal, credentials: all.credentials }) as RequestInit;
      // The init again: in Node, a Request that nothing holds no longer passes its signal on.
      // A failure becomes a value, because nobody may be there to handle it.
      return [path, fetch(new Request(all.baseUrl.replace(/\/*$/, path), init), init).catch(Object), stop];
    });
  } catch { /* The module reports the error. */ }
  return;
}

/**
 * Creates a client. The first call loads the module for all clients. No other request is made, unless `preload` names an app.
 *
 * It tries these in order, and downloads only what it needs: the `.wasm` file beside this one or at `wasmUrl`, a script with the same content, and,
 * where WebAssembly is missing or forbidden, the module compiled to JavaScript.
 *
 * @throws `load_failed` (retryable: the next call loads again. Firefox remembers a failed script until the page is reloaded),
 * `crashed` (retryable: the module stopped and could not be started again), `invalid_argument`.
 * @example
 * const client = await createClient({ baseUrl: "/api/connect" });
 */
export function createClient(options: ClientOptions): Promise<ConnectClient>;
// The provider of React passes the options of its first flow.
export async function createClient(options: ClientOptions, flow?: FlowOptions): Promise<ConnectClient> {
  const early = sendEarly(options, flow);
  const module = await (loading ??= load(options));
  const client = module.connect(options, entry, early);
  entry = undefined;
  return client;
}

/**
 * Validates a user's values. Returns at most one issue for each field, in the order of the fields.
 *
 * The values are first normalised as `initiateConnection` does: trimmed, pasted addresses shortened where the field allows it, and defaults filled in.
 *
 * A list that is frozen with everything inside it, such as that of a snapshot, is decoded once. Other lists are decoded at each call.
 *
 * @throws `invalid_argument`, `load_failed` (before `createClient`).
 */
export function validateParams(fields: readonly ExpectedInputField[], data: Readonly<Record<string, unknown>> | FormData): Issue[] {
  return ready().validateParams(fields, data);
}

/**
 * Returns a Standard Schema of the fields, for form libraries. The value of a valid result is the `data` of `initiateConnection`.
 *
 * @throws `invalid_argument`, `load_failed` (before `createClient`).
 */
export function toStandardSchema(
  fields: readonly ExpectedInputField[],
): StandardSchemaV1<Record<string, string>, Record<string, string>> {
  const validate = (value: unknown) => ready().validateStandard(fields, value);
  // Wrong fields throw here, before the first key stroke.
  validate({});
  return { "~standard": { version: 1, vendor: "connect-flow", validate } };
}

/**
 * Returns a JSON Schema (2020-12) of the fields, for form libraries that render one. Validators of older drafts reject its `$schema`. Give
 * `@rjsf/validator-ajv8` the class `Ajv2020`, or remove `$schema`: the rest has the same meaning in older drafts.
 *
 * @throws `invalid_argument`, `load_failed` (before `createClient`).
 */
export function toJsonSchema(fields: readonly ExpectedInputField[]): FieldsJsonSchema {
  return ready().toJsonSchema(fields);
}

/**
 * Returns the attributes of a field's `<input>`, to spread in React or to set with `setAttribute`.
 *
 * @throws `invalid_argument`, `load_failed` (before `createClient`).
 */
export function inputAttributes(field: ExpectedInputField): InputAttributes {
  return ready().inputAttributes(field);
}

/** Returns whether a thrown value is an error of this package. Unlike `instanceof`, it works across frames. */
export function isConnectError(thrown: unknown): thrown is ConnectError {
  return (Object(thrown) as Error).name === "ConnectError" && "code" in Object(thrown);
}
