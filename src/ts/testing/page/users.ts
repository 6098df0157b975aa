import { requireMembers, requireOneOf, rules } from "../arguments.js";
import { sandboxError } from "../sandbox-error.js";
import type { Account, Store } from "../store.js";
import type { Attempt } from "../types.js";
import type { Browser, Popup } from "./browser.js";
import { visit, type Decision } from "./visitor.js";

/** The durations that each outcome takes. */
const durations: Record<Attempt["outcome"], readonly string[]> = {
  connected: ["afterMs"],
  denied: ["afterMs"],
  failed: ["afterMs"],
  slow: ["afterMs", "activeAfterMs"],
  expired: ["afterMs"],
  never: [],
  offline: ["afterMs", "forMs"],
  popup_blocked: [],
  popup_closed: ["afterMs"],
  popup_cut_off: ["afterMs"],
  revoked: ["afterMs"],
  credentials_rejected: ["afterMs"],
  scopes_missing: ["afterMs"],
  session: ["afterMs"],
  other_browser: ["afterMs"],
};

/** The scripted users of a sandbox. They act once they were sent to the platform. */
export class Users {
  #next: Attempt[] = [];
  #byPopup = new WeakMap<Popup, Attempt>();
  #generation = 0;
  /** Where the last user returned to. */
  callbackUrl: string | null = null;
  /** The number of users that are on their way. */
  walking = 0;

  constructor(
    private readonly browser: Browser,
    private readonly store: Store,
    private readonly send: (request: Request) => Promise<Response>,
    private readonly verifierUrl: string | undefined,
  ) {}

  add(attempt: Attempt): void {
    requireOneOf("an outcome of an attempt", attempt?.outcome, Object.keys(durations));
    const { outcome } = attempt;
    requireMembers(`the outcome \`${outcome}\``, attempt, {
      outcome: rules.text,
      ...Object.fromEntries(durations[outcome].map((name) => [name, rules.ms])),
      ...(outcome === "session" && { verifierUrl: rules.url }),
    });
    this.#next.push({ ...attempt });
  }

  /** Forgets every attempt, also those in progress. */
  reset(): void {
    this.#generation += 1;
    this.#next = [];
    this.callbackUrl = null;
  }

  mayOpen(popup: Popup): boolean {
    const attempt = this.#take();
    this.#byPopup.set(popup, attempt);
    return attempt.outcome !== "popup_blocked";
  }

  /** Lets the next user act at a URL of the platform. @param popup the user's window; null for the page itself. */
  arrive(url: string, popup: Popup | null): void {
    const attempt = (popup && this.#byPopup.get(popup)) ?? this.#take();
    const { outcome } = attempt;
    if (!popup && outcome.startsWith("popup_")) {
      throw sandboxError("no_popup", `the outcome \`${outcome}\` needs a popup, and the page sent the user there without one: use mode "popup", or another outcome`);
    }
    const account = URL.canParse(url) ? this.store.accountByPath(new URL(url).pathname) : undefined;
    if (!account) throw sandboxError("invalid_argument", "`visit` must be given the redirect URL of a connection of this sandbox");
    const go = (decision: Decision, afterMs = 1_000) => this.#later(afterMs, popup, () => this.#walk(url, popup, account, attempt, decision));
    switch (outcome) {
      case "connected":
      case "slow":
      case "revoked":
      case "credentials_rejected":
      case "scopes_missing":
        return go("allow", attempt.afterMs);
      case "session":
        account.script = { verifierUrl: attempt.verifierUrl ?? this.verifierUrl ?? withoutQuery(account.callbackUrl) };
        return go("allow", attempt.afterMs);
      case "other_browser":
        account.script = { isOtherBrowser: true };
        return go("allow", attempt.afterMs);
      case "denied":
        return go("deny", attempt.afterMs);
      case "failed":
        return go("fail", attempt.afterMs);
      case "expired":
        if (attempt.afterMs !== undefined) this.store.expireAt(account, this.store.now() + attempt.afterMs);
        return;
      case "never":
        return this.store.expireAt(account, Infinity);
      case "popup_closed":
        return this.#later(attempt.afterMs ?? 1_000, popup, () => popup?.close());
      case "popup_cut_off":
        if (popup) popup.looksClosed = true;
        return go("allow", attempt.afterMs ?? 5_000);
      case "offline": {
        const { forMs = 5_000, afterMs = 1_000 } = attempt;
        this.browser.setOnline(false);
        this.#later(forMs, null, () => this.browser.setOnline(true));
        return go("allow", forMs + afterMs);
      }
    }
  }

  #take(): Attempt {
    return this.#next.shift() ?? { outcome: "connected" };
  }

  #later(ms: number, popup: Popup | null, act: () => void): void {
    const generation = this.#generation;
    setTimeout(() => {
      if (generation === this.#generation && !popup?.isClosed) act();
    }, ms);
  }

  async #walk(url: string, popup: Popup | null, account: Account, attempt: Attempt, decision: Decision): Promise<void> {
    this.walking += 1;
    try {
      const end = await visit(this.send, url, decision);
      this.#afterwards(account, attempt);
      if (popup) popup.url = end ?? url;
      if (!end) return;
      this.callbackUrl = end;
      if (popup) this.#announce(end, popup);
      else this.browser.arrive(end);
    } finally {
      this.walking -= 1;
    }
  }

  /** Changes the account as the outcome says, once its user has finished. */
  #afterwards(account: Account, attempt: Attempt): void {
    if (account.status !== "ACTIVE") return;
    if (attempt.outcome === "slow") this.store.postpone(account, attempt.activeAfterMs ?? 5_000);
    if (attempt.outcome === "revoked") this.store.revoke(account, "Revoked via admin tool");
    if (attempt.outcome === "credentials_rejected") account.rejects = "credentials";
    if (attempt.outcome === "scopes_missing") {
      account.rejects = "scopes";
      account.tokens = { ...account.tokens, scope: account.requestedScopes[0] ?? "" };
    }
  }

  /**
   * Acts as the app's page in the popup: it notifies the waiting page and closes itself. A callback with a session and without a flow does
   * neither, because the test has to complete the session first.
   */
  #announce(callback: string, popup: Popup): void {
    const flowId = new URL(callback).searchParams.get("cf_flow");
    if (flowId === null) return;
    const channel = new this.browser.Channel(`connect-flow:${flowId}`);
    channel.onmessage = ({ data }) => {
      if ((data as { heard?: unknown }).heard !== "popup") return;
      channel.close();
      popup.close();
    };
    channel.postMessage({ callback });
  }
}

function withoutQuery(address: string | null): string {
  if (address === null) throw sandboxError("invalid_argument", "the outcome `session` needs a callback URL, or `verifierUrl`");
  const url = new URL(address);
  url.search = "";
  url.hash = "";
  return url.href;
}
