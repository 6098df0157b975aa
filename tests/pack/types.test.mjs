import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { pathToFileURL } from "node:url";
import { installTarball, root, run, tools } from "./support/installed.mjs";

/** The compilers: every `typescript-…` of the tools, and the repository's own, which is the newest. */
const compilers = readdirSync(join(tools, "node_modules")).filter((name) => name.startsWith("typescript-"))
  .map((name) => join(tools, "node_modules", name))
  .concat(join(root, "node_modules", "typescript"))
  .map((folder) => ({ folder, version: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version }));

const modules = { node16: "node16", nodenext: "nodenext", bundler: "esnext", node10: "esnext" };

/** The module resolutions that a compiler is tested with: each one for the oldest and the newest; those between resolve alike. */
const resolutions = (version) => {
  if (version === compilers[0].version) return ["node16", "bundler", "node10"];
  return version === compilers.at(-1).version ? ["node16", "nodenext", "bundler"] : ["bundler"];
};

suite("the installed declarations", { concurrency: 2 }, () => {
  let installed;
  before(async () => {
    installed = await installTarball();
    const { folder } = installed;
    // The type tests, with the third-party types that they import.
    await cp(join(root, "tests", "types"), join(folder, "types"), { recursive: true });
    for (const name of ["@types/react", "@types/node", "undici-types", "@standard-schema/spec"]) {
      const target = join(folder, "node_modules", name);
      await mkdir(dirname(target), { recursive: true });
      if (!existsSync(target)) await symlink(join(root, "node_modules", name), target, "dir");
    }
  });
  after(() => installed?.close());

  test("contain no `any`", async () => {
    const { default: ts } = await import(pathToFileURL(join(tools, "node_modules/typescript-5.9/lib/typescript.js")));
    const folder = join(installed.folder, "node_modules/connect-flow/dist");
    const files = readdirSync(folder).filter((file) => file.endsWith(".d.ts"));
    assert.deepEqual(files, ["connect_flow.d.ts", "index.d.ts", "react.d.ts", "server.d.ts", "testing.d.ts"]);
    for (const file of files) {
      const source = ts.createSourceFile(file, readFileSync(join(folder, file), "utf8"), ts.ScriptTarget.Latest, true);
      const visit = (node) => {
        assert.notEqual(node.kind, ts.SyntaxKind.AnyKeyword, `${file}: ${node.parent?.getText()}`);
        ts.forEachChild(node, visit);
      };
      visit(source);
    }
  });

  test("need no types of a browser, for servers and for tests in Node", async () => {
    const compilerOptions = { target: "es2022", lib: ["es2022"], types: ["node"], module: "nodenext", noEmit: true, strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false };
    await writeFile(join(installed.folder, "node.mts"), `
      import { createClient, type ClientOptions } from "connect-flow";
      import { createGateway } from "connect-flow/server";
      import { createSandbox } from "connect-flow/testing";
      const kept = new Map<string, string>();
      const storage = {
        getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value),
        removeItem: (key: string) => void kept.delete(key), key: (index: number) => [...kept.keys()][index] ?? null, length: 0,
      };
      const options: ClientOptions = { baseUrl: "https://app.test", storage, fetch: createSandbox().fetch };
      export const made = [createClient(options), createGateway, createSandbox];
    `);
    await writeFile(join(installed.folder, "tsconfig.node.json"), JSON.stringify({ compilerOptions, files: ["node.mts"] }));
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "--project", "tsconfig.node.json"], installed.folder);
  });

  test("are compiled by TypeScript 5.4 and at least three newer versions", () => {
    const minors = compilers.map(({ version }) => version.split(".").slice(0, 2).join("."));
    assert.equal(minors[0], "5.4");
    assert.ok(minors.length >= 4, minors.join());
  });

  for (const { folder, version } of compilers) {
    for (const moduleResolution of resolutions(version)) {
      test(`compile with TypeScript ${version} and resolution ${moduleResolution}`, async () => {
        const compilerOptions = {
          target: "es2022", lib: ["es2022", "dom", "dom.iterable"], types: [], module: modules[moduleResolution], moduleResolution, jsx: "react-jsx", noEmit: true,
          strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipDefaultLibCheck: true,
          // The oldest compiler checks the declarations themselves once. Its other resolutions check what the type tests make of them.
          skipLibCheck: folder === compilers[0].folder && moduleResolution !== "bundler",
        };
        const name = `tsconfig.${version}.${moduleResolution}.json`;
        await writeFile(join(installed.folder, "types", "package.json"), JSON.stringify({ type: "module" }));
        await writeFile(join(installed.folder, name), JSON.stringify({ compilerOptions, include: ["types"] }));
        await run(process.execPath, [join(folder, "bin", "tsc"), "--project", name], installed.folder);
      });
    }
  }
});
