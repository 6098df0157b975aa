import type { ClientOptions, ConnectClient, ConnectError } from "./connect_flow.js";

export type {
  Api, AuthParameter, AuthParams, AuthScheme, ClientOptions, ConnectFlow, FlowAttempt, FlowBasics, FlowMode, FlowOptions, FlowSnapshot, ResumeOptions, CompleteConnectionOptions, CompletedConnection, ConnectClient,
  ConnectError, ConnectErrorCode, ConnectedAccount, ConnectedAccountOptions, ConnectedAccounts, ConnectionCallback,
  ConnectionRequest, ConnectionStatus, Entity, ExecuteActionOptions, Execution, ExpectedInputField, ExpectedParams,
  ExpectedParamsOptions, GetConnectionOptions, InitiateConnectionOptions, Issue, ListConnectedAccountsOptions,
  PendingConnection, RefreshOptions, WaitUntilActiveOptions,
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
