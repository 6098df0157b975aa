import type { OperationName } from "../../platform/routes.js";
import { createAccount, createLink, deleteAccount, getAccount, listAccounts, refreshAccount, setAccountStatus } from "./accounts.js";
import { createAuthConfig, getAuthConfig, listAuthConfigs } from "./auth-configs.js";
import type { ApiHandler } from "./call.js";
import { getToolkit, listToolkits } from "./toolkits.js";
import { executeTool, getTool } from "./tools.js";

/** Answers each operation of the platform. */
export const handlers: Readonly<Record<OperationName, ApiHandler>> = {
  listToolkits,
  getToolkit,
  listAuthConfigs,
  createAuthConfig,
  getAuthConfig,
  listAccounts,
  createAccount,
  createLink,
  getAccount,
  deleteAccount,
  refreshAccount,
  setAccountStatus,
  getTool,
  executeTool,
};
