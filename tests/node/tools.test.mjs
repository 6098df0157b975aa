import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { json, makeClient, makeSandboxClient, rejectsWith } from "./client.mjs";

const schema = { type: "object", properties: { to: { type: "string" } }, required: ["to"] };
/** A client whose platform answers with these pages of tools. Returns the requests as well. */
async function openPages(pages, options) {
  const asked = [];
  const fetch = async (request) => {
    const { searchParams } = new URL(request.url);
    asked.push(Object.fromEntries(searchParams));
    const at = Number(searchParams.get("cursor") ?? 0);
    return new Response(`{"items":[${pages[at].join(",")}],"next_cursor":${at + 1 < pages.length ? `"${at + 1}"` : null}}`, { headers: { "content-type": "application/json" } });
  };
  const client = await makeClient({ fetch, ...options });
  return { jessica: client.entity("Jessica"), asked };
}
const item = (slug, input = JSON.stringify(schema)) => `{"slug":"${slug}","description":"d","input_parameters":${input},"output_parameters":{}}`;

suite("entity.tools", () => {
  test("lists name, description and input schema of the sandbox's actions", async () => {
    const client = await makeSandboxClient(createSandbox());
    const tools = await client.entity("Jessica").tools({ app: "firecrawl" });
    assert.deepEqual(tools, [{
      name: "FIRECRAWL_SCRAPE", description: "The text of a web page.",
      inputSchema: { type: "object", title: "Scrape request", properties: { url: { type: "string", title: "url", description: "Address of the page." } }, required: ["url"] },
    }]);
    const names = async (options) => (await client.entity("Jessica").tools(options)).map(({ name }) => name);
    assert.deepEqual(await names({ actions: ["SHOPIFY_GET_SHOP", "GMAIL_GET_PROFILE", "NO_SUCH_ACTION"] }), ["GMAIL_GET_PROFILE", "SHOPIFY_GET_SHOP"]);
    assert.deepEqual(await names({ app: "gmail", actions: ["SHOPIFY_GET_SHOP", "GMAIL_GET_PROFILE"] }), ["GMAIL_GET_PROFILE"]);
  });

  test("reads every page", async () => {
    const { jessica, asked } = await openPages([[item("A_1"), item("A_2")], [], [item("A_3")]]);
    assert.deepEqual((await jessica.tools({ app: "a" })).map(({ name }) => name), ["A_1", "A_2", "A_3"]);
    assert.deepEqual(asked.map(({ toolkit_slug, limit, cursor }) => [toolkit_slug, limit, cursor]), [["a", "100", undefined], ["a", "100", "1"], ["a", "100", "2"]]);
  });

  test("asks for the version that executeAction runs", async () => {
    for (const [api, version] of [["v3.1", undefined], ["v3", "latest"]]) {
      const { jessica, asked } = await openPages([[]], { api });
      await jessica.tools();
      assert.deepEqual(asked, [{ limit: "100", ...(version && { toolkit_versions: version }) }]);
    }
  });

  test("passes a schema on as data, whatever is in it", async () => {
    const hostile = [
      '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"prototype":{"isAdmin":true}},"toString":{}}}',
      '{"type":"object","$ref":"#","$defs":{"a":{"$ref":"#/$defs/a"}},"x":[-0.5e-7,1e21,true,null,"\\u2028\\u202e<img src=x onerror=alert(1)>"]}',
      `{"type":"object","pattern":"(a+)+$","enum":[${Array.from({ length: 5000 }, (_, n) => n)}]}`,
      `{"type":"object","deep":${"[".repeat(40)}${"]".repeat(40)}}`,
    ];
    const { jessica } = await openPages([hostile.map((input, at) => item(`A_${at}`, input))]);
    const tools = await jessica.tools();
    assert.deepEqual(tools.map(({ inputSchema }) => JSON.stringify(inputSchema)), hostile.map((input) => JSON.stringify(JSON.parse(input))));
    assert.ok(Object.hasOwn(tools[0].inputSchema.properties, "__proto__"));
    assert.equal({}.isAdmin, undefined);
  });

  test("leaves out what no framework takes, and refuses what is no list", async () => {
    const { jessica } = await openPages([[item("A_1", '{"type":"array"}'), item("A_2", "null"), item("", "{}"), "7", item("A_3")]]);
    assert.deepEqual((await jessica.tools()).map(({ name }) => name), ["A_3"]);
    for (const body of [{}, { items: {} }, []]) await rejectsWith((await makeClient({ fetch: async () => json(body) })).entity("Jessica").tools(), "response_invalid");
    const deep = `{"type":"object","deep":${"[".repeat(100)}${"]".repeat(100)}}`;
    await rejectsWith((await openPages([[item("A_1", deep)]])).jessica.tools(), "response_invalid");
  });

  test("is bounded by ten times maxAnswerBytes", async () => {
    const long = item("A_1", `{"type":"object","title":"${"x".repeat(11_000)}"}`);
    await rejectsWith((await openPages([[long]], { maxAnswerBytes: 1_000 })).jessica.tools(), "response_invalid");
    assert.equal((await (await openPages([[long]], { maxAnswerBytes: 2_000 })).jessica.tools()).length, 1);
  });

  test("needs a filter where the platform is asked directly", async () => {
    const { jessica, asked } = await openPages([[]], { unsafeApiKey: "ak_0123456789abcdef" });
    await rejectsWith(jessica.tools(), "invalid_argument", "app");
    assert.deepEqual([await jessica.tools({ actions: ["A_1"] }), asked.length], [[], 1]);
    await rejectsWith(jessica.tools({ actions: [] }), "invalid_argument", "actions");
    await rejectsWith(jessica.tools({ entityId: "Melissa" }), "invalid_argument", "entityId");
  });
});

suite("the input of an action", () => {
  /** The arguments that the platform receives for an input. */
  async function sent(input) {
    let body;
    const client = await makeClient({ fetch: async (request) => ((body = await request.json()), json({ data: {}, successful: true })) });
    await client.entity("Jessica").execute({ action: "A_B", input });
    const viaEntity = body.arguments;
    await client.executeAction({ action: "A_B", entityId: "Jessica", input });
    assert.deepEqual(body.arguments, viaEntity);
    return viaEntity;
  }

  test("may be the JSON text of a tool call", async () => {
    assert.deepEqual(await sent('{"to":"a@mail.test","n":[-1.5e-7,null,true],"":{}}'), { to: "a@mail.test", n: [-1.5e-7, null, true], "": {} });
    for (const blank of ["", " \n"]) assert.deepEqual(await sent(blank), {});
    assert.equal(JSON.stringify(await sent('{"__proto__":{"isAdmin":true}}')), '{"__proto__":{"isAdmin":true}}');
    assert.equal({}.isAdmin, undefined);
  });

  test("is refused before a request if it is any other text, and no message repeats that text", async () => {
    let requests = 0;
    const client = await makeClient({ fetch: async () => ((requests += 1), json({ data: {}, successful: true })) });
    for (const input of ['{"to":"s3cret"', "s3cret", '"s3cret"', "[]", "7", "true", "{'a':1}", `{"a":${"[".repeat(100)}${"]".repeat(100)}}`, '{"a":1}{"b":2}']) {
      await assert.rejects(client.entity("Jessica").execute({ action: "A_B", input }), ({ code, message, issues, cause }) => {
        assert.deepEqual([code, issues[0].field, issues[0].code, cause], ["invalid_argument", "input", "type", undefined], input);
        assert.match(message, /^entity\.execute: `input` must be an object, or JSON text of one, got /);
        return !message.includes("s3cret");
      });
    }
    // The text `null` means no input, like the value null.
    await client.entity("Jessica").execute({ action: "A_B", input: "null" });
    assert.equal(requests, 1);
  });
});
