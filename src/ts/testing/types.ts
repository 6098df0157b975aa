import type { ClientOptions, ConnectClient } from "../index.js";
import type { AccountState, NewSandboxAccount, SandboxAccount } from "./account-types.js";
import type { OAuthPort } from "./oauth-types.js";

export type * from "./account-types.js";
export type * from "./oauth-types.js";

/** One value that users of an app are asked for. */
export interface SandboxField {
  /** Name of the value in requests. */
  name: string;
  /** Label. Default: the name. */
  displayName?: string | undefined;
  /** Help text. Default: none. */
  description?: string | undefined;
  /** Default true. */
  required?: boolean | undefined;
  /** Used when no value is given. */
  default?: string | undefined;
  /** Whether the platform marks it as secret. The real platform often does not. Default: unmarked. */
  isSecret?: boolean | undefined;
}

/** A further app, with one integration and the action `<KEY>_GET_PROFILE`, which says who is connected. */
export interface SandboxApp {
  /** Key of the app, such as `notion`: lower case letters, digits, `-` and `_`. No other app may have it, not even with `-` in place of `_`. */
  key: string;
  /** Default: the key. */
  name?: string | undefined;
  /** Default `"OAUTH2"`. */
  authScheme?: "OAUTH2" | "API_KEY" | "BEARER_TOKEN" | "BASIC" | undefined;
  /** What users are asked for. Default by scheme: `api_key`, `token`, `username` and `password`, or nothing for OAuth. */
  fields?: readonly SandboxField[] | undefined;
  /** Whether the platform tries typed credentials at the app before it stores them, and then refuses the secret `bad`. Default false. */
  checksCredentials?: boolean | undefined;
}

/** Options of {@link createSandbox}. */
export interface SandboxOptions {
  /** Further apps. Default: none. */
  apps?: readonly SandboxApp[] | undefined;
  /** The project's key, which requests must send as `x-api-key`. Default `"sandbox-key"`. */
  apiKey?: string | undefined;
  /** Public origin of the sandbox, for the URLs in its answers. Default: the origin of each request. */
  origin?: string | undefined;
  /**
   * The clock, in milliseconds since 1970. Default `Date.now`. An installed sandbox replaces the page's clock, which then starts at this time.
   */
  now?: (() => number) | undefined;
  /**
   * Moves the fake timers of another library by a number of milliseconds, such as `(ms) => vi.advanceTimersByTimeAsync(ms)`. Default: an installed
   * sandbox replaces the page's timers itself.
   */
  advanceTimers?: ((ms: number) => unknown) | undefined;
  /**
   * Path or URL of the app's gateway, such as `"/api/connect"`. An installed sandbox answers the page's requests to it and adds the key. For pages
   * that create their client themselves. Default: none.
   */
  gateway?: string | undefined;
  /** Address of the page in Node without a DOM. Default `"https://app.test/"`. */
  pageUrl?: string | undefined;
  /**
   * The authorization server. Default: the sandbox's own, with a page (`/oauth/authorize`) that has the buttons Allow and Deny. Its access tokens
   * expire after an hour, its refresh tokens work once, and `POST /oauth/revoke` with a form's `token` revokes both.
   */
  oauth?: OAuthPort | undefined;
  /**
   * Whether answers leave out the members that the platform has deprecated, to test code against a platform without them. These are `user_id`,
   * `data`, `params` and `auth_config.auth_scheme` of an account, `status`, `redirect_url` and `redirect_uri` of a new account, `uuid`,
   * `tool_access_config` and `restrict_to_following_tools` of an auth config, and each member named `deprecated…`. The filters of lists stay,
   * including `user_ids`. Default false.
   */
  omitDeprecated?: boolean | undefined;
  /**
   * URL on the app's server that every OAuth user is sent to with `session_uri` alone. The account becomes ACTIVE when that server has called
   * `POST connected_accounts/complete_auth`. Default: none, users return to the app's page.
   */
  verifierUrl?: string | undefined;
}

/** A failure of the platform, by its `kind`. */
export type Fault =
  | {
      /** The answer is late. */
      kind: "delay";
      /** The delay, in milliseconds. */
      ms: number;
    }
  | {
      /** An error status with the platform's body. */
      kind: "status";
      /** The HTTP status, 200 to 599. */
      status: number;
      /** The header `Retry-After`. Default: none. */
      retryAfter?: string | number | undefined;
      /** A JSON body instead of the platform's. */
      body?: unknown;
    }
  | {
      /** The HTML page of a proxy. */
      kind: "html";
      /** The HTTP status. Default 502. */
      status?: number | undefined;
    }
  | {
      /**
       * - `truncated`: the right status and half of the right body.
       * - `empty204`: 204 without a body.
       * - `drop`: the connection breaks. `fetch` rejects with a `TypeError` whose `code` is `"SANDBOX_DROP"`.
       * - `hang`: no answer until the request is aborted or the sandbox is reset.
       */
      kind: "truncated" | "empty204" | "drop" | "hang";
    }
  | {
      /** The right answer, with the headers `Deprecation`, `Link` and, if `sunset` is given, `Sunset`. */
      kind: "deprecated";
      /** When the operation ends, as a time that `Date` can read. Default: no header `Sunset`. */
      sunset?: string | undefined;
    }
  | {
      /** Status 200 and a stream of valid JSON. */
      kind: "hugeBody";
      /** The minimum size, in bytes. Default 16 MiB. */
      bytes?: number | undefined;
    };

/** A fault and the requests that it applies to. */
export type FaultRule = Fault & {
  /** The HTTP method. Default: any. */
  method?: string | undefined;
  /** The path without the query: exact, a prefix that ends with `*`, or a regular expression. Default: any. */
  path?: string | RegExp | undefined;
  /** The number of requests. Default 1. */
  times?: number | undefined;
  /**
   * Whether the platform handles the request, so that only the answer is lost. Default false. `delay`, `truncated` and `deprecated` always
   * handle it.
   */
  handled?: boolean | undefined;
};

/** One request to the sandbox. */
export interface LoggedRequest {
  /** The HTTP method. */
  readonly method: string;
  /** The path without the query. */
  readonly path: string;
  /** The HTTP status. 0 until there is an answer, and for a dropped connection. */
  readonly status: number;
  /** The time of its arrival, in milliseconds since 1970. */
  readonly atMs: number;
}

/**
 * What the user of one attempt does. Times are in milliseconds of the sandbox's clock. They start when the popup or the page goes to the platform.
 */
export type Attempt =
  /** Allows and returns after `afterMs` (default 1,000). */
  | { outcome: "connected"; afterMs?: number | undefined }
  /** Denies and returns after `afterMs` (default 1,000). */
  | { outcome: "denied"; afterMs?: number | undefined }
  /** Allows and returns after `afterMs` (default 1,000), but the platform gets no tokens. */
  | { outcome: "failed"; afterMs?: number | undefined }
  /** Allows and returns after `afterMs` (default 1,000). The account becomes `ACTIVE` after a further `activeAfterMs` (default 5,000). */
  | { outcome: "slow"; afterMs?: number | undefined; activeAfterMs?: number | undefined }
  /** Allows and returns after `afterMs` (default 1,000). The account is `REVOKED` by then. */
  | { outcome: "revoked"; afterMs?: number | undefined }
  /** Allows and returns after `afterMs` (default 1,000). The account is `ACTIVE`, but the app rejects its credentials when an action uses them. */
  | { outcome: "credentials_rejected"; afterMs?: number | undefined }
  /** Allows only the first scope, and returns after `afterMs` (default 1,000). The account is `ACTIVE`, and actions lack scopes. */
  | { outcome: "scopes_missing"; afterMs?: number | undefined }
  /**
   * Allows, and is sent to `verifierUrl` with `session_uri` alone after `afterMs` (default 1,000). The app's server must then call
   * `POST connected_accounts/complete_auth`. Default: the option `verifierUrl` of the sandbox, or else the callback URL without its query.
   */
  | { outcome: "session"; verifierUrl?: string | undefined; afterMs?: number | undefined }
  /** Finishes in another browser and returns after `afterMs` (default 1,000). The platform refuses that, and the account stays `INITIATED`. */
  | { outcome: "other_browser"; afterMs?: number | undefined }
  /** Does nothing until the link has expired, after `afterMs` (default 600,000 as on the platform). */
  | { outcome: "expired"; afterMs?: number | undefined }
  /** Leaves the popup open and never returns. The link never expires. */
  | { outcome: "never" }
  /** Is offline, together with the page, for `forMs` (default 5,000). Allows after a further `afterMs` (default 1,000). */
  | { outcome: "offline"; forMs?: number | undefined; afterMs?: number | undefined }
  /** Has a browser that blocks the popup. A redirect of the page that follows takes the next attempt. */
  | { outcome: "popup_blocked" }
  /** Closes the popup after `afterMs` (default 1,000). */
  | { outcome: "popup_closed"; afterMs?: number | undefined }
  /**
   * Sees a provider whose `Cross-Origin-Opener-Policy` makes `popup.closed` true at once. Allows after `afterMs` (default 5,000).
   */
  | { outcome: "popup_cut_off"; afterMs?: number | undefined };

/** A window that the page has opened. */
export interface SandboxPopup {
  /** Its current URL. */
  readonly url: string;
  /** Whether it is closed. False for a popup that was only cut off from the page. */
  readonly isClosed: boolean;
  /** Closes it, as a user does. */
  close(): void;
}

/** The clock of the page and the platform. It stands still until a test moves it. */
export interface SandboxClock {
  /** The current time, in milliseconds since 1970. */
  now(): number;
  /**
   * Moves the clock forward by some milliseconds. Each timer runs at its time, and the work that follows from it finishes before the next one. With 0,
   * only work without timers finishes.
   *
   * Rejects with `not_installed`, `timers_replaced`, `invalid_argument`, or with `clock_stuck` where `advanceTimers` does not move this page.
   */
  advance(ms: number): Promise<void>;
  /**
   * Moves the clock forward until a promise settles, and settles in the same way. The limit is `limitMs` (default 1,200,000).
   *
   * Rejects with `clock_stuck`, `not_installed`, `timers_replaced` or `invalid_argument`.
   */
  until<T>(promise: PromiseLike<T>, options?: { limitMs?: number | undefined }): Promise<T>;
}

/** Options of a client of the sandbox, which sets `baseUrl`, `fetch` and `unsafeApiKey`. */
export type SandboxClientOptions = Partial<Omit<ClientOptions, "baseUrl" | "fetch" | "unsafeApiKey">>;

/**
 * The code of a {@link SandboxError}:
 * - `already_installed`: another sandbox is installed in this page.
 * - `not_installed`: the method needs an installed sandbox.
 * - `oauth_given`: a sandbox with the option `oauth` cannot be installed, because its users act at another authorization server.
 * - `timers_faked`: another library had replaced timers, `Date` or `queueMicrotask` before.
 * - `timers_replaced`: another library has replaced timers or `Date` since.
 * - `not_replaceable`: the page does not allow the sandbox to replace a member.
 * - `clock_stuck`: time does not settle the promise, or `advanceTimers` does not move this page.
 * - `no_popup`: the outcome needs a popup, and the page opened none.
 * - `invalid_argument`: an argument is wrong. The message names it.
 */
export type SandboxErrorCode =
  | "already_installed" | "not_installed" | "oauth_given" | "timers_faked" | "timers_replaced" | "not_replaceable"
  | "clock_stuck" | "no_popup" | "invalid_argument";

/** A mistake in the test itself. */
export interface SandboxError extends Error {
  /** Distinguishes it from other errors. */
  readonly name: "SandboxError";
  /** Stable, for tests to branch on. */
  readonly code: SandboxErrorCode;
}

/** A platform in memory, with its users. See {@link createSandbox}. */
export interface Sandbox {
  /**
   * Answers one request. Takes the arguments of a real `fetch`, so that other clients can use it. Rejects as a real one does, for a dropped connection
   * and for an aborted request.
   */
  fetch(input: Request | string | URL, init?: RequestInit): Promise<Response>;
  /** Moves only the platform's clock forward, by some milliseconds, so that it differs from the page's. @throws `invalid_argument`. */
  advance(ms: number): void;
  /** The last 10,000 requests, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /**
   * Adds a fault. Where several rules match, the oldest one with remaining `times` applies.
   * @returns a function that removes the rule.
   * @throws `invalid_argument` for an unknown kind or member.
   * @example
   * sandbox.fault({ kind: "status", status: 503, path: "/api/v3.1/toolkits/*", times: 2 });
   */
  fault(rule: FaultRule): () => void;
  /** Every account, oldest first. */
  accounts(): SandboxAccount[];
  /**
   * Adds an account as if a user had connected it earlier, without a request. It may have any status. Its actions run, except with your own
   * `oauth`, which did not issue its tokens.
   * @returns the account.
   * @throws `invalid_argument` for an unknown app, integration or member, and for an alias that is taken.
   * @example
   * sandbox.addAccount({ app: "gmail", entityId: "Jessica", alias: "work", status: "EXPIRED" });
   */
  addAccount(account: NewSandboxAccount): SandboxAccount;
  /**
   * Changes an account as the platform, the app or another page would.
   * @returns the account.
   * @throws `invalid_argument` for an unknown id or member, and for an alias that is taken.
   * @example
   * sandbox.changeAccount(account.id, { rejects: "credentials" });
   */
  changeAccount(accountId: string, changes: AccountState): SandboxAccount;
  /** Restores the state of a new sandbox: integrations, accounts, clock, requests, faults and attempts. Hanging requests reject. */
  reset(): void;

  /**
   * Replaces what a page depends on: timers, `Date`, `performance.now`, `Math.random`, `open`, `BroadcastChannel`, `document.hasFocus`,
   * `navigator.onLine`, navigation to the platform and, with the option `gateway`, `fetch`. Further calls only return options.
   * @returns the options of a client of this sandbox, for `createClient` or a `ConnectProvider`. Attempts are stored in the sandbox instead of
   * `localStorage`.
   * @throws `already_installed`, `oauth_given`, `timers_faked`, `not_replaceable`, `invalid_argument`.
   */
  install(options?: SandboxClientOptions): ClientOptions;
  /**
   * Installs the sandbox and creates a client of the real module. `dispose` of the sandbox disposes of the client.
   *
   * Rejects with the codes of `install`, and with `load_failed` and `invalid_argument` of `createClient`.
   */
  createClient(options?: SandboxClientOptions): Promise<ConnectClient>;
  /** The clock of the page that the sandbox is installed in. */
  readonly clock: SandboxClock;
  /**
   * Scripts the user of the next attempt. Several calls script several attempts, in order. By default a user connects after one second. Where the
   * sandbox is not installed, a person visits its pages: the outcome then decides only what the platform does.
   * @throws `invalid_argument`.
   * @example
   * sandbox.next({ outcome: "denied" });
   */
  next(attempt: Attempt): void;
  /** The windows that the page has opened, oldest first. */
  readonly popups: readonly SandboxPopup[];
  /** The URL that the last user returned to; null before that. The page is already at this URL unless its origin differs. */
  readonly callbackUrl: string | null;
  /**
   * Sends the next user to a `redirectUrl` in the page itself, as a link does.
   * @throws `not_installed`, `no_popup`, or `invalid_argument` if the URL belongs to another server.
   */
  visit(redirectUrl: string): void;
  /** Sets whether the page is online. @throws `invalid_argument`. */
  setOnline(isOnline: boolean): void;
  /**
   * Restores everything that `install` has replaced, and disposes of the clients of `createClient`. Pending timers are dropped. Replacements by
   * other libraries stay, and what those restore later acts as the original.
   */
  dispose(): void;
}
