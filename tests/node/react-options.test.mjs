import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { createElement as h, useEffect, useState } from "react";
import { ConnectProvider, useConnectFlow } from "connect-flow/react";
import { app, clientOptions, click, Flow, flows, page, reach, requestPaths, requestsPerLoad } from "./react-flow-page.mjs";
import { inStrictMode } from "./react-page.mjs";

const { render, settle } = page;

suite("the options of useConnectFlow", () => {
  test("keep a waiting flow if only their order or undefined members change", async () => {
    const view = await render(app(h(Flow, { app: "gmail", mode: "popup", entityId: "Jessica" })));
    await reach("ready");
    await click("submit");
    await reach("waiting");
    const { submit } = flows.flow;
    for (const options of [{ entityId: "Jessica", mode: "popup", app: "gmail" }, { mode: "popup", app: "gmail", authScheme: undefined, entityId: "Jessica" }]) {
      await view.update(app(h(Flow, options)));
      await settle();
      assert.deepEqual([flows.flow.state, flows.flow.submit === submit], ["waiting", true]);
    }
  });

  const cycle = () => {
    const options = {};
    return Object.assign(options, { app: options });
  };
  const fail = () => {
    throw new Error("mine");
  };
  const invalid = {
    "a BigInt": () => ({ app: 1n }),
    "a cycle": cycle,
    "an object": () => ({ app: {} }),
    "a function": () => ({ app: () => "gmail" }),
    "a symbol": () => ({ app: Symbol("gmail") }),
    "a getter that throws": () => ({ get app() { return fail(); } }),
    "an object whose toString throws": () => ({ app: { toString: fail } }),
    "a proxy that throws": () => new Proxy({}, { ownKeys: fail }),
    "an unknown option": () => ({ app: "gmail", userId: "Jessica" }),
    "a number": () => 5,
    null: () => null,
  };
  for (const [what, make] of Object.entries(invalid)) {
    test(`fail with invalid_argument for ${what}, and can be corrected`, async () => {
      // Not passed as props: React's development build reads those.
      let options;
      function Component() {
        flows.flow = useConnectFlow(options);
        return flows.flow.state;
      }
      const show = (view) => (view ? view.update(inStrictMode(app(h(Component)))) : render(inStrictMode(app(h(Component)))));
      options = make();
      const view = await show();
      await reach("failed");
      assert.deepEqual([flows.flow.error.name, flows.flow.error.code], ["ConnectError", "invalid_argument"]);
      const { submit } = flows.flow;
      options = make();
      await show(view);
      assert.equal(flows.flow.submit, submit);
      options = { app: "shopify" };
      await show(view);
      await reach("ready");
    });
  }
});

suite("the options of ConnectProvider", () => {
  test("are read at once if they are corrected after an error", async () => {
    const element = (options) => inStrictMode(h(ConnectProvider, { options: { ...clientOptions(), ...options } }, h(Flow, { app: "shopify" })));
    const view = await render(element({ baseUrl: "" }));
    await reach("failed");
    assert.equal(flows.flow.error.code, "invalid_argument");
    await view.update(element({ baseUrl: "" }));
    await reach("failed");
    await view.update(element({ baseUrl: "https://sandbox.test" }));
    await reach("ready");
    assert.equal(requestPaths().length, requestsPerLoad);
    // A client that was made is kept.
    await view.update(element({ baseUrl: "https://other.test" }));
    await settle();
    assert.deepEqual([flows.flow.state, requestPaths().length], ["ready", requestsPerLoad]);
  });

  test("are read at once if a nested value is corrected, and not while they are equal", async () => {
    const element = (headers) => inStrictMode(h(ConnectProvider, { options: { ...clientOptions(), headers } }, h(Flow, { app: "shopify" })));
    const view = await render(element({ "x-session": 5 }));
    await reach("failed");
    const { error } = flows.flow;
    await view.update(element({ "x-session": 5 }));
    await settle();
    assert.equal(flows.flow.error, error);
    await view.update(element({ "x-session": "5" }));
    await reach("ready");
  });

  for (const [what, client] of Object.entries({ "a number": 5, "an object": {}, "a function": () => {}, "a promise of something else": Promise.resolve("client") })) {
    test(`fail with invalid_argument for ${what} in place of a client`, async () => {
      await render(inStrictMode(h(ConnectProvider, { client }, h(Flow, { app: "shopify" }))));
      await reach("failed");
      const { name, code, message } = flows.flow.error;
      assert.deepEqual([name, code], ["ConnectError", "invalid_argument"]);
      assert.match(message, /^ConnectProvider: `client` must be a client, or its promise/);
    });
  }

  test("are read when making the client fails, if they were corrected meanwhile", async () => {
    function Parent() {
      const [baseUrl, set] = useState("");
      useEffect(() => set("https://sandbox.test"), []);
      return h(ConnectProvider, { options: { ...clientOptions(), baseUrl } }, h(Flow, { app: "shopify" }));
    }
    await render(inStrictMode(h(Parent)));
    await reach("ready");
    assert.equal(requestPaths().length, requestsPerLoad);
  });

  test("are read again by retry", async () => {
    let baseUrl = "";
    const element = () => {
      const options = clientOptions();
      Object.defineProperty(options, "baseUrl", { enumerable: true, get: () => baseUrl });
      return h(ConnectProvider, { options }, h(Flow, { app: "shopify" }));
    };
    const view = await render(element());
    await reach("failed");
    baseUrl = "https://sandbox.test";
    await view.update(element());
    await settle();
    assert.equal(flows.flow.state, "failed");
    await click("retry");
    await reach("ready");
  });
});
