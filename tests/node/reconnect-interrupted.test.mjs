// Whatever interrupts a reconnection, the user has as many usable accounts as before, no second one, and no unfinished one.
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { minutes, openClient, records, sandbox, settle, storage } from "./attempts.mjs";

const kinds = {
  "an account that signs in": { app: "gmail", displayName: "user@sandbox.example", data: {} },
  // The platform cannot change these values in place, so a new account replaces the old one.
  "an account with a key": { app: "shopify", data: { shop: "acme", admin_api_access_token: "shpat_new" } },
};
const [signsIn, hasKey] = Object.values(kinds);

const present = () => sandbox.accounts().filter(({ isDeleted }) => !isDeleted);
const usable = () => present().filter(({ status, isDisabled }) => status === "ACTIVE" && !isDisabled);

/** The old account or its successor can be used, and nothing else is left. */
function assertClean() {
  assert.deepEqual(present().map(({ status, alias, isDisabled }) => [status, alias, isDisabled]), [["ACTIVE", "work", false]]);
  assert.deepEqual(records().filter(([, { replaces }]) => replaces), [], "no attempt has work left");
}

/** A page that has loaded a flow. Each of its requests must leave a usable account. */
async function begin({ app, data, displayName }, { old, mode = "popup" } = {}) {
  const account = old ?? sandbox.addAccount({ app, displayName, entityId: "Jessica", alias: "work" });
  const client = await openClient({ retry: 0 });
  const flow = client.flow({ reconnect: account.id, mode });
  flow.subscribe(() => assert.ok(usable().length >= 1, "an account is usable"));
  const { state, error } = await sandbox.clock.until(flow.load());
  return { client, flow, old: account, state, error, submit: () => void flow.submit(data), close: () => (flow.dispose(), client.dispose()) };
}

const ended = (flow) => sandbox.clock.until(new Promise((resolve) => {
  const check = () => ["connected", "failed", "cancelled"].includes(flow.getSnapshot().state) && resolve(flow.getSnapshot());
  flow.subscribe(check);
  check();
}));

/** What the user does next: reconnects in a new page. The account may have been replaced already. */
async function reconnectAgain(kind, old) {
  const page = await begin(kind, { old });
  if (page.state === "ready") {
    page.submit();
    assert.equal((await ended(page.flow)).state, "connected");
  } else {
    assert.ok(page.state === "connected" || page.error.code === "not_found", `${page.state}: ${page.error?.code}`);
  }
  await settle();
}

/** The attempt of a page that ends as `state`, with this code. */
async function assertEnds(flow, state, code) {
  const snapshot = await ended(flow);
  assert.deepEqual([snapshot.state, snapshot.error?.code], [state, code]);
  await settle();
  assertClean();
}

const steps = [
  ["the old account gives up its alias", ({ id }) => ({ method: "PATCH", path: new RegExp(`${id}$`) })],
  ["the new account takes the alias", ({ id }) => ({ method: "PATCH", path: new RegExp(`/ca_(?!${id.slice(3)})\\w+$`) })],
  ["the old account is deleted", ({ id }) => ({ method: "DELETE", path: new RegExp(`${id}$`) })],
];

for (const [name, kind] of Object.entries(kinds)) {
  suite(name, () => {
    for (const [step, requestOf] of steps) {
      for (const [when, handled] of [["before", false], ["after", true]]) {
        test(`is replaced later if the page is closed ${when} ${step}`, async () => {
          const { client, flow, old, submit, close } = await begin(kind);
          sandbox.fault({ kind: "hang", handled, ...requestOf(old) });
          submit();
          await sandbox.clock.advance(4_000);
          assert.equal(client.pending()[0].replaces, old.id);
          assert.notEqual(flow.getSnapshot().state, "connected");
          close();
          assert.ok(usable().length >= 1);
          await reconnectAgain(kind, old);
          assertClean();
        });

        test(`is replaced at once if the request ${when} ${step} fails for a moment`, async () => {
          const { flow, old, submit } = await begin(kind);
          sandbox.fault({ kind: "status", status: 503, handled, ...requestOf(old) });
          submit();
          await assertEnds(flow, "connected");
        });
      }

      test(`is replaced by retry if ${step} only later`, async () => {
        const { flow, old, submit } = await begin(kind);
        const stop = sandbox.fault({ kind: "status", status: 403, times: 100, ...requestOf(old) });
        submit();
        const { state, error, connectedAccountId } = await ended(flow);
        assert.deepEqual([state, error.code, connectedAccountId], ["failed", "forbidden", undefined]);
        assert.match(error.message, /^the new account is ACTIVE, but the old one is not removed yet: /);
        assert.ok(usable().length >= 1);
        stop();
        void flow.retry();
        await settle();
        await assertEnds(flow, "connected");
      });
    }

    test("stays as it is if the flow is cancelled while it starts the attempt", async () => {
      const { flow, submit } = await begin(kind);
      sandbox.fault({ kind: "delay", ms: 500, method: "POST" });
      submit();
      await sandbox.clock.advance(100);
      flow.cancel();
      await sandbox.clock.advance(1_000);
      // A key has connected the new account by then, which then takes over.
      await assertEnds(flow, "cancelled", "cancelled");
    });

    test("is replaced once by two tabs at a time", async () => {
      const first = await begin(kind);
      const second = await begin(kind, { old: first.old });
      for (const { submit } of [first, second]) {
        sandbox.next({ outcome: "connected" });
        submit();
        await sandbox.clock.advance(300);
      }
      const [one, other] = [await ended(first.flow), await ended(second.flow)];
      assert.ok([one, other].some(({ state }) => state === "connected"));
      await settle();
      assertClean();
    });
  });
}

suite("the user of a popup", () => {
  for (const [outcome, state, code] of [
    ["popup_closed", "cancelled", "popup_closed"],
    ["denied", "failed", "access_denied"],
    ["failed", "failed", "account_failed"],
    ["expired", "failed", "account_expired"],
    ["revoked", "failed", "account_revoked"],
  ]) {
    test(`ends as ${code} and leaves only the old account (${outcome})`, async () => {
      sandbox.next({ outcome });
      const { flow, submit } = await begin(signsIn);
      submit();
      await assertEnds(flow, state, code);
    });
  }

  test("cancels, and only the old account is left", async () => {
    sandbox.next({ outcome: "never" });
    const { flow, submit } = await begin(signsIn);
    submit();
    await sandbox.clock.advance(2_000);
    flow.cancel();
    await assertEnds(flow, "cancelled", "cancelled");
  });

  test("finishes after a reload, and the next load replaces the old account", async () => {
    sandbox.next({ outcome: "connected", afterMs: 5_000 });
    const { submit, close, old } = await begin(signsIn);
    submit();
    await sandbox.clock.advance(1_000);
    close();
    await sandbox.clock.advance(5_000);
    assert.equal(usable().length, 2);
    const { state } = await begin(signsIn, { old });
    assert.equal(state, "connected");
    assertClean();
  });

  test("never returns, and the next attempt removes the unfinished account", async () => {
    sandbox.next({ outcome: "never" });
    const { submit, close, old } = await begin(signsIn);
    submit();
    await sandbox.clock.advance(1_000);
    close();
    await reconnectAgain(signsIn, old);
    assertClean();
  });

  test("never returns, and the next flow of any app removes the unfinished account", async () => {
    sandbox.next({ outcome: "never" });
    const { client, submit, close } = await begin(signsIn);
    submit();
    await sandbox.clock.advance(1_000);
    assert.equal(client.pending().length, 1);
    close();
    await sandbox.clock.advance(minutes(11));
    const other = (await openClient()).flow({ app: "posthog" });
    await sandbox.clock.until(other.load());
    void other.submit({ generic_api_key: "phx_1" });
    await ended(other);
    await settle();
    assert.deepEqual(present().map(({ app, status }) => [app, status]), [["gmail", "ACTIVE"], ["posthog", "ACTIVE"]]);
  });

  test("opens a second tab, which does not end the attempt until it starts its own", async () => {
    sandbox.next({ outcome: "never" });
    const first = await begin(signsIn);
    first.submit();
    await sandbox.clock.advance(1_000);
    const second = await begin(signsIn, { old: first.old });
    assert.deepEqual([first.flow.getSnapshot().state, second.state], ["waiting", "ready"]);
    second.submit();
    assert.equal((await ended(second.flow)).state, "connected");
    assert.equal((await ended(first.flow)).state, "cancelled");
    await settle();
    assertClean();
  });
});

suite("new values in place", () => {
  const inPlace = { app: "firecrawl", data: { api_key: "fc-new" } };

  for (const [what, fault] of [
    ["lost", { kind: "drop" }], ["lost after the change", { kind: "drop", handled: true }], ["refused", { kind: "status", status: 503 }],
  ]) {
    test(`keep one account if the request is ${what}`, async () => {
      const { flow, submit } = await begin(inPlace);
      sandbox.fault({ method: "PATCH", ...fault });
      submit();
      assert.equal((await ended(flow)).state, "failed");
      assertClean();
      void flow.retry();
      await settle();
      submit();
      await assertEnds(flow, "connected");
      assert.equal(present()[0].data.api_key, "fc-new");
    });
  }
});

test("a stored record cannot make the page delete an account of another app or user", async () => {
  for (const victim of [{ app: "shopify", entityId: "Jessica" }, { app: "gmail", entityId: "Melissa" }, { app: "gmail", entityId: "Jessica", accountType: "SHARED" }]) {
    const { id } = sandbox.addAccount(victim);
    const { client, flow, submit } = await begin(signsIn);
    sandbox.next({ outcome: "connected" });
    submit();
    await settle();
    const [record] = client.pending();
    flow.dispose();
    const [[key, stored]] = records().filter(([, { flowId }]) => flowId === record.flowId);
    client.dispose();
    storage.setItem(key, JSON.stringify({ ...stored, replaces: id }));
    await sandbox.clock.advance(3_000);
    const resumed = (await openClient({ retry: 0 })).resume({ flowId: record.flowId });
    assert.equal((await ended(resumed)).error.code, "account_mismatch");
    await settle();
    assert.ok(present().some((account) => account.id === id), JSON.stringify(victim));
    sandbox.reset();
  }
});

test("the attempt of a key is stored before the old account is touched, and another page finishes it", async () => {
  const { client, old, submit, close } = await begin(hasKey);
  sandbox.fault({ kind: "hang", method: "GET", path: new RegExp(`/ca_(?!${old.id.slice(3)})\\w+$`) });
  submit();
  await sandbox.clock.advance(100);
  assert.equal(client.pending()[0].replaces, old.id);
  close();
  const { state } = await begin(hasKey, { old });
  assert.equal(state, "connected");
  assertClean();
});

suite("an account with a key stays as it is", () => {
  const error = { message: "rejected", code: 600, slug: "ConnectedAccount_CredentialValidationRejected", status: 400 };

  for (const [what, code, fault] of [
    ["the app rejects the new key", "credentials_rejected", { kind: "status", status: 400, body: { error } }],
    ["the platform does not answer within the time limit", "timeout", { kind: "hang" }],
  ]) {
    test(`if ${what}`, async () => {
      const { flow, submit } = await begin(hasKey);
      sandbox.fault({ method: "POST", ...fault });
      submit();
      await assertEnds(flow, "failed", code);
    });
  }

  test("if another tab has replaced it while the form was open", async () => {
    const first = await begin(hasKey);
    const second = await begin(hasKey, { old: first.old });
    second.submit();
    await assertEnds(second.flow, "connected");
    first.submit();
    await assertEnds(first.flow, "failed", "not_found");
  });
});
