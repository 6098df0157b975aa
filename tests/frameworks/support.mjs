import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { listen } from "../../www/host/listen.mjs";
import { blocksOf } from "../node/code-blocks.mjs";
import { tools } from "../pack/support/installed.mjs";

const scaffolds = fileURLToPath(new URL("apps/", import.meta.url));

/** The files that a guide shows, by their path: code blocks whose first line is a comment that names a file. */
function filesOf(guide) {
  const named = blocksOf(`docs/guides/${guide}.md`).map(({ code }) => [code.match(/^(?:\/\/|<!--) (\S+)(?: -->)?\n/)?.[1], code]);
  return Object.fromEntries(named.filter(([path]) => path));
}

/**
 * Makes an app from a scaffold and from the files of a guide, with the installed package. The app's folder can resolve the frameworks.
 * @param options `name` of the folder in `apps`; `guide`; `files`, a function from the guide's files to the files to write, both by path.
 * @returns `{ folder, close }`.
 */
export async function openApp(installed, { name, guide = name, files = (shown) => shown }) {
  await mkdir(join(tools, "runs"), { recursive: true });
  const folder = await mkdtemp(join(tools, "runs", `${name}-`));
  await cp(join(scaffolds, name), folder, { recursive: true });
  // Vite keeps its cache beside the nearest package.json.
  await writeFile(join(folder, "package.json"), JSON.stringify({ name, private: true, type: "module" }));
  const own = join("node_modules", "connect-flow");
  await cp(join(installed.folder, own), join(folder, own), { recursive: true });
  for (const [path, text] of Object.entries(files(filesOf(guide)))) {
    await mkdir(join(folder, dirname(path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { folder, close: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }) };
}

/**
 * Serves what the server of `url` serves, except the module, at an origin whose cache is empty. Returns `{ url, close }`.
 *
 * Where the variable `CI` is set, Angular bundles the module into a script without its name, so scripts are told apart by what is in them.
 */
export async function serveWithoutModule(url) {
  const missing = () => new Response(null, { status: 404 });
  const server = await listen(0);
  server.serve(getRequestListener(async ({ url: asked, headers }) => {
    const { pathname, search } = new URL(asked);
    if (pathname.includes("connect_flow")) return missing();
    const answer = await fetch(new URL(pathname + search, url), { headers: { accept: headers.get("accept") } });
    const body = await answer.text();
    // The module's name for a tab in `sessionStorage`.
    if (body.includes("connect-flow-tab")) return missing();
    return new Response(body, { status: answer.status, headers: { "content-type": answer.headers.get("content-type") ?? "" } });
  }, { overrideGlobalObjects: false }));
  return server;
}
