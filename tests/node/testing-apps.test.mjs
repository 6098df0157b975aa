import assert from "node:assert/strict";
import { afterEach, suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";

let sandbox;
afterEach(() => sandbox?.dispose());

const fields = [{ name: "workspace", displayName: "Workspace" }, { name: "region", required: false, default: "eu" }];
const apps = [
  { key: "notion", name: "Notion" },
  { key: "our_wiki", authScheme: "OAUTH2", fields },
  { key: "our_crm", authScheme: "API_KEY" },
  { key: "old_desk", authScheme: "BASIC" },
  { key: "tracker", authScheme: "BEARER_TOKEN", fields: [{ name: "token", isSecret: true }, { name: "host" }] },
];

suite("an app that the test defines", () => {
  for (const [key, asked, data] of [
    ["notion", [], {}],
    ["our_wiki", ["workspace", "region"], { workspace: "acme" }],
    ["our_crm", ["api_key"], { api_key: "k" }],
    ["old_desk", ["username", "password"], { username: "jessica", password: "p" }],
    ["tracker", ["token", "host"], { token: "t", host: "acme" }],
  ]) {
    test(`${key} asks for its fields and connects`, async () => {
      sandbox = createSandbox({ apps });
      const client = await sandbox.createClient({ entityId: "Jessica" });
      const flow = client.flow({ app: key, mode: "popup" });
      const { expectedInputFields } = await flow.load();
      assert.deepEqual(expectedInputFields.map(({ name }) => name), asked);
      const end = await sandbox.clock.until(flow.submit(data));
      assert.deepEqual([end.state, end.account?.app], ["connected", key]);
      assert.deepEqual(sandbox.accounts().map(({ app, status }) => [app, status]), [[key, "ACTIVE"]]);
    });
  }

  test("is listed with its name, also after a reset", async () => {
    sandbox = createSandbox({ apps });
    const client = await sandbox.createClient({ entityId: "Jessica" });
    const listed = [];
    for await (const app of client.apps.list({ search: "notion" })) listed.push([app.key, app.name]);
    assert.deepEqual(listed, [["notion", "Notion"]]);
    sandbox.reset();
    const params = await client.getExpectedParamsForUser({ app: "our_wiki" });
    assert.deepEqual(params.expectedInputFields[0].displayName, "Workspace");
  });
});

test("createSandbox refuses an app with a duplicate or invalid key or field, or an unknown scheme", () => {
  for (const [given, message] of [
    [[{ key: "gmail" }], /must be unique, got `gmail` twice/],
    [[{ key: "a" }, { key: "a" }], /must be unique, got `a` twice/],
    [[{ key: "no words" }], /must be lower case letters, digits/],
    [[{}], /must be lower case letters, digits/],
    [[{ key: "notion" }, { key: "Gmail" }], /^`key` of `apps\[1\]` must be lower case letters.*, got `Gmail`$/],
    [[{ key: "__proto__" }], /^`key` of `apps\[0\]` must be .*, got `__proto__`$/],
    [[{ key: "a-b" }, { key: "a_b" }], /^`key` of `apps\[1\]` must differ from `a-b` in more than `-` and `_`: the actions of both would be named `A_B_GET_PROFILE`$/],
    [[{ key: "own-crm" }], /^`key` of `apps\[0\]` must differ from `own_crm`/],
    [[{ key: "a", authScheme: ["OAUTH2"] }], /^`authScheme` of `apps\[0\]` must be one of .*, got an array$/],
    [[{ key: "a", fields: [{ name: "x" }, { name: "x" }] }], /^`name` of `apps\[0\]\.fields\[1\]` must be unique, got `x` twice$/],
    [[{ key: "a", fields: [{ name: "__proto__" }] }], /^`name` of `apps\[0\]\.fields\[0\]` must be .*, got `__proto__`$/],
    [[{ key: "a", authScheme: "SAML" }], /must be one of OAUTH2, API_KEY, BEARER_TOKEN, BASIC, got `SAML`/],
    [[{ key: "a", authScheme: "toString" }], /got `toString`/],
  ]) {
    assert.throws(() => createSandbox({ apps: given }), { name: "SandboxError", code: "invalid_argument", message });
  }
});
