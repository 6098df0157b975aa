import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inRoot } from "../lib/paths.mjs";
import { run } from "../lib/run.mjs";
import { withTarget } from "../lib/target.mjs";

/** Each file in fuzz/fuzz_targets is a program. */
export const TARGETS = readdirSync(inRoot("fuzz", "fuzz_targets"))
  .map((name) => name.replace(/\.rs$/, ""))
  .sort();

/** The folder of the inputs that every run of a target starts with. */
const corpus = (target) => inRoot("fuzz", "corpus", target);

export const seeds = (target) => (existsSync(corpus(target)) ? readdirSync(corpus(target)).length : 0);

/** At most so many seeds are kept for a target. */
const MOST_SEEDS = 48;

/**
 * Compiles the targets and returns the program of each. No sanitizer: it needs a nightly compiler and finds errors that a crate
 * without unsafe code cannot have.
 */
export const buildTargets = (toolchain, note) =>
  withTarget(toolchain, "fuzz", async (env) => {
    const host = toolchain.about.match(/^host: (.+)$/m)[1];
    await run("cargo", ["fuzz", "build", "--sanitizer", "none", "--target", host], { env, note });
    return Object.fromEntries(TARGETS.map((target) => [target, join(env.CARGO_TARGET_DIR, host, "release", target)]));
  });

/** Searches for failures for this many seconds. Inputs that reach new code go into the folder `found`. */
export function fuzz(programs, target, { seconds, found, note }) {
  mkdirSync(found, { recursive: true });
  return measured(programs, target, [`-max_total_time=${seconds}`, found], note);
}

/** Inputs of each target in a replay; they take a second or two. */
const REPLAYED = 5_000;

/** Runs each target on its corpus and some changes of it, the same every time. The output has a line for each target. */
export async function replay(toolchain, targets, note) {
  const programs = await buildTargets(toolchain, note);
  const lines = [];
  for (const target of targets) {
    const { code, output, runs } = await inTemporary((directory) =>
      measured(programs, target, [`-runs=${REPLAYED}`, "-seed=1", directory], note),
    );
    const isRight = code === 0 && runs >= REPLAYED;
    lines.push(isRight ? `${target}: ok` : `${target}: not ok, ${runs} inputs\n${output}`);
  }
  return { code: lines.every((line) => line.endsWith(": ok")) ? 0 : 1, output: lines.join("\n") };
}

/** Replaces the seeds of a target by the fewest inputs that reach the same code; the longest ones if they are too many. */
export const minimize = (programs, target, found) =>
  inTemporary(async (directory) => {
    await run(programs[target], ["-set_cover_merge=1", "-use_counters=0", directory, corpus(target), found]);
    const size = (name) => statSync(join(directory, name)).size;
    const names = readdirSync(directory).sort((a, b) => size(b) - size(a) || a.localeCompare(b));
    rmSync(corpus(target), { recursive: true, force: true });
    mkdirSync(corpus(target), { recursive: true });
    for (const name of names.slice(0, MOST_SEEDS)) copyFileSync(join(directory, name), join(corpus(target), name));
  });

async function inTemporary(work) {
  const directory = mkdtempSync(join(tmpdir(), "connect-flow-fuzz-"));
  try {
    return await work(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Runs a target. Returns libFuzzer's numbers and the whole duration. */
async function measured(programs, target, args, note) {
  const dictionary = inRoot("fuzz", "dictionaries", `${target}.dict`);
  const artifacts = inRoot("fuzz", "artifacts", target);
  mkdirSync(artifacts, { recursive: true });
  mkdirSync(corpus(target), { recursive: true });
  const options = [
    "-max_len=4096",
    // Seconds for one input.
    "-timeout=10",
    "-print_final_stats=1",
    `-artifact_prefix=${artifacts}/`,
    ...(existsSync(dictionary) ? [`-dict=${dictionary}`] : []),
  ];
  const started = Date.now();
  const { code, output } = await run(programs[target], [...options, ...args, corpus(target)], { note, check: false });
  const number = (pattern) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
  return {
    code,
    output,
    runs: number(/stat::number_of_executed_units:\s+(\d+)/g) || number(/^#(\d+)/gm),
    seconds: Math.round((Date.now() - started) / 1000),
    coverage: number(/cov: (\d+)/g),
  };
}
