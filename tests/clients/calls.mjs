// Every method of the official clients that is about toolkits, auth configs, accounts and actions, with its expected result. A row runs with each
// client that has the method. `refused`: the platform refuses the call, and so must the sandbox. `missing`: the client cannot send the call.
import assert from "node:assert/strict";
import { callbackUrl, integrations } from "./support.mjs";

const { gmail, ownCrm, firecrawl } = integrations;
const includes = (actual, expected) => assert.deepEqual(Object.fromEntries(Object.keys(expected).map((name) => [name, actual[name]])), expected);
const succeeds = (answer) => assert.equal(answer.success, true);

/** Connects an account on the hosted page, as a user does. */
export async function connected({ composio, consent }, userId = "Jessica", options = {}) {
  const request = await composio.connectedAccounts.link(userId, gmail, { callbackUrl, ...options });
  await consent(request.redirectUrl);
  return request.id;
}

const typed = ({ composio, AuthScheme }, userId = "Jessica") =>
  composio.connectedAccounts.initiate(userId, firecrawl, { config: AuthScheme.APIKey({ api_key: "fc-1" }) });

const customConfig = ({ composio }) => composio.authConfigs.create("own_crm", {
  type: "use_custom_auth", name: "mine", authScheme: "OAUTH2", credentials: { client_id: "id", client_secret: "secret", scopes: "openid,contacts.read" },
});

const session = async ({ composio }, options = { toolkits: ["gmail", "own_crm"] }) => composio.create("Jessica", options);

/** The first client that has a method, unless all have it. */
export const firstClients = {
  ...Object.fromEntries(["getMany", "changelog", "recommendScopes", "listGrantContexts"].map((name) => [`toolkits.${name}`, "core-0.21"])),
  ...Object.fromEntries(["update", "updateAcl"].map((name) => [`connectedAccounts.${name}`, "core-0.19"])),
  ...Object.fromEntries(["revoke", "completeAuth"].map((name) => [`connectedAccounts.${name}`, "core-0.21"])),
  "session.execute": "core-0.19",
  ...Object.fromEntries(["ensureConnected", "update", "delete"].map((name) => [`session.${name}`, "core-0.21"])),
};

export const calls = {
  "toolkits.get": {
    "of every app": async ({ composio }) => {
      const list = await composio.toolkits.get({});
      const found = (list.items ?? list).find(({ slug }) => slug === "gmail");
      includes(found, { name: "Gmail", slug: "gmail" });
      assert.deepEqual(found.meta.categories.map(({ slug, id }) => slug ?? id), ["collaboration-&-communication"]);
    },
    "with filters": async ({ composio }) => {
      const list = await composio.toolkits.get({ category: "crm", managedBy: "all", sortBy: "alphabetically", limit: 5 });
      assert.deepEqual((list.items ?? list).map(({ slug }) => slug), ["own_crm"]);
    },
    "of one app": async ({ composio }) => {
      const toolkit = await composio.toolkits.get("gmail");
      assert.deepEqual(toolkit.authConfigDetails.map(({ mode }) => mode), ["OAUTH2", "BEARER_TOKEN"]);
    },
    "of an unknown app": { refused: ({ composio }) => composio.toolkits.get("nope"), error: /nope/ },
  },
  "toolkits.getMany": {
    "of two apps, one of them unknown": async ({ composio }) => {
      const list = await composio.toolkits.getMany(["gmail", "nope"]);
      assert.deepEqual((list.items ?? list).map(({ slug }) => slug), ["gmail"]);
    },
  },
  "toolkits.changelog": { "of every app": async ({ composio }) => assert.ok(JSON.stringify(await composio.toolkits.changelog()).includes("gmail")) },
  "toolkits.listCategories": { "of every app": async ({ composio }) => assert.ok((await composio.toolkits.listCategories()).items.some(({ name }) => name === "crm")) },
  "toolkits.getAuthConfigCreationFields": {
    "of a scheme": async ({ composio }) => {
      const fields = await composio.toolkits.getAuthConfigCreationFields("own_crm", "OAUTH2", { requiredOnly: true });
      assert.deepEqual(fields.map(({ name }) => name), ["client_id", "client_secret"]);
    },
  },
  "toolkits.getConnectedAccountInitiationFields": {
    "of a scheme": async ({ composio }) => {
      const fields = await composio.toolkits.getConnectedAccountInitiationFields("shopify", "API_KEY", { requiredOnly: true });
      assert.deepEqual(fields.map(({ name }) => name), ["admin_api_access_token", "shop"]);
    },
  },
  "toolkits.authorize": {
    "an OAuth client of the developer's own": async ({ composio }) => assert.match((await composio.toolkits.authorize("Jessica", "own_crm")).redirectUrl, /^http:/),
    // The clients initiate here, which the platform has retired for its own OAuth clients.
    "the platform's own OAuth client": { refused: ({ composio }) => composio.toolkits.authorize("Jessica", "gmail"), error: /no longer supported|retired/i },
  },
  "toolkits.recommendScopes": { "of a toolkit": { missing: ({ composio }) => composio.toolkits.recommendScopes("gmail", { tools: [] }) } },
  "toolkits.listGrantContexts": { "of a toolkit": { missing: ({ composio }) => composio.toolkits.listGrantContexts("gmail") } },

  "authConfigs.list": {
    "with filters": async ({ composio }) => {
      const { items } = await composio.authConfigs.list({ toolkit: "gmail", isComposioManaged: true });
      includes(items[0], { id: gmail, status: "ENABLED", noOfConnections: 0 });
      assert.equal(items[0].toolkit.slug, "gmail");
    },
  },
  "authConfigs.get": {
    "by id": async ({ composio }) => includes(await composio.authConfigs.get(ownCrm), { id: ownCrm, authScheme: "OAUTH2", isComposioManaged: false }),
    "of an unknown id": { refused: ({ composio }) => composio.authConfigs.get("ac_nope"), error: /not found/i },
  },
  "authConfigs.create": {
    "managed": async ({ composio }) => includes(await composio.authConfigs.create("gmail", { type: "use_composio_managed_auth", name: "mine" }), { authScheme: "OAUTH2", isComposioManaged: true, toolkit: "gmail" }),
    "without options": async ({ composio }) => includes(await composio.authConfigs.create("gmail"), { isComposioManaged: true }),
    "of the developer's own": async (opened) => includes(await customConfig(opened), { authScheme: "OAUTH2", isComposioManaged: false, toolkit: "own_crm" }),
    "managed, without managed credentials": { refused: ({ composio }) => composio.authConfigs.create("firecrawl"), error: /Auth_Config_DefaultAuthConfigNotFound/ },
  },
  "authConfigs.update": {
    "of the developer's own": async (opened) => {
      const { id } = await customConfig(opened);
      succeeds(await opened.composio.authConfigs.update(id, { type: "custom", credentials: { client_id: "other", client_secret: "secret" } }));
      assert.equal((await opened.composio.authConfigs.get(id)).credentials.client_id, "other");
    },
    "managed": async ({ composio }) => succeeds(await composio.authConfigs.update(gmail, { type: "default", scopes: "openid,email" })),
  },
  "authConfigs.updateStatus": { "to disabled": async ({ composio }) => succeeds(await composio.authConfigs.updateStatus("DISABLED", gmail)) },
  "authConfigs.disable": {
    "by id": async ({ composio }) => {
      succeeds(await composio.authConfigs.disable(gmail));
      assert.equal((await composio.authConfigs.get(gmail)).status, "DISABLED");
    },
  },
  "authConfigs.enable": { "by id": async ({ composio }) => succeeds(await composio.authConfigs.enable(gmail)) },
  "authConfigs.delete": {
    "by id": async ({ composio }) => {
      succeeds(await composio.authConfigs.delete(ownCrm));
      await assert.rejects(() => composio.authConfigs.get(ownCrm));
    },
  },

  "connectedAccounts.initiate": {
    "typed values": async (opened) => includes(await typed(opened), { status: "ACTIVE" }),
    "an OAuth client of the developer's own": async ({ composio, consent }) => {
      const request = await composio.connectedAccounts.initiate("Jessica", ownCrm, { callbackUrl });
      await consent(request.redirectUrl);
      assert.equal((await request.waitForConnection(1_000)).status, "ACTIVE");
    },
    "a credential that the app rejects": {
      refused: ({ composio, AuthScheme }) => composio.connectedAccounts.initiate("Jessica", firecrawl, { config: AuthScheme.APIKey({ api_key: "bad" }) }),
      error: /ConnectedAccount_CredentialValidationRejected/,
    },
    "the platform's own OAuth client": { refused: ({ composio }) => composio.connectedAccounts.initiate("Jessica", gmail), error: /no longer supported|retired/i },
    "a second account": {
      refused: async (opened) => {
        await typed(opened);
        await typed(opened);
      },
      error: /multiple|already/i,
    },
  },
  "connectedAccounts.link": {
    "through the hosted page": async (opened) => includes(await opened.composio.connectedAccounts.get(await connected(opened)), { status: "ACTIVE" }),
    "with an alias": { since: "core-0.19", run: async (opened) => includes(await opened.composio.connectedAccounts.get(await connected(opened, "Jessica", { alias: "work" })), { alias: "work" }) },
    "of a shared account": {
      since: "core-0.19",
      run: async (opened) => {
        await connected(opened, "Jessica", { experimental: { accountType: "SHARED", aclConfigForShared: { allowedUserIds: ["Melissa"] } } });
        assert.equal(opened.sandbox.accounts()[0].accountType, "SHARED");
      },
    },
    "of an unknown auth config": { refused: ({ composio }) => composio.connectedAccounts.link("Jessica", "ac_nope"), error: /Auth_Config_NotFound|failed to create/i },
  },
  "connectedAccounts.waitForConnection": {
    "of an ACTIVE account": async (opened) => assert.equal((await opened.composio.connectedAccounts.waitForConnection(await connected(opened), 1_000)).status, "ACTIVE"),
    "of a denied account": {
      refused: async ({ composio, sandbox, deny }) => {
        const request = await composio.connectedAccounts.link("Jessica", gmail, { callbackUrl });
        await deny(request.redirectUrl);
        assert.equal(sandbox.accounts()[0].status, "FAILED");
        await composio.connectedAccounts.waitForConnection(request.id, 1_000);
      },
      error: /FAILED|failed/,
    },
    "of an unknown account": { refused: ({ composio }) => composio.connectedAccounts.waitForConnection("ca_nope", 1_000), error: /not found/i },
  },
  "connectedAccounts.list": {
    "of every account": async (opened) => {
      const id = await connected(opened);
      const { items } = await opened.composio.connectedAccounts.list();
      assert.deepEqual(items.map((item) => [item.id, item.toolkit.slug, item.authConfig.id, item.status]), [[id, "gmail", gmail, "ACTIVE"]]);
    },
    "with filters": async (opened) => {
      await connected(opened, "Melissa");
      const id = await connected(opened);
      const { items } = await opened.composio.connectedAccounts.list({ userIds: ["Jessica"], statuses: ["ACTIVE"], toolkitSlugs: ["gmail"], authConfigIds: [gmail], limit: 10 });
      assert.deepEqual(items.map((item) => item.id), [id]);
    },
    "of every type": {
      since: "core-0.19",
      run: async (opened) => {
        await connected(opened, "Jessica", { experimental: { accountType: "SHARED" } });
        assert.equal((await opened.composio.connectedAccounts.list({ accountType: "ALL" })).items.length, 1);
        assert.equal((await opened.composio.connectedAccounts.list()).items.length, 0);
      },
    },
  },
  "connectedAccounts.get": {
    "by id": async (opened) => {
      const account = await opened.composio.connectedAccounts.get(await connected(opened));
      includes(account, { status: "ACTIVE", statusReason: null, isDisabled: false });
      assert.equal(account.state.val.status, "ACTIVE");
    },
    "of an unknown id": { refused: ({ composio }) => composio.connectedAccounts.get("ca_nope"), error: /ConnectedAccount_ResourceNotFound/ },
  },
  "connectedAccounts.disable": {
    "by id": async (opened) => {
      const id = await connected(opened);
      succeeds(await opened.composio.connectedAccounts.disable(id));
      assert.equal((await opened.composio.connectedAccounts.get(id)).status, "INACTIVE");
    },
  },
  "connectedAccounts.enable": { "by id": async (opened) => succeeds(await opened.composio.connectedAccounts.enable(await connected(opened))) },
  "connectedAccounts.updateStatus": {
    "with a reason": async (opened) => succeeds(await opened.composio.connectedAccounts.updateStatus(await connected(opened), { enabled: false, reason: "holiday" })),
  },
  "connectedAccounts.update": { "by id": async (opened) => succeeds(await opened.composio.connectedAccounts.update(await connected(opened), { enabled: true })) },
  "connectedAccounts.updateAcl": {
    "of a shared account": async (opened) => {
      const id = await connected(opened, "Jessica", { experimental: { accountType: "SHARED" } });
      succeeds(await opened.composio.connectedAccounts.updateAcl(id, { allowAllUsers: true, notAllowedUserIds: ["Ruth"] }));
    },
    "of a private account": {
      refused: async (opened) => opened.composio.connectedAccounts.updateAcl(await connected(opened), { allowAllUsers: true }),
      error: /only valid on SHARED/,
    },
  },
  "connectedAccounts.refresh": { "by id": async (opened) => includes(await opened.composio.connectedAccounts.refresh(await connected(opened)), { status: "INITIALIZING" }) },
  "connectedAccounts.revoke": {
    "by id": async (opened) => {
      const id = await connected(opened);
      const { revokedTokens, connectedAccount } = await opened.composio.connectedAccounts.revoke(id);
      assert.deepEqual([revokedTokens, connectedAccount], [["access_token", "refresh_token"], { id, status: "REVOKED" }]);
    },
    "of a key": { refused: async (opened) => opened.composio.connectedAccounts.revoke((await typed(opened)).id), error: /not support/i },
  },
  "connectedAccounts.completeAuth": { "of a session": { missing: ({ composio }) => composio.connectedAccounts.completeAuth({ sessionUri: "session_1", userId: "Jessica" }) } },
  "connectedAccounts.delete": {
    "by id": async (opened) => {
      const id = await connected(opened);
      succeeds(await opened.composio.connectedAccounts.delete(id));
      assert.equal(opened.sandbox.accounts()[0].isDeleted, true);
    },
  },

  "tools.execute": {
    "for a user": async (opened) => {
      await connected(opened);
      const result = await opened.composio.tools.execute("GMAIL_GET_PROFILE", { userId: "Jessica", arguments: {}, dangerouslySkipVersionCheck: true });
      includes(result, { successful: true, error: null, data: { sub: "sandbox-user", email: "user@sandbox.example" } });
    },
    "with an account and a version": async (opened) => {
      const connectedAccountId = await connected(opened);
      includes(await opened.composio.tools.execute("GMAIL_GET_PROFILE", { userId: "Jessica", connectedAccountId, arguments: {}, version: "20260901_00" }), { successful: true });
    },
    "for a user without an account": {
      refused: ({ composio }) => composio.tools.execute("GMAIL_GET_PROFILE", { userId: "Nobody", arguments: {}, dangerouslySkipVersionCheck: true }),
      error: /ActionExecute_ConnectedAccountNotFound|Error executing the tool/,
    },
  },
  "tools.getRawComposioTools": {
    "of a toolkit": async ({ composio }) => assert.deepEqual((await composio.tools.getRawComposioTools({ toolkits: ["gmail"] })).map(({ slug }) => slug), ["GMAIL_GET_PROFILE"]),
    "by name": async ({ composio }) => assert.deepEqual((await composio.tools.getRawComposioTools({ tools: ["SHOPIFY_GET_SHOP"] })).map(({ slug }) => slug), ["SHOPIFY_GET_SHOP"]),
  },
  "tools.getRawComposioToolBySlug": { "by name": async ({ composio }) => includes(await composio.tools.getRawComposioToolBySlug("GMAIL_GET_PROFILE"), { slug: "GMAIL_GET_PROFILE", name: "Get profile" }) },
  "tools.get": { "for a provider": async ({ composio }) => assert.equal((await composio.tools.get("Jessica", { toolkits: ["gmail"] }))[0].function.name, "GMAIL_GET_PROFILE") },
  "tools.getToolsEnum": { "of every tool": async ({ composio }) => assert.match(String(await composio.tools.getToolsEnum()), /GMAIL_GET_PROFILE/) },
  "tools.proxyExecute": {
    "to the app": async (opened) => {
      const connectedAccountId = await connected(opened);
      const answer = await opened.composio.tools.proxyExecute({ toolkitSlug: "gmail", userId: "Jessica", connectedAccountId, endpoint: "/me", method: "GET" });
      includes(answer, { status: 200, data: { sub: "sandbox-user", email: "user@sandbox.example" } });
    },
  },

  "session.create": { "for a user": async (opened) => assert.match((await session(opened)).sessionId, /^trs_/) },
  "session.use": { "by id": async (opened) => assert.equal((await opened.composio.use((await session(opened)).sessionId)).sessionId.slice(0, 4), "trs_") },
  "session.authorize": {
    "an app": async (opened) => {
      const request = await (await session(opened)).authorize("gmail", { callbackUrl });
      await opened.consent(request.redirectUrl);
      assert.equal((await request.waitForConnection(1_000)).status, "ACTIVE");
    },
    "an app that the session excludes": { refused: async (opened) => (await session(opened)).authorize("zendesk"), error: /ToolRouterV2_ToolkitNotAllowed/ },
    "an app that needs no connection": { refused: async (opened) => (await session(opened, {})).authorize("hackernews"), error: /ToolRouterV2_ToolkitsIsNoAuth/ },
  },
  "session.toolkits": {
    "of the session": async (opened) => {
      await connected(opened);
      const { items } = await (await session(opened)).toolkits();
      assert.deepEqual(items.map(({ slug, connection }) => [slug, connection?.isActive]), [["gmail", true], ["own_crm", false]]);
    },
  },
  "session.ensureConnected": {
    "of a connected app": async (opened) => {
      await connected(opened);
      includes(await (await session(opened)).ensureConnected("gmail"), { wasConnected: true });
    },
  },
  "session.execute": {
    "an action": async (opened) => {
      await connected(opened);
      includes(await (await session(opened)).execute("GMAIL_GET_PROFILE", {}), { error: null });
    },
  },
  "session.update": {
    "of its toolkits": async (opened) => {
      const made = await session(opened);
      await made.update({ toolkits: ["gmail"] });
      assert.deepEqual((await made.toolkits()).items.map(({ slug }) => slug), ["gmail"]);
    },
  },
  "session.delete": { "by itself": async (opened) => includes(await (await session(opened)).delete(), { deleted: true }) },
};
