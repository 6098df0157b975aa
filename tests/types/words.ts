// Compiled, never run: which lists of words are closed, and which are open.
import { type Api, type AuthScheme, type ClientOptions, type ConnectError, type ConnectErrorCode, type ConnectionStatus, createClient, type FlowMode, type FlowSnapshot, isConnectError, type TraceEntry } from "connect-flow";

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const yes = <T extends true>(value?: T) => value;

// What the platform says may be a word of tomorrow; the known ones are offered all the same.
export const statuses: ConnectionStatus[] = ["ACTIVE", "INITIATED", "SOMETHING_NEW"];
export const schemes: AuthScheme[] = ["OAUTH2", "API_KEY", "SOMETHING_NEW"];
// @ts-expect-error a status is a word
export const noStatus: ConnectionStatus = 1;

// What this package says is a list to go through.
yes<Equals<Api, "v3.1" | "v3">>();
yes<Equals<FlowMode, "redirect" | "popup" | "auto">>();
yes<Equals<string extends ConnectErrorCode ? "open" : "closed", "closed">>();
// @ts-expect-error there is no such code
export const code: ConnectErrorCode = "popup_gone";
// @ts-expect-error there is no such generation
export const api: Api = "v2";

/** A text for every code that a flow shows; the compiler finds the one that is missing. */
export function say(error: ConnectError): string {
  switch (error.code) {
    case "popup_blocked":
      return "Please allow the popup";
    case "access_denied":
      return "You said no";
    // @ts-expect-error there is no such code
    case "denied":
      return "";
    default:
      return error.message;
  }
}

export function caught(thrown: unknown): ConnectErrorCode | undefined {
  // @ts-expect-error it may be anything
  thrown.code;
  return isConnectError(thrown) ? thrown.code : undefined;
}

const options: ClientOptions = { baseUrl: "/api/connect", headers: async () => ({ authorization: "x" }), credentials: "include" };
export const client = createClient(options);
// @ts-expect-error where the platform is must be said
export const nowhere = createClient({ entityId: "Jessica" });
// @ts-expect-error the key of the platform is not for browsers
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
      // @ts-expect-error only a request has one
      return entry.what + entry.route;
    default: {
      const never: never = entry;
      return never;
    }
  }
}
