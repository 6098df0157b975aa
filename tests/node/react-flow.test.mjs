import assert from "node:assert/strict";
import { beforeEach, suite, test } from "node:test";
import { Activity, createElement as h, Suspense, use, useState } from "react";
import { renderToString } from "react-dom/server";
import refresh from "react-refresh/runtime";
import { createClient } from "connect-flow";
import { ConnectProvider, useConnectFlow } from "connect-flow/react";
import { defer } from "./defer.mjs";
import { app, clientOptions, click, consent, Flow, flows, leftovers, page, reach, requestPaths, requestsPerLoad, sandbox, states } from "./react-flow-page.mjs";
import { inStrictMode } from "./react-page.mjs";

refresh.injectIntoGlobalHook(globalThis);
const { act, hydrate, render, settle, text, waitFor } = page;

suite("useConnectFlow", () => {
  test("makes and loads one flow in StrictMode, with stable methods", async () => {
    await render(inStrictMode(app(h(Flow, { app: "shopify" }))));
    const { submit, retry, cancel, load } = flows.flow;
    await reach("ready");
    assert.deepEqual(states.flow, ["loading", "ready"]);
    assert.deepEqual(flows.flow.expectedInputFields.map(({ name }) => name), ["admin_api_access_token", "shop"]);
    assert.equal(requestPaths().length, requestsPerLoad);
    assert.deepEqual([flows.flow.submit, flows.flow.retry, flows.flow.cancel, flows.flow.load], [submit, retry, cancel, load]);
  });

  test("returns issues for missing values, then connects", async () => {
    await render(inStrictMode(app(h(Flow, { app: "shopify" }))));
    await reach("ready");
    const refused = await click("submit", { shop: "acme" });
    assert.equal(await refused.settled, "ready");
    assert.deepEqual(flows.flow.issues.map(({ code, field }) => [code, field]), [["required", "admin_api_access_token"]]);
    const done = await click("submit", { shop: "acme", admin_api_access_token: "token" });
    await reach("connected");
    assert.equal(await done.settled, "connected");
    assert.equal(flows.flow.account.id, sandbox.accounts()[0].id);
    assert.equal(requestPaths("POST").length, 1);
  });

  test("rejects submit before the client has loaded, and then becomes ready", async () => {
    const client = defer();
    await render(h(ConnectProvider, { client: client.promise }, h(Flow, { app: "shopify" })));
    await assert.rejects(flows.flow.submit({}), { name: "ConnectError", code: "invalid_transition" });
    flows.flow.cancel();
    const made = await createClient(clientOptions());
    client.resolve(made);
    await reach("ready");
    made.dispose();
  });

  test("opens the popup in the click, and connects", async () => {
    await render(inStrictMode(app(h(Flow, { app: "gmail" }))));
    await reach("ready");
    let settled;
    await act(async () => {
      settled = flows.flow.submit();
      assert.equal(page.dom().popups.length, 1);
    });
    await reach("waiting");
    const url = await consent(page.dom().popups[0].url);
    // Stands for the page in the popup.
    const other = await createClient(clientOptions());
    await act(() => other.completeConnection({ url }));
    await reach("connected");
    assert.equal((await settled).state, "connected");
    other.dispose();
  });

  test("completes on the callback page in StrictMode with one status check", async () => {
    const view = await render(inStrictMode(app(h(Flow, { app: "gmail", mode: "redirect" }))));
    await reach("ready");
    await click("submit");
    await reach("redirecting");
    assert.equal(page.dom().assigned.length, 1);
    await view.unmount();
    page.dom().navigate(await consent(page.dom().assigned[0]));
    sandbox.requests.length = 0;
    states.flow = [];
    await render(inStrictMode(app(h(Flow, { app: "gmail", mode: "redirect" }))));
    await reach("connected");
    assert.deepEqual(states.flow, ["loading", "verifying", "connected"]);
    assert.equal(requestPaths().length, 1);
    assert.equal(globalThis.location.href, "https://app.test/");
    // The module still listens for another page that claims this window as its popup.
    page.expectListeners(1);
  });

  test("makes another flow for other option values, but not for equal options", async () => {
    const view = await render(app(h(Flow, { app: "shopify", entityId: "Jessica" })));
    await reach("ready");
    const before = flows.flow;
    await view.update(app(h(Flow, { app: "shopify", entityId: "Jessica" })));
    await settle();
    assert.equal(flows.flow.submit, before.submit);
    assert.equal(requestPaths().length, requestsPerLoad);
    await view.update(app(h(Flow, { app: "zendesk", entityId: "Jessica" })));
    await waitFor(() => flows.flow.state === "ready" && flows.flow.app === "zendesk");
    assert.deepEqual(states.flow, ["loading", "ready", "loading", "ready"]);
    assert.deepEqual([flows.flow.app, flows.flow.expectedInputFields.map(({ name }) => name)], ["zendesk", ["subdomain"]]);
    assert.notEqual(flows.flow.submit, before.submit);
    assert.equal(requestPaths().length, 2 * requestsPerLoad);
  });

  test("keeps two flows independent", async () => {
    await render(inStrictMode(app(h(Flow, { name: "flow", app: "shopify" }), h(Flow, { name: "other", app: "shopify" }))));
    await reach("ready");
    await reach("ready", "other");
    assert.equal(requestPaths().length, 2 * requestsPerLoad);
    await click("submit", {});
    assert.deepEqual([flows.flow.issues.length, flows.other.issues.length], [2, 0]);
    await click("cancel").catch(() => {});
    await reach("cancelled");
    assert.equal(flows.other.state, "ready");
  });

  test("fails if the client cannot be made, and retry makes it", async () => {
    const options = { ...clientOptions(), baseUrl: "" };
    await render(inStrictMode(h(ConnectProvider, { options }, h(Flow, { app: "shopify" }))));
    await reach("failed");
    assert.equal(flows.flow.error.code, "invalid_argument");
    options.baseUrl = "https://sandbox.test";
    const again = await click("retry");
    await reach("ready");
    assert.equal(await again.settled, "ready");
    assert.equal(requestPaths().length, requestsPerLoad);
  });

  test("fails without throwing for invalid options", async () => {
    await render(app(h(Flow, { app: "" })));
    await reach("failed");
    assert.equal(flows.flow.error.code, "invalid_argument");
  });
});

suite("Suspense", () => {
  let wait;
  beforeEach(() => void (wait = defer()));
  const Slow = ({ promise, children }) => (use(promise), children);

  test("makes no flow while it suspends the first render", async () => {
    function Later() {
      const flow = h(Flow, { app: "shopify" });
      return h(Slow, { promise: wait.promise }, flow);
    }
    await render(inStrictMode(app(h(Suspense, { fallback: "wait" }, h(Later)))));
    assert.equal(text(), "wait");
    await settle();
    assert.equal(requestPaths().length, 0);
    await act(async () => wait.resolve());
    await reach("ready");
    assert.equal(requestPaths().length, requestsPerLoad);
  });

  test("makes one flow if the component itself suspends", async () => {
    function Both() {
      const flow = useConnectFlow({ app: "shopify" });
      flows.flow = flow;
      use(wait.promise);
      return flow.state;
    }
    await render(inStrictMode(app(h(Suspense, { fallback: "wait" }, h(Both)))));
    await settle();
    assert.equal(requestPaths().length, 0);
    await act(async () => wait.resolve());
    await reach("ready");
    assert.equal(requestPaths().length, requestsPerLoad);
  });

  test("keeps the flow and its issues if it suspends later", async () => {
    let suspend;
    function Later() {
      const [promise, set] = useState();
      suspend = set;
      return h(Flow, { app: "shopify" }, promise && h(Slow, { promise }, "more"));
    }
    await render(inStrictMode(app(h(Suspense, { fallback: "wait" }, h(Later)))));
    await reach("ready");
    await click("submit", { shop: "acme" });
    await act(async () => suspend(wait.promise));
    assert.match(text(), /wait/);
    await settle();
    await act(async () => wait.resolve());
    assert.match(text(), /readymore/);
    assert.equal(flows.flow.issues.length, 1);
    assert.equal(requestPaths().length, requestsPerLoad);
  });

  test("a hidden Activity ends its flow, and starts another when it is shown", { skip: !Activity }, async () => {
    const element = (mode) => app(h(Activity, { mode }, h(Flow, { app: "shopify" })));
    const view = await render(element("visible"));
    await reach("ready");
    await view.update(element("hidden"));
    await settle();
    assert.deepEqual(leftovers(), [0, 0]);
    await view.update(element("visible"));
    await waitFor(() => requestPaths().length === 2 * requestsPerLoad);
    await reach("ready");
  });
});

suite("a hot reload", () => {
  test("keeps the flow of a component", async () => {
    // react-refresh must be loaded before react-dom, which this file loads in the first test.
    const [signature, runtime] = [refresh.createSignatureFunctionForTransform(), refresh];
    const define = (word) => {
      function Edited() {
        const flow = useConnectFlow({ app: "shopify" });
        flows.flow = flow;
        return `${word} ${flow.state}`;
      }
      signature(Edited, "useConnectFlow{flow}");
      runtime.register(Edited, "Edited");
      return Edited;
    };
    await render(inStrictMode(app(h(define("before")))));
    await reach("ready");
    await click("submit", { shop: "acme" });
    await act(async () => {
      define("after");
      runtime.performReactRefresh();
    });
    await settle();
    assert.equal(text(), "after ready");
    assert.equal(flows.flow.issues.length, 1);
    assert.equal(requestPaths().length, requestsPerLoad);
  });
});

suite("hydration", () => {
  test("starts from the server's HTML, and loads", async () => {
    const element = () => inStrictMode(app(h(Flow, { app: "shopify" })));
    page.dom().root.innerHTML = renderToString(element());
    assert.equal(text(), "idle");
    states.flow = [];
    await hydrate(element());
    await reach("ready");
    assert.deepEqual(states.flow, ["idle", "loading", "ready"]);
    assert.equal(requestPaths().length, requestsPerLoad);
  });
});
