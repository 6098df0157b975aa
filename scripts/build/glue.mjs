import { inRoot } from "../lib/paths.mjs";

// What src/ts/instance.ts takes of the glue: the rest is left out. The classes, because it looks at their methods.
const CLASSES = ["ConnectClient", "ConnectFlow", "ConnectedAccounts", "Entity", "Apps", "Integrations", "ListIterator"];
const FORMS = ["validateParams", "validateStandard", "toJsonSchema", "inputAttributes"];

const common = { bundle: true, write: false, format: "esm", platform: "neutral", target: "es2022", legalComments: "none", logLevel: "silent" };

/** The glue `file` in `folder` as one text, not minified, after the statements `start`. */
export async function bundleGlue({ folder, file, start, options }) {
  const { build } = await import("esbuild");
  const names = [...(start ? [] : ["default"]), ...CLASSES, ...FORMS];
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
