import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { answerConsent } from "../node/browser.mjs";
import { redirectUrl } from "../support/calls.mjs";
import { apiKey, integrations, json, openGateway } from "./support.mjs";

const path = "/api/v3.1/connected_accounts/complete_auth";
const session = "session_hunter2";
const unknown = { error: { message: "Auth session not found or expired", code: 606, status: 404 } };
const refused = (status, message, more) => json({ error: { message, code: 600, slug: "ConnectedAccount_BadRequest", status, ...more } }, status);

/** A gateway of a project that verifies identities, with an account of this user that waits for its session to be completed: also `{ id, session, complete }`. */
async function openWaiting(entity = "Jessica", options) {
  const opened = openGateway(options, { verifierUrl: "https://app.test/verify" });
  const { body } = await opened.as(entity)("POST", "/api/v3.1/connected_accounts/link", { body: { auth_config_id: integrations.gmail, callback_url: redirectUrl } });
  const { url } = await answerConsent(opened.sandbox, body.redirect_url);
  opened.upstreamRequests.length = 0;
  const session_uri = url.searchParams.get("session_uri");
  return Object.assign(opened, { id: body.connected_account_id, session: session_uri, complete: (user, more) => opened.as(user)("POST", path, { body: { session_uri, ...more } }) });
}

suite("a session that the gateway completes", () => {
  test("is completed with the project's key for the signed-in user, and the answer names the account", async () => {
    const { sandbox, upstreamRequests, id, session, complete } = await openWaiting();
    const { status, body } = await complete("Jessica");
    assert.deepEqual([status, body], [200, { connected_account_id: id, toolkit_slug: "gmail", user_id: "Jessica" }]);
    const [{ headers, ...asked }] = upstreamRequests;
    assert.deepEqual([asked.path, asked.body, headers["x-api-key"]], [path, { session_uri: session, user_id: "Jessica" }, apiKey]);
    assert.equal(sandbox.accounts()[0].status, "ACTIVE");
  });

  test("of another user is refused with 403 and Gateway_EntityMismatch, and the account is FAILED", async () => {
    const { sandbox, upstreamRequests, complete } = await openWaiting();
    const { status, body } = await complete("Melissa");
    assert.deepEqual([status, body.error.slug], [403, "Gateway_EntityMismatch"]);
    assert.match(body.error.message, /sign in as the user who did, and start again$/);
    assert.deepEqual(upstreamRequests.map(({ body }) => body.user_id), ["Melissa"]);
    assert.equal(sandbox.accounts()[0].status, "FAILED");
  });

  test("is not sent to the platform if the request names another user than the signed-in one", async () => {
    const { sandbox, upstreamRequests, complete } = await openWaiting();
    for (const name of ["user_id", "entity_id"]) {
      const { status, body } = await complete("Melissa", { [name]: "Jessica" });
      assert.deepEqual([status, body.error.slug], [403, "Gateway_EntityMismatch"]);
    }
    assert.deepEqual([upstreamRequests, sandbox.accounts()[0].status], [[], "INITIATED"]);
  });

  test("is completed once, also if two requests arrive at the same time", async () => {
    const { sandbox, complete } = await openWaiting();
    const answers = await Promise.all([complete("Jessica"), complete("Jessica")]);
    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 404]);
    const again = await complete("Jessica");
    assert.deepEqual([again.status, again.body, sandbox.accounts()[0].status], [404, unknown, "ACTIVE"]);
  });

  test("is unknown after 10 minutes", async () => {
    const { sandbox, complete } = await openWaiting();
    sandbox.advance(10 * 60_000);
    const { status, body } = await complete("Jessica");
    assert.deepEqual([status, body], [404, unknown]);
  });

  test("is refused without `completeAuth` in `allow.operations`, and nothing is sent", async () => {
    const { sandbox, upstreamRequests, complete } = await openWaiting("Jessica", { allow: { operations: ["integrations.get", "connectedAccounts.initiate"], apps: ["gmail"] } });
    const { status, body } = await complete("Jessica");
    assert.deepEqual([status, body.error.slug], [403, "Gateway_NotAllowed"]);
    assert.deepEqual([upstreamRequests, sandbox.accounts()[0].status], [[], "INITIATED"]);
  });

  for (const [name, body] of Object.entries({
    "nothing": {}, "an empty text": { session_uri: "" }, "a number": { session_uri: 1 }, "a list": { session_uri: [session] }, "an object": { session_uri: { session } },
    "null": { session_uri: null }, "an account's id": { session_uri: session, connected_account_id: "ca_1" }, "a key": { session_uri: session, api_key: "x" },
  })) {
    test(`must be a text alone, got ${name}`, async () => {
      const opened = openGateway();
      const { status, text } = await opened.as("Jessica")("POST", path, { body });
      assert.deepEqual([status, opened.upstreamRequests, text.includes(session)], [400, [], false]);
    });
  }

  test("needs a signed-in user", async () => {
    const opened = openGateway();
    assert.deepEqual([(await opened.ask("POST", path, { body: { session_uri: session } })).status, opened.upstreamRequests], [401, []]);
  });
});

suite("the platform's answer to a session", () => {
  /** The page's answer, the requests to the platform, and the log, if the platform answers with `reply`. */
  async function answerTo(reply, account = { id: "ca_1", user_id: "Jessica", toolkit: { slug: "gmail" } }) {
    const opened = openGateway();
    opened.reply = ({ method }) => (method === "GET" ? json(account) : reply());
    const answer = await opened.as("Jessica")("POST", path, { body: { session_uri: session } });
    return { ...answer, upstreamRequests: opened.upstreamRequests, log: opened.errors.map(String).join("\n") };
  }
  const done = (more) => () => json({ connected_account_id: "ca_1", toolkit_slug: "gmail", ...more });

  for (const [name, reply, logged] of [
    ["unknown", () => refused(404, "auth session not found or expired"), /^$/],
    ["no longer exchangeable", () => refused(404, "authorization expired, restart the flow"), /^$/],
    ["of another project", () => refused(404, 'Connected account "ca_foreign" not found'), /belongs to another project than `apiKey`/],
    ["forbidden", () => refused(403, "no"), /answered 403 to a session/],
    ["retired", () => refused(410, "no"), /answered 410 to a session/],
    ["unprocessable", () => refused(422, "no"), /answered 422 to a session/],
  ]) {
    test(`is the same 404 for one that is ${name}`, async () => {
      const { status, body, upstreamRequests, log } = await answerTo(reply);
      assert.deepEqual([status, body, upstreamRequests.length], [404, unknown, 1]);
      assert.match(log, logged);
      assert.doesNotMatch(log, /foreign|hunter2/);
    });
  }

  for (const status of [400, 401, 403, 404, 405, 408, 409, 410, 413, 418, 422, 429, 500, 502, 503]) {
    test(`does not repeat the session, and is not asked for again: ${status}`, async () => {
      const { text, upstreamRequests, log } = await answerTo(() => refused(status, `no ${session}`, { errors: [session], type: session }));
      assert.equal(upstreamRequests.length, 1);
      assert.doesNotMatch(text + log, /hunter2/);
    });
  }

  test("keeps the delay of a rate limit", async () => {
    const { status, headers } = await answerTo(() => json({ message: "Rate limit exceeded" }, 429, { "retry-after": "7" }));
    assert.deepEqual([status, headers.get("retry-after")], [429, "7"]);
  });

  test("is refused if it names no account, another user's, or one of an app that pages may not use", async () => {
    const other = { error: { message: "No connected account found", code: 606, status: 404 } };
    for (const [reply, account, expected] of [
      [done({ connected_account_id: undefined }), {}, [502, "Gateway_BadAnswer"]],
      [done({ connected_account_id: ["ca_1"] }), {}, [502, "Gateway_BadAnswer"]],
      [done({ connected_account_id: "../ca_1" }), {}, [404, other]],
      [done(), { id: "ca_1", user_id: "Melissa", toolkit: { slug: "gmail" } }, [404, other]],
      [done(), { id: "ca_2", user_id: "Jessica", toolkit: { slug: "gmail" } }, [404, other]],
      [done(), { id: "ca_1", user_id: "Jessica", toolkit: { slug: "slack" } }, [404, other]],
    ]) {
      const { status, body, text } = await answerTo(reply, account);
      assert.deepEqual([status, status === 404 ? body : body.error.slug], expected);
      assert.ok(!text.includes("ca_") && !text.includes("Melissa"), text);
    }
  });

  test("reaches the page without credentials", async () => {
    const { status, text } = await answerTo(done({ access_token: "hunter2", connected_account: { state: { val: { access_token: "hunter2" } } } }));
    assert.deepEqual([status, text.includes("hunter2")], [200, false]);
  });
});
