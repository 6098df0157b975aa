import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createElement as h, StrictMode } from "react";
import { ConnectProvider, useConnectClient } from "connect-flow/react";
import { connect, wasmUrl } from "./client.mjs";
import { openDom } from "./dom.mjs";

let dom, act, createRoot, roots;
beforeEach(async () => {
  dom = openDom();
  // It looks for a window when it is loaded.
  ({ act } = await import("react"));
  ({ createRoot } = await import("react-dom/client"));
  roots = [];
});
afterEach(async () => {
  for (const root of roots) await act(async () => root.unmount());
  await pause(5);
  const { trouble } = dom;
  dom.close();
  assert.deepEqual(trouble, []);
});

/** Renders into the page; `update(element)` renders again, `unmount()` ends it. */
async function render(element, container = dom.root) {
  const root = createRoot(container);
  roots.push(root);
  await act(async () => root.render(element));
  return {
    update: (next) => act(async () => root.render(next)),
    unmount: async () => {
      roots.splice(roots.indexOf(root), 1);
      await act(async () => root.unmount());
    },
  };
}

const settle = (ms = 20) => act(() => pause(ms));
async function until(isIt) {
  for (let rounds = 0; rounds < 200 && !isIt(); rounds += 1) await settle(5);
  assert.ok(isIt(), dom.root.innerHTML);
}

const strict = (element) => h(StrictMode, null, element);

suite("the provider", () => {
  const seen = [];
  function Client() {
    const state = useConnectClient();
    seen.push(state);
    return h("p", { onClick: state.retry }, state.client ? "client" : state.error ? state.error.code : "nothing");
  }
  beforeEach(() => void (seen.length = 0));

  test("makes one client of its options, when it is needed, and disposes of it", async () => {
    let made = 0;
    const options = () => ({ wasmUrl, get baseUrl() { return made++, "https://platform.test"; }, fetch: () => assert.fail("it asks nobody") });
    const view = await render(strict(h(ConnectProvider, { options: options() }, h(Client), h(Client))));
    await until(() => dom.root.textContent === "clientclient");
    const clients = new Set(seen.map(({ client }) => client).filter(Boolean));
    assert.equal(clients.size, 1);
    assert.equal(made, 1);
    const [client] = clients;
    await view.update(strict(h(ConnectProvider, { options: options() }, h(Client))));
    await settle();
    assert.equal(seen.at(-1).client, client);
    await view.unmount();
    await pause(5);
    await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), { code: "cancelled" });
  });

  test("uses a client that is given, at once, and leaves it alive", async () => {
    const client = await connect({ fetch: async () => Response.json({ message: "no" }, { status: 403 }) });
    const view = await render(strict(h(ConnectProvider, { client }, h(Client))));
    assert.equal(dom.root.textContent, "client");
    assert.ok(seen.every((state) => state.client === client));
    await view.unmount();
    await pause(5);
    await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), { code: "forbidden" });
    client.dispose();
  });

  test("waits for a client that is promised, and goes over to another", async () => {
    const [first, second] = [connect(), await connect()];
    const view = await render(h(ConnectProvider, { client: first }, h(Client)));
    await until(() => dom.root.textContent === "client");
    assert.equal(seen[0].client, null);
    assert.equal(seen.at(-1).client, await first);
    await view.update(h(ConnectProvider, { client: second }, h(Client)));
    assert.equal(seen.at(-1).client, second);
  });

  test("says why there is no client, and makes one when asked again", async () => {
    const options = { wasmUrl: "data:text/plain,none", baseUrl: "" };
    await render(strict(h(ConnectProvider, { options }, h(Client))));
    await until(() => dom.root.textContent === "invalid_argument");
    options.baseUrl = "https://platform.test";
    await act(async () => dom.root.querySelector("p").click());
    await until(() => dom.root.textContent === "client");
  });

  test("goes when nobody is there any more, and comes back", async () => {
    const options = { wasmUrl, baseUrl: "https://platform.test" };
    const view = await render(h(ConnectProvider, { options }, h(Client)));
    await until(() => dom.root.textContent === "client");
    const [before] = seen.map(({ client }) => client).filter(Boolean);
    await view.update(h("p", null, "away"));
    await settle();
    await view.update(h(ConnectProvider, { options }, h(Client)));
    await until(() => dom.root.textContent === "client");
    assert.notEqual(seen.at(-1).client, before);
  });
});
