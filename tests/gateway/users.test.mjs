import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { openGateway } from "./support.mjs";

/** Ids in the forms of sign-in services and databases. */
const validIds = [
  "1", "42", "-1", "0", "Jessica", "jessica@app.test", "0190163d-8694-739b-aea5-966c26f8ad91", "auth0|507f1f77bcf86cd799439011", "google-oauth2|1",
  "user_2NNEqL2nrIRdJ194ndJqAHwEfxC", "507f1f77bcf86cd799439011", "did:plc:ewvi7nxzyoun6zhxrhs64oiz", "urn:uuid:1", "acct/1/user:2", "a+b=c&d?e#f%20",
  "Jürgen Müller", "ユーザー", "👩‍💻", "O'Neill \"x\" \\", "x".repeat(256), "NULL", "Undefined", "nullable",
];
/** Stands for the class of MongoDB's driver. */
class ObjectId {
  toString() {
    return "507f1f77bcf86cd799439011";
  }
}
const throwingProxy = new Proxy({}, {
  get(_target, name) {
    if (name !== "then") throw new Error("hunter2");
  },
  getPrototypeOf() {
    throw new Error("hunter2");
  },
});
const adviceString = /Return `String\(id\)`$/;
const adviceId = /Return the id of the user, such as `user\.id`$/;
const adviceUndefined = /Return undefined when nobody is signed in$/;
/** Other values that a session may hold: [value, how the error describes it, its advice]. */
const invalidIds = {
  "a number": [4711, /got a number\./, adviceString],
  "zero": [0, /got a number\./, adviceString],
  "NaN": [NaN, /got a number\./, adviceString],
  "a bigint": [4711n, /got a bigint\./, adviceString],
  "an ObjectId": [new ObjectId(), /got an ObjectId\./, adviceString],
  "a Date": [new Date(0), /got a Date\./, adviceId],
  "a symbol": [Symbol("hunter2"), /got a symbol\./, adviceId],
  "a whole user": [{ id: "hunter2" }, /got an object\./, adviceId],
  "an object without a prototype": [Object.assign(Object.create(null), { id: "hunter2" }), /got an object\./, adviceId],
  "a list": [["hunter2"], /got an array\./, adviceId],
  "a function": [() => "hunter2", /got a function\./, adviceId],
  "bytes": [new Uint8Array([104]), /got a Uint8Array\./, /./],
  "an object that throws": [throwingProxy, /got an object\./, adviceId],
  "true": [true, /got a boolean\./, adviceUndefined],
  "false": [false, /got a boolean\./, adviceUndefined],
  "white space": [" \t", /got white space\./, adviceUndefined],
  "the string \"undefined\"": ["undefined", /got the string "undefined"\./, adviceUndefined],
  "the string \"null\"": ["null", /got the string "null"\./, adviceUndefined],
  "an object turned into a string": ["[object Object]", /got the string "\[object Object\]"\./, adviceUndefined],
  "a string that is too long": ["hunter2".repeat(40), /got 280 characters\./, /Return a shorter id of at most 256/],
  "a list of users in one string": ["hunter2,Melissa", /got a string with a comma\./, /several users/],
  "a line break": ["hunter2\n", /with a control character/, /without it$/],
  "a null character": ["hunter2\0", /with a control character/, /without it$/],
  "half a surrogate pair": ["hunter2\ud83d", /a lone surrogate/, /without it$/],
};

suite("the id that authenticate returns", () => {
  for (const id of validIds) {
    test(`reaches the platform unchanged: ${id.slice(0, 40)}`, async () => {
      const opened = openGateway({ authenticate: async () => id });
      await opened.ask("GET", "/api/v3.1/connected_accounts");
      assert.deepEqual([opened.upstreamRequests.length, opened.upstreamRequests[0]?.query.user_ids, opened.errors], [1, id, []]);
    });
  }

  for (const [name, [value, description, advice]] of Object.entries(invalidIds)) {
    test(`must not be ${name}: the page receives a bare 500, and onError the value's kind and advice`, async () => {
      const { ask, upstreamRequests, errors } = openGateway({ authenticate: () => value });
      const { status, body } = await ask("GET", "/api/v3.1/toolkits");
      assert.deepEqual([status, body], [500, { error: { message: "The gateway failed", slug: "Gateway_Failed", status: 500 } }]);
      assert.deepEqual([upstreamRequests.length, errors.length, errors[0].name], [0, 1, "TypeError"]);
      assert.match(errors[0].message, /^createGateway: `authenticate` must return the user's id as a string, got /);
      assert.match(errors[0].message, description);
      assert.match(errors[0].message, advice);
      assert.doesNotMatch(errors[0].message, /hunter2|507f/);
    });
  }
});

suite("a gateway's argument", () => {
  const incoming = { method: "GET", url: "/api/connect/api/v3.1/toolkits", headers: { host: "app.test" } };
  for (const [name, given] of Object.entries({ "Node's request": incoming, "undefined": undefined, "a framework's context": { req: incoming }, "a URL": "https://app.test/" })) {
    test(`must not be ${name}: the answer is 500, and onError receives advice`, async () => {
      const { gateway, errors, upstreamRequests } = openGateway();
      const response = await gateway(given, {});
      assert.deepEqual([response.status, upstreamRequests.length, errors.length], [500, 0, 1]);
      assert.match(errors[0].message, /must be called with a Web Request, got .*\. For Node's requests use toNodeHandler\(gateway\)$/);
    });
  }

  test("may be a request of a runtime's own class, without a signal", async () => {
    const { gateway } = openGateway();
    const headers = new Headers({ "x-test-user": "Jessica" });
    assert.equal((await gateway({ method: "GET", url: "https://app.test/api/connect/api/v3.1/toolkits/gmail", headers })).status, 200);
  });
});
