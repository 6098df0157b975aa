import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { allowEverything, json, openGateway } from "../gateway/support.mjs";

const path = "/api/v3.1/tools";
const tool = (slug, app) => ({ slug, name: slug, description: "d", toolkit: { slug: app }, input_parameters: { type: "object", properties: {} } });
const allowed = Array.from({ length: 60 }, (_, n) => `${n % 2 ? "GMAIL" : "SHOPIFY"}_ACTION_${n}`);
const appOf = (name) => name.split("_")[0].toLowerCase();
const allow = { ...allowEverything, actions: [...allowed, "ZENDESK_LIST_TICKETS"] };

/** A gateway before a platform that ignores every filter: it answers with the actions of the project, allowed or not. */
function openTools(options) {
  const opened = openGateway({ allow, ...options });
  opened.reply = () => json({
    items: [...allowed.map((name) => tool(name, appOf(name))), tool("ZENDESK_LIST_TICKETS", "zendesk"), tool("GMAIL_DELETE_EVERYTHING", "gmail"), tool("SECRET_TOOL", "secret")],
    next_cursor: "c", total_items: 63, total_pages: 4, current_page: 1,
  });
  return opened;
}

async function readAll(opened, query = "", user = "Jessica") {
  const names = [];
  for (let cursor = ""; cursor !== null;) {
    const { status, body } = await opened.as(user)("GET", path, { query: [query, cursor && `cursor=${cursor}`].filter(Boolean).join("&") });
    assert.deepEqual([status, Object.keys(body)], [200, ["items", "next_cursor"]]);
    names.push(...body.items.map(({ slug }) => slug));
    cursor = body.next_cursor;
  }
  return names;
}

suite("the tools that a page or an agent lists", () => {
  test("are the allowed actions of the allowed apps, whatever the platform answers", async () => {
    for (const limit of ["", "limit=1", "limit=7", "limit=50", "limit=1000"]) assert.deepEqual(await readAll(openTools(), limit), allowed, limit);
    assert.deepEqual(await readAll(openTools(), "toolkit_slug=gmail"), allowed.filter((name) => appOf(name) === "gmail"));
    assert.deepEqual(await readAll(openTools(), `tool_slugs=${allowed[3]},${allowed[3]},${allowed[1]}`), allowed.filter((_, at) => at === 1 || at === 3));
  });

  test("are asked for by name, so that each page is one request", async () => {
    const opened = openTools();
    await readAll(opened);
    assert.deepEqual(opened.upstreamRequests.map(({ query }) => query.tool_slugs.split(",").length), [50, 11]);
    for (const { query } of opened.upstreamRequests) assert.ok(query.tool_slugs.split(",").every((name) => allow.actions.includes(name)));
  });

  test("cannot be found by the name of an action or app that is not allowed", async () => {
    for (const [query, words] of [
      ["tool_slugs=GMAIL_DELETE_EVERYTHING", '"GMAIL_DELETE_EVERYTHING" is not in allow.actions'], [`tool_slugs=${allowed[0]},SECRET_TOOL`, '"SECRET_TOOL" is not in allow.actions'],
      ["tool_slugs=,", "What a page asked for is not in allow.actions"], ["toolkit_slug=zendesk", '"zendesk" is not in allow.apps'], ["toolkit_slug=gmail,zendesk", "What a page asked for is not in allow.apps"],
    ]) {
      const opened = openTools();
      assert.deepEqual([(await opened.as("Jessica")("GET", path, { query })).status, opened.upstreamRequests], [404, []], query);
      assert.deepEqual(opened.errors.map(({ message }) => message), [`${words}, so the page was told that it does not exist`]);
    }
    for (const query of ["search=delete", "query=delete", "tags=x", "auth_config_ids=ac_1", "include_deprecated=true"]) {
      assert.equal((await openTools().as("Jessica")("GET", path, { query })).status, 400, query);
    }
  });

  test("are refused without a user, without executeAction, and by their other routes", async () => {
    assert.equal((await openTools().ask("GET", path)).status, 401);
    const closed = openGateway({ allow: { operations: ["connect", "manage"], apps: ["gmail"] } });
    assert.deepEqual([(await closed.as("Jessica")("GET", path)).status, closed.upstreamRequests], [403, []]);
    for (const other of [`${path}/enum`, `${path}/${allowed[0]}`]) assert.equal((await openTools().as("Jessica")("GET", other)).status, 404);
  });

  test("have a cursor that only this user and this list can use", async () => {
    const { next_cursor } = (await openTools().as("Jessica")("GET", path, { query: "limit=2" })).body;
    assert.match(next_cursor, /^[\w-]+$/);
    const status = async (user, query) => (await openTools().as(user)("GET", path, { query: `limit=2&${query}` })).status;
    assert.equal(await status("Jessica", `cursor=${next_cursor}`), 200);
    assert.equal(await status("Melissa", `cursor=${next_cursor}`), 400);
    assert.equal(await status("Jessica", `cursor=${next_cursor}&toolkit_slug=gmail`), 400);
    assert.equal(await status("Jessica", "cursor=Mg"), 400);
  });

  test("are empty, without a request, past the end of a list that has become shorter", async () => {
    const { next_cursor } = (await openTools().as("Jessica")("GET", path, { query: "limit=50" })).body;
    const opened = openTools({ allow: { ...allow, actions: allowed.slice(0, 2) } });
    const { body } = await opened.as("Jessica")("GET", path, { query: `cursor=${next_cursor}` });
    assert.deepEqual([body, opened.upstreamRequests], [{ items: [], next_cursor: null }, []]);
  });
});
