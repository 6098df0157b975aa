import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startHost } from "../../www/host/server.mjs";

let host;
before(async () => {
  host = await startHost({ appPort: 0, platformPort: 0, authorizationPort: 0 });
});
after(() => host?.close());

test("the demo serves its React pages with their script and the module", async () => {
  for (const path of ["/react", "/react/connections", "/react/chat"]) {
    const response = await fetch(host.appUrl + path);
    assert.equal(response.status, 200, path);
    assert.match(await response.text(), /connect-flow with React/);
    assert.match(response.headers.get("content-security-policy"), /require-trusted-types-for 'script'/);
  }
  const script = await fetch(`${host.appUrl}/react/main.js`);
  assert.equal(script.headers.get("content-type"), "text/javascript; charset=utf-8");
  // Only React's development build has this text.
  assert.doesNotMatch(await script.text(), /Download the React DevTools/);
  const module = await fetch(`${host.appUrl}/react/connect_flow_bg.wasm`);
  assert.equal(module.headers.get("content-type"), "application/wasm");
});

test("every other path below /react is answered with 404", async () => {
  for (const path of ["/react/secret.txt", "/react/main.jsx", "/react/%2e%2e/host/app.mjs", "/react/connections/x"]) {
    assert.equal((await fetch(host.appUrl + path)).status, 404, path);
  }
});
