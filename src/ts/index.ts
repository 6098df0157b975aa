import type {
  ClientOptions, ConnectClient, ConnectError, ExpectedInputField, FieldsJsonSchema, InputAttributes, Issue, StandardSchemaV1,
} from "./connect_flow.js";

export type {
  Api, App, AppCategory, AppOptions, Apps, AuthParameter, AuthParams, AuthScheme, ClientOptions,
  CompleteConnectionOptions, CompletedConnection, ConnectClient, ConnectedAccount, ConnectedAccountOptions,
  ConnectedAccounts, ConnectError, ConnectErrorCode, ConnectFlow, ConnectionCallback, ConnectionRequest,
  ConnectionStatus, CreateIntegrationOptions, Entity, ExecuteActionOptions, Execution, ExpectedInputField,
  ExpectedParams, ExpectedParamsOptions, FieldJsonSchema, FieldsJsonSchema, FlowAttempt, FlowBasics, FlowMode,
  FlowOptions, FlowSnapshot, GetConnectionOptions, InitiateConnectionOptions, InputAttributes, Integration,
  IntegrationOptions, Integrations, Issue, IssueCode, ListAppsOptions, ListConnectedAccountsOptions,
  ListIntegrationsOptions, PendingConnection, RefreshOptions, ResumeOptions, StandardIssue, StandardResult,
  StandardSchemaV1, TraceEntry, WaitUntilActiveOptions,
} from "./connect_flow.js";

// What stands in dist/connect_flow.js: src/ts/instance.ts around the module.
type Module = typeof import("./instance.js");

/** The address that the page was opened at, before a router rewrites it. The first client takes it. */
let entry = globalThis.location?.href as string | undefined;

let loading: Promise<Module> | undefined;
let loaded: Module | undefined;

// Each way to the module is downloaded when its turn comes. All of it is for bundlers to read: literal paths, one `new URL`.
const glue = () => import("./connect_flow.js") as unknown as Promise<Module>;

/** The file, beside this one or where the caller has put it, compiled while it arrives. */
async function file(options: ClientOptions): Promise<Module> {
  // Its own member only: a polluted prototype must not choose what runs here.
  const given = Object.hasOwn(Object(options), "wasmUrl") ? options.wasmUrl : undefined;
  const url = given ?? new URL("./connect_flow_bg.wasm", import.meta.url);
  // In this order: where there is no `fetch`, nothing was started whose failure nobody would hear of.
  const [response, module] = await Promise.all([fetch(url), glue()]);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  // Of another type it may be the file all the same, but cannot be compiled while it arrives.
  const isWasm = response.headers.get("content-type") === "application/wasm";
  await module.default({ module_or_path: isWasm ? response : response.arrayBuffer() });
  return module;
}

/** The same as a script, for where the file is not served, or not the file. */
async function inline(): Promise<Module> {
  const [module, { open }] = await Promise.all([glue(), import("./connect_flow_inline.js")]);
  await module.default({ module_or_path: open() });
  return module;
}

/** The same compiled to JavaScript, for where WebAssembly is missing or forbidden. */
const js = () => import("./connect_flow_js.js") as unknown as Promise<Module>;

async function load(options: ClientOptions): Promise<Module> {
  const errors: unknown[] = [];
  const tried: string[] = [];
  const attempt = async (name: string, way: (options: ClientOptions) => unknown) => {
    try {
      return await way(options);
    } catch (error) {
      errors.push(error);
      // Browsers name the file that they could not import, which an error of ours does not.
      tried.push(`${name}: ${String(error).replace(/\w+:\/\/\S+/g, "…")}`);
      return;
    }
  };
  // The smallest module there is: whether WebAssembly may be used here, before anything is downloaded for it. WebKit compiles
  // what a policy forbids, and refuses only to make an instance.
  const isAllowed = await attempt("WebAssembly", () => new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))));
  const module = (isAllowed && ((await attempt("file", file)) || (await attempt("inline", inline)))) || (await attempt("js", js));
  if (module) return (loaded = module as Module);
  loading = undefined;
  throw fail(`the module could not be loaded; ${tried.join("; ")}`, true, { cause: new AggregateError(errors) });
}

/** Fields, not assigned: where a page has frozen the prototypes, what an error has from them cannot be assigned. */
class LoadError extends Error {
  override name = "ConnectError";
  code = "load_failed";
}

const fail = (message: string, retryable: boolean, options?: ErrorOptions) => Object.assign(new LoadError(message, options), { retryable });

/** Fields come from a client, so that the module is there for whoever has some. */
function ready(): Module {
  if (!loaded) throw fail("the module is not loaded: await createClient first", false);
  return loaded;
}

/**
 * Loads the module, once for all clients, and makes a client. Makes no other request.
 *
 * The module is the `.wasm` file beside this one (or at `wasmUrl`); where that cannot be had, a script with the same in it; where
 * WebAssembly is missing or forbidden, the same compiled to JavaScript.
 *
 * @throws `load_failed` (retryable: the next call loads again; in Firefox, which remembers a script that it could not load, after
 * a reload of the page), `crashed` (retryable: the module stopped and could not be started again), `invalid_argument`.
 */
export async function createClient(options: ClientOptions): Promise<ConnectClient> {
  const module = await (loading ??= load(options));
  const client = module.connect(options, entry);
  entry = undefined;
  return client;
}

/**
 * What is wrong with the user's values: one issue a field, in the fields' order; empty when nothing is. The values are looked
 * at as `initiateConnection` sends them: trimmed, a pasted address cut down where the field says how, the defaults filled in.
 *
 * @throws `invalid_argument`, `load_failed` (before `createClient`).
 */
export function validateParams(fields: readonly ExpectedInputField[], data: Readonly<Record<string, unknown>> | FormData): Issue[] {
  return ready().validateParams(fields, data);
}

/**
 * A Standard Schema of the fields, for form libraries. The value of a success is what to give to `initiateConnection`.
 *
 * @throws `invalid_argument`, `load_failed` (before `createClient`).
 */
export function toStandardSchema(
  fields: readonly ExpectedInputField[],
): StandardSchemaV1<Record<string, string>, Record<string, string>> {
  const validate = (value: unknown) => ready().validateStandard(fields, value);
  // Fields that are none are the caller's mistake: thrown here, not at the first key stroke.
  validate({});
  return { "~standard": { version: 1, vendor: "connect-flow", validate } };
}

/**
 * A JSON Schema (2020-12) of the fields, for form libraries that render one. A validator of an older draft refuses its
 * `$schema`: give `@rjsf/validator-ajv8` the class `Ajv2020`, or leave `$schema` out, since the rest means the same there.
 *
 * @throws `invalid_argument`, `load_failed` (before `createClient`).
 */
export function toJsonSchema(fields: readonly ExpectedInputField[]): FieldsJsonSchema {
  return ready().toJsonSchema(fields);
}

/**
 * Attributes for the `<input>` of a field: spread them in React, or set each with `setAttribute`.
 *
 * @throws `invalid_argument`, `load_failed` (before `createClient`).
 */
export function inputAttributes(field: ExpectedInputField): InputAttributes {
  return ready().inputAttributes(field);
}

/** Whether something that was thrown is one of this package's errors. Works across frames, where `instanceof` does not. */
export function isConnectError(thrown: unknown): thrown is ConnectError {
  return typeof thrown === "object" && (thrown as Error | null)?.name === "ConnectError" && "code" in (thrown as Error);
}
