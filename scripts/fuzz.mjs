import { buildTargets, fuzz, minimize, seeds, TARGETS } from "./fuzz/targets.mjs";
import { inCache } from "./lib/paths.mjs";
import { say, step } from "./lib/progress.mjs";
import { main, readArgs, Stop } from "./lib/stop.mjs";
import { table } from "./lib/table.mjs";
import { ensure } from "./setup/index.mjs";

const HELP = `npm run fuzz                      every target, one minute each, one after the other
npm run fuzz -- flow redirect     only these
npm run fuzz -- --seconds 600     600 seconds each
npm run fuzz -- --minimize        and put the inputs that reach the most into fuzz/corpus

${TARGETS.join("\n")}`;

function readOptions() {
  const { values, positionals } = readArgs({ seconds: { type: "string", default: "60" }, minimize: { type: "boolean" } }, { takesWords: true });
  const unknown = positionals.find((word) => !TARGETS.includes(word));
  if (unknown) throw new Stop(`"${unknown}" is not a target; the targets are ${TARGETS.join(", ")}.`);
  const seconds = Number(values.seconds);
  if (!(seconds > 0)) throw new Stop(`--seconds must be a positive number, got "${values.seconds}".`);
  return { ...values, seconds, targets: positionals.length ? positionals : TARGETS };
}

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

await main(async () => {
  const { help, targets, seconds, minimize: isKept } = readOptions();
  if (help) return void console.log(HELP);
  const { rust } = await ensure("rust", "cargo-fuzz");
  const programs = await step("build", (note) => buildTargets(rust, note));
  const rows = [];
  let failed = 0;
  for (const target of targets) {
    // Kept from one run to the next, outside of the tree.
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
