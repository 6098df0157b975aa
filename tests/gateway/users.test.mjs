import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openGateway } from "./support.mjs";

/** Ids as sign-in services and databases write them. */
const texts = [
  "1", "42", "-1", "0", "Jessica", "jessica@app.test", "0190163d-8694-739b-aea5-966c26f8ad91", "auth0|507f1f77bcf86cd799439011", "google-oauth2|1",
  "user_2NNEqL2nrIRdJ194ndJqAHwEfxC", "507f1f77bcf86cd799439011", "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "urn:uuid:1", "acct/1/user:2", "a+b=c&d?e#f%20",
  "Jürgen Müller", "ユーザー", "👩‍💻", "O'Neill \"x\" \\", "x".repeat(256), "NULL", "Undefined", "nullable",
];
/** What else comes out of sessions: [value, what the error says of it, and what to do]. */
class ObjectId {
  toString() {
    return "507f1f77bcf86cd799439011";
  }
}
const hostile = new Proxy({}, {
  get(_target, name) {
    if (name !== "then") throw new Error("hunter2");
  },
  getPrototypeOf() {
    throw new Error("hunter2");
  },
});
const asText = /Answer `String\(id\)`$/;
const itsId = /Answer the id of the user, such as `user\.id`$/;
const nobody = /Answer undefined when nobody is signed in$/;
const others = {
  "a number": [4711, /got a number\./, asText],
  "zero": [0, /got a number\./, asText],
  "NaN": [NaN, /got a number\./, asText],
  "a bigint": [4711n, /got a bigint\./, asText],
  "an ObjectId": [new ObjectId(), /got an ObjectId\./, asText],
  "a Date": [new Date(0), /got a Date\./, itsId],
  "a symbol": [Symbol("hunter2"), /got a symbol\./, itsId],
  "a whole user": [{ id: "hunter2" }, /got an object\./, itsId],
  "an object without a prototype": [Object.assign(Object.create(null), { id: "hunter2" }), /got an object\./, itsId],
  "a list": [["hunter2"], /got an array\./, itsId],
  "a function": [() => "hunter2", /got a function\./, itsId],
  "bytes": [new Uint8Array([104]), /got a Uint8Array\./, /./],
  "an object that throws": [hostile, /got an object\./, itsId],
  "true": [true, /got a boolean\./, nobody],
  "false": [false, /got a boolean\./, nobody],
  "white space": [" \t", /got white space\./, nobody],
  "a missing id as text": ["undefined", /got the text "undefined"\./, nobody],
  "no id as text": ["null", /got the text "null"\./, nobody],
  "an object as text": ["[object Object]", /got the text "\[object Object\]"\./, nobody],
  "a text that is too long": ["hunter2".repeat(40), /got 280 characters\./, /Answer a shorter id of at most 256/],
  "several users": ["hunter2,Melissa", /got a text with a comma\./, /several users/],
  "a line break": ["hunter2\n", /with a control character/, /without it$/],
  "a null character": ["hunter2\0", /with a control character/, /without it$/],
  "half a character": ["hunter2\ud83d", /half a character/, /without it$/],
};

suite("the user's id", () => {
  for (const id of texts) {
    test(`is taken as it is: ${id.slice(0, 40)}`, async () => {
      const opened = openGateway({ authenticate: async () => id });
      await opened.ask("GET", "/api/v3.1/connected_accounts");
      assert.deepEqual([opened.seen.length, opened.seen[0]?.query.user_ids, opened.errors], [1, id, []]);
    });
  }

  for (const [name, [value, what, advice]] of Object.entries(others)) {
    test(`is not ${name}: the log is told its kind and what to do, and the page no more than 500`, async () => {
      const { ask, seen, errors } = openGateway({ authenticate: () => value });
      const { status, body } = await ask("GET", "/api/v3.1/toolkits");
      assert.deepEqual([status, body], [500, { error: { message: "The gateway failed", slug: "Gateway_Failed", status: 500 } }]);
      assert.deepEqual([seen.length, errors.length, errors[0].name], [0, 1, "TypeError"]);
      assert.match(errors[0].message, /^createGateway: `authenticate` must answer the user's id as a text, got /);
      assert.match(errors[0].message, what);
      assert.match(errors[0].message, advice);
      assert.doesNotMatch(errors[0].message, /hunter2|507f/);
    });
  }
});

suite("a gateway that is called without a Request", () => {
  const incoming = { method: "GET", url: "/api/connect/api/v3.1/toolkits", headers: { host: "app.test" } };
  for (const [name, given] of Object.entries({ "Node's request": incoming, "nothing": undefined, "a framework's context": { req: incoming }, "an address": "https://app.test/" })) {
    test(`but with ${name} answers 500 and tells the log what to do`, async () => {
      const { gateway, errors, seen } = openGateway();
      const response = await gateway(given, {});
      assert.deepEqual([response.status, seen.length, errors.length], [500, 0, 1]);
      assert.match(errors[0].message, /must be called with the Web's Request, got .*\. For Node's, use toNodeHandler\(gateway\)$/);
    });
  }

  test("but with one of a runtime's own class, without a signal, answers it", async () => {
    const { gateway } = openGateway();
    const headers = new Headers({ "x-test-user": "Jessica" });
    assert.equal((await gateway({ method: "GET", url: "https://app.test/api/connect/api/v3.1/toolkits/gmail", headers })).status, 200);
  });
});
