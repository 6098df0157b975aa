import { builtinModules } from "node:module";
import { join } from "node:path";
import { inRoot } from "../../scripts/lib/paths.mjs";

const entriesOf = (dist) => ({
  "connect-flow": join(dist, "index.js"),
  "connect-flow/react": join(dist, "react.js"),
  "connect-flow/testing": join(dist, "testing.js"),
});

/**
 * Bundles a file of bench/ as an app's build does: for browsers, tree-shaken, minified, with dynamic imports in chunks.
 * @param folder where the peers are installed. `dist` is the build to bundle. Default: this one.
 * @returns `{ files, scripts, first, stubbed }`: `files` are `{ path, contents, source }` with the dynamically imported module as
 * `source`, `scripts` their contents by file name, `first` the paths that are loaded with the entry, and `stubbed` the modules of Node
 * that were replaced by empty ones.
 */
export async function bundle(entry, { folder, external = [], dist = inRoot("dist") }) {
  const { build } = await import("esbuild");
  const stubbed = new Set();
  const { outputFiles, metafile } = await build({
    entryPoints: [inRoot("bench", entry)],
    absWorkingDir: inRoot(),
    outdir: "out",
    entryNames: "[name]",
    write: false,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    jsx: "automatic",
    minify: true,
    legalComments: "none",
    logLevel: "silent",
    metafile: true,
    define: { "process.env.NODE_ENV": '"production"' },
    nodePaths: [join(folder, "node_modules")],
    external: external.flatMap((name) => [name, `${name}/*`]),
    alias: entriesOf(dist),
    plugins: [{ name: "without Node's modules", setup }],
  });
  const files = outputFiles.map(({ path, contents }) => {
    const [name, output] = Object.entries(metafile.outputs).find(([key]) => path.replaceAll("\\", "/").endsWith(`/${key}`));
    return { path: name, contents, source: output.entryPoint, imports: output.imports };
  });
  const scripts = Object.fromEntries(files.map((file) => [nameOf(file), file.contents]));
  return { files, scripts, first: loadedWith(files, `bench/${entry}`), stubbed: [...stubbed].sort() };

  // A package's `browser` field replaces some modules of Node. The others become empty.
  function setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z]+)?$/ }, ({ path }) => {
      const name = path.replace(/^node:/, "");
      // Newer modules have only the name with the prefix.
      if (!path.startsWith("node:") && !builtinModules.includes(name)) return;
      stubbed.add(name);
      return { path: name, namespace: "empty" };
    });
    build.onLoad({ filter: /./, namespace: "empty" }, () => ({ contents: "module.exports = {};" }));
  }
}

/** The file name in a page's import. */
export const nameOf = ({ path }) => path.replace("out/", "");

function loadedWith(files, entry) {
  const found = new Set();
  const add = (path) => {
    if (found.has(path)) return;
    found.add(path);
    const { imports } = files.find((file) => file.path === path);
    for (const one of imports) if (one.kind === "import-statement" && !one.external) add(one.path);
  };
  add(files.find(({ source }) => source === entry).path);
  return [...found];
}
