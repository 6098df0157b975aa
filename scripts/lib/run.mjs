import { AsyncLocalStorage } from "node:async_hooks";
import { spawn, spawnSync } from "node:child_process";
import { setPriority } from "node:os";
import { delimiter } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root, searchPath } from "./paths.mjs";
import { Stop } from "./stop.mjs";

const children = new Set();
const killAll = () => children.forEach(kill);
const leave = () => process.exit(130);
process.on("exit", killAll);

function kill(child) {
  try {
    // A negative id is the whole group, such as cargo and rustc, or chromedriver and its browser.
    process.kill(child.group ? -child.pid : child.pid, "SIGTERM");
  } catch {
    // It has just ended.
  }
}

function track(child) {
  if (!children.size) for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, leave);
  children.add(child);
}

function forget(child) {
  children.delete(child);
  if (!children.size) for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, leave);
}

/** The environment of a child process. A PATH in `extra` is a directory that is searched before the system's. */
const childEnv = ({ PATH, ...extra } = {}) => ({ ...process.env, ...extra, PATH: searchPath(PATH).join(delimiter) });

/** `niceness.run(10, work)`: the programs that `work` starts leave the processor to others that need it. */
export const niceness = new AsyncLocalStorage();

/**
 * Runs a program without stdin. Returns `{ code, output }` with stdout and stderr together. A failure throws with the last lines of the
 * output, unless `check` is false. After `timeoutMs` the program and its children are ended. No library: it runs before `npm ci`.
 */
export function run(command, args, { cwd = root, env, note, check = true, timeoutMs } = {}) {
  // sudo asks for a password on the terminal, which a process group of its own cannot use.
  const group = command !== "sudo";
  const started = spawn(command, args, { cwd, env: childEnv(env), stdio: ["ignore", "pipe", "pipe"], detached: group });
  started.group = group;
  track(started);
  const nice = niceness.getStore();
  if (nice && started.pid) setPriority(started.pid, nice);
  let output = "";
  const take = (chunk) => {
    output += chunk;
    const line = stripVTControlCharacters(chunk).trim().split("\n").at(-1).trim();
    if (line) note?.(line);
  };
  started.stdout.setEncoding("utf8").on("data", take);
  started.stderr.setEncoding("utf8").on("data", take);
  let late = false;
  const end = () => {
    late = true;
    kill(started);
  };
  const timer = timeoutMs && setTimeout(end, timeoutMs);
  return new Promise((resolve, reject) => {
    started.on("error", (error) => {
      forget(started);
      reject(new Stop(`${command} did not start: ${error.message}`));
    });
    started.on("close", (code, signal) => {
      clearTimeout(timer);
      forget(started);
      if (late) output += `\nended after ${timeoutMs / 1000} s without a result\n`;
      if (code === 0 || !check) return resolve({ code: code ?? 1, output });
      reject(new Stop(`${tail(output)}\n${[command, ...args].join(" ")}: ${signal ?? `exit code ${code}`}`));
    });
  });
}

const tail = (output, count = 40) => output.trimEnd().split("\n").slice(-count).join("\n");

/** The trimmed stdout of a short run of a program; undefined if it fails or is not installed. */
export function ask(command, args, env) {
  const { status, stdout } = spawnSync(command, args, {
    cwd: root,
    env: childEnv(env),
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return status === 0 ? stdout.trim() : undefined;
}
