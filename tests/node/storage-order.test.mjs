import assert from "node:assert/strict";
import { test } from "node:test";
import { fakePlatform, initiateOptions, json, makeClient, memoryStorage } from "./client.mjs";

// The first read of `localStorage` blocks the page, so it must happen while a request is under way and not between the response and the
// redirect.
const starts = {
  "a call": (client) => client.initiateConnection(initiateOptions),
  "a flow": (client) => client.flow({ ...initiateOptions, mode: "redirect" }).submit(),
};

for (const [way, start] of Object.entries(starts)) {
  test(`${way} removes old records while its first request is under way, and only writes after the last response`, async () => {
    const { options } = fakePlatform();
    const events = [];
    const storage = new Proxy(memoryStorage(), {
      get: (own, name) => (events.push(String(name)), own[name]),
    });
    storage.setItem("connect-flow:0123456789abcdef0123456789abcdef", "{}");
    const fetch = async (request) => {
      events.push(request.method);
      await new Promise(setImmediate);
      const isIntegration = request.url.includes("/integrations/");
      const answer = isIntegration ? json({ id: "in_1", authScheme: "OAUTH2", expectedInputFields: [] }) : await options.fetch(request);
      events.push("answer");
      return answer;
    };
    const client = await makeClient({ ...options, storage, fetch });
    events.length = 0;
    await start(client);
    const cleanup = events.indexOf("length");
    assert.deepEqual(events.slice(cleanup, cleanup + 3), ["length", "key", "getItem"]);
    assert.match(events[cleanup - 1], /^(?:GET|POST)$/, "directly after a request was sent");
    assert.equal(events.filter((name) => name === "length").length, 1);
    const answered = events.lastIndexOf("answer");
    assert.deepEqual(events.slice(answered, answered + 2), ["answer", "setItem"]);
    const between = events.slice(0, answered).filter((name) => !/^(?:GET|POST|answer)$/.test(name));
    assert.deepEqual(between, ["length", "key", "getItem"]);
    client.dispose();
  });
}
