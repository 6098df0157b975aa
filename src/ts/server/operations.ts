import { accountOperations } from "./accounts.js";
import { appOperations } from "./apps.js";
import type { Operations } from "./operation.js";
import { toolOperations } from "./tools.js";

/** What pages may ask for. The gateway answers every other operation of the platform with 404. */
export const operations: Operations = { ...appOperations, ...accountOperations, ...toolOperations };
