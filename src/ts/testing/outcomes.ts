// The outcomes of attempts: how they are scripted, and what each makes the platform do.
import { requireMembers, requireOneOf, rules } from "./arguments.js";
import type { Account, Store } from "./store.js";
import type { Attempt } from "./types.js";

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

/** @throws `invalid_argument` for an unknown outcome, and for a member that it does not have. */
export function requireAttempt(attempt: Attempt): void {
  requireOneOf("an outcome of an attempt", attempt?.outcome, Object.keys(durations));
  const { outcome } = attempt;
  requireMembers(`the outcome \`${outcome}\``, attempt, {
    outcome: rules.text,
    ...Object.fromEntries(durations[outcome].map((name) => [name, rules.ms])),
    ...(outcome === "session" && { verifierUrl: rules.url }),
  });
}

/** Scripts the attempt of an account whose user arrives at the platform. */
export function beginAttempt(store: Store, account: Account, attempt: Attempt): void {
  account.script = attempt;
  if (attempt.outcome === "expired" && attempt.afterMs !== undefined) store.expireAt(account, store.now() + attempt.afterMs);
  if (attempt.outcome === "never") store.expireAt(account, Infinity);
}

/** Changes an account as its outcome says, once its user has been sent back. */
export function endAttempt(store: Store, account: Account): void {
  const { script } = account;
  if (!script || account.status !== "ACTIVE") return;
  if (script.outcome === "slow") store.postpone(account, script.activeAfterMs ?? 5_000);
  if (script.outcome === "revoked") store.revoke(account, "Revoked via admin tool");
  if (script.outcome === "credentials_rejected") account.rejects = "credentials";
  if (script.outcome === "scopes_missing") {
    account.rejects = "scopes";
    account.tokens = { ...account.tokens, scope: account.requestedScopes[0] ?? "" };
  }
}

/** Where the user is sent with `session_uri` alone; undefined if the platform completes the attempt itself. */
export function verifierUrlOf({ script, callbackUrl }: Account, ofProject: string | undefined): string | undefined {
  if (script?.outcome !== "session") return ofProject;
  return script.verifierUrl ?? ofProject ?? (callbackUrl === null ? undefined : withoutQuery(callbackUrl));
}

function withoutQuery(address: string): string {
  const url = new URL(address);
  url.search = "";
  url.hash = "";
  return url.href;
}
