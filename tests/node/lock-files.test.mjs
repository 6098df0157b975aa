// Whoever installs from a lock file gets the packages from the registry that npm is configured with, and from nowhere else.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const made = ["node_modules", "target", "dist", "pkg"];

/** The lock files below a folder of the repository, by their paths in it. */
function lockFiles(folder = "") {
  return readdirSync(root + folder, { withFileTypes: true }).flatMap((entry) => {
    const path = folder + entry.name;
    if (entry.isDirectory()) return made.includes(entry.name) || entry.name.startsWith(".") ? [] : lockFiles(`${path}/`);
    return entry.name === "package-lock.json" ? [path] : [];
  });
}

test("every lock file fixes the content of each package, and names no other host than the public registry", () => {
  const files = lockFiles();
  assert.ok(files.includes("package-lock.json") && files.length > 1, files.join("\n"));
  for (const file of files) {
    const { packages } = JSON.parse(readFileSync(root + file, "utf8"));
    const { "": own, ...others } = packages;
    assert.ok(own && Object.keys(others).length > 0, file);
    for (const [path, { resolved, integrity, link, inBundle }] of Object.entries(others)) {
      const host = resolved && new URL(resolved, "https://registry.npmjs.org/").host;
      assert.ok(!resolved || host === "registry.npmjs.org", `${file}: ${path} comes from ${host}`);
      // A bundled package is a part of the one that bundles it.
      assert.ok(link || inBundle || integrity, `${file}: ${path} has no integrity`);
    }
  }
});
