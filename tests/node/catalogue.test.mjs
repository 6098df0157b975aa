import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { makeClient } from "./client.mjs";
import { seeded } from "./sandbox.mjs";

/** A client of a sandbox, without an entity: apps and integrations are nobody's. */
async function open(options) {
  const sandbox = createSandbox({ apiKey: "key" });
  const fetch = (request) => sandbox.fetch(request);
  return { sandbox, client: await makeClient({ baseUrl: "https://sandbox.test", unsafeApiKey: "key", retry: 0, fetch, ...options }) };
}

async function collect(iterable) {
  const items = [];
  for await (const item of iterable) items.push(item);
  return items;
}

const keys = async (iterable) => (await collect(iterable)).map(({ key }) => key);

async function rejects(promise, code, field) {
  await assert.rejects(async () => promise(), (error) => {
    assert.deepEqual([error.name, error.code, error.issues?.[0].field], ["ConnectError", code, field]);
    return true;
  });
}

suite("apps and integrations", () => {
  test("apps are listed, searched and filtered", async () => {
    const { client } = await open();
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

  test("an app is the same alone", async () => {
    const { client } = await open();
    const [listed] = await collect(client.apps.list({ search: "gmail" }));
    const app = await client.apps.get({ app: "gmail" });
    assert.deepEqual(app, listed);
    assert.equal((await client.apps.get({ app: "hackernews" })).noAuth, true);
    await rejects(() => client.apps.get({ app: "no_such_app" }), "not_found");
  });

  test("integrations of an app are listed without those that are off or deleted", async () => {
    const { client } = await open();
    const ids = async (app) => (await collect(client.integrations.list({ app }))).map(({ id }) => id);
    assert.deepEqual(await ids("firecrawl"), [seeded.firecrawlNewer.id, seeded.firecrawl.id]);
    assert.deepEqual(await ids("zendesk"), [seeded.zendesk.id]);
    assert.deepEqual(await ids("hackernews"), []);
  });

  test("an integration tells what users are asked for, and none of its credentials", async () => {
    const { client } = await open();
    const integration = await client.integrations.get({ integrationId: seeded.shopify.id });
    const { expectedInputFields, createdAt, ...rest } = integration;
    const isManaged = false;
    assert.deepEqual(rest, { id: seeded.shopify.id, app: "shopify", authScheme: "API_KEY", isEnabled: true, isManaged });
    assert.deepEqual(expectedInputFields.map(({ name, secret }) => [name, secret]), [["admin_api_access_token", true], ["shop", false]]);
    assert.ok(Date.parse(createdAt) > 0);
    assert.doesNotMatch(JSON.stringify(await client.integrations.get({ integrationId: seeded.ownCrm.id })), /own-|client_secret|credentials/);
    assert.equal((await client.integrations.get({ integrationId: seeded.zendeskOff.id })).isEnabled, false);
    await rejects(() => client.integrations.get({ integrationId: "no-such-id" }), "not_found");
  });

  test("an integration is created only where the developer allows it", async () => {
    const { sandbox, client } = await open();
    await rejects(() => client.integrations.create({ app: "gmail" }), "invalid_argument", "createIntegrations");
    assert.equal(sandbox.requests.length, 0);
    const { client: own } = await open({ createIntegrations: true });
    const made = await own.integrations.create({ app: "gmail" });
    assert.deepEqual([made.app, made.authScheme, made.isManaged, made.isEnabled], ["gmail", "OAUTH2", true, true]);
    assert.deepEqual(made.expectedInputFields, []);
    const listed = await collect(own.integrations.list({ app: "gmail" }));
    assert.ok(listed.some(({ id }) => id === made.id));
    const token = await own.integrations.create({ app: "gmail", authScheme: "bearer_token" });
    assert.deepEqual([token.authScheme, token.isManaged], ["BEARER_TOKEN", false]);
    assert.deepEqual(token.expectedInputFields.map(({ name }) => name), ["token"]);
    await rejects(() => own.integrations.create({ app: "hackernews" }), "connection_not_needed");
    await rejects(() => own.integrations.create({ app: "own_crm" }), "app_not_connectable");
  });

  test("creating is never repeated", async () => {
    const { sandbox, client } = await open({ createIntegrations: true, retry: 3 });
    sandbox.fault({ method: "POST", path: /auth_configs/, status: 503, kind: "status" });
    await rejects(() => client.integrations.create({ app: "gmail" }), "server");
    assert.equal(sandbox.requests.filter(({ method }) => method === "POST").length, 1);
  });
});