import type { OperationName } from "../../platform/routes.js";
import { accountHandlers } from "./accounts.js";
import { attemptHandlers } from "./attempts.js";
import { authConfigHandlers } from "./auth-configs.js";
import type { ApiHandler } from "./call.js";
import { sessionHandlers } from "./sessions.js";
import { toolkitHandlers } from "./toolkits.js";
import { toolHandlers } from "./tools.js";

/** The handler of each operation. An operation without one does not compile. */
export const handlers: Readonly<Record<OperationName, ApiHandler>> = {
  ...toolkitHandlers, ...authConfigHandlers, ...accountHandlers, ...attemptHandlers, ...toolHandlers, ...sessionHandlers,
};
