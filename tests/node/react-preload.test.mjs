// useConnectFlow tells the provider which form to request while the module is loading.
import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { createElement as h } from "react";
import { ConnectProvider, useConnectClient, useConnectFlow } from "connect-flow/react";
import { openHeldServer } from "./held-server.mjs";
import { inStrictMode, usePage } from "./react-page.mjs";

const { render, text, waitFor } = usePage();
const form = ["GET /api/api/v3.1/auth_configs?toolkit_slug=shopify&limit=50", "GET /api/api/v3.1/toolkits/shopify"];
const accounts = "GET /api/api/v3.1/connected_accounts?limit=50&toolkit_slugs=shopify&statuses=ACTIVE&user_ids=Jessica";

// In this order: the first test loads the module for the others.
suite("useConnectFlow", () => {
  let server;
  beforeEach(async () => void (server = await openHeldServer()));
  afterEach(() => server.close());

  function Form(options) {
    const { state, existing } = useConnectFlow(options);
    return h("p", null, existing ? "listed" : state);
  }
  const Client = () => h("p", null, useConnectClient().client ? "client" : "nothing");
  const app = (options, ...children) =>
    h(ConnectProvider, { options: { baseUrl: `${server.url}/api`, wasmUrl: `${server.url}/held.wasm`, ...options } }, ...children);
  const lines = () => server.lines().map((line) => line.replace(/(&user_ids=\w+)(.*)/, "$2$1"));

  test("sends the requests of its form before the module has arrived, and none twice in StrictMode", async () => {
    server.hold(server.until(2));
    await render(inStrictMode(app({ entityId: "Jessica" }, h(Form, { app: "shopify" }))));
    await waitFor(() => text() === "listed");
    assert.deepEqual(lines(), [...form, accounts].sort());
  });

  test("asks nothing twice with options that change the requests", async () => {
    const listed = await fetch(`${server.url}/api/api/v3.1/auth_configs?toolkit_slug=shopify`);
    const { items: [{ id }] } = await listed.json();
    server.asked.length = 0;
    const byId = [`GET /api/api/v3.1/auth_configs/${id}`, accounts.replace("toolkit_slugs=shopify", `auth_config_ids=${id}`)];
    for (const [options, expected] of [
      [{ app: "shopify", entityId: "Jessica" }, [...form, accounts]],
      [{ app: "shopify", entityId: undefined, authScheme: "API_KEY" }, [...form, accounts]],
      [{ integrationId: id }, byId],
      [{ app: "shopify", integrationId: id }, [byId[0], accounts.replace("statuses", `auth_config_ids=${id}&statuses`)]],
    ]) {
      const view = await render(app({ entityId: "Jessica" }, h(Form, options)));
      await waitFor(() => text() === "listed");
      assert.deepEqual(lines(), expected.toSorted(), JSON.stringify(options));
      server.asked.length = 0;
      await view.unmount();
    }
  });

  test("takes `preload` from the provider where no flow is mounted", async () => {
    const view = await render(app({ entityId: "Jessica", preload: "shopify" }, h(Client)));
    await waitFor(() => text() === "client");
    await server.until(2);
    assert.deepEqual(lines(), form);
    await view.update(app({ entityId: "Jessica" }, h(Form, { app: "shopify" })));
    await waitFor(() => text() === "listed");
    assert.deepEqual(lines(), [...form, accounts].sort());
  });
});
