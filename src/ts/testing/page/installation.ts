import type { ClientOptions, ConnectClient } from "../../index.js";
import { sendHeld } from "../../shared/send-held.js";
import { requireRule, rules } from "../arguments.js";
import { sandboxError } from "../sandbox-error.js";
import type { Store } from "../store.js";
import type { Attempt, SandboxClientOptions, SandboxOptions, SandboxPopup } from "../types.js";
import { Browser } from "./browser.js";
import { Clock } from "./clock.js";
import { memoryStorage, withStreamBody } from "./memory.js";
import { Patches } from "./patches.js";
import { Users } from "./users.js";

/** The platform that an installation brings into the page. */
interface InstalledPlatform {
  apiKey: string;
  store: Store;
  answer(request: Request): Promise<Response>;
  now(): number;
  /** Counts as pending work until the promise settles. */
  track<T>(work: Promise<T>): Promise<T>;
  isBusy(): boolean;
  progress: { count: number };
}

/** The installation in this page. */
let current: Installation | undefined;

/** A sandbox in a page. Implements `Sandbox.install` and everything that needs it. */
export class Installation {
  readonly clock: Clock;
  readonly #browser: Browser;
  readonly #users: Users;
  readonly #patches = new Patches();
  readonly #origin: string;
  #storage = memoryStorage();
  #clients: ConnectClient[] = [];

  constructor(private readonly options: SandboxOptions, private readonly platform: InstalledPlatform) {
    this.#origin = options.origin ?? "https://platform.sandbox.test";
    const { progress } = platform;
    this.#browser = new Browser({
      mayOpen: (popup) => this.#users.mayOpen(popup),
      sent: (url, popup) => this.#users.arrive(url, popup),
      happened: () => void (progress.count += 1),
    }, this.#origin);
    this.#users = new Users(this.#browser, platform.store, (request) => platform.track(platform.answer(request)), options.verifierUrl);
    const isBusy = () => platform.isBusy() || this.#users.walking > 0;
    this.clock = new Clock({ isBusy, get count() { return progress.count; } }, options.advanceTimers);
  }

  get hasClock(): boolean {
    return current === this && !this.options.advanceTimers;
  }

  get popups(): readonly SandboxPopup[] {
    return this.#browser.popups;
  }

  get callbackUrl(): string | null {
    return this.#users.callbackUrl;
  }

  install(client: SandboxClientOptions = {}): ClientOptions {
    requireRule(rules.object, "the options of a client", client);
    for (const name of ["baseUrl", "fetch", "unsafeApiKey"]) {
      if (name in client) throw sandboxError("invalid_argument", `\`${name}\` of a client is set by the sandbox: leave it out`);
    }
    if (current !== this) this.#install();
    return {
      storage: this.#storage,
      ...client,
      baseUrl: this.#origin,
      unsafeApiKey: this.platform.apiKey,
      fetch: (request) => this.#answer(request),
    };
  }

  async createClient(options?: SandboxClientOptions): Promise<ConnectClient> {
    const client = await this.#make(this.install(options));
    this.#clients.push(client);
    return client;
  }

  next(attempt: Attempt): void {
    this.#users.add(attempt);
  }

  visit(url: string): void {
    if (current !== this) throw sandboxError("not_installed", "the sandbox must be installed first: call install or createClient");
    this.#users.arrive(url, null);
  }

  setOnline(isOnline: boolean): void {
    this.#browser.setOnline(isOnline);
  }

  reset(): void {
    this.#users.reset();
    this.#browser.popups.length = 0;
    this.#browser.setOnline(true);
    this.#browser.setFocus(true);
    this.#storage.clear();
  }

  dispose(): void {
    if (current !== this) return;
    for (const client of this.#clients.splice(0)) client.dispose();
    this.reset();
    current = undefined;
    this.#patches.restore();
  }

  #install(): void {
    if (current) throw sandboxError("already_installed", "another sandbox is installed in this page: dispose of it first");
    if (this.options.oauth) throw sandboxError("oauth_given", "a sandbox with the option `oauth` cannot be installed: its users are at your own authorization server. Leave `oauth` out");
    const startMs = this.platform.now();
    try {
      this.clock.install(startMs, this.#patches);
      this.#browser.install(this.#patches, this.options.pageUrl ?? "https://app.test/");
      if (this.options.gateway !== undefined) this.#serve(this.options.gateway);
    } catch (error) {
      this.#patches.restore();
      throw error;
    }
    current = this;
    // Loads the module while the clock waits for it. The first client of the test reports a failure.
    void this.platform.track(this.#make(this.install()).then((client) => client.dispose(), () => {}));
  }

  async #make(options: ClientOptions): Promise<ConnectClient> {
    const { createClient } = await import("../../index.js");
    return createClient(options);
  }

  /** Answers requests to the app's gateway, for a page that creates its client itself. */
  #serve(gateway: string): void {
    const base = new URL(gateway, location.href).href.replace(/\/$/, "");
    const before = globalThis.fetch;
    // The `Request` of Node does not resolve a path against a page.
    patchRequest(this.#patches);
    this.#patches.replace(globalThis, "fetch", async (input: RequestInfo | URL, init?: RequestInit) => {
      const request = new Request(input, init);
      if (!request.url.startsWith(`${base}/`)) return before.call(globalThis, input, init);
      return sendHeld(request, async ({ method, signal, url }) => {
        const headers = new Headers(request.headers);
        headers.set("x-api-key", this.platform.apiKey);
        const body = method === "GET" ? null : await this.platform.track(request.arrayBuffer());
        return this.#answer(new Request(this.#origin + url.slice(base.length), { method, headers, body, signal }));
      });
    });
  }

  async #answer(request: Request): Promise<Response> {
    if (!this.#browser.isOnline) throw new TypeError("Failed to fetch");
    return this.platform.track(this.platform.answer(request).then(withStreamBody));
  }
}

function patchRequest(patches: Patches): void {
  const absolute = (input: unknown) => (typeof input === "string" ? new URL(input, location.href).href : input);
  patches.replace(globalThis, "Request", new Proxy(Request, {
    construct: (target, [input, init], newTarget) => Reflect.construct(target, [absolute(input), init], newTarget) as object,
  }));
}
