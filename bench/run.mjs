import { cpus, loadavg, release, totalmem, type } from "node:os";
import { build } from "../scripts/build.mjs";
import { ask } from "../scripts/lib/run.mjs";
import { say, step } from "../scripts/lib/progress.mjs";
import { main, Stop } from "../scripts/lib/stop.mjs";
import { ensure } from "../scripts/setup/index.mjs";
import { writeSection } from "./lib/report.mjs";

const PARTS = ["bytes", "ready", "redirect", "work", "waiting", "gateway", "build"];
const REPORT = "docs/benchmarks.md";

const HELP = `npm run bench                  every part but the build; writes ${REPORT}
npm run bench -- bytes ready   only these
npm run bench -- --build       the build and the tests as well, which takes long

${PARTS.join("\n")}`;

function select(args) {
  const words = args.filter((arg) => arg !== "--build");
  for (const word of words) if (!PARTS.includes(word)) throw new Stop(`There is no part ${word}; there are: ${PARTS.join(", ")}`);
  const chosen = words.length ? words : PARTS.filter((name) => name !== "build");
  return args.includes("--build") && !chosen.includes("build") ? [...chosen, "build"] : chosen;
}

/** What a number means nothing without. */
function machine(found) {
  const [{ model }] = cpus();
  const gib = Math.round(totalmem() / 2 ** 30);
  const version = (file) => ask(file, ["--version"])?.match(/[\d.]+/)?.[0];
  const browsers = [["Chromium", found.chromium?.CHROMIUM_BINARY], ["Firefox", found.firefox?.FIREFOX_BINARY]];
  const programs = browsers.filter(([, file]) => file).map(([name, file]) => `${name} ${version(file)}`);
  const commit = ask("git", ["rev-parse", "--short", "HEAD"]);
  const isChanged = Boolean(ask("git", ["status", "--porcelain", "--untracked-files=no", "--", "src", "scripts", "bench/*.mjs"]));
  return [
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}${isChanged ? " with changes" : ""}`,
    `${cpus().length} × ${model}, ${gib} GiB, ${type()} ${release().split("-")[0]}`,
    [`Node ${process.versions.node}`, ...programs].join(", "),
    `load ${loadavg()[0].toFixed(1)}`,
  ].join("; ");
}

await main(async () => {
  const args = process.argv.slice(2);
  if (args.includes("--help")) return void console.log(HELP);
  const names = select(args);
  await build();
  const parts = await Promise.all(names.map(async (name) => ({ name, ...(await import(`./${name}.mjs`)) })));
  const found = await ensure("npm", "bench-tools", ...parts.flatMap(({ needs }) => needs));
  const context = { ...found, folder: found["bench-tools"].folder };
  for (const part of parts) {
    const { text, readme } = await step(part.title, (note) => part.measure({ ...context, note }));
    say(`\n${text}\n`);
    writeSection(REPORT, part.name, `*${machine(found)}*\n\n${text}`);
    if (readme) writeSection("README.md", "sizes", readme);
  }
});
