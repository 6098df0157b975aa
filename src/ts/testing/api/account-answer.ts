import type { ConnectedAccount } from "../../platform/accounts.js";
import type { JsonObject } from "../../platform/json.js";
import { isSecretName } from "../../platform/secret-names.js";
import { isOAuth } from "../catalogue/apps.js";
import { sharingAnswer } from "../sharing.js";
import { iso, isWaiting, shownTokens, type Account } from "../store.js";
import { deprecated, type SandboxCall } from "./call.js";
import { mask } from "./mask.js";

/** The status in answers. An ACTIVE account that is disabled is INACTIVE. */
export function answeredStatus({ status, isDisabled }: Account): string {
  return isDisabled && status === "ACTIVE" ? "INACTIVE" : status;
}

/** An account in the list. */
export function accountAnswer(account: Account, call: SandboxCall): ConnectedAccount {
  const { integration } = account;
  const status = answeredStatus(account);
  const val = accountVal(account, call.origin);
  return {
    toolkit: { slug: integration.app.key },
    auth_config: {
      id: integration.id,
      ...deprecated(call, { auth_scheme: integration.scheme.mode }),
      is_composio_managed: integration.isManaged,
      is_disabled: !integration.isEnabled,
    },
    id: account.id,
    word_id: account.wordId,
    alias: account.alias,
    status,
    status_reason: status === "INACTIVE" ? "Connection status updated by user" : account.statusReason,
    created_at: iso(account.createdAtMs),
    updated_at: iso(account.updatedAtMs),
    state: { authScheme: integration.scheme.mode, val },
    is_disabled: account.isDisabled,
    experimental: sharingAnswer(account),
    ...deprecated(call, { user_id: account.entityId, data: val }),
  };
}

/** An account by itself. */
export function accountDetail(account: Account, call: SandboxCall): ConnectedAccount {
  return {
    ...accountAnswer(account, call),
    ...(isOAuth(account.integration.scheme) && { requested_scopes: account.requestedScopes }),
    ...deprecated(call, { params: maskedParams(account) }),
  };
}

/** The values of an account by its status, with masked secrets. */
export function accountVal(account: Account, origin: string): JsonObject {
  const { status, failure, displayName } = account;
  // Finished accounts keep the URL, although it no longer works.
  const redirectUrl = isOAuth(account.integration.scheme) && (isWaiting(account) || status === "ACTIVE");
  return {
    status: answeredStatus(account),
    ...maskedParams(account),
    ...(displayName !== null && { displayName }),
    ...(redirectUrl && { redirectUrl: origin + account.path }),
    ...(isWaiting(account) && account.callbackUrl !== null && { callback_url: account.callbackUrl }),
    ...(failure && { error: failure.error }),
    ...(failure?.errorDescription !== undefined && { error_description: failure.errorDescription }),
    ...(status === "EXPIRED" && { expired_at: iso(account.expiresAtMs) }),
    ...(status === "REVOKED" && { revoked_at: iso(account.updatedAtMs) }),
  };
}

/** The user's values and the tokens. Everything that may be a secret is masked. */
function maskedParams(account: Account): JsonObject {
  const { scheme, isManaged } = account.integration;
  const isClear = (key: string) =>
    (scheme.userFields.some(({ name }) => name === key) || ["token_type", "expires_in", "scope"].includes(key)) &&
    (!isSecretName(key) || key === "token_type");
  const all = Object.entries({ ...account.data, ...shownTokens(account) });
  return Object.fromEntries(all.map(([key, value]) => [key, isClear(key) ? value : mask(value, isManaged)]));
}
