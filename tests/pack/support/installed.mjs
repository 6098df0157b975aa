import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The folder with publint, attw, React and the bundlers, which `npm test` installs. */
export const tools = process.env.PACK_TOOLS;
if (!tools) throw new Error("run it by `npm test -- pack`, which says in PACK_TOOLS where the bundlers are");

/** Runs a program to its end; gives what it said, on stdout and in all. A failure throws with that. */
export async function run(program, args, cwd, env) {
  // npm tells its scripts what it was called with, `--silent` for one; this is a user's own shell.
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_TEST_CONTEXT|FORCE_COLOR)/i.test(name));
  const options = { cwd, env: { ...Object.fromEntries(own), CI: "1", NO_COLOR: "1", ...env }, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await execute(program, args, options);
    return { stdout, output: stdout + stderr };
  } catch (error) {
    // Node shows the line that threw, which of a minified file is all of it.
    const said = `${error.stdout}\n${error.stderr}`.split("\n").map((line) => line.slice(0, 500)).join("\n");
    throw new Error(`${program} ${args.join(" ")}: ${error.code}\n${said}`);
  }
}

export const tool = (name, args, cwd, env) => run(join(tools, "node_modules", ".bin", name), args, cwd, env);

/**
 * Packs the package and installs what comes out of it in an empty folder, as a user does.
 * @returns `{ folder, tarball, files, close }`; `files` are the paths in the tarball.
 */
export async function installTarball() {
  const folder = await mkdtemp(join(tmpdir(), "connect-flow-pack-"));
  const close = () => rm(folder, { recursive: true, force: true });
  try {
    const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], root);
    const [{ filename, files }] = Object.values(JSON.parse(stdout));
    const tarball = join(folder, filename);
    await run("npm", ["init", "--yes"], folder);
    await run("npm", ["install", "--no-audit", "--no-fund", tarball], folder);
    // The peer that an app brings along.
    for (const peer of ["react", "react-dom"]) {
      await symlink(join(tools, "node_modules", peer), join(folder, "node_modules", peer), "dir");
    }
    return { folder, tarball, files: files.map(({ path }) => path).sort(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
