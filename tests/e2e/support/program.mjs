import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

const START_MS = 30_000;

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const leave = () => process.exit(1);

/**
 * Starts a program that serves others, and waits until it does: until it `says` a pattern, or `answers()` gives something.
 * @returns `{ found, stop }`: what the pattern's group matched or what was answered, and the end of it and its children.
 */
export async function startProgram(program, args, { says, answers, env, cwd, limitMs = START_MS }) {
  // A group of its own, to which whatever it starts belongs as well.
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, cwd, env: { ...process.env, ...env } });
  const kill = () => {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended.
    }
  };
  process.on("exit", kill);
  // Without a listener a signal ends this process, and not through "exit".
  for (const signal of signals) process.on(signal, leave);
  let output = "";
  let isOver = false;
  const ended = new Promise((resolve) => {
    child.on("error", (error) => { output += error.message; });
    child.on("close", resolve);
  }).then(() => { isOver = true; });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => { output += text; });
  const stop = async () => {
    kill();
    await ended;
    process.off("exit", kill);
    for (const signal of signals) process.off(signal, leave);
  };

  answers ??= () => output.match(says)?.[1];
  for (const start = Date.now(); ; await sleep(20)) {
    const found = await answers();
    if (found) return { found, stop };
    if (isOver || Date.now() - start > limitMs) {
      await stop();
      throw new Error(`${program} ${isOver ? "ended" : "does not answer"}:\n${output}`);
    }
  }
}
