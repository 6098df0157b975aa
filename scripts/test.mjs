import { availableParallelism } from "node:os";
import { stripVTControlCharacters } from "node:util";
import { say, seconds, step } from "./lib/progress.mjs";
import { explain, main, Stop } from "./lib/stop.mjs";
import { table } from "./lib/table.mjs";
import { ensure } from "./setup/index.mjs";
import { add, NONE, show } from "./test/counts.mjs";
import { schedule } from "./test/schedule.mjs";
import { STAGES } from "./test/stages.mjs";
import { keepTime, stateNow } from "./test/times.mjs";

const HELP = `npm test                  every stage, several at once, each when what it needs is there
npm test -- native wasm   only these; "wasm", "e2e" and "attacks" are all browsers, "firefox" is all in it

${STAGES.map(({ name }) => name).join("\n")}`;

/** The stages that the arguments name: `native`, `firefox`, `e2e` (all browsers), `e2e webkit`; without arguments, all. */
function select(words) {
  const names = STAGES.map(({ name }) => name).join(", ");
  for (const word of words) {
    if (!STAGES.some((stage) => isNamed(stage, word))) throw new Stop(`There is no stage ${word}; there are: ${names}`);
  }
  const chosen = STAGES.filter((stage) => !words.length || words.some((word) => isNamed(stage, word)));
  const present = chosen.filter((stage) => words.length || !stage.present || stage.present());
  const needsBuild = present.some((stage) => stage.after?.includes("build"));
  return STAGES.filter((stage) => present.includes(stage) || (needsBuild && stage.name === "build"));
}

// A stage is not named by what it does without.
const isNamed = ({ name }, word) => name === word || name.split(" without ")[0].split(" ").includes(word);

/** What a stage's run amounts to, and what is to be shown of it. */
function judge(stage, { code, output }) {
  if (stage.isStep) return { counts: NONE, output };
  if (!stage.count) return { counts: code === 0 ? { ...NONE, passed: 1 } : { ...NONE, failed: 1 }, output };
  const counts = stage.count(output);
  if (code !== 0 && counts.failed === 0) return { counts: { ...counts, failed: 1 }, output };
  if (code === 0 && counts.passed + counts.skipped === 0) {
    return { counts: { ...counts, failed: 1 }, output: `${output}\n${stage.name} ran no tests at all.` };
  }
  return { counts, output };
}

async function runStage(stage, found) {
  const start = Date.now();
  let result;
  try {
    const done = await step(stage.name, (note) => stage.run({ ...found, note }), { quiet: true });
    result = judge(stage, done ?? { code: 0, output: "" });
  } catch (error) {
    result = { counts: { ...NONE, failed: 1 }, output: explain(error) };
  }
  const time = seconds(Date.now() - start);
  const { counts, output } = result;
  if (counts.failed) {
    const text = process.stdout.isTTY ? output : stripVTControlCharacters(output);
    say(`\n--- ${stage.name} failed; its output:\n${text.trimEnd()}\n--- end of ${stage.name}`);
  }
  say(stage.isStep && !counts.failed ? `${stage.name}: ${time}` : `${stage.name}: ${time}, ${show(counts)}`);
  return { name: stage.name, time, counts };
}

/** One stage more than there are cores: a browser waits for its driver and its pages a good part of the time. */
const SIDE_BY_SIDE = Math.max(2, availableParallelism()) + 1;

const runStages = (stages, found) =>
  schedule(stages, {
    limit: SIDE_BY_SIDE,
    runStage: async (stage, results) => {
      const isWithoutBuild = stage.after?.includes("build") && results.get("build")?.counts.failed;
      const reason = isWithoutBuild ? "there is no build" : stage.impossible;
      if (!reason) return runStage(stage, found);
      say(`${stage.name}: not run, as ${reason}`);
      return { name: stage.name, time: "-", counts: { ...NONE, skipped: 1 } };
    },
  });

function report(results) {
  const rows = results.map(({ name, time, counts }) => [name, time, counts.passed, counts.failed, counts.skipped]);
  say();
  for (const line of table([["stage", "time", "passed", "failed", "skipped"], ...rows])) say(line);
  const total = results.map(({ counts }) => counts).reduce(add, NONE);
  // The last line, alone: other programs read it.
  say();
  say(show(total));
  return total.failed ? 1 : 0;
}

await main(async () => {
  if (process.argv.includes("--help")) return void console.log(HELP);
  const words = process.argv.slice(2);
  const stages = select(words);
  const [state, start] = [stateNow(), Date.now()];
  try {
    const found = await ensure(...stages.filter(({ impossible }) => !impossible).flatMap(({ needs }) => needs));
    const results = await runStages(stages, found);
    const code = report(results);
    if (!words.length && code === 0) keepTime(state, Date.now() - start, results.map(({ name, time }) => [name, time]));
    return code;
  } catch (error) {
    say(explain(error));
    process.exitCode = report([{ name: "set-up", time: "-", counts: { ...NONE, failed: 1 } }]);
    // Whatever is still being installed beside the thing that failed ends with us.
    process.exit();
  }
});
