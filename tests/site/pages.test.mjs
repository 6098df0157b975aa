import assert from "node:assert/strict";
import { test } from "node:test";
import { llmsText } from "../../scripts/docs/llms.mjs";
import { allPages, navigationProblems } from "../../scripts/docs/navigation.mjs";
import { siteLink } from "../../scripts/docs/pages.mjs";

const github = "https://github.com/connect-flow/connect-flow";

for (const [link, file, expected] of [
  ["docs/guides/popup.md", "README.md", "./guides/popup.md"],
  ["../../README.md#react", "docs/guides/popup.md", "../index.md#react"],
  ["gateway.md#limits", "docs/guides/popup.md", "./gateway.md#limits"],
  ["../errors.md", "docs/guides/popup.md", "../errors.md"],
  ["CHANGELOG.md", "README.md", "./changelog.md"],
  ["docs/images/demo-light.png", "README.md", "./images/demo-light.png"],
  ["../../src/core/error.rs", "docs/guides/popup.md", `${github}/blob/main/src/core/error.rs`],
  ["www/react/", "README.md", `${github}/tree/main/www/react`],
  ["#limits", "docs/guides/popup.md", "#limits"],
  ["https://nodejs.org", "README.md", "https://nodejs.org"],
  ["docs/gone.md", "README.md", undefined],
]) {
  test(`${link} in ${file} becomes ${expected}`, () => assert.equal(siteLink(link, file), expected));
}

test("the navigation has every page of the repository once", () => assert.deepEqual(navigationProblems(), []));

test("llms.txt describes every page in a sentence of its own", () => {
  const lines = llmsText({ name: "connect-flow", description: "" }).split("\n").filter((line) => line.startsWith("- "));
  const descriptions = lines.map((line) => line.match(/^- \[[^\]]+\]\([^)]+\): ([A-Z].{20,}\.)$/)?.[1] ?? `none: ${line}`);
  assert.deepEqual(descriptions.filter((text) => text.startsWith("none")), []);
  // With the API reference.
  assert.equal(new Set(descriptions).size, allPages().length + 1);
});

test("a page that is missing, gone or listed twice in the navigation is reported", () => {
  const problems = navigationProblems(["README.md", "docs/new.md"], ["README.md", "README.md", "docs/gone.md"]);
  assert.deepEqual(problems.map((problem) => problem.split(": ")[1]), ["docs/new.md is missing", "docs/gone.md does not exist", "README.md is listed twice"]);
});
