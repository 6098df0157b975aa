import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import { promisify } from "node:util";
import { blocksOf, documents, openProject, root } from "./code-blocks.mjs";

const execute = promisify(execFile);
const read = (path) => readFileSync(join(root, path), "utf8");

// As strict as the tsconfig.json of any starter, and no stricter than what a reader pastes has to be.
const compilerOptions = {
  target: "es2023", lib: ["es2023", "dom", "dom.iterable"], module: "esnext", moduleResolution: "bundler", moduleDetection: "force",
  jsx: "react-jsx", types: [], noEmit: true, strict: true, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true,
  noUnusedLocals: true, noUnusedParameters: true, verbatimModuleSyntax: true, isolatedModules: true, skipLibCheck: true,
};

/** What is wrong with these blocks, each compiled by itself; it says the document and its line. */
async function compile(blocks) {
  const project = await openProject();
  try {
    await project.write("tsconfig.json", JSON.stringify({ compilerOptions, include: ["*.ts", "*.tsx"] }));
    for (const { document, language, line, code, given } of blocks) {
      // What is given stands on the fence's line, so that lines are the document's.
      const text = `${"\n".repeat(line - 2)}${given.replaceAll("\n", " ")}\n${code}`;
      await project.write(`${document.replace(/.*\//, "").replace(".", "_")}_${line}.${language}`, text);
    }
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = await execute(process.execPath, [tsc, "--project", ".", "--pretty", "false"], { cwd: project.folder }).catch((error) => error);
    return stdout.split("\n").filter(Boolean);
  } finally {
    await project.close();
  }
}

suite("the README and the guides", () => {
  test("have code that compiles as it is pasted", async () => {
    const blocks = documents.flatMap(blocksOf).filter(({ language }) => /^tsx?$/.test(language));
    assert.ok(blocks.length > 10);
    assert.deepEqual(blocks.filter(({ document, given }) => given && document !== "README.md"), [], "a guide's code stands alone");
    assert.deepEqual(await compile(blocks), []);
  });

  test("would not, with a mistake in it", async () => {
    const code = 'import { createClient } from "connect-flow";\n\nawait createClient({ baseURL: "/api/connect" });\n';
    const [first, ...others] = await compile([{ document: "docs/a.md", language: "ts", line: 10, code, given: "" }]);
    assert.match(first, /^a_md_10\.ts\(12,22\): error TS2561: .*'baseURL'/);
    assert.deepEqual(others.filter((line) => !line.startsWith(" ")), []);
  });

  for (const document of [...documents, "docs/demo.md", "docs/secrets.md", "CHANGELOG.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "tests/README.md"]) {
    test(`${document} links to what is there`, () => {
      const links = [...read(document).matchAll(/\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)/g)];
      const missing = links.filter(([, path, heading]) => {
        const target = path ? join(dirname(document), path) : document;
        return !existsSync(join(root, target)) || (heading && !headings(target).includes(heading.slice(1)));
      });
      assert.deepEqual(missing.map(([link]) => link), []);
    });
  }
});

const headings = (path) =>
  [...read(path).matchAll(/^#+ (.*)$/gm)].map(([, text]) => text.toLowerCase().replace(/[^\w\s-]/g, "").replaceAll(" ", "-"));

test("docs/secrets.md names tests that there are", () => {
  const named = [...read("docs/secrets.md").matchAll(/\[([^\]]+)\]\(\.\.\/(tests\/[^)]+)\)/g)];
  assert.ok(named.length > 10);
  assert.deepEqual(named.filter(([, name, file]) => !read(file).includes(name)).map(([link]) => link), []);
});

/** The words in the first column of a document's table that starts with this heading. */
function firstColumn(document, heading) {
  const [, table] = read(document).split(`\n| ${heading} |`);
  const rows = table.trimEnd().split("\n\n")[0].split("\n").slice(2);
  return rows.map((row) => row.split("|")[1].trim().replaceAll("`", ""));
}

/** The compiler's complaints where these are other words than a type's, or some of them twice. */
const compare = (document, words, type, entry) =>
  compile([{
    document, language: "ts", line: 3, given: "",
    code: `import type { ${type.split("[")[0]} } from "${entry}";\nexport const words: Record<${type}, true> = { ${words.map((word) => `${word}: true`)} };\n`,
  }]);

test("docs/guides/errors.md has every error code, and no other", async () => {
  const codes = firstColumn("docs/guides/errors.md", "code");
  assert.ok(codes.length > 30);
  assert.deepEqual(await compare("docs/guides/errors.md", codes, "ConnectErrorCode", "connect-flow"), []);
  assert.notDeepEqual(await compare("docs/guides/errors.md", codes.slice(1), "ConnectErrorCode", "connect-flow"), []);
});

test("docs/guides/testing.md has every outcome, and no other", async () => {
  const outcomes = firstColumn("docs/guides/testing.md", "`outcome`");
  assert.deepEqual(await compare("docs/guides/testing.md", outcomes, 'Attempt["outcome"]', "connect-flow/testing"), []);
});
