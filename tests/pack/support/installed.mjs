import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packInto, run } from "./packed.mjs";

export { root, run } from "./packed.mjs";

/** The folder with publint, attw, React and the bundlers. `npm test` installs it. */
export const tools = process.env.PACK_TOOLS;
if (!tools) throw new Error("PACK_TOOLS is not set. Run `npm test -- pack`, which installs the bundlers and sets it");

export const tool = (name, args, cwd, env) => run(join(tools, "node_modules", ".bin", name), args, cwd, env);

/**
 * Packs the package and installs the tarball in an empty folder, or copies the folder `PACKED`, in which `npm test` has done so once for all
 * files.
 * @returns `{ folder, tarball, files, close }`, where `files` are the paths in the tarball.
 */
export async function installTarball() {
  const folder = await mkdtemp(join(tmpdir(), "connect-flow-pack-"));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const { tarball, files } = process.env.PACKED ? await copyPacked(folder) : await packInto(folder);
    // The peer dependencies of the app.
    for (const peer of ["react", "react-dom"]) {
      await symlink(join(tools, "node_modules", peer), join(folder, "node_modules", peer), "dir");
    }
    return { folder, tarball: join(folder, tarball), files, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function copyPacked(folder) {
  await cp(join(process.env.PACKED, "app"), folder, { recursive: true, verbatimSymlinks: true });
  return JSON.parse(await readFile(join(process.env.PACKED, "packed.json"), "utf8"));
}
