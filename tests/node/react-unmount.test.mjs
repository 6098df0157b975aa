import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { Activity, createElement as h } from "react";
import { createClient } from "connect-flow";
import { ConnectProvider } from "connect-flow/react";
import { defer } from "./defer.mjs";
import { app, clientOptions, click, consent, Flow, flows, holdRequests, leftovers, page, reach, releaseRequests, requestPaths, requestsPerLoad, sandbox } from "./react-flow-page.mjs";
import { inStrictMode } from "./react-page.mjs";

const { act, render, settle, waitFor } = page;

suite("a component that unmounts", () => {
  /** How to reach each state. Returns the pending submit, if any. */
  const entries = {
    loading: () => {},
    ready: () => reach("ready"),
    initiating: async () => (await reach("ready"), holdRequests("POST"), click("submit")),
    redirecting: async () => (await reach("ready"), click("submit")),
    waiting: async () => (await reach("ready"), click("submit")),
    verifying: async () => {
      await reach("ready");
      const started = await click("submit");
      await reach("waiting");
      const url = await consent(page.dom().popups[0].url);
      holdRequests("GET", "connected_accounts/");
      const other = new BroadcastChannel(`connect-flow:${new URL(url).searchParams.get("cf_flow")}`);
      await act(async () => other.postMessage({ callback: url }));
      other.close();
      return started;
    },
    failed: async () => {
      await reach("ready");
      sandbox.fault({ method: "POST", path: /./, kind: "status", status: 500 });
      return click("submit");
    },
    cancelled: async () => {
      await reach("ready");
      await act(async () => flows.flow.cancel());
    },
  };

  for (const [state, enter] of Object.entries(entries)) {
    test(`in ${state} stops its flow, and a new mount starts another`, async () => {
      const element = () => inStrictMode(app(h(Flow, { app: "gmail", mode: state === "redirecting" ? "redirect" : "popup" })));
      if (state === "loading") holdRequests("GET");
      const view = await render(element());
      const started = await enter();
      await reach(state);
      await view.unmount();
      assert.deepEqual(leftovers(), [0, 0]);
      const asked = requestPaths().length;
      const last = flows.flow;
      // A pending submit must settle.
      await started?.settled;
      await settle(20);
      assert.equal(requestPaths().length, asked);
      assert.equal(flows.flow, last);
      releaseRequests();
      delete flows.flow;
      await render(element());
      await reach("ready");
      assert.equal(requestPaths().length, asked + requestsPerLoad);
    });
  }

  test("before the client has loaded makes no flow, and a new mount makes one", async () => {
    const client = defer();
    const element = () => inStrictMode(h(ConnectProvider, { client: client.promise }, h(Flow, { app: "gmail" })));
    const view = await render(element());
    await reach("loading");
    await view.unmount();
    const made = await createClient(clientOptions());
    client.resolve(made);
    await settle();
    assert.deepEqual(requestPaths(), []);

    await render(element());
    await reach("ready");
    assert.equal(requestPaths().length, requestsPerLoad);
    made.dispose();
  });

  test("and mounts again before the client has loaded makes one flow", async () => {
    const client = defer();
    const element = (isMounted) => h(ConnectProvider, { client: client.promise }, isMounted && h(Flow, { app: "gmail" }));
    const view = await render(element(true));
    await view.update(element(false));
    await settle();
    await view.update(element(true));
    const made = await createClient(clientOptions());
    client.resolve(made);
    await reach("ready");
    assert.equal(requestPaths().length, requestsPerLoad);
    made.dispose();
  });

  test("leaves the attempt in its popup pending", async () => {
    const view = await render(app(h(Flow, { app: "gmail", mode: "popup" })));
    await reach("ready");
    await click("submit");
    await reach("waiting");
    await view.unmount();
    const other = await createClient(clientOptions());
    assert.equal(other.pending().length, 1);
    const done = await other.completeConnection({ url: await consent(page.dom().popups[0].url) });
    assert.equal(done.connectionStatus, "ACTIVE");
    other.dispose();
  });
});

suite("a flow whose user is in the popup", () => {
  const flow = (options) => h(Flow, { app: "gmail", mode: "popup", ...options });
  /** What the page renders, step by step, while the user is in the popup. */
  const changes = {
    "a dialog that closes and reopens": [null, flow()],
    "a dialog that closes and reopens twice": [null, flow(), null, flow()],
    "an app that changes and changes back": [flow({ app: "shopify" }), flow()],
    "another key": [flow({ key: "other" })],
    "another returnTo": [flow({ returnTo: "/settings" })],
    "another place in the page": [h("div", null, flow())],
    ...(Activity && {
      "an Activity that hides and shows": [h(Activity, { mode: "hidden" }, flow()), h(Activity, { mode: "visible" }, flow())],
    }),
  };
  for (const [change, elements] of Object.entries(changes)) {
    for (const wrap of [(element) => element, inStrictMode]) {
      test(`waits on through ${change}, and connects one account${wrap === inStrictMode ? ", in StrictMode" : ""}`, async () => {
        const first = change.includes("Activity") ? h(Activity, { mode: "visible" }, flow()) : flow();
        const view = await render(wrap(app(first)));
        await reach("ready");
        await click("submit");
        await reach("waiting");
        const { flowId } = flows.flow;
        for (const element of elements) {
          await view.update(wrap(app(element)));
          await settle(20);
        }
        await reach("waiting");
        assert.deepEqual([flows.flow.flowId, flows.flow.isPopupOpen, page.dom().popups.length], [flowId, true, 1]);
        const other = await createClient(clientOptions());
        const url = await consent(page.dom().popups[0].url);
        await act(() => other.completeConnection({ url }));
        await reach("connected");
        assert.deepEqual(sandbox.accounts().map(({ status }) => status), ["ACTIVE"]);
        other.dispose();
      });
    }
  }

  test("can be cancelled and started again after a dialog was reopened", async () => {
    const view = await render(app(flow()));
    await reach("ready");
    await click("submit");
    await reach("waiting");
    await view.update(app(null));
    await settle(20);
    await view.update(app(flow()));
    await reach("waiting");
    await act(async () => flows.flow.cancel());
    await reach("cancelled");
    await click("retry");
    await reach("ready");
    await click("submit");
    await reach("waiting");
    assert.equal(page.dom().popups.length, 2);
    assert.equal(page.dom().popups[0].closed, true);
  });
});

suite("a method of an unmounted component", () => {
  const methods = {
    load: (flow) => flow.load(),
    retry: (flow) => flow.retry(),
    submit: (flow) => flow.submit({}),
  };
  /** Ways to unmount. Each returns a function that mounts again. */
  const unmounts = {
    "after it was unmounted": async (view, element) => (await view.update(app()), () => view.update(element())),
    "in StrictMode": async (view, element) => (await view.update(inStrictMode(app())), () => view.update(inStrictMode(element()))),
    "in the task that unmounts it": async (view, element) => {
      await view.update(app());
      return () => view.update(element());
    },
    ...(Activity && {
      "while an Activity hides it": async (view, element, activity) => (await view.update(activity("hidden")), () => view.update(activity("visible"))),
    }),
  };

  for (const [way, unmount] of Object.entries(unmounts)) {
    test(`rejects ${way}, sends no request, and does not affect the next mount`, async () => {
      const element = () => app(h(Flow, { app: "gmail", mode: "popup" }));
      const activity = (mode) => app(h(Activity, { mode }, h(Flow, { app: "gmail", mode: "popup" })));
      const view = await render(way.includes("Activity") ? activity("visible") : way.includes("Strict") ? inStrictMode(element()) : element());
      await reach("ready");
      const old = flows.flow;
      const mountAgain = await unmount(view, element, activity);
      if (!way.includes("the task")) await settle();
      const asked = requestPaths().length;
      for (const [name, act] of Object.entries(methods)) {
        await assert.rejects(act(old), { name: "ConnectError", code: "invalid_transition", message: /not mounted/ }, name);
      }
      old.cancel();
      await settle(20);
      assert.deepEqual([requestPaths().length, page.dom().popups.length, ...leftovers()], [asked, 0, 0, 0]);
      await mountAgain();
      await reach("ready");
      assert.equal(requestPaths().length, asked + requestsPerLoad);
      if (old.submit !== flows.flow.submit) await assert.rejects(old.submit({}), { code: "invalid_transition" });
      await click("submit");
      await reach("waiting");
      assert.equal(page.dom().popups.length, 1);
    });
  }

  test("rejects if it was called before the client had loaded", async () => {
    const client = defer();
    const view = await render(inStrictMode(h(ConnectProvider, { client: client.promise }, h(Flow, { app: "gmail" }))));
    const old = flows.flow;
    await view.unmount();
    const calls = Object.values(methods).map((act) => assert.rejects(act(old), { code: "invalid_transition" }));
    const made = await createClient(clientOptions());
    client.resolve(made);
    await Promise.all(calls);
    await settle();
    assert.deepEqual(requestPaths(), []);
    made.dispose();
  });

  test("rejects if the options have changed since", async () => {
    const view = await render(app(h(Flow, { app: "shopify" })));
    await reach("ready");
    const old = flows.flow;
    await view.update(app(h(Flow, { app: "gmail" })));
    await waitFor(() => flows.flow.app === "gmail" && flows.flow.state === "ready");
    const asked = requestPaths().length;
    for (const act of Object.values(methods)) await assert.rejects(act(old), { code: "invalid_transition" });
    await settle();
    assert.equal(requestPaths().length, asked);
  });
});
