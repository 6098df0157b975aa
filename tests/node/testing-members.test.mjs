import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";

const refused = (message) => ({ name: "SandboxError", code: "invalid_argument", message });

/** name: [what the test does with a sandbox, what the error says] */
const mistakes = {
  "an option of createSandbox": [() => createSandbox({ apikey: "k" }), /^`apikey` is not a member of the options of `createSandbox`; did you mean `apiKey`\? There are: apps, apiKey,/],
  "an option of createSandbox that no longer exists": [() => createSandbox({ v1KeepsQuery: false }), /^`v1KeepsQuery` is not a member/],
  "an option of createSandbox without a value": [() => createSandbox({ gatway: undefined }), /did you mean `gateway`\?/],
  "no object of options": [() => createSandbox(null), /the options of `createSandbox` must be an object, got null/],
  "a member of an app": [() => createSandbox({ apps: [{ key: "notion", auth_scheme: "BASIC" }] }), /^`auth_scheme` is not a member of an app; did you mean `authScheme`\?/],
  "a member of a field": [
    () => createSandbox({ apps: [{ key: "notion", authScheme: "API_KEY", fields: [{ name: "key", secret: true }] }] }), /^`secret` is not a member of a field of an app; did you mean `isSecret`\?/,
  ],
  "a kind of fault": [(sandbox) => sandbox.fault({ kind: "timeout" }), /^`timeout` is not a kind of fault; did you mean `\w+`\? There are: delay, status, html,/],
  "no kind of fault": [(sandbox) => sandbox.fault({}), /`undefined` is not a kind of fault/],
  "no fault": [(sandbox) => sandbox.fault(), /`undefined` is not a kind of fault/],
  "a member of a fault": [(sandbox) => sandbox.fault({ kind: "drop", time: 2 }), /^`time` is not a member of a fault of kind `drop`; did you mean `times`\?/],
  "a member of another kind of fault": [(sandbox) => sandbox.fault({ kind: "drop", status: 500 }), /^`status` is not a member of a fault of kind `drop`/],
  "a delay without a time": [(sandbox) => sandbox.fault({ kind: "delay" }), /`ms` must be a number of milliseconds/],
  "an outcome": [(sandbox) => sandbox.next({ outcome: "deny" }), /^`deny` is not an? outcome of an attempt; did you mean `denied`\?/],
  "a member of an outcome": [(sandbox) => sandbox.next({ outcome: "denied", after: 1 }), /did you mean `afterMs`\?/],
  "an option of a client that is the sandbox's": [(sandbox) => sandbox.install({ baseUrl: "/api/connect" }), /`baseUrl` of a client is set by the sandbox: leave it out/],
};

suite("what a sandbox does not know is rejected by name, with the nearest name that it knows", () => {
  for (const [label, [make, message]] of Object.entries(mistakes)) {
    test(label, () => assert.throws(() => make(createSandbox()), refused(message)));
  }

  test("a rejected fault befalls no request", async () => {
    const sandbox = createSandbox();
    assert.throws(() => sandbox.fault({ kind: "drop", times: 1, pth: "/api/*" }));
    const response = await sandbox.fetch(new Request("https://platform.test/api/v3.1/toolkits", { headers: { "x-api-key": "sandbox-key" } }));
    assert.equal(response.status, 200);
  });
});
