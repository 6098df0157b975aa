import type { JsonObject } from "../../platform/json.js";
import { object, optional, text, type RequestProblem, type Schema } from "../../platform/schema.js";
import { credentialsRefused, failed, type Action, type ActionResult } from "../catalogue/actions.js";
import { hasBadSecret, type App } from "../catalogue/apps.js";
import { authParamsOf, type AuthParams } from "../catalogue/auth-params.js";
import { newestFirst, type Account } from "../store.js";
import type { ApiCall } from "./call.js";
import { freshen, isRenewable, renew, type Renewal } from "./token-renewal.js";

/** Runs an action as the user of an account, or with auth params. A failure of the action is a result, not an error. */
export async function execute(call: ApiCall, action: Action, values: JsonObject, as: Account | AuthParams): Promise<ActionResult> {
  const problems: RequestProblem[] = [];
  const checked = inputSchemaOf(action)(values, "", problems);
  if (problems.length) {
    return failed(`Invalid request data provided\n${problems.map(({ path, message }) => `- ${path} ${message}`).join("\n")}`);
  }
  const run = (auth: AuthParams) => action.run({ values: checked, auth, oauth: call.oauth });
  if (!("integration" in as)) return run(as);
  if (as.rejects === "scopes") return failed("Request had insufficient authentication scopes.", 403);
  if (as.rejects === "credentials" || hasBadSecret(as.integration.scheme, as.data)) return credentialsRefused;
  const renewal = await freshen(call, as);
  if (renewal === "lost" || renewal === "unanswered") return failure(renewal);
  const result = await run(authParamsOf(as));
  const isRefused = !result.isSuccessful && result.statusCode === 401;
  // The access token may have been revoked before it expired. One that was just renewed is not renewed again.
  if (!isRefused || renewal === "renewed" || !isRenewable(call, as)) return result;
  const second = await renew(call, as);
  return second === "renewed" ? run(authParamsOf(as)) : failure(second);
}

function failure(renewal: Exclude<Renewal, "renewed">): ActionResult {
  return renewal === "lost"
    ? failed("Token has been expired or revoked.", 401)
    : failed("The app's authorization server did not renew the access token");
}

function inputSchemaOf({ parameters }: Action): Schema<Record<string, string | undefined>> {
  return object(Object.fromEntries(Object.entries(parameters).map(([name, { isRequired }]) => [name, isRequired ? text : optional(text)])));
}

/** The newest account of a user that an action can use. SHARED ones must be named. */
export function accountFor({ store }: ApiCall, app: App, entityId: string): Account | undefined {
  return newestFirst(store.accounts).find((account) =>
    account.integration.app === app && account.entityId === entityId &&
    account.accountType === "PRIVATE" && account.status === "ACTIVE" && !account.isDisabled && !account.isDeleted);
}
