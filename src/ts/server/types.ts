/**
 * What pages may do, by the names of the client's calls.
 * - `connect`: all that connecting takes (`getExpectedParamsForUser`, `initiateConnection`, `completeConnection`, `flow`): `apps.get`,
 *   `integrations.list`, `integrations.get`, `connectedAccounts.initiate`, `connectedAccounts.get`.
 * - `manage`: `connectedAccounts.list`, `connectedAccounts.refresh`, `connectedAccounts.enable`, `connectedAccounts.disable`,
 *   `connectedAccounts.delete`.
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
  | "connectedAccounts.refresh"
  | "connectedAccounts.enable"
  | "connectedAccounts.disable"
  | "connectedAccounts.delete"
  | "getAuthParams"
  | "executeAction";

/** What is allowed; all else is answered as if it did not exist. */
export interface GatewayAllow {
  /** Calls of the client. */
  operations: readonly GatewayOperation[];
  /** Keys of apps, such as `"gmail"`. Other apps, their integrations and the accounts of these are answered with 404. */
  apps: readonly string[];
  /** Ids of integrations (the platform's auth configs) of these apps; accounts of others are answered with 404. Default: all of these apps. */
  integrations?: readonly string[] | undefined;
  /** Names of actions, such as `"GMAIL_GET_PROFILE"`, for `executeAction`. Default: none. */
  actions?: readonly string[] | undefined;
}

/**
 * Decides about an origin such as `"https://app.example"`, for one request, whose body it must not read. It is asked about `https`, `http`
 * on loopback and, in `origins`, schemes of extensions and native apps; never about `"null"`. What it throws is a refusal, and goes to
 * `onError`. Compare whole names: everybody can have a site whose name ends with `.vercel.app`.
 */
export type GatewayOriginTest = (origin: string, request: Request) => boolean | Promise<boolean>;

/** Options of {@link createGateway}. `Context` is what the handler is given as its second argument. */
export interface GatewayOptions<Context = unknown> {
  /**
   * The project's key. It leaves for `upstream` only, and an answer of the platform that contains it, cut or encoded, is not passed on.
   * A key of fewer than 8 characters is not looked for.
   */
  apiKey: string;
  /**
   * Who asks: the entity id of the user who is signed in, from your own session, or nothing when nobody is (401). Decide by headers
   * or by `context`; do not read the body. What it throws goes to `onError`, and the page is told no more than 500.
   */
  authenticate: (request: Request, context: Context) => string | null | undefined | Promise<string | null | undefined>;
  /** What pages may do. */
  allow: GatewayAllow;
  /** Origins that users may be sent back to, such as `"https://app.example"`; `http` on loopback only. Or a function that decides. */
  redirectOrigins: readonly string[] | GatewayOriginTest;
  /** Where the platform is: `https`, or `http` on loopback. Default `"https://backend.composio.dev"`. */
  upstream?: string | undefined;
  /** Where the gateway is mounted: the path before the platform's own. Default `"/api/connect"`. */
  basePath?: string | undefined;
  /**
   * Origins whose pages may ask besides the gateway's own, or a function that decides. Those of extensions and native apps, such as
   * `"chrome-extension://abcdefgh"` and `"capacitor://localhost"`, are exact. Default: none. CORS headers are up to you.
   */
  origins?: readonly string[] | GatewayOriginTest | undefined;
  /**
   * Accepts `http` beyond loopback in `origins` and `redirectOrigins`, such as `"http://192.168.1.20:3000"`: for development in a local
   * network. Whoever is in the same network can read and change what such a page sends. Default false.
   */
  unsafeHttpOrigins?: boolean | undefined;
  /** Whether answers keep connection params and tokens of the user's own accounts. Default false. */
  exposeAuthParams?: boolean | undefined;
  /** How the platform is asked. Must not follow redirects when the request says `manual`. Default: the global `fetch`. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** How long all of a request may take, in milliseconds. Default 30,000. */
  timeoutMs?: number | undefined;
  /** The longest body of a request, in bytes. Default 1 MiB. */
  maxBodyBytes?: number | undefined;
  /** The longest headers and URL of a request together, in bytes. Default 16 KiB. */
  maxHeaderBytes?: number | undefined;
  /** The longest answer of the platform, in bytes. Default 8 MiB, and 32 MiB for `executeAction`. */
  maxAnswerBytes?: number | undefined;
  /**
   * Told why an answer is 500, 502 or 504, which option of `allow` makes it a 404, and of a key that the platform refuses; the page is not. For your log: it may name the
   * platform, never the key. It may be async; what it throws is dropped. Default: `console.error` with the error's text, from which the
   * key is removed.
   */
  onError?: ((error: unknown) => void) | undefined;
}

/** Answers a request; never rejects. `context` is handed on to `authenticate`. */
export type Gateway<Context = unknown> = (request: Request, context?: Context) => Promise<Response>;

/** As much of Node's `IncomingMessage` as {@link toNodeHandler} reads. */
export interface NodeRequest {
  method?: string | undefined;
  url?: string | undefined;
  /** The path with what a router has cut off of `url`, as Express has it. */
  originalUrl?: string | undefined;
  rawHeaders?: string[] | undefined;
  /** Read when `rawHeaders` is empty, as adapters for functions in the cloud leave it. */
  headers?: Record<string, string | string[] | undefined> | undefined;
  /** What a body parser has left: bytes, text or parsed JSON. Needed when something has read the stream before. */
  body?: unknown;
  /** The same as it arrived. */
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

/** As much of Node's `ServerResponse` as {@link toNodeHandler} writes. */
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
