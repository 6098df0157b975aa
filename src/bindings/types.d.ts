/** Status of a connection. Other words of the platform are passed on in upper case. */
export type ConnectionStatus =
  | "ACTIVE" | "INITIATED" | "INITIALIZING" | "PENDING"
  | "FAILED" | "EXPIRED" | "REVOKED" | "INACTIVE"
  | (string & {});

/** A status that the platform can filter by. */
export type AccountStatus = "ACTIVE" | "INITIATED" | "INITIALIZING" | "FAILED" | "EXPIRED" | "REVOKED" | "INACTIVE";

/** How an app authenticates its users. Other schemes of the platform are passed on in upper case. */
export type AuthScheme =
  | "OAUTH2" | "OAUTH1" | "OAUTH1A" | "DCR_OAUTH" | "CIMD_OAUTH" | "S2S_OAUTH2"
  | "API_KEY" | "BASIC" | "BASIC_WITH_JWT" | "BEARER_TOKEN"
  | "GOOGLE_SERVICE_ACCOUNT" | "SERVICE_ACCOUNT"
  | "CALCOM_AUTH" | "BILLCOM_AUTH" | "SAML" | "NO_AUTH"
  | (string & {});

/** Version of the platform's HTTP API. */
export type Api = "v3.1" | "v3";

/** Every code of a {@link ConnectError}. */
export type ConnectErrorCode =
  | "load_failed"
  | "invalid_argument" | "fields_invalid"
  | "app_not_connectable" | "connection_not_needed" | "integration_not_found" | "auth_scheme_mismatch"
  | "callback_invalid" | "callback_unbound" | "callback_replayed" | "completion_required" | "flow_expired"
  | "access_denied" | "account_failed" | "account_expired" | "account_revoked" | "account_inactive" | "account_mismatch"
  | "entity_mismatch"
  | "invalid_transition" | "popup_blocked" | "popup_closed" | "in_app_browser"
  | "redirect_refused" | "embedded"
  | "redirected" | "network" | "timeout" | "cancelled" | "crashed"
  | "unauthorized" | "forbidden" | "not_found" | "gone" | "conflict" | "invalid_request" | "endpoint_retired"
  | "rejected" | "action_failed" | "connection_required" | "credentials_rejected" | "scopes_missing"
  | "rate_limited" | "server" | "response_invalid";

/**
 * Every code of an {@link Issue}. Names in parentheses are members of `params`.
 *
 * Of a value:
 * - `required`: missing or blank.
 * - `type`: has another type than expected (`type`).
 * - `format`: does not have the expected format (`format`). The format `subdomain` refuses a whole address where only its first label is expected.
 * - `pattern`: does not match the pattern (`pattern`).
 * - `enum`: not one of the allowed values (`allowed`).
 * - `too_long`: more bytes than allowed (`max`).
 * - `invisible`: a secret that contains an invisible character.
 *
 * Of an argument:
 * - `required`: missing.
 * - `type`, `format`: not of the expected type or format.
 * - `unknown`: no such argument.
 * - `duplicate`: given twice with different values.
 */
export type IssueCode = "required" | "unknown" | "type" | "format" | "duplicate" | "pattern" | "enum" | "too_long" | "invisible";

/** A problem with one argument or value. */
export interface Issue {
  /** Stable; branch on this. */
  readonly code: IssueCode;
  /** Path of the argument or key of the field, for example `data.shop`. */
  readonly field: string;
  /** One English sentence. Never contains the value. */
  readonly message: string;
  /** Details for a translated message: the field's `label` and those of {@link IssueCode}. Never the value. */
  readonly params?: Readonly<Record<string, string>>;
}

/** A real `Error` whose `name` is `"ConnectError"`. Test with `isConnectError`, not with `instanceof`. */
export interface ConnectError extends Error {
  /** Checked by `isConnectError`. */
  readonly name: "ConnectError";
  /** Stable; branch on this. */
  readonly code: ConnectErrorCode;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** HTTP status, if a server answered. */
  readonly status?: number;
  /** Delay that the platform asks for, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The platform's id of the request, for a support ticket. */
  readonly requestId?: string;
  /** The server's error code: an OAuth `error`, a slug, or a number as a string. */
  readonly error?: string;
  /** The server's message. Text, not markup. The user's values are redacted. */
  readonly errorDescription?: string;
  /**
   * Id of the attempt's account, if the error is about an attempt. After `flow_expired`, check or delete this account before the user
   * starts again.
   */
  readonly connectedAccountId?: string;
  /** With `connection_required`: key of the app to connect, from the name of the action. */
  readonly app?: string;
  /** With `connection_required`: id of the end user, if the call or the client names one. */
  readonly entityId?: string;
  /** HTTP status of the app's answer to a failed action, if the action reports it. */
  readonly actionStatus?: number;
  /** With `in_app_browser`: the app whose browser the page runs in, such as `instagram`. */
  readonly inAppBrowser?: string;
  /** Which arguments or values are wrong. */
  readonly issues?: readonly Issue[];
  /** The original exception, such as a `TypeError` of `fetch`. */
  readonly cause?: unknown;
}

/** A value that the user enters before the connection is initiated. */
export interface ExpectedInputField {
  /** Key of the value in `data`, case-sensitive. */
  readonly name: string;
  /** Label. Never empty. */
  readonly displayName: string;
  /** Help text, not markup. */
  readonly description?: string | undefined;
  /** Almost always `string`. Show a text input for an unknown type. Values are sent as strings. */
  readonly type: string;
  /** Whether a value is required, from the user or from `default`. */
  readonly required: boolean;
  /** Whether to use a password input. Also true for names such as `api_key` that the platform does not mark as secret. */
  readonly secret: boolean;
  /** Value if the user enters none. Prefill the input with it. */
  readonly default?: string | undefined;
  /** Regular expression that has to match anywhere in the value. Check it with `validateParams`, which takes linear time. */
  readonly pattern?: string | undefined;
  /** Format such as `email` or `uri`. Ignore an unknown one. */
  readonly format?: string | undefined;
  /** The only values allowed. */
  readonly enum?: readonly string[] | undefined;
  /** Example value to show as a hint. */
  readonly example?: string | undefined;
  /** Text to show before the input. Removed from the value if the user types it. */
  readonly prefix?: string | undefined;
  /** Text to show after the input, such as `.zendesk.com`. Removed from the value if the user types it. */
  readonly suffix?: string | undefined;
  /** Position among the fields. `expectedInputFields` is already in this order. */
  readonly order?: number | undefined;
}

/** The result of a {@link StandardSchemaV1}. */
export type StandardResult<Output> =
  | {
      /** The normalised values, with defaults filled in. */
      readonly value: Output;
      /** Always absent on success. */
      readonly issues?: undefined;
    }
  | {
      /** At most one issue per field. */
      readonly issues: readonly StandardIssue[];
    };

/** An {@link Issue} in the format of {@link StandardSchemaV1}. */
export interface StandardIssue extends Issue {
  /** The name of the field. Empty if the values are not an object. */
  readonly path: readonly string[];
}

/** A validator for form libraries: version 1 of the Standard Schema interface.
 * @see https://standardschema.dev */
export interface StandardSchemaV1<Input, Output> {
  /** The interface. */
  readonly "~standard": {
    /** Version of the interface. */
    readonly version: 1;
    /** Name of the library. */
    readonly vendor: "connect-flow";
    /** Validates. Never throws. The value of a success is normalised, with defaults filled in. */
    readonly validate: (value: unknown) => StandardResult<Output>;
    /** Only for type inference. Absent at run time. */
    readonly types?: {
      /** The values before validation. */
      readonly input: Input;
      /** The values after validation. */
      readonly output: Output;
    } | undefined;
  };
}

/** A JSON Schema (draft 2020-12) of the user's values. */
export interface FieldsJsonSchema {
  /** The draft. */
  readonly $schema: "https://json-schema.org/draft/2020-12/schema";
  /** The values are an object. */
  readonly type: "object";
  /** Schemas by field name, in the order of the fields. */
  readonly properties: Readonly<Record<string, FieldJsonSchema>>;
  /** Names of the required fields without a default. */
  readonly required: readonly string[];
}

/** The schema of one field. */
export interface FieldJsonSchema {
  /** Also for numbers and booleans, which are sent as strings. */
  readonly type: "string";
  /** The field's `displayName`. */
  readonly title: string;
  /** The field's `description`. */
  readonly description?: string;
  /** The field's `default`. */
  readonly default?: string;
  /** The field's `enum`. */
  readonly enum?: readonly string[];
  /** `password` for every secret. */
  readonly format?: string;
  /** Left out if `RegExp` could take exponential time or does not support it. `validateParams` still checks it. */
  readonly pattern?: string;
  /** 1 for a field that the user has to fill in. */
  readonly minLength?: number;
  /** True for a secret. */
  readonly writeOnly?: true;
  /** The field's `example`. */
  readonly examples?: readonly string[];
}

/**
 * Attributes for an `<input>`, by their React names. `setAttribute` accepts these, too. Use a `<textarea>` for a value of several
 * lines, such as a PEM key, and a `<select>` for an `enum`.
 *
 * There is no `name`, because a form submitted before its script runs would put a typed key into the page's URL. There is no
 * `maxLength`, because browsers truncate a longer value without a word.
 */
export interface InputAttributes {
  /** `password` for every secret. Never `number`, which drops what it cannot parse. */
  readonly type: "text" | "password" | "email" | "url";
  /** Left out if the field is optional or has a default. */
  readonly required?: true;
  /** The field's `example`. */
  readonly placeholder?: string;
  /** For numbers. */
  readonly inputMode?: "numeric" | "decimal";
  /**
   * `new-password` for secrets and user names, so that browsers do not fill in the login saved for this site. `email` for email
   * addresses. `off` for the rest.
   */
  readonly autoComplete: "new-password" | "email" | "off";
  /**
   * Matches the whole value, with white space around it. Left out if the browser could take exponential time, and if a pasted address
   * may be cut down before it is checked.
   */
  readonly pattern?: string;
  /** Off, so that keys and shop names are sent as typed. */
  readonly autoCapitalize: "none";
  /** For Safari. */
  readonly autoCorrect: "off";
  /** Off, because some browsers send the text to a server. */
  readonly spellCheck: false;
}

/** Options of `getExpectedParamsForUser`. */
export interface ExpectedParamsOptions {
  /** Key of the app, for example `gmail`. Either this or `integrationId` is required. */
  app?: string | undefined;
  /** Id of the integration. Either this or `app` is required. */
  integrationId?: string | undefined;
  /** Requires an integration with this scheme. Default: any. */
  authScheme?: AuthScheme | undefined;
  /** Accepted and ignored: the expected params do not depend on the user. */
  entityId?: string | undefined;
  /** Time limit of the call with its retries and waits, in milliseconds. It rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Aborts the call, which rejects with `cancelled`. What the platform has done by then is not undone. */
  signal?: AbortSignal | undefined;
}

/** The fields of an app, and the integration to initiate the connection with. */
export interface ExpectedParams {
  /** In the order to show them. Empty if the user has nothing to enter. */
  readonly expectedInputFields: readonly ExpectedInputField[];
  /** Null if `authScheme` is `NO_AUTH`: the app needs no connection. */
  readonly integrationId: string | null;
  /** Auth scheme of the integration. */
  readonly authScheme: AuthScheme;
  /** Key of the app, if the platform returns it. */
  readonly app?: string;
}

/** Options of `initiateConnection`. Other options are refused with `invalid_argument`. */
export interface InitiateConnectionOptions {
  /**
   * Id of the end user. Default: the client's `entityId`. Not needed behind a gateway, where the session decides. Required with
   * `unsafeApiKey`.
   */
  entityId?: string | undefined;
  /** From `getExpectedParamsForUser`. Either this or `app` is required. The null of an app without connection is refused. */
  integrationId?: string | null | undefined;
  /** Key of the app, whose integration is looked up first as in `getExpectedParamsForUser`. */
  app?: string | undefined;
  /** With `app`: requires an integration with this scheme. */
  authScheme?: AuthScheme | undefined;
  /** The user's values by field name. All are strings. Default `{}`. */
  data?: Record<string, string> | FormData | undefined;
  /** The user's name for the account, such as `work`. Unique among the user's accounts of the app, at most 255 bytes. Default: none. */
  alias?: string | undefined;
  /** Where the user returns to. Default: the client's `redirectUrl`. */
  redirectUrl?: string | undefined;
  /** Alias of `redirectUrl`. */
  redirectUri?: string | undefined;
  /** A path of this site that `completeConnection` returns. Starts with one `/`. */
  returnTo?: string | undefined;
  /** Accepted and ignored: the integration has its own scheme. */
  authMode?: string | undefined;
  /** Accepted if empty. Developer credentials do not belong in a browser. */
  authConfig?: Record<string, never> | undefined;
  /** Time limit of the call with its retries and waits, in milliseconds. It rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Aborts the call, which rejects with `cancelled`. What the platform has done by then is not undone. */
  signal?: AbortSignal | undefined;
}

/** An initiated connection. Plain data without secrets: may be stored, logged and sent to your server. */
export interface ConnectionRequest {
  /** `INITIATED` if the user has to go to `redirectUrl`. Otherwise the status of the account, usually `ACTIVE`. */
  readonly connectionStatus: ConnectionStatus;
  /** Id of the new account. Never trust an id from a URL instead. */
  readonly connectedAccountId: string;
  /** Where to send the user. Null if the user need not go anywhere. */
  readonly redirectUrl: string | null;
  /** When the redirect URL expires, in milliseconds since 1970, if the platform returns it. */
  readonly expiresAtMs?: number | undefined;
  /** Id of the end user, if the caller or the server named one. */
  readonly entityId?: string | undefined;
  /** Id of the attempt. */
  readonly flowId: string;
}

/** A parsed callback URL. Unauthenticated input: `completeConnection` verifies it. */
export interface ConnectionCallback {
  /** Id of the attempt, from `cf_flow`. */
  readonly flowId?: string;
  /** Id of the account that the URL names. Not verified. */
  readonly connectedAccountId?: string;
  /** The outcome that the URL claims. */
  readonly outcome: "success" | "failure" | "unknown";
  /** Key of the app, if the URL names it. */
  readonly app?: string;
  /** The authorization server's `error`, such as `access_denied`.
   * @see RFC 6749 §4.1.2.1 */
  readonly error?: string;
  /** The authorization server's `error_description`. Text, not markup. Untrusted. */
  readonly errorDescription?: string;
  /** The session that a server has to complete, if the platform verifies identities. A secret, valid once. */
  readonly sessionUri?: string;
}

/** Options of `completeConnection`. */
export interface CompleteConnectionOptions {
  /** The callback URL. Default: the address of the page. */
  url?: string | URL | undefined;
  /** Time limit of the call with its retries and waits for `ACTIVE`, in milliseconds. It rejects with `timeout`. 1 to 3,600,000. Default 30,000. */
  timeoutMs?: number | undefined;
  /** Aborts the call, which rejects with `cancelled`. What the platform has done by then is not undone. */
  signal?: AbortSignal | undefined;
  /** `verify` of the flow that started the attempt. Required if it has an `input`, which is not stored. Default: its action. */
  verify?: Verification | undefined;
}

/** A connection confirmed by the platform. */
export interface CompletedConnection {
  /** From the platform, not from the URL. */
  readonly connectionStatus: "ACTIVE";
  /** The id that `initiateConnection` returned. */
  readonly connectedAccountId: string;
  /** The account. */
  readonly account: ConnectedAccount;
  /** Key of the app. */
  readonly app?: string;
  /** `returnTo` of `initiateConnection`, validated again. */
  readonly returnTo?: string;
}

/** An attempt whose user has left the page and that is not completed. It expires after 10 minutes. */
export interface PendingConnection {
  /** Id of the attempt, for `resume`. */
  readonly flowId: string;
  /** Id of the account. */
  readonly connectedAccountId: string;
  /** Id of the end user, if the caller or the server named one. */
  readonly entityId?: string;
  /** Key of the app, if known. */
  readonly app?: string;
  /** Id of the integration, if known. */
  readonly integrationId?: string;
  /** Auth scheme, if known. */
  readonly authScheme?: AuthScheme;
  /** Start of the attempt, in milliseconds since 1970. */
  readonly startedAtMs: number;
  /** When the attempt expires, in milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** `returnTo` of `initiateConnection`. */
  readonly returnTo?: string;
  /** Id of the account that this attempt reconnects. */
  readonly replaces?: string;
}

/** `redirect` navigates the page, `popup` opens a popup. `auto` opens a popup, or navigates the page if the popup is blocked. */
export type FlowMode = "redirect" | "popup" | "auto";

/**
 * What a flow does if the user has connected the app already. `new` connects one more account. `reuse` ends in `connected` with the newest usable
 * account, or goes on to `ready` if there is none.
 */
export type WhenConnected = "new" | "reuse";

/** An action that is run once with a new account, to see whether the app accepts its credentials. */
export interface Verification {
  /** Name of the action, for example `GMAIL_GET_PROFILE`. It should only read. The gateway needs it in `allow.actions`. */
  action: string;
  /** Its input. Default: none. */
  input?: Record<string, unknown> | undefined;
}

/** Options of `flow`. */
export interface FlowOptions {
  /** Key of the app, for example `gmail`. Either this, `integrationId` or `reconnect` is required. */
  app?: string | undefined;
  /** Id of the integration. Default with `reconnect`: the account's. */
  integrationId?: string | undefined;
  /** Requires an integration with this scheme. Default: any. */
  authScheme?: AuthScheme | undefined;
  /**
   * Id of the end user. Default: the client's `entityId`. Not needed behind a gateway, where the session decides. Required with
   * `unsafeApiKey`.
   */
  entityId?: string | undefined;
  /** The user's name for the account, such as `work`. Unique among the user's accounts of the app, at most 255 bytes. Default: none. */
  alias?: string | undefined;
  /**
   * What `load`, and `submit` before `load`, do if the user has connected the app already. Default `"new"`. With `"reuse"`, an account must also
   * have the `integrationId`, `authScheme` and `alias` of these options, as far as they are given.
   */
  whenConnected?: WhenConnected | undefined;
  /** Where the provider's page opens. Default `"auto"`. */
  mode?: FlowMode | undefined;
  /** Where the user returns to, also in a popup. Default: the client's `redirectUrl`. */
  redirectUrl?: string | undefined;
  /** Alias of `redirectUrl`. */
  redirectUri?: string | undefined;
  /** A path of this site that the state `connected` returns. Starts with one `/`. */
  returnTo?: string | undefined;
  /**
   * Id of the account to reconnect. It stays usable until its successor is `ACTIVE`.
   *
   * Keys are replaced in place where the platform allows it, and the account keeps its id. Otherwise the flow connects a new account,
   * moves the alias to it, and deletes the old one.
   */
  reconnect?: string | undefined;
  /**
   * Verifies the account once it is `ACTIVE`, before `connected`. If the app rejects the credentials, or they lack a permission, the flow fails with
   * `credentials_rejected` or `scopes_missing`, and deletes the account that it made. After any other error of the action, the account stays, and
   * `retry` verifies it again. The attempt stores the name of the action, but no input. Default: none.
   */
  verify?: Verification | undefined;
  /**
   * Whether `submit` continues in an in-app browser, where most authorization servers refuse to sign users in. Default `false`: the flow
   * fails with `in_app_browser`.
   */
  allowInAppBrowser?: boolean | undefined;
}

/** The result of `ensureConnected`: the user's account, or a flow in `ready` to connect one. */
export type EnsuredConnection =
  | {
      /** The account that exists. */
      readonly account: ConnectedAccount;
      /** Absent beside an account. */
      readonly flow?: undefined;
    }
  | {
      /** A flow that is ready to connect an account. */
      readonly flow: ConnectFlow;
      /** Absent beside a flow. */
      readonly account?: undefined;
    };

/** Options of `resume`: which attempt to resume. */
export interface ResumeOptions {
  /**
   * From a connection request or a pending connection. Default: the attempt named by the page's address, or else the newest pending
   * attempt. Attempts of this tab come first.
   */
  flowId?: string | undefined;
  /** Only an attempt at this app. */
  app?: string | undefined;
  /** Only an attempt with this integration. */
  integrationId?: string | undefined;
  /** Only an attempt for this end user. Default: the client's `entityId`. */
  entityId?: string | undefined;
  /** `verify` of the flow that started the attempt. Required if it has an `input`, which is not stored. Default: its action. */
  verify?: Verification | undefined;
}

/** Members of every state of a flow. */
export interface FlowBasics {
  /** Key of the app, if known. */
  readonly app?: string;
  /** Id of the end user, if known. */
  readonly entityId?: string;
  /** The fields to show. Empty until they are loaded. The same array until a field changes. */
  readonly expectedInputFields: readonly ExpectedInputField[];
  /** Id of the integration, if known. */
  readonly integrationId?: string;
  /** Auth scheme, if known. */
  readonly authScheme?: AuthScheme;
}

/** The state of a flow. Frozen, and the same object until the state changes. */
export type FlowSnapshot = FlowBasics & (
  | {
      /** Before `load`, while the fields load, and while the connection is initiated. */
      readonly state: "idle" | "loading" | "initiating";
    }
  | {
      /** Ready for `submit`. */
      readonly state: "ready";
      /** Problems with the values of the last `submit`. */
      readonly issues: readonly Issue[];
      /**
       * The user's usable accounts of the app, newest first, without shared ones. Requested by `load` beside the fields. Absent until the platform
       * has answered, with `reconnect`, after `submit` without `load`, and if the server does not allow it. With `integrationId`, only its accounts.
       */
      readonly existing?: readonly ConnectedAccount[];
      /** Name of the app whose in-app browser shows the page. Most authorization servers refuse to sign users in there. */
      readonly inAppBrowser?: string;
    }
  /** The page is about to navigate to the provider. */
  | FlowAttempt<"redirecting">
  /** The user is at the provider. */
  | FlowAttempt<"waiting"> & {
      /** Whether the popup is open. False if the provider's page cut it off from this page. */
      readonly isPopupOpen: boolean;
    }
  /** Checking the status of the account. */
  | FlowAttempt<"verifying">
  /** The server at `baseUrl` cannot complete the session: your server has to, with `sessionUri`. The flow then continues. */
  | FlowAttempt<"completing"> & {
      /** For your server. A secret of this attempt. */
      readonly sessionUri: string;
    }
  | {
      /** The platform confirmed that the account is `ACTIVE`. */
      readonly state: "connected";
      /** Id of the account. */
      readonly connectedAccountId: string;
      /** The account. */
      readonly account: ConnectedAccount;
      /** `returnTo` of the flow, validated again. */
      readonly returnTo?: string;
    }
  | {
      /** Failed. `retry` continues the attempt if it can still succeed, or else starts a new one. */
      readonly state: "failed";
      /** The reason. */
      readonly error: ConnectError;
    }
  | {
      /** The user cancelled. `retry` starts a new attempt. */
      readonly state: "cancelled";
      /** With the code `cancelled` or `popup_closed`. */
      readonly error: ConnectError;
    }
);

/** Members of the states in which an attempt is under way. */
export interface FlowAttempt<State extends string> {
  /** Name of the state. */
  readonly state: State;
  /** Id of the attempt. `pending` lists it; `resume` can continue it in another tab. */
  readonly flowId: string;
  /** Id of the account. */
  readonly connectedAccountId: string;
  /** When the attempt expires, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** An account of one user at one app. Contains no credentials. */
export interface ConnectedAccount {
  /** For example `ca_…`. Opaque. */
  readonly id: string;
  /** The account is usable if it is `ACTIVE`. */
  readonly status: ConnectionStatus;
  /** The user's name for the account, for example `work`. */
  readonly alias?: string;
  /** The platform's short name for the account, such as `gmail_red-castle`. Never changes. */
  readonly wordId?: string;
  /** The user's name at the provider, such as an email address. Show it to tell accounts of one app apart. */
  readonly displayName?: string;
  /** Whether other users may use the account: `SHARED`. */
  readonly accountType?: "PRIVATE" | "SHARED" | (string & {});
  /** The OAuth scopes that the last attempt asked for. The user may have granted fewer. */
  readonly requestedScopes?: readonly string[];
  /** The platform's reason for the status. Free text: show it, do not branch on it. */
  readonly statusReason?: string;
  /** Key of the app, for example `gmail`. */
  readonly app: string;
  /** Id of its integration. */
  readonly integrationId?: string;
  /** Id of the end user, if the platform returns it. */
  readonly entityId?: string;
  /** Auth scheme of the account. */
  readonly authScheme?: AuthScheme;
  /** Whether it is disabled. Independent of `status`. */
  readonly isDisabled: boolean;
  /** ISO 8601, as the platform wrote it. */
  readonly createdAt?: string;
  /** ISO 8601, as the platform wrote it. */
  readonly updatedAt?: string;
}

/** Options of the calls for one connected account. */
export interface ConnectedAccountOptions {
  /** Id of the account. */
  connectedAccountId: string;
  /** Time limit of the call with its retries and waits, in milliseconds. It rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Aborts the call, which rejects with `cancelled`. What the platform has done by then is not undone. */
  signal?: AbortSignal | undefined;
}

/** Options of `waitUntilActive`. */
export interface WaitUntilActiveOptions extends ConnectedAccountOptions {
  /** Time limit of the call, in milliseconds. 1 to 3,600,000. Default 600,000. */
  timeoutMs?: number | undefined;
}

/** Options of `refresh`. */
export interface RefreshOptions extends ConnectedAccountOptions {
  /** Where the user returns to. Default: the client's `redirectUrl`. */
  redirectUrl?: string | undefined;
  /** Alias of `redirectUrl`. */
  redirectUri?: string | undefined;
}

/** Options of `connectedAccounts.update`. `alias`, `data` or both are required. */
export interface UpdateConnectedAccountOptions extends ConnectedAccountOptions {
  /** The user's name for the account, unique among the user's accounts of the app, at most 255 bytes. An empty string removes it. */
  alias?: string | undefined;
  /**
   * New credentials by the names of the app's fields, for an account that the user connected with a key. Others stay as they are. The platform
   * can replace some names only, such as `api_key`.
   */
  data?: Record<string, string> | FormData | undefined;
}

/** Options of `connectedAccounts.delete`. */
export interface DeleteConnectedAccountOptions extends ConnectedAccountOptions {
  /** Whether the platform also revokes the account's tokens at the provider, which it does later. Default `false`. */
  revoke?: boolean | undefined;
}

/** The result of `connectedAccounts.revoke`. */
export interface Revocation {
  /** The account's status, usually `REVOKED`. */
  readonly status: ConnectionStatus;
  /** What the provider revoked: `access_token`, `refresh_token`, `credential`. Empty if nothing was left to revoke. */
  readonly revokedTokens: readonly string[];
}

/** Filters of `connectedAccounts.list`. */
export interface ListConnectedAccountsOptions {
  /** Id of the end user. Default: the client's `entityId`, or the user of the session behind a gateway. */
  entityId?: string | undefined;
  /** Whether to list the accounts of all users. Only with `unsafeApiKey`: a gateway lists those of the session's user. Default `false`. */
  allEntities?: boolean | undefined;
  /** Key of the app. */
  app?: string | undefined;
  /** Id of the integration. */
  integrationId?: string | undefined;
  /** Only accounts with one of these statuses. Other words are refused with `invalid_argument`. */
  statuses?: readonly AccountStatus[] | undefined;
  /** Whose accounts: `PRIVATE` for the user's own (the default), `SHARED` for those that others may use, `ALL` for both. */
  accountType?: "PRIVATE" | "SHARED" | "ALL" | undefined;
}

/** Options of `getConnection`. */
export interface GetConnectionOptions {
  /** Key of the app. */
  app: string;
  /** Time limit of the call with its retries and waits, in milliseconds. It rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Aborts the call, which rejects with `cancelled`. What the platform has done by then is not undone. */
  signal?: AbortSignal | undefined;
}

/** Address and credentials for requests to the app. */
export interface AuthParams {
  /** Base URL of the app's API for this account. */
  readonly baseUrl?: string;
  /** The credentials, which may be masked. */
  readonly parameters: readonly AuthParameter[];
}

/** One credential. */
export interface AuthParameter {
  /** Its name, such as `access_token`. */
  readonly name: string;
  /** The value, or a mask if `isMasked`. */
  readonly value: string;
  /** Whether `value` is a mask. Never send a mask as a value. */
  readonly isMasked: boolean;
}

/** Options of `executeAction`. */
export interface ExecuteActionOptions {
  /** Name of the action, such as `GMAIL_FETCH_EMAILS`. */
  action: string;
  /** Id of the end user. Default: the client's `entityId`. */
  entityId?: string | undefined;
  /** Id of the account. Default: the user's newest usable account of the app. */
  connectedAccountId?: string | undefined;
  /** Version of the tool, such as `20250905_00`. Default: the latest. */
  version?: string | undefined;
  /** Input of the action: an object, or its JSON text, as in OpenAI's tool calls. Default `{}`, also for blank text. */
  input?: Record<string, unknown> | string | undefined;
  /** Time limit of the call with its retries and waits, in milliseconds. It rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Aborts the call, which rejects with `cancelled`. What the platform has done by then is not undone. */
  signal?: AbortSignal | undefined;
}

/** The result of an action. A failed action rejects with `action_failed`, `credentials_rejected` or `scopes_missing`. */
export interface Execution {
  /** Always true. */
  readonly successful: true;
  /** The output of the action. Each action defines its shape. */
  readonly data: unknown;
  /** The platform's id of the execution log. */
  readonly logId?: string;
}

/** Options of `entity.tools`. */
export interface ToolsOptions {
  /** Key of the app. With `unsafeApiKey`, `app` or `actions` is required. Default: the apps that the gateway allows. */
  app?: string | undefined;
  /** Names of actions, at least one. Default: those that the gateway allows. */
  actions?: readonly string[] | undefined;
  /** Time limit of the call with its retries and waits, in milliseconds. It rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Aborts the call, which rejects with `cancelled`. What the platform has done by then is not undone. */
  signal?: AbortSignal | undefined;
}

/** An action that an agent may run. The members are those of a tool of MCP. */
export interface Tool {
  /** Name of the action, which `execute` takes as `action`. */
  readonly name: string;
  /** What the action does, for the model. Text, which may be empty. */
  readonly description: string;
  /** JSON Schema of the action's input, as the platform sent it. */
  readonly inputSchema: ToolInputSchema;
}

/**
 * JSON Schema of an object, which may have any other keyword. A type alias, because an interface would not fit the frameworks that take a
 * record.
 */
export type ToolInputSchema = {
  /** The input is an object. */
  readonly type: "object";
  /** Schemas of the input's members by name. */
  readonly properties?: { [name: string]: object };
  /** Names of the required members. */
  readonly required?: string[];
};

/** An app that users can connect. */
export interface App {
  /** Key such as `gmail`, which other calls take as `app`. */
  readonly key: string;
  /** Name to show, such as `Gmail`. */
  readonly name: string;
  /** Description to show. Text, not markup. */
  readonly description?: string;
  /** URL of an image. */
  readonly logo?: string;
  /** Its categories. May be empty. */
  readonly categories: readonly AppCategory[];
  /** Auth schemes in the platform's order. */
  readonly authSchemes?: readonly AuthScheme[];
  /** Auth schemes for which the platform has its own credentials, so that the developer needs none. */
  readonly managedAuthSchemes: readonly AuthScheme[];
  /** Whether its actions need no connection. */
  readonly noAuth: boolean;
}

/** A category of apps, such as `email`. */
export interface AppCategory {
  /** Id, which `apps.list` takes as `category`. */
  readonly id: string;
  /** Name to show. */
  readonly name: string;
}

/** Filters of `apps.list`. */
export interface ListAppsOptions {
  /** Part of the key or the name. Case does not matter. */
  search?: string | undefined;
  /** Id of a category. */
  category?: string | undefined;
}

/** Options of the calls for one app. */
export interface AppOptions {
  /** Key of the app, for example `gmail`. */
  app: string;
  /** Time limit of the call with its retries and waits, in milliseconds. It rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Aborts the call, which rejects with `cancelled`. What the platform has done by then is not undone. */
  signal?: AbortSignal | undefined;
}

/** An app with one auth scheme and the developer's credentials for it. Answers never contain these credentials. */
export interface Integration {
  /** For example `ac_…`. Opaque. */
  readonly id: string;
  /** Key of its app. */
  readonly app?: string;
  /** Its auth scheme. */
  readonly authScheme?: AuthScheme;
  /** Whether it is neither disabled nor deleted. */
  readonly isEnabled: boolean;
  /** Whether it uses the platform's own credentials, if the platform returns it. */
  readonly isManaged?: boolean;
  /** ISO 8601, as the platform wrote it. */
  readonly createdAt?: string;
  /** The fields to show, if this answer has them. `getExpectedParamsForUser` always has them. */
  readonly expectedInputFields?: readonly ExpectedInputField[];
}

/** Options of `integrations.list`. */
export interface ListIntegrationsOptions {
  /** Key of the app. */
  app: string;
}

/** Options of the calls for one integration. */
export interface IntegrationOptions {
  /** Id of the integration. */
  integrationId: string;
  /** Time limit of the call with its retries and waits, in milliseconds. It rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Aborts the call, which rejects with `cancelled`. What the platform has done by then is not undone. */
  signal?: AbortSignal | undefined;
}

/** Options of `integrations.create`. */
export interface CreateIntegrationOptions {
  /** Key of the app. */
  app: string;
  /** Default: the first that needs no credentials of the developer. */
  authScheme?: AuthScheme | undefined;
  /** Time limit of the call with its retries and waits, in milliseconds. It rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Aborts the call, which rejects with `cancelled`. What the platform has done by then is not undone. */
  signal?: AbortSignal | undefined;
}

/**
 * An event of a client: a request (each retry is an event of its own), or a change of a flow's state, popup or stored record. Contains
 * only constants of this package, numbers and codes, and nothing from users, answers or URLs.
 */
export type TraceEntry = {
  /** Time in milliseconds since 1970. For a request, its end. */
  readonly atMs: number;
} & (
  | {
    /** A request. */
    readonly kind: "request";
    /** Name of the operation, such as `getAccount`. */
    readonly operation: string;
    /** HTTP method. */
    readonly method: string;
    /** Path with `{id}` in place of ids, without the query. */
    readonly route: string;
    /** HTTP status. Absent without an answer. */
    readonly status?: number;
    /** Duration in milliseconds. */
    readonly ms: number;
    /** Code of the error, if it failed. */
    readonly code?: ConnectErrorCode;
    /** Whether the platform announces that it will remove the route: header `Deprecation` (RFC 9745). */
    readonly isDeprecated?: true;
    /** When it removes the route, in milliseconds since 1970: header `Sunset` (RFC 8594). */
    readonly sunsetAtMs?: number;
    /** Absent: a request does not name its flow. */
    readonly flow?: undefined;
  }
  | {
    /** A flow entered a state. */
    readonly kind: "state";
    /** The first six digits of the flow id. */
    readonly flow: string;
    /** The new state. */
    readonly state: FlowSnapshot["state"];
    /** Code of the error, if the flow failed. */
    readonly code?: ConnectErrorCode;
  }
  | {
    /** A popup changed. */
    readonly kind: "popup";
    /** The first six digits of the flow id. */
    readonly flow: string;
    /** Absent. */
    readonly code?: undefined;
    /** What happened to the popup. */
    readonly what: "reserved" | "blocked" | "navigated" | "closed";
  }
  | {
    /** A stored record changed. */
    readonly kind: "storage";
    /** The first six digits of the flow id. */
    readonly flow: string;
    /** Absent. */
    readonly code?: undefined;
    /** What happened to the record. `kept_in_memory`: the storage refused it. */
    readonly what: "stored" | "kept_in_memory" | "removed";
  }
);

/**
 * Options of `createClient`. Only `baseUrl` is required. Other options are refused with `invalid_argument`.
 */
export interface ClientOptions {
  /** Address of your gateway, such as `/api/connect`: a path or an absolute URL. */
  baseUrl: string;
  /** Version of the platform's API. Default `"v3.1"`. */
  api?: Api | undefined;
  /**
   * Id of the end user, for calls without one. Leave it out behind a gateway, where the session decides. If it differs from the session's
   * user, calls reject with `entity_mismatch`.
   */
  entityId?: string | undefined;
  /** Headers of every request. A function is called before the first request and again after a 401. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>) | undefined;
  /** When requests carry cookies, as in `fetch`. Default `"same-origin"`. */
  credentials?: "omit" | "same-origin" | "include" | undefined;
  /**
   * Where users return to: an `https:` or `http:` URL, or a path of this site. Its query parameters are preserved. Default: the page.
   * Required if the page's address is not `http:` or `https:`, for example `file:` or `capacitor:`.
   */
  redirectUrl?: string | undefined;
  /** Origins that users may be sent to, for example `["https://connect.example.com"]`. Default: any `https:` origin. */
  providerOrigins?: readonly string[] | undefined;
  /**
   * Time limit of one request, in milliseconds, from calling `headers` to the end of the answer. 1 to 600,000. Default 15,000. A call
   * makes one to three requests and may retry each. To limit the whole call, pass it a `timeoutMs`.
   */
  timeoutMs?: number | undefined;
  /**
   * Size limit of an answer, in bytes. 1 to 50,000,000. Default 1,000,000. The answer of an action may be ten times as large. A larger
   * answer rejects with `response_invalid`.
   */
  maxAnswerBytes?: number | undefined;
  /**
   * How often a failed GET is retried. 0 to 10. Default 2. Requests with side effects are never retried. No retry starts later than 30 s
   * after the start of its call; a longer `Retry-After` ends the call at once.
   */
  retry?: number | undefined;
  /** Whether calls may create an integration, which changes the developer's project. Default `false`. */
  createIntegrations?: boolean | undefined;
  /**
   * Key of the app whose form the page shows first, such as `"shopify"`. The requests for its fields leave while the module loads, and the first flow
   * takes their answers, if it loads within 10 s. Nothing leaves early on a callback page, or with `api`, `fetch`, `headers` or `unsafeApiKey`.
   * `useConnectFlow` does this by itself if it creates the client. Default: none.
   */
  preload?: string | undefined;
  /** Sends the requests. Default: the page's `fetch`. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Stores attempts while the user is away from the page. Default: `localStorage`, or memory if that fails. */
  storage?: {
    /** Returns the value of a key, or null. */
    getItem(key: string): string | null;
    /** Stores a value. May throw if the storage is full. */
    setItem(key: string, value: string): void;
    /** Removes a key and its value. */
    removeItem(key: string): void;
    /** Returns the name of a key by its index from 0, or null. */
    key(index: number): string | null;
    /** The number of keys. */
    readonly length: number;
  } | undefined;
  /** URL of the `.wasm` file. Default: next to the module. */
  wasmUrl?: string | URL | undefined;
  /** The platform's API key, sent as `x-api-key`. Only for local development with a sandbox: anyone who opens the page can read it. */
  unsafeApiKey?: string | undefined;
}
