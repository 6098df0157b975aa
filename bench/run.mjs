import { existsSync } from "node:fs";
import { cpus, loadavg, release, totalmem, type } from "node:os";
import { join, resolve } from "node:path";
import { build } from "../scripts/build.mjs";
import { ask } from "../scripts/lib/run.mjs";
import { say, seconds, step } from "../scripts/lib/progress.mjs";
import { explain, main, readArgs, Stop } from "../scripts/lib/stop.mjs";
import { table } from "../scripts/lib/table.mjs";
import { ensure } from "../scripts/setup/index.mjs";
import { summaryOf } from "./lib/figures.mjs";
import { readDocument, readSection, writeSection } from "../scripts/lib/sections.mjs";

const PARTS = ["bytes", "ready", "form", "redirect", "form-work", "accounts", "profile", "waiting", "gateway", "build"];
const REPORT = "docs/benchmarks.md";
/** The parts that can measure an earlier build beside this one. */
const BEFORE = ["form-work", "gateway"];

const HELP = `npm run bench                  measures every part in about 20 minutes; writes ${REPORT}
npm run bench -- bytes ready   measures only these parts
npm run bench -- --summary     measures nothing; writes the summary of ${REPORT} again
--before FOLDER                also measures an earlier build, in turns: its folder dist. For ${BEFORE.join(", ")}

${PARTS.join("\n")}`;

function select(args) {
  for (const name of args) if (!PARTS.includes(name)) throw new Stop(`"${name}" is not a part of the benchmarks. The parts are ${PARTS.join(", ")}`);
  return PARTS.filter((name) => args.includes(name) || !args.length);
}

/** The folder of an earlier build. */
function readBefore(folder) {
  if (folder === undefined) return undefined;
  const path = resolve(folder);
  if (!existsSync(join(path, "server.js"))) throw new Stop(`--before must be the folder dist of an earlier build, and ${path} has no server.js`);
  return path;
}

/** The machine, the versions and the load, without which the numbers mean nothing. */
function describeMachine(found) {
  const [{ model }] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  const version = (file) => ask(file, ["--version"])?.match(/[\d.]+/)?.[0];
  const browsers = [["Chromium", found.chromium?.CHROMIUM_BINARY], ["Firefox", found.firefox?.FIREFOX_BINARY]];
  const programs = browsers.filter(([, file]) => file).map(([name, file]) => `${name} ${version(file)}`);
  const commit = ask("git", ["rev-parse", "--short", "HEAD"]);
  const isChanged = Boolean(ask("git", ["status", "--porcelain", "--untracked-files=no", "--", "src", "scripts", "bench"]));
  return [
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}${isChanged ? " with changes" : ""}`,
    `${cpus().length} × ${model}, ${gib} GiB, ${type()} ${release().split("-")[0]}`,
    [`Node ${process.versions.node}`, ...programs].join(", "),
    `load ${loadavg()[0].toFixed(1)}`,
  ].join("; ");
}

/** Measures a part and writes it into the report. A failure is noted there, and the next part continues. */
async function runPart(part, context) {
  const start = Date.now();
  const about = describeMachine(context);
  const took = () => seconds(Date.now() - start);
  try {
    const { text } = await step(part.title, (note) => part.measure({ ...context, note }));
    say(`\n${text}\n`);
    writeSection(REPORT, part.name, `*${about}; took ${took()}*\n\n${text}`);
    return [part.name, took(), "written"];
  } catch (error) {
    say(`\n${explain(error)}\n`);
    const before = readSection(readDocument(REPORT), part.name).replace(/^\*\*Failed .*\n\n/, "");
    writeSection(REPORT, part.name, `**Failed on ${about}: what follows is older.**\n\n${before}`);
    return [part.name, took(), "failed"];
  }
}

const writeSummary = () => writeSection(REPORT, "summary", summaryOf(readDocument(REPORT)));

await main(async () => {
  const { values, positionals } = readArgs({ summary: { type: "boolean" }, before: { type: "string" } }, { takesWords: true });
  if (values.help) return void console.log(HELP);
  const names = select(positionals);
  if (values.summary) return writeSummary();
  const before = readBefore(values.before);
  // Exits regularly, so that "exit" listeners end child processes and remove temporary folders.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(130));
  const start = Date.now();
  await build();
  const parts = await Promise.all(names.map(async (name) => ({ name, ...(await import(`./${name}.mjs`)) })));
  const found = await ensure("npm", "bench-tools", ...parts.flatMap(({ needs }) => needs));
  const context = { ...found, folder: found["bench-tools"].folder, before };
  const rows = [];
  for (const part of parts) rows.push(await runPart(part, context));
  rows.push(["in all", seconds(Date.now() - start), ""]);
  for (const line of table([["part", "time", REPORT], ...rows])) say(line);
  writeSummary();
  return rows.some(([, , end]) => end === "failed") ? 1 : 0;
});
