import { actions, inputSchema, type Action } from "./actions.js";
import { json } from "./answers.js";
import { noAuthParams, type AuthParams } from "./auth-params.js";
import { ApiError, invalid } from "./errors.js";
import { accountFor, execute, givenAuthParams } from "./execute.js";
import { boolean, object, optional, parse, readJson, record, text } from "./input.js";
import type { Call, Route } from "./router.js";
import { nano, type Account } from "./store.js";
import { accountV1, requireUsable } from "./v1-accounts.js";

/** Actions of the first generation, which the second executes. */
export const actionRoutesV1: Route[] = [
  ["GET", "/api/v1/actions/:id", getAction],
  ["POST", "/api/v2/actions/:id/execute", executeAction],
];

function getAction({ params }: Call): Response {
  const action = actionOf(params.id);
  const { name, displayName, description, app } = action;
  return json(200, {
    name,
    display_name: displayName,
    description,
    appId: app.id,
    appKey: app.key,
    appName: app.key,
    tags: [],
    parameters: inputSchema(action),
    response: { type: "object", properties: {} },
  });
}

const executeBody = object({
  connectedAccountId: optional(text),
  entityId: optional(text),
  appName: optional(text),
  input: optional(record),
  text: optional(text),
  authConfig: optional(givenAuthParams),
  customDescription: optional(text),
  systemPrompt: optional(text),
  sessionInfo: optional(record),
  version: optional(text),
  allowTracing: optional(boolean),
});

type Body = ReturnType<typeof executeBody>;

/** Nothing here understands `text`: an action that needs values fails with it. */
async function executeAction(call: Call): Promise<Response> {
  const body = parse(executeBody, await readJson(call.request));
  if (body.text !== undefined && body.input) throw invalid([{ path: "text", message: "cannot be combined with input" }]);
  const action = actionOf(call.params.id);
  if (body.appName !== undefined && body.appName.toLowerCase() !== action.app.key) {
    throw invalid([{ path: "appName", message: `must be ${action.app.key}, the app of the action` }]);
  }
  const outcome = await execute(call, action, body.input ?? {}, authOf(call, action, body));
  return json(200, {
    data: outcome.isSuccessful ? outcome.data : {},
    error: outcome.isSuccessful ? null : outcome.message,
    successfull: outcome.isSuccessful,
    logId: `log_${nano(12)}`,
    sessionInfo: {},
  });
}

/** Whom to execute an action as: the request's own auth params, the account that it names, or else the user's. */
function authOf(call: Call, action: Action, { authConfig, connectedAccountId, entityId = "default" }: Body): Account | AuthParams {
  const { app } = action;
  if (authConfig) return { baseUrl: authConfig.base_url, parameters: authConfig.parameters };
  if (app.isNoAuth) return noAuthParams;
  if (connectedAccountId === undefined) {
    const account = accountFor(call, action, entityId);
    if (account) return account;
    throw new ApiError(404, `No connected account found for entity ${entityId} and app ${app.key}`, { name: "ConnectedAccountNotFoundError" });
  }
  const account = accountV1(call.store, connectedAccountId);
  if (account.integration.app !== app) throw new ApiError(400, `Connected account does not belong to app ${app.key}`);
  requireUsable(account);
  return account;
}

function actionOf(id: string | undefined): Action {
  const action = actions.find(({ name }) => name === id);
  if (!action) throw new ApiError(404, `Action ${id} not found`);
  return action;
}
