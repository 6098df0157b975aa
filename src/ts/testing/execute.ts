import { failed, type Action, type Outcome } from "./actions.js";
import { authParamsOf, type AuthParams } from "./auth-params.js";
import type { Problem } from "./errors.js";
import { listOf, object, oneOf, optional, text, type Check } from "./input.js";
import type { Call } from "./router.js";
import { newestFirst, type Account } from "./store.js";
import { freshen, isRenewable, renew, type Renewal } from "./tokens.js";

/** Auth params that come with the request, instead of an account's. The body that they may name is sent to nobody here. */
export const givenAuthParams = object({
  base_url: optional(text),
  parameters: listOf(object({ name: text, in: oneOf("header", "query"), value: text })),
  body: optional((value) => value),
});

/** Runs an action: as the user of an account, with auth params that were given, or as nobody. */
export async function execute(call: Call, action: Action, values: Record<string, unknown>, as: Account | AuthParams): Promise<Outcome> {
  const problems: Problem[] = [];
  const checked = inputOf(action)(values, "", problems);
  if (problems.length) {
    return failed(`Invalid request data provided\n${problems.map(({ path, message }) => `- ${path} ${message}`).join("\n")}`);
  }
  const run = (auth: AuthParams) => action.run({ values: checked, auth, oauth: call.oauth });
  if (!("integration" in as)) return run(as);
  const renewal = await freshen(call, as);
  if (renewal === "lost" || renewal === "unanswered") return failure(renewal);
  const outcome = await run(authParamsOf(as));
  const isRefused = !outcome.isSuccessful && outcome.statusCode === 401;
  // An access token can end before its time. One that has just been issued cannot be helped.
  if (!isRefused || renewal === "renewed" || !isRenewable(call, as)) return outcome;
  const second = await renew(call, as);
  return second === "renewed" ? run(authParamsOf(as)) : failure(second);
}

function failure(renewal: Exclude<Renewal, "renewed">): Outcome {
  return renewal === "lost"
    ? failed("Token has been expired or revoked.", 401)
    : failed("The app's authorization server did not renew the access token");
}

function inputOf({ parameters }: Action): Check<Record<string, string | undefined>> {
  return object(Object.fromEntries(Object.entries(parameters).map(([name, { isRequired }]) => [name, isRequired ? text : optional(text)])));
}

/** The account that an action is executed with when only the user is known: the newest that is usable. */
export function accountFor({ store }: Call, { app }: Action, entityId: string): Account | undefined {
  return newestFirst(store.accounts).find((account) =>
    account.integration.app === app && account.entityId === entityId &&
    account.status === "ACTIVE" && !account.isDisabled && !account.isDeleted);
}
