// No module of src/ts may import itself through others. An entry that holds types and assembles its parts is the usual way to such a cycle.
import assert from "node:assert/strict";
import { dirname, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { API } from "typescript/unstable/sync";

const root = fileURLToPath(new URL("../..", import.meta.url));
const sources = resolve(root, "src/ts");

/** The modules of src/ts, each with those it imports. The compiler's list has `import type`, `export from`, `import()` and `import("…")` types. */
function importsByModule() {
  const compiler = new API({ cwd: root });
  try {
    const { program } = compiler.updateSnapshot({ openProject: resolve(root, "tsconfig.json") }).getProjects()[0];
    const modules = program.getSourceFileNames().filter((file) => file.startsWith(`${sources}/`));
    const importsOf = (file) => program.getSourceFile(file).imports.map(({ text }) => resolve(dirname(file), text.replace(/\.js$/, ".ts")));
    return new Map(modules.map((file) => [file, importsOf(file)]));
  } finally {
    compiler.close();
  }
}

/** The first cycle that a depth-first search meets, as a path whose ends are the same module; undefined if there is none. */
function findCycle(imports, path, done = new Set()) {
  const module = path.at(-1);
  if (path.indexOf(module) < path.length - 1) return path.slice(path.indexOf(module));
  if (done.has(module)) return undefined;
  for (const next of imports.get(module) ?? []) {
    const cycle = findCycle(imports, [...path, next], done);
    if (cycle) return cycle;
  }
  done.add(module);
  return undefined;
}

test("no module of src/ts imports itself through other modules", () => {
  const imports = importsByModule();
  const count = [...imports.values()].flat().filter((file) => imports.has(file)).length;
  assert.ok(imports.size > 30 && count > imports.size, `the compiler found ${imports.size} modules and ${count} imports among them`);
  const done = new Set();
  for (const module of imports.keys()) {
    const cycle = findCycle(imports, [module], done);
    assert.equal(cycle?.map((file) => relative(sources, file)).join(" -> "), undefined);
  }
});
