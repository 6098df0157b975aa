import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isFree } from "../www/host/listen.mjs";
import { build } from "./build.mjs";
import { deadLinks } from "./docs/links.mjs";
import { buildSite } from "./docs/site.mjs";
import { inRoot } from "./lib/paths.mjs";
import { say, step } from "./lib/progress.mjs";
import { run } from "./lib/run.mjs";
import { isMain, main, readArgs, readPort, Stop } from "./lib/stop.mjs";
import { withTarget } from "./lib/target.mjs";
import { ensure } from "./setup/index.mjs";

const USAGE = `npm run docs                    builds the site into site/
npm run docs -- --serve         builds it and serves it on this machine, at a free port or at --port 8080
npm run docs -- --base /docs/   builds it for a server that has it at /docs/ instead of /connect-flow/`;

/** The output folder of the site, and its default base path, which is that of the repository's GitHub Pages. */
export const site = { folder: inRoot("site"), base: "/connect-flow/" };

/** Builds the site. Warnings of rustdoc and TypeDoc and dead links are errors. Returns `{ code, output }`. */
export async function makeDocs({ lint, "docs-tools": tools, note, base = site.base }) {
  const references = {
    rust: (folder) => withTarget(lint, "checks", async (env) => {
      await run("cargo", ["doc", "--no-deps"], { note, env: { ...env, RUSTDOCFLAGS: "-D warnings" } });
      cpSync(join(env.CARGO_TARGET_DIR, "doc"), folder, { recursive: true });
      // rustdoc's help page leads here.
      writeFileSync(join(folder, "index.html"), `<!doctype html><title>Rust API</title><meta http-equiv="refresh" content="0; url=connect_flow/index.html">`);
    }),
    typescript: (folder) => run(process.execPath, [inRoot("scripts", "docs", "typedoc.mjs"), tools, folder], { note }),
  };
  rmSync(site.folder, { recursive: true, force: true });
  await buildSite({ out: site.folder, base, tools, references, note });
  const dead = await deadLinks({ folder: site.folder, base, tools });
  return { code: dead.length ? 1 : 0, output: dead.join("\n") };
}

if (isMain(import.meta)) {
  await main(async () => {
    const { values } = readArgs({ serve: { type: "boolean" }, port: { type: "string" }, base: { type: "string", default: site.base } });
    if (values.help) return void say(USAGE);
    const { base } = values;
    const port = readPort(values.port ?? "0");
    if (!/^\/(.+\/)?$/.test(base)) throw new Stop(`--base must start and end with a slash, such as ${site.base}, got ${base}`);
    if (values.serve && !(await isFree(port))) throw new Stop(`Port ${port} is taken. Leave --port out for a free one`);
    const found = await ensure("npm", "lint", "docs-tools");
    await build();
    const { code, output } = await step("the site", (note) => makeDocs({ ...found, note, base }));
    if (code) say(output);
    else if (values.serve) await serve(base, port);
    else say(`\n${site.folder}`);
    return code;
  });
}

async function serve(base, port) {
  // Imports packages of npm.
  const { serveSite } = await import("./docs/serve.mjs");
  const { url } = await serveSite({ folder: site.folder, base, port });
  say(`\n${url}\n\nPress Ctrl+C to stop.`);
}
