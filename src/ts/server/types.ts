/**
 * A call of the client that pages may make, or a group of calls:
 * - `connect`: everything that `getExpectedParamsForUser`, `initiateConnection`, `completeConnection` and `flow` need. These are `apps.get`,
 *   `integrations.list`, `integrations.get`, `connectedAccounts.initiate`, `connectedAccounts.get`, `connectedAccounts.list` and `completeAuth`.
 * - `manage`: `connectedAccounts.list` and every other call of `connectedAccounts`.
 */
export type GatewayOperation =
  | "connect"
  | "manage"
  | "apps.list"
  | "apps.get"
  | "integrations.list"
  | "integrations.get"
  | "integrations.create"
  | "connectedAccounts.initiate"
  | "connectedAccounts.get"
  | "connectedAccounts.list"
  | "connectedAccounts.update"
  | "connectedAccounts.revoke"
  | "connectedAccounts.refresh"
  | "connectedAccounts.enable"
  | "connectedAccounts.disable"
  | "connectedAccounts.delete"
  | "completeAuth"
  | "getAuthParams"
  | "executeAction";

/**
 * Name of an error that the gateway itself answers with, in `error.slug` of the body. The client's error has it as `error`.
 * docs/errors.md explains each.
 */
export type GatewayErrorSlug =
  | "Gateway_Aborted"
  | "Gateway_BadAnswer"
  | "Gateway_BadRequest"
  | "Gateway_BodyAlreadyRead"
  | "Gateway_BodyTooLong"
  | "Gateway_BodyTooSlow"
  | "Gateway_Encoded"
  | "Gateway_EntityMismatch"
  | "Gateway_Failed"
  | "Gateway_HeadersTooLong"
  | "Gateway_Invalid"
  | "Gateway_MethodNotAllowed"
  | "Gateway_NotAllowed"
  | "Gateway_NotFound"
  | "Gateway_NotJson"
  | "Gateway_OriginRefused"
  | "Gateway_PlatformFailed"
  | "Gateway_Retired"
  | "Gateway_Timeout"
  | "Gateway_Unauthenticated"
  | "Gateway_Unreachable";

/** The allow list. The gateway answers 403 for a call that is not listed, and 404 for everything else that is not listed. */
export interface GatewayAllow {
  /** Calls of the client, or groups of them. */
  operations: readonly GatewayOperation[];
  /** Keys of apps, such as `"gmail"`. They also decide which integrations and accounts pages can see. */
  apps: readonly string[];
  /** Ids of integrations of these apps, such as `"ac_1234"`. They also decide which accounts pages can see. Default: every integration of the apps. */
  integrations?: readonly string[] | undefined;
  /** Names of the actions that `executeAction` may execute and `entity.tools` lists, such as `"GMAIL_GET_PROFILE"`. Default: none. */
  actions?: readonly string[] | undefined;
}

/**
 * Returns whether an origin such as `"https://app.example"` is allowed for a request. It must not read the request's body.
 *
 * It is called for `https` origins, for `http` on loopback and, in `origins`, for the schemes of extensions and native apps. It is never called
 * for `"null"`. An error refuses the request and goes to `onError`. Compare the whole host name: anyone can have a site below `.vercel.app`.
 */
export type GatewayOriginTest = (origin: string, request: Request) => boolean | Promise<boolean>;

/** Options of {@link createGateway}. `Context` is the type of the handler's second argument. */
export interface GatewayOptions<Context = unknown> {
  /**
   * The project's key, which is sent to `upstream` only. An answer of the platform that contains the key, or an encoded or cut form of it, is
   * replaced by 502. Keys of fewer than 8 characters are not searched for.
   */
  apiKey: string;
  /**
   * Returns the entity id of the signed-in user, from your own session. `undefined`, `null` or `""`: nobody is signed in, and the answer is 401.
   * Decide by the headers or by `context`, and do not read the body. An error goes to `onError`, and the answer is 500.
   */
  authenticate: (request: Request, context: Context) => string | null | undefined | Promise<string | null | undefined>;
  /** What pages may use. */
  allow: GatewayAllow;
  /** Origins that users may return to, such as `"https://app.example"`, or a function that decides. `http` is allowed on loopback only. */
  redirectOrigins: readonly string[] | GatewayOriginTest;
  /** URL of the platform: `https`, or `http` on loopback. Default `"https://backend.composio.dev"`. */
  upstream?: string | undefined;
  /** Path at which the gateway is mounted. The platform's own path follows it. Default `"/api/connect"`. */
  basePath?: string | undefined;
  /**
   * Further origins whose pages may use the gateway, or a function that decides. Default: only the gateway's own origin. Extensions and native
   * apps are listed exactly, such as `"chrome-extension://abcdefgh"` and `"capacitor://localhost"`. The gateway sets no CORS headers.
   */
  origins?: readonly string[] | GatewayOriginTest | undefined;
  /**
   * Allows `http` beyond loopback in `origins` and `redirectOrigins`, such as `"http://192.168.1.20:3000"`, for development. Anyone in the same
   * network can read and change the requests of such a page. Default false.
   */
  unsafeHttpOrigins?: boolean | undefined;
  /** Whether answers contain the auth params and tokens of the user's own accounts. Default false. */
  exposeAuthParams?: boolean | undefined;
  /** Sends requests to the platform. It must respect `redirect: "manual"`. Default: the global `fetch`. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Time limit of one request, in milliseconds. Default 30,000. */
  timeoutMs?: number | undefined;
  /** Size limit of a request's body, in bytes. Default 1 MiB. */
  maxBodyBytes?: number | undefined;
  /** Size limit of a request's URL and headers together, in bytes. Default 16 KiB. */
  maxHeaderBytes?: number | undefined;
  /** Size limit of an answer of the platform, in bytes. Default 8 MiB, and 32 MiB for `executeAction`. */
  maxAnswerBytes?: number | undefined;
  /**
   * Called with the reason for each 500, 502 and 504, for each 404 that comes from `allow`, and for a key that the platform rejects. Pages do not
   * learn the reason. The error may name the platform, but not the key. The function may be async, and its errors are ignored. Default:
   * `console.error` with the text of the error, without the key.
   */
  onError?: ((error: unknown) => void) | undefined;
}

/** Answers a request, and never rejects. `context` is passed to `authenticate`. */
export type Gateway<Context = unknown> = (request: Request, context?: Context) => Promise<Response>;

/** The members of Node's `IncomingMessage` that {@link toNodeHandler} reads. */
export interface NodeRequest {
  method?: string | undefined;
  url?: string | undefined;
  /** The whole path, where a router such as that of Express shortens `url`. */
  originalUrl?: string | undefined;
  rawHeaders?: string[] | undefined;
  /** Used where `rawHeaders` is empty, as in adapters for cloud functions. */
  headers?: Record<string, string | string[] | undefined> | undefined;
  /** The body as a parser has left it: bytes, text or parsed JSON. Required where something has read the stream before. */
  body?: unknown;
  /** The body as it arrived. */
  rawBody?: unknown;
  readonly readable?: boolean | undefined;
  readonly readableDidRead?: boolean | undefined;
  readonly readableEnded?: boolean | undefined;
  readonly destroyed?: boolean | undefined;
  readonly socket?: unknown;
  listenerCount?: ((event: "readable") => number) | undefined;
  read?: (() => unknown) | undefined;
  on(event: "data" | "end" | "close" | "error" | "readable", listener: (chunk: Uint8Array) => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** The members of Node's `ServerResponse` that {@link toNodeHandler} uses. */
export interface NodeResponse {
  readonly headersSent?: boolean | undefined;
  readonly writableEnded?: boolean | undefined;
  readonly destroyed?: boolean | undefined;
  writeHead(status: number, headers: Record<string, string | string[]>): unknown;
  end(body: Uint8Array): unknown;
  removeHeader?(name: string): unknown;
  once(event: "close", listener: () => void): unknown;
  on?(event: "error", listener: (error: Error) => void): unknown;
  destroy?(): unknown;
}
