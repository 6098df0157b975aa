import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createSandbox } from "connect-flow/testing";
import { openBrowser } from "./browser.mjs";
import { makeSandboxClient } from "./client.mjs";

const redirectUrl = "https://yourwebsite.com/connection/callback";
const entityId = "Jessica";

/** Replaces the import and the constructor of the documents' JavaScript. */
async function openToolset() {
  const sandbox = createSandbox();
  const toolset = await makeSandboxClient(sandbox, { entityId: undefined, redirectUrl: undefined });
  return { sandbox, toolset, browser: openBrowser(sandbox, new URL(redirectUrl).origin) };
}

/** The last lines of step 2 in both documents. */
function describe(connectionRequest) {
  if (connectionRequest.connectionStatus === "INITIATED") {
    return connectionRequest.redirectUrl;
  } else if (connectionRequest.connectionStatus === "ACTIVE") {
    return "Connection Status is active, you can now test by calling the tool.";
  } else {
    return "Connection process failed, please try again.";
  }
}

suite("the JavaScript of the documents runs unchanged", () => {
  test("Gmail", async () => {
    const { sandbox, toolset, browser } = await openToolset();

    const response = await toolset.getExpectedParamsForUser({
      app: "gmail",
      authScheme: "OAUTH2",
    });
    assert.deepEqual(response.expectedInputFields, []);

    // The next step of the document uses this name for the response.
    const expectedInputFields = response;
    const collectedParams = {};
    const connectionRequest = await toolset.client.connectedAccounts.initiate({
      data: {
        ...collectedParams,
      },
      entityId: entityId,
      integrationId: expectedInputFields.integrationId,
      redirectUri: redirectUrl,
    });
    const url = describe(connectionRequest);
    assert.match(url, /^https:\/\/sandbox\.test\//);
    const waiting = await toolset.client.connectedAccounts.get({ connectedAccountId: connectionRequest.connectedAccountId });
    assert.match(waiting.status, /^INITIA/);

    const consent = await browser.visit(url);
    const back = await browser.submit(consent, { decision: "allow" });
    assert.equal(back.url.origin + back.url.pathname, redirectUrl);
    assert.equal(back.url.searchParams.get("status"), "success");

    const connectedAccount = await toolset.client.connectedAccounts.get({ connectedAccountId: connectionRequest.connectedAccountId });
    const { id, status, app, entityId: entity } = connectedAccount;
    assert.deepEqual({ id, status, app }, { id: connectionRequest.connectedAccountId, status: "ACTIVE", app: "gmail" });
    assert.ok(entity === undefined || entity === "Jessica");
    assert.deepEqual(sandbox.accounts().map(({ app, entityId, status }) => [app, entityId, status]), [["gmail", "Jessica", "ACTIVE"]]);

    // Not in the documents.
    const done = await toolset.completeConnection({ url: back.url.href });
    assert.equal(done.connectedAccountId, connectionRequest.connectedAccountId);
  });

  test("Gmail, if the user denies access", async () => {
    const { toolset, browser } = await openToolset();
    const { integrationId } = await toolset.getExpectedParamsForUser({ app: "gmail", authScheme: "OAUTH2" });
    const connectionRequest = await toolset.client.connectedAccounts.initiate({
      data: {}, entityId: entityId, integrationId: integrationId, redirectUri: redirectUrl,
    });
    const back = await browser.submit(await browser.visit(describe(connectionRequest)), { decision: "deny" });
    const { status } = await toolset.client.connectedAccounts.get({ connectedAccountId: connectionRequest.connectedAccountId });
    assert.equal(status, "FAILED");
    await assert.rejects(toolset.completeConnection({ url: back.url.href }), { name: "ConnectError" });
  });

  test("Shopify", async () => {
    const { sandbox, toolset } = await openToolset();

    const response = await toolset.getExpectedParamsForUser({
      app: "shopify",
    });

    const typed = { admin_api_access_token: "shpat_0123456789", shop: "acme" };
    const collectedParams = {};
    const asked = [];
    for (const field of response["expectedInputFields"]) {
      asked.push(`${field.displayName}: ${field.description}`);
      collectedParams[field.name] = typed[field.name];
    }
    assert.equal(asked.length, 2);
    for (const line of asked) assert.match(line, /^\S.*: \S/);
    assert.deepEqual(collectedParams, typed);

    const connectionRequest = await toolset.client.connectedAccounts.initiate({
      data: {
        ...collectedParams,
      },
      entityId: entityId,
      integrationId: response.integrationId,
      redirectUri: redirectUrl,
      authMode: "OAUTH2",
      authConfig: {},
    });
    assert.equal(describe(connectionRequest), "Connection Status is active, you can now test by calling the tool.");

    const connectedAccount = await toolset.client.connectedAccounts.get({ connectedAccountId: connectionRequest.connectedAccountId });
    assert.deepEqual([connectedAccount.status, connectedAccount.app], ["ACTIVE", "shopify"]);
    assert.deepEqual(sandbox.accounts().map(({ entityId, data }) => [entityId, data]), [["Jessica", typed]]);
  });
});
