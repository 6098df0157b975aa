import type { ClientOptions, ConnectClient, ConnectError } from "./connect_flow.js";

export type {
  Api, App, AppCategory, AppOptions, Apps, AuthParameter, AuthParams, AuthScheme, ClientOptions,
  CompleteConnectionOptions, CompletedConnection, ConnectClient, ConnectedAccount, ConnectedAccountOptions,
  ConnectedAccounts, ConnectError, ConnectErrorCode, ConnectFlow, ConnectionCallback, ConnectionRequest,
  ConnectionStatus, CreateIntegrationOptions, Entity, ExecuteActionOptions, Execution, ExpectedInputField,
  ExpectedParams, ExpectedParamsOptions, FlowAttempt, FlowBasics, FlowMode, FlowOptions, FlowSnapshot,
  GetConnectionOptions, InitiateConnectionOptions, Integration, IntegrationOptions, Integrations, Issue,
  ListAppsOptions, ListConnectedAccountsOptions, ListIntegrationsOptions, PendingConnection, RefreshOptions,
  ResumeOptions, TraceEntry, WaitUntilActiveOptions,
} from "./connect_flow.js";

type Module = typeof import("./connect_flow.js");

let loading: Promise<Module> | undefined;

async function load(options: ClientOptions): Promise<Module> {
  const module = await import("./connect_flow.js");
  await module.default({ module_or_path: options?.wasmUrl ?? new URL("./connect_flow_bg.wasm", import.meta.url) });
  return module;
}

/**
 * Loads the module, once for all clients, and makes a client. Makes no other request.
 *
 * @throws `load_failed` (retryable: the next call loads again), `invalid_argument`.
 */
export async function createClient(options: ClientOptions): Promise<ConnectClient> {
  loading ??= load(options);
  let module: Module;
  try {
    module = await loading;
  } catch (cause) {
    loading = undefined;
    throw Object.assign(new Error("the WebAssembly module could not be loaded", { cause }), {
      name: "ConnectError",
      code: "load_failed",
      retryable: true,
    });
  }
  return new module.ConnectClient(options);
}

/** Whether something that was thrown is one of this package's errors. Works across frames, where `instanceof` does not. */
export function isConnectError(thrown: unknown): thrown is ConnectError {
  return typeof thrown === "object" && (thrown as Error | null)?.name === "ConnectError" && "code" in (thrown as Error);
}
