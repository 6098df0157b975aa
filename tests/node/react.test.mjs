import assert from "node:assert/strict";
import { beforeEach, suite, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { createElement as h } from "react";
import { ConnectProvider, useConnectClient } from "connect-flow/react";
import { makeClient, wasmUrl } from "./client.mjs";
import { inStrictMode, usePage } from "./react-page.mjs";

const page = usePage();
const { render, settle, waitFor, act, text } = page;

suite("ConnectProvider", () => {
  const seen = [];
  function Client() {
    const state = useConnectClient();
    seen.push(state);
    return h("p", { onClick: state.retry }, state.client ? "client" : state.error ? state.error.code : "nothing");
  }
  beforeEach(() => void (seen.length = 0));

  test("makes one client for all components and disposes of it on unmount", async () => {
    const options = () => ({ wasmUrl, baseUrl: "https://platform.test", fetch: () => assert.fail("sent a request") });
    const view = await render(inStrictMode(h(ConnectProvider, { options: options() }, h(Client), h(Client))));
    await waitFor(() => text() === "clientclient");
    const clients = new Set(seen.map(({ client }) => client).filter(Boolean));
    assert.equal(clients.size, 1);
    const [client] = clients;
    await view.update(inStrictMode(h(ConnectProvider, { options: options() }, h(Client))));
    await settle();
    assert.equal(seen.at(-1).client, client);
    await view.unmount();
    await pause(5);
    await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), { code: "cancelled" });
  });

  test("uses a given client at once and never disposes of it", async () => {
    const client = await makeClient({ fetch: async () => Response.json({ message: "no" }, { status: 403 }) });
    const view = await render(inStrictMode(h(ConnectProvider, { client }, h(Client))));
    assert.equal(text(), "client");
    assert.ok(seen.every((state) => state.client === client));
    await view.unmount();
    await pause(5);
    await assert.rejects(client.connectedAccounts.get({ connectedAccountId: "ca_1" }), { code: "forbidden" });
    client.dispose();
  });

  test("waits for a promised client and switches to another one", async () => {
    const [first, second] = [makeClient(), await makeClient()];
    const view = await render(h(ConnectProvider, { client: first }, h(Client)));
    await waitFor(() => text() === "client");
    assert.equal(seen[0].client, null);
    assert.equal(seen.at(-1).client, await first);
    await view.update(h(ConnectProvider, { client: second }, h(Client)));
    assert.equal(seen.at(-1).client, second);
  });

  test("gives the error if making a client fails, and makes one on retry", async () => {
    const options = { wasmUrl: "data:text/plain,none", baseUrl: "" };
    await render(inStrictMode(h(ConnectProvider, { options }, h(Client))));
    await waitFor(() => text() === "invalid_argument");
    options.baseUrl = "https://platform.test";
    await act(async () => page.dom().root.querySelector("p").click());
    await waitFor(() => text() === "client");
  });

  test("makes no client for an unmounted component", async () => {
    const options = { wasmUrl, baseUrl: "" };
    const view = await render(h(ConnectProvider, { options }, h(Client)));
    await waitFor(() => text() === "invalid_argument");
    const { retry } = seen.at(-1);
    await view.unmount();
    let reads = 0;
    Object.defineProperty(options, "baseUrl", { get: () => (reads++, "https://platform.test") });
    retry();
    await settle();
    assert.equal(reads, 0);
  });

  test("disposes of the client when the last component unmounts, and makes another for the next", async () => {
    const options = { wasmUrl, baseUrl: "https://platform.test" };
    const view = await render(h(ConnectProvider, { options }, h(Client)));
    await waitFor(() => text() === "client");
    const [before] = seen.map(({ client }) => client).filter(Boolean);
    await view.update(h("p", null, "away"));
    await settle();
    await view.update(h(ConnectProvider, { options }, h(Client)));
    await waitFor(() => text() === "client");
    assert.notEqual(seen.at(-1).client, before);
  });
});
