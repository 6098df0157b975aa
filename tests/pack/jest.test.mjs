import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { transformSync } from "esbuild";
import { openApps } from "./support/apps.mjs";
import { blockFor, paste } from "./support/fresh.mjs";
import { installTarball, root, tool } from "./support/installed.mjs";

const guide = "docs/guides/testing.md";

/** Stands for an app's own compiler. */
const compiled = (code) => transformSync(code, { loader: "jsx", jsx: "automatic" }).code;

suite("the testing guide's setup for Jest", () => {
  let installed, apps, app;
  before(async () => {
    installed = await installTarball();
    apps = await openApps(installed);
    app = await apps.open("jest");
    for (const file of ["jest-environment.mjs", "jest.config.mjs"]) await paste(app, guide, file);
    writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(app, "page.jsx"), compiled(readFileSync(join(root, "tests/pack/apps/vitest/page.jsx"), "utf8")));
    mkdirSync(join(app, "guide"));
    for (const file of ["page.jsx", "denied.test.jsx", "connects.test.jsx"]) {
      writeFileSync(join(app, "guide", file), compiled(blockFor(guide, file)).replace('from "vitest"', 'from "@jest/globals"'));
    }
  });
  after(() => Promise.all([apps?.close(), installed?.close()]));

  test("runs an app's tests in jsdom without errors", async () => {
    const { output } = await tool("jest", ["--ci"], app, { NODE_OPTIONS: "--experimental-vm-modules" });
    assert.match(output, /Tests: +14 passed, 14 total/);
    assert.doesNotMatch(output, /console\.|act\(|Unhandled|did not exit/);
  });
});
