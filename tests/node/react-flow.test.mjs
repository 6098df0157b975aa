import assert from "node:assert/strict";
import { beforeEach, suite, test } from "node:test";
import { Activity, createElement as h, Suspense, use, useEffect, useState } from "react";
import refresh from "react-refresh/runtime";
import { renderToString } from "react-dom/server";
import { createSandbox } from "connect-flow/testing";
import { ConnectProvider, useConnectFlow } from "connect-flow/react";
import { makeClient, memoryStorage, wasmUrl } from "./client.mjs";
import { inStrictMode, usePage } from "./react-page.mjs";
import { Browser } from "./browser.mjs";

refresh.injectIntoGlobalHook(globalThis);
const page = usePage();
const { render, hydrate, settle, waitFor, act, text } = page;

/** What the flows of a test were last seen as, by the name of their component, and every state on the way. */
let flows, states, sandbox, open, held, storage;
beforeEach(() => {
  [flows, states] = [{}, {}];
  sandbox = createSandbox({ apiKey: "key" });
  [open, held] = [0, undefined];
  storage = memoryStorage();
});

const clientOptions = () => ({
  wasmUrl,
  baseUrl: "https://sandbox.test",
  entityId: "Jessica",
  unsafeApiKey: "key",
  storage,
  retry: 0,
  fetch: async (request) => {
    open += 1;
    request.signal.addEventListener("abort", () => (open -= 1), { once: true });
    await held?.(request);
    const response = await sandbox.fetch(request);
    if (!request.signal.aborted) open -= 1;
    return response;
  },
});

/** Requests of this kind are not answered until the function that it gives is called. */
function hold(method, path = "") {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  held = (request) => request.method === method && request.url.includes(path) && Promise.race([
    released,
    new Promise((_, reject) => request.signal.addEventListener("abort", () => reject(request.signal.reason), { once: true })),
  ]);
  return release;
}

function Flow({ name = "flow", children, ...options }) {
  const flow = useConnectFlow(options);
  flows[name] = flow;
  states[name] ??= [];
  if (states[name].at(-1) !== flow.state) states[name].push(flow.state);
  return h("p", { id: name }, flow.state, children);
}

const app = (...children) => h(ConnectProvider, { options: clientOptions() }, ...children);
const is = (state, name = "flow") =>
  waitFor(() => flows[name]?.state === state, `${name} is ${state}`).catch((error) => {
    throw new Error(`${error.message} ${JSON.stringify(flows[name])}`, { cause: flows[name]?.error });
  });
const calls = (method) => sandbox.requests.filter((one) => !method || one.method === method).map(({ path }) => path);
/** What one `load` asks for. */
const oneLoad = 2;

/** Calls an action in what counts as a click. Gives a promise in an object, so that nobody waits for it. */
async function click(action, ...values) {
  let settled;
  await act(async () => {
    settled = flows.flow[action](...values).then((snapshot) => snapshot.state, (error) => error.code);
  });
  return { settled };
}

/** The user signs in and agrees, wherever they were sent; gives where that led to. */
async function agree(url) {
  const browser = new Browser({ send: (request) => sandbox.fetch(request), stopAt: "https://app.test" });
  return (await browser.submit(await browser.visit(url), { decision: "allow" })).url.href;
}

suite("a flow", () => {
  test("in StrictMode is one flow, loaded once, and its methods stay the same", async () => {
    await render(inStrictMode(app(h(Flow, { app: "shopify" }))));
    const { submit, retry, cancel, load } = flows.flow;
    await is("ready");
    assert.deepEqual(states.flow, ["loading", "ready"]);
    assert.deepEqual(flows.flow.expectedInputFields.map(({ name }) => name), ["admin_api_access_token", "shop"]);
    assert.equal(calls().length, oneLoad);
    assert.deepEqual([flows.flow.submit, flows.flow.retry, flows.flow.cancel, flows.flow.load], [submit, retry, cancel, load]);
  });

  test("asks for what is missing, and connects", async () => {
    await render(inStrictMode(app(h(Flow, { app: "shopify" }))));
    await is("ready");
    const refused = await click("submit", { shop: "acme" });
    assert.equal(await refused.settled, "ready");
    assert.deepEqual(flows.flow.issues.map(({ code, field }) => [code, field]), [["required", "admin_api_access_token"]]);
    const done = await click("submit", { shop: "acme", admin_api_access_token: "token" });
    await is("connected");
    assert.equal(await done.settled, "connected");
    assert.equal(flows.flow.account.id, sandbox.accounts()[0].id);
    assert.equal(calls("POST").length, 1);
  });

  test("that is not there yet refuses to submit, and nothing else is lost", async () => {
    let arrive;
    const client = new Promise((resolve) => (arrive = resolve));
    await render(h(ConnectProvider, { client }, h(Flow, { app: "shopify" })));
    await assert.rejects(flows.flow.submit({}), { name: "ConnectError", code: "invalid_transition" });
    flows.flow.cancel();
    const made = await makeClient(clientOptions());
    arrive(made);
    await is("ready");
    made.dispose();
  });

  test("goes on in a popup, which is opened in the click", async () => {
    await render(inStrictMode(app(h(Flow, { app: "gmail" }))));
    await is("ready");
    let settled;
    await act(async () => {
      settled = flows.flow.submit();
      assert.equal(page.dom().popups.length, 1);
    });
    await is("waiting");
    const url = await agree(page.dom().popups[0].url);
    // What the page in the popup does.
    const other = await makeClient({ ...clientOptions(), wasmUrl });
    await act(() => other.completeConnection({ url }));
    await is("connected");
    assert.equal((await settled).state, "connected");
    other.dispose();
  });

  test("is completed by the page that the user returns to, in StrictMode with one look", async () => {
    const view = await render(inStrictMode(app(h(Flow, { app: "gmail", mode: "redirect" }))));
    await is("ready");
    await click("submit");
    await is("redirecting");
    assert.equal(page.dom().assigned.length, 1);
    await view.unmount();
    page.dom().navigate(await agree(page.dom().assigned[0]));
    sandbox.requests.length = 0;
    states.flow = [];
    await render(inStrictMode(app(h(Flow, { app: "gmail", mode: "redirect" }))));
    await is("connected");
    assert.deepEqual(states.flow, ["loading", "verifying", "connected"]);
    assert.equal(calls().length, 1);
    assert.equal(globalThis.location.href, "https://app.test/");
    // The module waits for a while whether another page answers that this is its popup.
    page.expectListeners(1);
  });

  test("with options of another value is another flow; of another identity it is not", async () => {
    const view = await render(app(h(Flow, { app: "shopify", entityId: "Jessica" })));
    await is("ready");
    const before = flows.flow;
    await view.update(app(h(Flow, { app: "shopify", entityId: "Jessica" })));
    await settle();
    assert.equal(flows.flow.submit, before.submit);
    assert.equal(calls().length, oneLoad);
    await view.update(app(h(Flow, { app: "zendesk", entityId: "Jessica" })));
    await waitFor(() => flows.flow.state === "ready" && flows.flow.app === "zendesk");
    assert.deepEqual(states.flow, ["loading", "ready", "loading", "ready"]);
    assert.deepEqual([flows.flow.app, flows.flow.expectedInputFields.map(({ name }) => name)], ["zendesk", ["subdomain"]]);
    assert.notEqual(flows.flow.submit, before.submit);
    assert.equal(calls().length, 2 * oneLoad);
  });

  test("does not know what another one does", async () => {
    await render(inStrictMode(app(h(Flow, { name: "flow", app: "shopify" }), h(Flow, { name: "other", app: "shopify" }))));
    await is("ready");
    await is("ready", "other");
    assert.equal(calls().length, 2 * oneLoad);
    await click("submit", {});
    assert.deepEqual([flows.flow.issues.length, flows.other.issues.length], [2, 0]);
    await click("cancel").catch(() => {});
    await is("cancelled");
    assert.equal(flows.other.state, "ready");
  });

  test("that cannot be made says why, and is made when asked again", async () => {
    const options = { ...clientOptions(), baseUrl: "" };
    await render(inStrictMode(h(ConnectProvider, { options }, h(Flow, { app: "shopify" }))));
    await is("failed");
    assert.equal(flows.flow.error.code, "invalid_argument");
    options.baseUrl = "https://sandbox.test";
    const again = await click("retry");
    await is("ready");
    assert.equal(await again.settled, "ready");
    assert.equal(calls().length, oneLoad);
  });

  test("of options that make no sense fails, and does not throw", async () => {
    await render(app(h(Flow, { app: "" })));
    await is("failed");
    assert.equal(flows.flow.error.code, "invalid_argument");
  });
});

suite("unmounted in the middle", () => {
  /** How to get into each state; gives what was started. */
  const ways = {
    loading: () => {},
    ready: () => is("ready"),
    initiating: async () => (await is("ready"), hold("POST"), click("submit")),
    redirecting: async () => (await is("ready"), click("submit")),
    waiting: async () => (await is("ready"), click("submit")),
    verifying: async () => {
      await is("ready");
      const begun = await click("submit");
      await is("waiting");
      const url = await agree(page.dom().popups[0].url);
      hold("GET", "connected_accounts/");
      const other = new BroadcastChannel(`connect-flow:${new URL(url).searchParams.get("cf_flow")}`);
      await act(async () => other.postMessage({ callback: url }));
      other.close();
      return begun;
    },
    failed: async () => {
      await is("ready");
      sandbox.fault({ method: "POST", path: /./, kind: "status", status: 500 });
      return click("submit");
    },
    cancelled: async () => {
      await is("ready");
      await act(async () => flows.flow.cancel());
    },
  };

  for (const [state, enter] of Object.entries(ways)) {
    test(`of ${state}: nothing goes on, and it begins anew when it is mounted again`, async () => {
      const element = () => inStrictMode(app(h(Flow, { app: "gmail", mode: state === "redirecting" ? "redirect" : "popup" })));
      if (state === "loading") hold("GET");
      const view = await render(element());
      const begun = await enter();
      await is(state);
      await view.unmount();
      assert.deepEqual([open, page.dom().listenerCount()], [0, 0]);
      const asked = calls().length;
      const last = flows.flow;
      // Whoever waits for the end of a submit does not wait for ever.
      if (begun) await Promise.race([begun.settled, new Promise((_, reject) => setTimeout(reject, 500, new Error("it never settles")))]);
      await settle(20);
      assert.equal(calls().length, asked);
      assert.equal(flows.flow, last);
      held = undefined;
      delete flows.flow;
      await render(element());
      await is("ready");
      assert.equal(calls().length, asked + oneLoad);
    });
  }

  test("before there is a client: no flow is made, and one when it is mounted again", async () => {
    let arrive;
    const client = new Promise((resolve) => (arrive = resolve));
    const element = () => inStrictMode(h(ConnectProvider, { client }, h(Flow, { app: "gmail" })));
    const view = await render(element());
    await is("loading");
    await view.unmount();
    const made = await makeClient(clientOptions());
    arrive(made);
    await settle();
    assert.deepEqual(calls(), []);

    await render(element());
    await is("ready");
    assert.equal(calls().length, oneLoad);
    made.dispose();
  });

  test("and mounted again before there is a client: one flow", async () => {
    let arrive;
    const client = new Promise((resolve) => (arrive = resolve));
    const element = (isThere) => h(ConnectProvider, { client }, isThere && h(Flow, { app: "gmail" }));
    const view = await render(element(true));
    await view.update(element(false));
    await settle();
    await view.update(element(true));
    const made = await makeClient(clientOptions());
    arrive(made);
    await is("ready");
    assert.equal(calls().length, oneLoad);
    made.dispose();
  });

  test("a popup that the user is busy in stays pending", async () => {
    const view = await render(app(h(Flow, { app: "gmail", mode: "popup" })));
    await is("ready");
    await click("submit");
    await is("waiting");
    await view.unmount();
    const other = await makeClient({ ...clientOptions(), wasmUrl });
    assert.equal(other.pending().length, 1);
    const done = await other.completeConnection({ url: await agree(page.dom().popups[0].url) });
    assert.equal(done.connectionStatus, "ACTIVE");
    other.dispose();
  });
});

suite("a flow whose user is in the popup", () => {
  const flow = (options) => h(Flow, { app: "gmail", mode: "popup", ...options });
  /** What happens to its component, as elements one after the other. */
  const ways = {
    "is in a dialog that closes and reopens": [null, flow()],
    "is in a dialog that closes and reopens twice": [null, flow(), null, flow()],
    "is of an app that changes and changes back": [flow({ app: "shopify" }), flow()],
    "gets another key": [flow({ key: "other" })],
    "gets another option that is no other attempt": [flow({ returnTo: "/settings" })],
    "is in another component of the page": [h("div", null, flow())],
    ...(Activity && {
      "is in an Activity that hides and shows": [h(Activity, { mode: "hidden" }, flow()), h(Activity, { mode: "visible" }, flow())],
    }),
  };
  for (const [way, elements] of Object.entries(ways)) {
    for (const wrap of [(element) => element, inStrictMode]) {
      test(`and that ${way} goes on waiting, and one account is connected${wrap === inStrictMode ? ", in StrictMode" : ""}`, async () => {
        const first = way.includes("Activity") ? h(Activity, { mode: "visible" }, flow()) : flow();
        const view = await render(wrap(app(first)));
        await is("ready");
        await click("submit");
        await is("waiting");
        const { flowId } = flows.flow;
        for (const element of elements) {
          await view.update(wrap(app(element)));
          await settle(20);
        }
        await is("waiting");
        assert.deepEqual([flows.flow.flowId, flows.flow.isPopupOpen, page.dom().popups.length], [flowId, true, 1]);
        const other = await makeClient({ ...clientOptions(), wasmUrl });
        const url = await agree(page.dom().popups[0].url);
        await act(() => other.completeConnection({ url }));
        await is("connected");
        assert.deepEqual(sandbox.accounts().map(({ status }) => status), ["ACTIVE"]);
        other.dispose();
      });
    }
  }

  test("and who starts over after a dialog was reopened cancels the attempt first", async () => {
    const view = await render(app(flow()));
    await is("ready");
    await click("submit");
    await is("waiting");
    await view.update(app(null));
    await settle(20);
    await view.update(app(flow()));
    await is("waiting");
    await act(async () => flows.flow.cancel());
    await is("cancelled");
    await click("retry");
    await is("ready");
    await click("submit");
    await is("waiting");
    assert.equal(page.dom().popups.length, 2);
    assert.equal(page.dom().popups[0].closed, true);
  });
});

suite("an action of a component that is not mounted", () => {
  const begin = {
    load: (flow) => flow.load(),
    retry: (flow) => flow.retry(),
    submit: (flow) => flow.submit({}),
  };
  /** How a component goes; gives how it comes back. */
  const ways = {
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

  for (const [way, leave] of Object.entries(ways)) {
    test(`${way} rejects and starts nothing, and nothing is left over for the next mount`, async () => {
      const element = () => app(h(Flow, { app: "gmail", mode: "popup" }));
      const activity = (mode) => app(h(Activity, { mode }, h(Flow, { app: "gmail", mode: "popup" })));
      const view = await render(way.includes("Activity") ? activity("visible") : way.includes("Strict") ? inStrictMode(element()) : element());
      await is("ready");
      const old = flows.flow;
      const comeBack = await leave(view, element, activity);
      if (!way.includes("the task")) await settle();
      const asked = calls().length;
      for (const [name, act] of Object.entries(begin)) {
        await assert.rejects(act(old), { name: "ConnectError", code: "invalid_transition", message: /not mounted/ }, name);
      }
      old.cancel();
      await settle(20);
      assert.deepEqual([calls().length, open, page.dom().popups.length, page.dom().listenerCount()], [asked, 0, 0, 0]);
      await comeBack();
      await is("ready");
      assert.equal(calls().length, asked + oneLoad);
      if (old.submit !== flows.flow.submit) await assert.rejects(old.submit({}), { code: "invalid_transition" });
      await click("submit");
      await is("waiting");
      assert.equal(page.dom().popups.length, 1);
    });
  }

  test("before the client has loaded starts nothing when it has", async () => {
    let arrive;
    const client = new Promise((resolve) => (arrive = resolve));
    const view = await render(inStrictMode(h(ConnectProvider, { client }, h(Flow, { app: "gmail" }))));
    const old = flows.flow;
    await view.unmount();
    const begun = Object.values(begin).map((act) => assert.rejects(act(old), { code: "invalid_transition" }));
    const made = await makeClient(clientOptions());
    arrive(made);
    await Promise.all(begun);
    await settle();
    assert.deepEqual(calls(), []);
    made.dispose();
  });

  test("of other options than it has now starts nothing", async () => {
    const view = await render(app(h(Flow, { app: "shopify" })));
    await is("ready");
    const old = flows.flow;
    await view.update(app(h(Flow, { app: "gmail" })));
    await waitFor(() => flows.flow.app === "gmail" && flows.flow.state === "ready");
    const asked = calls().length;
    for (const act of Object.values(begin)) await assert.rejects(act(old), { code: "invalid_transition" });
    await settle();
    assert.equal(calls().length, asked);
  });
});

suite("options of the hook", () => {
  test("in another order, or with members that are undefined, keep a waiting flow", async () => {
    const view = await render(app(h(Flow, { app: "gmail", mode: "popup", entityId: "Jessica" })));
    await is("ready");
    await click("submit");
    await is("waiting");
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
  const bad = {
    "a BigInt": () => ({ app: 1n }),
    "a cycle": cycle,
    "an object": () => ({ app: {} }),
    "a function": () => ({ app: () => "gmail" }),
    "a symbol": () => ({ app: Symbol("gmail") }),
    "a getter that throws": () => ({ get app() { return fail(); } }),
    "a text that throws": () => ({ app: { toString: fail } }),
    "a proxy that throws": () => new Proxy({}, { ownKeys: fail }),
    "a name of no option": () => ({ app: "gmail", userId: "Jessica" }),
    "no object": () => 5,
    nothing: () => null,
  };
  for (const [what, make] of Object.entries(bad)) {
    test(`${what} fails with invalid_argument, at every render, and is corrected`, async () => {
      // Not by a property: React's development build reads those.
      let given;
      function Given() {
        flows.flow = useConnectFlow(given);
        return flows.flow.state;
      }
      const show = (view) => (view ? view.update(inStrictMode(app(h(Given)))) : render(inStrictMode(app(h(Given)))));
      given = make();
      const view = await show();
      await is("failed");
      assert.deepEqual([flows.flow.error.name, flows.flow.error.code], ["ConnectError", "invalid_argument"]);
      const { submit } = flows.flow;
      given = make();
      await show(view);
      assert.equal(flows.flow.submit, submit);
      given = { app: "shopify" };
      await show(view);
      await is("ready");
    });
  }
});

suite("options of the provider", () => {
  test("that are corrected after an error are read at once", async () => {
    const element = (options) => inStrictMode(h(ConnectProvider, { options: { ...clientOptions(), ...options } }, h(Flow, { app: "shopify" })));
    const view = await render(element({ baseUrl: "" }));
    await is("failed");
    assert.equal(flows.flow.error.code, "invalid_argument");
    await view.update(element({ baseUrl: "" }));
    await is("failed");
    await view.update(element({ baseUrl: "https://sandbox.test" }));
    await is("ready");
    assert.equal(calls().length, oneLoad);
    // What is there already stays, as before.
    await view.update(element({ baseUrl: "https://other.test" }));
    await settle();
    assert.deepEqual([flows.flow.state, calls().length], ["ready", oneLoad]);
  });

  test("that are corrected inside an object are read at once, and not read again while they stay wrong", async () => {
    const element = (headers) => inStrictMode(h(ConnectProvider, { options: { ...clientOptions(), headers } }, h(Flow, { app: "shopify" })));
    const view = await render(element({ "x-session": 5 }));
    await is("failed");
    const { error } = flows.flow;
    await view.update(element({ "x-session": 5 }));
    await settle();
    assert.equal(flows.flow.error, error);
    await view.update(element({ "x-session": "5" }));
    await is("ready");
  });

  for (const [what, client] of Object.entries({ "a number": 5, "an object": {}, "a function": () => {}, "a promise of something else": Promise.resolve("client") })) {
    test(`with ${what} in place of a client fail with invalid_argument, and nothing throws`, async () => {
      await render(inStrictMode(h(ConnectProvider, { client }, h(Flow, { app: "shopify" }))));
      await is("failed");
      const { name, code, message } = flows.flow.error;
      assert.deepEqual([name, code], ["ConnectError", "invalid_argument"]);
      assert.match(message, /^ConnectProvider: `client` must be a client, or a promise of one/);
    });
  }

  test("that are corrected while the client is being made are read when that fails", async () => {
    function Parent() {
      const [baseUrl, set] = useState("");
      useEffect(() => set("https://sandbox.test"), []);
      return h(ConnectProvider, { options: { ...clientOptions(), baseUrl } }, h(Flow, { app: "shopify" }));
    }
    await render(inStrictMode(h(Parent)));
    await is("ready");
    assert.equal(calls().length, oneLoad);
  });

  test("of the same value are tried again by `retry`, which takes the newest", async () => {
    let baseUrl = "";
    const element = () => {
      const options = clientOptions();
      Object.defineProperty(options, "baseUrl", { enumerable: true, get: () => baseUrl });
      return h(ConnectProvider, { options }, h(Flow, { app: "shopify" }));
    };
    const view = await render(element());
    await is("failed");
    baseUrl = "https://sandbox.test";
    await view.update(element());
    await settle();
    assert.equal(flows.flow.state, "failed");
    await click("retry");
    await is("ready");
  });
});

suite("Suspense", () => {
  let wait;
  beforeEach(() => void (wait = Promise.withResolvers?.() ?? withResolvers()));
  const Slow = ({ promise, children }) => (use(promise), children);

  test("that holds back the first render makes no flow until it lets go", async () => {
    function Later() {
      const flow = h(Flow, { app: "shopify" });
      return h(Slow, { promise: wait.promise }, flow);
    }
    await render(inStrictMode(app(h(Suspense, { fallback: "wait" }, h(Later)))));
    assert.equal(text(), "wait");
    await settle();
    assert.equal(calls().length, 0);
    await act(async () => wait.resolve());
    await is("ready");
    assert.equal(calls().length, oneLoad);
  });

  test("that the component itself asks for makes one flow", async () => {
    function Both() {
      const flow = useConnectFlow({ app: "shopify" });
      flows.flow = flow;
      use(wait.promise);
      return flow.state;
    }
    await render(inStrictMode(app(h(Suspense, { fallback: "wait" }, h(Both)))));
    await settle();
    assert.equal(calls().length, 0);
    await act(async () => wait.resolve());
    await is("ready");
    assert.equal(calls().length, oneLoad);
  });

  test("that comes later keeps the flow and what it knows", async () => {
    let suspend;
    function Later() {
      const [promise, set] = useState();
      suspend = set;
      return h(Flow, { app: "shopify" }, promise && h(Slow, { promise }, "more"));
    }
    await render(inStrictMode(app(h(Suspense, { fallback: "wait" }, h(Later)))));
    await is("ready");
    await click("submit", { shop: "acme" });
    await act(async () => suspend(wait.promise));
    assert.match(text(), /wait/);
    await settle();
    await act(async () => wait.resolve());
    assert.match(text(), /readymore/);
    assert.equal(flows.flow.issues.length, 1);
    assert.equal(calls().length, oneLoad);
  });

  test("a tree that is hidden for long ends its flow, and begins another when it is shown", { skip: !Activity }, async () => {
    const element = (mode) => app(h(Activity, { mode }, h(Flow, { app: "shopify" })));
    const view = await render(element("visible"));
    await is("ready");
    await view.update(element("hidden"));
    await settle();
    assert.deepEqual([open, page.dom().listenerCount()], [0, 0]);
    await view.update(element("visible"));
    await waitFor(() => calls().length === 2 * oneLoad);
    await is("ready");
  });
});

suite("HMR", () => {
  test("of a component keeps its flow", async () => {
    // It has to be there before React is, as a bundler's dev server sees to; in this file React waits for the first test.
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
    await is("ready");
    await click("submit", { shop: "acme" });
    await act(async () => {
      define("after");
      runtime.performReactRefresh();
    });
    await settle();
    assert.equal(text(), "after ready");
    assert.equal(flows.flow.issues.length, 1);
    assert.equal(calls().length, oneLoad);
  });
});

suite("hydration", () => {
  test("begins with what the server said, and goes on", async () => {
    const element = () => inStrictMode(app(h(Flow, { app: "shopify" })));
    page.dom().root.innerHTML = renderToString(element());
    assert.equal(text(), "idle");
    states.flow = [];
    await hydrate(element());
    await is("ready");
    assert.deepEqual(states.flow, ["idle", "loading", "ready"]);
    assert.equal(calls().length, oneLoad);
  });
});

function withResolvers() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  return result;
}
