import { accountOperations } from "./accounts.js";
import { appOperations } from "./apps.js";
import type { Operation } from "./operation.js";

/** What pages may ask, under either prefix. */
export const operations: Operation[] = [...appOperations, ...accountOperations];
