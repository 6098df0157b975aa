import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { transformSync } from "esbuild";
import { openApps } from "./support/apps.mjs";
import { installTarball, root, tool } from "./support/installed.mjs";

suite("the testing guide's setup for Jest", () => {
  let installed, apps, app;
  before(async () => {
    installed = await installTarball();
    apps = await openApps(installed);
    app = await apps.open("jest");
    const guide = readFileSync(join(root, "docs/guides/testing.md"), "utf8");
    const codeBlocks = (language) => [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))].map(([, code]) => code);
    // The configuration files of the guide's section about Jest have their names in the first line.
    for (const code of codeBlocks("js")) writeFileSync(join(app, code.match(/^\/\/ (\S+)/)[1]), code);
    writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module" }));
    // Stands for an app's own compiler.
    const compiled = (code) => transformSync(code, { loader: "jsx", jsx: "automatic" }).code;
    writeFileSync(join(app, "page.jsx"), compiled(readFileSync(join(root, "tests/pack/apps/vitest/page.jsx"), "utf8")));
    const tests = codeBlocks("jsx").map((code) => compiled(code).replace('from "vitest"', 'from "@jest/globals"'));
    for (const [index, code] of tests.entries()) writeFileSync(join(app, `guide-${index}.test.jsx`), code);
  });
  after(() => Promise.all([apps?.close(), installed?.close()]));

  test("runs an app's tests in jsdom without errors", async () => {
    const { output } = await tool("jest", ["--ci"], app, { NODE_OPTIONS: "--experimental-vm-modules" });
    assert.match(output, /Tests: +14 passed, 14 total/);
    assert.doesNotMatch(output, /console\.|act\(|Unhandled|did not exit/);
  });
});
