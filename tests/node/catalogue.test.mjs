import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { collect, makeSandboxClient, rejectsWith } from "./client.mjs";
import { seeded } from "./sandbox.mjs";

/** A client without an entity: apps and integrations do not belong to users. */
async function openSandboxClient(options) {
  const sandbox = createSandbox();
  return { sandbox, client: await makeSandboxClient(sandbox, { entityId: undefined, retry: 0, ...options }) };
}

const keys = async (iterable) => (await collect(iterable)).map(({ key }) => key);

suite("apps and integrations", () => {
  test("apps are listed, searched and filtered", async () => {
    const { client } = await openSandboxClient();
    const apps = await collect(client.apps.list());
    assert.deepEqual(apps.map(({ key }) => key).sort(), [
      "acme_tickets", "firecrawl", "gmail", "hackernews", "own_crm", "posthog", "shopify", "zendesk",
    ]);
    const gmail = apps.find(({ key }) => key === "gmail");
    assert.deepEqual(gmail, {
      key: "gmail", name: "Gmail", description: "Mail of a Google account.", logo: "https://logos.example/gmail.png",
      categories: [{ id: "collaboration-&-communication", name: "collaboration & communication" }], noAuth: false, managedAuthSchemes: ["OAUTH2"],
      authSchemes: ["OAUTH2", "BEARER_TOKEN"],
    });
    assert.deepEqual(apps.filter(({ noAuth }) => noAuth).map(({ key }) => key), ["hackernews"]);
    assert.deepEqual(await keys(client.apps.list({ search: "HOG" })), ["posthog"]);
    assert.deepEqual(await keys(client.apps.list({ category: gmail.categories[0].id })), ["gmail"]);
    assert.deepEqual(await keys(client.apps.list({ search: "no such app" })), []);
  });

  test("apps.get returns the app as apps.list does", async () => {
    const { client } = await openSandboxClient();
    const [listed] = await collect(client.apps.list({ search: "gmail" }));
    const app = await client.apps.get({ app: "gmail" });
    assert.deepEqual(app, listed);
    assert.equal((await client.apps.get({ app: "hackernews" })).noAuth, true);
    await rejectsWith(() => client.apps.get({ app: "no_such_app" }), "not_found");
  });

  test("the integrations of an app are listed without disabled and deleted ones", async () => {
    const { client } = await openSandboxClient();
    const ids = async (app) => (await collect(client.integrations.list({ app }))).map(({ id }) => id);
    assert.deepEqual(await ids("firecrawl"), [seeded.firecrawlNewer.id, seeded.firecrawl.id]);
    assert.deepEqual(await ids("zendesk"), [seeded.zendesk.id]);
    assert.deepEqual(await ids("hackernews"), []);
  });

  test("integrations.get returns the fields that users fill in, and no credentials", async () => {
    const { client } = await openSandboxClient();
    const integration = await client.integrations.get({ integrationId: seeded.shopify.id });
    const { expectedInputFields, createdAt, ...rest } = integration;
    const isManaged = false;
    assert.deepEqual(rest, { id: seeded.shopify.id, app: "shopify", authScheme: "API_KEY", isEnabled: true, isManaged });
    assert.deepEqual(expectedInputFields.map(({ name, secret }) => [name, secret]), [["admin_api_access_token", true], ["shop", false]]);
    assert.ok(Date.parse(createdAt) > 0);
    assert.doesNotMatch(JSON.stringify(await client.integrations.get({ integrationId: seeded.ownCrm.id })), /own-|client_secret|credentials/);
    assert.equal((await client.integrations.get({ integrationId: seeded.zendeskOff.id })).isEnabled, false);
    await rejectsWith(() => client.integrations.get({ integrationId: "no-such-id" }), "not_found");
  });

  test("integrations.create needs the option createIntegrations", async () => {
    const { sandbox, client } = await openSandboxClient();
    await rejectsWith(() => client.integrations.create({ app: "gmail" }), "invalid_argument", "createIntegrations");
    assert.equal(sandbox.requests.length, 0);
    const { client: allowed } = await openSandboxClient({ createIntegrations: true });
    const made = await allowed.integrations.create({ app: "gmail" });
    assert.deepEqual([made.app, made.authScheme, made.isManaged, made.isEnabled], ["gmail", "OAUTH2", true, true]);
    assert.deepEqual(made.expectedInputFields, []);
    const listed = await collect(allowed.integrations.list({ app: "gmail" }));
    assert.ok(listed.some(({ id }) => id === made.id));
    const token = await allowed.integrations.create({ app: "gmail", authScheme: "bearer_token" });
    assert.deepEqual([token.authScheme, token.isManaged], ["BEARER_TOKEN", false]);
    assert.deepEqual(token.expectedInputFields.map(({ name }) => name), ["token"]);
    await rejectsWith(() => allowed.integrations.create({ app: "hackernews" }), "connection_not_needed");
    await rejectsWith(() => allowed.integrations.create({ app: "own_crm" }), "app_not_connectable");
  });

  test("integrations.create is never retried", async () => {
    const { sandbox, client } = await openSandboxClient({ createIntegrations: true, retry: 3 });
    sandbox.fault({ method: "POST", path: /auth_configs/, status: 503, kind: "status" });
    await rejectsWith(() => client.integrations.create({ app: "gmail" }), "server");
    assert.equal(sandbox.requests.filter(({ method }) => method === "POST").length, 1);
  });
});
