import { buildTargets, fuzz, minimize, seeds, TARGETS } from "./fuzz/targets.mjs";
import { inCache } from "./lib/paths.mjs";
import { say, step } from "./lib/progress.mjs";
import { main, Stop } from "./lib/stop.mjs";
import { table } from "./lib/table.mjs";
import { ensure } from "./setup/index.mjs";

const HELP = `npm run fuzz                        every target, a minute each, one after the other
npm run fuzz -- flow redirect       only these
npm run fuzz -- --seconds 600       for so long each
npm run fuzz -- --minimize          and put what reaches the most into fuzz/corpus

${TARGETS.join("\n")}`;

function read(words) {
  const options = { targets: [], seconds: 60, isKept: false };
  for (let at = 0; at < words.length; at++) {
    if (words[at] === "--seconds") options.seconds = Number(words[++at]);
    else if (words[at] === "--minimize") options.isKept = true;
    else if (TARGETS.includes(words[at])) options.targets.push(words[at]);
    else throw new Stop(`There is no target ${words[at]}; there are: ${TARGETS.join(", ")}`);
  }
  if (!(options.seconds > 0)) throw new Stop("--seconds takes a number of seconds.");
  return { ...options, targets: options.targets.length ? options.targets : TARGETS };
}

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

await main(async () => {
  if (process.argv.includes("--help")) return void console.log(HELP);
  const { targets, seconds, isKept } = read(process.argv.slice(2));
  const { rust } = await ensure("rust", "cargo-fuzz");
  const programs = await step("build", (note) => buildTargets(rust, note));
  const rows = [];
  let failed = 0;
  for (const target of targets) {
    // What is found from one run to the next stays outside of the tree.
    const found = inCache("fuzz", target);
    const result = await step(target, (note) => fuzz(programs, target, { seconds, found, note }));
    if (result.code !== 0) {
      failed++;
      say(`\n--- ${target} failed; its output:\n${result.output.trimEnd()}\n--- end of ${target}`);
    } else if (isKept) {
      await step(`${target}, its corpus`, () => minimize(programs, target, found));
    }
    const { runs, seconds: taken, coverage } = result;
    const aSecond = Math.round(runs / Math.max(taken, 1));
    rows.push([target, grouped(runs), grouped(aSecond), taken, coverage, seeds(target), result.code ? "failed" : "ok"]);
  }
  say();
  for (const line of table([["target", "executions", "a second", "seconds", "edges", "seeds", "result"], ...rows])) say(line);
  return failed ? 1 : 0;
});
