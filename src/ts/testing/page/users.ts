import { beginAttempt, requireAttempt, verifierUrlOf } from "../outcomes.js";
import { sandboxError } from "../sandbox-error.js";
import type { Store } from "../store.js";
import type { Attempt } from "../types.js";
import type { Browser, Popup } from "./browser.js";
import { visit, type Decision } from "./visitor.js";

/** The scripted users of a sandbox. They act once they were sent to the platform. */
export class Users {
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
    requireAttempt(attempt);
    this.store.attempts.push({ ...attempt });
  }

  /** Forgets every attempt, also those in progress. */
  reset(): void {
    this.#generation += 1;
    this.store.attempts.length = 0;
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
    if (outcome === "session" && verifierUrlOf({ ...account, script: attempt }, this.verifierUrl) === undefined) {
      throw sandboxError("invalid_argument", "the outcome `session` needs a callback URL, or `verifierUrl`");
    }
    beginAttempt(this.store, account, attempt);
    const go = (decision: Decision, afterMs = 1_000) => this.#later(afterMs, popup, () => this.#walk(url, popup, decision));
    switch (outcome) {
      case "denied":
        return go("deny", attempt.afterMs);
      case "expired":
      case "never":
        return;
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
      default:
        return go("allow", "afterMs" in attempt ? attempt.afterMs : undefined);
    }
  }

  #take(): Attempt {
    return this.store.attempts.shift() ?? { outcome: "connected" };
  }

  #later(ms: number, popup: Popup | null, act: () => void): void {
    const generation = this.#generation;
    setTimeout(() => {
      if (generation === this.#generation && !popup?.isClosed) act();
    }, ms);
  }

  async #walk(url: string, popup: Popup | null, decision: Decision): Promise<void> {
    this.walking += 1;
    try {
      const end = await visit(this.send, url, decision);
      if (popup) popup.url = end ?? url;
      if (!end) return;
      this.callbackUrl = end;
      if (popup) this.#announce(end, popup);
      else this.browser.arrive(end);
    } finally {
      this.walking -= 1;
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
