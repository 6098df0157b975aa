import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, suite, test } from "node:test";
import { installTarball, root, run, tools } from "./support/installed.mjs";

/** The compilers: every `typescript-…` of the tools, and the repository's own, which is the newest. */
const compilers = readdirSync(join(tools, "node_modules")).filter((name) => name.startsWith("typescript-"))
  .map((name) => join(tools, "node_modules", name))
  .concat(join(root, "node_modules", "typescript"))
  .map((folder) => ({ folder, version: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version }));

const modules = { node16: "node16", nodenext: "nodenext", bundler: "esnext", node10: "esnext" };

/** The module resolutions of a TypeScript version. Version 7 has no `node10`. Before 7, `nodenext` equals `node16`. */
const resolutions = (version) => {
  const major = Number(version.split(".")[0]);
  return major < 7 ? ["node16", "bundler", "node10"] : ["node16", "nodenext", "bundler"];
};

suite("the installed declarations", { concurrency: 2 }, () => {
  let installed;
  before(async () => {
    installed = await installTarball();
    const { folder } = installed;
    // The type tests, with the third-party types that they import.
    await cp(join(root, "tests", "types"), join(folder, "types"), { recursive: true });
    for (const name of ["@types/react", "@standard-schema/spec"]) {
      const target = join(folder, "node_modules", name);
      await mkdir(dirname(target), { recursive: true });
      if (!existsSync(target)) await symlink(join(root, "node_modules", name), target, "dir");
    }
  });
  after(() => installed?.close());

  test("contain no `any`", () => {
    const folder = join(installed.folder, "node_modules/connect-flow/dist");
    const files = readdirSync(folder).filter((file) => file.endsWith(".d.ts"));
    assert.deepEqual(files, ["connect_flow.d.ts", "index.d.ts", "react.d.ts", "server.d.ts", "testing.d.ts"]);
    for (const file of files) {
      const code = readFileSync(join(folder, file), "utf8").replace(/\/\*[^]*?\*\/|\/\/.*/g, "");
      assert.doesNotMatch(code, /\bany\b/, file);
    }
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
          strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false,
          ...(moduleResolution === "node10" && version.startsWith("6.") && { ignoreDeprecations: "6.0" }),
        };
        const name = `tsconfig.${version}.${moduleResolution}.json`;
        await writeFile(join(installed.folder, "types", "package.json"), JSON.stringify({ type: "module" }));
        await writeFile(join(installed.folder, name), JSON.stringify({ compilerOptions, include: ["types"] }));
        await run(process.execPath, [join(folder, "bin", "tsc"), "--project", name], installed.folder);
      });
    }
  }
});
