// Which attempt a flow, a callback and a tab may take for theirs, and that one that has ended stays so.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { accountStatuses, finishAtProvider, inTab, openClient, outcomeOf, pageUrl, rewriteRecords, sandbox, settle, startAttempt, statesOf } from "./attempts.mjs";
import { memoryStorage } from "./client.mjs";

suite("a flow loaded on a callback page", () => {
  const callbackOf = async (options) => {
    const client = await openClient();
    const flow = client.flow({ mode: "redirect", ...options });
    const end = flow.submit();
    await sandbox.clock.until(end);
    await sandbox.clock.advance(1_000);
    flow.dispose();
    assert.match(location.href, /cf_flow=/);
    return location.href;
  };
  const idOf = async (app) => (await (await openClient()).getExpectedParamsForUser({ app })).integrationId;
  const loaded = async (url, options) => {
    history.replaceState(null, "", url);
    const flow = (await openClient()).flow(options);
    await sandbox.clock.until(flow.load());
    return flow.getSnapshot().account?.app ?? flow.getSnapshot().state;
  };

  test("takes an attempt for its own only where the app or the integration is known on both sides, and all that is known agrees", async () => {
    const client = await openClient();
    const [gmail, shopify] = [await sandbox.clock.until(idOf("gmail")), await sandbox.clock.until(idOf("shopify"))];
    const url = await callbackOf({ app: "gmail" });
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
    ]) assert.equal(await loaded(url, options), expected, JSON.stringify(options));

    rewriteRecords((record) => delete record.integrationId);
    assert.equal(await loaded(url, { integrationId: shopify }), "ready", "a record of an older version");
    assert.equal(await loaded(url, { integrationId: gmail }), "ready", "a record of an older version");
    assert.equal(await loaded(url, { app: "gmail" }), "gmail", "a record of an older version");
    rewriteRecords((record) => delete record.app);
    assert.equal(await loaded(url, { app: "gmail" }), "ready", "a record that knows nothing");
    assert.equal((await sandbox.clock.until(client.completeConnection({ url }))).account.app, "gmail", "whoever completes by the callback alone");
  });

  test("knows the attempt of an integration by its app as well", async () => {
    await openClient();
    const gmail = await sandbox.clock.until(idOf("gmail"));
    const url = await callbackOf({ integrationId: gmail });
    assert.equal(await loaded(url, { app: "gmail" }), "gmail");
    assert.equal(await loaded(url, { integrationId: gmail }), "gmail");
    assert.equal(await loaded(url, { app: "zendesk" }), "ready");
  });
});

suite("an attempt that was cancelled", () => {
  const queries = ["", "&status=pending", "&status=whatever", "&status=failed", "&status=success", "&status=ACTIVE", "&error=access_denied", "&error=x&status=success"];

  test("stays ended whatever its callback says, for every page and every call, though the account is ACTIVE", async () => {
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
      new BroadcastChannel(`connect-flow:${flowId}`).postMessage({ callback: url });
      await settle();
      assert.deepEqual([flow.getSnapshot().state, flow.getSnapshot().error.code], ["cancelled", "cancelled"], query);
    }
    assert.deepEqual(client.pending(), []);
  });

  test("ends every flow of it: of another tab, which the storage tells, and of this page, which nothing tells", async () => {
    const client = await openClient();
    const { flow, popup, flowId } = await startAttempt(client);
    const [told, untold] = [(await openClient()).resume({ flowId }), client.resume({ flowId })];
    await settle();
    assert.deepEqual(statesOf(told, untold), ["waiting", "waiting"]);
    flow.cancel();
    dispatchEvent(Object.assign(new Event("storage"), { key: `connect-flow:${flowId}` }));
    assert.deepEqual(statesOf(told), ["cancelled"]);
    await finishAtProvider(popup.url);
    await sandbox.clock.until(untold.getSnapshot().error ? Promise.resolve() : new Promise((done) => untold.subscribe(() => untold.getSnapshot().error && done())));
    assert.deepEqual(statesOf(told, untold), ["cancelled", "cancelled"]);
  });

  test("while its callback is being verified is not connected", async () => {
    const client = await openClient();
    const { flow, popup } = await startAttempt(client);
    const url = await finishAtProvider(popup.url);
    const completed = client.completeConnection({ url });
    if (statesOf(flow)[0] === "waiting") flow.cancel();
    assert.equal(await sandbox.clock.until(outcomeOf(completed)), "callback_replayed");
  });

  test("stays connected where it was before", async () => {
    const client = await openClient();
    const { flow, popup } = await startAttempt(client);
    const url = await finishAtProvider(popup.url);
    const other = await openClient();
    assert.equal(await sandbox.clock.until(outcomeOf(other.completeConnection({ url }))), "ACTIVE");
    if (statesOf(flow)[0] === "waiting") flow.cancel();
    assert.equal(await sandbox.clock.until(outcomeOf(other.completeConnection({ url }))), "ACTIVE", "the same answer once more");
  });
});

test("an attempt that has failed stays failed, whatever its callback says and though the account is ACTIVE later", async () => {
  const client = await openClient();
  const { end, popup, flowId, connectedAccountId } = await startAttempt(client);
  const line = new BroadcastChannel(`connect-flow:${flowId}`);
  line.postMessage({ callback: `${pageUrl}?cf_flow=${flowId}&error=access_denied` });
  assert.equal((await sandbox.clock.until(end)).error.code, "access_denied");
  await finishAtProvider(popup.url);
  assert.deepEqual(accountStatuses(), ["ACTIVE"]);
  const name = `${pageUrl}?cf_flow=${flowId}&connected_account_id=${connectedAccountId}`;
  for (const query of ["", "&status=pending", "&status=success"]) {
    assert.equal(await sandbox.clock.until(outcomeOf(client.completeConnection({ url: name + query }))), "callback_replayed", query);
  }
  assert.equal(await sandbox.clock.until(outcomeOf(client.completeConnection({ url: `${name}&status=failed` }))), "account_failed");
  assert.throws(() => client.resume({ flowId }), { code: "callback_replayed" });
});

test("a closed popup ends the flow, and a callback after all goes on in the flow that owns it", async () => {
  const client = await openClient();
  const { flow, end, popup } = await startAttempt(client);
  popup.close();
  assert.equal((await sandbox.clock.until(end)).error.code, "popup_closed");
  const url = await finishAtProvider(popup.url);
  new BroadcastChannel(`connect-flow:${new URL(url).searchParams.get("cf_flow")}`).postMessage({ callback: url });
  await settle();
  assert.deepEqual(statesOf(flow), ["connected"]);
});

suite("resume", () => {
  test("takes this tab's attempt, also after a reload, and another tab's only where there is none", async () => {
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

  test("considers only the attempts of the client's entity", async () => {
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

  test("takes the attempt at an app or with an integration, where it is asked for that", async () => {
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

  test("takes the attempt that the page's address names, before a newer one", async () => {
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
    ["takes nothing", () => (globalThis.sessionStorage = { getItem: () => null, setItem() { throw new Error("quota"); } })],
    ["gives something else", () => (globalThis.sessionStorage = { getItem: () => ({}), setItem() {} })],
  ]) {
    test(`works where sessionStorage ${how}`, async () => {
      install();
      const client = await openClient();
      const { flowId } = await startAttempt(client);
      assert.equal(client.resume().getSnapshot().flowId, flowId);
      assert.equal((await openClient()).resume().getSnapshot().flowId, flowId);
    });
  }
});
