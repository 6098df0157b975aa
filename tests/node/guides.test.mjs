import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import { blocksOf, compile, documents, pages, root } from "./code-blocks.mjs";

const read = (path) => readFileSync(join(root, path), "utf8");

/** Code that imports a framework or another file of an app. tests/pack/paste.test.mjs, tests/frameworks and tests/clients run it there. */
const needsApp = ({ code }) => /from "(?:ai"|openai"|\.\/|\$env\/|vite|vue|solid-js|@angular\/core)/.test(code);

suite("the README, the guides and the other pages", () => {
  test("have code that compiles as it is pasted", async () => {
    const blocks = [...documents, ...pages].flatMap(blocksOf).filter((block) => /^tsx?$/.test(block.language) && !needsApp(block));
    assert.ok(blocks.length > 10);
    assert.deepEqual(await compile(blocks), []);
  });

  test("would not, with a mistake in it", async () => {
    const code = 'import { createClient } from "connect-flow";\n\nawait createClient({ baseURL: "/api/connect" });\n';
    const [first, ...others] = await compile([{ document: "docs/a.md", language: "ts", line: 10, code }]);
    assert.match(first, /^a_md_10\.ts\(12,22\): error TS2561: .*'baseURL'/);
    assert.deepEqual(others.filter((line) => !line.startsWith(" ")), []);
  });

  test("show the demo's calls that wait for a connection, and its card, as they are", () => {
    const shown = blocksOf("docs/guides/chat.md").map(({ code }) => code.trim());
    for (const name of ["waiting-calls.ts", "connect-card.tsx"]) assert.ok(shown.includes(read(`www/react/parts/${name}`).trim()), name);
  });

  for (const document of [...documents, ...pages]) {
    test(`${document} has no dead link`, () => {
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

/** The words in the first column of a document's table that starts with this heading. */
function firstColumn(document, heading) {
  const [, table] = read(document).split(`\n| ${heading} |`);
  const rows = table.trimEnd().split("\n\n")[0].split("\n").slice(2);
  return rows.map((row) => row.split("|")[1].trim().replaceAll("`", ""));
}

/** The compiler's complaints where these are other words than a type's, or some of them twice. */
const compare = (document, words, type, entry) =>
  compile([{
    document, language: "ts", line: 3,
    code: `import type { ${type.split("[")[0]} } from "${entry}";\nexport const words: Record<${type}, true> = { ${words.map((word) => `${word}: true`)} };\n`,
  }]);

/** The names of error codes among the headings of docs/errors.md: the client's, and those of the gateway. */
function errorCodes() {
  const names = [...read("docs/errors.md").matchAll(/^### (\w+)$/gm)].map(([, name]) => name);
  return { client: names.filter((name) => !name.startsWith("Gateway_")), gateway: names.filter((name) => name.startsWith("Gateway_")) };
}

test("docs/errors.md has a heading for every error code of the client, and no other", async () => {
  const { client } = errorCodes();
  assert.deepEqual(await compare("docs/errors.md", client, "ConnectErrorCode", "connect-flow"), []);
  assert.notDeepEqual(await compare("docs/errors.md", client.slice(1), "ConnectErrorCode", "connect-flow"), []);
});

test("docs/errors.md has a heading for every error of the gateway, and no other", async () => {
  const { gateway } = errorCodes();
  assert.deepEqual(await compare("docs/errors.md", gateway, "GatewayErrorSlug", "connect-flow/server"), []);
  assert.notDeepEqual(await compare("docs/errors.md", gateway.slice(1), "GatewayErrorSlug", "connect-flow/server"), []);
});

test("docs/errors.md says of every error of the client what to show, what to do and an example", () => {
  const sections = read("docs/errors.md").split(/^(?=##)/m).filter((text) => /^### [a-z]/.test(text));
  assert.equal(sections.length, errorCodes().client.length);
  const incomplete = sections.filter((text) => !/^- \*\*Show:\*\*.*^- \*\*Do:\*\*.*^- \*\*Example:\*\*/ms.test(text));
  assert.deepEqual(incomplete.map((text) => text.split("\n")[0]), []);
});

test("docs/guides/testing.md has every outcome, and no other", async () => {
  const outcomes = firstColumn("docs/guides/testing.md", "`outcome`");
  assert.deepEqual(await compare("docs/guides/testing.md", outcomes, 'Attempt["outcome"]', "connect-flow/testing"), []);
});
