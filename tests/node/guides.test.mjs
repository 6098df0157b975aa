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

test("docs/guides/errors.md has every code of src/core/error.rs, with its meaning", () => {
  const [, codes] = read("src/core/error.rs").match(/^codes! \{\n([^]*?)^\}/m);
  const said = [...codes.matchAll(/((?: *\/\/\/ .*\n)+) *\w+ = "(\w+)",/g)].map(([, comment, code]) => [code, comment.replace(/\s*\/\/\/ /g, " ").trim()]);
  const rows = [...read("docs/guides/errors.md").matchAll(/^\| `(\w+)` \| (.*?) \| .+? \| .+? \|$/gm)].map(([, code, meaning]) => [code, meaning]);
  assert.ok(said.length > 30);
  // Raised in JavaScript, where there is no core yet or no more.
  assert.deepEqual(rows.slice(0, 2).map(([code]) => code), ["load_failed", "crashed"]);
  assert.deepEqual(rows.slice(2), said);
  const [, typed] = read("src/bindings/types.d.ts").match(/type ConnectErrorCode =([^;]*);/);
  assert.deepEqual(rows.map(([code]) => code).sort(), [...typed.matchAll(/"(\w+)"/g)].map(([, code]) => code).sort());
});
