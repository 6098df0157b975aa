import { spawn } from "node:child_process";
import { join } from "node:path";

/** The program that npm links in a folder where the package is installed. */
export const program = (folder) => join(folder, "node_modules", ".bin", "connect-flow");

/**
 * Starts `connect-flow sandbox` and waits until it has printed everything.
 * @returns `{ url, key, output, stop }`, where `stop(signal)` ends it and returns `{ code, output, errors }`. `code` is null if it
 *   does not end by itself.
 */
export async function startSandbox(folder, args = []) {
  const child = spawn(program(folder), ["sandbox", ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => child.kill();
  process.on("exit", kill);
  let output = "";
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => { errors += text; });
  const ended = new Promise((resolve) => child.on("close", resolve));
  const started = new Promise((resolve) => {
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (output.includes("Ctrl-C")) resolve(true);
    });
  });
  if (!(await Promise.race([started, ended.then(() => false)]))) throw new Error(`the sandbox did not start:\n${output}${errors}`);
  const value = (name) => output.match(new RegExp(`^ *${name} +(\\S+)$`, "m"))?.[1];
  return {
    url: value("baseUrl"),
    key: value("key"),
    output,
    async stop(signal = "SIGINT") {
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      const code = await ended;
      clearTimeout(timer);
      process.off("exit", kill);
      return { code, output, errors };
    },
  };
}
