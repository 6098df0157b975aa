import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { accountOperations, everything, integrations, json, openGateway } from "../gateway/support.mjs";

const accounts = "/api/v3.1/connected_accounts";
const configs = "/api/v3.1/auth_configs";
const toolkits = "/api/v3.1/toolkits";

/** What is allowed: one of two integrations of shopify. */
const allow = { ...everything, operations: everything.operations.filter((name) => name !== "integrations.create"), integrations: [integrations.shopify] };

/** A second integration of shopify, with an account of Jessica's. */
async function withHidden(opened) {
  const post = async (path, body) => (await opened.sandbox.fetch(new Request(`https://platform.test${path}`, {
    method: "POST", headers: { "x-api-key": "platform-key-0123456789", "content-type": "application/json" }, body: JSON.stringify(body),
  }))).json();
  const { auth_config } = await post(configs, { toolkit: { slug: "shopify" }, auth_config: { type: "use_custom_auth", authScheme: "API_KEY", credentials: {} } });
  const data = { shop: "hidden", admin_api_access_token: "t" };
  const { id } = await post(accounts, { auth_config: { id: auth_config.id }, connection: { user_id: "Jessica", data } });
  return { config: auth_config.id, account: id };
}

suite("an account of an integration that is not allowed", () => {
  for (const { name } of accountOperations("")) {
    test(`${name}: answered as one that does not exist, and the log is told which option hides it`, async () => {
      const opened = openGateway({ allow });
      const own = await opened.make("Jessica");
      const hidden = await withHidden(opened);
      const before = JSON.stringify(opened.sandbox.accounts());
      const answers = [];
      for (const id of [hidden.account, "ca_Nothing00000"]) {
        const { method, path, body, query } = accountOperations(id).find((operation) => operation.name === name);
        const { status, text, headers } = await opened.as("Jessica")(method, path, { body, query });
        answers.push({ status, text, headers: [...headers] });
      }
      assert.equal(answers[0].status, 404);
      assert.deepEqual(answers[0], answers[1]);
      assert.equal(JSON.stringify(opened.sandbox.accounts()), before);
      assert.deepEqual(opened.errors.map(({ message }) => message), [`"${hidden.config}" is not in allow.integrations, so the page was told that it does not exist`]);
      const { method, path, body, query } = accountOperations(own).find((operation) => operation.name === name);
      assert.ok((await opened.as("Jessica")(method, path, { body, query })).status < 300);
    });
  }

  test("is in no list", async () => {
    const opened = openGateway({ allow });
    const own = await opened.make("Jessica");
    const { config } = await withHidden(opened);
    for (const query of ["", "limit=1", "toolkit_slugs=shopify", `auth_config_ids=${integrations.shopify}`, "statuses=ACTIVE", "order_by=updated_at&order_direction=asc"]) {
      const { body } = await opened.as("Jessica")("GET", accounts, { query });
      assert.deepEqual([body.items.map(({ id }) => id), body.next_cursor], [[own], null], query);
    }
    assert.equal((await opened.as("Jessica")("GET", accounts, { query: `auth_config_ids=${config}` })).status, 404);
  });

  test("is not what an action without an account runs on", async () => {
    const opened = openGateway({ allow });
    await withHidden(opened);
    opened.seen.length = 0;
    const { status, body } = await opened.as("Jessica")("POST", "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP", { body: { arguments: {} } });
    assert.deepEqual([status, opened.seen], [400, []]);
    assert.match(body.error.message, /connected_account_id is required: the gateway allows only some integrations/);
  });

  test("is one whose integration the platform does not name", async () => {
    for (const auth_config of [undefined, null, {}, { id: null }, { id: [integrations.shopify] }, { id: { $ne: "" } }, integrations.shopify]) {
      const opened = openGateway({ allow });
      const found = { id: "ca_1", user_id: "Jessica", toolkit: { slug: "shopify" }, status: "ACTIVE", auth_config };
      opened.reply = (request) => json(new URL(request.url).pathname === accounts ? { items: [found] } : found);
      assert.equal((await opened.as("Jessica")("GET", `${accounts}/ca_1`)).status, 404, JSON.stringify(auth_config));
      assert.deepEqual((await opened.as("Jessica")("GET", accounts)).body.items, []);
    }
  });
});

suite("what is not allowed", () => {
  const cases = {
    "an app": [["GET", `${toolkits}/zendesk`], '"zendesk" is not in allow.apps'],
    "an integration of an app that is not": [["GET", `${configs}/${integrations.zendesk}`], '"zendesk" is not in allow.apps'],
    "a link to it": [["POST", `${accounts}/link`, { body: { auth_config_id: integrations.zendesk } }], '"zendesk" is not in allow.apps'],
    "a connection to it": [["POST", accounts, { body: { auth_config: { id: integrations.zendesk }, connection: {} } }], '"zendesk" is not in allow.apps'],
    "a new integration": [["POST", configs, { body: { toolkit: { slug: "zendesk" }, auth_config: { type: "use_composio_managed_auth" } } }], '"zendesk" is not in allow.apps'],
    "integrations by app": [["GET", configs, { query: "toolkit_slug=zendesk" }], '"zendesk" is not in allow.apps'],
    "accounts by app": [["GET", accounts, { query: "toolkit_slugs=gmail,zendesk" }], '"zendesk" is not in allow.apps'],
    "an action": [["POST", "/api/v3.1/tools/execute/ZENDESK_LIST_TICKETS", { body: {} }], '"ZENDESK_LIST_TICKETS" is not in allow.actions'],
    "what is no name": [["GET", accounts, { query: "toolkit_slugs=%0a%1b[31m" }], "What a page asked for is not in allow.apps"],
  };
  for (const [name, [request, words]] of Object.entries(cases)) {
    test(`${name}: the page is told that it does not exist, and the log which option to change`, async () => {
      const opened = openGateway();
      const { status, body } = await opened.as("Jessica")(...request);
      assert.deepEqual([status, "slug" in body.error], [404, false]);
      assert.ok(!JSON.stringify(body).includes("allow"));
      assert.deepEqual(opened.errors.map(({ message }) => message), [`${words}, so the page was told that it does not exist`]);
    });
  }

  test("an integration by its id, and a filter by it", async () => {
    for (const request of [
      ["GET", `${configs}/${integrations.gmail}`], ["POST", `${accounts}/link`, { body: { auth_config_id: integrations.gmail } }],
      ["POST", accounts, { body: { auth_config: { id: integrations.gmail }, connection: {} } }], ["GET", accounts, { query: `auth_config_ids=${integrations.shopify},${integrations.gmail}` }],
    ]) {
      const opened = openGateway({ allow });
      assert.deepEqual([(await opened.as("Jessica")(...request)).status, opened.seen], [404, []]);
      assert.match(opened.errors[0].message, /^"ac_Gmail0000001" is not in allow.integrations/);
    }
  });

  test("is not in the log where it is somebody else's, or not there at all", async () => {
    const opened = openGateway();
    const others = await opened.make("Melissa", "zendesk");
    for (const path of [`${accounts}/${others}`, `${accounts}/ca_nothing`, `${configs}/ac_nothing`]) assert.equal((await opened.as("Jessica")("GET", path)).status, 404);
    assert.deepEqual(opened.errors, []);
  });
});

/** A platform of lists, that filters and counts as the real one does. */
const listing = (all) => (request) => {
  const { pathname, searchParams } = new URL(request.url);
  const named = (name) => searchParams.get(name)?.split(",");
  const slugs = named("toolkit_slug") ?? named("toolkit_slugs");
  const ids = named("auth_config_ids");
  const found = all[pathname].filter((item) =>
    (!slugs || slugs.includes(item.toolkit?.slug)) && (!ids || ids.includes(item.auth_config?.id)) &&
    (!item.user_id || named("user_ids").includes(item.user_id)) && (item.name ?? "").includes(searchParams.get("search") ?? ""));
  const limit = Math.min(Number(searchParams.get("limit") ?? 20), pathname === toolkits ? 1000 : 50);
  const page = Number(searchParams.has("cursor") ? atob(searchParams.get("cursor")).split("-")[0] : 1);
  const pages = Math.ceil(found.length / limit);
  return json({
    items: found.slice((page - 1) * limit, page * limit), next_cursor: page < pages ? btoa(`${page + 1}-${limit}`) : null,
    total_pages: pages, current_page: page, total_items: found.length,
  });
};

const many = (count, item) => Array.from({ length: count }, (_, index) => item(index));
const app = (slug) => ({ slug, name: `App ${slug}` });
const config = (id, slug) => ({ id, name: `Config ${id}`, toolkit: { slug }, auth_scheme: "OAUTH2", status: "ENABLED" });
const account = (id, slug, configId, user_id = "Jessica") => ({ id, user_id, status: "ACTIVE", toolkit: { slug }, auth_config: { id: configId } });

/** What a page may know, and what stands between and around it. */
const known = {
  [toolkits]: [app("gmail"), app("shopify")],
  [configs]: many(7, (n) => config(`ac_${n}`, n % 2 ? "gmail" : "shopify")),
  [accounts]: many(7, (n) => account(`ca_${n}`, n % 2 ? "gmail" : "shopify", `ac_${n}`)),
};
const hidden = {
  [toolkits]: (n) => app(`secret${n}`),
  [configs]: (n) => config(`ac_secret${n}`, n % 2 ? "zendesk" : "gmail"),
  [accounts]: (n) => (n % 3 ? account(`ca_secret${n}`, n % 2 ? "zendesk" : "gmail", `ac_secret${n}`) : account(`ca_other${n}`, "gmail", "ac_1", "Melissa")),
};
/** The same lists with so many things in front of each item, and behind the last, that are not allowed. */
const around = (count) => Object.fromEntries(Object.entries(known).map(([path, items]) =>
  [path, [...items.flatMap((item, at) => [...many(count, (n) => hidden[path](at * count + n)), item]), ...many(count, (n) => hidden[path](10_000 + n))]]));
const allowKnown = { operations: ["apps.list", "connect", "manage"], apps: ["gmail", "shopify"], integrations: known[configs].map(({ id }) => id) };

/** Every page of a list, with cursors as whether there is one. */
async function pages(all, path, query) {
  const opened = openGateway({ allow: allowKnown });
  opened.reply = listing(all);
  const found = [];
  let cursor = "";
  do {
    const { status, body } = await opened.as("Jessica")("GET", path, { query: [query, cursor && `cursor=${cursor}`].filter(Boolean).join("&") });
    assert.equal(status, 200, JSON.stringify(body));
    cursor = body.next_cursor;
    found.push({ ...body, next_cursor: typeof cursor });
  } while (cursor);
  return { found, asked: opened.seen.length };
}

suite("lists tell nothing about what is not allowed", () => {
  for (const path of [toolkits, configs, accounts]) {
    for (const query of ["", "limit=1", "limit=2", "limit=3", "limit=7", "limit=50", ...(path === accounts ? ["toolkit_slugs=gmail&limit=2", "auth_config_ids=ac_1,ac_2&limit=1", "statuses=ACTIVE&limit=2"] : ["search=secret", "search=App", "search=Config", "search=zzz"])]) {
      test(`${path} ${query}: the same pages, whatever else there is`, async () => {
        const expected = await pages(known, path, query);
        for (const count of [1, 5, 60]) {
          const { found, asked } = await pages(around(count), path, query);
          assert.deepEqual(found, expected.found);
          assert.ok(asked <= found.length * 20);
        }
        // Nothing is missing, and no page but the last is short.
        const limit = Number(query.match(/limit=(\d+)/)?.[1] ?? 20);
        assert.ok(expected.found.slice(0, -1).every(({ items }) => items.length === limit));
        const ids = expected.found.flatMap(({ items }) => items.map(({ id, slug }) => id ?? slug));
        assert.equal(new Set(ids).size, ids.length);
        if (!/search|slugs|ids/.test(query)) assert.deepEqual(ids, known[path].map(({ id, slug }) => id ?? slug));
        for (const { total_items } of expected.found) assert.ok(total_items === undefined || total_items === ids.length);
      });
    }
  }

  test("an app has its integrations in one request to the platform", async () => {
    const { asked } = await pages(around(1), configs, "toolkit_slug=gmail&limit=50");
    assert.equal(asked, 1);
    assert.equal((await pages(around(60), accounts, "limit=50")).asked, 1);
  });

  test("where nothing is allowed, there is nothing, and nothing is asked", async () => {
    for (const [allow, path] of [[{ ...allowKnown, apps: [] }, accounts], [{ ...allowKnown, integrations: [] }, accounts], [{ ...allowKnown, apps: [] }, toolkits], [{ ...allowKnown, apps: [] }, configs]]) {
      const opened = openGateway({ allow });
      opened.reply = listing(around(2));
      assert.deepEqual((await opened.as("Jessica")("GET", path)).body.items, []);
      assert.deepEqual([path, opened.seen.length], [path, 0]);
    }
  });

  test("a list without end ends", async () => {
    const opened = openGateway();
    let page = 0;
    opened.reply = () => json({ items: [app(`secret${page}`)], next_cursor: String(page++) });
    const { status, body } = await opened.as("Jessica")("GET", toolkits);
    assert.deepEqual([status, body.error.slug, opened.seen.length], [502, "Gateway_BadAnswer", 20]);
    assert.match(String(opened.errors[0]), /more than 20 pages/);
  });

  test("what comes twice, since something was added meanwhile, is there once", async () => {
    const opened = openGateway();
    opened.reply = (request) => json({ items: [app("gmail"), app("shopify")], next_cursor: new URL(request.url).searchParams.has("cursor") ? null : "c" });
    assert.equal((await opened.as("Jessica")("GET", toolkits)).body.total_items, 2);
  });
});

suite("cursors", () => {
  const open = (options) => {
    const opened = openGateway({ allow: allowKnown, ...options });
    opened.reply = listing(around(3));
    return opened;
  };
  const first = async (opened, path, query = "limit=2", user = "Jessica") => (await opened.as(user)("GET", path, { query })).body.next_cursor;

  test("that were made up, changed or cut are refused before the platform is asked", async () => {
    for (const path of [toolkits, configs, accounts]) {
      const own = await first(open(), path, "limit=1");
      const made = [
        btoa("2-1"), btoa("2-20"), "2", "0", "-1", "1e9", "NaN", "eyJvZmZzZXQiOjB9", "a", "====", "%00", own.slice(1), own.slice(0, -2), own.slice(4), `${own}AAAA`,
        own.replace(/^./, (letter) => (letter === "A" ? "B" : "A")), own.split("").reverse().join(""), "A".repeat(own.length), "A".repeat(5000),
      ];
      for (const cursor of made) {
        const opened = open();
        const { status, body } = await opened.as("Jessica")("GET", path, { query: `limit=1&cursor=${encodeURIComponent(cursor)}` });
        assert.deepEqual([status, body.error.slug, opened.seen], [400, "Gateway_Invalid", []], cursor);
        assert.match(body.error.message, /^cursor is not one that this list gave to this user/);
      }
    }
  });

  test("are for one user, one list and one set of filters", async () => {
    const opened = open();
    const own = await first(opened, accounts);
    for (const [user, path, query] of [
      ["Melissa", accounts, "limit=2"], ["Jessica", configs, "limit=2"], ["Jessica", toolkits, "limit=2"], ["Jessica", accounts, "limit=2&toolkit_slugs=gmail"],
      ["Jessica", accounts, "limit=2&statuses=ACTIVE"],
    ]) {
      assert.equal((await opened.as(user)("GET", path, { query: `${query}&cursor=${own}` })).status, 400, `${user} ${path} ${query}`);
    }
    assert.equal((await opened.as("Jessica")("GET", accounts, { query: `limit=2&cursor=${own}` })).status, 200);
    assert.equal((await opened.as("Jessica")("GET", accounts, { query: `cursor=${own}&user_ids=Jessica` })).status, 200);
  });

  test("are read by every copy, and by no gateway with another key", async () => {
    for (const path of [configs, accounts]) {
      const own = await first(open(), path);
      assert.equal((await open().as("Jessica")("GET", path, { query: `limit=2&cursor=${own}` })).status, 200);
      assert.equal((await open({ apiKey: "another-key-0123456789" }).as("Jessica")("GET", path, { query: `limit=2&cursor=${own}` })).status, 400);
    }
  });

  test("say nothing of the platform's, and are never the same", async () => {
    const opened = open();
    const [one, two] = [await first(opened, accounts), await first(opened, accounts)];
    assert.notEqual(one, two);
    assert.match(one, /^[\w-]+$/);
    assert.ok(!Buffer.from(one, "base64url").toString("latin1").includes(btoa("2-2")));
  });

  test("the empty one is the first page", async () => {
    assert.equal((await open().as("Jessica")("GET", accounts, { query: "cursor=" })).status, 200);
  });
});
