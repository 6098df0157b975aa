import { readFileSync } from "node:fs";
import { inRoot } from "../lib/paths.mjs";
import { directImports, directName } from "./short-names.mjs";

// The exports of the glue that src/ts/instance.ts uses. esbuild drops the rest.
const CLASSES = ["ConnectClient", "ConnectFlow", "ConnectedAccounts", "Entity", "Apps", "Integrations", "ListIterator"];
const FORMS = ["validateParams", "validateStandard", "toJsonSchema", "inputAttributes"];

const common = { bundle: true, write: false, format: "esm", platform: "neutral", target: "es2022", legalComments: "none", logLevel: "silent", minifySyntax: true };

// The module's imports, and the function that passes its exports to the glue. instance.ts replaces the rest of wasm-bindgen's start.
const START = ["__wbg_get_imports", "__wbg_finalize_init"];

/**
 * An esbuild plugin: exports these two from the glue of `wasm`, and merges all imports into one object. wasm-bindgen imports functions that
 * need no glue from modules of their own, whose names esbuild could not shorten.
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

/** Bundles the glue `file` of `folder`, not minified. `start` are statements before it that start the module. */
export async function bundleGlue({ folder, file, start, options }) {
  const { build } = await import("esbuild");
  const names = [...(start ? [] : [`${START[0]} as imports`, `${START[1]} as start`]), ...CLASSES, ...FORMS];
  const contents = `${start ?? ""}\nexport { ${names.join(", ")} } from "./${file}";`;
  const { outputFiles, mangleCache } = await build({ ...common, ...options, stdin: { contents, resolveDir: folder } });
  return { text: outputFiles[0].text, mangleCache };
}

/** Bundles src/ts/instance.ts with a glue. The glue becomes a function, so that the module can have several instances. */
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

/** Minifies the glue once more. Saves 260 bytes of brotli: terser chooses names that compress better than esbuild's. */
export async function minifiedGlue(text) {
  const { minify } = await import("terser");
  const { code } = await minify(text, { module: true, ecma: 2020, compress: { passes: 3, unsafe_arrows: true } });
  return code;
}
