import { execFile } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);
export const root = fileURLToPath(new URL("../../../", import.meta.url));

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

/** Packs the package into an empty folder and installs the tarball there. Returns `{ tarball, files }`: its name, and the paths in it. */
export async function packInto(folder) {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], root);
  const [{ filename, files }] = Object.values(JSON.parse(stdout));
  await run("npm", ["init", "--yes"], folder);
  await run("npm", ["install", "--no-audit", "--no-fund", join(folder, filename)], folder);
  return { tarball: filename, files: files.map(({ path }) => path).sort() };
}
