import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createGateway } from "connect-flow/server";
import { apiKey, everything, integrations, openGateway, optionsOf } from "./support.mjs";

const only = (members) => ({ allow: { operations: ["connect"], apps: ["gmail"], ...members } });

/** What is wrong, and what the error says after `createGateway: `: [options, message]. */
const wrong = {
  "a function for nobody": [{ authenticate: "Jessica" }, /^`authenticate` must be a function that answers the signed-in user's id, got "Jessica"/],
  "a misspelt option": [{ redirectOrgins: [] }, /^"redirectOrgins" is not an option\. Did you mean "redirectOrigins"\? Valid names: apiKey, authenticate, allow, /],
  "an option in another case": [{ Timeoutms: 5 }, /Did you mean "timeoutMs"\?/],
  "an option cut short": [{ timeout: 5 }, /Did you mean "timeoutMs"\?/],
  "an option of another library": [{ userId: "Jessica" }, /^"userId" is not an option\. `authenticate` answers who the user is\. Valid names: /],
  "an option at the wrong level": [{ apps: ["gmail"] }, /^"apps" is not an option\. It is a member of `allow`\./],
  "an option like no other": [{ colour: "red" }, /^"colour" is not an option\. Valid names: /],
  "an option of every object": [{ toString: () => "x" }, /^"toString" is not an option\. Valid/],
  "no allow": [{ allow: undefined }, /^`allow` must be an object such as .*, got nothing$/],
  "a list for allow": [{ allow: ["connect"] }, /^`allow` must be an object .*, got an array$/],
  "a misspelt member of allow": [only({ app: ["gmail"] }), /^"app" is not a member of `allow`\. Did you mean "apps"\? Valid names: operations, apps, integrations, actions$/],
  "no apps": [only({ apps: undefined }), /^`allow\.apps` must be an array of texts, such as \["gmail"\], got nothing$/],
  "a text for a list": [only({ operations: "connect" }), /^`allow\.operations` must be an array of texts, such as \["connect"\], got a text$/],
  "an empty text for the integrations, as of an empty variable": [only({ integrations: "" }), /^`allow\.integrations` must be an array of texts, .* got an empty text$/],
  "null for the integrations": [only({ integrations: null }), /^`allow\.integrations` must be .* got null$/],
  "a flag for the integrations": [only({ integrations: false }), /^`allow\.integrations` must be .* got a boolean$/],
  "a hole in a list": [only({ apps: ["gmail", undefined] }), /^`allow\.apps` must list texts only, got nothing$/],
  "a misspelt operation": [only({ operations: ["conect"] }), /^`allow\.operations` names "conect", which is not an operation\. Did you mean "connect"\? Operations are "connect", "manage", "apps\.get"/],
  "an operation without its group": [only({ operations: ["connectedAccounts.lst"] }), /Did you mean "connectedAccounts\.list"\?/],
  "the last name of an operation": [only({ operations: ["refresh"] }), /Did you mean "connectedAccounts\.refresh"\?/],
  "a call of several operations": [only({ operations: ["initiateConnection"] }), /Did you mean "connect"\?/],
  "the start of an option": [{ maxBody: 5 }, /Did you mean "maxBodyBytes"\?/],
  "another word for an option": [{ key: "a" }, /Did you mean "apiKey"\?/],
  "an operation like no other": [only({ operations: ["everything"] }), /which is not an operation\. Operations are/],
  "an operation of every object": [only({ operations: ["toString"] }), /^`allow\.operations` names "toString"/],
  "an app that is a path": [only({ apps: ["../org"] }), /^`allow\.apps` names "\.\.\/org", which is not an app's key\. Write it in letters/],
  "any app": [only({ apps: ["*"] }), /^`allow\.apps` names "\*", which is not an app's key\. List each one$/],
  "an integration that is a path": [only({ integrations: ["a/b"] }), /^`allow\.integrations` names "a\/b", which is not an integration's id/],
  "an action that is a route": [only({ actions: ["proxy"] }), /^`allow\.actions` names "proxy", which is not the name of an action\. Write one such as "GMAIL_GET_PROFILE"/],
  "executeAction without actions": [only({ operations: ["executeAction"] }), /^"executeAction" needs the names of actions in `allow\.actions`/],
  "actions without executeAction": [only({ actions: ["A"] }), /^`allow\.actions` needs "executeAction" in `allow\.operations`/],
  "new integrations beside a list of them": [only({ operations: ["integrations.create"], integrations: ["a"] }), /^"integrations\.create" makes integrations that/],
  "a platform by plain http": [{ upstream: "http://platform.test" }, /^`upstream` must be the platform's https URL, .*, got one of http$/],
  "a platform with a password": [{ upstream: "https://a:hunter2@platform.test" }, /^`upstream` must be .*, got one with such a part$/],
  "a platform with a query": [{ upstream: "https://platform.test/?a" }, /got one with such a part$/],
  "a platform without a scheme": [{ upstream: "platform.test" }, /got what is no URL$/],
  "a platform as a URL object": [{ upstream: new URL("https://platform.test") }, /^`upstream` must be .*, got a URL$/],
  "a platform with the version of its API": [{ upstream: "https://platform.test/api/v3.1" }, /^`upstream` must be the platform's URL without the version of its API, which the gateway adds/],
  "null for a platform": [{ upstream: null }, /^`upstream` must be .*, got null$/],
  "null for a time": [{ timeoutMs: null }, /^`timeoutMs` must be .*, got null$/],
  "a base path with a slash at its end": [{ basePath: "/api/" }, /^`basePath` must be a path .*, got "\/api\/"\. Write "\/api"$/],
  "a base path without a slash at its start": [{ basePath: "api/connect" }, /Write "\/api\/connect"$/],
  "a slash for the root": [{ basePath: "/" }, /Write "" for the root$/],
  "a base path that leads upwards": [{ basePath: "/api/../x" }, /^`basePath` must be/],
  "a base path that is a pattern": [{ basePath: "/api/*" }, /It may hold letters/],
  "a base path that is no text": [{ basePath: /api/ }, /^`basePath` must be a path such as "\/api\/connect", got a RegExp$/],
  "no time": [{ timeoutMs: 0 }, /^`timeoutMs` must be an integer from 1 to 2147483647, got 0$/],
  "more time than a timer has": [{ timeoutMs: 2 ** 31 }, /^`timeoutMs` must be .*, got 2147483648$/],
  "endless time": [{ timeoutMs: Infinity }, /got Infinity$/],
  "a time as a text": [{ timeoutMs: "30s" }, /got "30s"$/],
  "half a byte": [{ maxBodyBytes: 0.5 }, /^`maxBodyBytes` must be an integer from 1 to \d+, got 0\.5$/],
  "a flag as a text": [{ exposeAuthParams: "yes" }, /^`exposeAuthParams` must be true or false, got "yes"$/],
  "an onError that is no function": [{ onError: { log() {} } }, /^`onError` must be a function, got an object$/],
  "a fetch that is no function": [{ fetch: null }, /^`fetch` must be a function, got null$/],
};

suite("options", () => {
  for (const [name, [options, message]] of Object.entries(wrong)) {
    test(`refuses ${name}`, () => {
      assert.throws(() => createGateway(optionsOf(options)), (error) => {
        assert.ok(error instanceof TypeError);
        assert.ok(error.message.startsWith("createGateway: "), error.message);
        assert.match(error.message.slice("createGateway: ".length), message);
        assert.doesNotMatch(error.message, new RegExp(`${apiKey}|hunter2`));
        return true;
      });
    });
  }

  for (const [name, given] of Object.entries({ nothing: [], null: [null], "a text": ["key"], "an array": [[]] })) {
    test(`are an object, and not ${name}`, () => {
      const message = `createGateway: the argument must be an object such as { apiKey, authenticate, allow, redirectOrigins }, got ${name}`;
      assert.throws(() => createGateway(...given), { name: "TypeError", message });
    });
  }

  test("may be undefined where they are optional", () => {
    const optional = [
      "upstream", "basePath", "origins", "unsafeHttpOrigins", "exposeAuthParams", "fetch", "timeoutMs", "maxBodyBytes", "maxHeaderBytes", "maxAnswerBytes",
      "onError",
    ];
    createGateway(optionsOf({ ...Object.fromEntries(optional.map((name) => [name, undefined])), allow: { ...everything, integrations: undefined } }));
  });

  test("takes loopback by http, and another base path", async () => {
    createGateway(optionsOf({ upstream: "http://localhost:3001", redirectOrigins: ["http://127.0.0.1:3000", "http://[::1]:3000"] }));
    const { gateway } = openGateway({ basePath: "/x/y" });
    const ask = (path) => gateway(new Request(`https://app.test${path}`, { headers: { "x-test-user": "Jessica" } }));
    assert.equal((await ask("/x/y/api/v3.1/toolkits/gmail")).status, 200);
    assert.equal((await ask("/api/connect/api/v3.1/toolkits/gmail")).status, 404);
    assert.equal((await ask("/x/yy/api/v3.1/toolkits/gmail")).status, 404);
  });

  test("a gateway that is mounted elsewhere than its basePath says so", async () => {
    const { gateway, seen } = openGateway();
    for (const path of ["/connect/api/v3.1/toolkits/gmail", "/api/v3.1/toolkits/gmail", "/api/connected/api/v3.1/toolkits/gmail"]) {
      const response = await gateway(new Request(`https://app.test${path}`, { headers: { "x-test-user": "Jessica" } }));
      const { error } = await response.json();
      assert.deepEqual([response.status, error.slug, seen.length], [404, "Gateway_NotFound", 0]);
      assert.match(error.message, /^The path does not begin with the option `basePath` of createGateway$/);
    }
  });

  test("a platform below a path is asked there", async () => {
    const opened = openGateway({ upstream: "https://proxy.test/platform/" });
    opened.reply = () => Response.json({ slug: "gmail" });
    await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
    assert.equal(opened.seen[0].url, "https://proxy.test/platform/api/v3.1/toolkits/gmail");
  });
});

suite("allow", () => {
  const requests = {
    "apps.list": ["GET", "/api/v3.1/toolkits"],
    "apps.get": ["GET", "/api/v3.1/toolkits/gmail"],
    "integrations.list": ["GET", "/api/v3.1/auth_configs"],
    "integrations.get": ["GET", "/api/v3.1/auth_configs/ac_Gmail0000001"],
    "integrations.create": ["POST", "/api/v3.1/auth_configs", { toolkit: { slug: "gmail" }, auth_config: { type: "use_composio_managed_auth" } }],
    "connectedAccounts.initiate": ["POST", "/api/v3.1/connected_accounts/link", { auth_config_id: "ac_Gmail0000001" }],
    "connectedAccounts.get": ["GET", "/api/v3.1/connected_accounts/nobodys"],
    "connectedAccounts.list": ["GET", "/api/v3.1/connected_accounts"],
    "connectedAccounts.refresh": ["POST", "/api/v3.1/connected_accounts/nobodys/refresh", {}],
    "connectedAccounts.enable": ["PATCH", "/api/v3.1/connected_accounts/nobodys/status", { enabled: true }],
    "connectedAccounts.disable": ["PATCH", "/api/v3.1/connected_accounts/nobodys/status", { enabled: false }],
    "connectedAccounts.delete": ["DELETE", "/api/v3.1/connected_accounts/nobodys"],
    getAuthParams: ["GET", "/api/v3.1/connected_accounts/nobodys"],
    executeAction: ["POST", "/api/v3.1/tools/execute/GMAIL_GET_PROFILE", { arguments: {} }],
  };
  /** An account shows what is known of its auth params. */
  const oneRequest = ["connectedAccounts.get", "getAuthParams"];
  /** The calls that are let in with these operations. */
  async function letIn(operations) {
    const { as } = openGateway({ allow: { operations, apps: ["gmail"], ...(operations.includes("executeAction") && { actions: ["GMAIL_GET_PROFILE"] }) } });
    const answers = Object.entries(requests).map(async ([name, [method, path, body]]) => [name, await as("Jessica")(method, path, { body })]);
    return (await Promise.all(answers)).filter(([, { status }]) => status !== 403).map(([name]) => name);
  }

  for (const name of Object.keys(requests)) {
    const same = oneRequest.includes(name) ? oneRequest : [name];
    test(`${name} alone`, async () => assert.deepEqual(await letIn([name]), same));
  }

  test("connect and manage are the calls that they say", async () => {
    assert.deepEqual(await letIn(["connect"]), ["apps.get", "integrations.list", "integrations.get", "connectedAccounts.initiate", ...oneRequest]);
    const managing = ["list", "refresh", "enable", "disable", "delete"].map((name) => `connectedAccounts.${name}`);
    assert.deepEqual(await letIn(["manage"]), managing);
    assert.deepEqual(await letIn([]), []);
  });

  test("a refusal names the operation, and nothing reaches the platform", async () => {
    const { as, seen } = openGateway({ allow: { operations: [], apps: ["gmail"] } });
    const { status, body } = await as("Jessica")("GET", "/api/v3.1/connected_accounts");
    assert.deepEqual([status, body.error.slug, body.error.message], [403, "Gateway_NotAllowed", "connectedAccounts.list is not allowed: list it in the option `allow.operations`"]);
    assert.deepEqual(seen, []);
  });

  test("integrations that are not listed are not there", async () => {
    const { as } = openGateway({ allow: { operations: ["connect"], apps: ["gmail", "shopify"], integrations: [integrations.gmail] } });
    const found = await as("Jessica")("GET", "/api/v3.1/auth_configs");
    assert.deepEqual(found.body.items.map(({ id }) => id), [integrations.gmail]);
    for (const [app, expected] of [["gmail", 200], ["shopify", 404], ["zendesk", 404]]) {
      const id = integrations[app];
      assert.equal((await as("Jessica")("GET", `/api/v3.1/auth_configs/${id}`)).status, expected);
      const made = await as("Jessica")("POST", "/api/v3.1/connected_accounts/link", { body: { auth_config_id: id } });
      assert.equal(made.status < 300, expected === 200, made.text);
    }
  });
});

suite("authenticate", () => {
  test("is given the request and the handler's second argument", async () => {
    const asked = [];
    const { gateway } = openGateway({ authenticate: async (request, context) => void asked.push([new URL(request.url).pathname, context]) });
    const response = await gateway(new Request("https://app.test/api/connect/api/v3.1/toolkits"), { user: 1 });
    assert.deepEqual([response.status, asked], [401, [["/api/connect/api/v3.1/toolkits", { user: 1 }]]]);
  });

  for (const nobody of [undefined, null, ""]) {
    test(`${JSON.stringify(nobody)} is nobody`, async () => {
      const { ask, seen } = openGateway({ authenticate: () => nobody });
      assert.equal((await ask("GET", "/api/v3.1/toolkits")).status, 401);
      assert.deepEqual(seen, []);
    });
  }

  for (const [name, authenticate] of Object.entries({
    "throws": () => { throw new Error("database password is hunter2"); },
    "rejects": async () => { throw new Error("database password is hunter2"); },
  })) {
    test(`that ${name} is a 500 without details, and an error for the log`, async () => {
      const { ask, seen, errors } = openGateway({ authenticate });
      const { status, body } = await ask("GET", "/api/v3.1/toolkits");
      assert.deepEqual([status, body], [500, { error: { message: "The gateway failed", slug: "Gateway_Failed", status: 500 } }]);
      assert.deepEqual([seen.length, errors.length], [0, 1]);
    });
  }

});

suite("an onError", () => {
  const fails = () => {
    throw new Error("the log is gone");
  };
  /** Ways to fail: at once, later, and as something that only looks like a promise. */
  const failing = {
    "throws": fails,
    "throws nothing": () => { throw undefined; },
    "rejects": async () => fails(),
    "rejects later": () => new Promise((_resolve, reject) => setImmediate(() => reject(new Error("late")))),
    "rejects with itself": () => { const own = Promise.reject(new Error("own")); own.catch = undefined; return own; },
    "answers a thenable that throws": () => ({ then: fails }),
    "answers a thenable that rejects": () => ({ then: (_resolve, reject) => reject(new Error("no")) }),
    "answers a thenable that answers one that rejects": () => ({ then: (resolve) => resolve(Promise.reject(new Error("no"))) }),
    "answers a getter that throws": () => Object.defineProperty({}, "then", { get: fails }),
    "answers a proxy that throws": () => new Proxy({}, { get: fails, getPrototypeOf: fails }),
    "never answers": () => new Promise(() => {}),
  };
  const causes = {
    "authenticate fails": ["GET", 500, { authenticate: fails }],
    "the platform cannot be used": ["GET", 502, {}],
  };
  for (const [name, onError] of Object.entries(failing)) {
    test(`that ${name} changes no answer and is no unhandled rejection`, async () => {
      const unhandled = [];
      const note = (reason) => void unhandled.push(reason);
      process.on("unhandledRejection", note);
      try {
        for (const [method, expected, options] of Object.values(causes)) {
          let told = 0;
          const opened = openGateway({ ...options, onError: (...given) => { told += 1; return onError(...given); } });
          opened.reply = () => new Response("<html>");
          assert.deepEqual([(await opened.as("Jessica")(method, "/api/v3.1/toolkits/gmail")).status, told], [expected, 1]);
        }
        for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        assert.deepEqual(unhandled, []);
      } finally {
        process.off("unhandledRejection", note);
      }
    });
  }
});
