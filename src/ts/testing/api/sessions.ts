import { errorIds } from "../../platform/errors.js";
import type { JsonObject } from "../../platform/json.js";
import { createSessionLinkRequest, createSessionRequest, executeInSessionRequest, updateSessionRequest } from "../../platform/sessions.js";
import type { CreateSessionRequest, Session, SessionExecution, SessionToolkit } from "../../platform/sessions.js";
import { toolVersions } from "../catalogue/actions.js";
import type { App } from "../catalogue/apps.js";
import { noAuthParams } from "../catalogue/auth-params.js";
import { jsonResponse } from "../json-response.js";
import { mayUse } from "../sharing.js";
import { iso, nano, newestFirst, type Account, type Integration, type StoredSession } from "../store.js";
import { beginLink, linkAnswer } from "./attempts.js";
import type { ApiCall, ApiHandlers } from "./call.js";
import { ApiError } from "./errors.js";
import { accountFor, execute } from "./execute.js";
import { listPage } from "./list-page.js";
import { readBody } from "./request.js";
import { logoOf, managedSchemes } from "./toolkits.js";
import { toolAnswer } from "./tools.js";

export const sessionHandlers = {
  createSession, getSession, updateSession, deleteSession, createSessionLink, listSessionToolkits, listSessionTools, executeInSession,
} satisfies ApiHandlers;

async function createSession(call: ApiCall): Promise<Response> {
  const config = await readBody(call.request, createSessionRequest);
  requirePinsOf(call, config);
  const session: StoredSession = { id: `trs_${nano(12)}`, config, version: 1 };
  call.store.sessions.set(session.id, session);
  return jsonResponse<Session>(201, sessionAnswer(session, call));
}

/** Pinned accounts must exist, and the user must be allowed to use them. @throws {ApiError}. */
function requirePinsOf({ store }: ApiCall, { connected_accounts = {}, user_id }: Pick<CreateSessionRequest, "connected_accounts" | "user_id">): void {
  for (const id of Object.values(connected_accounts).flat()) {
    const account = store.account(String(id));
    if (!account || !mayUse(user_id, account)) {
      throw new ApiError({ ...errorIds.badSessionRequest, slug: "ToolRouterV2_InvalidConnectedAccountIds" }, `Connected account ${String(id)} cannot be used by this user`);
    }
  }
}

function getSession(call: ApiCall): Response {
  return jsonResponse<Session>(200, sessionAnswer(requireSession(call), call));
}

async function updateSession(call: ApiCall): Promise<Response> {
  const changes = await readBody(call.request, updateSessionRequest);
  const session = requireSession(call);
  const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
  const config = { ...session.config, ...given };
  requirePinsOf(call, config);
  Object.assign(session, { config, version: session.version + 1 });
  return jsonResponse<Session>(200, sessionAnswer(session, call));
}

function deleteSession(call: ApiCall): Response {
  const { id } = requireSession(call);
  call.store.sessions.delete(id);
  return jsonResponse(200, { session_id: id, deleted: true });
}

/** Begins another account of an app, whether or not the user has one. */
async function createSessionLink(call: ApiCall): Promise<Response> {
  const body = await readBody(call.request, createSessionLinkRequest);
  const session = requireSession(call);
  const app = requireSessionApp(call, session, body.toolkit);
  if (app.isNoAuth) throw new ApiError(errorIds.toolkitIsNoAuth, `Toolkit ${app.key} needs no connection`);
  if (pinsOf(session, app).length) throw new ApiError(errorIds.badSessionRequest, `An account is already pinned for toolkit ${app.key}`);
  const { user_id, manage_connections } = session.config;
  const account = beginLink(call, integrationFor(call, session, app), {
    user_id,
    callback_url: body.callback_url ?? manage_connections?.callback_url,
    alias: body.alias,
    experimental: body.experimental,
    connection_data: undefined,
  });
  return jsonResponse(201, linkAnswer(account, call));
}

/** The session's auth config of an app, or else the newest of the project, or else a new managed one. @throws {ApiError}. */
function integrationFor({ store }: ApiCall, { config }: StoredSession, app: App): Integration {
  const usable = newestFirst(store.integrations.filter((integration) => integration.app === app && integration.isEnabled && !integration.isDeleted));
  const wanted = config.auth_configs?.[app.key];
  const found = wanted === undefined ? usable[0] : usable.find(({ id }) => id === wanted);
  if (found) return found;
  const scheme = app.schemes.find(({ isManaged }) => isManaged);
  if (!scheme || wanted !== undefined) throw new ApiError(errorIds.noManagedAuth, `Toolkit ${app.key} has no auth config, and no managed credentials`);
  return store.addIntegration({ app, scheme, name: `${app.key}_session`, isManaged: true, credentials: {}, settings: {} });
}

function listSessionToolkits(call: ApiCall): Response {
  const { query, store } = call;
  const session = requireSession(call);
  const slugs = query.list("toolkits");
  const isConnected = query.flag("is_connected");
  const search = query.text("search")?.toLowerCase();
  const found = store.apps.filter((app) =>
    isEnabled(session, app) &&
    (!slugs || slugs.includes(app.key)) &&
    (!search || `${app.key} ${app.name}`.toLowerCase().includes(search)) &&
    (isConnected === undefined || (accountIn(call, session, app)?.status === "ACTIVE") === isConnected));
  return listPage<App, SessionToolkit>(query, found, 50, (app) => {
    const account = app.isNoAuth ? undefined : accountIn(call, session, app);
    return {
      name: app.name,
      slug: app.key,
      enabled: true,
      is_no_auth: app.isNoAuth,
      composio_managed_auth_schemes: managedSchemes(app),
      meta: { logo: logoOf(app), description: app.description },
      connected_account: account ? connectedAccountAnswer(account) : null,
    };
  });
}

function connectedAccountAnswer({ id, entityId, status, createdAtMs, integration }: Account): NonNullable<SessionToolkit["connected_account"]> {
  return {
    id, status, user_id: entityId, created_at: iso(createdAtMs),
    auth_config: { id: integration.id, auth_scheme: integration.scheme.mode, is_composio_managed: integration.isManaged },
  };
}

function listSessionTools(call: ApiCall): Response {
  const session = requireSession(call);
  const found = call.store.actions.filter(({ app }) => isEnabled(session, app));
  return listPage(call.query, found, 1000, (action) => toolAnswer(action, call, toolVersions[0]));
}

/** Runs a tool as the session's user. A failure of the tool is an `error` text in the answer. */
async function executeInSession(call: ApiCall): Promise<Response> {
  const body = await readBody(call.request, executeInSessionRequest);
  const session = requireSession(call);
  const tool = call.store.actions.find(({ name }) => name === body.tool_slug);
  if (!tool) throw new ApiError(errorIds.sessionToolNotFound, `Tool ${body.tool_slug} not found`);
  if (!isEnabled(session, tool.app)) throw new ApiError(errorIds.toolkitNotAllowed, `Toolkit ${tool.app.key} is not allowed in this session`);
  const account = tool.app.isNoAuth ? undefined : accountIn(call, session, tool.app, body.account ?? undefined);
  if (!tool.app.isNoAuth && account?.status !== "ACTIVE") throw new ApiError(errorIds.noActiveConnection, `No active connection found for toolkit ${tool.app.key}`);
  const result = await execute(call, tool, body.arguments ?? {}, account ?? noAuthParams);
  return jsonResponse<SessionExecution>(200, {
    data: result.isSuccessful ? result.data : {}, error: result.isSuccessful ? null : result.message, log_id: `log_${nano(12)}`,
  });
}

function requireSession({ store, id }: ApiCall): StoredSession {
  const session = store.sessions.get(id);
  if (!session) throw new ApiError(errorIds.sessionNotFound, `Session ${id} not found`);
  return session;
}

function requireSessionApp({ store }: ApiCall, session: StoredSession, slug: string): App {
  const app = store.app(slug);
  if (!app) throw new ApiError(errorIds.toolkitNotFound, `Toolkit with slug "${slug}" not found`);
  if (!isEnabled(session, app)) throw new ApiError(errorIds.toolkitNotAllowed, `Toolkit ${slug} is not allowed in this session`);
  return app;
}

function isEnabled({ config: { toolkits } }: StoredSession, { key }: App): boolean {
  return toolkits?.enable ? toolkits.enable.includes(key) : !toolkits?.disable?.includes(key);
}

/** The accounts that a session is told to use for an app. v3 gives one id, v3.1 a list. */
const pinsOf = ({ config }: StoredSession, { key }: App): string[] => [config.connected_accounts?.[key] ?? []].flat().map(String);

/** The account that a session uses for an app: the one that is named by id or alias, the pinned one, or the newest. */
function accountIn(call: ApiCall, session: StoredSession, app: App, named?: string): Account | undefined {
  const { user_id } = session.config;
  const own = newestFirst(call.store.accounts).filter((account) => account.integration.app === app && !account.isDeleted && mayUse(user_id, account));
  if (named !== undefined) return own.find(({ id, alias }) => id === named || alias === named);
  const [pinned] = pinsOf(session, app);
  if (pinned !== undefined) return own.find(({ id }) => id === pinned);
  return accountFor(call, app, user_id) ?? own.find(({ accountType }) => accountType === "PRIVATE");
}

/** The session as the platform answers it: what a request calls `enable`, an answer calls `enabled`. */
function sessionAnswer({ id, config, version }: StoredSession, { origin, store }: ApiCall): Session {
  const { experimental: _, preload = { tools: [] }, search = {}, execute = {}, ...given } = config;
  return {
    session_id: id,
    mcp: { type: "http", url: `${origin}/api/v3.1/tool_router/session/${id}/mcp` },
    tool_router_tools: store.actions.map(({ name }) => name),
    config: { ...(pastTense(given) as JsonObject), preload, search, execute },
    config_version: version,
  };
}

function pastTense(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const names: Record<string, string> = { enable: "enabled", disable: "disabled" };
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined).map(([name, member]) => [names[name] ?? name, pastTense(member)]));
}
