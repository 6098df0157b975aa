import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { openBrowser } from "../e2e/support/browser.mjs";
import { openApps } from "./support/apps.mjs";
import { paste } from "./support/fresh.mjs";
import { installTarball, tool } from "./support/installed.mjs";
import { runPage } from "./support/page.mjs";
import { serve } from "./support/server.mjs";

const guide = "docs/guides/testing.md";

suite("connect-flow/testing runs an app's own tests", () => {
  let installed, apps;
  before(async () => {
    installed = await installTarball();
    apps = await openApps(installed);
  });
  after(() => Promise.all([apps?.close(), installed?.close()]));

  for (const environment of ["jsdom", "happy-dom"]) {
    test(`in Vitest, with ${environment}`, async () => {
      const app = await apps.open("vitest", environment);
      for (const file of ["page.jsx", "denied.test.jsx", "connects.test.jsx"]) await paste(join(app, "guide"), guide, file);
      const { output } = await tool("vitest", ["run"], app, { ENVIRONMENT: environment });
      assert.match(output, /Tests +28 passed \(28\)/);
      assert.doesNotMatch(output, /act\(|Error|stderr/);
    });
  }

  test("in a browser, without a network", async () => {
    const folder = await apps.open("sandboxed");
    const [session, server] = await Promise.all([openBrowser(), serve({ folder })]);
    try {
      const { result } = await runPage(session.browser, `${server.url}/`);
      assert.deepEqual(result, {
        connected: "connected",
        denied: "access_denied",
        failed: "account_failed",
        slow: "connected",
        expired: "account_expired",
        never: "flow_expired",
        offline: "connected",
        popup_blocked: "popup_blocked",
        popup_closed: "popup_closed",
        popup_cut_off: "connected",
        left: "redirecting",
        callback: "success",
        completed: "ACTIVE",
        isBack: true,
        isRestored: true,
        asked: [],
        isFast: true,
      });
      assert.deepEqual(await session.log(), []);
    } finally {
      await Promise.all([session.close(), server.close()]);
    }
  });
});
