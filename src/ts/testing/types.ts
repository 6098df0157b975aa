import type { ClientOptions, ConnectClient } from "../index.js";

/** An authorization server's yes with what it issued, or its no in its own words. */
export type OAuthTokens =
  | {
      /** It said yes. */
      ok: true;
      /** Its token response (RFC 6749 §5.1), such as `access_token` and `expires_in`. */
      tokens: Record<string, unknown>;
    }
  | OAuthRefusal;

/** An authorization server's no. */
export interface OAuthRefusal {
  /** It said no. */
  ok: false;
  /** Its `error` (RFC 6749 §5.2). */
  error: string;
  /** Its `error_description`. */
  errorDescription?: string | undefined;
}

/** How the sandbox, as a confidential client, speaks to an authorization server. */
export interface OAuthPort {
  /**
   * Begins one authorization request.
   * @returns the URL to send the user to, with `state` in its query, and whatever `finish` needs to know again.
   */
  start(input: { app: string; redirectUri: string; scopes: string[] }): Promise<{
    /** Where to send the user. */
    url: string;
    /** Handed to `finish` as it is. */
    session: unknown;
  }>;
  /** Reads the authorization response and exchanges its `code`. A rejection counts as a failed exchange. */
  finish(input: { callbackUrl: URL; session: unknown; redirectUri: string }): Promise<OAuthTokens>;
  /**
   * Uses the `refresh_token` of an account whose access token has expired. Of the answer, what is left out stays as it was;
   * `error: "invalid_grant"` ends the account. A rejection, as any other error, leaves it as it is. Without this method
   * access tokens are used beyond their time.
   */
  refresh?: ((input: { tokens: Record<string, unknown> }) => Promise<OAuthTokens>) | undefined;
  /**
   * Asks with the `access_token` who the user is; `error: "invalid_token"` makes the sandbox refresh the tokens and ask again.
   * Without this method every user has the same profile.
   */
  userinfo?: ((input: { tokens: Record<string, unknown> }) => Promise<
    | {
        /** It said yes. */
        ok: true;
        /** Who the user is, such as `sub` and `email`. */
        claims: Record<string, unknown>;
      }
    | OAuthRefusal
  >) | undefined;
}

/** One value that the sandbox asks the users of an app for. */
export interface SandboxField {
  /** Key of the value. */
  name: string;
  /** Label. Default: the name. */
  displayName?: string | undefined;
  /** Help text. Default: none. */
  description?: string | undefined;
  /** Default true. */
  required?: boolean | undefined;
  /** Used when no value is given. */
  default?: string | undefined;
  /** Whether the platform says that it is a secret. It forgets to, often. */
  isSecret?: boolean | undefined;
}

/** An app of one's own, with one integration. */
export interface SandboxApp {
  /** Such as `notion`; not one that the sandbox has. */
  key: string;
  /** Default: the key. */
  name?: string | undefined;
  /** Default `"OAUTH2"`. */
  authScheme?: "OAUTH2" | "API_KEY" | "BEARER_TOKEN" | "BASIC" | undefined;
  /** What users are asked for. Default: `api_key`, `token`, or `username` and `password`, by the scheme; nothing for OAuth. */
  fields?: readonly SandboxField[] | undefined;
}

/** Options of {@link createSandbox}. */
export interface SandboxOptions {
  /** Apps beside those that every sandbox has. */
  apps?: readonly SandboxApp[] | undefined;
  /** The project key that requests must carry as `x-api-key`. Default `"sandbox-key"`. */
  apiKey?: string | undefined;
  /** Public origin of the sandbox, used in the URLs that it hands out. Default: the origin of each request. */
  origin?: string | undefined;
  /**
   * The clock, in milliseconds since 1970. Default `Date.now`. Once the sandbox is installed, the page's clock is the sandbox's,
   * and only begins with this.
   */
  now?: (() => number) | undefined;
  /**
   * Moves timers that a library has taken already, by a number of milliseconds, such as
   * `(ms) => vi.advanceTimersByTimeAsync(ms)`. Default: the sandbox takes the page's timers itself when it is installed.
   */
  advanceTimers?: ((ms: number) => unknown) | undefined;
  /**
   * Path or address of the app's gateway, such as `"/api/connect"`: what an installed sandbox's page asks there is answered by the
   * sandbox, and the key is added. For pages that make their client themselves.
   */
  gateway?: string | undefined;
  /** Address of the page, where there is none: in Node without a DOM. Default `"https://app.test/"`. */
  pageUrl?: string | undefined;
  /**
   * Default: a page of the sandbox's own (`/oauth/authorize`) with the buttons Allow and Deny. Access tokens live for an hour,
   * refresh tokens work once, and `POST /oauth/revoke` with a `token` in a form ends either.
   */
  oauth?: OAuthPort | undefined;
  /**
   * Whether answers leave out every member that the platform marks as deprecated: of an account `user_id`, `data`, `params` and
   * `auth_config.auth_scheme`, of a new account `status`, `redirect_url` and `redirect_uri`, of an auth config `uuid`,
   * `tool_access_config` and `restrict_to_following_tools`, and every member named `deprecated…`. The filters of lists stay, `user_ids`
   * among them. For code that must go on working once the platform has removed these members. Default false.
   */
  omitDeprecated?: boolean | undefined;
}

/** What goes wrong, by its `kind`. */
export type Fault =
  | {
      /** The answer comes late. */
      kind: "delay";
      /** By how many milliseconds. */
      ms: number;
    }
  | {
      /** An error status, with the body that the platform gives it. */
      kind: "status";
      /** Of HTTP. */
      status: number;
      /** Text of the header `Retry-After`. */
      retryAfter?: string | number | undefined;
      /** JSON in place of the platform's body. */
      body?: unknown;
    }
  | {
      /** A gateway's HTML page. */
      kind: "html";
      /** Of HTTP. Default 502. */
      status?: number | undefined;
    }
  | {
      /**
       * `truncated`: the right status and half of the right body. `empty204`: 204 without a body. `drop`: the connection breaks,
       * `fetch` rejects with a `TypeError` whose `code` is `"SANDBOX_DROP"`. `hang`: no answer, until the request is aborted or
       * the sandbox is reset.
       */
      kind: "truncated" | "empty204" | "drop" | "hang";
    }
  | {
      /** Status 200 and well-formed JSON, streamed. */
      kind: "hugeBody";
      /** At least this many. Default 16 MiB. */
      bytes?: number | undefined;
    };

/** A fault and the requests it befalls. */
export type FaultRule = Fault & {
  /** Default: any method. */
  method?: string | undefined;
  /** Path without the query: exact text, text ending in `*` for a prefix, or a pattern. Default: any path. */
  path?: string | RegExp | undefined;
  /** How many requests. Default 1. */
  times?: number | undefined;
  /**
   * Whether the platform still does what was asked, so that only the answer is lost.
   * Default false, except for `delay` and `truncated`, where it always does.
   */
  handled?: boolean | undefined;
};

/** One request, in the order of arrival. */
export interface LoggedRequest {
  /** Of HTTP. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** 0 while there is no answer, and for ever when the connection was dropped. */
  readonly status: number;
  /** When it arrived, in milliseconds since 1970. */
  readonly atMs: number;
}

/** An account as the sandbox keeps it: with everything that API answers mask. */
export interface SandboxAccount {
  /** Such as `ca_…`. */
  readonly id: string;
  /** Key of the app, for example `gmail`. */
  readonly app: string;
  /** Id of the integration, `ac_…`. The platform calls it an auth config. */
  readonly integrationId: string;
  /** How the app authenticates its users, such as `OAUTH2`. */
  readonly authScheme: string;
  /** The end user. */
  readonly entityId: string;
  /** Not changed by `isDisabled`, unlike the status that the API answers. */
  readonly status: string;
  /** Why it is in that status, as API answers say it. */
  readonly statusReason: string | null;
  /** Switched off. */
  readonly isDisabled: boolean;
  /** Deleted. The API no longer answers with it. */
  readonly isDeleted: boolean;
  /** What the user typed, not masked. */
  readonly data: Readonly<Record<string, string>>;
  /** What the authorization server issued, not masked. */
  readonly tokens: Readonly<Record<string, unknown>>;
  /** Null where the authorization server did not say. */
  readonly accessTokenExpiresAtMs: number | null;
  /** Where the user was to return to. */
  readonly callbackUrl: string | null;
  /** In milliseconds since 1970. */
  readonly createdAtMs: number;
}

/**
 * What the user of one attempt does. They arrive when the popup is sent to the platform, or the page is left for it; all times
 * are counted from then on, in milliseconds of the sandbox's clock.
 */
export type Attempt =
  /** Allows, `afterMs` (default 1,000) after they have arrived, and comes back. */
  | { outcome: "connected"; afterMs?: number | undefined }
  /** Denies. Default 1,000. */
  | { outcome: "denied"; afterMs?: number | undefined }
  /** Allows, but the provider then refuses to give the platform any tokens. Default 1,000. */
  | { outcome: "failed"; afterMs?: number | undefined }
  /** Allows (default 1,000) and comes back, while the account becomes `ACTIVE` only `activeAfterMs` (default 5,000) later. */
  | { outcome: "slow"; afterMs?: number | undefined; activeAfterMs?: number | undefined }
  /** Does nothing until the link has expired. Default 600,000, as the platform's. */
  | { outcome: "expired"; afterMs?: number | undefined }
  /** Leaves the popup open and never comes back, while the platform goes on waiting. */
  | { outcome: "never" }
  /** Loses the network for `forMs` (default 5,000), the page's network too, and allows `afterMs` (default 1,000) later. */
  | { outcome: "offline"; forMs?: number | undefined; afterMs?: number | undefined }
  /** Has a browser that does not open the popup. Where the page is left instead, that takes the next attempt. */
  | { outcome: "popup_blocked" }
  /** Closes the popup. Default 1,000. */
  | { outcome: "popup_closed"; afterMs?: number | undefined }
  /**
   * Is at a provider whose `Cross-Origin-Opener-Policy` makes the popup look closed at once, and allows all the same. Default
   * 5,000.
   */
  | { outcome: "popup_cut_off"; afterMs?: number | undefined };

/** A window that the page has opened. */
export interface SandboxPopup {
  /** Where it is. */
  readonly url: string;
  /** Whether it is gone; one that only looks so to the page is not. */
  readonly isClosed: boolean;
  /** Closes it, as its user does. */
  close(): void;
}

/** The clock of the page and of the platform. It stands still until it is moved. */
export interface SandboxClock {
  /** In milliseconds since 1970. */
  now(): number;
  /**
   * Moves the clock forward and runs every timer on the way, each at its time, with all that follows from it. With 0,
   * everything happens that waits for no timer.
   *
   * Rejects with `not_installed`, `timers_replaced`, and `clock_stuck` where `advanceTimers` does not move this page.
   */
  advance(ms: number): Promise<void>;
  /**
   * Moves the clock forward until a promise has settled, at most by `limitMs` (default 1,200,000), and settles as it did.
   *
   * Rejects with `clock_stuck`, `not_installed` and `timers_replaced`.
   */
  until<T>(promise: PromiseLike<T>, options?: { limitMs?: number | undefined }): Promise<T>;
}

/** Options of a client that asks the sandbox: those of any client but for where the platform is, and by which key. */
export type SandboxClientOptions = Partial<Omit<ClientOptions, "baseUrl" | "fetch" | "unsafeApiKey">>;

/**
 * Every code of a {@link SandboxError}: `already_installed` (another sandbox is, in this page: dispose of it first),
 * `not_installed`, `oauth_given` (users can only be scripted for the built-in authorization server), `timers_faked` (timers or
 * `Date`, by something else, before), `timers_replaced` (timers or `Date`, by something else, since), `not_replaceable` (the page
 * does not let itself be), `clock_stuck` (time alone does not settle the promise, or `advanceTimers` does not move this page), `no_popup` (the outcome is one of a popup, and there is none),
 * `invalid_argument`.
 */
export type SandboxErrorCode =
  | "already_installed" | "not_installed" | "oauth_given" | "timers_faked" | "timers_replaced" | "not_replaceable"
  | "clock_stuck" | "no_popup" | "invalid_argument";

/** A mistake in the test, not in what is tested. */
export interface SandboxError extends Error {
  /** Tells it from every other error. */
  readonly name: "SandboxError";
  /** Stable; branch on this. */
  readonly code: SandboxErrorCode;
}

/** A platform of one's own, with its users. */
export interface Sandbox {
  /** Answers one request. Rejects only where a real `fetch` would: a dropped connection or an aborted request. */
  fetch(request: Request): Promise<Response>;
  /** Moves the platform's clock forward, and no timer: as where the clocks of page and platform differ. */
  advance(ms: number): void;
  /** Every request so far; the oldest are forgotten after 10,000. */
  readonly requests: readonly LoggedRequest[];
  /**
   * Scripts a fault. Of several rules that match, the oldest with times left applies.
   * @returns a function that takes the rule back.
   * @throws `invalid_argument` for a kind or a member that there is none of.
   */
  fault(rule: FaultRule): () => void;
  /** Every account, oldest first. */
  accounts(): SandboxAccount[];
  /** Back to the state of a new sandbox: seeds, clock, log, faults and attempts. Requests that hang are rejected. */
  reset(): void;

  /**
   * Puts the sandbox in place of what a page depends on: timers, `Date`, `performance.now`, `Math.random`, `open`, `BroadcastChannel`,
   * `document.hasFocus`, `navigator.onLine`, leaving the page for the platform, and `fetch` where there is a `gateway`. May be
   * called again.
   * @returns the options of a client that asks this sandbox, for `createClient` or a `ConnectProvider`. It remembers attempts in
   * the sandbox, not in `localStorage`.
   * @throws `already_installed`, `oauth_given`, `timers_faked`, `not_replaceable`.
   */
  install(options?: SandboxClientOptions): ClientOptions;
  /**
   * A client of the real module that asks this sandbox, which is installed by that. Ended by `dispose`.
   *
   * Rejects as `install` throws, and with `load_failed` and `invalid_argument` of the module.
   */
  createClient(options?: SandboxClientOptions): Promise<ConnectClient>;
  /** The clock of the page in which the sandbox is installed. */
  readonly clock: SandboxClock;
  /**
   * What the user of the next attempt does; of several, the one said first comes first. Whoever was told nothing connects.
   * @throws `invalid_argument`.
   */
  next(attempt: Attempt): void;
  /** Every window that the page has opened, oldest first. */
  readonly popups: readonly SandboxPopup[];
  /** Where the last user came back to. The page is there already, unless it is one of another origin. */
  readonly callbackUrl: string | null;
  /**
   * Sends the next user to a `redirectUrl`, as where the page is left for it: what a link in the page does.
   * @throws `not_installed`, `no_popup`, `invalid_argument` where it is no address of the sandbox.
   */
  visit(redirectUrl: string): void;
  /** Takes the page's network away, or gives it back. */
  setOnline(isOnline: boolean): void;
  /**
   * Puts everything back that `install` has replaced and ends the clients of `createClient`. Timers that still wait are forgotten. What
   * another library has put over it stays; what that puts back afterwards acts as the page's own.
   */
  dispose(): void;
}
