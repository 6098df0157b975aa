import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { transformSync } from "esbuild";
import { openApps } from "./support/apps.mjs";
import { installTarball, root, tool } from "./support/installed.mjs";

suite("an app's own tests in Jest, as the guide says", () => {
  let installed, apps, app;
  before(async () => {
    installed = await installTarball();
    apps = await openApps(installed);
    app = await apps.open("jest");
    const guide = readFileSync(join(root, "docs/guides/testing.md"), "utf8");
    const shown = (language) => [...guide.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm"))].map(([, code]) => code);
    // The files of the section about Jest, each with its name in the first line.
    for (const code of shown("js")) writeFileSync(join(app, code.match(/^\/\/ (\S+)/)[1]), code);
    writeFileSync(join(app, "package.json"), JSON.stringify({ type: "module" }));
    // What an app's own compiler does.
    const compiled = (code) => transformSync(code, { loader: "jsx", jsx: "automatic" }).code;
    writeFileSync(join(app, "page.jsx"), compiled(readFileSync(join(root, "tests/pack/apps/vitest/page.jsx"), "utf8")));
    const tests = shown("jsx").map((code) => compiled(code).replace('from "vitest"', 'from "@jest/globals"'));
    for (const [index, code] of tests.entries()) writeFileSync(join(app, `guide-${index}.test.jsx`), code);
  });
  after(() => Promise.all([apps?.close(), installed?.close()]));

  test("pass with jsdom, and leave no error behind", async () => {
    const { output } = await tool("jest", ["--ci"], app, { NODE_OPTIONS: "--experimental-vm-modules" });
    assert.match(output, /Tests: +14 passed, 14 total/);
    assert.doesNotMatch(output, /console\.|act\(|Unhandled|did not exit/);
  });
});
