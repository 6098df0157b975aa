import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { cacheDir, inRoot } from "../scripts/lib/paths.mjs";
import { seconds } from "../scripts/lib/progress.mjs";
import { run } from "../scripts/lib/run.mjs";
import { Stop } from "../scripts/lib/stop.mjs";
import { markdown } from "../scripts/lib/table.mjs";
import { keptTimes } from "../scripts/test/times.mjs";
import { makeFolder } from "./lib/folder.mjs";

export const title = "The build and the tests";

// Installed before the measurement, so that it does not count.
export const needs = ["wasm", "wasm-bindgen"];

const LIMIT_MS = 30 * 60_000;

/** The parts of the cache that are compiled, and their locks. */
const COMPILED = ["target", "locks"];

export async function measure({ note }) {
  const folder = makeFolder();
  try {
    const cache = cacheWithoutCompiled(join(folder.path, "cache"));
    const rows = [];
    const start = async (state, clone, from = cache) => {
      note(`npm start, ${state}`);
      rows.push([state, seconds(await timeStart(clone, { CONNECT_FLOW_CACHE: from }))]);
    };
    const clone = async (name) => {
      const path = join(folder.path, name);
      await run("git", ["clone", "--quiet", inRoot(), path]);
      return path;
    };
    await start("nothing installed", await clone("zeroth"), join(folder.path, "empty"));
    await start("tools, nothing compiled", await clone("first"));
    const second = await clone("second");
    await start("a fresh clone", second);
    await start("built before", second);
    return { text: report(rows, keptTimes()) };
  } finally {
    folder.remove();
  }
}

/** A cache with the same tools and nothing compiled. */
function cacheWithoutCompiled(parent) {
  const cache = join(parent, "connect-flow");
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cacheDir)) if (!COMPILED.includes(name)) symlinkSync(join(cacheDir, name), join(cache, name));
  return parent;
}

/** The time from `npm start` in a clone until it prints the demo's URL. */
async function timeStart(cwd, env) {
  const start = Date.now();
  // In its own process group, so that its children can be ended with it.
  const child = spawn("npm", ["start"], { cwd, env: { ...process.env, ...env, CI: "1" }, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const end = () => {
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // The process has already ended.
    }
  };
  process.on("exit", end);
  const timer = setTimeout(end, LIMIT_MS);
  let output = "";
  let took;
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
      if (took || !output.includes("connect-flow demo")) return;
      took = Date.now() - start;
      end();
    });
  }
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearTimeout(timer);
  process.off("exit", end);
  if (!took) throw new Stop(`npm start ended with ${code}:\n${output.slice(-3000)}`);
  return took;
}

function report(starts, tests) {
  const lines = Object.entries(tests).map(([state, { date, commit, ms, stages }]) => {
    const slowest = stages.filter(([, time]) => time !== "-").sort((a, b) => Number.parseFloat(b[1]) - Number.parseFloat(a[1])).slice(0, 3);
    return [state, seconds(ms), `${date}, commit ${commit}`, slowest.map(([name, time]) => `${name} ${time}`).join(", ")];
  });
  const kept = lines.length
    ? markdown([["`npm test` from", "time", "of", "longest stages, side by side with others"], ...lines])
    : "The time of `npm test` is not known yet: a complete run has to pass first.";
  return [
    `From \`npm start\` until the demo can be opened. The packages of npm and cargo are downloaded.

- *Nothing installed*: a fresh clone and an empty cache. Only Rust is installed, so wasm-bindgen's library is compiled, too.
- *Tools, nothing compiled*: a fresh clone, and no compiled dependencies in the cache.
- *A fresh clone*: compiled dependencies are in the cache. \`node_modules\` and the module are made.
- *Built before*: a second start in the same clone.`,
    markdown([["`npm start` from", "time"], ...starts]),
    `How long \`npm test\` took, in the last complete run that passed. *Nothing installed* has an empty cache: the run downloads and compiles the tools, and installs
missing browsers.`,
    kept,
  ].join("\n\n");
}
