import { actions, inputSchema, type Action } from "./actions.js";
import { json } from "./answers.js";
import { fillIn, noAuthParams, type AuthParams } from "./auth-params.js";
import { ApiError, invalid } from "./errors.js";
import { accountFor, execute, givenAuthParams } from "./execute.js";
import { boolean, object, optional, parse, readJson, record, text } from "./input.js";
import type { ApiVersion, Call, Route } from "./router.js";
import { nano, type Account } from "./store.js";
import { accountV3 } from "./v3-accounts.js";
import { deprecated } from "./v3-view.js";

/** Tools, which the documents call actions. */
export const toolRoutesV3: Route[] = [
  ["GET", "/tools/:slug", getTool, "version toolkit_versions"],
  ["POST", "/tools/execute/:slug", executeTool],
];

/** Versions of every tool, newest first. */
const versions = ["20260901_00", "00000000_00"] as const;

function getTool(call: Call): Response {
  const { api, params, query } = call;
  const tool = toolOf(params.slug);
  const version = versionOf(api, query.text("version") ?? query.text("toolkit_versions"), tool);
  const { name, displayName, description, app } = tool;
  return json(200, {
    slug: name,
    name: displayName,
    description,
    toolkit: { slug: app.key, name: app.name, logo: `https://logos.example/${app.key}.png` },
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

const executeBody = object({
  connected_account_id: optional(text),
  user_id: optional(text),
  entity_id: optional(text),
  arguments: optional(record),
  text: optional(text),
  version: optional(text),
  custom_auth_params: optional(givenAuthParams),
  custom_connection_data: optional(object({ authScheme: text, toolkitSlug: text, val: record })),
  allow_tracing: optional(boolean),
});

type Body = ReturnType<typeof executeBody>;

/** Nothing here understands `text`: a tool that needs arguments fails with it. */
async function executeTool(call: Call): Promise<Response> {
  const body = parse(executeBody, await readJson(call.request));
  if ((body.text === undefined) === (body.arguments === undefined)) {
    throw invalid([{ path: "text.arguments", message: "Only one of 'text' or 'arguments' must be provided" }]);
  }
  const tool = toolOf(call.params.slug);
  versionOf(call.api, body.version, tool);
  const outcome = await execute(call, tool, body.arguments ?? {}, givenTo(tool, body) ?? accountOf(call, tool, body));
  const { isSuccessful } = outcome;
  return json(200, {
    data: isSuccessful ? outcome.data : {
      ...(outcome.statusCode !== null && { http_error: `HTTP error ${outcome.statusCode}` }),
      status_code: outcome.statusCode,
      message: outcome.message,
    },
    error: isSuccessful ? null : outcome.message,
    successful: isSuccessful,
    log_id: `log_${nano(12)}`,
    session_info: {},
  });
}

/** Auth params that make an account unnecessary: the request's own, or those of a tool that needs none. */
function givenTo({ app }: Action, { custom_auth_params, custom_connection_data }: Body): AuthParams | undefined {
  if (custom_connection_data) {
    const { authScheme, toolkitSlug, val } = custom_connection_data;
    const scheme = toolkitSlug === app.key && app.schemes.find(({ mode }) => mode === authScheme);
    if (!scheme) throw invalid([{ path: "custom_connection_data", message: `must be of toolkit ${app.key} and one of its auth schemes` }]);
    return fillIn(scheme, val);
  }
  if (custom_auth_params) return { baseUrl: custom_auth_params.base_url, parameters: custom_auth_params.parameters };
  return app.isNoAuth ? noAuthParams : undefined;
}

/** The account that the request names, if it may be used, or else the user's. */
function accountOf(call: Call, tool: Action, body: Body): Account {
  const userId = body.user_id ?? body.entity_id;
  if (body.connected_account_id === undefined) return accountOfUser(call, tool, userId ?? "default");
  if (userId === undefined) throw refused(400, "User ID is required with connected account.", 1811, "ConnectedAccountEntityIdRequired");
  const account = accountV3(call.store, body.connected_account_id);
  if (account.entityId !== userId) {
    throw refused(400, "Connected account user ID does not match the provided user ID.", 1812, "ConnectedAccountEntityIdMismatch");
  }
  if (account.integration.app !== tool.app) throw new ApiError(400, `Connected account does not belong to toolkit ${tool.app.key}`, { code: 600 });
  if (account.isDisabled) throw new ApiError(400, "Connected account is disabled", { code: 600 });
  const state = `Connected account ${account.id} is in ${account.status} state`;
  if (account.status === "EXPIRED") throw refused(410, state, 1820, "ConnectedAccountExpired");
  if (account.status !== "ACTIVE") throw new ApiError(422, state);
  return account;
}

function accountOfUser(call: Call, tool: Action, userId: string): Account {
  const account = accountFor(call, tool, userId);
  if (account) return account;
  throw refused(404, `No connected account found for user ID ${userId} for toolkit ${tool.app.key}`, 1810, "ConnectedAccountNotFound");
}

function refused(status: number, message: string, code: number, name: string): ApiError {
  return new ApiError(status, message, { code, slug: `ActionExecute_${name}` });
}

function toolOf(slug: string | undefined): Action {
  const action = actions.find(({ name }) => name === slug);
  if (!action) throw toolNotFound(slug);
  return action;
}

/** The version of a tool that is meant. Without one, v3.1 means the latest and v3 the one from before there were versions. */
function versionOf(api: ApiVersion, asked: string | undefined, { name }: Action): string {
  const wanted = asked ?? (api === "v3" ? "00000000_00" : "latest");
  const found = wanted === "latest" ? versions[0] : versions.find((version) => version === wanted);
  if (!found) throw toolNotFound(`${name} in version ${wanted}`);
  return found;
}

function toolNotFound(what: string | undefined): ApiError {
  return new ApiError(404, `Tool ${what} not found`, { code: 2401, slug: "Tool_ToolNotFound" });
}
