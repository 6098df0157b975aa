import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createGateway } from "connect-flow/server";
import { gatewayRequests } from "../support/calls.mjs";
import { apiKey, allowEverything, integrations, openGateway, gatewayOptions } from "./support.mjs";

const allowWith = (members) => ({ allow: { operations: ["connect"], apps: ["gmail"], ...members } });

/** Each mistake, with what the error says after `createGateway: `: [options, message]. */
const wrong = {
  "a string for authenticate": [{ authenticate: "Jessica" }, /^`authenticate` must be a function that returns the signed-in user's id, got "Jessica"/],
  "a misspelt option": [{ redirectOrgins: [] }, /^"redirectOrgins" is not an option\. Did you mean "redirectOrigins"\? Valid names: apiKey, authenticate, allow, /],
  "an option in another case": [{ Timeoutms: 5 }, /Did you mean "timeoutMs"\?/],
  "an option cut short": [{ timeout: 5 }, /Did you mean "timeoutMs"\?/],
  "an option of another library": [{ userId: "Jessica" }, /^"userId" is not an option\. Return the user's id from `authenticate`\. Valid names: /],
  "an option at the wrong level": [{ apps: ["gmail"] }, /^"apps" is not an option\. It is a member of `allow`\./],
  "an unknown option": [{ colour: "red" }, /^"colour" is not an option\. Valid names: /],
  "an option named like a member of Object.prototype": [{ toString: () => "x" }, /^"toString" is not an option\. Valid/],
  "no allow": [{ allow: undefined }, /^`allow` must be an object such as .*, got undefined$/],
  "an array for allow": [{ allow: ["connect"] }, /^`allow` must be an object .*, got an array$/],
  "a misspelt member of allow": [allowWith({ app: ["gmail"] }), /^"app" is not a member of `allow`\. Did you mean "apps"\? Valid names: operations, apps, integrations, actions$/],
  "no apps": [allowWith({ apps: undefined }), /^`allow\.apps` must be an array of strings such as \["gmail"\], got undefined$/],
  "a string for a list": [allowWith({ operations: "connect" }), /^`allow\.operations` must be an array of strings such as \["connect"\], got a string$/],
  "an empty string for the integrations, as from an empty variable": [allowWith({ integrations: "" }), /^`allow\.integrations` must be an array of strings .* got an empty string$/],
  "null for the integrations": [allowWith({ integrations: null }), /^`allow\.integrations` must be .* got null$/],
  "false for the integrations": [allowWith({ integrations: false }), /^`allow\.integrations` must be .* got a boolean$/],
  "undefined in a list": [allowWith({ apps: ["gmail", undefined] }), /^`allow\.apps` must contain only strings, got undefined$/],
  "a misspelt operation": [allowWith({ operations: ["conect"] }), /^`allow\.operations` names "conect", which is not an operation\. Did you mean "connect"\? Operations are "connect", "manage", "apps\.get"/],
  "an operation without its group": [allowWith({ operations: ["connectedAccounts.lst"] }), /Did you mean "connectedAccounts\.list"\?/],
  "the last part of an operation's name": [allowWith({ operations: ["refresh"] }), /Did you mean "connectedAccounts\.refresh"\?/],
  "a client method that uses several operations": [allowWith({ operations: ["initiateConnection"] }), /Did you mean "connect"\?/],
  "the start of an option": [{ maxBody: 5 }, /Did you mean "maxBodyBytes"\?/],
  "another word for an option": [{ key: "a" }, /Did you mean "apiKey"\?/],
  "an unknown operation": [allowWith({ operations: ["everything"] }), /which is not an operation\. Operations are/],
  "an operation named like a member of Object.prototype": [allowWith({ operations: ["toString"] }), /^`allow\.operations` names "toString"/],
  "an app that is a path": [allowWith({ apps: ["../org"] }), /^`allow\.apps` names "\.\.\/org", which is not an app's key\. Write it in letters/],
  "a wildcard for the apps": [allowWith({ apps: ["*"] }), /^`allow\.apps` names "\*", which is not an app's key\. List each one$/],
  "an integration that is a path": [allowWith({ integrations: ["a/b"] }), /^`allow\.integrations` names "a\/b", which is not an integration's id/],
  "an action that is a route": [allowWith({ actions: ["proxy"] }), /^`allow\.actions` names "proxy", which is not the name of an action\. Write one such as "GMAIL_GET_PROFILE"/],
  "executeAction without actions": [allowWith({ operations: ["executeAction"] }), /^"executeAction" needs the names of actions in `allow\.actions`/],
  "actions without executeAction": [allowWith({ actions: ["A"] }), /^`allow\.actions` needs "executeAction" in `allow\.operations`/],
  "integrations.create beside a list of integrations": [allowWith({ operations: ["integrations.create"], integrations: ["a"] }), /^"integrations\.create" creates integrations that/],
  "an upstream over plain http": [{ upstream: "http://platform.test" }, /^`upstream` must be the platform's https URL, .*, got an http URL$/],
  "an upstream with a password": [{ upstream: "https://a:hunter2@platform.test" }, /^`upstream` must be .*, got a URL with one of these$/],
  "an upstream with a query": [{ upstream: "https://platform.test/?a" }, /got a URL with one of these$/],
  "an upstream without a scheme": [{ upstream: "platform.test" }, /got an invalid URL$/],
  "an upstream as a URL object": [{ upstream: new URL("https://platform.test") }, /^`upstream` must be .*, got a URL$/],
  "an upstream with the version of its API": [{ upstream: "https://platform.test/api/v3.1" }, /^`upstream` must be the platform's URL without the version of its API, which the gateway adds/],
  "null for upstream": [{ upstream: null }, /^`upstream` must be .*, got null$/],
  "null for timeoutMs": [{ timeoutMs: null }, /^`timeoutMs` must be .*, got null$/],
  "a base path with a slash at its end": [{ basePath: "/api/" }, /^`basePath` must be a path .*, got "\/api\/"\. Write "\/api"$/],
  "a base path without a slash at its start": [{ basePath: "api/connect" }, /Write "\/api\/connect"$/],
  "a slash for the root": [{ basePath: "/" }, /Write "" for the root$/],
  "a base path with dot segments": [{ basePath: "/api/../x" }, /^`basePath` must be/],
  "a base path that is a pattern": [{ basePath: "/api/*" }, /It may contain letters/],
  "a base path that is a RegExp": [{ basePath: /api/ }, /^`basePath` must be a path such as "\/api\/connect", got a RegExp$/],
  "a time of 0": [{ timeoutMs: 0 }, /^`timeoutMs` must be an integer from 1 to 2147483647, got 0$/],
  "a time longer than a timer allows": [{ timeoutMs: 2 ** 31 }, /^`timeoutMs` must be .*, got 2147483648$/],
  "an infinite time": [{ timeoutMs: Infinity }, /got Infinity$/],
  "a time as a string": [{ timeoutMs: "30s" }, /got "30s"$/],
  "a fraction of a byte": [{ maxBodyBytes: 0.5 }, /^`maxBodyBytes` must be an integer from 1 to \d+, got 0\.5$/],
  "a flag as a string": [{ exposeAuthParams: "yes" }, /^`exposeAuthParams` must be true or false, got "yes"$/],
  "an object for onError": [{ onError: { log() {} } }, /^`onError` must be a function, got an object$/],
  "null for fetch": [{ fetch: null }, /^`fetch` must be a function, got null$/],
};

suite("createGateway", () => {
  for (const [name, [options, message]] of Object.entries(wrong)) {
    test(`rejects ${name}`, () => {
      assert.throws(() => createGateway(gatewayOptions(options)), (error) => {
        assert.ok(error instanceof TypeError);
        assert.ok(error.message.startsWith("createGateway: "), error.message);
        assert.match(error.message.slice("createGateway: ".length), message);
        assert.doesNotMatch(error.message, new RegExp(`${apiKey}|hunter2`));
        return true;
      });
    });
  }

  for (const [name, given] of Object.entries({ undefined: [], null: [null], "a string": ["key"], "an array": [[]] })) {
    test(`rejects ${name} in place of its options`, () => {
      const message = `createGateway: the argument must be an object such as { apiKey, authenticate, allow, redirectOrigins }, got ${name}`;
      assert.throws(() => createGateway(...given), { name: "TypeError", message });
    });
  }

  test("accepts undefined for every optional option", () => {
    const optional = [
      "upstream", "basePath", "origins", "unsafeHttpOrigins", "exposeAuthParams", "fetch", "timeoutMs", "maxBodyBytes", "maxHeaderBytes", "maxAnswerBytes",
      "onError",
    ];
    createGateway(gatewayOptions({ ...Object.fromEntries(optional.map((name) => [name, undefined])), allow: { ...allowEverything, integrations: undefined } }));
  });

  test("accepts plain http on loopback, and another base path", async () => {
    createGateway(gatewayOptions({ upstream: "http://localhost:3001", redirectOrigins: ["http://127.0.0.1:3000", "http://[::1]:3000"] }));
    const { gateway } = openGateway({ basePath: "/x/y" });
    const ask = (path) => gateway(new Request(`https://app.test${path}`, { headers: { "x-test-user": "Jessica" } }));
    assert.equal((await ask("/x/y/api/v3.1/toolkits/gmail")).status, 200);
    assert.equal((await ask("/api/connect/api/v3.1/toolkits/gmail")).status, 404);
    assert.equal((await ask("/x/yy/api/v3.1/toolkits/gmail")).status, 404);
  });

  test("returns a gateway that names `basePath` when a path is outside of it", async () => {
    const { gateway, upstreamRequests } = openGateway();
    for (const path of ["/connect/api/v3.1/toolkits/gmail", "/api/v3.1/toolkits/gmail", "/api/connected/api/v3.1/toolkits/gmail"]) {
      const response = await gateway(new Request(`https://app.test${path}`, { headers: { "x-test-user": "Jessica" } }));
      const { error } = await response.json();
      assert.deepEqual([response.status, error.slug, upstreamRequests.length], [404, "Gateway_NotFound", 0]);
      assert.match(error.message, /^The path does not begin with the option `basePath` of createGateway$/);
    }
  });

  test("keeps the path of `upstream`", async () => {
    const opened = openGateway({ upstream: "https://proxy.test/platform/" });
    opened.reply = () => Response.json({ slug: "gmail" });
    await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail");
    assert.equal(opened.upstreamRequests[0].url, "https://proxy.test/platform/api/v3.1/toolkits/gmail");
  });
});

suite("allow", () => {
  /** Auth params are members of an account, so that both operations are the same request. */
  const sameRequest = ["connectedAccounts.get", "getAuthParams"];
  /** The requests that a gateway with these operations does not answer with 403. */
  async function allowedWith(operations) {
    const { as } = openGateway({ allow: { operations, apps: ["gmail", "shopify"], ...(operations.includes("executeAction") && { actions: ["SHOPIFY_GET_SHOP"] }) } });
    const answers = Object.entries(gatewayRequests).map(async ([name, { method, path, body, query }]) => [name, await as("Jessica")(method, path, { body, query })]);
    return (await Promise.all(answers)).filter(([, { status }]) => status !== 403).map(([name]) => name);
  }

  for (const name of Object.keys(gatewayRequests)) {
    const expected = sameRequest.includes(name) ? sameRequest : [name];
    test(`${name} allows its own request only`, async () => assert.deepEqual(await allowedWith([name]), expected));
  }

  test("executeAction also allows the list of the actions that it may run", async () => {
    const { as } = openGateway({ allow: { operations: ["executeAction"], apps: ["shopify"], actions: ["SHOPIFY_GET_SHOP"] } });
    const { status, body } = await as("Jessica")("GET", "/api/v3.1/tools");
    assert.deepEqual([status, body.items.map(({ slug }) => slug)], [200, ["SHOPIFY_GET_SHOP"]]);
  });

  test("connect and manage stand for groups of operations", async () => {
    const connecting = ["apps.get", "integrations.list", "integrations.get", "connectedAccounts.initiate", "connectedAccounts.get", "completeAuth", "connectedAccounts.list", "getAuthParams"];
    assert.deepEqual(await allowedWith(["connect"]), connecting);
    const ofAccounts = Object.keys(gatewayRequests).filter((name) => name.startsWith("connectedAccounts."));
    assert.deepEqual(await allowedWith(["manage"]), ofAccounts.filter((name) => name === "connectedAccounts.list" || !connecting.includes(name)));
    assert.deepEqual(await allowedWith([]), []);
  });

  test("answers an operation that it does not list with 403 and its name, without asking the platform", async () => {
    const { as, upstreamRequests } = openGateway({ allow: { operations: [], apps: ["gmail"] } });
    const { status, body } = await as("Jessica")("GET", "/api/v3.1/connected_accounts");
    assert.deepEqual([status, body.error.slug, body.error.message], [403, "Gateway_NotAllowed", "connectedAccounts.list is not allowed: list it in the option `allow.operations`"]);
    assert.deepEqual(upstreamRequests, []);
  });

  test("answers integrations that it does not list with 404, and lists leave them out", async () => {
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
  test("receives the request and the handler's second argument", async () => {
    const asked = [];
    const { gateway } = openGateway({ authenticate: async (request, context) => void asked.push([new URL(request.url).pathname, context]) });
    const response = await gateway(new Request("https://app.test/api/connect/api/v3.1/toolkits"), { user: 1 });
    assert.deepEqual([response.status, asked], [401, [["/api/connect/api/v3.1/toolkits", { user: 1 }]]]);
  });

  for (const nobody of [undefined, null, ""]) {
    test(`returns ${JSON.stringify(nobody)} when nobody is signed in, which is answered with 401`, async () => {
      const { ask, upstreamRequests } = openGateway({ authenticate: () => nobody });
      assert.equal((await ask("GET", "/api/v3.1/toolkits")).status, 401);
      assert.deepEqual(upstreamRequests, []);
    });
  }

  for (const [name, authenticate] of Object.entries({
    "throws": () => { throw new Error("database password is hunter2"); },
    "rejects": async () => { throw new Error("database password is hunter2"); },
  })) {
    test(`that ${name} is answered with a bare 500, and onError receives the error`, async () => {
      const { ask, upstreamRequests, errors } = openGateway({ authenticate });
      const { status, body } = await ask("GET", "/api/v3.1/toolkits");
      assert.deepEqual([status, body], [500, { error: { message: "The gateway failed", slug: "Gateway_Failed", status: 500 } }]);
      assert.deepEqual([upstreamRequests.length, errors.length], [0, 1]);
    });
  }
});

suite("an onError", () => {
  const fails = () => {
    throw new Error("the log is gone");
  };
  /** Ways to fail: at once, later, and with a value that only looks like a promise. */
  const failing = {
    "throws": fails,
    "throws undefined": () => { throw undefined; },
    "rejects": async () => fails(),
    "rejects later": () => new Promise((_resolve, reject) => setImmediate(() => reject(new Error("late")))),
    "returns a rejected promise without catch": () => { const own = Promise.reject(new Error("own")); own.catch = undefined; return own; },
    "returns a thenable that throws": () => ({ then: fails }),
    "returns a thenable that rejects": () => ({ then: (_resolve, reject) => reject(new Error("no")) }),
    "returns a thenable that resolves with a rejected promise": () => ({ then: (resolve) => resolve(Promise.reject(new Error("no"))) }),
    "returns an object whose `then` throws when it is read": () => Object.defineProperty({}, "then", { get: fails }),
    "returns a proxy that throws": () => new Proxy({}, { get: fails, getPrototypeOf: fails }),
    "never settles": () => new Promise(() => {}),
  };
  const causes = {
    "authenticate fails": ["GET", 500, { authenticate: fails }],
    "the platform cannot be used": ["GET", 502, {}],
  };
  for (const [name, onError] of Object.entries(failing)) {
    test(`that ${name} changes no answer and causes no unhandled rejection`, async () => {
      const unhandled = [];
      const note = (reason) => void unhandled.push(reason);
      process.on("unhandledRejection", note);
      try {
        for (const [method, expected, options] of Object.values(causes)) {
          let calls = 0;
          const opened = openGateway({ ...options, onError: (...given) => { calls += 1; return onError(...given); } });
          opened.reply = () => new Response("<html>");
          assert.deepEqual([(await opened.as("Jessica")(method, "/api/v3.1/toolkits/gmail")).status, calls], [expected, 1]);
        }
        for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        assert.deepEqual(unhandled, []);
      } finally {
        process.off("unhandledRejection", note);
      }
    });
  }
});
