// Errors for unusable responses say who answered, what came, and what to check.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, suite, test } from "node:test";
import { json, makeClient, memoryStorage } from "./client.mjs";

const account = { id: "ca_1", status: "ACTIVE", toolkit: { slug: "gmail" }, user_id: "Jessica" };
const text = (body, type, status = 200) => new Response(body, { status, headers: { "content-type": type } });

/** The error of a call whose requests are answered with `answer`, and their number. */
async function failureOf(answer, { call = (client) => client.connectedAccounts.get({ connectedAccountId: "ca_1" }), ...options } = {}) {
  let requests = 0;
  const fetch = async (request) => ((requests += 1), answer(request));
  const client = await makeClient({ fetch, retry: 1, entityId: "Jessica", storage: memoryStorage(), ...options });
  // Skips the backoff before a retry.
  const { setTimeout } = globalThis;
  globalThis.setTimeout = (handler, ms, ...rest) => setTimeout(handler, ms < 5_000 ? 0 : ms, ...rest);
  try {
    await call(client);
  } catch (error) {
    return { error, requests };
  } finally {
    globalThis.setTimeout = setTimeout;
  }
  return { requests };
}

suite("a server that redirects", () => {
  const served = [];
  const server = createServer((request, response) => {
    served.push(request.url);
    if (request.url.startsWith("/api/")) response.writeHead(Number(request.url.split("/")[2]), { location: "/login" }).end("moved");
    else response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Sign in</title>");
  });
  let origin;
  before(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    origin = `http://127.0.0.1:${server.address().port}`;
  });
  after(() => server.close());

  const calls = {
    get: (client) => client.connectedAccounts.get({ connectedAccountId: "ca_1" }),
    delete: (client) => client.connectedAccounts.delete({ connectedAccountId: "ca_1" }),
    initiate: (client) => client.initiateConnection({ integrationId: "ac_1", redirectUrl: "https://app.test/done" }),
    execute: (client) => client.executeAction({ action: "GMAIL_SEND", input: {} }),
  };
  for (const status of [301, 302, 303, 307, 308]) {
    test(`is reported as redirected, and neither followed nor retried: ${status}`, async () => {
      for (const [name, call] of Object.entries(calls)) {
        served.length = 0;
        const { error } = await failureOf((request) => fetch(request), { baseUrl: `${origin}/api/${status}`, call });
        assert.deepEqual([error.code, error.retryable], ["redirected", false], name);
        assert.match(error.message, /your server redirected/);
        assert.match(error.message, /`baseUrl`/);
        assert.doesNotMatch(error.message, /login|:\/\//);
        assert.equal(served.length, 1);
      }
    });
  }

  test("is also reported if the page's fetch has followed it, or if the browser hides it", async () => {
    const ways = [
      (request) => fetch(request.url),
      () => Object.defineProperty(json(account), "redirected", { value: true }),
      () => Object.defineProperties(Response.error(), { type: { value: "opaqueredirect" } }),
    ];
    for (const way of ways) {
      const { error, requests } = await failureOf(way, { baseUrl: `${origin}/api/302` });
      assert.deepEqual([error.code, error.retryable, requests], ["redirected", false, 1]);
    }
  });

  test("fails a flow with the same code", async () => {
    const client = await makeClient({ baseUrl: `${origin}/api/302`, fetch: (request) => fetch(request), entityId: "Jessica", storage: memoryStorage() });
    const snapshot = await client.flow({ app: "gmail" }).load();
    assert.deepEqual([snapshot.state, snapshot.error.code], ["failed", "redirected"]);
  });

  test("a 304 and a network error are not reported as a redirect", async () => {
    for (const [answer, code] of [[() => new Response(null, { status: 304 }), "invalid_request"], [() => Response.error(), "network"]]) {
      assert.equal((await failureOf(answer)).error.code, code);
    }
  });
});

suite("the message names the server that answered", () => {
  const shape = (status, members) => json({ error: { message: "words", status, ...members } }, status);
  const cases = {
    "the platform": [
      [404, () => shape(404, { code: 1803, slug: "ConnectedAccount_NotFound" })],
      [500, () => shape(500, { code: 10500 })],
    ],
    "the server at `baseUrl`": [
      [403, () => shape(403, { slug: "Gateway_Forbidden" })],
      [404, () => text("<!doctype html><title>Not found</title>", "text/html", 404)],
      [404, () => text("Cannot GET /api", "text/plain", 404)],
      [404, () => new Response(null, { status: 404 })],
      [500, () => json({ message: "Internal Server Error", statusCode: 500 }, 500)],
      [500, () => json({ error: "boom" }, 500)],
      [500, () => json({ error: { message: "boom", code: "EPIPE" } }, 500)],
      [403, () => text("Forbidden", "text/plain", 403)],
      [502, () => text("<html><h1>502 Bad Gateway</h1></html>", "text/html", 502)],
      [413, () => json([], 413)],
    ],
  };
  for (const [who, answers] of Object.entries(cases)) {
    for (const [status, answer] of answers) {
      test(`${who}: ${status}, ${JSON.stringify(answer.toString().slice(6, 70))}`, async () => {
        const { error } = await failureOf(answer);
        assert.ok(error.message.startsWith(`${who} answered HTTP ${status}`), error.message);
        assert.equal(error.status, status);
      });
    }
  }

  test("the message of an HTML page suggests to check baseUrl", async () => {
    const { error } = await failureOf(() => text("\n <!DOCTYPE html>", "text/html", 404));
    assert.equal(error.code, "not_found");
    assert.match(error.message, /HTML: check `baseUrl`/);
  });
});

suite("a 200 without a JSON object", () => {
  const page = "<!doctype html><html><body><form action=/login></form></body></html>";
  const cases = [
    ["HTML", 1, () => text(page, "text/html")],
    ["HTML", 1, () => text(`\uFEFF\n${page}`, "application/json")],
    ["XML", 1, () => text('<?xml version="1.0"?><error/>', "application/xml")],
    ["text that is not JSON", 1, () => text("OK", "text/plain")],
    ["other JSON", 1, () => json([])],
    ["other JSON", 1, () => json("text")],
    ["other JSON", 1, () => json(null)],
    ["an empty body", 2, () => new Response("")],
    ["an empty body", 2, () => new Response(" \n")],
    ["JSON that is cut off or malformed", 2, () => text('{"id": "ca_1", "stat', "application/json")],
  ];
  for (const [what, times, answer] of cases) {
    test(`is reported as ${what}, and ${times === 1 ? "not retried" : "retried"}: ${JSON.stringify(answer.toString().slice(6, 60))}`, async () => {
      const failure = await failureOf(answer);
      assert.deepEqual([failure.error.code, failure.error.status, failure.requests], ["response_invalid", 200, times]);
      assert.ok(failure.error.message.startsWith(`the server at \`baseUrl\` answered with ${what} instead of a JSON object`), failure.error.message);
      assert.equal(failure.error.retryable, times > 1);
      assert.equal(times === 1, /check `baseUrl`$/.test(failure.error.message));
    });
  }
});

suite("maxAnswerBytes", () => {
  const padded = (bytes, members) => {
    const body = JSON.stringify({ ...members, pad: "" });
    return new Response(JSON.stringify({ ...members, pad: "x".repeat(bytes - body.length) }));
  };
  const execute = (client) => client.executeAction({ action: "GMAIL_SEND", input: {} });
  const executed = { successful: true, data: {}, error: null };

  test("bounds a response, and at ten times the size the response of an action", async () => {
    for (const [maxAnswerBytes, limit] of [[undefined, 1_000_000], [1_000, 1_000], [2_000_000, 2_000_000]]) {
      assert.equal((await failureOf(() => padded(limit, account), { maxAnswerBytes })).error, undefined);
      const { error, requests } = await failureOf(() => padded(limit + 1, account), { maxAnswerBytes });
      assert.deepEqual([error.code, error.retryable, requests], ["response_invalid", false, 1]);
      assert.match(error.message, new RegExp(`${limit} bytes that \`maxAnswerBytes\``));
      assert.equal((await failureOf(() => padded(limit * 10, executed), { maxAnswerBytes, call: execute })).error, undefined);
      const tooLong = await failureOf(() => padded(limit * 10 + 1, executed), { maxAnswerBytes, call: execute });
      assert.equal(tooLong.error.code, "response_invalid");
      assert.match(tooLong.error.message, new RegExp(`${limit * 10} bytes that \`maxAnswerBytes\``));
    }
  });

  test("ends a response without end, whatever its cache-control header", async () => {
    for (const headers of [{}, { "cache-control": "no-store" }, { "cache-control": "private, no-store, max-age=0" }]) {
      let end;
      const ended = new Promise((resolve) => (end = resolve));
      const server = createServer((request, response) => {
        response.on("close", end).writeHead(200, headers);
        const more = () => response.destroyed || (response.write("x".repeat(100_000)) ? setImmediate(more) : response.once("drain", more));
        more();
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      const { error, requests } = await failureOf((request) => fetch(request), { baseUrl: `http://127.0.0.1:${server.address().port}` });
      assert.deepEqual([error.code, requests], ["response_invalid", 1]);
      await ended;
      server.close();
    }
  });

  test("must be an integer from 1 to 50,000,000", async () => {
    for (const maxAnswerBytes of [0, -1, 1.5, 50_000_001, "1000", NaN, Infinity]) {
      await assert.rejects(makeClient({ maxAnswerBytes }), ({ code, issues }) => code === "invalid_argument" && issues[0].field === "maxAnswerBytes");
    }
  });
});
