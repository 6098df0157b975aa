// SHARED accounts: users other than the owner may use them if the access list says so.
import type { AccessList, AccessListRequest, AccountType, ConnectedAccount } from "../platform/accounts.js";

/** How an account is shared. The access list counts for SHARED accounts only. */
export interface Sharing {
  accountType: AccountType;
  accessList: AccessList;
}

/** Only the owner may use the account. */
export const nobody: AccessList = { allow_all_users: false, allowed_user_ids: [], not_allowed_user_ids: [] };

/** The sharing that a request asks for; null if it gives a PRIVATE account an access list. */
export function sharingOf(given: { account_type?: AccountType | undefined; acl_config_for_shared?: AccessListRequest | undefined } | undefined): Sharing | null {
  const { account_type: accountType = "PRIVATE", acl_config_for_shared } = given ?? {};
  if (accountType === "PRIVATE" && acl_config_for_shared) return null;
  return { accountType, accessList: mergeAccessList(nobody, acl_config_for_shared) };
}

/** Replaces the members that are given. */
export function mergeAccessList(before: AccessList, given?: AccessListRequest): AccessList {
  return {
    allow_all_users: given?.allow_all_users ?? before.allow_all_users,
    allowed_user_ids: given?.allowed_user_ids ?? before.allowed_user_ids,
    not_allowed_user_ids: given?.not_allowed_user_ids ?? before.not_allowed_user_ids,
  };
}

/** Whether a user may use an account. A refusal by name wins over every permission. */
export function mayUse(userId: string, { entityId, accountType, accessList }: Sharing & { entityId: string }): boolean {
  if (userId === entityId) return true;
  if (accountType === "PRIVATE" || accessList.not_allowed_user_ids.includes(userId)) return false;
  return accessList.allow_all_users || accessList.allowed_user_ids.includes(userId);
}

/** The sharing members of an answer about one account. */
export function sharingAnswer({ accountType, accessList }: Sharing): NonNullable<ConnectedAccount["experimental"]> {
  return { account_type: accountType, ...(accountType === "SHARED" && { acl_config_for_shared: accessList }) };
}
