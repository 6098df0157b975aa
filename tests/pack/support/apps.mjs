import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tools } from "./installed.mjs";

const sources = fileURLToPath(new URL("../apps/", import.meta.url));

/**
 * Creates apps, with the installed package if given, in a folder from which the bundlers can be resolved.
 * @returns `{ open, close }`, where `open(source, name)` copies `apps/<source>` and returns the new folder.
 */
export async function openApps(installed) {
  await mkdir(join(tools, "runs"), { recursive: true });
  const folder = await mkdtemp(join(tools, "runs", "run-"));
  return {
    async open(source, name = source) {
      const app = join(folder, name);
      await cp(join(sources, source), app, { recursive: true });
      await cp(join(sources, "flow.js"), join(app, "flow.js"));
      const own = join("node_modules", "connect-flow");
      if (installed) await cp(join(installed.folder, own), join(app, own), { recursive: true });
      return app;
    },
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}
