import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { accountRequests, allowEverything, integrations, json, openGateway } from "../gateway/support.mjs";

const accounts = "/api/v3.1/connected_accounts";
const configs = "/api/v3.1/auth_configs";
const toolkits = "/api/v3.1/toolkits";

/** Allows one of Shopify's two integrations. */
const allow = { ...allowEverything, operations: allowEverything.operations.filter((name) => name !== "integrations.create"), integrations: [integrations.shopify] };

/** Creates a second integration of Shopify, which is not allowed, and an account of Jessica's in it. */
async function createNotAllowed(opened) {
  const post = async (path, body) => (await opened.sandbox.fetch(new Request(`https://platform.test${path}`, {
    method: "POST", headers: { "x-api-key": "platform-key-0123456789", "content-type": "application/json" }, body: JSON.stringify(body),
  }))).json();
  const { auth_config } = await post(configs, { toolkit: { slug: "shopify" }, auth_config: { type: "use_custom_auth", authScheme: "API_KEY", credentials: {} } });
  const data = { shop: "hidden", admin_api_access_token: "t" };
  const { id } = await post(accounts, { auth_config: { id: auth_config.id }, connection: { user_id: "Jessica", data } });
  return { config: auth_config.id, account: id };
}

suite("an account of an integration that is not allowed", () => {
  for (const { name, app } of accountRequests("")) {
    test(`gets the answer of an unknown id from ${name}, and onError receives the option's name`, async () => {
      const opened = openGateway({ allow: { ...allow, integrations: [integrations[app]] } });
      const own = await opened.createAccount("Jessica", app);
      const hidden = await createNotAllowed(opened);
      const before = JSON.stringify(opened.sandbox.accounts());
      const answers = [];
      for (const id of [hidden.account, "ca_Nothing00000"]) {
        const { method, path, body, query } = accountRequests(id).find((operation) => operation.name === name);
        const { status, text, headers } = await opened.as("Jessica")(method, path, { body, query });
        answers.push({ status, text, headers: [...headers] });
      }
      assert.equal(answers[0].status, 404);
      assert.deepEqual(answers[0], answers[1]);
      assert.equal(JSON.stringify(opened.sandbox.accounts()), before);
      assert.deepEqual(opened.errors.map(({ message }) => message), [`"${hidden.config}" is not in allow.integrations, so the page was told that it does not exist`]);
      const { method, path, body, query } = accountRequests(own).find((operation) => operation.name === name);
      assert.ok((await opened.as("Jessica")(method, path, { body, query })).status < 300);
    });
  }

  test("is not in any list", async () => {
    const opened = openGateway({ allow });
    const own = await opened.createAccount("Jessica");
    const { config } = await createNotAllowed(opened);
    for (const query of ["", "limit=1", "toolkit_slugs=shopify", `auth_config_ids=${integrations.shopify}`, "statuses=ACTIVE", "order_by=updated_at&order_direction=asc"]) {
      const { body } = await opened.as("Jessica")("GET", accounts, { query });
      assert.deepEqual([body.items.map(({ id }) => id), body.next_cursor], [[own], null], query);
    }
    assert.equal((await opened.as("Jessica")("GET", accounts, { query: `auth_config_ids=${config}` })).status, 404);
  });

  test("is not chosen by an action that names no account", async () => {
    const opened = openGateway({ allow });
    await createNotAllowed(opened);
    opened.upstreamRequests.length = 0;
    const { status, body } = await opened.as("Jessica")("POST", "/api/v3.1/tools/execute/SHOPIFY_GET_SHOP", { body: { arguments: {} } });
    assert.deepEqual([status, opened.upstreamRequests], [400, []]);
    assert.match(body.error.message, /connected_account_id is required: the gateway allows only some integrations/);
  });

  test("includes an account whose integration the platform does not name", async () => {
    for (const auth_config of [undefined, null, {}, { id: null }, { id: [integrations.shopify] }, { id: { $ne: "" } }, integrations.shopify]) {
      const opened = openGateway({ allow });
      const found = { id: "ca_1", user_id: "Jessica", toolkit: { slug: "shopify" }, status: "ACTIVE", auth_config };
      opened.reply = (request) => json(new URL(request.url).pathname === accounts ? { items: [found] } : found);
      assert.equal((await opened.as("Jessica")("GET", `${accounts}/ca_1`)).status, 404, JSON.stringify(auth_config));
      assert.deepEqual((await opened.as("Jessica")("GET", accounts)).body.items, []);
    }
  });
});

suite("a request for something that is not allowed", () => {
  const cases = {
    "an app": [["GET", `${toolkits}/zendesk`], '"zendesk" is not in allow.apps'],
    "an integration of an app": [["GET", `${configs}/${integrations.zendesk}`], '"zendesk" is not in allow.apps'],
    "a link to an app's integration": [["POST", `${accounts}/link`, { body: { auth_config_id: integrations.zendesk } }], '"zendesk" is not in allow.apps'],
    "an account of an app's integration": [["POST", accounts, { body: { auth_config: { id: integrations.zendesk }, connection: {} } }], '"zendesk" is not in allow.apps'],
    "a new integration of an app": [["POST", configs, { body: { toolkit: { slug: "zendesk" }, auth_config: { type: "use_composio_managed_auth" } } }], '"zendesk" is not in allow.apps'],
    "a list of an app's integrations": [["GET", configs, { query: "toolkit_slug=zendesk" }], '"zendesk" is not in allow.apps'],
    "a list of an app's accounts": [["GET", accounts, { query: "toolkit_slugs=gmail,zendesk" }], '"zendesk" is not in allow.apps'],
    "an action": [["POST", "/api/v3.1/tools/execute/ZENDESK_LIST_TICKETS", { body: {} }], '"ZENDESK_LIST_TICKETS" is not in allow.actions'],
    "a name with control characters": [["GET", accounts, { query: "toolkit_slugs=%0a%1b[31m" }], "What a page asked for is not in allow.apps"],
  };
  for (const [name, [request, words]] of Object.entries(cases)) {
    test(`is answered with 404, and onError receives the option's name: ${name}`, async () => {
      const opened = openGateway();
      const { status, body } = await opened.as("Jessica")(...request);
      assert.deepEqual([status, "slug" in body.error], [404, false]);
      assert.ok(!JSON.stringify(body).includes("allow"));
      assert.deepEqual(opened.errors.map(({ message }) => message), [`${words}, so the page was told that it does not exist`]);
    });
  }

  test("is answered with 404 for an integration's id, in a path, a body and a filter", async () => {
    for (const request of [
      ["GET", `${configs}/${integrations.gmail}`], ["POST", `${accounts}/link`, { body: { auth_config_id: integrations.gmail } }],
      ["POST", accounts, { body: { auth_config: { id: integrations.gmail }, connection: {} } }], ["GET", accounts, { query: `auth_config_ids=${integrations.shopify},${integrations.gmail}` }],
    ]) {
      const opened = openGateway({ allow });
      assert.deepEqual([(await opened.as("Jessica")(...request)).status, opened.upstreamRequests], [404, []]);
      assert.match(opened.errors[0].message, /^"ac_Gmail0000001" is not in allow.integrations/);
    }
  });

  test("is not reported to onError when the id is unknown or belongs to another user", async () => {
    const opened = openGateway();
    const otherAccount = await opened.createAccount("Melissa", "zendesk");
    for (const path of [`${accounts}/${otherAccount}`, `${accounts}/ca_nothing`, `${configs}/ac_nothing`]) assert.equal((await opened.as("Jessica")("GET", path)).status, 404);
    assert.deepEqual(opened.errors, []);
  });
});

/** Answers list requests as the platform does: with filters, pages and totals. */
const listPlatform = (all) => (request) => {
  const { pathname, searchParams } = new URL(request.url);
  const filter = (name) => searchParams.get(name)?.split(",");
  const slugs = filter("toolkit_slug") ?? filter("toolkit_slugs");
  const ids = filter("auth_config_ids");
  const found = all[pathname].filter((item) =>
    (!slugs || slugs.includes(item.toolkit?.slug)) && (!ids || ids.includes(item.auth_config?.id)) &&
    (!item.user_id || filter("user_ids").includes(item.user_id)) && (item.name ?? "").includes(searchParams.get("search") ?? ""));
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

const allowedItems = {
  [toolkits]: [app("gmail"), app("shopify")],
  [configs]: many(7, (n) => config(`ac_${n}`, n % 2 ? "gmail" : "shopify")),
  [accounts]: many(7, (n) => account(`ca_${n}`, n % 2 ? "gmail" : "shopify", `ac_${n}`)),
};
const notAllowedItem = {
  [toolkits]: (n) => app(`secret${n}`),
  [configs]: (n) => config(`ac_secret${n}`, n % 2 ? "zendesk" : "gmail"),
  [accounts]: (n) => (n % 3 ? account(`ca_secret${n}`, n % 2 ? "zendesk" : "gmail", `ac_secret${n}`) : account(`ca_other${n}`, "gmail", "ac_1", "Melissa")),
};
/** The allowed items, with `count` that are not allowed before each and after the last. */
const mixedWith = (count) => Object.fromEntries(Object.entries(allowedItems).map(([path, items]) =>
  [path, [...items.flatMap((item, at) => [...many(count, (n) => notAllowedItem[path](at * count + n)), item]), ...many(count, (n) => notAllowedItem[path](10_000 + n))]]));
const allowItems = { operations: ["apps.list", "connect", "manage"], apps: ["gmail", "shopify"], integrations: allowedItems[configs].map(({ id }) => id) };

/** Every page of a list, with the type of its cursor. `asked` counts the requests to the platform. */
async function readPages(all, path, query) {
  const opened = openGateway({ allow: allowItems });
  opened.reply = listPlatform(all);
  const found = [];
  let cursor = "";
  do {
    const { status, body } = await opened.as("Jessica")("GET", path, { query: [query, cursor && `cursor=${cursor}`].filter(Boolean).join("&") });
    assert.equal(status, 200, JSON.stringify(body));
    cursor = body.next_cursor;
    found.push({ ...body, next_cursor: typeof cursor });
  } while (cursor);
  return { found, asked: opened.upstreamRequests.length };
}

suite("a list reveals nothing about items that are not allowed", () => {
  for (const path of [toolkits, configs, accounts]) {
    for (const query of ["", "limit=1", "limit=2", "limit=3", "limit=7", "limit=50", ...(path === accounts ? ["toolkit_slugs=gmail&limit=2", "auth_config_ids=ac_1,ac_2&limit=1", "statuses=ACTIVE&limit=2"] : ["search=secret", "search=App", "search=Config", "search=zzz"])]) {
      test(`has the same pages with and without them: ${path}${query && `?${query}`}`, async () => {
        const expected = await readPages(allowedItems, path, query);
        for (const count of [1, 5, 60]) {
          const { found, asked } = await readPages(mixedWith(count), path, query);
          assert.deepEqual(found, expected.found);
          assert.ok(asked <= found.length * 20);
        }
        // Every page but the last is full, and no item is missing.
        const limit = Number(query.match(/limit=(\d+)/)?.[1] ?? 20);
        assert.ok(expected.found.slice(0, -1).every(({ items }) => items.length === limit));
        const ids = expected.found.flatMap(({ items }) => items.map(({ id, slug }) => id ?? slug));
        assert.equal(new Set(ids).size, ids.length);
        if (!/search|slugs|ids/.test(query)) assert.deepEqual(ids, allowedItems[path].map(({ id, slug }) => id ?? slug));
        for (const { total_items } of expected.found) assert.ok(total_items === undefined || total_items === ids.length);
      });
    }
  }

  test("takes one request to the platform when the items fit a page of it", async () => {
    const { asked } = await readPages(mixedWith(1), configs, "toolkit_slug=gmail&limit=50");
    assert.equal(asked, 1);
    assert.equal((await readPages(mixedWith(60), accounts, "limit=50")).asked, 1);
  });

  test("is empty without a request to the platform when nothing is allowed", async () => {
    for (const [allow, path] of [[{ ...allowItems, apps: [] }, accounts], [{ ...allowItems, integrations: [] }, accounts], [{ ...allowItems, apps: [] }, toolkits], [{ ...allowItems, apps: [] }, configs]]) {
      const opened = openGateway({ allow });
      opened.reply = listPlatform(mixedWith(2));
      assert.deepEqual((await opened.as("Jessica")("GET", path)).body.items, []);
      assert.deepEqual([path, opened.upstreamRequests.length], [path, 0]);
    }
  });

  test("ends with 502 after 20 pages of the platform without an allowed item", async () => {
    const opened = openGateway();
    let page = 0;
    opened.reply = () => json({ items: [app(`secret${page}`)], next_cursor: String(page++) });
    const { status, body } = await opened.as("Jessica")("GET", toolkits);
    assert.deepEqual([status, body.error.slug, opened.upstreamRequests.length], [502, "Gateway_BadAnswer", 20]);
    assert.match(String(opened.errors[0]), /more than 20 pages/);
  });

  test("contains an item once though two pages of the platform contain it", async () => {
    const opened = openGateway();
    opened.reply = (request) => json({ items: [app("gmail"), app("shopify")], next_cursor: new URL(request.url).searchParams.has("cursor") ? null : "c" });
    assert.equal((await opened.as("Jessica")("GET", toolkits)).body.total_items, 2);
  });
});

suite("a list's cursor", () => {
  const openLists = (options) => {
    const opened = openGateway({ allow: allowItems, ...options });
    opened.reply = listPlatform(mixedWith(3));
    return opened;
  };
  const firstCursor = async (opened, path, query = "limit=2", user = "Jessica") => (await opened.as(user)("GET", path, { query })).body.next_cursor;

  test("is rejected before the platform is asked when it was forged, changed or truncated", async () => {
    for (const path of [toolkits, configs, accounts]) {
      const own = await firstCursor(openLists(), path, "limit=1");
      const forged = [
        btoa("2-1"), btoa("2-20"), "2", "0", "-1", "1e9", "NaN", "eyJvZmZzZXQiOjB9", "a", "====", "%00", own.slice(1), own.slice(0, -2), own.slice(4), `${own}AAAA`,
        own.replace(/^./, (letter) => (letter === "A" ? "B" : "A")), own.split("").reverse().join(""), "A".repeat(own.length), "A".repeat(5000),
      ];
      for (const cursor of forged) {
        const opened = openLists();
        const { status, body } = await opened.as("Jessica")("GET", path, { query: `limit=1&cursor=${encodeURIComponent(cursor)}` });
        assert.deepEqual([status, body.error.slug, opened.upstreamRequests], [400, "Gateway_Invalid", []], cursor);
        assert.match(body.error.message, /^cursor is not one that this list gave to this user/);
      }
    }
  });

  test("is valid for one user, one list and one set of filters", async () => {
    const opened = openLists();
    const own = await firstCursor(opened, accounts);
    for (const [user, path, query] of [
      ["Melissa", accounts, "limit=2"], ["Jessica", configs, "limit=2"], ["Jessica", toolkits, "limit=2"], ["Jessica", accounts, "limit=2&toolkit_slugs=gmail"],
      ["Jessica", accounts, "limit=2&statuses=ACTIVE"],
    ]) {
      assert.equal((await opened.as(user)("GET", path, { query: `${query}&cursor=${own}` })).status, 400, `${user} ${path} ${query}`);
    }
    assert.equal((await opened.as("Jessica")("GET", accounts, { query: `limit=2&cursor=${own}` })).status, 200);
    assert.equal((await opened.as("Jessica")("GET", accounts, { query: `cursor=${own}&user_ids=Jessica` })).status, 200);
  });

  test("is valid in every gateway with the same apiKey, and in no other", async () => {
    for (const path of [configs, accounts]) {
      const own = await firstCursor(openLists(), path);
      assert.equal((await openLists().as("Jessica")("GET", path, { query: `limit=2&cursor=${own}` })).status, 200);
      assert.equal((await openLists({ apiKey: "another-key-0123456789" }).as("Jessica")("GET", path, { query: `limit=2&cursor=${own}` })).status, 400);
    }
  });

  test("does not contain the platform's cursor, and differs each time", async () => {
    const opened = openLists();
    const [one, two] = [await firstCursor(opened, accounts), await firstCursor(opened, accounts)];
    assert.notEqual(one, two);
    assert.match(one, /^[\w-]+$/);
    assert.ok(!Buffer.from(one, "base64url").toString("latin1").includes(btoa("2-2")));
  });

  test("stands for the first page when it is empty", async () => {
    assert.equal((await openLists().as("Jessica")("GET", accounts, { query: "cursor=" })).status, 200);
  });
});
