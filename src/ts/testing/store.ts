import { apps, isOAuth, seeds, type App, type Scheme, type Seed } from "./apps.js";

/** How long a user may take, from the initiate call to the authorization server's answer. */
export const attemptMs = 10 * 60 * 1000;

/** Which call began a connection; it decides how the callback is spelt. */
export type Dialect = "create" | "link";

/** An app, one of its auth schemes and the developer's credentials for it; the platform calls it an auth config. */
export interface Integration {
  id: string;
  /** The id that it had in v1, a deprecated member of answers. */
  uuid: string;
  app: App;
  scheme: Scheme;
  name: string;
  isManaged: boolean;
  isEnabled: boolean;
  isDeleted: boolean;
  credentials: Record<string, string>;
  createdAtMs: number;
}

/** One user's connection to one app. */
export interface Account {
  id: string;
  integration: Integration;
  entityId: string;
  dialect: Dialect;
  callbackUrl: string | null;
  status: "INITIALIZING" | "INITIATED" | "ACTIVE" | "FAILED" | "EXPIRED";
  statusReason: string | null;
  isDisabled: boolean;
  isDeleted: boolean;
  /** What the user typed. */
  data: Record<string, string>;
  /** What the authorization server issued last; usable while the account is ACTIVE. */
  tokens: Record<string, unknown>;
  /** Null where the authorization server did not say. */
  accessTokenExpiresAtMs: number | null;
  failure: { error: string; errorDescription?: string | undefined } | null;
  createdAtMs: number;
  updatedAtMs: number;
  /** When the attempt ends; of an account whose tokens died, when they did. */
  expiresAtMs: number;
  /** When an account becomes ACTIVE whose user is back already; null for all others. */
  activeAtMs: number | null;
  /** Path of the page that the user is sent to, whose last part works once. */
  path: string;
  isVisited: boolean;
  /** The authorization request under way. */
  request: { state: string; session: unknown; redirectUri: string } | null;
}

/** What a new account is made of. */
export type NewAccount = Pick<Account, "integration" | "entityId" | "dialect" | "callbackUrl" | "status" | "data"> &
  Partial<Pick<Account, "tokens">>;

/** How an attempt at an account that exists begins. */
export type NewAttempt = Pick<Account, "dialect" | "callbackUrl" | "data">;

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Random text of letters and digits. */
export function nano(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => alphabet[byte % alphabet.length]).join("");
}

/** `crypto.randomUUID` exists only in secure contexts. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const pages: Record<Dialect, () => string> = {
  create: () => `/api/v3/s/${nano(8)}`,
  link: () => `/link/lk_${nano(21)}`,
};

/** Everything the platform remembers. */
export class Store {
  readonly apps: readonly App[];
  integrations: Integration[] = [];
  #accounts: Account[] = [];
  #seeds: readonly Seed[];

  constructor(readonly now: () => number, own: { apps: App[]; seeds: Seed[] } = { apps: [], seeds: [] }) {
    this.apps = [...apps, ...own.apps];
    this.#seeds = [...seeds, ...own.seeds];
    this.reset();
  }

  reset(): void {
    this.#accounts = [];
    this.integrations = this.#seeds.map((seed) => {
      const app = this.app(seed.app) as App;
      const scheme = app.schemes.find(({ mode }) => mode === seed.mode) as Scheme;
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
        createdAtMs: Date.parse(seed.createdAt),
      };
    });
  }

  app(key: string): App | undefined {
    return this.apps.find((app) => app.key === key);
  }

  addIntegration(given: Pick<Integration, "app" | "scheme" | "name" | "isManaged" | "credentials">): Integration {
    const integration = {
      ...given, uuid: uuid(), id: `ac_${nano(12)}`, isEnabled: true, isDeleted: false, createdAtMs: this.now(),
    };
    this.integrations.push(integration);
    return integration;
  }

  addAccount(given: NewAccount): Account {
    const account: Account = {
      ...given,
      ...this.#issued(given.tokens ?? {}),
      id: `ca_${nano(12)}`,
      isDisabled: false,
      isDeleted: false,
      createdAtMs: this.now(),
      ...this.#attempt(given.dialect),
    };
    this.#accounts.push(account);
    return account;
  }

  /** Every account as of now, deleted ones too, oldest first. */
  get accounts(): Account[] {
    for (const account of this.#accounts) this.#age(account);
    return this.#accounts;
  }

  /** The account with this id, unless it was deleted. */
  account(id: string | undefined): Account | undefined {
    return this.accounts.find((account) => account.id === id && !account.isDeleted);
  }

  /** The account whose page this is. */
  visited(path: string): Account | undefined {
    return this.accounts.find((account) => account.path === path && !account.isDeleted);
  }

  /** The account whose authorization request carried this `state`. */
  requested(state: string): Account | undefined {
    return this.accounts.find((account) => account.request?.state === state);
  }

  connectionsOf(integration: Integration): number {
    return this.#accounts.filter((account) => account.integration === integration && !account.isDeleted).length;
  }

  /** Begins another attempt. Earlier links are dead at once; earlier tokens stay until the user has finished. */
  restart(account: Account, given: NewAttempt): void {
    const status = given.dialect === "link" ? "INITIALIZING" : "INITIATED";
    Object.assign(account, given, this.#attempt(given.dialect), { status: isTyped(account) ? "ACTIVE" : status });
  }

  activate(account: Account, tokens: Record<string, unknown> = {}): void {
    this.#update(account, { status: "ACTIVE", request: null, ...this.#issued(tokens) });
  }

  fail(account: Account, failure: { error: string; errorDescription?: string | undefined }, statusReason: string): void {
    this.#update(account, { status: "FAILED", failure, statusReason, request: null });
  }

  /** Keeps the tokens of a refresh; what the answer left out stays as it was. */
  renew(account: Account, tokens: Record<string, unknown>): void {
    this.#update(account, this.#issued({ ...account.tokens, ...tokens }));
  }

  /** Notes that the authorization server takes the refresh token no more. */
  loseTokens(account: Account): void {
    const statusReason = "Permanent auth error during token refresh";
    this.#update(account, { status: "EXPIRED", statusReason, expiresAtMs: this.now(), ...this.#issued({}) });
  }

  /** Has an account that is ACTIVE become so only later. */
  postpone(account: Account, ms: number): void {
    if (account.status === "ACTIVE") this.#update(account, { status: "INITIATED", activeAtMs: this.now() + ms });
  }

  /** Ends an attempt at this moment, or never. */
  expireAt(account: Account, atMs: number): void {
    if (isWaiting(account)) account.expiresAtMs = atMs;
  }

  setDisabled(account: Account, isDisabled: boolean): void {
    this.#update(account, { isDisabled });
  }

  /** Deletes an account softly, so that a test can still see what it was. */
  remove(account: Account): void {
    this.#update(account, { isDeleted: true, request: null });
  }

  #update(account: Account, changes: Partial<Account>): void {
    Object.assign(account, changes, { updatedAtMs: this.now() });
  }

  #attempt(dialect: Dialect) {
    const now = this.now();
    return {
      statusReason: null,
      failure: null,
      updatedAtMs: now,
      expiresAtMs: now + attemptMs,
      activeAtMs: null,
      path: pages[dialect](),
      isVisited: false,
      request: null,
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

/** Whether the user is still expected. */
export function isWaiting(account: Account): boolean {
  return account.status === "INITIALIZING" || account.status === "INITIATED";
}

/** Whether the attempt with this page is still the account's: another one, or a deletion, can come while somebody is asked. */
export function isCurrent(account: Account, path: string): boolean {
  return account.path === path && !account.isDeleted;
}

/** The tokens to show: those of an earlier attempt are of no use while the next one lasts. */
export function shownTokens(account: Account): Record<string, unknown> {
  return account.status === "ACTIVE" ? account.tokens : {};
}

/** Whether nothing but the user's own values is needed. */
export function isTyped(account: Account): boolean {
  return !isOAuth(account.integration.scheme);
}

/** Newest first; of two made in the same millisecond, the one made later. */
export function newestFirst<T extends { createdAtMs: number }>(items: readonly T[]): T[] {
  return items.map((item, index) => ({ item, index }))
    .sort((a, b) => b.item.createdAtMs - a.item.createdAtMs || b.index - a.index)
    .map(({ item }) => item);
}

/** As the platform prints instants. */
export function iso(atMs: number): string {
  return new Date(atMs).toISOString();
}
