import { isOAuth } from "../catalogue/apps.js";
import type { Account } from "../store.js";
import type { SandboxCall } from "./call.js";

/** How a renewal ended: with new tokens, with an account that is now EXPIRED, or without a usable answer. */
export type Renewal = "renewed" | "lost" | "unanswered";

/** Renewals in progress, by account. A refresh token works once, so concurrent requests share one renewal. */
const renewals = new WeakMap<Account, Promise<Renewal>>();

/** Whether an authorization server can renew the access token of this account. */
export function isRenewable({ oauth }: SandboxCall, { integration }: Account): boolean {
  return oauth.refresh !== undefined && isOAuth(integration.scheme);
}

/** Renews the tokens of an account whose access token has expired. */
export async function freshen(call: SandboxCall, account: Account): Promise<Renewal | "fresh"> {
  const { accessTokenExpiresAtMs: endMs } = account;
  const hasExpired = endMs !== null && endMs <= call.store.now();
  return hasExpired && isRenewable(call, account) ? renew(call, account) : "fresh";
}

/** Renews the tokens of an account that `isRenewable`. */
export function renew(call: SandboxCall, account: Account): Promise<Renewal> {
  const renewal = renewals.get(account) ?? requestTokens(call, account).finally(() => renewals.delete(account));
  renewals.set(account, renewal);
  return renewal;
}

async function requestTokens({ oauth, store }: SandboxCall, account: Account): Promise<Renewal> {
  const { tokens } = account;
  const result = typeof tokens.refresh_token === "string"
    ? await oauth.refresh?.({ tokens }).catch(() => undefined)
    : { ok: false as const, error: "invalid_grant" };
  if (!result || (!result.ok && result.error !== "invalid_grant")) return "unanswered";
  // Meanwhile the user may have reconnected the account. The newer tokens stay.
  const isCurrent = account.tokens === tokens;
  if (result.ok) {
    if (isCurrent) store.renew(account, result.tokens);
    return "renewed";
  }
  if (isCurrent && account.status === "ACTIVE") store.loseTokens(account);
  return "lost";
}
