import { isOAuth } from "./apps.js";
import type { Call } from "./router.js";
import type { Account } from "./store.js";

/** How a refresh ended: with new tokens, with an account that is EXPIRED now, or without an answer worth anything. */
export type Renewal = "renewed" | "lost" | "unanswered";

/** Refreshes under way: a refresh token works once, so of several requests at a time only one may use it. */
const renewals = new WeakMap<Account, Promise<Renewal>>();

/** Whether an authorization server could renew the access token. */
export function isRenewable({ oauth }: Call, { integration }: Account): boolean {
  return oauth.refresh !== undefined && isOAuth(integration.scheme);
}

/** Renews the tokens of an account if its access token has expired. */
export async function freshen(call: Call, account: Account): Promise<Renewal | "fresh"> {
  const { accessTokenExpiresAtMs: endMs } = account;
  const hasExpired = endMs !== null && endMs <= call.store.now();
  return hasExpired && isRenewable(call, account) ? renew(call, account) : "fresh";
}

/** Renews the tokens of an account, which must be renewable. */
export function renew(call: Call, account: Account): Promise<Renewal> {
  const renewal = renewals.get(account) ?? ask(call, account).finally(() => renewals.delete(account));
  renewals.set(account, renewal);
  return renewal;
}

async function ask({ oauth, store }: Call, account: Account): Promise<Renewal> {
  const { tokens } = account;
  const result = typeof tokens.refresh_token === "string"
    ? await oauth.refresh?.({ tokens }).catch(() => undefined)
    : { ok: false as const, error: "invalid_grant" };
  if (!result || (!result.ok && result.error !== "invalid_grant")) return "unanswered";
  // Meanwhile the user may have connected the same account anew, and those tokens are the better ones.
  const isCurrent = account.tokens === tokens;
  if (result.ok) {
    if (isCurrent) store.renew(account, result.tokens);
    return "renewed";
  }
  if (isCurrent && account.status === "ACTIVE") store.loseTokens(account);
  return "lost";
}
