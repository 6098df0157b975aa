import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openSandbox, platformOrigin, seeded } from "./sandbox.mjs";

const jsonBody = (body) => ({ body: JSON.stringify(body), headers: { "content-type": "application/json" } });
const shopify = { auth_config: { id: seeded.shopify.id }, connection: { user_id: "Jessica", data: { shop: "acme", admin_api_access_token: "shpat_1234" } } };

/** Every operation, in an order that works. `:account` is replaced by the id of the first account. */
const operations = [
  ["POST", "connected_accounts", jsonBody(shopify)],
  ["POST", "connected_accounts/link", jsonBody({ auth_config_id: seeded.gmail.id, user_id: "Jessica" })],
  ["GET", "connected_accounts?user_ids=Jessica"],
  ["GET", "connected_accounts/:account"],
  ["POST", "connected_accounts/:account/refresh", jsonBody({})],
  ["PATCH", "connected_accounts/:account/status", jsonBody({ enabled: false })],
  ["DELETE", "connected_accounts/:account"],
  ["GET", "toolkits"],
  ["GET", "toolkits/gmail"],
  ["GET", "auth_configs"],
  ["GET", `auth_configs/${seeded.gmail.id}`],
  ["POST", "auth_configs", jsonBody({ toolkit: { slug: "gmail" }, auth_config: { type: "use_composio_managed_auth" } })],
  ["POST", "tools/execute/HACKERNEWS_GET_TOP", jsonBody({ arguments: {} })],
  ["GET", "tools/NOPE"],
  ["POST", "connected_accounts", jsonBody({})],
];

/** A body as text, with ids and tokens replaced: they differ in every run. */
const withoutIds = (body) => JSON.stringify(body).replace(/\b(ca|ac|lk|log)_\w+|[0-9a-f]{8}-[-0-9a-f]{27}/g, "…");

async function runAll(version) {
  const { send } = openSandbox();
  const answers = [];
  let id;
  for (const [method, path, init] of operations) {
    const { status, body } = await send(method, `/api/${version}/${path.replace(":account", id)}`, init);
    id ??= body.id;
    answers.push(`${method} ${path} ${status} ${withoutIds(body)}`);
  }
  return answers;
}

suite("a version of the API", () => {
  test("answers every operation as the other version does", async () => {
    const current = await runAll("v3.1");
    assert.deepEqual(current, await runAll("v3"));
    assert.equal(current.filter((line) => / 20[01] /.test(line)).length, 12);
  });

  test("decides the default tool version: the latest in v3.1, 00000000_00 in v3", async () => {
    const { get, post } = openSandbox();
    const versionOf = async (path) => (await get(path)).body.version;
    assert.equal(await versionOf("/api/v3/tools/HACKERNEWS_GET_TOP"), "00000000_00");
    const latest = await versionOf("/api/v3.1/tools/HACKERNEWS_GET_TOP");
    assert.match(latest, /^20\d{6}_\d\d$/);
    assert.equal(await versionOf("/api/v3/tools/HACKERNEWS_GET_TOP?toolkit_versions=latest"), latest);
    assert.equal(await versionOf("/api/v3.1/tools/HACKERNEWS_GET_TOP?version=00000000_00"), "00000000_00");
    for (const answer of [
      await get("/api/v3.1/tools/HACKERNEWS_GET_TOP?version=19990101_00"),
      await post("/api/v3.1/tools/execute/HACKERNEWS_GET_TOP", { arguments: {}, version: "19990101_00" }),
    ]) assert.deepEqual([answer.status, answer.body.error.slug], [404, "Tool_ToolNotFound"]);
  });

  test("that is retired answers every request with 410", async () => {
    const { sandbox, send } = openSandbox();
    for (const [method, path, headers] of [
      ["GET", "/api/v1/apps"], ["POST", "/api/v1/connectedAccounts"], ["GET", "/api/v1/nothing", { "x-api-key": undefined }],
      ["POST", "/api/v2/actions/SHOPIFY_GET_SHOP/execute"], ["GET", "/api/v1/auth-apps/add?code=c"],
    ]) {
      const { status, body } = await send(method, path, { headers });
      assert.deepEqual([status, body], [410, { error: "This endpoint is no longer available. Please upgrade to v3 APIs. " }], path);
    }
    assert.deepEqual(sandbox.accounts(), []);
  });

  test("can finish a connection that the other version initiated", async () => {
    const { sandbox, post, send } = openSandbox();
    const { body } = await post("/api/v3.1/connected_accounts/link", { auth_config_id: seeded.gmail.id, user_id: "Jessica" });
    const { headers } = await send("GET", new URL(body.redirect_url).pathname);
    const state = new URL(headers.get("location")).searchParams.get("state");
    const consent = await sandbox.fetch(new Request(headers.get("location"), { method: "POST", body: new URLSearchParams({ decision: "allow" }) }));
    const back = new URL(consent.headers.get("location"));
    assert.equal(back.searchParams.get("state"), state);
    back.pathname = "/api/v3.1/toolkits/auth/callback";
    assert.equal(back.origin, platformOrigin);
    assert.equal((await sandbox.fetch(new Request(back))).status, 200);
    assert.equal(sandbox.accounts()[0].status, "ACTIVE");
  });
});

/** The paths of all members of a JSON value, such as `a.b`. */
function members(value, path = "") {
  if (value === null || typeof value !== "object") return [];
  if (Array.isArray(value)) return value.flatMap((item) => members(item, path));
  return Object.entries(value).flatMap(([name, member]) => [path + name, ...members(member, `${path}${name}.`)]);
}

/** The members that the platform marks as deprecated, by operation. */
const account = ["auth_config.auth_scheme", "user_id", "data"];
const authConfig = ["uuid", "tool_access_config", "restrict_to_following_tools", "deprecated_params"];
const inList = (names) => names.map((name) => `items.${name}`);
const deprecated = {
  "POST connected_accounts": ["status", "redirect_url", "redirect_uri"],
  "GET connected_accounts?user_ids=Jessica": inList(account),
  "GET connected_accounts/:account": [...account, "params"],
  "GET toolkits": ["items.deprecated"],
  "GET toolkits/gmail": ["deprecated"],
  "GET auth_configs": inList(authConfig),
  [`GET auth_configs/${seeded.gmail.id}`]: authConfig,
  "POST auth_configs": ["auth_config.restrict_to_following_tools"],
};

suite("a sandbox that omits deprecated members", () => {
  test("omits exactly the members that the platform marks as deprecated", async () => {
    const [full, bare] = [openSandbox(), openSandbox({ omitDeprecated: true })];
    const id = {};
    for (const [method, path, init] of operations) {
      const ask = async (platform, name) => {
        const { status, body } = await platform.send(method, `/api/v3.1/${path.replace(":account", id[name])}`, init);
        id[name] ??= body.id;
        return { status, names: new Set(members(body)) };
      };
      const [before, after] = [await ask(full, "full"), await ask(bare, "bare")];
      assert.equal(after.status, before.status, path);
      const omitted = [...before.names].filter((name) => !after.names.has(name) && after.names.size > 0);
      const known = before.status < 300 ? deprecated[`${method} ${path}`] ?? [] : [];
      assert.deepEqual(omitted.filter((name) => known.every((top) => name !== top && !name.startsWith(`${top}.`))), [], path);
      assert.deepEqual(known.filter((name) => !omitted.includes(name)), [], path);
    }
  });

  test("still filters accounts by user and by id", async () => {
    const { get, post } = openSandbox({ omitDeprecated: true });
    const make = async (user_id) => (await post("/api/v3.1/connected_accounts", { ...shopify, connection: { ...shopify.connection, user_id } })).body.id;
    const [of, other] = [await make("Jessica"), await make("Melissa")];
    const ids = async (query) => (await get(`/api/v3.1/connected_accounts?${query}`)).body.items.map(({ id }) => id);
    assert.deepEqual(await ids("user_ids=Jessica"), [of]);
    assert.deepEqual(await ids(`user_ids=Jessica&connected_account_ids=${of}`), [of]);
    assert.deepEqual(await ids(`user_ids=Jessica&connected_account_ids=${other}`), []);
  });
});
