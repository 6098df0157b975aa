// Every call that takes the user's values reads, normalises and checks them in the same way.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { inputAttributes, isConnectError, toStandardSchema, validateParams } from "connect-flow";
import { createSandbox } from "connect-flow/testing";

const sandbox = createSandbox();
const client = await sandbox.createClient({ entityId: "Jessica" });
const { expectedInputFields: fields } = await client.getExpectedParamsForUser({ app: "firecrawl" });

const field = (name, more) => ({ name, displayName: name, type: "string", required: true, secret: false, ...more });

/** The value as it would be sent, or the codes of its issues. */
function normalised(field, value) {
  const result = toStandardSchema([field])["~standard"].validate({ [field.name]: value });
  return result.issues ? result.issues.map(({ code }) => code) : result.value[field.name];
}

/** Every call that takes the user's values. */
const calls = {
  validateParams: (data) => validateParams(fields, data),
  "flow.submit": async (data) => {
    const flow = client.flow({ app: "firecrawl" });
    await flow.load();
    const { state } = await sandbox.clock.until(flow.submit(data)).finally(() => flow.dispose());
    assert.equal(state, "connected");
  },
  initiateConnection: (data) => client.initiateConnection({ app: "firecrawl", data }),
  "connectedAccounts.initiate": (data) => client.connectedAccounts.initiate({ app: "firecrawl", data }),
  "entity.initiateConnection": (data) => client.entity("Jessica").initiateConnection({ app: "firecrawl", data }),
};

const form = () => {
  const data = new FormData();
  data.set("api_key", "fc-1");
  return data;
};

for (const [name, call] of Object.entries(calls)) {
  suite(name, () => {
    for (const [kind, data] of Object.entries({
      "an object": { api_key: "fc-1" }, "a FormData": form(), "a proxy of one": new Proxy(form(), {}),
      "a Map": new Map([["api_key", "fc-1"]]), "a URLSearchParams": new URLSearchParams("api_key=fc-1"),
    })) {
      test(`reads the user's values from ${kind}`, async () => {
        const before = sandbox.accounts().length;
        const issues = await call(data);
        if (name === "validateParams") return assert.deepEqual(issues, []);
        assert.deepEqual(sandbox.accounts().slice(before).map(({ data }) => data.api_key), ["fc-1"]);
      });
    }

    test("refuses an event, an element or a promise in place of the values", async () => {
      const element = { nodeType: 1, nodeName: "FORM" };
      const event = new Event("submit");
      new EventTarget().dispatchEvent(event);
      for (const wrong of [element, event, { nativeEvent: event, target: element, preventDefault() {} }, Promise.resolve({ api_key: "fc-1" })]) {
        await assert.rejects(async () => call(wrong), (error) => {
          assert.deepEqual([isConnectError(error), error.code, error.issues[0].field], [true, "invalid_argument", "data"]);
          assert.match(error.message, /`data` must hold the user's values by field name, got an event, an element or a promise/);
          return true;
        });
      }
    });

    test("does not repeat a number in its error", async () => {
      const error = await Promise.resolve().then(() => call({ api_key: 48151623 })).then((issues) => issues[0], (error) => error);
      assert.match(error.message, /api_key|API Key/);
      assert.doesNotMatch(JSON.stringify([error.message, error.issues]), /48151623/);
    });
  });
}

suite("a pasted address in a subdomain field", () => {
  const zendesk = field("subdomain", { displayName: "Zendesk Subdomain", description: "The first part of your Zendesk address, <subdomain>.zendesk.com" });
  const withoutDomain = field("subdomain", { displayName: "Your Zendesk subdomain" });
  const ukDomain = field("subdomain", { description: "The acme of https://acme.example.co.uk/app." });

  test("becomes the subdomain if its host is under the domain in the field's texts", () => {
    for (const value of ["acme.zendesk.com", "https://acme.zendesk.com:443/agent?x=1#y", "HTTP://acme.ZENDESK.com"]) {
      for (const field of [zendesk, withoutDomain]) assert.equal(normalised(field, value), "acme", value);
    }
    assert.equal(normalised(ukDomain, "https://acme.example.co.uk/"), "acme");
    assert.equal(normalised(field("shop"), "https://admin.shopify.com/store/acme/products"), "acme");
  });

  test("is an issue if its host is under another domain", () => {
    for (const value of [
      "acme.com", "https://acme.com/help", "https://zendesk.com", "https://acme.zendesk.co", "https://acme.desk.com", "acme.evilzendesk.com",
      "https://acme.freshdesk.com", "https://admin.shopify.com/store/acme", "https://acme.zendesk.com.evil.example", "https://u:p@acme.zendesk.com",
      "//acme.zendesk.com", "https:acme.zendesk.com", "acme?x", "acme#x", "acme\\x", "acme%2ezendesk%2ecom",
    ]) {
      for (const field of [zendesk, withoutDomain]) assert.deepEqual(normalised(field, value), ["format"], value);
    }
    for (const value of ["https://acme.co.uk", "https://acme.uk", "acme.com"]) assert.deepEqual(normalised(ukDomain, value), ["format"], value);
  });
});

suite("a secret value", () => {
  test("loses invisible characters at its ends, and must not have one inside", () => {
    for (const code of [0x0b, 0x0c, 0x7f, 0x85, 0x9f, 0x2028, 0x2029, 0xfff9, 0xfffb, 0xfffc]) {
      const char = String.fromCodePoint(code);
      assert.equal(normalised(field("api_key"), `${char}sk-1${char}`), "sk-1", code.toString(16));
      assert.deepEqual(normalised(field("api_key", { secret: true }), `sk${char}-1`), ["invisible"], code.toString(16));
    }
  });

  test("keeps the variation selector of a final emoji", () => {
    assert.equal(normalised(field("password", { secret: true }), "pw\u2764\ufe0f\n"), "pw\u2764\ufe0f");
    assert.deepEqual(normalised(field("password", { secret: true }), "pw\ufe0f"), ["invisible"]);
  });

  test("gets a password input for every usual name of a secret", () => {
    for (const name of [
      "pass", "user_pass", "dbPass", "PIN", "user_pin", "otp", "totp", "Authorization", "sessionId", "session_token", "connection_string", "ConnectionString",
      "service_account_json", "certificate_pem", "devKey", "passphrase",
    ]) assert.equal(inputAttributes(field(name)).type, "password", name);
    for (const name of ["shipping", "opinion", "username", "passive_mode", "pinned", "public_key", "json_url", "author"]) {
      assert.equal(inputAttributes(field(name)).type, "text", name);
    }
  });
});
