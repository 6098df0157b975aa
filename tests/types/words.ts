// Compiled, never run: which string unions are closed, and which accept unknown values.
import { type Api, type AuthScheme, type ClientOptions, type ConnectError, type ConnectErrorCode, type ConnectionStatus, createClient, type FlowMode, type FlowSnapshot, isConnectError, type TraceEntry } from "connect-flow";

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(value?: T) => value;

// The platform may add values. Editors still suggest the known ones.
export const statuses: ConnectionStatus[] = ["ACTIVE", "INITIATED", "SOMETHING_NEW"];
export const schemes: AuthScheme[] = ["OAUTH2", "API_KEY", "SOMETHING_NEW"];
// @ts-expect-error a status is a string
export const noStatus: ConnectionStatus = 1;

// The package's own values are closed unions.
yes<Equals<Api, "v3.1" | "v3">>();
yes<Equals<FlowMode, "redirect" | "popup" | "auto">>();
yes<Equals<string extends ConnectErrorCode ? "open" : "closed", "closed">>();
// @ts-expect-error unknown code
export const code: ConnectErrorCode = "popup_gone";
// @ts-expect-error unknown version
export const api: Api = "v2";

/** A `switch` over the codes accepts known codes only. */
export function textFor(error: ConnectError): string {
  switch (error.code) {
    case "popup_blocked":
      return "Please allow the popup";
    case "access_denied":
      return "You said no";
    // @ts-expect-error unknown code
    case "denied":
      return "";
    default:
      return error.message;
  }
}

export function caught(thrown: unknown): ConnectErrorCode | undefined {
  // @ts-expect-error a caught value is unknown
  thrown.code;
  return isConnectError(thrown) ? thrown.code : undefined;
}

const options: ClientOptions = { baseUrl: "/api/connect", headers: async () => ({ authorization: "x" }), credentials: "include" };
export const client = createClient(options);
// @ts-expect-error `baseUrl` is required
export const nowhere = createClient({ entityId: "Jessica" });
// @ts-expect-error there is no option for the platform's key
export const withKey = createClient({ baseUrl: "/api", apiKey: "k" });
export const undefinedEntity: ClientOptions = { baseUrl: "/api", entityId: undefined };

export function trace(entry: TraceEntry): string {
  switch (entry.kind) {
    case "request":
      return `${entry.method} ${entry.route} ${entry.status ?? entry.code}`;
    case "state":
      yes<Equals<typeof entry.state, FlowSnapshot["state"]>>();
      return entry.state;
    case "popup":
    case "storage":
      // @ts-expect-error only a request has a route
      return entry.what + entry.route;
    default: {
      const never: never = entry;
      return never;
    }
  }
}
