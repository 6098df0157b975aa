import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createGateway } from "connect-flow/server";
import { apiKey, openGateway, optionsOf } from "./support.mjs";

/** What is wrong with a key, and what the error says of it after the option's name. */
const wrong = {
  "nothing": [undefined, /^must be the project's key as a text, got nothing\. Is the environment variable/],
  "null": [null, /got null\./],
  "a number": [5, /got a number\./],
  "a promise of it": [Promise.resolve("hunter2"), /got a Promise\./],
  "a function that reads it": [() => "hunter2", /got a function\./],
  "an empty text": ["", /^is empty\. Is the environment variable/],
  "white space": [" \n", /^is only white space\./],
  "a missing value as text": ["undefined", /^is the text "undefined": something turned a missing value into text/],
  "null as text": ["null", /^is the text "null"/],
  "an object as text": ["[object Promise]", /^is the text "\[object Promise\]"/],
  "a line break at its end, as files have": ["hunter2-key\n", /^starts or ends with a line break\. Pass `apiKey\.trim\(\)`$/],
  "a line break of Windows": ["hunter2-key\r\n", /^starts or ends with a line break/],
  "a blank at its start": [" hunter2-key", /^starts or ends with white space\. Pass `apiKey\.trim\(\)`$/],
  "a byte order mark": ["\ufeffhunter2-key", /^starts or ends with white space/],
  "a header in it": ["hunter2-key\r\nx: y", /^contains a line break\. Pass the key alone$/],
  "double quotes around it": ['"hunter2-key"', /^is in quotes\. Pass it without them$/],
  "single quotes around it": ["'hunter2-key'", /^is in quotes/],
  "typographic quotes around it": ["“hunter2-key”", /^is in quotes/],
  "the name of its variable": ["COMPOSIO_API_KEY=hunter2-key", /^is a whole line of an \.env file\. Pass what comes after the =$/],
  "its scheme of authentication": ["Bearer hunter2-key", /^starts with Bearer\. Pass the key alone$/],
  "a variable that nothing has replaced": ["${COMPOSIO_API_KEY}", /^is a placeholder that was never replaced/],
  "the words of a guide": ["<hunter2-key>", /^is a placeholder/],
  "a blank inside": ["hunter2 key", /^contains a blank or invisible character at position 8\. Copy the key again$/],
  "an invisible character inside": ["hunter2\u200bkey", /^contains a blank or invisible character at position 8/],
  "a character of another alphabet": ["hunter2-kеy", /^contains a character that no key has at position 10/],
  "an ellipsis, as it was shown": ["hunter2…", /^is masked or cut\. Copy the whole key$/],
  "three dots in its middle": ["ak_12...hunter2", /^is masked or cut/],
  "stars for its middle": ["ak_12*****hunter2", /^is masked or cut/],
  "a flag as text": ["false", /^is the text "false": something turned a missing value into text/],
  "a variable of Windows": ["%COMPOSIO_API_KEY%", /^is a placeholder/],
  "the name of where it is": ["process.env.COMPOSIO_API_KEY", /^is a placeholder/],
  "the words of an example": ["your-api-key", /^is a placeholder/],
  "the letters of an example": ["XXXXXXXX", /^is a placeholder/],
  "the platform's address": ["https://backend.composio.dev", /^is an address\. Pass the project's key$/],
  "a user's key": ["uak_hunter2", /^is the key of a user\. Pass the project's, which starts with ak_$/],
  "an organization's key": ["oak_hunter2", /^is the key of an organization/],
};

suite("apiKey", () => {
  for (const [name, [key, message]] of Object.entries(wrong)) {
    test(`is refused with the reason, and without the key, when it is or has ${name}`, () => {
      assert.throws(() => createGateway(optionsOf({ apiKey: key })), (error) => {
        assert.ok(error instanceof TypeError && error.message.startsWith("createGateway: `apiKey` "), error.message);
        assert.match(error.message.slice("createGateway: `apiKey` ".length), message);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      });
    });
  }

  for (const key of ["k", "test", "ak_1", "ak_live-0.1~2", "QUJDREVG==", "a:b/c+d"]) {
    test(`may be ${key}`, async () => {
      const { as, seen } = openGateway({ apiKey: key });
      await as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
      assert.equal(seen[0].headers["x-api-key"], key);
    });
  }
});

suite("without an onError", () => {
  const path = "/api/v3.1/toolkits/gmail";
  /** What the console is told of one request. */
  async function logged(t, options) {
    const { mock } = t.mock.method(console, "error", () => {});
    const { as } = openGateway({ onError: undefined, ...options });
    const { status, text } = await as("Jessica")("GET", path);
    assert.ok(status >= 500 && !text.includes("hunter2"), text);
    assert.ok(mock.calls.every(({ arguments: given }) => given.length === 1 && typeof given[0] === "string"));
    return mock.calls.map(({ arguments: [line] }) => line).join("\n");
  }
  const failing = (error) => ({ fetch: async () => { throw error; } });

  test("a refused key reaches the console", async (t) => {
    assert.match(await logged(t, { fetch: async () => new Response("{}", { status: 401 }) }), /^connect-flow gateway: .*The platform did not accept `apiKey`\. Is it/);
  });

  const refused = {
    "an expired key": [401, { code: 811, slug: "APIKey_APIKeyExpired" }, /did not accept `apiKey` \(APIKey_APIKeyExpired\)/],
    "a key from an address that is not allowed": [401, { code: 902, slug: "Auth_Unauthorized" }, /did not accept `apiKey` \(Auth_Unauthorized\)/],
    "a key without the permission": [403, { code: 812, slug: "APIKey_InsufficientPermissions" }, /accepts `apiKey`, but not for this \(APIKey_InsufficientPermissions\)\. Give the key this permission/],
  };
  for (const [name, [status, error, message]] of Object.entries(refused)) {
    test(`${name} reaches the console, and is to the page no thing that is not there`, async (t) => {
      const fetch = async () => Response.json({ error: { message: "hunter2", status, ...error } }, { status });
      assert.match(await logged(t, { fetch }), message);
    });
  }

  for (const short of ["k", "test", "a.b"]) {
    test(`a key as short as ${short} leaves the words of the log as they are, and is not in it`, async (t) => {
      const text = await logged(t, { apiKey: short, fetch: async () => { throw new Error(`fake testing: cannot send x-api-key: ${short}`); } });
      assert.match(text, /fake testing: cannot send x-api-key: \[apiKey\]/);
    });
  }

  test("an error of the app reaches the console with its place and its cause", async (t) => {
    const error = new Error("no session store", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });
    const text = await logged(t, { authenticate: () => { throw error; } });
    assert.match(text, /^connect-flow gateway: Error: no session store\n\s+at .*key\.test\.mjs/);
    assert.match(text, /\ncaused by Error: refused\n[^]*\(ECONNREFUSED\)$/);
  });

  const config = { headers: { "x-api-key": apiKey } };
  const leaks = {
    "in its message": new Error(`cannot send x-api-key: ${apiKey}`),
    "in its cause": new Error("failed", { cause: new Error(apiKey) }),
    "in a member": Object.assign(new Error("failed"), { config, request: new Request("https://platform.test", config) }),
    "encoded": new Error(`key=${encodeURIComponent(apiKey)}`),
    "in base64": new Error(`Basic ${btoa(`user:${apiKey}`)}`),
    "as what is thrown": apiKey,
    "in an object that is thrown": config,
  };
  for (const [name, error] of Object.entries(leaks)) {
    test(`the console never shows the key that an error holds ${name}`, async (t) => {
      const text = await logged(t, failing(error));
      assert.notEqual(text, "");
      assert.ok(!text.includes(apiKey) && !text.includes(btoa(`user:${apiKey}`)), text);
    });
  }

  test("an error that cannot be read is no failure of the gateway", async (t) => {
    const unreadable = new Proxy(new Error("x"), { get: () => { throw new Error("no"); } });
    await logged(t, { authenticate: () => { throw unreadable; } });
  });
});
