import type { OperationName } from "../platform/routes.js";
import { createAccount, createLink, deleteAccount, executeTool, getAccount, listAccounts, refreshAccount, setAccountStatus } from "./accounts.js";
import { createAuthConfig, getAuthConfig, getToolkit, listAuthConfigs, listToolkits } from "./apps.js";
import type { Operation } from "./operation.js";

/** What pages may ask for. The gateway answers every other operation of the platform with 404. */
export const operations: { [Name in OperationName]?: Operation<Name> } = {
  listToolkits: { calls: ["apps.list"], query: ["search", "category", "sort_by", "limit", "cursor"], handle: listToolkits },
  getToolkit: { calls: ["apps.get"], handle: getToolkit },
  listAuthConfigs: {
    calls: ["integrations.list"],
    query: ["toolkit_slug", "is_composio_managed", "show_disabled", "search", "limit", "cursor"],
    handle: listAuthConfigs,
  },
  createAuthConfig: { calls: ["integrations.create"], handle: createAuthConfig },
  getAuthConfig: { calls: ["integrations.get"], handle: getAuthConfig },
  listAccounts: {
    calls: ["connectedAccounts.list"],
    query: ["toolkit_slugs", "auth_config_ids", "statuses", "order_by", "order_direction", "limit", "cursor"],
    handle: listAccounts,
  },
  createAccount: { calls: ["connectedAccounts.initiate"], handle: createAccount },
  createLink: { calls: ["connectedAccounts.initiate"], handle: createLink },
  getAccount: { calls: ["connectedAccounts.get", "getAuthParams"], handle: getAccount },
  deleteAccount: { calls: ["connectedAccounts.delete"], handle: deleteAccount },
  refreshAccount: { calls: ["connectedAccounts.refresh"], query: ["redirect_url"], handle: refreshAccount },
  setAccountStatus: { calls: ["connectedAccounts.enable", "connectedAccounts.disable"], handle: setAccountStatus },
  executeTool: { calls: ["executeAction"], handle: executeTool },
};
