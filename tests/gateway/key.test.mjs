import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createGateway } from "connect-flow/server";
import { apiKey, openGateway, gatewayOptions } from "./support.mjs";

/** Each wrong value of `apiKey`, with what the error says after the option's name. */
const wrong = {
  "undefined": [undefined, /^must be the project's key as a string, got undefined\. Is the environment variable/],
  "null": [null, /got null\./],
  "a number": [5, /got a number\./],
  "a promise": [Promise.resolve("hunter2"), /got a Promise\./],
  "a function": [() => "hunter2", /got a function\./],
  "an empty text": ["", /^is empty\. Is the environment variable/],
  "white space": [" \n", /^is only white space\./],
  "the string \"undefined\"": ["undefined", /^is the string "undefined": a missing value was converted to a string/],
  "the string \"null\"": ["null", /^is the string "null"/],
  "an object turned into a string": ["[object Promise]", /^is the string "\[object Promise\]"/],
  "a line break at the end, as from a file": ["hunter2-key\n", /^starts or ends with a line break\. Pass `apiKey\.trim\(\)`$/],
  "a Windows line break at the end": ["hunter2-key\r\n", /^starts or ends with a line break/],
  "a blank at the start": [" hunter2-key", /^starts or ends with white space\. Pass `apiKey\.trim\(\)`$/],
  "a byte order mark": ["\ufeffhunter2-key", /^starts or ends with white space/],
  "a second header inside": ["hunter2-key\r\nx: y", /^contains a line break\. Pass the key alone$/],
  "double quotes around the key": ['"hunter2-key"', /^is in quotes\. Pass it without them$/],
  "single quotes around the key": ["'hunter2-key'", /^is in quotes/],
  "typographic quotes around the key": ["“hunter2-key”", /^is in quotes/],
  "a whole line of an .env file": ["COMPOSIO_API_KEY=hunter2-key", /^is a whole line of an \.env file\. Pass what comes after the =$/],
  "an authentication scheme in front": ["Bearer hunter2-key", /^starts with Bearer\. Pass the key alone$/],
  "an unexpanded shell variable": ["${COMPOSIO_API_KEY}", /^is a placeholder that was never replaced/],
  "a placeholder in angle brackets": ["<hunter2-key>", /^is a placeholder/],
  "a blank inside": ["hunter2 key", /^contains a blank or invisible character at position 8\. Copy the key again$/],
  "an invisible character inside": ["hunter2\u200bkey", /^contains a blank or invisible character at position 8/],
  "a character of another alphabet": ["hunter2-kеy", /^contains a character that keys do not have at position 10/],
  "an ellipsis, as in a dashboard": ["hunter2…", /^is masked or cut\. Copy the whole key$/],
  "three dots in the middle": ["ak_12...hunter2", /^is masked or cut/],
  "asterisks in the middle": ["ak_12*****hunter2", /^is masked or cut/],
  "the string \"false\"": ["false", /^is the string "false": a missing value was converted to a string/],
  "an unexpanded Windows variable": ["%COMPOSIO_API_KEY%", /^is a placeholder/],
  "an expression in place of its value": ["process.env.COMPOSIO_API_KEY", /^is a placeholder/],
  "an example's placeholder": ["your-api-key", /^is a placeholder/],
  "a placeholder of Xs": ["XXXXXXXX", /^is a placeholder/],
  "the platform's URL": ["https://backend.composio.dev", /^is a URL\. Pass the project's key$/],
  "a user's key": ["uak_hunter2", /^is the key of a user\. Pass the project's, which starts with ak_$/],
  "an organization's key": ["oak_hunter2", /^is the key of an organization/],
};

suite("apiKey", () => {
  for (const [name, [key, message]] of Object.entries(wrong)) {
    test(`is rejected with a reason that does not repeat the value: ${name}`, () => {
      assert.throws(() => createGateway(gatewayOptions({ apiKey: key })), (error) => {
        assert.ok(error instanceof TypeError && error.message.startsWith("createGateway: `apiKey` "), error.message);
        assert.match(error.message.slice("createGateway: `apiKey` ".length), message);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      });
    });
  }

  for (const key of ["k", "test", "ak_1", "ak_live-0.1~2", "QUJDREVG==", "a:b/c+d"]) {
    test(`may be ${key}`, async () => {
      const { as, upstreamRequests } = openGateway({ apiKey: key });
      await as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
      assert.equal(upstreamRequests[0].headers["x-api-key"], key);
    });
  }
});

suite("the default onError", () => {
  const path = "/api/v3.1/toolkits/gmail";
  /** What one request writes to the console. */
  async function logged(t, options) {
    const { mock } = t.mock.method(console, "error", () => {});
    const { as } = openGateway({ onError: undefined, ...options });
    const { status, text } = await as("Jessica")("GET", path);
    assert.ok(status >= 500 && !text.includes("hunter2"), text);
    assert.ok(mock.calls.every(({ arguments: given }) => given.length === 1 && typeof given[0] === "string"));
    return mock.calls.map(({ arguments: [line] }) => line).join("\n");
  }
  const failing = (error) => ({ fetch: async () => { throw error; } });

  test("writes to the console that the platform rejected the key", async (t) => {
    assert.match(await logged(t, { fetch: async () => new Response("{}", { status: 401 }) }), /^connect-flow gateway: .*The platform rejected `apiKey`\. Check that it is/);
  });

  const rejected = {
    "an expired key": [401, { code: 811, slug: "APIKey_APIKeyExpired" }, /rejected `apiKey` \(APIKey_APIKeyExpired\)/],
    "a key from an address that is not allowed": [401, { code: 902, slug: "Auth_Unauthorized" }, /rejected `apiKey` \(Auth_Unauthorized\)/],
    "a key without a permission": [403, { code: 812, slug: "APIKey_InsufficientPermissions" }, /accepts `apiKey`, but not for this operation \(APIKey_InsufficientPermissions\)\. Give the key this permission/],
  };
  for (const [name, [status, error, message]] of Object.entries(rejected)) {
    test(`writes ${name} to the console, and the page receives a 5xx rather than a 404`, async (t) => {
      const fetch = async () => Response.json({ error: { message: "hunter2", status, ...error } }, { status });
      assert.match(await logged(t, { fetch }), message);
    });
  }

  for (const short of ["k", "test", "a.b"]) {
    test(`redacts the short key ${short} as a word, and leaves other words alone`, async (t) => {
      const text = await logged(t, { apiKey: short, fetch: async () => { throw new Error(`fake testing: cannot send x-api-key: ${short}`); } });
      assert.match(text, /fake testing: cannot send x-api-key: \[apiKey\]/);
    });
  }

  test("writes an error of the app with its stack and its cause", async (t) => {
    const error = new Error("no session store", { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });
    const text = await logged(t, { authenticate: () => { throw error; } });
    assert.match(text, /^connect-flow gateway: Error: no session store\n\s+at .*key\.test\.mjs/);
    assert.match(text, /\ncaused by Error: refused\n[^]*\(ECONNREFUSED\)$/);
  });

  const config = { headers: { "x-api-key": apiKey } };
  const errorsWithKey = {
    "in its message": new Error(`cannot send x-api-key: ${apiKey}`),
    "in its cause": new Error("failed", { cause: new Error(apiKey) }),
    "in a property": Object.assign(new Error("failed"), { config, request: new Request("https://platform.test", config) }),
    "percent-encoded": new Error(`key=${encodeURIComponent(apiKey)}`),
    "in base64": new Error(`Basic ${btoa(`user:${apiKey}`)}`),
    "as the thrown value": apiKey,
    "in a thrown object": config,
  };
  for (const [name, error] of Object.entries(errorsWithKey)) {
    test(`redacts a key that an error contains ${name}`, async (t) => {
      const text = await logged(t, failing(error));
      assert.notEqual(text, "");
      assert.ok(!text.includes(apiKey) && !text.includes(btoa(`user:${apiKey}`)), text);
    });
  }

  test("survives an error whose properties throw", async (t) => {
    const unreadable = new Proxy(new Error("x"), { get: () => { throw new Error("no"); } });
    await logged(t, { authenticate: () => { throw unreadable; } });
  });
});
