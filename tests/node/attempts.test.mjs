// Which attempt a flow, a callback or a tab continues. An attempt that has ended stays ended.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { accountStatuses, announce, finishAtProvider, inTab, openClient, outcomeOf, pageUrl, rewriteRecords, sandbox, settle, startAttempt, statesOf } from "./attempts.mjs";
import { memoryStorage } from "./client.mjs";

suite("a flow that loads on a callback page", () => {
  const callbackAfterRedirect = async (options) => {
    const client = await openClient();
    const flow = client.flow({ mode: "redirect", ...options });
    const end = flow.submit();
    await sandbox.clock.until(end);
    await sandbox.clock.advance(1_000);
    flow.dispose();
    assert.match(location.href, /cf_flow=/);
    return location.href;
  };
  const integrationIdOf = async (app) => (await (await openClient()).getExpectedParamsForUser({ app })).integrationId;
  const appAfterLoad = async (url, options) => {
    history.replaceState(null, "", url);
    const flow = (await openClient()).flow(options);
    await sandbox.clock.until(flow.load());
    return flow.getSnapshot().account?.app ?? flow.getSnapshot().state;
  };

  test("continues an attempt only if flow and record share an app or an integration, and no other value differs", async () => {
    const client = await openClient();
    const [gmail, shopify] = [await sandbox.clock.until(integrationIdOf("gmail")), await sandbox.clock.until(integrationIdOf("shopify"))];
    const url = await callbackAfterRedirect({ app: "gmail" });
    for (const [options, expected] of [
      [{ app: "gmail" }, "gmail"],
      [{ app: "GMAIL" }, "gmail"],
      [{ integrationId: gmail }, "gmail"],
      [{ app: "gmail", integrationId: gmail }, "gmail"],
      [{ app: "gmail", authScheme: "oauth2" }, "gmail"],
      [{ integrationId: shopify }, "ready"],
      [{ app: "shopify" }, "ready"],
      [{ app: "shopify", integrationId: shopify }, "ready"],
      [{ app: "gmail", entityId: "Melissa" }, "ready"],
      [{ integrationId: gmail, entityId: "Melissa" }, "ready"],
    ]) assert.equal(await appAfterLoad(url, options), expected, JSON.stringify(options));

    rewriteRecords((record) => delete record.integrationId);
    assert.equal(await appAfterLoad(url, { integrationId: shopify }), "ready", "a record without an integration");
    assert.equal(await appAfterLoad(url, { integrationId: gmail }), "ready", "a record without an integration");
    assert.equal(await appAfterLoad(url, { app: "gmail" }), "gmail", "a record without an integration");
    rewriteRecords((record) => delete record.app);
    assert.equal(await appAfterLoad(url, { app: "gmail" }), "ready", "a record without app and integration");
    assert.equal((await sandbox.clock.until(client.completeConnection({ url }))).account.app, "gmail", "completeConnection needs neither");
  });

  test("continues an attempt at an integration by app or by integration", async () => {
    await openClient();
    const gmail = await sandbox.clock.until(integrationIdOf("gmail"));
    const url = await callbackAfterRedirect({ integrationId: gmail });
    assert.equal(await appAfterLoad(url, { app: "gmail" }), "gmail");
    assert.equal(await appAfterLoad(url, { integrationId: gmail }), "gmail");
    assert.equal(await appAfterLoad(url, { app: "zendesk" }), "ready");
  });
});

suite("a cancelled attempt", () => {
  const queries = ["", "&status=pending", "&status=whatever", "&status=failed", "&status=success", "&status=ACTIVE", "&error=access_denied", "&error=x&status=success"];

  test("stays cancelled in every page and call, whatever its callback says and though the account is ACTIVE", async () => {
    const client = await openClient();
    const { flow, popup, flowId, connectedAccountId } = await startAttempt(client);
    flow.cancel();
    await finishAtProvider(popup.url);
    assert.deepEqual(accountStatuses(), ["ACTIVE"]);
    for (const query of queries) {
      const url = `${pageUrl}?cf_flow=${flowId}&connected_account_id=${connectedAccountId}${query}`;
      const expected = /failed/.test(query) ? "account_failed" : /access/.test(query) ? "access_denied" : /error/.test(query) ? "account_failed" : "callback_replayed";
      for (const page of [client, await openClient()]) {
        assert.equal(await sandbox.clock.until(outcomeOf(page.completeConnection({ url }))), expected, `completeConnection ${query}`);
        history.replaceState(null, "", url);
        const other = page.flow({ app: "gmail" });
        assert.equal(await sandbox.clock.until(outcomeOf(other.load())), expected, `load ${query}`);
        history.replaceState(null, "", pageUrl);
        assert.throws(() => page.resume({ flowId }), { code: "callback_replayed", connectedAccountId });
        assert.equal(page.resume(), null);
      }
      announce(flowId, url);
      await settle();
      assert.deepEqual([flow.getSnapshot().state, flow.getSnapshot().error.code], ["cancelled", "cancelled"], query);
    }
    assert.deepEqual(client.pending(), []);
  });

  test("ends every flow of it, in another tab by a storage event, in this page at the next status check", async () => {
    const client = await openClient();
    const { flow, popup, flowId } = await startAttempt(client);
    const [otherTab, samePage] = [(await openClient()).resume({ flowId }), client.resume({ flowId })];
    await settle();
    assert.deepEqual(statesOf(otherTab, samePage), ["waiting", "waiting"]);
    flow.cancel();
    dispatchEvent(Object.assign(new Event("storage"), { key: `connect-flow:${flowId}` }));
    assert.deepEqual(statesOf(otherTab), ["cancelled"]);
    await finishAtProvider(popup.url);
    await sandbox.clock.until(samePage.getSnapshot().error ? Promise.resolve() : new Promise((done) => samePage.subscribe(() => samePage.getSnapshot().error && done())));
    assert.deepEqual(statesOf(otherTab, samePage), ["cancelled", "cancelled"]);
  });

  test("is not connected if it is cancelled during verification", async () => {
    const client = await openClient();
    const { flow, popup } = await startAttempt(client);
    const url = await finishAtProvider(popup.url);
    const completed = client.completeConnection({ url });
    if (statesOf(flow)[0] === "waiting") flow.cancel();
    assert.equal(await sandbox.clock.until(outcomeOf(completed)), "callback_replayed");
  });

  test("stays connected if it was completed before", async () => {
    const client = await openClient();
    const { flow, popup } = await startAttempt(client);
    const url = await finishAtProvider(popup.url);
    const other = await openClient();
    assert.equal(await sandbox.clock.until(outcomeOf(other.completeConnection({ url }))), "ACTIVE");
    if (statesOf(flow)[0] === "waiting") flow.cancel();
    assert.equal(await sandbox.clock.until(outcomeOf(other.completeConnection({ url }))), "ACTIVE", "the same result again");
  });
});

test("a failed attempt stays failed, whatever its callback says and though the account becomes ACTIVE", async () => {
  const client = await openClient();
  const { end, popup, flowId, connectedAccountId } = await startAttempt(client);
  announce(flowId, `${pageUrl}?cf_flow=${flowId}&error=access_denied`);
  assert.equal((await sandbox.clock.until(end)).error.code, "access_denied");
  await finishAtProvider(popup.url);
  assert.deepEqual(accountStatuses(), ["ACTIVE"]);
  const url = `${pageUrl}?cf_flow=${flowId}&connected_account_id=${connectedAccountId}`;
  for (const query of ["", "&status=pending", "&status=success"]) {
    assert.equal(await sandbox.clock.until(outcomeOf(client.completeConnection({ url: url + query }))), "callback_replayed", query);
  }
  assert.equal(await sandbox.clock.until(outcomeOf(client.completeConnection({ url: `${url}&status=failed` }))), "account_failed");
  assert.throws(() => client.resume({ flowId }), { code: "callback_replayed" });
});

test("a flow that ended with popup_closed still connects when its callback arrives", async () => {
  const client = await openClient();
  const { flow, end, popup, flowId } = await startAttempt(client);
  popup.close();
  assert.equal((await sandbox.clock.until(end)).error.code, "popup_closed");
  const url = await finishAtProvider(popup.url);
  announce(flowId, url);
  await settle();
  assert.deepEqual(statesOf(flow), ["connected"]);
});

suite("resume", () => {
  test("continues this tab's attempt, also after a reload, and otherwise the newest of another tab", async () => {
    const [a, b] = [memoryStorage(), memoryStorage()];
    const first = await inTab(a, async () => startAttempt(await openClient()));
    await sandbox.clock.advance(1_000);
    const second = await inTab(b, async () => startAttempt(await openClient()));
    first.flow.dispose();
    for (const [tab, expected] of [[a, first], [b, second], [memoryStorage(), second]]) {
      const client = await inTab(tab, openClient);
      assert.equal(client.resume().getSnapshot().flowId, expected.flowId);
    }
  });

  test("continues only attempts of the client's entity", async () => {
    const hers = await startAttempt(await openClient());
    await sandbox.clock.advance(1_000);
    const other = await openClient({ entityId: "Melissa" });
    assert.equal(other.resume(), null);
    assert.throws(() => other.resume({ flowId: hers.flowId }), { code: "flow_expired" });
    const theirs = await startAttempt(other);
    const client = await openClient();
    assert.equal(client.resume().getSnapshot().flowId, hers.flowId);
    assert.equal(client.resume({ entityId: "Melissa" }).getSnapshot().flowId, theirs.flowId);
  });

  test("continues the attempt at a given app or integration", async () => {
    const client = await openClient();
    const gmail = await startAttempt(client);
    await sandbox.clock.advance(1_000);
    const zendesk = await (async () => {
      sandbox.next({ outcome: "never" });
      const flow = client.flow({ app: "zendesk", mode: "popup" });
      await flow.load();
      flow.submit({ subdomain: "acme" });
      await settle();
      return flow.getSnapshot();
    })();
    const { integrationId } = await sandbox.clock.until(client.getExpectedParamsForUser({ app: "gmail" }));
    const flowOf = (options) => client.resume(options)?.getSnapshot().flowId;
    assert.equal(flowOf(), zendesk.flowId);
    assert.equal(flowOf({ app: "gmail" }), gmail.flowId);
    assert.equal(flowOf({ app: "Gmail" }), gmail.flowId);
    assert.equal(flowOf({ integrationId }), gmail.flowId);
    assert.equal(flowOf({ app: "zendesk" }), zendesk.flowId);
    assert.equal(flowOf({ app: "zendesk", integrationId }), undefined);
    assert.equal(flowOf({ app: "shopify" }), undefined);
    assert.throws(() => client.resume({ flowId: gmail.flowId, app: "zendesk" }), { code: "flow_expired" });
    for (const options of [{ app: 1 }, { integrationId: {} }, { tab: "x" }]) assert.throws(() => client.resume(options), { code: "invalid_argument" });
  });

  test("prefers the attempt in the page's address to a newer one", async () => {
    const [a, b] = [memoryStorage(), memoryStorage()];
    const first = await inTab(a, async () => startAttempt(await openClient()));
    await sandbox.clock.advance(1_000);
    await inTab(b, async () => startAttempt(await openClient()));
    history.replaceState(null, "", `${pageUrl}?cf_flow=${first.flowId}`);
    const popup = await inTab(memoryStorage(), openClient);
    assert.equal(popup.resume().getSnapshot().flowId, first.flowId);
  });

  for (const [how, install] of [
    ["is missing", () => undefined],
    ["throws when it is read", () => Object.defineProperty(globalThis, "sessionStorage", { get() { throw new Error("blocked"); }, configurable: true })],
    ["is full", () => (globalThis.sessionStorage = { getItem: () => null, setItem() { throw new Error("quota"); } })],
    ["returns other values than text", () => (globalThis.sessionStorage = { getItem: () => ({}), setItem() {} })],
  ]) {
    test(`works if sessionStorage ${how}`, async () => {
      install();
      const client = await openClient();
      const { flowId } = await startAttempt(client);
      assert.equal(client.resume().getSnapshot().flowId, flowId);
      assert.equal((await openClient()).resume().getSnapshot().flowId, flowId);
    });
  }
});
