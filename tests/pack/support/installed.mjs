import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
export const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The folder with publint, attw, React and the bundlers. `npm test` installs it. */
export const tools = process.env.PACK_TOOLS;
if (!tools) throw new Error("PACK_TOOLS is not set. Run `npm test -- pack`, which installs the bundlers and sets it");

/** Runs a program to its end. Returns its stdout and its whole output. Throws with the output on failure. */
export async function run(program, args, cwd, env) {
  // Removes npm's variables, which would pass on flags such as --silent. The tests act as a user's shell.
  const own = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_TEST_CONTEXT|FORCE_COLOR)/i.test(name));
  const options = { cwd, env: { ...Object.fromEntries(own), CI: "1", NO_COLOR: "1", ...env }, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await execute(program, args, options);
    return { stdout, output: stdout + stderr };
  } catch (error) {
    // Node prints the line that threw. In a minified file that is the whole file.
    const said = `${error.stdout}\n${error.stderr}`.split("\n").map((line) => line.slice(0, 500)).join("\n");
    throw new Error(`${program} ${args.join(" ")}: ${error.code}\n${said}`);
  }
}

export const tool = (name, args, cwd, env) => run(join(tools, "node_modules", ".bin", name), args, cwd, env);

/**
 * Packs the package and installs the tarball in an empty folder.
 * @returns `{ folder, tarball, files, close }`, where `files` are the paths in the tarball.
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
    // The peer dependencies of the app.
    for (const peer of ["react", "react-dom"]) {
      await symlink(join(tools, "node_modules", peer), join(folder, "node_modules", peer), "dir");
    }
    return { folder, tarball, files: files.map(({ path }) => path).sort(), close };
  } catch (error) {
    await close();
    throw error;
  }
}
