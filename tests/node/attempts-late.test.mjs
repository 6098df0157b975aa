// How an attempt continues: on its callback page, in the next flow, and after its time is over.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { accountStatuses, announce, finishAtProvider, minutes, openClient, outcomeOf, pageUrl, records, rewriteRecords, sandbox, settle, startAttempt, statesOf } from "./attempts.mjs";

suite("the callback page", () => {
  const callOrders = {
    "resume, then completeConnection": (client) => [client.resume(), client.completeConnection()],
    "completeConnection, then resume": (client) => [client.completeConnection(), client.resume()].reverse(),
    "resume, then load": (client) => [client.resume(), client.flow({ app: "gmail" }).load()],
    "load, then resume": (client) => [client.flow({ app: "gmail" }).load(), client.resume()].reverse(),
    "every call twice": (client) => {
      const flow = client.resume();
      client.resume();
      const [one, other] = [client.flow({ app: "gmail" }), client.flow({ app: "gmail" })];
      return [flow, Promise.all([one.load(), other.load(), client.completeConnection(), client.completeConnection()]).then((all) => all[2])];
    },
  };
  for (const [name, act] of Object.entries(callOrders)) {
    test(`in a popup without an opener connects and stays open: ${name}`, async () => {
      const { flow, popup } = await startAttempt(await openClient());
      flow.dispose();
      const url = await finishAtProvider(popup.url);
      history.replaceState(null, "", url);
      let closed = 0;
      globalThis.close = () => void (closed += 1);
      try {
        const [resumed, completed] = act(await openClient());
        assert.match(await sandbox.clock.until(outcomeOf(completed)), /ACTIVE|connected/);
        await sandbox.clock.advance(5_000);
        assert.deepEqual([resumed?.getSnapshot().state ?? "connected", closed], ["connected", 0]);
      } finally {
        delete globalThis.close;
      }
    });
  }
});

suite("a flow that loads after the one before it was disposed of", () => {
  /** Disposes of a flow and loads another, as a dialog that is closed and opened again. */
  const reopen = async (client, before, options) => {
    before.flow.dispose();
    const flow = client.flow({ app: "gmail", mode: "popup", ...options });
    const loaded = flow.load();
    await settle();
    return { flow, loaded };
  };

  test("continues the attempt and its popup, so that there is one account", async () => {
    const client = await openClient();
    const before = await startAttempt(client, { returnTo: "/settings" });
    const { flow, loaded } = await reopen(client, before);
    const { state, flowId, isPopupOpen, connectedAccountId } = flow.getSnapshot();
    assert.deepEqual([state, flowId, isPopupOpen, connectedAccountId], ["waiting", before.flowId, true, before.connectedAccountId]);
    assert.equal(before.popup.isClosed, false);
    const url = await finishAtProvider(before.popup.url);
    announce(flowId, url);
    const end = await sandbox.clock.until(loaded);
    assert.deepEqual([end.state, end.returnTo, accountStatuses(), before.popup.isClosed], ["connected", "/settings", ["ACTIVE"], true]);
  });

  test("is connected if the user has finished meanwhile, and the next flow is ready", async () => {
    const client = await openClient();
    const before = await startAttempt(client);
    before.flow.dispose();
    const url = await finishAtProvider(before.popup.url);
    await sandbox.clock.until((await openClient()).completeConnection({ url }));
    const { flow } = await reopen(client, before);
    assert.deepEqual(statesOf(flow), ["connected"]);
    const next = await reopen(client, { flow });
    assert.deepEqual(statesOf(next.flow), ["ready"]);
  });

  test("continues the attempt each time, also after a flow for another app", async () => {
    const client = await openClient();
    let before = await startAttempt(client);
    for (let time = 0; time < 3; time++) {
      const other = await reopen(client, before, { app: "shopify" });
      assert.deepEqual(statesOf(other.flow), ["ready"]);
      other.flow.dispose();
      before = { ...before, ...await reopen(client, before) };
      assert.deepEqual([before.flow.getSnapshot().state, before.flow.getSnapshot().flowId], ["waiting", before.flowId]);
    }
    assert.deepEqual(accountStatuses(), ["INITIALIZING"]);
  });

  test("does not continue an attempt of another app, integration, entity or client", async () => {
    const client = await openClient();
    const before = await startAttempt(client);
    for (const options of [{ app: "zendesk" }, { entityId: "Melissa" }, { app: "gmail", integrationId: "ac_other" }]) {
      const { flow } = await reopen(client, before, options);
      assert.notEqual(flow.getSnapshot().state, "waiting", JSON.stringify(options));
    }
    const { flow } = await reopen(await openClient(), before);
    assert.deepEqual(statesOf(flow), ["ready"]);
  });

  test("is ready while the other flow still exists", async () => {
    const client = await openClient();
    await startAttempt(client);
    const flow = client.flow({ app: "gmail", mode: "popup" });
    await sandbox.clock.until(flow.load());
    assert.deepEqual(statesOf(flow), ["ready"]);
  });

  test("checks the account if the popup was closed meanwhile", async () => {
    const client = await openClient();
    const before = await startAttempt(client);
    before.flow.dispose();
    before.popup.close();
    const { loaded, flow } = await reopen(client, before);
    const end = await sandbox.clock.until(loaded);
    assert.deepEqual([end.state, end.error.code], ["cancelled", "popup_closed"]);
    assert.equal((await sandbox.clock.until(flow.retry())).state, "ready");
  });

  test("can cancel the attempt and start another", async () => {
    const client = await openClient();
    const before = await startAttempt(client);
    const { flow } = await reopen(client, before);
    await assert.rejects(flow.submit(), { code: "invalid_transition" });
    flow.cancel();
    assert.deepEqual([statesOf(flow), client.pending(), before.popup.isClosed], [["cancelled"], [], true]);
    const fresh = await reopen(client, { flow });
    assert.deepEqual(statesOf(fresh.flow), ["ready"]);
    await sandbox.clock.until(fresh.flow.submit());
    assert.deepEqual(accountStatuses(), ["INITIALIZING", "ACTIVE"]);
  });

  test("cancels the earlier attempt if it submits without loading", async () => {
    const client = await openClient();
    const before = await startAttempt(client);
    before.flow.dispose();
    const flow = client.flow({ app: "gmail", mode: "popup" });
    assert.equal((await sandbox.clock.until(flow.submit())).state, "connected");
    assert.equal(before.popup.isClosed, true);
    const url = `${pageUrl}?cf_flow=${before.flowId}&status=success`;
    assert.equal(await sandbox.clock.until(outcomeOf(client.completeConnection({ url }))), "callback_replayed");
    assert.deepEqual(accountStatuses(), ["INITIALIZING", "ACTIVE"]);
  });

  test("is ready if another tab has cancelled the attempt", async () => {
    const client = await openClient();
    const before = await startAttempt(client);
    before.flow.dispose();
    (await openClient()).resume({ flowId: before.flowId }).cancel();
    const { flow } = await reopen(client, before);
    assert.deepEqual(statesOf(flow), ["ready"]);
  });

  test("fails with flow_expired after 10 minutes, and is ready after an hour", async () => {
    const client = await openClient();
    let before = await startAttempt(client);
    before.flow.dispose();
    await sandbox.clock.advance(minutes(11));
    const late = await reopen(client, before);
    assert.deepEqual([statesOf(late.flow), late.flow.getSnapshot().error?.code], [["failed"], "flow_expired"]);

    before = await startAttempt(client);
    before.flow.dispose();
    await sandbox.clock.advance(minutes(61));
    const { flow } = await reopen(client, before);
    assert.deepEqual(statesOf(flow), ["ready"]);
  });

  test("is ready after an attempt by redirect", async () => {
    const client = await openClient();
    sandbox.next({ outcome: "never" });
    const flow = client.flow({ app: "gmail", mode: "redirect" });
    await sandbox.clock.until(flow.submit());
    await sandbox.clock.advance(15_000);
    assert.deepEqual(statesOf(flow), ["waiting"]);
    const next = await reopen(client, { flow });
    assert.deepEqual(statesOf(next.flow), ["ready"]);
  });

  test("continues an attempt by API key whose account is not yet ACTIVE", async () => {
    const client = await openClient();
    const flow = client.flow({ app: "shopify" });
    await flow.load();
    sandbox.fault({ kind: "status", status: 503, method: "GET", path: /connected_accounts/, times: 1 });
    flow.submit({ shop: "acme", admin_api_access_token: "shpat_1" });
    await settle();
    const next = await reopen(client, { flow }, { app: "shopify" });
    assert.equal((await sandbox.clock.until(next.loaded)).state, "connected");
    assert.equal(sandbox.accounts().length, 1);
  });
});

suite("an attempt that started more than 10 minutes ago", () => {
  const expiredAttempt = async (change = () => {}) => {
    const client = await openClient();
    const attempt = await startAttempt(client);
    attempt.flow.dispose();
    await sandbox.clock.advance(minutes(11));
    rewriteRecords(change);
    return { client, ...attempt };
  };

  test("is connected by its callback if the account is ACTIVE, after one status check", async () => {
    const { client, popup, flowId, connectedAccountId } = await expiredAttempt();
    const url = await finishAtProvider(popup.url);
    const checks = () => sandbox.requests.filter(({ path }) => path.endsWith(connectedAccountId)).length;
    const before = checks();
    const done = await sandbox.clock.until(client.completeConnection({ url }));
    assert.deepEqual([done.connectionStatus, done.connectedAccountId, checks() - before], ["ACTIVE", connectedAccountId, 1]);
    history.replaceState(null, "", url);
    assert.equal((await sandbox.clock.until(client.flow({ app: "gmail" }).load())).state, "connected");
    const resumed = client.resume({ flowId });
    await settle();
    assert.deepEqual(statesOf(resumed), ["connected"]);
  });

  test("fails with flow_expired and the account's id if the account is not ACTIVE, after one status check", async () => {
    const { client, flowId, connectedAccountId } = await expiredAttempt();
    const url = `${pageUrl}?cf_flow=${flowId}&status=success`;
    const before = sandbox.requests.length;
    const expected = { code: "flow_expired", connectedAccountId };
    await assert.rejects(sandbox.clock.until(client.completeConnection({ url })), expected);
    assert.equal(sandbox.requests.length - before, 1);
    history.replaceState(null, "", url);
    const flow = client.flow({ app: "gmail" });
    const { error } = await sandbox.clock.until(flow.load());
    assert.deepEqual([error.code, error.connectedAccountId], ["flow_expired", connectedAccountId]);
    assert.equal((await sandbox.clock.until(flow.retry())).state, "ready");
    const resumed = client.resume({ flowId });
    await settle();
    assert.deepEqual([resumed.getSnapshot().error?.code, resumed.getSnapshot().error?.connectedAccountId], ["flow_expired", connectedAccountId]);
    assert.deepEqual([client.resume(), client.pending()], [null, []]);
  });

  test("fails with the error of the status check, which can be retried", async () => {
    const { popup, flowId } = await expiredAttempt();
    const client = await openClient({ retry: 0 });
    const url = await finishAtProvider(popup.url);
    sandbox.fault({ kind: "status", status: 503, method: "GET", path: /connected_accounts/, times: 1 });
    assert.equal(await sandbox.clock.until(outcomeOf(client.completeConnection({ url }))), "server");
    sandbox.fault({ kind: "status", status: 503, method: "GET", path: /connected_accounts/, times: 1 });
    const flow = client.resume({ flowId });
    await settle();
    assert.equal(flow.getSnapshot().error.code, "server");
    assert.equal((await sandbox.clock.until(flow.retry())).state, "connected");
  });

  test("ends a waiting flow with flow_expired, and a later callback still connects it", async () => {
    const client = await openClient();
    const { flow, end, popup, connectedAccountId } = await startAttempt(client);
    const { error } = await sandbox.clock.until(end);
    assert.deepEqual([error.code, error.connectedAccountId], ["flow_expired", connectedAccountId]);
    await sandbox.clock.advance(minutes(1));
    const url = await finishAtProvider(popup.url);
    announce(new URL(url).searchParams.get("cf_flow"), url);
    await settle();
    assert.deepEqual([statesOf(flow), accountStatuses()], [["connected"], ["ACTIVE"]]);
  });

  test("is unknown after an hour", async () => {
    const { client, popup, flowId } = await expiredAttempt();
    const url = await finishAtProvider(popup.url);
    await sandbox.clock.advance(minutes(50));
    assert.equal(await sandbox.clock.until(outcomeOf(client.completeConnection({ url }))), "flow_expired");
    assert.throws(() => client.resume({ flowId }), { code: "flow_expired" });
    await startAttempt(client);
    await settle();
    assert.equal(records().length, 1, "removed when the next attempt starts");
  });

  for (const ms of [1, minutes(5), minutes(10), minutes(30), minutes(60), minutes(120), 1e15]) {
    test(`includes one that starts ${ms} ms in the future, so that none lasts longer than 10 minutes`, async () => {
      const client = await openClient();
      const { flow, flowId } = await startAttempt(client);
      flow.dispose();
      rewriteRecords((record) => {
        record.startedAtMs = sandbox.clock.now() + ms;
        record.expiresAtMs = record.startedAtMs + minutes(10);
      });
      assert.deepEqual([client.pending(), client.resume()], [[], null]);
      const url = `${pageUrl}?cf_flow=${flowId}&status=success`;
      const before = sandbox.clock.now();
      assert.equal(await sandbox.clock.until(outcomeOf(client.completeConnection({ url }))), "flow_expired");
      assert.equal(sandbox.clock.now(), before, "no wait");
    });
  }
});
