/**
 * A strict, in-memory platform that speaks the Composio HTTP API, v1 and v3: for tests, demos and work without an account.
 * Plain `Request` in, `Response` out, no server needed; runs in Node and in browsers.
 */
import { build } from "./sandbox.js";

/** How the sandbox, as a confidential client, speaks to an authorization server. */
export interface OAuthPort {
  /**
   * Begins one authorization request.
   * @returns the URL to send the user to, with `state` in its query, and whatever `finish` needs to know again.
   */
  start(input: { app: string; redirectUri: string; scopes: string[] }): Promise<{ url: string; session: unknown }>;
  /** Reads the authorization response and exchanges its `code`. A rejection counts as a failed exchange. */
  finish(input: { callbackUrl: URL; session: unknown; redirectUri: string }): Promise<
    { ok: true; tokens: Record<string, unknown> } | { ok: false; error: string; errorDescription?: string }
  >;
  /**
   * Uses the `refresh_token` of an account whose access token has expired. Of the answer, what is left out stays as it was;
   * `error: "invalid_grant"` ends the account. A rejection, as any other error, leaves it as it is. Without this method
   * access tokens are used beyond their time.
   */
  refresh?(input: { tokens: Record<string, unknown> }): Promise<
    { ok: true; tokens: Record<string, unknown> } | { ok: false; error: string; errorDescription?: string }
  >;
  /**
   * Asks with the `access_token` who the user is; `error: "invalid_token"` makes the sandbox refresh the tokens and ask again.
   * Without this method every user has the same profile.
   */
  userinfo?(input: { tokens: Record<string, unknown> }): Promise<
    { ok: true; claims: Record<string, unknown> } | { ok: false; error: string; errorDescription?: string }
  >;
}

/** Options of {@link createSandbox}. */
export interface SandboxOptions {
  /** The project key that requests must carry as `x-api-key`. Default `"sandbox-key"`. */
  apiKey?: string;
  /** Public origin of the sandbox, used in the URLs that it hands out. Default: the origin of each request. */
  origin?: string;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  now?: () => number;
  /**
   * Default: a page of the sandbox's own (`/oauth/authorize`) with the buttons Allow and Deny. Access tokens live for an hour,
   * refresh tokens work once, and `POST /oauth/revoke` with a `token` in a form ends either.
   */
  oauth?: OAuthPort;
  /** Whether v1 callbacks keep the query that the return address already had; nobody published what v1 did. Default true. */
  v1KeepsQuery?: boolean;
}

/** What goes wrong. */
export type Fault =
  /** The answer comes late. */
  | { kind: "delay"; ms: number }
  /** An error status, with the body the platform gives it, or with `body` as JSON. `retryAfter` is the header's text. */
  | { kind: "status"; status: number; retryAfter?: string | number; body?: unknown }
  /** A gateway's HTML page. Default status 502. */
  | { kind: "html"; status?: number }
  /** The right status and half of the right body. */
  | { kind: "truncated" }
  /** 204 without a body. */
  | { kind: "empty204" }
  /** The connection breaks: `fetch` rejects with a `TypeError` whose `code` is `"SANDBOX_DROP"`. */
  | { kind: "drop" }
  /** No answer, until the request is aborted or the sandbox is reset. */
  | { kind: "hang" }
  /** Status 200 and well-formed JSON of at least this many bytes, streamed. Default 16 MiB. */
  | { kind: "hugeBody"; bytes?: number };

/** A fault and the requests it befalls. */
export type FaultRule = Fault & {
  /** Default: any method. */
  method?: string;
  /** Path without the query: exact text, text ending in `*` for a prefix, or a pattern. Default: any path. */
  path?: string | RegExp;
  /** How many requests. Default 1. */
  times?: number;
  /**
   * Whether the platform still does what was asked, so that only the answer is lost.
   * Default false, except for `delay` and `truncated`, where it always does.
   */
  handled?: boolean;
};

/** One request, in the order of arrival. */
export interface LoggedRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** 0 while there is no answer, and for ever when the connection was dropped. */
  readonly status: number;
  readonly atMs: number;
}

/** An account as the sandbox keeps it: with everything that API answers mask. */
export interface SandboxAccount {
  /** Id in v3, `ca_…`. */
  readonly id: string;
  /** Id in v1. */
  readonly uuid: string;
  readonly app: string;
  /** Id of the integration in v1. */
  readonly integrationId: string;
  /** Id of the same integration in v3, `ac_…`. */
  readonly authConfigId: string;
  readonly authScheme: string;
  readonly entityId: string;
  /** Not changed by `isDisabled`, unlike what v3 answers. */
  readonly status: string;
  readonly statusReason: string | null;
  readonly isDisabled: boolean;
  /** Deleted accounts stay, as v1 lists show them. */
  readonly isDeleted: boolean;
  /** What the user typed, by the names of v3, not masked. */
  readonly data: Readonly<Record<string, string>>;
  /** What the authorization server issued, not masked. */
  readonly tokens: Readonly<Record<string, unknown>>;
  /** Null where the authorization server did not say. */
  readonly accessTokenExpiresAtMs: number | null;
  readonly labels: readonly string[];
  readonly callbackUrl: string | null;
  readonly createdAtMs: number;
}

/** A platform of one's own. */
export interface Sandbox {
  /** Answers one request. Rejects only where a real `fetch` would: a dropped connection or an aborted request. */
  fetch(request: Request): Promise<Response>;
  /** Moves the sandbox's clock forward. */
  advance(ms: number): void;
  /** Every request so far; the oldest are forgotten after 10,000. */
  readonly requests: readonly LoggedRequest[];
  /**
   * Scripts a fault. Of several rules that match, the oldest with times left applies.
   * @returns a function that takes the rule back.
   */
  fault(rule: FaultRule): () => void;
  /** Every account, oldest first. */
  accounts(): SandboxAccount[];
  /** Back to the state of a new sandbox: seeds, clock, log and faults. Requests that hang are rejected. */
  reset(): void;
}

/** Creates a sandbox with its apps and integrations, and no account. */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  return build(options);
}
