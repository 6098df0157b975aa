import assert from "node:assert/strict";
import { test } from "node:test";
import { fakePlatform, initiateOptions, json, makeClient, memoryStorage } from "./client.mjs";

/** A browser reads its storage when a page first asks, and the page waits for that: not between the answer and the redirect. */
const ways = {
  "a call": (client) => client.initiateConnection(initiateOptions),
  "a flow": (client) => client.flow({ ...initiateOptions, mode: "redirect" }).submit(),
};

for (const [way, start] of Object.entries(ways)) {
  test(`${way} tidies the storage while its request is on its way, and then only writes`, async () => {
    const { options } = fakePlatform();
    const seen = [];
    const storage = new Proxy(memoryStorage(), {
      get: (own, name) => (seen.push(String(name)), own[name]),
    });
    storage.setItem("connect-flow:0123456789abcdef0123456789abcdef", "{}");
    const fetch = async (request) => {
      seen.push(request.method);
      await new Promise(setImmediate);
      const isOfFields = request.url.includes("/integrations/");
      const answer = isOfFields ? json({ id: "in_1", authScheme: "OAUTH2", expectedInputFields: [] }) : await options.fetch(request);
      seen.push("answer");
      return answer;
    };
    const client = await makeClient({ ...options, storage, fetch });
    seen.length = 0;
    await start(client);
    const tidied = seen.indexOf("length");
    assert.deepEqual(seen.slice(tidied, tidied + 3), ["length", "key", "getItem"]);
    assert.match(seen[tidied - 1], /^(?:GET|POST)$/, "a request has just left");
    assert.equal(seen.filter((name) => name === "length").length, 1);
    const answered = seen.lastIndexOf("answer");
    assert.deepEqual(seen.slice(answered, answered + 2), ["answer", "setItem"]);
    const between = seen.slice(0, answered).filter((name) => !/^(?:GET|POST|answer)$/.test(name));
    assert.deepEqual(between, ["length", "key", "getItem"]);
    client.dispose();
  });
}
