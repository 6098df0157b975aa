import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";

const refused = (message) => ({ name: "SandboxError", code: "invalid_argument", message });

/** name: [call, message] */
const mistakes = {
  "an unknown option of createSandbox": [() => createSandbox({ apikey: "k" }), /^`apikey` is not a member of the options of `createSandbox`: did you mean `apiKey`\? Valid: apps, apiKey,/],
  "a removed option of createSandbox": [() => createSandbox({ v1KeepsQuery: false }), /^`v1KeepsQuery` is not a member/],
  "an unknown option of createSandbox whose value is undefined": [() => createSandbox({ gatway: undefined }), /did you mean `gateway`\?/],
  "null in place of the options": [() => createSandbox(null), /the options of `createSandbox` must be an object, got null/],
  "an unknown member of an app": [() => createSandbox({ apps: [{ key: "notion", auth_scheme: "BASIC" }] }), /^`auth_scheme` is not a member of `apps\[0\]`: did you mean `authScheme`\?/],
  "an unknown member of a field": [
    () => createSandbox({ apps: [{ key: "notion" }, { key: "crm", authScheme: "API_KEY", fields: [{ name: "key" }, { name: "region", secret: true }] }] }),
    /^`secret` is not a member of `apps\[1\]\.fields\[1\]`: did you mean `isSecret`\?/,
  ],
  "an unknown kind of fault": [(sandbox) => sandbox.fault({ kind: "timeout" }), /^`timeout` is not a kind of fault: did you mean `\w+`\? Valid: delay, status, html,/],
  "a fault without a kind": [(sandbox) => sandbox.fault({}), /`undefined` is not a kind of fault/],
  "undefined in place of a fault": [(sandbox) => sandbox.fault(), /`undefined` is not a kind of fault/],
  "an unknown member of a fault": [(sandbox) => sandbox.fault({ kind: "drop", time: 2 }), /^`time` is not a member of a fault of kind `drop`: did you mean `times`\?/],
  "a member of another kind of fault": [(sandbox) => sandbox.fault({ kind: "drop", status: 500 }), /^`status` is not a member of a fault of kind `drop`/],
  "a delay without a time": [(sandbox) => sandbox.fault({ kind: "delay" }), /`ms` of a fault of kind `delay` must be a number of milliseconds/],
  "an unknown outcome": [(sandbox) => sandbox.next({ outcome: "deny" }), /^`deny` is not an? outcome of an attempt: did you mean `denied`\?/],
  "an unknown member of an outcome": [(sandbox) => sandbox.next({ outcome: "denied", after: 1 }), /did you mean `afterMs`\?/],
  "a member of another outcome": [(sandbox) => sandbox.next({ outcome: "denied", verifierUrl: "https://app.test/" }), /^`verifierUrl` is not a member/],
  "a path in place of the verifier's URL": [(sandbox) => sandbox.next({ outcome: "session", verifierUrl: "/verify" }), /`verifierUrl` of the outcome `session` must be a complete URL/],
  "an account of an unknown app": [(sandbox) => sandbox.addAccount({ app: "gmial" }), /^`gmial` is not the key of an app: did you mean `gmail`\?/],
  "an account without an app": [(sandbox) => sandbox.addAccount({}), /`app` of an account must be a non-empty string/],
  "an unknown member of an account": [(sandbox) => sandbox.addAccount({ app: "gmail", user: "Jessica" }), /^`user` is not a member of an account/],
  "a status that an account cannot have": [(sandbox) => sandbox.addAccount({ app: "gmail", status: "DONE" }), /`status` of an account must be one of ACTIVE, INACTIVE, FAILED, EXPIRED, REVOKED/],
  "a change of an unknown account": [(sandbox) => sandbox.changeAccount("ca_nope", {}), /no account has the id `ca_nope`/],
  "a sunset that is no time": [(sandbox) => sandbox.fault({ kind: "deprecated", sunset: "soon" }), /`sunset` of a fault of kind `deprecated` must be a time/],
  "a client option that the sandbox sets": [(sandbox) => sandbox.install({ baseUrl: "/api/connect" }), /`baseUrl` of a client is set by the sandbox: leave it out/],
};

suite("the sandbox refuses unknown names and wrong values", () => {
  for (const [label, [make, message]] of Object.entries(mistakes)) {
    test(label, () => assert.throws(() => make(createSandbox()), refused(message)));
  }

  /** Known names with wrong values: [call, message] */
  const values = [
    [() => createSandbox([]), /the options of `createSandbox` must be an object, got an array/],
    ...Object.entries({
      apps: {}, apiKey: 5, origin: "https://a.test/x", now: 5, advanceTimers: true, gateway: "", pageUrl: "/settings", oauth: 5, omitDeprecated: "yes", verifierUrl: "/verify",
    }).map(([name, value]) => [() => createSandbox({ [name]: value }), new RegExp(`^\`${name}\` of the options of \`createSandbox\` must be .*, got `)]),
    ...["start", "finish"].map((name) => [
      () => createSandbox({ oauth: { start() {}, finish() {}, [name]: undefined } }), new RegExp(`^\`oauth\\.${name}\` of the options of \`createSandbox\` must be a function, got undefined$`),
    ]),
    ...Object.entries({ key: 5, name: "", authScheme: "api_key", fields: "token" }).map(([name, value]) => [
      () => createSandbox({ apps: [{ key: "notion", [name]: value }] }), new RegExp(`^\`${name}\` of \`apps\\[0\\]\` must be .*, got `),
    ]),
    [() => createSandbox({ apps: [{ key: "notion", authScheme: "API_KEY", fields: [{}] }] }), /^`name` of `apps\[0\]\.fields\[0\]` must be a non-empty string other than `__proto__`, got undefined/],
    [(sandbox) => sandbox.fault({ kind: "status" }), /^`status` of a fault of kind `status` must be a status that a `Response` can have, 200 to 599, got undefined/],
    ...Object.entries({ status: 99, retryAfter: {}, body: { n: 1n } }).map(([name, value]) => [
      (sandbox) => sandbox.fault({ kind: "status", status: 500, [name]: value }), new RegExp(`^\`${name}\` of a fault of kind \`status\` must be .*, got `),
    ]),
    ...Object.entries({ method: 5, path: "v3.1/toolkits", times: "two", handled: "no" }).map(([name, value]) => [
      (sandbox) => sandbox.fault({ kind: "drop", [name]: value }), new RegExp(`^\`${name}\` of a fault of kind \`drop\` must be .*, got `),
    ]),
    ...[-1, NaN, Infinity, "5"].map((afterMs) => [(sandbox) => sandbox.next({ outcome: "denied", afterMs }), /^`afterMs` of the outcome `denied` must be a number of milliseconds, at least 0, got /]),
    [(sandbox) => sandbox.install(null), /the options of a client must be an object, got null/],
    ...[undefined, 5, "/authorize"].map((url) => [(sandbox) => (sandbox.install(), sandbox.visit(url)), /`visit` must be given the redirect URL/]),
    ...[undefined, "no", 0].map((isOnline) => [(sandbox) => sandbox.setOnline(isOnline), /^`setOnline`: the argument must be true or false, got /]),
    [(sandbox) => createSandbox({ now: () => NaN }).install(), /the return value of `now` of createSandbox must be a time/],
  ];

  for (const [make, message] of values) {
    test(`refuses a value: ${message.source.replace(/[\\^]/g, "")}`, () => {
      const sandbox = createSandbox();
      try {
        assert.throws(() => make(sandbox), refused(message));
      } finally {
        sandbox.dispose();
      }
    });
  }

  test("clock.until takes only a promise, and clock.advance only milliseconds", async () => {
    const sandbox = createSandbox();
    sandbox.install();
    try {
      for (const wrong of [undefined, 5, {}]) await assert.rejects(sandbox.clock.until(wrong), refused(/`clock.until`: the first argument must be a promise, got /));
      await assert.rejects(sandbox.clock.until(Promise.resolve(), { limit: 5 }), refused(/did you mean `limitMs`\?/));
      await assert.rejects(sandbox.clock.until(new Promise(() => {}), { limitMs: "x" }), refused(/`limitMs` of the options of `clock.until` must be/));
      for (const wrong of ["5", NaN, Infinity]) await assert.rejects(sandbox.clock.advance(wrong), refused(/`clock.advance`: the argument must be a number of milliseconds/));
    } finally {
      sandbox.dispose();
    }
  });

  test("the statuses 204 and 304 are answered without a body", async () => {
    const sandbox = createSandbox();
    for (const status of [204, 304]) {
      sandbox.fault({ kind: "status", status });
      assert.equal((await sandbox.fetch(new Request("https://platform.test/api/v3.1/toolkits"))).status, status);
    }
  });

  test("fetch takes what a real one takes, so that other clients can use it", async () => {
    const sandbox = createSandbox();
    const url = "https://platform.test/api/v3.1/toolkits/gmail";
    const headers = { "x-api-key": "sandbox-key" };
    const { fetch } = sandbox;
    const ways = { "an address": () => fetch(url, { headers }), "a URL": () => fetch(new URL(url), { headers }), "a request": () => fetch(new Request(url, { headers })), "a request and more": () => fetch(new Request(url), { headers }) };
    for (const [way, ask] of Object.entries(ways)) assert.equal((await (await ask()).json()).slug, "gmail", way);
    const body = JSON.stringify({ toolkits: ["gmail"] });
    const found = await fetch("https://platform.test/api/v3.1/toolkits/multi", { method: "POST", body, headers: { ...headers, "content-type": "application/json" } });
    assert.equal((await found.json()).items.length, 1);
    await assert.rejects(fetch(url, { headers, signal: AbortSignal.abort() }), { name: "AbortError" });
    for (const wrong of [undefined, null, 5, "toolkits"]) await assert.rejects(fetch(wrong), TypeError);
    assert.equal(sandbox.requests.length, 6);
  });

  test("a refused fault affects no request", async () => {
    const sandbox = createSandbox();
    assert.throws(() => sandbox.fault({ kind: "drop", times: 1, pth: "/api/*" }));
    const response = await sandbox.fetch(new Request("https://platform.test/api/v3.1/toolkits", { headers: { "x-api-key": "sandbox-key" } }));
    assert.equal(response.status, 200);
  });
});
