import { availableParallelism } from "node:os";
import { relative, resolve, sep } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { root } from "./lib/paths.mjs";
import { say, seconds, step } from "./lib/progress.mjs";
import { niceness } from "./lib/run.mjs";
import { explain, main, readArgs, Stop } from "./lib/stop.mjs";
import { table } from "./lib/table.mjs";
import { ensure, installing } from "./setup/index.mjs";
import { add, NONE, show } from "./test/counts.mjs";
import { schedule } from "./test/schedule.mjs";
import { STAGES } from "./test/stages.mjs";
import { keepTime, stateNow } from "./test/times.mjs";

const USAGE = `npm test                              every stage, several at a time
npm test -- native e2e                only these stages; "firefox" means every stage in Firefox
npm test -- tests/e2e/form.test.mjs   only this file, in each stage that runs it; "e2e webkit" before it names one stage
`;

function help() {
  const rows = STAGES.map(({ name, seconds, about }) => [name, `${seconds} s`, about]);
  return [USAGE, ...table([["stage", "usually", "checks"], ...rows])].join("\n");
}

/**
 * The stages to run for these words, names of stages and paths of test files. A path restricts the named stages that hold it to this file;
 * without such a stage it chooses every stage that holds it.
 */
function select(words) {
  const pathOf = (word) => relative(root, resolve(process.env.INIT_CWD ?? "", word)).replaceAll(sep, "/");
  const holdersOf = (path, stages) => stages.filter(({ files }) => files?.includes(path));
  const paths = words.map(pathOf).filter((path) => holdersOf(path, STAGES).length);
  const names = words.filter((word) => !paths.includes(pathOf(word)));
  for (const name of names) {
    if (!STAGES.some((stage) => isNamed(stage, name))) throw new Stop(`"${name}" is neither a stage nor a test file; \`npm test -- --help\` lists the stages.`);
  }
  const named = STAGES.filter((stage) => !words.length || names.some((name) => isNamed(stage, name)));
  const only = new Map();
  for (const path of paths) {
    const holders = holdersOf(path, named);
    for (const stage of holders.length ? holders : holdersOf(path, STAGES)) only.set(stage, [...(only.get(stage) ?? []), path]);
  }
  const chosen = new Set(STAGES.filter((stage) => named.includes(stage) || only.has(stage)));
  // Iterating a set also yields members that are added meanwhile.
  for (const { after = [] } of chosen) for (const stage of STAGES) if (after.includes(stage.name)) chosen.add(stage);
  return STAGES.filter((stage) => chosen.has(stage)).map((stage) => ({ ...stage, only: only.get(stage) }));
}

// "wasm" does not mean the stages that are named "without wasm".
const isNamed = ({ name }, word) => name === word || name.split(" without ")[0].split(" ").includes(word);

/** The counts of a stage, and the output to show if it failed. */
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

/** For all stages but those that the others or the end of the run wait for. */
const NICE = 5;

async function runStage(stage, found) {
  const start = Date.now();
  let result;
  try {
    const work = () => step(stage.name, (note) => stage.run({ ...found, note, only: stage.only }), { quiet: true });
    const done = await niceness.run(stage.isUrgent ? 0 : NICE, work);
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

/** Two stages more than there are cores: browsers wait for their drivers and pages more than half of the time. */
const SIDE_BY_SIDE = Math.max(2, availableParallelism()) + 2;

/** Runs each stage as soon as what it needs is installed: some tools compile for minutes. */
function runStages(chosen) {
  const possible = chosen.filter(({ impossible }) => !impossible);
  // Begins to install everything.
  installing(...possible.flatMap(({ needs }) => needs));
  const installed = new Map(possible.map(({ name, needs, startsWith = needs }) => [name, ensure(...startsWith)]));
  const stages = chosen.map((stage) => ({ ...stage, ready: installed.get(stage.name) }));
  return schedule(stages, {
    limit: SIDE_BY_SIDE,
    runStage: async (stage, results) => {
      const isWithoutBuild = stage.after?.includes("build") && results.get("build")?.counts.failed;
      const reason = isWithoutBuild ? "there is no build" : stage.impossible;
      if (!reason) return runStage(stage, await installed.get(stage.name));
      say(`${stage.name}: skipped, ${reason}`);
      return { name: stage.name, time: "-", counts: { ...NONE, skipped: 1 } };
    },
  });
}

function report(results) {
  const rows = results.map(({ name, time, counts }) => [name, time, counts.passed, counts.failed, counts.skipped]);
  say();
  for (const line of table([["stage", "time", "passed", "failed", "skipped"], ...rows])) say(line);
  const total = results.map(({ counts }) => counts).reduce(add, NONE);
  // Other programs read the last line.
  say();
  say(show(total));
  return total.failed ? 1 : 0;
}

await main(async () => {
  const { values, positionals: words } = readArgs({}, { takesWords: true });
  if (values.help) return void console.log(help());
  const stages = select(words);
  const [state, start] = [stateNow(), Date.now()];
  try {
    const results = await runStages(stages);
    const code = report(results);
    if (!words.length && code === 0) keepTime(state, Date.now() - start, results.map(({ name, time }) => [name, time]));
    return code;
  } catch (error) {
    say(explain(error));
    process.exitCode = report([{ name: "set-up", time: "-", counts: { ...NONE, failed: 1 } }]);
    // Ends what is still being installed.
    process.exit();
  }
});
