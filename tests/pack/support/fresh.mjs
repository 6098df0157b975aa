import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { blocksOf } from "../../node/code-blocks.mjs";
import { run, tools } from "./installed.mjs";

/**
 * Creates apps with the starters of Vite and Next.js, as a user does on the command line, with the packed connect-flow.
 * @param installed the result of `installTarball`.
 * @returns `{ vite, next, empty, close }`: each creates an app and returns its folder.
 */
export async function openFreshApps(installed) {
  await mkdir(join(tools, "runs"), { recursive: true });
  // Below the installed tools, so that apps resolve the packages of their starter there.
  const folder = await mkdtemp(join(tools, "runs", "fresh-"));
  const program = (name, file) => join(tools, "node_modules", name, file);

  async function addPackage(app) {
    const own = join("node_modules", "connect-flow");
    await cp(join(installed.folder, own), join(app, own), { recursive: true });
    return app;
  }

  return {
    /** An app of `npm create vite -- --template <template>`. */
    async vite(name, template) {
      await run(process.execPath, [program("create-vite", "index.js"), name, "--template", template, "--no-interactive"], folder);
      return addPackage(join(folder, name));
    },
    /** An app of `create-next-app`. `--empty` because the other template downloads fonts. */
    async next(name) {
      const options = ["--yes", "--empty", "--no-tailwind", "--no-eslint", "--skip-install", "--disable-git"];
      await run(process.execPath, [program("create-next-app", "dist/index.js"), name, ...options], folder);
      const app = await addPackage(join(folder, name));
      // The starter's TypeScript is a 5.
      await symlink(join(tools, "node_modules", "typescript-5.9"), join(app, "node_modules", "typescript"), "dir");
      return app;
    },
    /** A folder after `npm init`. */
    async empty(name) {
      const app = join(folder, name);
      await mkdir(app);
      await writeFile(join(app, "package.json"), JSON.stringify({ name, version: "1.0.0" }));
      return addPackage(app);
    },
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}

/** The code block of a document whose first line names this file. */
export function blockFor(document, file) {
  const firstLines = [`// ${file}`, `<!-- ${file} -->`];
  const found = blocksOf(document).filter(({ code }) => firstLines.includes(code.split("\n")[0]));
  if (found.length !== 1) throw new Error(`${document} has ${found.length} blocks for ${file}, expected 1`);
  return found[0].code;
}

/** Writes a block, unedited, to the file that its first line names, or to `as`. */
export async function paste(app, document, file, as = file) {
  const path = join(app, as);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, blockFor(document, file));
}
