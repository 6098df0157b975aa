import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { createElement as h, StrictMode, Suspense, use } from "react";
import { renderToPipeableStream, renderToString } from "react-dom/server";
import { ConnectProvider, useConnectClient, useConnectFlow } from "connect-flow/react";

/** What a page has and a server has not: whoever looks for it is noted. */
const pageOnly = ["window", "document", "location", "history", "localStorage", "sessionStorage", "BroadcastChannel", "open"];
const looks = [];
const replaced = [];

before(() => {
  for (const name of [...pageOnly, "fetch"]) {
    replaced.push([name, Object.getOwnPropertyDescriptor(globalThis, name)]);
    Object.defineProperty(globalThis, name, { get: () => void looks.push(name), configurable: true });
  }
});
after(() => {
  for (const [name, property] of replaced) {
    if (property) Object.defineProperty(globalThis, name, property);
    else delete globalThis[name];
  }
});

/** What a server makes of an element; it must look at nothing of a page's and ask nobody. */
function renders(element) {
  looks.length = 0;
  const html = renderToString(element);
  assert.deepEqual(looks, []);
  return html;
}

suite("on a server", () => {
  const options = { baseUrl: "/api/connect" };

  test("there is no client, and none is made", () => {
    const Client = () => h("p", null, JSON.stringify(useConnectClient()));
    assert.equal(renders(h(ConnectProvider, { options }, h(Client))), "<p>{&quot;client&quot;:null,&quot;error&quot;:null}</p>");
  });

  const Flow = () => h("p", null, JSON.stringify(useConnectFlow({ app: "gmail" })));
  const idle = '<p>{&quot;state&quot;:&quot;idle&quot;,&quot;expectedInputFields&quot;:[]}</p>';

  test("a flow is idle, and nothing is asked", () => {
    assert.equal(renders(h(StrictMode, null, h(ConnectProvider, { options }, h(Flow), h(Flow)))), idle + idle);
  });

  test("a client that is given is not used", () => {
    const client = new Proxy({}, { get: (_, name) => (name === "then" ? undefined : assert.fail(name)), has: () => false });
    assert.equal(renders(h(ConnectProvider, { client }, h(Flow))), idle);
  });

  test("a stream goes on after Suspense, and nothing is asked", async () => {
    const slow = new Promise((resolve) => setTimeout(resolve, 20, "late"));
    const Late = () => [h("p", { key: 0 }, use(slow)), h(Flow, { key: 1 })];
    looks.length = 0;
    const html = await new Promise((resolve, reject) => {
      const { pipe } = renderToPipeableStream(h(ConnectProvider, { options }, h(Flow), h(Suspense, { fallback: "wait" }, h(Late))), {
        onShellReady: () => resolve(text(pipe(new PassThrough()))),
        onError: reject,
      });
    });
    assert.ok(html.startsWith(idle), html);
    assert.ok(html.includes("<p>late</p>") && html.split(idle).length === 3, html);
    assert.deepEqual(looks, []);
  });

  test("a provider that is missing is named", () => {
    const Client = () => h("p", null, String(useConnectClient()));
    assert.throws(() => renderToString(h(Client)), /needs a ConnectProvider/);
  });
});
