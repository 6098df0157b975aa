import { errorIds } from "../../platform/errors.js";
import type { ApiVersion } from "../../platform/routes.js";
import { executeToolRequest } from "../../platform/tools.js";
import type { ExecuteToolRequest, ToolExecution } from "../../platform/tools.js";
import { actions, inputSchema, type Action } from "../catalogue/actions.js";
import { fillIn, noAuthParams, type AuthParams } from "../catalogue/auth-params.js";
import { jsonResponse } from "../json-response.js";
import { nano, type Account } from "../store.js";
import { requireAccount } from "./accounts.js";
import { deprecated, type ApiCall, type ApiHandlers } from "./call.js";
import { ApiError, invalidRequest } from "./errors.js";
import { accountFor, execute } from "./execute.js";
import { readBody } from "./request.js";
import { logoOf } from "./toolkits.js";

export const toolHandlers = { getTool, executeTool } satisfies ApiHandlers;

/** The versions of every tool, newest first. */
const versions = ["20260901_00", "00000000_00"] as const;

function getTool(call: ApiCall): Response {
  const { id, query } = call;
  const tool = requireTool(id);
  const version = requireVersion(call.version, query.text("version") ?? query.text("toolkit_versions"), tool);
  const { name, displayName, description, app } = tool;
  return jsonResponse(200, {
    slug: name,
    name: displayName,
    description,
    toolkit: { slug: app.key, name: app.name, logo: logoOf(app) },
    input_parameters: inputSchema(tool),
    output_parameters: { type: "object", properties: {} },
    no_auth: app.isNoAuth,
    tags: [],
    scopes: [],
    version,
    available_versions: versions,
    is_deprecated: false,
    ...deprecated(call, { deprecated: { displayName } }),
  });
}

/** The sandbox does not interpret `text`, so an action with required arguments fails. */
async function executeTool(call: ApiCall): Promise<Response> {
  const body = await readBody(call.request, executeToolRequest);
  if ((body.text === undefined) === (body.arguments === undefined)) {
    throw invalidRequest([{ path: "text.arguments", message: "Only one of 'text' or 'arguments' must be provided" }]);
  }
  const tool = requireTool(call.id);
  requireVersion(call.version, body.version, tool);
  const result = await execute(call, tool, body.arguments ?? {}, givenAuthParams(tool, body) ?? accountOf(call, tool, body));
  const { isSuccessful } = result;
  return jsonResponse<ToolExecution>(200, {
    data: isSuccessful ? result.data : {
      ...(result.statusCode !== null && { http_error: `HTTP error ${result.statusCode}` }),
      status_code: result.statusCode,
      message: result.message,
    },
    error: isSuccessful ? null : result.message,
    successful: isSuccessful,
    log_id: `log_${nano(12)}`,
    session_info: {},
  });
}

/** Auth params that make an account unnecessary: those in the request, or none for an app that needs none. */
function givenAuthParams({ app }: Action, { custom_auth_params, custom_connection_data }: ExecuteToolRequest): AuthParams | undefined {
  if (custom_connection_data) {
    const { authScheme, toolkitSlug, val } = custom_connection_data;
    const scheme = toolkitSlug === app.key && app.schemes.find(({ mode }) => mode === authScheme);
    if (!scheme) throw invalidRequest([{ path: "custom_connection_data", message: `must be of toolkit ${app.key} and one of its auth schemes` }]);
    return fillIn(scheme, val);
  }
  if (custom_auth_params) return { baseUrl: custom_auth_params.base_url, parameters: custom_auth_params.parameters };
  return app.isNoAuth ? noAuthParams : undefined;
}

/** The account that the request names, or else the newest one of the user. @throws {ApiError} where it cannot be used. */
function accountOf(call: ApiCall, tool: Action, body: ExecuteToolRequest): Account {
  const userId = body.user_id ?? body.entity_id;
  if (body.connected_account_id === undefined) return accountOfUser(call, tool, userId ?? "default");
  if (userId === undefined) throw new ApiError(errorIds.userIdRequired, "User ID is required with connected account.");
  const account = requireAccount(call.store, body.connected_account_id);
  if (account.entityId !== userId) {
    throw new ApiError(errorIds.userIdMismatch, "Connected account user ID does not match the provided user ID.");
  }
  if (account.integration.app !== tool.app) throw new ApiError(errorIds.badRequest, `Connected account does not belong to toolkit ${tool.app.key}`);
  if (account.isDisabled) throw new ApiError(errorIds.badRequest, "Connected account is disabled");
  const state = `Connected account ${account.id} is in ${account.status} state`;
  if (account.status === "EXPIRED") throw new ApiError(errorIds.accountExpired, state);
  if (account.status !== "ACTIVE") throw new ApiError(errorIds.accountNotActive, state);
  return account;
}

function accountOfUser(call: ApiCall, tool: Action, userId: string): Account {
  const account = accountFor(call, tool, userId);
  if (account) return account;
  throw new ApiError(errorIds.userHasNoAccount, `No connected account found for user ID ${userId} for toolkit ${tool.app.key}`);
}

function requireTool(slug: string): Action {
  const action = actions.find(({ name }) => name === slug);
  if (!action) throw toolNotFound(slug);
  return action;
}

/** The version of a tool that a request asks for. By default v3.1 takes the latest and v3 the oldest. @throws {ApiError} for an unknown one. */
function requireVersion(api: ApiVersion, asked: string | undefined, { name }: Action): string {
  const wanted = asked ?? (api === "v3" ? "00000000_00" : "latest");
  const found = wanted === "latest" ? versions[0] : versions.find((version) => version === wanted);
  if (!found) throw toolNotFound(`${name} in version ${wanted}`);
  return found;
}

function toolNotFound(what: string): ApiError {
  return new ApiError(errorIds.toolNotFound, `Tool ${what} not found`);
}
