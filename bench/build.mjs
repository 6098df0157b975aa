import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRoot } from "../scripts/lib/paths.mjs";
import { seconds } from "../scripts/lib/progress.mjs";
import { run } from "../scripts/lib/run.mjs";
import { markdown } from "../scripts/lib/table.mjs";
import { times } from "./lib/numbers.mjs";

export const title = "The build and the tests";

export const needs = [];

const LIMIT_MS = 60 * 60_000;

/** `until`: what the command says once a user has what they asked for; without it, the command ends by itself. */
const COMMANDS = [
  { name: "npm start", args: ["start"], until: /connect-flow demo/ },
  { name: "npm test", args: ["test"] },
];

export async function measure({ note }) {
  const rows = [];
  for (const command of COMMANDS) {
    const folder = await mkdtemp(join(tmpdir(), "connect-flow-build-"));
    try {
      note(`${command.name}, cold`);
      const cold = await timeInClone(command, folder);
      note(`${command.name}, warm`);
      const warm = await time(command, folder);
      rows.push({ ...command, cold, warm });
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  }
  return { text: report(rows) };
}

async function timeInClone(command, folder) {
  await run("git", ["clone", "--quiet", inRoot(), join(folder, "clone")]);
  return time(command, folder);
}

/** How long the command takes in the clone of this folder, with the cache of this folder. */
async function time({ name, args, until }, folder) {
  const start = Date.now();
  const env = { ...process.env, CONNECT_FLOW_CACHE: join(folder, "cache"), CI: "1" };
  // A group of its own, which is ended with all that it has started.
  const child = spawn("npm", args, { cwd: join(folder, "clone"), env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const end = () => {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It has ended.
    }
  };
  process.on("exit", end);
  const timer = setTimeout(end, LIMIT_MS);
  let output = "";
  let took;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (took || !until?.test(output)) return;
      took = Date.now() - start;
      end();
    });
  }
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearTimeout(timer);
  process.off("exit", end);
  if (until ? !took : code !== 0) throw new Error(`${name} ended with ${code}:\n${output.slice(-3000)}`);
  return took ?? Date.now() - start;
}

function report(rows) {
  const line = ({ name, cold, warm }) => [`\`${name}\``, seconds(cold), seconds(warm), times(cold / warm)];
  return [
    `In a fresh clone, once with an empty cache of the project (compilers, browsers and what npm and cargo have downloaded are there), and
once more. \`npm start\` until the demo can be opened, \`npm test\` until the last line.`,
    markdown([["command", "cold", "warm", "ratio"], ...rows.map(line)]),
  ].join("\n\n");
}
