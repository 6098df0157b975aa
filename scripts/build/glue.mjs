import { readFileSync } from "node:fs";
import { inRoot } from "../lib/paths.mjs";
import { directImports, directName } from "./short-names.mjs";

// What src/ts/instance.ts takes of the glue: the rest is left out. The classes, because it looks at their methods.
const CLASSES = ["ConnectClient", "ConnectFlow", "ConnectedAccounts", "Entity", "Apps", "Integrations", "ListIterator"];
const FORMS = ["validateParams", "validateStandard", "toJsonSchema", "inputAttributes"];

const common = { bundle: true, write: false, format: "esm", platform: "neutral", target: "es2022", legalComments: "none", logLevel: "silent", minifySyntax: true };

// What the module imports, and what makes its exports known to the glue. The rest of wasm-bindgen's own start is for whatever it
// may be given; the loader gives what instance.ts can do with.
const START = ["__wbg_get_imports", "__wbg_finalize_init"];

/**
 * For esbuild: the glue of `wasm` with those two exported, and with all that is imported in its one object. wasm-bindgen leaves
 * functions that need no glue in the modules that they are from, which would each stay an object of names that keep their length.
 */
export const startable = (wasm) => ({
  name: "startable",
  setup: (build) =>
    build.onLoad({ filter: /connect_flow\.js$/ }, ({ path }) => {
      const direct = directImports(wasm);
      const imported = direct.map(({ module, name }) => `import { ${name} as ${directName(name)} } from "${module}";\n`);
      const object = "const import0 = {";
      const text = readFileSync(path, "utf8").replaceAll(/^(?:import \* as import\d+ from .*| +".*": import[1-9]\d*,)\n/gm, "");
      if (!text.includes(object)) throw new Error("wasm-bindgen lists what is imported in another way than before");
      const contents = text.replace(object, `${object} ${direct.map(({ name }) => `${directName(name)}, `).join("")}`);
      return { contents: `${imported.join("")}${contents}\nexport { ${START.join(", ")} };` };
    }),
});

/** The glue `file` in `folder` as one text, not minified, after the statements `start` if those start the module. */
export async function bundleGlue({ folder, file, start, options }) {
  const { build } = await import("esbuild");
  const names = [...(start ? [] : [`${START[0]} as imports`, `${START[1]} as start`]), ...CLASSES, ...FORMS];
  const contents = `${start ?? ""}\nexport { ${names.join(", ")} } from "./${file}";`;
  const { outputFiles, mangleCache } = await build({ ...common, ...options, stdin: { contents, resolveDir: folder } });
  return { text: outputFiles[0].text, mangleCache };
}

/** src/ts/instance.ts around a glue, which becomes a function, so that there can be more than one instance of its module. */
export async function aroundGlue(text) {
  const { build } = await import("esbuild");
  const end = /export \{([^{}]*)\};\s*$/;
  const [, list] = text.match(end) ?? [];
  if (!list) throw new Error("esbuild writes exports in another way than before");
  const members = list.split(",").map((one) => one.trim().split(/\s+as\s+/)).map(([name, as = name]) => `${as}: ${name}`);
  const contents = `export const make = (guarded) => {\n${text.replace(end, "")}\nreturn { ${members.join(", ")} };\n};`;
  const glue = {
    name: "glue",
    setup: (build) => {
      build.onResolve({ filter: /^\.\/glue\.js$/ }, ({ path }) => ({ path, namespace: "glue" }));
      build.onLoad({ filter: /./, namespace: "glue" }, () => ({ contents }));
    },
  };
  const { outputFiles } = await build({ ...common, minify: true, entryPoints: [inRoot("src/ts/instance.ts")], plugins: [glue] });
  return outputFiles[0].text;
}
