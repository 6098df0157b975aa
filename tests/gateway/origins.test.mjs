import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createGateway } from "connect-flow/server";
import { openGateway, gatewayOptions } from "./support.mjs";

const originOptions = ["origins", "redirectOrigins"];

/** Each invalid entry, with what the error says: [value, message, the options that reject it]. */
const wrong = {
  "a wildcard": ["https://*.vercel.app", /^lists "https:\/\/\*\.vercel\.app", and wildcards are not supported\. List each origin\. To decide by a rule, pass a function: `\w+: \(origin\) => …`$/],
  "a wildcard alone": ["*", /wildcards are not supported/],
  "a wildcard for a port": ["http://localhost:*", /wildcards are not supported/],
  "a wildcard for a scheme": ["*://app.test", /wildcards are not supported/],
  "a slash at the end": ["https://app.test/", /which is not the exact spelling of an origin\. Write "https:\/\/app\.test"$/],
  "a page's URL": ["https://app.test/done?x=1", /Write "https:\/\/app\.test"$/],
  "capitals": ["https://App.Test", /Write "https:\/\/app\.test"$/],
  "the scheme's default port": ["https://app.test:443", /Write "https:\/\/app\.test"$/],
  "letters beyond ASCII": ["https://bücher.test", /Write "https:\/\/xn--bcher-kva\.test"$/],
  "no scheme": ["app.test", /which is not an origin\. Write "https:\/\/app\.test"$/],
  "no scheme, and a port": ["localhost:3000", /Write "http:\/\/localhost:3000"$/],
  "a pattern in braces": ["https://{app}.vercel.app", /^lists "https:\/\/\{app\}\.vercel\.app", whose host name is not valid\. .* pass a function/],
  "an unexpanded variable": ["https://${VERCEL_URL}", /whose host name is not valid\. Is it a pattern, or was a variable empty/],
  "a percent-encoded wildcard": ["https://%2a.vercel.app", /whose host name is not valid/],
  "a leading dot, as in a cookie's domain": ["https://.vercel.app", /whose host name is not valid/],
  "an empty label": ["https://app..test", /whose host name is not valid/],
  "an undefined variable for the host": ["https://undefined", /whose host name is not valid\. Is it a pattern, or was a variable empty/],
  "a null variable for the subdomain": ["https://null.vercel.app", /whose host name is not valid/],
  "a path alone": ["/done", /Write one such as "https:\/\/app\.example"$/],
  "an empty string": ["", /Write one such as/],
  "a user": ["https://jessica:hunter2@app.test", /^lists an address with a user in it/],
  "plain http": ["http://app.test", /which is plain http\. Use https or, in development only, set `unsafeHttpOrigins: true`$/],
  "plain http in a local network": ["http://192.168.1.20:3000", /unsafeHttpOrigins/],
  "the origin of sandboxed frames": ["null", /^lists "null", which every sandboxed frame sends/],
  "a file URL": ["file://", /and file: is not allowed there/],
  "a data URL": ["data:text/html,x", /and data: is not allowed there/],
  "a blob URL": ["blob:https://app.test/x", /and blob: is not allowed there/],
  "a WebSocket URL": ["wss://app.test", /and wss: is not allowed there/],
  "all Firefox extensions": ["moz-extension://", /Write the scheme and the name exactly, .* pass a function/, ["origins"]],
  "a page of an extension": ["chrome-extension://abcdefgh/popup.html", /exactly/, ["origins"]],
  "a native app as a return origin": ["capacitor://localhost", /and capacitor: is not allowed there\. Use https$/, ["redirectOrigins"]],
  "a RegExp": [/\.app\.test$/, /^lists a RegExp, but may list only strings\. To decide by a rule, pass a function/],
  "a function in the list": [() => true, /^lists a function, but may list only strings\./],
  "a URL object": [new URL("https://app.test"), /^lists a URL, but may list only strings/],
  "undefined": [undefined, /^lists undefined, but may list only strings/],
};

suite("a list of origins", () => {
  for (const [name, [value, message, options = originOptions]] of Object.entries(wrong)) {
    for (const option of options) {
      test(`for \`${option}\` must not contain ${name}, and the error says what to write`, () => {
        assert.throws(() => createGateway(gatewayOptions({ [option]: [value] })), (error) => {
          assert.ok(error instanceof TypeError && error.message.startsWith(`createGateway: \`${option}\` `), error.message);
          assert.match(error.message.slice(`createGateway: \`${option}\` `.length), message);
          assert.doesNotMatch(error.message, /hunter2/);
          return true;
        });
      });
    }
  }

  for (const value of ["https://app.test", null, true, {}, /x/]) {
    test(`must be an array or a function, got ${String(value)}`, () => {
      for (const option of originOptions) {
        const given = option === "origins" && value === null ? 5 : value;
        assert.throws(() => createGateway(gatewayOptions({ [option]: given })), new RegExp(`createGateway: \`${option}\` must be an array of origins, .* or a function \\(origin, request\\) => boolean\\. Got `));
      }
    });
  }
});

const link = "/api/v3.1/connected_accounts/link";
const requestFrom = (origin, options) => openGateway(options).as("Jessica")("GET", "/api/v3.1/toolkits/gmail", { headers: { ...(origin && { origin }), "sec-fetch-site": "cross-site" } });
const initiateReturningTo = (callback_url, options) => openGateway(options).as("Jessica")("POST", link, { body: { auth_config_id: "ac_Gmail0000001", callback_url } });

suite("origins of extensions and native apps", () => {
  for (const origin of ["chrome-extension://abcdefghijklmnopabcdefghijklmnop", "moz-extension://0190163d-8694-739b-aea5-966c26f8ad91", "safari-web-extension://0190163D-8694-739B-AEA5-966C26F8AD91", "capacitor://localhost", "ionic://localhost", "tauri://localhost", "app://com.example.app", "exp://192.168.1.20:8081"]) {
    test(`must match exactly: ${origin}`, async () => {
      assert.equal((await requestFrom(origin, { origins: [origin] })).status, 200);
      assert.equal((await requestFrom(origin)).status, 403);
      for (const other of [`${origin}x`, origin.slice(0, -1), `${origin}/`, "null"]) assert.equal((await requestFrom(other, { origins: [origin] })).status, 403, other);
    });
  }
});

suite("unsafeHttpOrigins", () => {
  const lan = "http://192.168.1.20:3000";
  test("accepts exact plain http origins, for requests and for returning", async () => {
    const options = { unsafeHttpOrigins: true, origins: [lan], redirectOrigins: [lan, "http://my-mac.local:3000"] };
    assert.equal((await requestFrom(lan, options)).status, 200);
    assert.equal((await requestFrom("http://192.168.1.21:3000", options)).status, 403);
    assert.equal((await initiateReturningTo(`${lan}/done`, options)).status, 201);
    assert.equal((await initiateReturningTo("http://my-mac.local:3000/done", options)).status, 201);
    assert.equal((await initiateReturningTo("http://192.168.1.21:3000/done", options)).status, 400);
  });

  test("is named in onError's error when a function would have to decide about plain http", async () => {
    const asked = [];
    const opened = openGateway({ redirectOrigins: (origin) => asked.push(origin) > 0 });
    const { status } = await opened.as("Jessica")("POST", link, { body: { auth_config_id: "ac_Gmail0000001", callback_url: `${lan}/done` } });
    assert.deepEqual([status, asked], [400, []]);
    assert.match(String(opened.errors), /`redirectOrigins` is not called for plain http\. .* set `unsafeHttpOrigins: true`/);
  });

  test("accepts nothing else", () => {
    for (const origin of ["*", "http://*", "null", "http://192.168.1.20:3000/", "file://"]) {
      assert.throws(() => createGateway(gatewayOptions({ unsafeHttpOrigins: true, redirectOrigins: [origin] })), /^TypeError: createGateway: `redirectOrigins` lists/);
    }
    assert.throws(() => createGateway(gatewayOptions({ unsafeHttpOrigins: true, upstream: "http://192.168.1.20" })), /`upstream` must be/);
  });
});

suite("a function for origins", () => {
  const preview = /^https:\/\/app-[a-z0-9]+-acme\.vercel\.app$/;

  test("decides about requests of pages, by origin and request", async () => {
    const asked = [];
    const origins = async (origin, request) => {
      asked.push([origin, new URL(request.url).pathname]);
      return preview.test(origin);
    };
    assert.equal((await requestFrom("https://app-1a2b-acme.vercel.app", { origins })).status, 200);
    assert.equal((await requestFrom("https://evil.vercel.app", { origins })).status, 403);
    assert.deepEqual(asked[0], ["https://app-1a2b-acme.vercel.app", "/api/connect/api/v3.1/toolkits/gmail"]);
  });

  test("decides about return URLs, by their origin", async () => {
    const asked = [];
    const redirectOrigins = (origin, request) => {
      asked.push([origin, request.headers.get("x-test-user")]);
      return preview.test(origin);
    };
    assert.equal((await initiateReturningTo("https://app-1a2b-acme.vercel.app/done?x=1#y", { redirectOrigins })).status, 201);
    const { status, body } = await initiateReturningTo("https://evil.test/https://app-1a2b-acme.vercel.app", { redirectOrigins });
    assert.deepEqual([status, body.error.slug], [400, "Gateway_Invalid"]);
    assert.deepEqual(asked, [["https://app-1a2b-acme.vercel.app", "Jessica"], ["https://evil.test", "Jessica"]]);
  });

  test("is not called for same-origin requests, nor without a return URL", async () => {
    const asked = [];
    const ask = (origin) => asked.push(origin) > 0;
    const { as } = openGateway({ origins: ask, redirectOrigins: ask });
    const own = { headers: { "sec-fetch-site": "same-origin", origin: "https://app.test" } };
    assert.equal((await as("Jessica")("GET", "/api/v3.1/toolkits/gmail", own)).status, 200);
    assert.equal((await as("Jessica")("POST", link, { body: { auth_config_id: "ac_Gmail0000001" } })).status, 201);
    assert.deepEqual(asked, []);
  });

  test("is never called with an origin that a list could not contain", async () => {
    const asked = [];
    const ask = (origin) => asked.push(origin) > 0;
    for (const origin of ["null", "http://app.test", "https://app.test/", "https://App.test", "https://a.test, https://b.test", "file://", "data:", "https://a@app.test"]) {
      assert.equal((await requestFrom(origin, { origins: ask })).status, 403, origin);
    }
    for (const address of ["http://app.test/x", "capacitor://localhost/x", "javascript:alert(1)", "blob:https://app.test/x", "https://a@app.test/", "https:\\\\app.test"]) {
      assert.equal((await initiateReturningTo(address, { redirectOrigins: ask })).status, 400, address);
    }
    assert.deepEqual(asked, []);
  });

  const boom = new Error("the list of sites is gone");
  const failing = {
    "throws": [() => { throw boom; }, boom],
    "rejects": [async () => { throw boom; }, boom],
    "returns undefined": [() => {}, /must return true or false, got undefined$/],
    "returns a truthy value": [(origin) => origin.match(/./), /must return true or false, got an array$/],
    "resolves with 1": [async () => 1, /must return true or false, got a number$/],
  };
  for (const [name, [decide, expected]] of Object.entries(failing)) {
    test(`that ${name} allows nothing, and onError receives the reason`, async () => {
      for (const option of originOptions) {
        const opened = openGateway({ [option]: decide });
        const { status, text } = option === "origins"
          ? await opened.as("Jessica")("GET", "/api/v3.1/toolkits/gmail", { headers: { origin: "https://other.test", "sec-fetch-site": "cross-site" } })
          : await opened.as("Jessica")("POST", link, { body: { auth_config_id: "ac_Gmail0000001", callback_url: "https://other.test/done" } });
        assert.equal(status, option === "origins" ? 403 : 400);
        assert.ok(!text.includes("gone"));
        assert.deepEqual([opened.upstreamRequests.length, opened.errors.length], [0, 1]);
        if (expected === boom) assert.equal(opened.errors[0], boom);
        else assert.match(opened.errors[0].message, expected);
      }
    });
  }

  test("that never settles is ended by timeoutMs", async (t) => {
    t.mock.timers.enable({ apis: ["setTimeout"] });
    let asked;
    const waits = new Promise((resolve) => { asked = resolve; });
    const answer = requestFrom("https://other.test", { origins: () => new Promise(() => asked()), timeoutMs: 5000 });
    await waits;
    t.mock.timers.tick(5000);
    assert.equal((await answer).status, 504);
  });
});
