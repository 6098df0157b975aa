// Every way to name an account, with names that are refused and names that reach the platform as they are.
import assert from "node:assert/strict";
import { beforeEach, suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { makeSandboxClient, rejectsWith } from "./client.mjs";

let sandbox, client, old;
beforeEach(async () => {
  sandbox = createSandbox();
  client = await makeSandboxClient(sandbox);
  old = sandbox.addAccount({ app: "firecrawl", entityId: "Jessica", alias: "old", data: { api_key: "fc-old" } });
});

const data = { api_key: "fc-new" };
const enter = async (flow) => {
  await flow.load();
  const { state, error } = await flow.submit(data);
  flow.dispose();
  if (state === "failed") throw error;
};

/** The calls that take an alias. */
const calls = {
  "connectedAccounts.update": (alias) => client.connectedAccounts.update({ connectedAccountId: old.id, alias }),
  "connectedAccounts.update with a new key": (alias) => client.connectedAccounts.update({ connectedAccountId: old.id, alias, data }),
  initiateConnection: (alias) => client.initiateConnection({ app: "firecrawl", alias, data }),
  flow: async (alias) => enter(client.flow({ app: "firecrawl", alias })),
  "flow with reconnect": async (alias) => enter(client.flow({ reconnect: old.id, alias })),
};
const changing = () => sandbox.requests.filter(({ method }) => method !== "GET").length;
const accounts = () => sandbox.accounts().map(({ id, alias, status, data: { api_key }, isDeleted }) => ({ id, alias, status, api_key, isDeleted }));

const blank = /^[\w.]+: `alias` must not be empty$/;
const tooLong = /^[\w.]+: `alias` must have at most 255 bytes: choose a shorter one$/;

/** What each call refuses with `invalid_argument`, before it sends anything, and what the error says. */
const refused = {
  "spaces alone": ["  ", blank],
  "white space of any kind alone": ["\t\n\u00a0\u2003", blank],
  "256 letters": ["a".repeat(256), tooLong],
  "64 emojis, which are 256 bytes": ["😀".repeat(64), tooLong],
  "86 letters with combining accents, which are 258 bytes": ["e\u0301".repeat(86), tooLong],
  "a number": [1, /`alias` must be a string, got a number$/],
  "an object": [{}, /`alias` must be a string, got an object$/],
};

/** What reaches the platform as it is typed. A string of WebAssembly has no lone surrogates. */
const accepted = {
  "65 letters": ["a".repeat(65)],
  "255 letters": ["a".repeat(255)],
  "63 emojis, which are 252 bytes": ["😀".repeat(63)],
  "text with space around it": [" work "],
  "control characters": ["a\u0000b\u001b\u007f"],
  "markup and quotes": [`<b>"'\\`],
  "text that runs from right to left": ["\u202eشغل"],
  "a lone surrogate, which is replaced": ["a\ud800b", "a\ufffdb"],
};

for (const [name, call] of Object.entries(calls)) {
  suite(`the alias of ${name}`, () => {
    for (const [what, [alias, message]] of Object.entries(refused)) {
      test(`must not be ${what}`, async () => {
        const before = [accounts(), changing()];
        const error = await rejectsWith(() => call(alias), "invalid_argument", "alias");
        assert.match(error.message, message);
        assert.ok(!error.message.includes(String(alias).trim() || "\u00a0"), "the message repeats no value");
        assert.deepEqual([accounts(), changing()], before);
      });
    }

    test("that another account has is conflict, and changes neither", async () => {
      sandbox.addAccount({ app: "firecrawl", entityId: "Jessica", alias: "taken" });
      const before = accounts();
      const error = await rejectsWith(() => call("taken"), "conflict");
      assert.match(error.message, /already in use/);
      assert.deepEqual([error.retryable, accounts()], [false, before]);
    });

    test("reaches the platform as it is typed", async () => {
      for (const [what, [alias, arrived = alias]] of Object.entries(accepted)) {
        await call(alias);
        assert.ok(accounts().some((account) => account.alias === arrived && account.status === "ACTIVE"), what);
      }
    });
  });
}

test("an empty alias removes the name in update, and is refused elsewhere", async () => {
  for (const name of ["initiateConnection", "flow", "flow with reconnect"]) {
    const before = [accounts(), changing()];
    assert.match((await rejectsWith(() => calls[name](""), "invalid_argument", "alias")).message, blank);
    assert.deepEqual([accounts(), changing()], before);
  }
  await calls["connectedAccounts.update"]("");
  assert.equal(accounts()[0].alias, null);
});
