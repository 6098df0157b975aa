import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
import { ConnectProvider, useConnectClient } from "connect-flow/react";

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

  test("a provider that is missing is named", () => {
    const Client = () => h("p", null, String(useConnectClient()));
    assert.throws(() => renderToString(h(Client)), /no ConnectProvider/);
  });
});
