import assert from "node:assert/strict";
import { beforeEach, suite, test } from "node:test";
import { createElement as h } from "react";
import { createClient } from "connect-flow";
import { ConnectProvider, useConnectedAccounts } from "connect-flow/react";
import { defer } from "./defer.mjs";
import { app, clientOptions, consent, holdRequests, leftovers, page, releaseRequests, sandbox } from "./react-flow-page.mjs";
import { inStrictMode } from "./react-page.mjs";

const { act, render, settle, waitFor } = page;

/** The last result of the hook, and every result so far. */
let list, results;
beforeEach(() => void ([list, results] = [undefined, []]));

function Accounts(options) {
  list = useConnectedAccounts(options);
  results.push(list);
  return h("p", null, list.accounts?.map(({ id }) => id).join() ?? "nothing");
}

const idOf = (options) => sandbox.addAccount({ app: "shopify", entityId: "Jessica", ...options }).id;
const lists = () => sandbox.requests.filter(({ method, path }) => method === "GET" && /connected_accounts$/.test(path)).length;
const idle = (what, isIt) => waitFor(() => list.accounts && !list.isLoading && isIt(list.accounts), what);

/** Runs a job that changes accounts, and waits until the list is as wanted. */
async function after(job, isIt) {
  await act(async () => void (await job()));
  await idle(String(job), isIt);
}

const happens = (...names) => act(async () => {
  for (const name of names) document.dispatchEvent(new Event(name, { bubbles: true }));
});

/** Hides or shows the page. A browser that shows a page also focuses it. */
function setHidden(isHidden) {
  Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
  return isHidden ? happens("visibilitychange") : happens("visibilitychange", "focus");
}

/** A client that is not the component's, as in another tab. */
async function elsewhere(job) {
  const client = await createClient(clientOptions());
  try {
    return await job(client);
  } finally {
    client.dispose();
  }
}

test("useConnectedAccounts shows the first page of 1,200 accounts after one request, and renders a few times", async () => {
  for (let count = 0; count < 1_200; count += 1) idOf({});
  let gate = defer();
  const options = clientOptions();
  let asked = 0;
  const client = await createClient({
    ...options,
    fetch: async (request) => {
      // The answers after the first one wait.
      if ((asked += 1) > 1) await gate.promise;
      return options.fetch(request);
    },
  });
  await render(h(ConnectProvider, { client }, h(Accounts)));
  await waitFor(() => list.accounts, "the first page");
  assert.deepEqual([list.accounts.length, list.isLoading, asked], [50, true, 2]);
  gate.resolve();
  await idle("the list", ({ length }) => length === 1_200);
  assert.deepEqual([asked, new Set(list.accounts.map(({ id }) => id)).size], [24, 1_200]);
  assert.ok(results.length < 12, `${results.length} renders`);
  client.dispose();
});

/** A given client, and the most requests that were under way at once. */
async function countingClient() {
  const counts = { now: 0, most: 0 };
  const options = clientOptions();
  const client = await createClient({
    ...options,
    fetch: async (request) => {
      counts.most = Math.max(counts.most, ++counts.now);
      await counts.gate;
      try {
        return await options.fetch(request);
      } finally {
        counts.now -= 1;
      }
    },
  });
  return { client, counts };
}

suite("useConnectedAccounts", () => {
  test("lists the accounts of all components with one request each, also in StrictMode", async () => {
    const id = idOf();
    await render(inStrictMode(app(h(Accounts))));
    assert.deepEqual([results[0].accounts, results[0].error, results[0].isLoading], [undefined, null, true]);
    await idle("the account", ([account]) => account?.id === id);
    await settle(20);
    assert.equal(lists(), 1);
    assert.ok(results.every(({ reload }) => reload === list.reload), "reload is the same function at every render");
  });

  test("lists the accounts of one app, and those of another when the option changes", async () => {
    const [shopify, gmail] = [idOf(), idOf({ app: "gmail" })];
    const view = await render(app(h(Accounts, { app: "shopify" })));
    await idle("Shopify", (accounts) => accounts.map(({ id }) => id).join() === shopify);
    await view.update(app(h(Accounts, { app: "gmail" })));
    await idle("Gmail", (accounts) => accounts.map(({ id }) => id).join() === gmail);
  });

  test("lists shared accounts of the user, with their type", async () => {
    idOf({ accountType: "SHARED" });
    await render(app(h(Accounts)));
    await idle("the account", ([account]) => account?.accountType === "SHARED");
  });

  test("fails with invalid_argument for an option that does not exist", async () => {
    await render(app(h(Accounts, { apps: "gmail" })));
    await waitFor(() => list.error);
    assert.deepEqual([list.error.code, lists()], ["invalid_argument", 0]);
  });

  const changes = {
    update: [(client, connectedAccountId) => client.connectedAccounts.update({ connectedAccountId, alias: "Work" }), ([account]) => account.alias === "Work"],
    disable: [(client, connectedAccountId) => client.connectedAccounts.disable({ connectedAccountId }), ([account]) => account.isDisabled],
    revoke: [(client, connectedAccountId) => client.connectedAccounts.revoke({ connectedAccountId }), ([account]) => account.status === "REVOKED"],
    delete: [(client, connectedAccountId) => client.connectedAccounts.delete({ connectedAccountId }), ({ length }) => length === 0],
  };
  for (const [name, [change, isIt]] of Object.entries(changes)) {
    test(`requests the list again after ${name} of its own client and of a client in another tab`, async () => {
      const { client } = await countingClient();
      for (const by of [(job) => job(client), elsewhere]) {
        for (const account of sandbox.accounts()) await client.connectedAccounts.delete({ connectedAccountId: account.id }).catch(() => {});
        const id = idOf({ app: "gmail" });
        const view = await render(h(ConnectProvider, { client }, h(Accounts)));
        await idle("the account", (accounts) => accounts.some((account) => account.id === id));
        await after(() => by((client) => change(client, id)), (accounts) => isIt(accounts.filter((account) => account.id === id)));
        await view.unmount();
      }
      client.dispose();
    });
  }

  test("shows the new account when a flow ends in another tab, and when a callback is completed there", async () => {
    await render(app(h(Accounts, { app: "gmail" })));
    await idle("no account", ({ length }) => length === 0);
    await elsewhere(async (client) => {
      const request = await client.initiateConnection({ app: "gmail", redirectUrl: "https://app.test/" });
      await idle("the new account", ([account]) => account && account.status !== "ACTIVE");
      const url = await consent(request.redirectUrl);
      await settle(20);
      assert.notEqual(list.accounts[0].status, "ACTIVE");
      await after(() => client.completeConnection({ url }), ([account]) => account.status === "ACTIVE");
    });
    await elsewhere(async (client) => {
      const flow = client.flow({ app: "gmail", mode: "popup" });
      await flow.load();
      const ended = flow.submit();
      await waitFor(() => flow.getSnapshot().state === "waiting");
      const { connectedAccountId } = flow.getSnapshot();
      const url = await consent(page.dom().popups[0].url);
      await after(() => client.completeConnection({ url }), (accounts) => accounts.length === 2 && accounts.every(({ status }) => status === "ACTIVE"));
      assert.equal((await ended).account.id, connectedAccountId);
      flow.dispose();
    });
  });

  for (const name of ["focus", "online", "visibilitychange"]) {
    test(`requests the list again at the event ${name}`, async () => {
      await render(app(h(Accounts)));
      await idle("no account", ({ length }) => length === 0);
      const id = idOf();
      await happens(name);
      await idle("the account", ([account]) => account?.id === id);
      assert.equal(lists(), 2);
    });
  }

  test("sends no request while the page is hidden, and one when it is shown", async () => {
    await setHidden(true);
    await render(app(h(Accounts)));
    const id = idOf();
    await elsewhere((client) => client.connectedAccounts.update({ connectedAccountId: id, alias: "Work" }));
    await happens("focus");
    await act(() => list.reload());
    await settle(20);
    assert.deepEqual([lists(), list.accounts, list.isLoading], [0, undefined, true]);
    await setHidden(false);
    await idle("the account", ([account]) => account?.alias === "Work");
    assert.equal(lists(), 1);

    await setHidden(true);
    await elsewhere((client) => client.connectedAccounts.delete({ connectedAccountId: id }));
    await settle(20);
    assert.equal(lists(), 1);
    await setHidden(false);
    await idle("no account", ({ length }) => length === 0);
  });

  test("sends one request at a time, and one more for all changes during a request", async () => {
    const { client, counts } = await countingClient();
    const id = idOf();
    await render(h(ConnectProvider, { client }, h(Accounts)));
    await idle("the account", ({ length }) => length === 1);
    const gate = defer();
    counts.gate = gate.promise;
    const reloads = [];
    await act(async () => void reloads.push(list.reload(), list.reload(), list.reload()));
    await elsewhere((client) => client.connectedAccounts.update({ connectedAccountId: id, alias: "Work" }));
    await happens("focus");
    await settle(20);
    gate.resolve();
    await act(() => Promise.all(reloads));
    await idle("the name", ([account]) => account.alias === "Work");
    assert.deepEqual([lists(), counts.most], [3, 1]);
    client.dispose();
  });

  test("keeps the last list beside an error, and drops the error at the next answer", async () => {
    const id = idOf();
    await render(app(h(Accounts)));
    await idle("the account", ({ length }) => length === 1);
    const { accounts } = list;
    sandbox.fault({ method: "GET", path: /connected_accounts$/, kind: "status", status: 500 });
    await act(() => list.reload());
    assert.deepEqual([list.error.code, list.accounts, list.isLoading], ["server", accounts, false]);
    await act(() => list.reload());
    assert.deepEqual([list.error, list.accounts[0].id], [null, id]);
  });

  test("leaves nothing behind when it unmounts during a request, and starts anew when it mounts again", async () => {
    idOf();
    const { client } = await countingClient();
    const element = () => inStrictMode(h(ConnectProvider, { client }, h(Accounts)));
    holdRequests("GET", "connected_accounts");
    const view = await render(element());
    await waitFor(() => lists() + leftovers()[0] > 0);
    const { reload } = list;
    await view.unmount();
    assert.equal(leftovers()[1], 0);
    await reload();
    assert.equal(lists(), 0);
    releaseRequests();
    client.dispose();
    const other = await createClient(clientOptions());
    await render(inStrictMode(h(ConnectProvider, { client: other }, h(Accounts))));
    await idle("the account", ({ length }) => length === 1);
    assert.equal(lists(), 1);
    other.dispose();
  });

  test("shows the accounts of another client when the provider's client changes", async () => {
    const [jessicas, melissas] = [idOf(), idOf({ entityId: "Melissa" })];
    const clients = await Promise.all(["Jessica", "Melissa"].map((entityId) => createClient({ ...clientOptions(), entityId })));
    const view = await render(h(ConnectProvider, { client: clients[0] }, h(Accounts)));
    await idle("Jessica's", ([account]) => account?.id === jessicas);
    results.length = 0;
    await view.update(h(ConnectProvider, { client: clients[1] }, h(Accounts)));
    await idle("Melissa's", ([account]) => account?.id === melissas);
    assert.equal(results.some(({ accounts }) => accounts?.some(({ id }) => id === jessicas)), false);
    for (const client of clients) client.dispose();
  });

  test("works without BroadcastChannel, and then sees changes when the user comes back", async () => {
    globalThis.BroadcastChannel = function forbidden() { throw new Error("forbidden"); };
    await render(app(h(Accounts)));
    await idle("no account", ({ length }) => length === 0);
    const id = idOf();
    await happens("focus");
    await idle("the account", ([account]) => account?.id === id);
  });
});
