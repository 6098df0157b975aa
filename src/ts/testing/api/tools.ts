import { errorIds } from "../../platform/errors.js";
import { executeToolRequest, listRequiredScopesRequest, proxyToolRequest } from "../../platform/tools.js";
import type { ExecuteToolRequest, Tool, ToolExecution } from "../../platform/tools.js";
import { inputSchema, profileAction, toolVersions, type Action } from "../catalogue/actions.js";
import { isOAuth, type App } from "../catalogue/apps.js";
import { fillIn, noAuthParams, type AuthParams } from "../catalogue/auth-params.js";
import { jsonResponse } from "../json-response.js";
import { mayUse } from "../sharing.js";
import { nano, type Account } from "../store.js";
import { answeredStatus } from "./account-answer.js";
import { badRequest, requireAccount } from "./account-errors.js";
import { deprecated, type ApiCall, type ApiHandlers } from "./call.js";
import { ApiError, invalidRequest } from "./errors.js";
import { accountFor, execute } from "./execute.js";
import { listPage } from "./list-page.js";
import { readBody } from "./request.js";
import { currentUserEndpoint, logoOf } from "./toolkits.js";

export const toolHandlers = { listTools, listToolNames, getTool, executeTool, proxyTool, listRequiredScopes } satisfies ApiHandlers;

function listTools(call: ApiCall): Response {
  const { query, store } = call;
  const toolkit = query.text("toolkit_slug");
  const slugs = query.list("tool_slugs");
  const search = (query.text("query") ?? query.text("search"))?.toLowerCase();
  query.flag("include_deprecated");
  const version = versionOf(call, query.text("toolkit_versions")) ?? toolVersions[0];
  const found = store.actions.filter(({ name, displayName, description, app }) =>
    (!toolkit || app.key === toolkit) &&
    (!slugs || slugs.includes(name)) &&
    (!search || `${name} ${displayName} ${description}`.toLowerCase().includes(search)));
  // The official clients ask for 9,999 when they name tools.
  return listPage(query, found, 10_000, (action) => toolAnswer(action, call, version));
}

function listToolNames({ store }: ApiCall): Response {
  return new Response(store.actions.map(({ name }) => name).join(","), { headers: { "content-type": "text/plain; charset=utf-8" } });
}

function getTool(call: ApiCall): Response {
  const { id, query } = call;
  const tool = requireTool(call, id);
  return jsonResponse(200, toolAnswer(tool, call, requireVersion(call, query.text("version") ?? query.text("toolkit_versions"), tool)));
}

export function toolAnswer(tool: Action, call: ApiCall, version: string): Tool {
  const { name, displayName, description, app } = tool;
  return {
    slug: name,
    name: displayName,
    description,
    toolkit: { slug: app.key, name: app.name, logo: logoOf(app) },
    input_parameters: inputSchema(tool),
    output_parameters: { type: "object", properties: {} },
    no_auth: app.isNoAuth,
    tags: [],
    scopes: scopesOfAction(tool),
    scope_requirements: null,
    version,
    available_versions: toolVersions,
    is_deprecated: false,
    ...deprecated(call, { deprecated: { displayName, available_versions: toolVersions, version, toolkit: { logo: logoOf(app) }, is_deprecated: false } }),
  };
}

async function listRequiredScopes(call: ApiCall): Promise<Response> {
  const body = await readBody(call.request, listRequiredScopesRequest);
  const tools = body.tools.map((slug) => requireTool(call, slug));
  if (new Set(tools.map(({ app }) => app.key)).size !== 1) throw invalidRequest([{ path: "tools", message: "must be tools of one toolkit" }]);
  return jsonResponse(200, {
    scopes_required: [...new Set(tools.flatMap(scopesOfAction))],
    per_tool_requirements: tools.map(({ name }) => ({ tool: name, scope_requirements: null })),
  });
}

/** The scopes that an action needs: every scope of its app's OAuth scheme. */
const scopesOfAction = ({ app }: Action): string[] => app.schemes.find(isOAuth)?.scopes ?? [];

/** The sandbox does not interpret `text`, so an action with required arguments fails. */
async function executeTool(call: ApiCall): Promise<Response> {
  const body = await readBody(call.request, executeToolRequest);
  if ((body.text === undefined) === (body.arguments === undefined)) {
    throw invalidRequest([{ path: "text.arguments", message: "Only one of 'text' or 'arguments' must be provided" }]);
  }
  const tool = requireTool(call, call.id);
  requireVersion(call, body.version, tool);
  const result = await execute(call, tool, body.arguments ?? {}, givenAuthParams(tool.app, body) ?? accountOf(call, tool.app, body));
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
function givenAuthParams(app: App, { custom_auth_params, custom_connection_data }: ExecuteToolRequest): AuthParams | undefined {
  if (custom_connection_data) {
    const { authScheme, toolkitSlug, val } = custom_connection_data;
    const scheme = toolkitSlug === app.key && app.schemes.find(({ mode }) => mode === authScheme);
    if (!scheme) throw invalidRequest([{ path: "custom_connection_data", message: `must be of toolkit ${app.key} and one of its auth schemes` }]);
    return fillIn(scheme, val);
  }
  if (custom_auth_params) return { baseUrl: custom_auth_params.base_url, parameters: custom_auth_params.parameters };
  return app.isNoAuth ? noAuthParams : undefined;
}

/** The account that the request names, or else the newest one of the user. @throws {ApiError} if it cannot be used. */
function accountOf(call: ApiCall, app: App, body: ExecuteToolRequest): Account {
  const userId = body.user_id ?? body.entity_id;
  if (body.connected_account_id === undefined) return accountOfUser(call, app, userId ?? "default");
  if (userId === undefined) throw new ApiError(errorIds.userIdRequired, "User ID is required with connected account.");
  const account = requireAccount(call.store, body.connected_account_id);
  if (account.accountType === "PRIVATE" && account.entityId !== userId) {
    throw new ApiError(errorIds.userIdMismatch, "Connected account user ID does not match the provided user ID.");
  }
  if (!mayUse(userId, account)) throw new ApiError(errorIds.accountForbidden, `User ${userId} may not use this shared connection`);
  if (account.integration.app !== app) throw badRequest(`Connected account does not belong to toolkit ${app.key}`);
  requireUsable(account);
  return account;
}

/** @throws {ApiError} unless tools run with the account. */
export function requireUsable(account: Account): void {
  const status = answeredStatus(account);
  if (status !== "ACTIVE") throw new ApiError(errorIds.accountNotActive, `Connected account ${account.id} is in an invalid state: ${status}`);
}

function accountOfUser(call: ApiCall, app: App, userId: string): Account {
  const account = accountFor(call, app, userId);
  if (account) return account;
  throw new ApiError(errorIds.userHasNoAccount, `No connected account found for user ID ${userId} for toolkit ${app.key}`);
}

/** Asks the app itself. The apps of the sandbox have one path, which says who is connected. */
async function proxyTool(call: ApiCall): Promise<Response> {
  const body = await readBody(call.request, proxyToolRequest);
  const account = requireAccount(call.store, body.connected_account_id ?? "");
  requireUsable(account);
  const path = body.endpoint.replace(/^https?:\/\/[^/]+/, "").replace(/[?#].*$/, "");
  const profile = await execute(call, profileAction(account.integration.app), {}, account);
  const [status, data] = profile.isSuccessful
    ? path === currentUserEndpoint && body.method === "GET" ? [200, profile.data] : [404, { error: "Not found" }]
    : [profile.statusCode ?? 502, { error: profile.message }];
  return jsonResponse(200, { status, data, headers: { "content-type": "application/json" } });
}

function requireTool({ store }: ApiCall, slug: string): Action {
  const action = store.actions.find(({ name }) => name === slug);
  if (!action) throw toolNotFound(slug);
  return action;
}

/** The version of a tool that a request asks for. @throws {ApiError} for an unknown one. */
function requireVersion(call: ApiCall, asked: string | undefined, { name }: Action): string {
  const found = versionOf(call, asked);
  if (!found) throw toolNotFound(`${name} in version ${asked}`);
  return found;
}

/** By default v3.1 takes the latest version and v3 the oldest; undefined for an unknown one. */
function versionOf({ version: api }: ApiCall, asked: string | undefined): string | undefined {
  const wanted = asked ?? (api === "v3" ? "00000000_00" : "latest");
  return wanted === "latest" ? toolVersions[0] : toolVersions.find((version) => version === wanted);
}

function toolNotFound(what: string): ApiError {
  return new ApiError(errorIds.toolNotFound, `Tool ${what} not found`);
}
