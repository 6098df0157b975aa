import { pathToFileURL } from "node:url";

const BASE = "https://recorded.test";
const APP = "recorded-app";

/** An esbuild plugin that writes the function declared in src/ts/early.d.ts. The module's own requests are recorded, so no source repeats their paths. */
export const earlyPaths = (glue, wasm) => ({
  name: "early paths",
  setup: (build) => {
    build.onResolve({ filter: /^\.\/early\.js$/ }, ({ path }) => ({ path, namespace: "early" }));
    build.onLoad({ filter: /./, namespace: "early" }, async () => {
      const paths = (await record(glue, wasm)).map((path) => `\`${path.replace(APP, "${app}")}\``);
      return { contents: `export const pathsOf = (app) => [${paths}];` };
    });
  },
});

/** Runs the module, and returns the paths with queries that it requests first for the fields of an app. */
async function record(glue, wasm) {
  const { default: start, connect } = await import(`${pathToFileURL(glue)}?${Date.now()}`);
  await start(wasm);
  const paths = [];
  const fetch = ({ url }) => {
    paths.push(url.slice(BASE.length));
    return new Promise(() => {});
  };
  const client = await connect({ baseUrl: BASE, fetch });
  const asked = client.getExpectedParamsForUser({ app: APP });
  // The requests leave in microtasks.
  await new Promise(setImmediate);
  client.dispose();
  await asked.catch(() => {});
  return paths;
}
