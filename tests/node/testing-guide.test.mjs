import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { transformSync } from "esbuild";

const root = fileURLToPath(new URL("../../", import.meta.url));
const guide = readFileSync(join(root, "docs/guides/testing.md"), "utf8");
const blocks = [...guide.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code);

let folder;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "connect-flow-guide-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules/connect-flow"), "dir");
});
after(() => rmSync(folder, { recursive: true, force: true }));

// Without a DOM; what it says with one is run in Vitest (tests/pack).
for (const [index, code] of blocks.entries()) {
  test(`the guide's code does what it says: block ${index + 1}`, async (context) => {
    const asserted = [];
    context.mock.method(console, "assert", (...values) => asserted.push(values));
    const file = join(folder, `block-${index}.mjs`);
    writeFileSync(file, transformSync(code, { loader: "ts" }).code);
    const fetch = globalThis.fetch;
    await import(pathToFileURL(file));
    assert.deepEqual(asserted, [[true]]);
    assert.equal(globalThis.fetch, fetch);
    assert.equal(globalThis.document, undefined);
  });
}
