import type { GatewayOptions } from "./types.js";

/** Decides about one origin for one request. @throws what the app's function throws, and `TypeError` if it returns no boolean. */
export type OriginRule = (origin: string, request: Request, end: AbortSignal) => Promise<boolean>;

/** The checked options, with their defaults. */
export interface Settings<Context> {
  apiKey: string;
  /** Whether a text contains the key in any form that `keyFinder` knows. */
  holdsKey: (text: string) => boolean;
  authenticate: GatewayOptions<Context>["authenticate"];
  /** The client's calls that pages may make. */
  calls: ReadonlySet<string>;
  /** Keys in lower case. */
  apps: ReadonlySet<string>;
  /** Undefined: every integration of the apps. */
  integrations: ReadonlySet<string> | undefined;
  actions: ReadonlySet<string>;
  redirectOrigins: OriginRule;
  origins: OriginRule;
  /** Without a trailing slash. */
  upstream: string;
  /** Name and port of the platform, which no error may contain. */
  upstreamHost: string;
  basePath: string;
  exposeAuthParams: boolean;
  /** Sends a request to the platform. */
  send: (url: string, init: RequestInit) => Promise<Response>;
  timeoutMs: number;
  maxBodyBytes: number;
  maxHeaderBytes: number;
  maxAnswerBytes: number;
  maxActionAnswerBytes: number;
  onError: (error: unknown) => void;
}

/** The settings that operations use. They never ask who the user is. */
export type Rules = Omit<Settings<unknown>, "authenticate">;
