import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createGateway } from "connect-flow/server";
import { apiKey, everything, integrations, openGateway, optionsOf } from "./support.mjs";

/** What is wrong: [options, what the error says]. */
const wrong = {
  "no key": [{ apiKey: undefined }, /apiKey must be/],
  "an empty key": [{ apiKey: "" }, /apiKey must be/],
  "a key with a line break": [{ apiKey: "key-01234\r\nx: y" }, /apiKey must be/],
  "a function for nobody": [{ authenticate: "Jessica" }, /authenticate must be a function/],
  "a misspelt option": [{ redirectOrgins: [] }, /there is no option redirectOrgins/],
  "no allow": [{ allow: undefined }, /allow must be an object/],
  "a misspelt member of allow": [{ allow: { ...everything, app: ["gmail"] } }, /allow: there is no option app/],
  "no apps": [{ allow: { operations: ["connect"] } }, /allow.apps must be an array/],
  "an unknown operation": [{ allow: { ...everything, operations: ["connect", "accounts.read"] } }, /allow.operations names accounts.read/],
  "an operation of every object": [{ allow: { ...everything, operations: ["toString"] } }, /allow.operations names toString/],
  "an app that is a path": [{ allow: { ...everything, apps: ["../org"] } }, /allow.apps names \.\.\/org/],
  "an integration that is a path": [{ allow: { operations: ["connect"], apps: [], integrations: ["a/b"] } }, /allow.integrations names a\/b/],
  "an action that is a route": [{ allow: { ...everything, actions: ["proxy"] } }, /allow.actions names proxy/],
  "executeAction without actions": [{ allow: { operations: ["executeAction"], apps: [] } }, /executeAction needs the names of actions/],
  "actions without executeAction": [{ allow: { operations: ["connect"], apps: [], actions: ["A"] } }, /allow.actions needs executeAction/],
  "new integrations beside a list of them": [{ allow: { operations: ["integrations.create"], apps: [], integrations: ["a"] } }, /integrations.create makes/],
  "no redirect origins": [{ redirectOrigins: undefined }, /redirectOrigins must be an array/],
  "a redirect URL for an origin": [{ redirectOrigins: ["https://app.test/done"] }, /redirectOrigins names https:\/\/app.test\/done, which is no origin of https, nor of http on loopback/],
  "an origin with a slash": [{ redirectOrigins: ["https://app.test/"] }, /names https:\/\/app.test\/, which is no origin .*, with nothing behind its host and port$/],
  "plain http": [{ redirectOrigins: ["http://app.test"] }, /redirectOrigins names/],
  "any origin": [{ origins: ["*"] }, /origins names \*/],
  "a platform by plain http": [{ upstream: "http://platform.test" }, /upstream must be an https URL/],
  "a platform with a password": [{ upstream: "https://a:b@platform.test" }, /upstream must be/],
  "a platform with a query": [{ upstream: "https://platform.test/?a" }, /upstream must be/],
  "a base path with a slash at its end": [{ basePath: "/api/" }, /basePath must be/],
  "a base path that leads upwards": [{ basePath: "/api/../x" }, /basePath must be/],
  "no time": [{ timeoutMs: 0 }, /timeoutMs must be/],
  "half a byte": [{ maxBodyBytes: 0.5 }, /maxBodyBytes must be/],
};

suite("options", () => {
  for (const [name, [options, message]] of Object.entries(wrong)) {
    test(`refuses ${name}`, () => {
      assert.throws(() => createGateway(optionsOf(options)), (error) => {
        assert.ok(error instanceof TypeError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes(apiKey));
        return true;
      });
    });
  }

  test("takes loopback by http, and another base path", async () => {
    createGateway(optionsOf({ upstream: "http://localhost:3001", redirectOrigins: ["http://127.0.0.1:3000", "http://[::1]:3000"] }));
    const { gateway } = openGateway({ basePath: "/x/y" });
    const ask = (path) => gateway(new Request(`https://app.test${path}`, { headers: { "x-test-user": "Jessica" } }));
    assert.equal((await ask("/x/y/api/v3.1/toolkits/gmail")).status, 200);
    assert.equal((await ask("/api/connect/api/v3.1/toolkits/gmail")).status, 404);
    assert.equal((await ask("/x/yy/api/v3.1/toolkits/gmail")).status, 404);
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
    assert.deepEqual([status, body.error.slug, body.error.message], [403, "Gateway_NotAllowed", "connectedAccounts.list is not in allow.operations"]);
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
    "answers several users": () => "Jessica,Melissa",
    "answers a control character": () => "Jessica\n",
    "answers an object": () => ({ id: "Jessica" }),
    "answers true": () => true,
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
