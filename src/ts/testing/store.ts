import type { CreateSessionRequest } from "../platform/sessions.js";
import { actions, type Action } from "./catalogue/actions.js";
import { apps, isOAuth, seeds, type App, type CatalogueScheme, type Seed } from "./catalogue/apps.js";
import { nobody, type Sharing } from "./sharing.js";
import type { Attempt, Rejection } from "./types.js";
import { newWordId } from "./word-ids.js";

/** How long a user may take from the initiate call to the authorization response. */
const attemptMs = 10 * 60 * 1000;

/** The call that began an attempt. It decides the names of the callback's parameters. */
export type InitiateCall = "create" | "link";

/** An app with one of its schemes and the developer's credentials. The platform calls it an auth config. */
export interface Integration {
  id: string;
  /** The id of the retired API v1, which answers still contain. */
  uuid: string;
  app: App;
  scheme: CatalogueScheme;
  name: string;
  isManaged: boolean;
  isEnabled: boolean;
  isDeleted: boolean;
  credentials: Record<string, string>;
  /** Members of answers that the sandbox only stores. */
  settings: Record<string, unknown>;
  createdAtMs: number;
  updatedAtMs: number;
}

/** One user's connection to one app. */
export interface Account extends Sharing {
  id: string;
  wordId: string;
  integration: Integration;
  entityId: string;
  begunBy: InitiateCall;
  callbackUrl: string | null;
  status: "INITIALIZING" | "INITIATED" | "ACTIVE" | "FAILED" | "EXPIRED" | "REVOKED";
  statusReason: string | null;
  alias: string | null;
  /** The account's owner as the app names it; null if the app does not say. */
  displayName: string | null;
  /** What the last attempt asked the authorization server for. */
  requestedScopes: string[];
  /** What the app rejects when an action uses the account; null for nothing. */
  rejects: Rejection | null;
  isDisabled: boolean;
  isDeleted: boolean;
  /** What the user typed. */
  data: Record<string, string>;
  /** What the authorization server issued last. Usable while the account is ACTIVE. */
  tokens: Record<string, unknown>;
  /** Null if the authorization server did not say. */
  accessTokenExpiresAtMs: number | null;
  failure: { error: string; errorDescription?: string | undefined } | null;
  createdAtMs: number;
  updatedAtMs: number;
  /** When the attempt ends. For an account that lost its tokens: when it lost them. */
  expiresAtMs: number;
  /** When an account becomes ACTIVE that `postpone` delays; null for others. */
  activeAtMs: number | null;
  /** Path of the page that the user is sent to. It works once. */
  path: string;
  isVisited: boolean;
  /** The authorization request in progress. */
  request: AuthorizationRequest | null;
  /** The authorization response that waits for the app's server to complete it. */
  session: AuthSession | null;
  /** The outcome of the attempt, from the time that its user arrives. */
  script: Attempt | null;
}

export interface AuthorizationRequest {
  state: string;
  session: unknown;
  redirectUri: string;
}

/** A finished sign-in that the app's server completes once, by its `session_uri`. */
export interface AuthSession {
  uri: string;
  callbackUrl: URL;
  request: AuthorizationRequest;
  expiresAtMs: number;
}

export type NewAccount = Pick<Account, "integration" | "entityId" | "begunBy" | "callbackUrl" | "status" | "data"> &
  Partial<Pick<Account, "tokens" | "alias" | "displayName" | "rejects" | "statusReason">> & Partial<Sharing>;

/** A session of one user, for an agent. */
export interface StoredSession {
  id: string;
  config: CreateSessionRequest;
  version: number;
}

/** A new attempt for an existing account. */
export type NewAttempt = Pick<Account, "begunBy" | "callbackUrl" | "data">;

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Random letters and digits. */
export function nano(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}

/** A version 4 UUID. `crypto.randomUUID` is missing from pagePaths of plain http. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const pagePaths: Record<InitiateCall, () => string> = {
  create: () => `/api/v3/s/${nano(8)}`,
  link: () => `/link/lk_${nano(21)}`,
};

/** The platform's state. */
export class Store {
  readonly apps: readonly App[];
  readonly actions: readonly Action[];
  integrations: Integration[] = [];
  readonly sessions = new Map<string, StoredSession>();
  /** The outcomes of the next attempts, in order. */
  readonly attempts: Attempt[] = [];
  #accounts: Account[] = [];
  #seeds: readonly Seed[];

  constructor(readonly now: () => number, own: { apps: App[]; seeds: Seed[]; actions: Action[] } = { apps: [], seeds: [], actions: [] }) {
    this.apps = [...apps, ...own.apps];
    this.actions = [...actions, ...own.actions];
    this.#seeds = [...seeds, ...own.seeds];
    this.reset();
  }

  reset(): void {
    this.#accounts = [];
    this.attempts.length = 0;
    this.sessions.clear();
    this.integrations = this.#seeds.map((seed) => {
      const app = this.app(seed.app) as App;
      const scheme = app.schemes.find(({ mode }) => mode === seed.mode) as CatalogueScheme;
      return {
        uuid: uuid(),
        id: seed.id,
        app,
        scheme,
        name: seed.name,
        isManaged: scheme.isManaged,
        isEnabled: !seed.isDisabled,
        isDeleted: seed.isDeleted ?? false,
        credentials: seed.credentials ?? {},
        settings: {},
        createdAtMs: Date.parse(seed.createdAt),
        updatedAtMs: Date.parse(seed.createdAt),
      };
    });
  }

  app(key: string): App | undefined {
    return this.apps.find((app) => app.key === key);
  }

  addIntegration(given: Pick<Integration, "app" | "scheme" | "name" | "isManaged" | "credentials" | "settings">): Integration {
    const now = this.now();
    const integration = { ...given, uuid: uuid(), id: `ac_${nano(12)}`, isEnabled: true, isDeleted: false, createdAtMs: now, updatedAtMs: now };
    this.integrations.push(integration);
    return integration;
  }

  addAccount(given: NewAccount): Account {
    const { integration } = given;
    const account: Account = {
      ...this.#attempt(given.begunBy, integration),
      accountType: "PRIVATE",
      accessList: nobody,
      alias: null,
      displayName: null,
      rejects: null,
      ...given,
      ...this.#issued(given.tokens ?? {}),
      id: `ca_${nano(12)}`,
      wordId: newWordId(integration.app.key, this.#accounts.length),
      isDisabled: false,
      isDeleted: false,
      createdAtMs: this.now(),
    };
    this.#accounts.push(account);
    return account;
  }

  /** Every account with its status as of now, oldest first. Deleted ones are included. */
  get accounts(): Account[] {
    for (const account of this.#accounts) this.#age(account);
    return this.#accounts;
  }

  /** The account with this id, unless it was deleted. */
  account(id: string | undefined): Account | undefined {
    return this.accounts.find((account) => account.id === id && !account.isDeleted);
  }

  /** The account whose page has this path. */
  accountByPath(path: string): Account | undefined {
    return this.accounts.find((account) => account.path === path && !account.isDeleted);
  }

  /** The account whose authorization request carried this `state`. */
  accountByState(state: string): Account | undefined {
    return this.accounts.find((account) => account.request?.state === state);
  }

  /** The account whose user waits for the app's server to complete this session. */
  accountBySession(uri: string): Account | undefined {
    return this.accounts.find((account) => account.session?.uri === uri);
  }

  connectionsOf(integration: Integration): number {
    return this.#accounts.filter((account) => account.integration === integration && !account.isDeleted).length;
  }

  /** Begins another attempt. Earlier links stop working at once. Earlier tokens stay until the user has finished. */
  restart(account: Account, given: NewAttempt): void {
    const status = given.begunBy === "link" ? "INITIALIZING" : "INITIATED";
    Object.assign(account, given, this.#attempt(given.begunBy, account.integration), { status });
  }

  activate(account: Account, tokens: Record<string, unknown> = {}): void {
    this.update(account, { status: "ACTIVE", request: null, rejects: null, ...this.#issued(tokens) });
  }

  fail(account: Account, failure: { error: string; errorDescription?: string | undefined }, statusReason: string): void {
    this.update(account, { status: "FAILED", failure, statusReason, request: null });
  }

  /** Stores the tokens of a refresh. Members that the answer leaves out keep their values. */
  renew(account: Account, tokens: Record<string, unknown>): void {
    this.update(account, this.#issued({ ...account.tokens, ...tokens }));
  }

  /** Ends an account whose refresh token the authorization server has refused. */
  loseTokens(account: Account): void {
    const statusReason = "Permanent auth error during token refresh";
    this.update(account, { status: "EXPIRED", statusReason, expiresAtMs: this.now(), ...this.#issued({}) });
  }

  /** Delays the ACTIVE status of an account by some milliseconds. */
  postpone(account: Account, ms: number): void {
    if (account.status === "ACTIVE") this.update(account, { status: "INITIATED", activeAtMs: this.now() + ms });
  }

  /** Sets when an attempt ends. `Infinity`: never. */
  expireAt(account: Account, atMs: number): void {
    if (isWaiting(account)) account.expiresAtMs = atMs;
  }

  /** Whether another account of the same user and app has this alias. */
  isAliasTaken(alias: string, of: Pick<Account, "entityId" | "integration"> & { id?: string }): boolean {
    return alias !== "" && this.#accounts.some((other) =>
      other.id !== of.id && !other.isDeleted && other.alias === alias &&
      other.entityId === of.entityId && other.integration.app === of.integration.app);
  }

  /** Ends an account. Its tokens are forgotten. */
  revoke(account: Account, statusReason: string): void {
    this.update(account, { status: "REVOKED", statusReason, request: null, session: null, ...this.#issued({}) });
  }

  /** Marks an account as deleted. Tests can still read it. */
  remove(account: Account): void {
    this.update(account, { isDeleted: true, request: null });
  }

  update(account: Account, changes: Partial<Account>): void {
    Object.assign(account, changes, { updatedAtMs: this.now() });
  }

  #attempt(begunBy: InitiateCall, integration: Integration) {
    const now = this.now();
    return {
      statusReason: null,
      failure: null,
      updatedAtMs: now,
      expiresAtMs: now + attemptMs,
      activeAtMs: null,
      path: pagePaths[begunBy](),
      isVisited: false,
      requestedScopes: isOAuth(integration.scheme) ? scopesOf(integration) : [],
      request: null,
      session: null,
      script: null,
    };
  }

  #issued(tokens: Record<string, unknown>): Pick<Account, "tokens" | "accessTokenExpiresAtMs"> {
    const seconds = Number.parseFloat(String(tokens.expires_in));
    return { tokens, accessTokenExpiresAtMs: Number.isNaN(seconds) ? null : this.now() + seconds * 1000 };
  }

  #age(account: Account): void {
    if (account.activeAtMs !== null) {
      const { activeAtMs } = account;
      if (this.now() >= activeAtMs) Object.assign(account, { status: "ACTIVE", activeAtMs: null, updatedAtMs: activeAtMs });
      return;
    }
    if (!isWaiting(account) || this.now() < account.expiresAtMs) return;
    Object.assign(account, {
      status: "EXPIRED",
      statusReason: "Connection initiation did not complete within 10 minutes",
      updatedAtMs: account.expiresAtMs,
    });
  }
}

/** The scopes that attempts of an integration ask for: the developer's, or else those of the scheme. */
export function scopesOf({ credentials, scheme }: Integration): string[] {
  const own = credentials.scopes?.split(",").map((scope) => scope.trim()).filter(Boolean) ?? [];
  return own.length ? own : scheme.scopes;
}

/** Whether the user has not finished yet. */
export function isWaiting(account: Account): boolean {
  return account.status === "INITIALIZING" || account.status === "INITIATED";
}

/** Whether the attempt with this page is still the current one. A later attempt or a deletion may have replaced it during an `await`. */
export function isCurrent(account: Account, path: string): boolean {
  return account.path === path && !account.isDeleted;
}

/** The tokens that answers show. Those of an earlier attempt are hidden until the next one has finished. */
export function shownTokens(account: Account): Record<string, unknown> {
  return account.status === "ACTIVE" ? account.tokens : {};
}

/** Whether the account needs only what the user typed. */
export function isTyped(account: Account): boolean {
  return !isOAuth(account.integration.scheme);
}

/** Newest first. Of two with the same time, the one that was added later comes first. */
export function newestFirst<T extends { createdAtMs: number }>(items: readonly T[]): T[] {
  return items.map((item, index) => ({ item, index }))
    .sort((a, b) => b.item.createdAtMs - a.item.createdAtMs || b.index - a.index)
    .map(({ item }) => item);
}

/** An instant as the platform writes it. */
export function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
