/** State of a connection. Open: a word that the platform adds later arrives as it came, in upper case. */
export type ConnectionStatus =
  | "ACTIVE" | "INITIATED" | "INITIALIZING" | "PENDING"
  | "FAILED" | "EXPIRED" | "REVOKED" | "INACTIVE"
  | (string & {});

/** How an app authenticates its users. Open, in upper case. */
export type AuthScheme =
  | "OAUTH2" | "OAUTH1" | "OAUTH1A" | "DCR_OAUTH" | "CIMD_OAUTH" | "S2S_OAUTH2"
  | "API_KEY" | "BASIC" | "BASIC_WITH_JWT" | "BEARER_TOKEN"
  | "GOOGLE_SERVICE_ACCOUNT" | "SERVICE_ACCOUNT" | "COMPOSIO_LINK"
  | "CALCOM_AUTH" | "BILLCOM_AUTH" | "SNOWFLAKE" | "SAML" | "NO_AUTH"
  | (string & {});

/** Version of the platform's HTTP API. */
export type Api = "v3.1" | "v3";

/** Every code that a {@link ConnectError} can carry. */
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
  | "rejected" | "action_failed"
  | "rate_limited" | "server" | "response_invalid";

/**
 * Every code of an {@link Issue}. Of a value: `required` (missing or blank), `type` (another type; params `type`), `format`
 * (`format`; `subdomain` for an address where only the name before the domain belongs), `pattern` (`pattern`), `enum` (none of
 * those `allowed`), `too_long` (more bytes than `max`), `invisible` (a secret with an invisible character in it). Of an argument:
 * `required`, `type`, `format`, `unknown` (no such argument), `duplicate` (given twice, in different words).
 */
export type IssueCode = "required" | "unknown" | "type" | "format" | "duplicate" | "pattern" | "enum" | "too_long" | "invisible";

/** What is wrong with one argument or one value. */
export interface Issue {
  /** Stable; branch on this. */
  readonly code: IssueCode;
  /** Path of the argument or key of the field, for example `data.shop`. */
  readonly field: string;
  /** English, one sentence, never contains the value. */
  readonly message: string;
  /** For a message in the user's language: the field's `label`, and what is named at {@link IssueCode}. Never the value. */
  readonly params?: Readonly<Record<string, string>>;
}

/** A real `Error` whose `name` is `"ConnectError"`. Test with `isConnectError`, not with `instanceof`. */
export interface ConnectError extends Error {
  /** What `isConnectError` looks at. */
  readonly name: "ConnectError";
  /** Stable; branch on this. */
  readonly code: ConnectErrorCode;
  /** Whether the same call may succeed later without a change. */
  readonly retryable: boolean;
  /** HTTP status, when a server answered. */
  readonly status?: number;
  /** How long the platform asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The platform's id of the request, for a support ticket. */
  readonly requestId?: string;
  /** The server's own error code, verbatim: an OAuth `error`, a slug, or a number as text. */
  readonly error?: string;
  /** The server's own words. Text, not markup. Typed values are taken out. */
  readonly errorDescription?: string;
  /**
   * Id of the account that the attempt was to connect, where the error is about an attempt. After `flow_expired` it tells which
   * account to look at, or to delete, before the user starts again.
   */
  readonly connectedAccountId?: string;
  /** Which arguments or values are wrong. */
  readonly issues?: readonly Issue[];
  /** The foreign error behind this one, such as a `TypeError` of `fetch`. */
  readonly cause?: unknown;
}

/** One value that the user must or may give before the connection is initiated. */
export interface ExpectedInputField {
  /** Key in `data`, verbatim and case-sensitive. */
  readonly name: string;
  /** Label; never empty. */
  readonly displayName: string;
  /** Help text. Text, not markup. */
  readonly description?: string | undefined;
  /** `string` in practice; show a text input for a word you do not know. Values are sent as strings. */
  readonly type: string;
  /** Whether a value must be given, by the user or by `default`. */
  readonly required: boolean;
  /** Ask for it with a password input. True also where the platform forgot to say so. */
  readonly secret: boolean;
  /** Prefill with it; used when no value is given. */
  readonly default?: string | undefined;
  /** Regular expression that has to be found in the value. Check it with `validateParams`, which takes linear time. */
  readonly pattern?: string | undefined;
  /** What kind of text it is, such as `email` or `uri`. A word that you do not know says nothing. */
  readonly format?: string | undefined;
  /** The only values allowed. */
  readonly enum?: readonly string[] | undefined;
  /** A value to show as a hint, never to send. */
  readonly example?: string | undefined;
  /** Text to show before the input. Who types it all the same has it taken off. */
  readonly prefix?: string | undefined;
  /** Text to show after the input, such as `.zendesk.com`. Who types it all the same has it taken off. */
  readonly suffix?: string | undefined;
  /** Place among the fields, as the platform gave it. `expectedInputFields` is in this order already. */
  readonly order?: number | undefined;
}

/** A result of a {@link StandardSchemaV1}. */
export type StandardResult<Output> =
  | {
      /** The values, normalised, with the defaults filled in. */
      readonly value: Output;
      /** Never there: nothing is wrong. */
      readonly issues?: undefined;
    }
  | {
      /** What is wrong, one issue a field. */
      readonly issues: readonly StandardIssue[];
    };

/** An {@link Issue} as a {@link StandardSchemaV1} has it. */
export interface StandardIssue extends Issue {
  /** The field's name, alone. Empty when the values are no object. */
  readonly path: readonly string[];
}

/** The Standard Schema interface (standardschema.dev), version 1. Form libraries take it as a validator. */
export interface StandardSchemaV1<Input, Output> {
  /** What form libraries look for. */
  readonly "~standard": {
    /** Of the interface. */
    readonly version: 1;
    /** Whose schema it is. */
    readonly vendor: "connect-flow";
    /** Never throws; the value of a success is normalised, with the defaults filled in. */
    readonly validate: (value: unknown) => StandardResult<Output>;
    /** Of the types only; never there at run time. */
    readonly types?: {
      /** What is typed. */
      readonly input: Input;
      /** What is sent. */
      readonly output: Output;
    } | undefined;
  };
}

/** A JSON Schema of the user's values, draft 2020-12. */
export interface FieldsJsonSchema {
  /** Which JSON Schema this is. */
  readonly $schema: "https://json-schema.org/draft/2020-12/schema";
  /** The values are one object. */
  readonly type: "object";
  /** By the fields' names, in their order. */
  readonly properties: Readonly<Record<string, FieldJsonSchema>>;
  /** Those without a default. */
  readonly required: readonly string[];
}

/** Of one field. Always a string, since values are sent as strings. */
export interface FieldJsonSchema {
  /** Also for numbers and booleans. */
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
  /** Left out where `RegExp` could take for ever, or does not know it. `validateParams` checks it all the same. */
  readonly pattern?: string;
  /** 1 for a field that must have a value: an empty one counts as missing. */
  readonly minLength?: number;
  /** Of a secret: it is not shown again. */
  readonly writeOnly?: true;
  /** The field's `example`. */
  readonly examples?: readonly string[];
}

/**
 * Attributes for an `<input>`, by React's names; `setAttribute` takes those, too. A value of several lines, such as a PEM key,
 * needs a `<textarea>`, and an `enum` a `<select>`.
 *
 * There is no `name`: a form that is sent before its script runs would put a typed key into the page's URL. There is no
 * `maxLength`: browsers cut a longer value silently.
 */
export interface InputAttributes {
  /** `password` for every secret. Never `number`, which loses what it cannot read. */
  readonly type: "text" | "password" | "email" | "url";
  /** Left out when the field is optional or has a default. */
  readonly required?: true;
  /** The field's example. */
  readonly placeholder?: string;
  /** For numbers. */
  readonly inputMode?: "numeric" | "decimal";
  /**
   * `new-password` for secrets and user names, which keeps browsers from filling in the login that is saved for this site;
   * `email` where the field asks for one; `off` for the rest.
   */
  readonly autoComplete: "new-password" | "email" | "off";
  /**
   * For the whole value, white space around it let through. Left out where the browser could take for ever, and where a
   * pasted address is cut down before it is checked.
   */
  readonly pattern?: string;
  /** Keys and shop names are typed as they are. */
  readonly autoCapitalize: "none";
  /** As `autoCapitalize`; Safari looks at it. */
  readonly autoCorrect: "off";
  /** Some browsers send what they check to a server. */
  readonly spellCheck: false;
}

/** Of which app `getExpectedParamsForUser` asks. */
export interface ExpectedParamsOptions {
  /** Key of the app, for example `gmail`. Either this or `integrationId` is required. */
  app?: string | undefined;
  /** Id of the integration to ask. Either this or `app` is required. */
  integrationId?: string | undefined;
  /** Only an integration of this scheme will do. Default: whichever the integration has. */
  authScheme?: AuthScheme | undefined;
  /** Accepted, as in the documents; the expected params do not depend on it. */
  entityId?: string | undefined;
  /** Limit of the whole call, in milliseconds: requests, retries and waits. It then rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Ends the call, which then rejects with `cancelled`. What the platform has got by then stays done. */
  signal?: AbortSignal | undefined;
}

/** What an app asks its users for, and the integration to initiate the connection with. */
export interface ExpectedParams {
  /** In the order to ask for them; empty when there is nothing to ask. */
  readonly expectedInputFields: readonly ExpectedInputField[];
  /** Null when `authScheme` is `NO_AUTH`: such an app needs no connection. */
  readonly integrationId: string | null;
  /** How the app authenticates its users with this integration. */
  readonly authScheme: AuthScheme;
  /** Key of the app, where the platform says so. */
  readonly app?: string;
}

/** What `initiateConnection` sends. An option that is not listed here is refused with `invalid_argument`. */
export interface InitiateConnectionOptions {
  /**
   * The end user of your product. Default: the client's. Behind a gateway neither is needed: the session decides. With
   * `unsafeApiKey` one of them is required.
   */
  entityId?: string | undefined;
  /** From `getExpectedParamsForUser`. Either this or `app` is required: its null, of an app that needs no connection, is refused. */
  integrationId?: string | null | undefined;
  /** Looks the integration up first, as `getExpectedParamsForUser` does. */
  app?: string | undefined;
  /** With `app`: only an integration of this scheme will do. */
  authScheme?: AuthScheme | undefined;
  /** The user's values by field name, all strings. Default `{}`. */
  data?: Record<string, string> | FormData | undefined;
  /** Where the user returns to. Default: the client's `redirectUrl`. */
  redirectUrl?: string | undefined;
  /** The documents' second name of `redirectUrl`. */
  redirectUri?: string | undefined;
  /** A path of this site, handed back by `completeConnection`. Starts with one `/`. */
  returnTo?: string | undefined;
  /** Accepted, as in the documents, and not used: the integration decides its scheme. */
  authMode?: string | undefined;
  /** Accepted, as in the documents, when empty: a developer's credentials do not belong in a browser. */
  authConfig?: Record<string, never> | undefined;
  /** Limit of the whole call, in milliseconds: requests, retries and waits. It then rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Ends the call, which then rejects with `cancelled`. What the platform has got by then stays done. */
  signal?: AbortSignal | undefined;
}

/** Plain data: may be stored, logged and sent to your server. */
export interface ConnectionRequest {
  /** `INITIATED` when the user has to go to `redirectUrl`, `ACTIVE` when all is done. */
  readonly connectionStatus: ConnectionStatus;
  /** Id of the account that was made. Ask `connectedAccounts.get` for it; never trust one that stands in a URL. */
  readonly connectedAccountId: string;
  /** Where to send the user; null when nothing is left to do there. */
  readonly redirectUrl: string | null;
  /** When the redirect URL stops working, in milliseconds since 1970, where the platform says so. */
  readonly expiresAtMs?: number | undefined;
  /** Whose account it is, where the caller or the server named somebody. */
  readonly entityId?: string | undefined;
  /** Our id of this attempt. */
  readonly flowId: string;
}

/** What a callback URL says. Unauthenticated input: `completeConnection` verifies it. */
export interface ConnectionCallback {
  /** Our id of the attempt, from `cf_flow`. */
  readonly flowId?: string;
  /** Id that the URL names. Whoever made the URL chose it. */
  readonly connectedAccountId?: string;
  /** What the URL claims. `unknown` where it does not say. */
  readonly outcome: "success" | "failure" | "unknown";
  /** Key of the app, where the URL names it. */
  readonly app?: string;
  /** The authorization server's code, such as `access_denied`. */
  readonly error?: string;
  /** The authorization server's words. Text, not markup; anybody may have written it. */
  readonly errorDescription?: string;
  /** What your server has to complete the connection with, where the platform verifies identities. */
  readonly sessionUri?: string;
}

/** Options of `completeConnection`; all may be left out. */
export interface CompleteConnectionOptions {
  /** Default: the address of this page. */
  url?: string | URL | undefined;
  /** Limit of the whole call, in milliseconds: requests, retries and waits for `ACTIVE`. It then rejects with `timeout`. 1 to 3,600,000. Default 30,000. */
  timeoutMs?: number | undefined;
  /** Ends the call, which then rejects with `cancelled`. What the platform has got by then stays done. */
  signal?: AbortSignal | undefined;
}

/** A connection that the platform confirmed. */
export interface CompletedConnection {
  /** What the platform said, not the URL. */
  readonly connectionStatus: "ACTIVE";
  /** The id that `initiateConnection` returned. */
  readonly connectedAccountId: string;
  /** The account as the platform has it. */
  readonly account: ConnectedAccount;
  /** Key of the app. */
  readonly app?: string;
  /** The `returnTo` of the initiate call, checked again. */
  readonly returnTo?: string;
}

/** One attempt that left this page and has not been completed. It lives for 10 minutes. */
export interface PendingConnection {
  /** Our id of the attempt; `resume` takes it. */
  readonly flowId: string;
  /** Id that `initiateConnection` returned. */
  readonly connectedAccountId: string;
  /** For whom it was started, where the caller or the server named somebody. */
  readonly entityId?: string;
  /** Key of the app, where it is known. */
  readonly app?: string;
  /** Id of the integration, where it is known. */
  readonly integrationId?: string;
  /** How the app authenticates its users, where it is known. */
  readonly authScheme?: AuthScheme;
  /** In milliseconds since 1970. */
  readonly startedAtMs: number;
  /** When its time is over, in milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** The `returnTo` of the initiate call. */
  readonly returnTo?: string;
}

/** `auto`: a popup, and the page itself where popups are blocked. */
export type FlowMode = "redirect" | "popup" | "auto";

/** What a flow connects, for whom, and where it takes place. */
export interface FlowOptions {
  /** Key of the app, for example `gmail`. Either this or `integrationId` is required. */
  app?: string | undefined;
  /** Id of the integration to connect with. Either this or `app` is required. */
  integrationId?: string | undefined;
  /** Only an integration of this scheme will do. */
  authScheme?: AuthScheme | undefined;
  /**
   * The end user of your product. Default: the client's. Behind a gateway neither is needed: the session decides. With
   * `unsafeApiKey` one of them is required.
   */
  entityId?: string | undefined;
  /** Default `"auto"`. */
  mode?: FlowMode | undefined;
  /** Where the user returns to, in a popup too. Default: the client's `redirectUrl`. */
  redirectUrl?: string | undefined;
  /** The documents' second name of `redirectUrl`. */
  redirectUri?: string | undefined;
  /** A path of this site, handed back in `connected`. Starts with one `/`. */
  returnTo?: string | undefined;
  /**
   * Whether `submit` goes on inside another app's browser, where most authorization servers refuse to sign users in. Default
   * `false`: it fails with `in_app_browser`.
   */
  allowInAppBrowser?: boolean | undefined;
}

/** Which attempt `resume` goes on with. */
export interface ResumeOptions {
  /**
   * Of a connection request or a pending connection. Default: the attempt that the page's address names, or else the newest that
   * is pending, of this tab before those of others.
   */
  flowId?: string | undefined;
  /** Only an attempt at this app. */
  app?: string | undefined;
  /** Only an attempt with this integration. */
  integrationId?: string | undefined;
  /** Only an attempt of this end user. Default: the client's `entityId`. */
  entityId?: string | undefined;
}

/** What every state of a flow has. */
export interface FlowBasics {
  /** Key of the app, as far as it is known. */
  readonly app?: string;
  /** For whom, as far as it is known. */
  readonly entityId?: string;
  /** What to ask the user for; empty until that is known. The same array as long as nothing in it changes. */
  readonly expectedInputFields: readonly ExpectedInputField[];
  /** Id of the integration, as far as it is known. */
  readonly integrationId?: string;
  /** How the app authenticates its users, as far as it is known. */
  readonly authScheme?: AuthScheme;
}

/** A flow at one moment: frozen, and the same object until something has changed. */
export type FlowSnapshot = FlowBasics & (
  | {
      /** Before `load`; while the fields are asked for; while the connection is started. */
      readonly state: "idle" | "loading" | "initiating";
    }
  | {
      /** Ready for `submit`. */
      readonly state: "ready";
      /** What is wrong with the values of the last submit. */
      readonly issues: readonly Issue[];
      /** The app in whose browser the page runs: authorization servers refuse to sign users in there. */
      readonly inAppBrowser?: string;
    }
  /** The page is about to leave. */
  | FlowAttempt<"redirecting">
  /** The user is at the provider. */
  | FlowAttempt<"waiting"> & {
      /** Whether the popup is known to be there; false for a window that the browser has cut off from this page. */
      readonly isPopupOpen: boolean;
    }
  /** The platform is being asked how it went. */
  | FlowAttempt<"verifying">
  /** The platform verifies identities: your server has to complete the connection with `sessionUri`. Goes on by itself. */
  | FlowAttempt<"completing"> & {
      /** What the server completes it with; a secret of this attempt. */
      readonly sessionUri: string;
    }
  | {
      /** The platform says that the account is `ACTIVE`. */
      readonly state: "connected";
      /** Id of the account. */
      readonly connectedAccountId: string;
      /** The account as the platform has it. */
      readonly account: ConnectedAccount;
      /** The `returnTo` of the flow, checked again. */
      readonly returnTo?: string;
    }
  | {
      /** It went wrong; `retry` goes on from there, where the attempt can still succeed, or starts again. */
      readonly state: "failed";
      /** Why. */
      readonly error: ConnectError;
    }
  | {
      /** The user gave up; `retry` starts again. */
      readonly state: "cancelled";
      /** Its code is `cancelled` or `popup_closed`. */
      readonly error: ConnectError;
    }
);

/** A flow whose user is busy elsewhere. */
export interface FlowAttempt<State extends string> {
  /** Where the attempt stands. */
  readonly state: State;
  /** Our id of the attempt, by which `pending` lists it and `resume` takes it up in another tab. */
  readonly flowId: string;
  /** Id that the platform gave the account. */
  readonly connectedAccountId: string;
  /** When the attempt runs out, in milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/** One account of one user at one app, as the platform has it now. Holds no credentials. */
export interface ConnectedAccount {
  /** For example `ca_…`. Opaque. */
  readonly id: string;
  /** Usable when it is `ACTIVE`. */
  readonly status: ConnectionStatus;
  /** The platform's reason, free text. Show it, do not branch on it. */
  readonly statusReason?: string;
  /** Key of the app, for example `gmail`. */
  readonly app: string;
  /** Id of the integration it was connected with. */
  readonly integrationId?: string;
  /** The end user whose account it is, where the platform says so. */
  readonly entityId?: string;
  /** How the app authenticates this account. */
  readonly authScheme?: AuthScheme;
  /** Switched off; independent of `status`. */
  readonly isDisabled: boolean;
  /** ISO 8601, as the platform wrote it. */
  readonly createdAt?: string;
  /** ISO 8601, as the platform wrote it. */
  readonly updatedAt?: string;
}

/** Names one connected account. */
export interface ConnectedAccountOptions {
  /** Id of the account. */
  connectedAccountId: string;
  /** Limit of the whole call, in milliseconds: requests, retries and waits. It then rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Ends the call, which then rejects with `cancelled`. What the platform has got by then stays done. */
  signal?: AbortSignal | undefined;
}

/** Which account `waitUntilActive` waits for, and how long. */
export interface WaitUntilActiveOptions extends ConnectedAccountOptions {
  /** As in every call, but with a default of 600,000. */
  timeoutMs?: number | undefined;
}

/** Which account `refresh` starts anew. */
export interface RefreshOptions extends ConnectedAccountOptions {
  /** Where the user returns to. Default: the client's `redirectUrl`. */
  redirectUrl?: string | undefined;
  /** The documents' second name of `redirectUrl`. */
  redirectUri?: string | undefined;
}

/** What is not given does not filter. */
export interface ListConnectedAccountsOptions {
  /** Default: the client's, or else the user of the session at your gateway. */
  entityId?: string | undefined;
  /** Lists the accounts of every user. Only for `unsafeApiKey`: a gateway lists those of the session's user. Default false. */
  allEntities?: boolean | undefined;
  /** Key of the app. */
  app?: string | undefined;
  /** Id of the integration. */
  integrationId?: string | undefined;
  /** Only accounts in this state. */
  status?: ConnectionStatus | undefined;
}

/** Of which app `getConnection` looks for an account. */
export interface GetConnectionOptions {
  /** Key of the app. */
  app: string;
  /** Limit of the whole call, in milliseconds: requests, retries and waits. It then rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Ends the call, which then rejects with `cancelled`. What the platform has got by then stays done. */
  signal?: AbortSignal | undefined;
}

/** What a signed call to the app needs, as far as the platform shows it. */
export interface AuthParams {
  /** Where the app's API is for this account. */
  readonly baseUrl?: string;
  /** The credentials. */
  readonly parameters: readonly AuthParameter[];
}

/** One credential. */
export interface AuthParameter {
  /** Its name, such as `access_token`. */
  readonly name: string;
  /** As the platform shows it: see `isMasked`. */
  readonly value: string;
  /** The platform shows a mask in place of the value. Never send it back. */
  readonly isMasked: boolean;
}

/** Which action `executeAction` executes, for whom and with what. */
export interface ExecuteActionOptions {
  /** Name of the action, such as `GMAIL_FETCH_EMAILS`. */
  action: string;
  /** On behalf of whom. Default: the client's. */
  entityId?: string | undefined;
  /** With this account. Default: the entity's newest usable one of the app. */
  connectedAccountId?: string | undefined;
  /** Version of the tool, such as `20250905_00`. Default: the latest. */
  version?: string | undefined;
  /** The action's input. Default `{}`. */
  input?: Record<string, unknown> | undefined;
  /** Limit of the whole call, in milliseconds: requests, retries and waits. It then rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Ends the call, which then rejects with `cancelled`. What the platform has got by then stays done. */
  signal?: AbortSignal | undefined;
}

/** What an action came to. One that failed rejects with `action_failed` instead. */
export interface Execution {
  /** Always true: an action that failed rejects instead. */
  readonly successful: true;
  /** What the action answered, of a shape that it defines. */
  readonly data: unknown;
  /** The platform's id of the execution. */
  readonly logId?: string;
}

/** An app that users can connect. */
export interface App {
  /** Such as `gmail`: what other calls take as `app`. */
  readonly key: string;
  /** For people, such as `Gmail`. */
  readonly name: string;
  /** Text, not markup. */
  readonly description?: string;
  /** Address of an image. */
  readonly logo?: string;
  /** The groups it is in; may be empty. */
  readonly categories: readonly AppCategory[];
  /** In the platform's order. */
  readonly authSchemes?: readonly AuthScheme[];
  /** Those for which the platform has credentials of its own: the developer needs none. */
  readonly managedAuthSchemes: readonly AuthScheme[];
  /** Its actions need no connection. */
  readonly noAuth: boolean;
}

/** A group of apps, such as `email`. */
export interface AppCategory {
  /** What `apps.list` takes as `category`. */
  readonly id: string;
  /** For people. */
  readonly name: string;
}

/** What is not given does not filter. */
export interface ListAppsOptions {
  /** Part of the key or the name, in any case. */
  search?: string | undefined;
  /** Id of a category. */
  category?: string | undefined;
}

/** Names one app. */
export interface AppOptions {
  /** Key of the app, for example `gmail`. */
  app: string;
  /** Limit of the whole call, in milliseconds: requests, retries and waits. It then rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Ends the call, which then rejects with `cancelled`. What the platform has got by then stays done. */
  signal?: AbortSignal | undefined;
}

/** An app plus one auth scheme plus the developer's credentials for it, which no answer holds. */
export interface Integration {
  /** For example `ac_…`. Opaque. */
  readonly id: string;
  /** Key of its app. */
  readonly app?: string;
  /** How it authenticates the app's users. */
  readonly authScheme?: AuthScheme;
  /** Neither disabled nor deleted. */
  readonly isEnabled: boolean;
  /** Uses the platform's own credentials, where it says so. */
  readonly isManaged?: boolean;
  /** ISO 8601, as the platform wrote it. */
  readonly createdAt?: string;
  /** What users are asked for, where this answer says so; `getExpectedParamsForUser` always does. */
  readonly expectedInputFields?: readonly ExpectedInputField[];
}

/** Of which app integrations are listed. */
export interface ListIntegrationsOptions {
  /** Key of the app. */
  app: string;
}

/** Names one integration. */
export interface IntegrationOptions {
  /** Id of the integration. */
  integrationId: string;
  /** Limit of the whole call, in milliseconds: requests, retries and waits. It then rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Ends the call, which then rejects with `cancelled`. What the platform has got by then stays done. */
  signal?: AbortSignal | undefined;
}

/** Of which app `integrations.create` makes one. */
export interface CreateIntegrationOptions {
  /** Key of the app. */
  app: string;
  /** Default: the first that works without the developer's own credentials. */
  authScheme?: AuthScheme | undefined;
  /** Limit of the whole call, in milliseconds: requests, retries and waits. It then rejects with `timeout`. 1 to 3,600,000. Default: none. */
  timeoutMs?: number | undefined;
  /** Ends the call, which then rejects with `cancelled`. What the platform has got by then stays done. */
  signal?: AbortSignal | undefined;
}

/**
 * One thing that happened: a request (each try is one), a change of a flow's state, something about its popup or its stored
 * record. Words of this package, numbers and codes: nothing that a user typed, a platform answered or a URL holds.
 */
export type TraceEntry = {
  /** In milliseconds since 1970; of a request, when it was over. */
  readonly atMs: number;
  /** Which flow: the first six digits of its id. */
  readonly flow?: string;
  /** Why, where it is a failure. */
  readonly code?: ConnectErrorCode;
} & (
  | {
    /** One try of a request. */
    readonly kind: "request";
    /** What it was for, such as `getAccount`. */
    readonly operation: string;
    /** Of HTTP. */
    readonly method: string;
    /** The path with `{id}` in place of what stands there, without its query. */
    readonly route: string;
    /** Of HTTP; absent when nobody answered. */
    readonly status?: number;
    /** How long it took. */
    readonly ms: number;
  }
  | {
    /** A flow came into another state. */
    readonly kind: "state";
    /** Which. */
    readonly state: FlowSnapshot["state"];
  }
  | {
    /** Something about a popup. */
    readonly kind: "popup";
    /** What became of it. */
    readonly what: "reserved" | "blocked" | "navigated" | "closed";
  }
  | {
    /** Something about a stored record. */
    readonly kind: "storage";
    /** What became of it. */
    readonly what: "stored" | "kept_in_memory" | "removed";
  }
);

/**
 * What `createClient` makes a client with.
 * Only `baseUrl` is required; an option that is not listed here is refused with `invalid_argument`.
 */
export interface ClientOptions {
  /** Where the platform's API is reachable for this page: your gateway, such as `/api/connect`. */
  baseUrl: string;
  /** Default `"v3.1"`. */
  api?: Api | undefined;
  /**
   * Default for every call that takes one. Behind a gateway leave it out: the session decides who the user is. Where both are given
   * and differ, calls reject with `entity_mismatch`.
   */
  entityId?: string | undefined;
  /** Sent with every request. A function is asked before the first request and again after a 401. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>) | undefined;
  /** As in `fetch`. Default `"same-origin"`. */
  credentials?: "omit" | "same-origin" | "include" | undefined;
  /**
   * Where users return to: an `https:` or `http:` URL, or a path of this site. Its own parameters come back unchanged, whatever they are
   * called. Default: this page. Required where this page is at `file:`, `capacitor:` and the like.
   */
  redirectUrl?: string | undefined;
  /** The only origins that users may be sent to, for example `["https://connect.example.com"]`. Default: any `https:` origin. */
  redirectOrigins?: readonly string[] | undefined;
  /**
   * Limit of one request, in milliseconds, from asking for its headers to the end of its answer. Default 15,000. A call makes one to
   * three requests and may retry each: to limit all of that, give the call a `timeoutMs` of its own.
   */
  timeoutMs?: number | undefined;
  /**
   * The largest answer that is read, in bytes: 1 to 50,000,000. Default 1,000,000. The answer of an action may be ten times as
   * long. A longer answer ends the call with `response_invalid`.
   */
  maxAnswerBytes?: number | undefined;
  /**
   * How often a failed GET is tried again, 0 to 10. Default 2. Requests that change something are never repeated. A call starts no
   * retry later than 30 s after its beginning; a longer `Retry-After` ends it at once.
   */
  retry?: number | undefined;
  /** Whether an integration may be created when the app has none. Default false: it changes the developer's project. */
  createIntegrations?: boolean | undefined;
  /** Default: the page's `fetch`. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Where attempts are remembered while the page is away. Default: `localStorage`, or memory where that fails. */
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length"> | undefined;
  /** Where the `.wasm` file is, which is tried first. Default: beside the module. */
  wasmUrl?: string | URL | undefined;
  /** The platform's key, sent as `x-api-key`. For local work against a sandbox only: whoever opens the page can read it. */
  unsafeApiKey?: string | undefined;
}
