import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { createElement as h, StrictMode, Suspense, use } from "react";
import { renderToPipeableStream, renderToString } from "react-dom/server";
import { ConnectProvider, useConnectClient, useConnectedAccounts, useConnectFlow } from "connect-flow/react";

/** Globals that a page has and a server lacks. Each access is recorded. */
const pageOnly = ["window", "document", "location", "history", "localStorage", "sessionStorage", "BroadcastChannel", "open"];
const accesses = [];
const replaced = [];

before(() => {
  for (const name of [...pageOnly, "fetch"]) {
    replaced.push([name, Object.getOwnPropertyDescriptor(globalThis, name)]);
    Object.defineProperty(globalThis, name, { get: () => void accesses.push(name), configurable: true });
  }
});
after(() => {
  for (const [name, property] of replaced) {
    if (property) Object.defineProperty(globalThis, name, property);
    else delete globalThis[name];
  }
});

/** Renders on the server. Fails if that accesses a global of a page or `fetch`. */
function renderOnServer(element) {
  accesses.length = 0;
  const html = renderToString(element);
  assert.deepEqual(accesses, []);
  return html;
}

suite("rendering on a server", () => {
  const options = { baseUrl: "/api/connect" };

  test("makes no client", () => {
    const Client = () => h("p", null, JSON.stringify(useConnectClient()));
    assert.equal(renderOnServer(h(ConnectProvider, { options }, h(Client))), "<p>{&quot;client&quot;:null,&quot;error&quot;:null}</p>");
  });

  test("shows a list of accounts that loads, and sends no request", () => {
    const Accounts = () => h("p", null, JSON.stringify(useConnectedAccounts()));
    assert.equal(renderOnServer(h(ConnectProvider, { options }, h(Accounts))), "<p>{&quot;error&quot;:null,&quot;isLoading&quot;:true}</p>");
  });

  const Flow = () => h("p", null, JSON.stringify(useConnectFlow({ app: "gmail" })));
  const idle = '<p>{&quot;state&quot;:&quot;idle&quot;,&quot;expectedInputFields&quot;:[]}</p>';

  test("shows a flow as idle and sends no request", () => {
    assert.equal(renderOnServer(h(StrictMode, null, h(ConnectProvider, { options }, h(Flow), h(Flow)))), idle + idle);
  });

  test("uses no member of a given client", () => {
    const client = new Proxy({}, { get: (_, name) => (name === "then" ? undefined : assert.fail(name)), has: () => false });
    assert.equal(renderOnServer(h(ConnectProvider, { client }, h(Flow))), idle);
  });

  test("streams a flow behind Suspense as idle and sends no request", async () => {
    const slow = new Promise((resolve) => setTimeout(resolve, 20, "late"));
    const Late = () => [h("p", { key: 0 }, use(slow)), h(Flow, { key: 1 })];
    accesses.length = 0;
    const html = await new Promise((resolve, reject) => {
      const { pipe } = renderToPipeableStream(h(ConnectProvider, { options }, h(Flow), h(Suspense, { fallback: "wait" }, h(Late))), {
        onShellReady: () => resolve(text(pipe(new PassThrough()))),
        onError: reject,
      });
    });
    assert.ok(html.startsWith(idle), html);
    assert.ok(html.includes("<p>late</p>") && html.split(idle).length === 3, html);
    assert.deepEqual(accesses, []);
  });

  test("names a missing ConnectProvider in the error", () => {
    const Client = () => h("p", null, String(useConnectClient()));
    assert.throws(() => renderToString(h(Client)), /needs a ConnectProvider/);
  });
});
